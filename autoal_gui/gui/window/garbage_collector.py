"""Cyclic garbage is collected in the window's thread alone, between two events.

CPython collects in whichever thread happens to allocate, at whichever line. A widget that is part
of a reference cycle is then destroyed by a worker, or by the window's thread while Qt is walking
over its widgets (a new style sheet, a row count): both end the process with a segmentation fault.
"""

import gc
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

INTERVAL = 1  # milliseconds between two looks
SHARE = 0.002  # of the time, at most, for collections of everything


class GarbageCollector(QObject):
    """Takes the place of the interpreter's automatic collection for as long as a window lives.

    Reference counting goes on as ever: only cycles wait, until the next look.

    Args:
        parent: the application; the collector lives in its thread.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._next_full = 0.0
        timer = QTimer(self)
        timer.setInterval(INTERVAL)
        timer.timeout.connect(self._look)
        timer.start()

    def _look(self) -> None:
        """Collect what is due, everything only while that is a small share of the time."""
        start = perf_counter()
        if collect_due(full=start >= self._next_full) == 2:
            end = perf_counter()
            self._next_full = end + (end - start) / SHARE


def collect_due(*, full: bool = True) -> int | None:
    """Collect the oldest generation that is due by the interpreter's own thresholds.

    Args:
        full: whether the oldest of all may be collected.

    Returns:
        The generation that was collected, 0 to 2; None when none was due.
    """
    counts, limits = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0) if full else (1, 0):
        if 0 < limits[generation] < counts[generation]:
            gc.collect(generation)
            return generation
    return None
