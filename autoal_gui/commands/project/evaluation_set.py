"""The command `evaluation-set`: which images of a project measure, and others in their place."""

import argparse
from pathlib import Path
from typing import Any

from autoal_gui.commands.arguments import not_negative


def add_evaluation_set(commands: Any) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "evaluation-set", help="say which images of a project measure, or draw others"
    )
    command.add_argument("project", type=Path, help="a project folder")
    command.add_argument(
        "--images", type=not_negative, metavar="N",
        help="draw another set of about so many images; the curve begins anew",
    )  # fmt: skip
    command.set_defaults(handler=_evaluation_set)


def _evaluation_set(options: argparse.Namespace) -> int:
    from autoal_gui.core.project.evaluation_set import composition, draw_evaluation_set
    from autoal_gui.core.project.project import Project
    from autoal_gui.sources.opening import open_images

    if options.images is not None:
        project = Project.open(options.project, open_images)
        try:
            print(draw_evaluation_set(project, options.images))
        finally:
            project.close()
    project = Project.open(options.project, open_images)
    try:
        print(composition(project))
    finally:
        project.close()
    return 0
