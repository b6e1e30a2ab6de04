"""The command `export`: a project's labels or its last model, as files."""

import argparse
from pathlib import Path
from types import ModuleType
from typing import Any

from autoal_gui.commands.arguments import positive, show_listed
from autoal_gui.commands.models.rounds import add_round, chosen_model
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.core.registry import discover


def add_export(commands: Any) -> None:
    """Add the command to the parser's."""
    export = commands.add_parser("export", help="write a project's labels or its last model")
    export.add_argument("project", type=Path, help="a project folder")
    names = sorted(discover("autoal_gui.exporters"))
    export.add_argument("--format", choices=names, required=True)
    export.add_argument("--out", type=Path, required=True, help="a new file or folder")
    export.add_argument(
        "--de-identified", action="store_true", help="numbers in the place of names of any kind"
    )
    export.add_argument("--unlabelled", action="store_true", help="images without an answer, too")
    export.add_argument(
        "--side", type=positive, default=0, help="scale images to so many pixels a side"
    )
    add_round(export)
    export.set_defaults(handler=_export)


def _export(options: argparse.Namespace) -> int:
    from autoal_gui.core.project.project import Project
    from autoal_gui.exporters.companions.leaving import Leaving
    from autoal_gui.learning.inference.export import export_model
    from autoal_gui.sources.opening import open_images

    exporter = discover("autoal_gui.exporters")[options.format]
    if options.round and exporter.KIND != "model":
        raise AutoALError(f"The format {exporter.NAME} has no --round.")
    project = Project.open(options.project, open_images)
    try:
        if exporter.KIND != "model":
            choices = export_choices(options, exporter)
            print(exporter.write(options.out, Snapshot.of(project), choices, show_listed))
        else:
            model = chosen_model(project, options.round)
            leaving = Leaving.of(project, model, Snapshot.of(project))
            beside = leaving.about, leaving.start_from, leaving.threshold
            export_model(options.format, model.file, options.out, *beside)
    finally:
        project.close()
    return 0


def export_choices(options: argparse.Namespace, exporter: ModuleType) -> Choices:
    """Return what the command line chose of an export.

    Raises:
        AutoALError: the format has no such choice.
    """
    given = {
        name: value
        for name in ("de_identified", "unlabelled", "side")
        if (value := getattr(options, name))
    }
    for name in given:
        if name not in exporter.OPTIONS:
            raise AutoALError(f"The format {exporter.NAME} has no --{name.replace('_', '-')}.")
    return Choices(**given)
