"""Progress, time left and cancellation of one command."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import Cancelled
from autoal_gui.core.language import tr
from autoal_gui.core.messages import Progress, Step

TRAINING_COST = 3.0  # a training step costs about three forward passes


Check = Callable[[], None]
"""`ProgressTracker.check` of what runs: what takes long by itself calls it now and then."""


def unchecked() -> None:
    """Let work go on that nobody can cancel."""


@dataclass
class ProgressTracker:
    """Keeps count while a command runs. One unit is the forward pass of one image."""

    request_id: int
    cancelled: CancelCheck
    device: str
    total_units: float
    done_units: float = 0.0
    seconds: dict[Step, float] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

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
        self.done_units += units
        return Progress(self.request_id, step, done, total, self._seconds_left(), loss, self.device)

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

    def _seconds_left(self) -> float | None:
        if not self.done_units:
            return None
        elapsed = time.monotonic() - self._started
        return elapsed * max(0.0, self.total_units - self.done_units) / self.done_units
