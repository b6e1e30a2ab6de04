"""What leaves the program as text: nothing in it can command a terminal, and no failure is a fault.

File names, class names and comments are whatever others chose: an escape sequence in one could
move the cursor, change the colours or type into a terminal. A console may know few characters, a
pipe may be closed by who reads it, and a device may be full.
"""

import io
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr
from autoal_gui.core.system.memory import TOO_LITTLE
from autoal_gui.core.system.processes import ENDING

COMMANDS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
"""Control characters but tabulator and line ends; and those that turn the direction of writing."""
LINE_ENDS = {"\n": "\\n", "\r": "\\r"}


class OutputFailed(AutoALError):
    """What was to be written has nowhere to go."""


class OutputClosed(OutputFailed):
    """Nobody reads any more, which needs no words."""


def visible(text: str) -> str:
    """Return a text in which what could command a terminal is written out."""
    return COMMANDS.sub(lambda found: _written_out(found[0]), text)


def on_one_line(text: str) -> str:
    """Return a text that stays on its line: a file's name could else pass for another message."""
    return visible("".join(LINE_ENDS.get(letter, letter) for letter in text))


def _written_out(letter: str) -> str:
    return f"\\x{ord(letter):02x}" if ord(letter) < 256 else f"\\u{ord(letter):04x}"


class Output(io.TextIOWrapper):
    """A standard stream that takes any text; see `on_terminals`."""

    exact = False
    """Whether texts go out as they are: into a file or a pipe, where a program reads them."""

    def write(self, text: str, /) -> int:
        """Write a text; see `io.TextIOWrapper.write`.

        Raises:
            OutputFailed: it cannot be written.
        """
        with _told():
            super().write(text if self.exact else visible(text))
        return len(text)

    def flush(self) -> None:
        """Hand on what has been written.

        Raises:
            OutputFailed: it cannot be written.
        """
        with _told():
            super().flush()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise OutputClosed("Nobody reads the output any more.") from error
    except OSError as error:
        raise OutputFailed("The output cannot be written; is the disk full?") from error


def on_terminals() -> None:
    """Let nothing that is printed from now on command a terminal, or fail for a character."""
    one = sys.stderr is sys.stdout  # as where there is no console
    sys.stdout = _output(sys.stdout)
    sys.stderr = sys.stdout if one else _output(sys.stderr)


def _output(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper) or isinstance(stream, Output):
        return stream
    stream.flush()
    by_line = stream.line_buffering
    return Output(stream.detach(), stream.encoding, "backslashreplace", line_buffering=by_line)


@contextmanager
def table_output() -> Iterator[TextIO]:
    """Give standard output for a table that a program may read.

    Into a file or a pipe it goes exactly and in UTF-8, as into a file that the program makes
    itself; on a terminal, as all else.

    Raises:
        OutputFailed: not all of it can be written.
    """
    stream = sys.stdout
    if not isinstance(stream, Output) or stream.isatty():
        yield stream
        return
    stream.flush()
    stream.reconfigure(encoding="utf-8", newline="")
    stream.exact = True
    try:
        yield stream
        stream.flush()
    finally:
        stream.exact = False


def carried_out(work: Callable[[], int]) -> int:
    """Do a command's work and return the exit status; what goes wrong is one line.

    0: done; 1: it could not be done, with one sentence on standard error; 130: interrupted.
    """
    try:
        try:
            return work()
        finally:
            sys.stdout.flush()
    except OutputFailed as error:
        _drop(sys.stdout)
        if not isinstance(error, OutputClosed):
            _say(str(error))
    except AutoALError as error:
        _say(str(error))
    except MemoryError:
        _say(tr(TOO_LITTLE))
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    return 1


def _say(sentence: str) -> None:
    with suppress(OutputFailed):
        print(f"autoal-gui: {on_one_line(sentence)}", file=sys.stderr, flush=True)
        return
    _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    """Lead what is left to write nowhere: Python would complain of it when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Leave every block when the program is asked to end: temporary folders go with theirs.

    To be used in the main thread. Ctrl+C is a `KeyboardInterrupt`, as is usual.
    """

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in ENDING}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
