"""An annotator who presses keys, and a pulse that shows how late the event loop runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

from autoal_gui.benchmark.screen import POLL, Painted, shows_image, until
from autoal_gui.gui.keys import class_keys

if TYPE_CHECKING:
    from autoal_gui.gui.window.main_window import MainWindow

PULSE = 5  # milliseconds
PAUSE = 50  # milliseconds between an image and the next key: far faster than anyone labels


def lateness(last: float, now: float) -> list[float]:
    """Return how late every beat came that was due between two that came, in milliseconds.

    A loop that is held lets one late beat through in the place of many. All of them count:
    whatever else had been due meanwhile would have come as late.

    Args:
        last: seconds on the clock of one beat.
        now: of the next that came.
    """
    late = max(0.0, 1000 * (now - last) - PULSE)
    return [late - PULSE * swallowed for swallowed in range(int(late // PULSE) + 1)]


class Pulse(QObject):
    """A timer that notes how late each of its beats comes."""

    def __init__(self, window: "MainWindow", counts: Callable[[], bool]) -> None:
        """Prepare; a beat is noted if `counts` said so at it or at the beat before.

        Either will do, so that what holds the window as a state begins or ends is noted.
        """
        super().__init__(window)
        self._counts, self._counted = counts, False
        self.late: list[float] = []
        """Milliseconds after the time that was due."""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last = 0.0

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat while the block lets the window work."""
        self._last, self._counted = time.perf_counter(), self._counts()
        self._timer.start(PULSE)
        try:
            yield
        finally:
            self._timer.stop()
            if 1000 * (time.perf_counter() - self._last) > PULSE:  # the last beat was held
                self._beat()

    def _beat(self) -> None:
        now, counts = time.perf_counter(), self._counts()
        if counts or self._counted:
            self.late += lateness(self._last, now)
        self._last, self._counted = now, counts


class Annotator(QObject):
    """Presses the key of the first class, and times each press to the next image on the screen."""

    def __init__(self, window: "MainWindow", may_press: Callable[[], bool]) -> None:
        """Prepare; `may_press` is asked before each press."""
        super().__init__(window)
        self._window, self._may_press = window, may_press
        self._key = Qt.Key(ord(class_keys(len(window.controller.project.classes.names))[0]))
        self._left = 0
        self._pressed: float | None = None
        self._worked = 0.0
        self.milliseconds: list[float] = []
        """From each press until the next image had been painted."""
        self.processor: list[float] = []
        """Milliseconds of processor time of the window's thread in the same span: what the program
        itself costs, whatever else the machine does."""
        self._image: int | None = None
        self._painted = Painted(window.desk.image_view, self._next_is_shown)
        self._painted.happened.connect(self._on_painted)

    def answer(self, images: int) -> None:
        """Let the window work until so many images have been answered, or none is left."""
        self._left = images
        self._next()
        until(self._window, self._done)

    def _done(self) -> bool:
        answered = self._left == 0 and self._pressed is None
        return answered or self._window.controller.images.current is None

    def _next(self) -> None:
        if self._done():
            return
        if self._may_press() and shows_image(self._window):
            self._left -= 1
            self._press()
        else:
            QTimer.singleShot(POLL, self._next)

    def _press(self) -> None:
        from PySide6.QtTest import QTest

        self._image = self._window.controller.images.current
        self._pressed, self._worked = time.perf_counter(), time.thread_time()
        QTest.keyClick(self._window.windowHandle(), self._key)

    def _next_is_shown(self) -> bool:
        changed = self._window.controller.images.current != self._image
        return self._pressed is not None and changed and shows_image(self._window)

    def _on_painted(self) -> None:
        if self._pressed is not None:
            self.milliseconds.append(1000 * (time.perf_counter() - self._pressed))
            self.processor.append(1000 * (time.thread_time() - self._worked))
            self._pressed = None
            QTimer.singleShot(PAUSE, self._next)
