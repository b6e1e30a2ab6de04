"""What several commands have in common: kinds of arguments, and progress in a terminal."""

import argparse
import sys

from autoal_gui.core.messages import Event, Notice, Progress

DATA = (
    "an .npz file, a folder of images or of DICOM files, an image or DICOM file, a MedMNIST name "
    "such as pneumoniamnist or pneumoniamnist:64, demo, or synthetic"
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
