"""The engine: the one QThread that owns everything of torch.

The window submits frozen commands and receives frozen events through one queued signal, so that
no lock is needed. Connect `happened` only to bound slots of objects that live in the window's
thread: a lambda would run in the engine's.
"""

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QThread, Signal

from autoal_gui.core.backend import Backend
from autoal_gui.core.errors import AutoALError, Cancelled
from autoal_gui.core.language import mark, tr
from autoal_gui.core.messages import (
    Command,
    CommandCancelled,
    CommandFailed,
    Event,
    Progress,
)

log = logging.getLogger(__name__)

FAULT = mark(
    "The work stopped because of a fault in the program; labels and the last model are kept."
)
PROGRESS_INTERVAL = 0.05  # seconds between two progress events: 20 a second at most
MakeBackend = Callable[[], Backend]


class Engine(QThread):
    """Runs commands one after the other. Lives in the window's thread, works in its own."""

    happened = Signal(object)
    """One `Event`; emitted in the engine's thread, delivered in the receiver's."""

    def __init__(self, make_backend: MakeBackend, parent: QObject | None = None) -> None:
        """Prepare the engine; `make_backend` is called in its thread, where torch is imported."""
        super().__init__(parent)
        self._make_backend = make_backend
        self._commands: queue.SimpleQueue[tuple[Command | None, threading.Event] | None]
        self._commands = queue.SimpleQueue()
        self._cancel = threading.Event()
        self._closing = threading.Event()

    def warm_up(self) -> None:
        """Make the backend before it is needed: importing torch takes seconds and cannot stop."""
        self._commands.put((None, self._cancel))

    def submit(self, command: Command) -> None:
        """Queue a command; it gets a cancel event of its own."""
        self._cancel = threading.Event()
        self._commands.put((command, self._cancel))

    def cancel(self) -> None:
        """Ask the command submitted last to stop; it answers with `CommandCancelled`."""
        self._cancel.set()

    def close(self) -> None:
        """Cancel all, let the thread end, and wait: a running QThread must never be dropped."""
        self._closing.set()
        self._commands.put(None)
        self.wait()

    def run(self) -> None:
        """Work through the commands until `close`; called by Qt in the engine's thread."""
        backend: Backend | None = None
        while (item := self._commands.get()) is not None:
            command, cancel = item
            try:
                backend = backend or self._make_backend()
                if command is not None:
                    for event in throttled(backend.run(command, partial(self._stopped, cancel))):
                        self.happened.emit(event)
            except BaseException as error:  # a panic of a library in Rust is no Exception
                if command is not None:  # what fails in a warm-up fails again, and is told then
                    self.happened.emit(ending_event(command.request_id, error))

    def _stopped(self, cancel: threading.Event) -> bool:
        return cancel.is_set() or self._closing.is_set()


def throttled(events: Iterator[Event]) -> Iterator[Event]:
    """Drop progress that comes too soon after the last, unless it opens or ends a step."""
    throttle, step = Throttle(PROGRESS_INTERVAL), ""
    for event in events:
        if isinstance(event, Progress):
            if not throttle.passes(event.step != step or is_last(event.done, event.total)):
                continue
            step = event.step
        yield event


def is_last(done: int, total: int) -> bool:
    """Say whether this is the last count; where the total is unknown, 0, none is known to be."""
    return 0 < total == done


class Throttle:
    """Lets one through in every `interval` seconds, and whatever is urgent."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._last = -interval

    def passes(self, urgent: bool) -> bool:
        """Say whether the next may pass now."""
        now = time.monotonic()
        if not urgent and now - self._last < self._interval:
            return False
        self._last = now
        return True


def ending_event(request_id: int, error: BaseException) -> CommandCancelled | CommandFailed:
    """Turn an exception into the event that ends its command."""
    if isinstance(error, Cancelled):
        return CommandCancelled(request_id)
    details = where(error)
    log.error("A command failed: %s", details)
    if isinstance(error, AutoALError):
        return CommandFailed(request_id, str(error), details)
    return CommandFailed(request_id, tr(FAULT), details)


def where(error: BaseException) -> str:
    """Name an exception's types and code positions, but no value: values may be patients'."""
    lines: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:  # a cause may lead back to itself
        seen.add(id(link))
        frames = traceback.extract_tb(link.__traceback__)[-4:]
        places = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(frames))
        lines.append(f"{type(link).__name__} at {places}")
        link = link.__cause__
    return "; ".join(lines)
