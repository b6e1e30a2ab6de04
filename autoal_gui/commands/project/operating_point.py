"""The command `operating-point`: from which probability on a project's model gives a class."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoal_gui.commands.terminal import on_one_line
from autoal_gui.core.errors import AutoALError

if TYPE_CHECKING:
    from autoal_gui.core.measures.operating.point import OperatingRule
    from autoal_gui.core.project.project import Project

NOTHING = "No threshold is set: an image is given the class with the highest probability."
NOT_FOUND = "The last model has no such threshold: there are too few images, or none reaches that."
USUAL = 0.9


def add_operating_point(commands: Any) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser(
        "operating-point",
        help="say, choose or drop the threshold at which a model is used",
    )
    command.add_argument("project", type=Path, help="a project folder")
    choice = command.add_mutually_exclusive_group()
    choice.add_argument("--class", dest="name", metavar="NAME", help="the class it is of")
    choice.add_argument("--none", action="store_true", help="give the likeliest class again")
    asked = command.add_mutually_exclusive_group()
    asked.add_argument(
        "--specificity", type=_share, default=USUAL, metavar="SHARE",
        help=f"the least, in [0, 1]; most of the class is found at it ({USUAL} by default)",
    )  # fmt: skip
    asked.add_argument(
        "--sensitivity", type=_share, metavar="SHARE",
        help="the least, in [0, 1]; fewest others are mistaken for the class at it",
    )  # fmt: skip
    command.set_defaults(handler=_operating_point)


def _share(text: str) -> float:
    """Return a share.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("it must be a number from 0 to 1")
    return share


def _operating_point(options: argparse.Namespace) -> int:
    from autoal_gui.core.project.project import Project
    from autoal_gui.sources.opening import open_images

    project = Project.open(options.project, open_images)
    try:
        if options.none:
            project.settings.operating_point = None
        elif options.name is not None:
            project.settings.operating_point = _rule(project, options)
        _tell(project)
    finally:
        project.close()
    return 0


def _rule(project: "Project", options: argparse.Namespace) -> "OperatingRule":
    """Return what is to be kept, if the last model has such a threshold.

    Raises:
        AutoALError: it has none, or there is no such class.
    """
    from autoal_gui.core.measures.operating.point import OperatingRule
    from autoal_gui.core.project.kept_point import point_of

    if options.name not in project.classes.names:
        raise AutoALError(f"The project has no class named {on_one_line(options.name)}.")
    index = project.classes.names.index(options.name)
    rule = OperatingRule(index, options.specificity)
    if options.sensitivity is not None:
        rule = OperatingRule(index, options.sensitivity, "sensitivity")
    if point_of(project, rule) is None:
        raise AutoALError(NOT_FOUND)
    return rule


def _tell(project: "Project") -> None:
    from autoal_gui.core.language import tr
    from autoal_gui.core.measures.operating.text import (
        FITTED,
        found_sentence,
        fresh_sentence,
        kept_sentence,
        left_sentence,
    )
    from autoal_gui.core.project.kept_point import kept_point

    rule, point = project.settings.operating_point, kept_point(project)
    if rule is None or point is None:
        print(NOTHING if rule is None else NOT_FOUND)
        return
    name = on_one_line(project.classes.names[rule.class_index])
    print(kept_sentence(name, point))
    print(fresh_sentence(point.fresh))
    print(tr(FITTED))
    print(found_sentence(name, point.chosen.sensitivity))
    print(left_sentence(point.chosen.specificity))
