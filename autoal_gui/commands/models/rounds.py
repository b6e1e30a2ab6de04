"""Which round's model a command is about."""

import argparse
from typing import TYPE_CHECKING

from autoal_gui.commands.arguments import positive
from autoal_gui.core.errors import AutoALError

if TYPE_CHECKING:
    from autoal_gui.core.project.last_model import LastModel
    from autoal_gui.core.project.project import Project


def add_round(parser: argparse.ArgumentParser) -> None:
    """Let a command take a round, as `round`; None for the last model."""
    parser.add_argument(
        "--round", type=positive, metavar="N", help="of the model; by default the last one"
    )


def chosen_model(project: "Project", number: int | None = None) -> "LastModel":
    """Return the model of a round, the last one if no round is named.

    Raises:
        AutoALError: there is no such model.
    """
    from autoal_gui.core.project.last_model import kept_models, model_of

    model = model_of(project, number)
    if model is not None:
        return model
    kept = ", ".join(str(one.record.number) for one in kept_models(project))
    if not kept:
        raise AutoALError("The project has no trained model yet.")
    raise AutoALError(f"There is no model of round {number}. There are models of: {kept}.")
