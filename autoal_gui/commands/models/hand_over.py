"""The command `handover`: a folder with a project's last model and all that belongs to it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from autoal_gui.commands.models.rounds import add_round, chosen_model
from autoal_gui.core.registry import discover
from autoal_gui.exporters.contract import USUAL


def add_hand_over(commands: Any) -> None:
    """Add the command to the parser's."""
    hand_over = commands.add_parser(
        "handover",
        help="write a folder with a project's last model, its card, how to use it, and the report",
    )
    hand_over.add_argument("project", type=Path, help="a project folder")
    hand_over.add_argument("folder", type=Path, help="a new folder")
    modules = discover("autoal_gui.exporters")
    names = [name for name, module in modules.items() if module.KIND == "model"]
    hand_over.add_argument(
        "--formats", nargs="+", choices=names, metavar="FORMAT",
        help=f"of the model: {', '.join(names)}; by default {' and '.join(USUAL)}",
    )  # fmt: skip
    add_round(hand_over)
    hand_over.set_defaults(handler=_hand_over)


def _hand_over(options: argparse.Namespace) -> int:
    from autoal_gui.core.project.export_snapshot import Snapshot
    from autoal_gui.core.project.project import Project
    from autoal_gui.exporters.companions.leaving import Leaving
    from autoal_gui.exporters.report_html import page
    from autoal_gui.learning.inference.export import hand_over
    from autoal_gui.sources.opening import open_images

    project = Project.open(options.project, open_images)
    try:
        model, labels = chosen_model(project, options.round), Snapshot.of(project)
        leaving = Leaving.of(project, model, labels)
    finally:
        project.close()
    formats = tuple(options.formats or usual_formats())
    told = leaving.about, page(labels, leaving.remark), leaving.start_from, leaving.threshold
    for _, _, sentence in hand_over(formats, model.file, options.folder, *told):
        print(sentence)
    return 0


def usual_formats() -> list[str]:
    """Return the usual formats that can be written here; say why another cannot be."""
    found = []
    for name in USUAL:
        if missing := discover("autoal_gui.exporters")[name].missing():
            print(f"autoal-gui: left out {name}: {missing}", file=sys.stderr)
        else:
            found.append(name)
    return found
