"""Networks to choose from: what is said of each, and how its weights are had."""

from functools import partial
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from autoal_gui.backbones.contract import Weights
from autoal_gui.backbones.weight_files import (
    UNKNOWN,
    Brought,
    is_there,
    is_usable,
    keep_brought,
    keep_weights,
    kept,
    look_at,
    missing_package,
    users_folder,
)
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark, tr
from autoal_gui.core.registry import discover
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import set_property
from autoal_gui.sources.downloads.network import fetch

BACKBONES = "autoal_gui.backbones"
COMES_ALONG = mark("Its weights ({size} MB, licence {licence}) come with this program.")
ARE_HERE = mark("Its weights ({size} MB, licence {licence}) are on this computer.")
MISSING = mark("Its weights ({size} MB, licence {licence}) are not on this computer.")
ARE_OWN = mark(
    "Its weights are from a file of yours, of which neither source nor licence is known here "
    "(SHA-256 {sum}…)."
)
MEGABYTE = 1e6
SHOWN = 12  # digits of a sum
GROUP = 8  # digits of a sum between two spaces, at which a line may break
FILES = mark("Weights (*.pth *.pt *.safetensors)")


def backbones() -> tuple[tuple[str, str], ...]:
    """Return (name, what the list says of it) of every network."""
    return tuple(
        (name, f"{backbone.LABEL}: {tr(backbone.SHORT)}")
        for name, backbone in discover(BACKBONES).items()
    )


def networks_beside(chosen: str) -> dict[str, str]:
    """Return (name, label) of what can stand beside ResNet-18: nothing, or weights that are here.

    The one that is `chosen` is listed even where its weights are away.
    """
    found = {
        name: str(backbone.LABEL)
        for name, backbone in discover(BACKBONES).items()
        if backbone.WEIGHTS and (name == chosen or is_usable(backbone))
    }
    return {"": tr("No other network"), **found}


def network_label(name: str) -> str:
    """Return what a network is called."""
    return str(discover(BACKBONES)[name].LABEL)


def backbone_note(name: str) -> str:
    """Say what a network is good for, and what is to be known of its weights."""
    backbone = discover(BACKBONES)[name]
    about, weights = tr(backbone.ABOUT), backbone.WEIGHTS
    if weights is None:
        return about
    about = f"{about} {missing_package(backbone)}".strip()
    if kept(weights).is_own:
        sentence = tr(ARE_OWN, sum=kept(weights).sha256[:SHOWN])
    elif not is_there(weights):
        sentence = tr(MISSING, size=round(weights.size / MEGABYTE), licence=weights.licence)
    else:
        kind = COMES_ALONG if weights.package else ARE_HERE
        sentence = tr(kind, size=round(weights.size / MEGABYTE), licence=weights.licence)
    return f"{about} {sentence}"


def package_note(name: str) -> str:
    """Say which package a network lacks; empty: none."""
    return missing_package(discover(BACKBONES)[name])


def citation(name: str) -> str:
    """Return what is to be cited for a network."""
    return str(discover(BACKBONES)[name].CITATION)


class WeightsRow(QWidget):
    """Ways to get weights where they are missing, or another file than the user's own."""

    changed = Signal()
    """The weights are there now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Weights"))
        self._backbone: ModuleType | None = None
        self._brought: Brought | None = None
        self._job = OneJob(self)
        self.fetch = QPushButton()
        self.file = QPushButton(tr("From a file…"))
        self.use = QPushButton(tr("Use this file"))
        self.stop = QPushButton(tr("Stop"))
        self.said = text_label(role="muted")
        row = QHBoxLayout()
        for button in (self.fetch, self.file, self.use, self.stop):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.said)
        self.fetch.clicked.connect(self._fetch)
        self.file.clicked.connect(self._choose)
        self.use.clicked.connect(self._use)
        self.stop.clicked.connect(self._job.cancel)
        self._job.progress.connect(self._on_progress)
        self._job.succeeded.connect(self._on_there)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_stopped)

    @property
    def missing(self) -> bool:
        """Whether weights are needed that are not there."""
        return self._backbone is not None and not is_there(self._backbone.WEIGHTS)

    @property
    def offers(self) -> bool:
        """Whether there is something to choose: not where the published weights are there."""
        weights = None if self._backbone is None else self._backbone.WEIGHTS
        return weights is not None and (self.missing or kept(weights).is_own)

    def offer(self, name: str) -> None:
        """Offer to get the weights of a network; what was going on for others is stopped."""
        backbone = discover(BACKBONES)[name]
        if backbone is not self._backbone:
            self.close_job()
            self._backbone, self._brought = backbone, None
            self._say("")
        weights: Weights | None = backbone.WEIGHTS
        if weights is not None and weights.url:
            host, size = weights.url.split("/")[2], round(weights.size / MEGABYTE)
            self.fetch.setText(tr("Fetch from {host} ({size} MB)", host=host, size=size))
        self._show()

    def close_job(self) -> None:
        """Stop what is going on, and wait for it."""
        self._job.close()
        self._show()

    def bring(self, file: Path) -> None:
        """Keep a file with the weights, or say what it is where it is not the published one."""
        if self._backbone is not None:
            self._start(partial(_bring, self._backbone, file))

    def _fetch(self) -> None:
        if self._backbone is not None:
            self._start(partial(_fetch, self._backbone.WEIGHTS))

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Weights"), "", tr(FILES))
        if chosen:
            self.bring(Path(chosen))

    def _use(self) -> None:
        if self._brought is not None:
            self._start(partial(_keep, self._brought))

    def _start(self, work: "partial[Brought | None] | partial[None]") -> None:
        self._brought = None
        self._say(tr("Getting the weights…"))
        self._job.start(work)
        self._show()

    def _show(self) -> None:
        running = self._job.running
        self.fetch.setVisible(not running)
        self.file.setVisible(not running)
        self.use.setVisible(self._brought is not None)
        self.stop.setVisible(running)

    def _say(self, sentence: str, role: str = "muted") -> None:
        self.said.setText(sentence)
        self.said.setVisible(bool(sentence))
        set_property(self.said, "role", role)

    @Slot(int, int)
    def _on_progress(self, done: int, total: int) -> None:
        if self._job.running and total:
            counts = {"done": round(done / MEGABYTE), "total": round(total / MEGABYTE)}
            self._say(tr("{done} of {total} MB", **counts))

    @Slot(object)
    def _on_there(self, result: object) -> None:
        if isinstance(result, Brought):
            self._brought = result
            label, digits = result.backbone.LABEL, result.sha256
            groups = " ".join(digits[n : n + GROUP] for n in range(0, len(digits), GROUP))
            self._say(tr(UNKNOWN, label=label, sha256=groups), "")
            self._show()
            return
        self._say("")
        self._show()
        self.changed.emit()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._say(sentence, "danger")
        self._show()

    @Slot()
    def _on_stopped(self) -> None:
        self._say("")
        self._show()


def _fetch(weights: Weights, progress: ProgressCallback) -> None:
    keep_weights(weights, fetch(weights.url, users_folder(), progress))


def _bring(backbone: ModuleType, file: Path, progress: ProgressCallback) -> Brought | None:
    """Keep a file that is the published one; return another one that fits, which is to be asked."""
    brought = look_at([backbone], file, progress)
    if not brought.is_published:
        return brought
    keep_brought(brought, progress)
    return None


def _keep(brought: Brought, progress: ProgressCallback) -> None:
    keep_brought(brought, progress)
