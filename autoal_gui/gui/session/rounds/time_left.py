"""What is said of the time left: once told it runs down, and where it grows that is said."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace

from autoal_gui.core.messages import Progress

JITTER, AT_LEAST = 1.25, 2.0  # growth within these, as a factor and in seconds, is none to speak of
SAID_FOR = 10.0  # seconds for which it is said that a time has grown
LEAST = 1.0  # seconds from which a time is told
SHORTEST = 1.0  # seconds of reading, from which its pace is known


@dataclass(frozen=True)
class ToldProgress(Progress):
    """Progress with the time that is told of it."""

    is_longer: bool = False
    """Whether it takes longer than was told before."""
    to_read: float | None = None
    """Seconds that reading the images still takes, where no more is known than that."""


@dataclass
class TimeLeft:
    """Puts the time that is to be told into the progress of one command after the other."""

    clock: Callable[[], float] = time.monotonic
    _end: float | None = field(default=None, init=False)
    """When the work ends by what was told last."""
    _grew: float | None = field(default=None, init=False)
    _read_from: tuple[float, int] | None = field(default=None, init=False)
    """When reading was told of first, and how many images were read by then."""

    def begin(self) -> None:
        """Forget what was told: another command begins."""
        self._end = self._grew = self._read_from = None

    def told(self, progress: Progress) -> Progress:
        """Return progress with the time to tell, and whether that is longer than was told.

        A step whose pace is not known yet takes no time back that was told before it.
        """
        now, new = self.clock(), progress.seconds_left
        if progress.step == "finishing" and new is None:
            self.begin()  # whatever was left is not done any more
        if self._end is None:
            if new is not None and new >= LEAST:
                self._end = now + new
            return self._reading(progress, now)
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

    def _reading(self, progress: Progress, now: float) -> Progress:
        """Tell how long reading still takes; of what follows, which has another pace, nothing."""
        if progress.step != "reading" or progress.seconds_left is not None:
            return progress
        if self._read_from is None or progress.done < self._read_from[1]:
            self._read_from = now, progress.done
        since, first = self._read_from
        if now - since < SHORTEST or progress.done <= first:
            return progress
        left = (now - since) * (progress.total - progress.done) / (progress.done - first)
        return replace(_told(progress, None, is_longer=False), to_read=left)


def reading_left(progress: Progress) -> float | None:
    """Return the seconds that reading still takes, where no more is known of the time left."""
    return progress.to_read if isinstance(progress, ToldProgress) else None


def _told(progress: Progress, seconds: float | None, *, is_longer: bool) -> ToldProgress:
    known = {each.name: getattr(progress, each.name) for each in fields(Progress)}
    return ToldProgress(**{**known, "seconds_left": seconds}, is_longer=is_longer)
