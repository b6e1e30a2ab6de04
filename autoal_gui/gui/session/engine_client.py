"""The window's end of the engine: one command at a time, and only events of the one that runs."""

import dataclasses
import itertools
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.backend import Backend
from autoal_gui.core.messages import (
    Command,
    CommandCancelled,
    CommandFailed,
    Event,
    Explained,
    Exported,
    Mapped,
    PredictFinished,
    RoundFinished,
    WarmStarted,
)
from autoal_gui.engine.engine import Engine
from autoal_gui.engine.state import Move, State, after, can

LAST_EVENTS = (
    WarmStarted,
    RoundFinished,
    Exported,
    Explained,
    PredictFinished,
    Mapped,
    CommandCancelled,
    CommandFailed,
)


class EngineClient(QObject):
    """Submits commands and passes on the events of the running one."""

    happened = Signal(object)
    """An `Event` of the running command; `state` is up to date when it is emitted."""
    state_changed = Signal(object)
    """The new `State`."""

    def __init__(self, make_backend: Callable[[], Backend], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = Engine(make_backend, self)
        self._engine.happened.connect(self._receive)
        self._ids = itertools.count(1)
        self._running: Command | None = None
        self._state = State.IDLE

    @property
    def state(self) -> State:
        """What the engine is doing for this window."""
        return self._state

    @property
    def running(self) -> Command | None:
        """The command that runs for this window."""
        return self._running

    def warm_up(self) -> None:
        """Let the engine get ready while the user is still choosing."""
        if self._state is State.IDLE:
            self._start()
            self._engine.warm_up()

    def _start(self) -> None:
        if not self._engine.isRunning():
            self._engine.start()

    def submit(self, command: Command) -> None:
        """Start a command; its request id is replaced by a fresh one.

        Raises:
            ValueError: another command is running.
        """
        if not can(self._state, Move.START):
            raise ValueError(f"{type(command).__name__} cannot start while {self._state.value}")
        own = self._running = dataclasses.replace(command, request_id=next(self._ids))
        self._move(Move.START)
        self._start()
        self._engine.submit(own)

    def cancel(self) -> None:
        """Ask the running command to stop; its last event says when it has."""
        if can(self._state, Move.CANCEL):
            self._move(Move.CANCEL)
            self._engine.cancel()

    def abandon(self) -> None:
        """Stop the running command and forget it: its events will be dropped."""
        self._engine.cancel()
        self._running = None
        if can(self._state, Move.END):
            self._move(Move.END)

    def close(self) -> None:
        """Stop the engine and wait for its thread."""
        if self._state is not State.CLOSED:
            self._move(Move.CLOSE)
            self._running = None
            self._engine.close()

    @Slot(object)
    def _receive(self, event: Event) -> None:
        if self._running is None or event.request_id != self._running.request_id:
            return
        if isinstance(event, LAST_EVENTS):
            self._running = None
            self._move(Move.END)
        self.happened.emit(event)

    def _move(self, move: Move) -> None:
        self._state = after(self._state, move)
        self.state_changed.emit(self._state)
