"""The command line: its parser, and what becomes of a command that could not be carried out."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import autoal_gui
from autoal_gui.benchmark.command import add_benchmark
from autoal_gui.commands.arguments import add_set_options, not_negative, positive
from autoal_gui.commands.backbones import add_backbones
from autoal_gui.commands.checks import add_checks
from autoal_gui.commands.desktop import add_desktop
from autoal_gui.commands.inspect import add_inspect
from autoal_gui.commands.models.export import add_export
from autoal_gui.commands.models.hand_over import add_hand_over
from autoal_gui.commands.models.predict import add_predict
from autoal_gui.commands.project.evaluation_set import add_evaluation_set
from autoal_gui.commands.project.images import add_images
from autoal_gui.commands.project.operating_point import add_operating_point
from autoal_gui.commands.recover import add_recover
from autoal_gui.commands.simulate import add_simulate
from autoal_gui.commands.table import add_table
from autoal_gui.commands.terminal import carried_out
from autoal_gui.commands.window import add_window, open_window
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.evaluation.command import evaluate_command
from autoal_gui.evaluation.forecasts import add_forecasts
from autoal_gui.evaluation.options import add_evaluate

Handler = Callable[[argparse.Namespace], int]


def run(arguments: Sequence[str]) -> int:
    """Parse the command line, carry it out, and return the exit status.

    0: done; 1: it could not be done, with one sentence on standard error; 2: wrong usage;
    130: interrupted.
    """

    def work() -> int:
        options = build_parser().parse_args(_with_command(arguments))
        handler: Handler = options.handler
        return handler(options)

    return carried_out(work)


def _with_command(arguments: Sequence[str]) -> Sequence[str]:
    """Return the arguments, with `window` before a project that is named alone."""
    if len(arguments) == 1 and (Path(arguments[0]) / FILE_NAME).is_file():
        return ("window", *arguments)
    return arguments


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command."""
    parser = argparse.ArgumentParser(
        prog="autoal-gui",
        description="Label the images that matter, train the classifier, take it away.",
    )
    parser.add_argument("--version", action="version", version=autoal_gui.__version__)
    parser.add_argument(
        "--self-test", dest="handler", action="store_const", const=_self_test, default=open_window,
        help="check that every part of the installed program works, and exit",
    )  # fmt: skip
    parser.set_defaults(project=None, demo=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    add_window(commands)
    add_simulate(commands)
    add_predict(commands)
    add_inspect(commands)
    add_export(commands)
    add_hand_over(commands)
    add_images(commands)
    add_recover(commands)
    add_backbones(commands)
    add_desktop(commands)
    add_evaluation_set(commands)
    add_operating_point(commands)
    add_evaluate(commands, evaluate_command, positive, not_negative, add_set_options)
    add_forecasts(commands)
    add_checks(commands)
    add_table(commands)
    add_benchmark(commands)
    return parser


def _self_test(options: argparse.Namespace) -> int:
    from autoal_gui.selftest.selftest import self_test

    return self_test(run)
