"""Progress that costs nothing: however often it is told, it passes on at most 20 calls a second."""

import time

from autoal_gui.core.images.source import ProgressCallback

INTERVAL = 0.05  # seconds


class Ticks:
    """Counts what is done and passes it on: the first count, the last, and a few between."""

    def __init__(self, progress: ProgressCallback, total: int) -> None:
        self.done = 0
        self.total = total
        self._progress = progress
        self._next = 0.0

    def add(self, count: int = 1) -> None:
        """Count more that is done.

        Raises:
            Cancelled: where the callback raises it.
        """
        self.done += count
        now = time.monotonic()
        if now >= self._next or self.done >= self.total:
            self._next = now + INTERVAL
            self._progress(self.done, self.total)
