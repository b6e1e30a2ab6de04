"""Progress, time left and cancellation of one command."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import Cancelled
from autoal_gui.core.language import tr
from autoal_gui.core.messages import Progress, Step, never

TRAINING_COST = 3.0  # a training step costs about three forward passes
RECENT = 10.0  # seconds whose pace tells the time left
SHORTEST = 1.0  # seconds of work from which a pace can be told
FROM_TRIAL: tuple[Step, ...] = ("comparison", "evaluation", "scoring", "finishing")
DOUBTFUL = 3.0  # times the time left that the whole work so far tells: then neither is believed


Check = Callable[[], None]
"""`ProgressTracker.check` of what runs: what takes long by itself calls it now and then."""


def unchecked() -> None:
    """Let work go on that nobody can cancel."""


@dataclass
class Pace:
    """Tells the time left from the pace of the last part, since steps differ in what a unit costs.

    Times are in seconds of any clock that never goes back, units of work only grow.
    """

    _started: float
    _noted: deque[tuple[float, float]] = field(default_factory=deque)

    def enter(self) -> None:
        """Forget the pace: another kind of work begins."""
        self._noted.clear()

    def note(self, now: float, done: float) -> None:
        """Take note of how many units are done by now."""
        noted = self._noted
        noted.append((now, done))
        while len(noted) > 1 and noted[1][0] <= now - RECENT:
            noted.popleft()

    def seconds_left(self, done: float, left: float) -> float | None:
        """Return the seconds that units still take; None where there is no ground to tell them.

        Args:
            done: units of all work so far, by the last note.
            left: units still to do, not negative.
        """
        if not left:
            return 0.0
        if not self._noted:
            return None
        (since, before), (now, _) = self._noted[0], self._noted[-1]
        if now - since < SHORTEST or done <= before:
            return None
        seconds = (now - since) * left / (done - before)
        usual = (now - self._started) * left / done
        return seconds if seconds <= DOUBTFUL * usual else None


@dataclass
class ProgressTracker:
    """Keeps count while a command runs. One unit is the forward pass of one image."""

    request_id: int
    cancelled: CancelCheck
    device: str
    total_units: float
    done_units: float = 0.0
    seconds: dict[Step, float] = field(default_factory=dict)
    ahead: float = 0.0
    """Seconds of a trial of every layer, whose units are expected only once it begins."""
    unwanted: CancelCheck = never
    """Says whether that trial is not to be made after all."""
    _pace: Pace = field(default_factory=lambda: Pace(time.monotonic()))
    _step: Step | None = None

    @contextmanager
    def timed(self, step: Step) -> Iterator[None]:
        """Add the block's seconds to a step."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - started

    def advance(
        self, step: Step, done: int, total: int, units: float, loss: float | None = None
    ) -> Progress:
        """Note `units` more of work; return the progress of the step.

        Raises:
            Cancelled: the user has asked to stop.
        """
        self.check()
        if step != self._step:
            self._step = step
            self._pace.enter()
        self.done_units += units
        self._pace.note(time.monotonic(), self.done_units)
        left = max(0.0, self.total_units - self.done_units)
        seconds = self._pace.seconds_left(self.done_units, left)
        if step in FROM_TRIAL or self.unwanted():
            self.ahead = 0.0
        if seconds is not None:
            seconds += self.ahead
        if step == "reading" and left + self.ahead > (total - done) * units:
            seconds = None  # what follows has another pace: reading tells nothing of it
        return Progress(self.request_id, step, done, total, seconds, loss, self.device)

    def check(self) -> None:
        """Stop here if that is asked for, where there is no progress to tell of.

        Raises:
            Cancelled: the user has asked to stop.
        """
        if self.cancelled():
            raise Cancelled(tr("The round was cancelled; labels and the last model are kept."))

    def expect(self, units: float) -> None:
        """Note work that turned out to be needed."""
        self.total_units += units

    def skip(self, units: float) -> None:
        """Note work that turned out not to be needed, so that the time left stays true."""
        self.total_units = max(self.done_units, self.total_units - units)
