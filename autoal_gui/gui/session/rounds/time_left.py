"""What is said of the time left: once told it runs down, and where it grows that is said."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from autoal_gui.core.messages import Progress

JITTER, AT_LEAST = 1.25, 2.0  # growth within these, as a factor and in seconds, is none to speak of
SAID_FOR = 10.0  # seconds for which it is said that a time has grown
LEAST = 1.0  # seconds from which a time is told


@dataclass(frozen=True)
class ToldProgress(Progress):
    """Progress with the time that is told of it."""

    is_longer: bool = False
    """Whether it takes longer than was told before."""


@dataclass
class TimeLeft:
    """Puts the time that is to be told into the progress of one command after the other."""

    clock: Callable[[], float] = time.monotonic
    _end: float | None = field(default=None, init=False)
    """When the work ends by what was told last."""
    _grew: float | None = field(default=None, init=False)

    def begin(self) -> None:
        """Forget what was told: another command begins."""
        self._end = self._grew = None

    def told(self, progress: Progress) -> Progress:
        """Return progress with the time to tell, and whether that is longer than was told.

        A step whose pace is not known yet takes no time back that was told before it.
        """
        now, new = self.clock(), progress.seconds_left
        if self._end is None:
            if new is not None and new >= LEAST:
                self._end = now + new
            return progress
        before = self._end - now
        if new is not None and new > max(before, 0) * JITTER + AT_LEAST:
            self._grew = now
            self._end = now + new
        elif new is not None:
            self._end = min(self._end, now + new)
        left = self._end - now
        if left < LEAST:  # over, or longer than was told and nobody knows how long
            return _told(progress, None if new is None else 0.0, is_longer=new is None)
        grew = self._grew is not None and now - self._grew < SAID_FOR
        return _told(progress, left, is_longer=grew)


def _told(progress: Progress, seconds: float | None, *, is_longer: bool) -> ToldProgress:
    known = {each.name: getattr(progress, each.name) for each in fields(Progress)}
    return ToldProgress(**{**known, "seconds_left": seconds}, is_longer=is_longer)
