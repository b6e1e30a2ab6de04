"""What several commands have in common: kinds of arguments, and progress in a terminal."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from autoal_gui.core.messages import Event, Notice, Progress

DATA = (
    "an .npz file, a folder of images or of DICOM files, an image or DICOM file, a MedMNIST name "
    "such as pneumoniamnist or pneumoniamnist:64, cifar10, cifar100, svhn or tinyimagenet (with "
    "its folder: cifar10:FOLDER), demo, or synthetic"
)


SET_OPTIONS = {
    "--table": ("FILE", "a table (CSV, TSV, XLSX, JSON) that says more of the images"),
    "--key-column": ("NAME", "its column that names the image"),
    "--label-column": ("NAME[,NAME...]", "its column of labels, or several of 0 and 1"),
    "--group-column": ("NAME", "its column of what stays together: the patient, the slide"),
    "--split-column": ("NAME", "its column of train, validation and test"),
    "--class-level": ("N", "the level of folders that names the class, from 1; 0 for none"),
    "--group-level": ("N", "the level of folders that names the group"),
    "--group-pattern": ("REGEX", "what in a file's name is the group"),
    "--split-level": ("N", "the level of folders that names train, validation and test"),
    "--parts": ("redrawn", "draw the evaluation set anew, whatever parts the set itself has"),
}
"""How a set is understood, where its names do not say it rightly."""


class _SetOption(argparse.Action):
    """Keeps what is said of the set in one place, as options of a `SourceSpec`."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Take an option down; the last of one name counts."""
        given = dict(namespace.set_options)
        given[self.option_strings[0].removeprefix("--")] = str(values)
        namespace.set_options = tuple((name, value) for name, value in given.items() if value)


def add_set_options(parser: argparse.ArgumentParser) -> None:
    """Let a command take what its sets mean, as `set_options`."""
    group = parser.add_argument_group("what the set means (else understood from its names)")
    for flag, (metavar, meaning) in SET_OPTIONS.items():
        group.add_argument(
            flag, metavar=metavar, dest="set_options", action=_SetOption, default=(), help=meaning
        )


def positive(text: str) -> int:
    """Return a number from 1.

    Raises:
        ArgumentTypeError: it is below; ValueError: it is no whole number.
    """
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def not_negative(text: str) -> int:
    """Return a number from 0.

    Raises:
        ArgumentTypeError: it is below; ValueError: it is no whole number.
    """
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return value


def never() -> bool:
    """Return False: at a terminal Ctrl+C interrupts, so that no work asks to be cancelled."""
    return False


def show_event(event: Event) -> None:
    """Write progress over one line of a terminal; notices on lines of their own."""
    if isinstance(event, Notice):
        print(f"  {event.sentence}", file=sys.stderr)
    elif isinstance(event, Progress):
        _show_count(event.step, event.done, event.total)


def show_listed(done: int, total: int) -> None:
    """Write how many images were read over one line of a terminal."""
    _show_count("reading", done, total)


def _show_count(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        line = f"  {what} {done}/{total}"
        end = "\r" if done < total else f"\r{' ' * len(line)}\r"
        print(line, end=end, file=sys.stderr)
