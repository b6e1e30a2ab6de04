"""What runs in the engine and what waits for it: one command runs, a short ordered list waits."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from autoal_gui.core.messages import Command, Event, Progress
from autoal_gui.engine.state import State
from autoal_gui.gui.session.engine_client import EngineClient
from autoal_gui.gui.session.rounds.time_left import TimeLeft


class Priority(IntEnum):
    """The kinds of command, in the order in which they go where several wait."""

    EXPORT = 1
    QUESTION = 2
    PREDICTION = 3
    FIRST = 4
    """The round that chooses the first batch, which a warm start would keep waiting."""
    WARM_START = 5
    ROUND = 6
    MAP = 7


GIVES_WAY: dict[Priority, frozenset[Priority]] = {
    Priority.WARM_START: frozenset({Priority.EXPORT, Priority.PREDICTION}),
    Priority.MAP: frozenset(Priority) - {Priority.MAP},
}
"""What stops for what is submitted while it runs, since it keeps what it has and takes minutes."""

MakeCommand = Callable[[], Command | None]
"""Makes a command when its turn has come, with the labels, settings and model of that moment;
None where there is nothing to do any more."""
OnEvent = Callable[[Command, Event], None]
"""Is told every event of a command that ran, with the command."""


@dataclass(frozen=True)
class _Task:
    make: MakeCommand
    on_event: OnEvent
    priority: Priority


class EngineQueue(QObject):
    """Gives the engine one command after the other; at most one of each kind waits."""

    state_changed = Signal(object)
    """The new `State`."""
    began = Signal(object)
    """The `Priority` of a command that has just begun."""
    waiting_changed = Signal()
    """Something waits that did not, or not any more."""
    progressed = Signal(object)
    """A `Progress` of whatever runs."""

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._client.happened.connect(self._on_event)
        self._client.state_changed.connect(self.state_changed)
        self._task: _Task | None = None
        self._command: Command | None = None
        self._waiting: dict[Priority, _Task] = {}
        self._makes_way = False
        self.progress: Progress | None = None
        """The last that the running command has told; None before the first."""
        self._time_left = TimeLeft()
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._begin_next)

    @property
    def state(self) -> State:
        """What the engine is doing."""
        return self._client.state

    @property
    def running(self) -> Command | None:
        """The command that runs."""
        return self._command

    @property
    def at_rest(self) -> bool:
        """Whether nothing runs and nothing waits."""
        return self.state is State.IDLE and not self._waiting

    def runs(self, *priorities: Priority) -> bool:
        """Say whether a command of one of these kinds runs."""
        return self._task is not None and self._task.priority in priorities

    def waits(self, priority: Priority) -> bool:
        """Say whether a command of this kind waits."""
        return priority in self._waiting

    @property
    def makes_way(self) -> bool:
        """Whether what runs, or has just ended, was asked to stop for what waits.

        Whoever submitted it submits it anew when it ends.
        """
        return self._makes_way

    def warm_up(self) -> None:
        """Let the engine get ready before the first command."""
        self._client.warm_up()

    def submit(
        self, make: MakeCommand, on_event: OnEvent, priority: Priority, delay: int = 0
    ) -> bool:
        """Have a command run, at once where the engine is free; say whether it runs now.

        Args:
            make: makes the command; it takes the place of one of its kind that waits.
            on_event: is told its events.
            priority: its kind.
            delay: milliseconds that a free engine is left alone first.
        """
        task = self._waiting[priority] = _Task(make, on_event, priority)
        if delay:
            self._soon.start(delay)
        else:
            self._begin_next()
        begun = self._task is task
        if not begun and self._task and priority in GIVES_WAY.get(self._task.priority, ()):
            self.make_way()
        self.waiting_changed.emit()
        return begun

    def cancel(self) -> None:
        """Ask the running command to stop; its last event says when it has. What waits stays."""
        self._client.cancel()

    def make_way(self) -> None:
        """Ask the running command to stop for what waits; one that stops already is left to it."""
        if self.state is State.RUNNING:
            self._makes_way = True
            self.cancel()

    def withdraw(self, priority: Priority) -> bool:
        """Take a waiting command back; say whether there was one."""
        was_there = self._waiting.pop(priority, None) is not None
        if was_there:
            self.waiting_changed.emit()
        return was_there

    def abandon(self) -> None:
        """Stop the running command and drop its events; what waits follows in the next moment."""
        self._task, self._command, self._makes_way = None, None, False
        self.progress = None
        self._client.abandon()
        self._soon.start(0)

    def reset(self) -> None:
        """Abandon what runs and forget what waits."""
        self._waiting.clear()
        self.abandon()
        self._soon.stop()

    def close(self) -> None:
        """Stop the engine and wait for its thread."""
        self.reset()
        self._client.close()

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        task, command = self._task, self._command
        if task is None or command is None:
            return
        over = self._client.running is None
        if isinstance(event, Progress):
            event = self.progress = self._time_left.told(event)
            self.progressed.emit(event)
        if over:
            self._task, self._command, self.progress = None, None, None
        task.on_event(command, event)
        if over:
            self._begin_next()

    @Slot()
    def _begin_next(self) -> None:
        """Begin what waits first, or what follows where there is nothing to do for it."""
        # A state change is told before the event that caused it: until that has been passed on,
        # its command still counts as the one that runs.
        while self._waiting and self._task is None and self.state is State.IDLE:
            self._begin(self._waiting.pop(min(self._waiting)))

    def _begin(self, task: _Task) -> None:
        command = task.make()
        if command is not None:
            self._task, self._command, self._makes_way = task, command, False
            self.progress = None
            self._time_left.begin()
            self._client.submit(command)
            self.began.emit(task.priority)
