"""The report's settings and versions: each setting by its own name and by the window's words."""

from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from xml.etree.ElementTree import Element

import autoal_gui
from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.report.markup import table, tag

LIBRARIES = ("torch", "torchvision", "numpy", "PySide6")
IN_THE_WINDOW = {
    "mode": mark("Choose images by"),
    "batch_size": mark("Images in a batch"),
    "audit_share": mark("Drawn at random"),
    "backbone": mark("Network"),
    "warm_start": mark("Warm start"),
    "warm_seconds": mark("Learning time"),
    "all_layers": mark("Layers trained"),
    "beside": mark("Beside ResNet-18"),
    "input_size": mark("Image size for training"),
    "device": mark("Device"),
}
"""What the settings of the window call a setting of a round; the others are not to be chosen."""


def settings_section(labels: Snapshot) -> Iterable[Element]:
    """With what the last round ran: its settings, and the versions of the libraries."""
    yield tag("h2", tr("Settings and versions"))
    if labels.rounds:
        last = labels.rounds[-1]
        rows: list[list[Element | str]] = [
            [name, tr(IN_THE_WINDOW.get(name, "")), _plain(value)]
            for name, value in asdict(last.settings).items()
        ]
        if last.checkpoint_sha256:
            rows.append([tr("SHA-256 of the model"), "", last.checkpoint_sha256])
        rows.append([tr("device"), "", last.device])
        heads = [tr("setting"), tr("in the window"), tr("value")]
        yield table(tr("Of the last round"), heads, rows, "plain")
    versions: list[list[Element | str]] = [["autoal-gui", autoal_gui.__version__]]
    versions += [[name, found] for name in LIBRARIES if (found := _version(name))]
    yield table(tr("Versions"), [tr("what"), tr("which")], versions, "plain")


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
