"""Cyclic garbage is collected in the window's thread alone, between two events.

CPython collects in whichever thread happens to allocate, at whichever line. A widget that is part
of a reference cycle is then destroyed by a worker, or by the window's thread while Qt is walking
over its widgets (a new style sheet, a row count): both end the process with a segmentation fault.
"""

import gc
from time import perf_counter

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer, Slot

SOON = 5  # milliseconds to the next look while there is garbage to collect
LATER = 1_000  # after anything has happened, and while a worker makes objects
LONGEST = 60_000  # between two looks of a program in which nothing happens
GROWN = 20  # objects between two looks; fewer come and go with the looks themselves
SHARE = 0.002  # of the time, at most, for collections of everything


class GarbageCollector(QObject):
    """Takes the place of the interpreter's automatic collection for as long as a window lives.

    Reference counting goes on as ever: only cycles wait, until the next look. There is one each
    time that the window has done all that it had to do. A worker may make garbage beside a window
    that sleeps; it is woken for that ever more seldom, so that the computer may sleep too.

    Args:
        parent: the application; the collector lives in its thread.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._next_full = 0.0
        self._objects = 0  # of the youngest generation, when it was looked at last
        self._wait = LATER
        self._timer = QTimer(self, singleShot=True)  # that it wakes the window is enough
        QAbstractEventDispatcher.instance().aboutToBlock.connect(self._check)

    @Slot()
    def _check(self) -> None:
        """Collect what is due, everything only while that is a small share of the time."""
        start = perf_counter()
        collected = collect_due(full=start >= self._next_full)
        if collected == 2:
            end = perf_counter()
            self._next_full = end + (end - start) / SHARE
        self._timer.start(self._until_next(collected is not None))

    def _until_next(self, collected: bool) -> int:
        """Return in how many milliseconds to look again, whatever happens until then."""
        before, self._objects = self._objects, gc.get_count()[0]
        if collected:
            self._wait = SOON
        elif self._timer.isActive() or self._objects - before >= GROWN:  # an event woke it
            self._wait = LATER
        else:
            self._wait = min(max(LATER, 2 * self._wait), LONGEST)
        return self._wait


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
