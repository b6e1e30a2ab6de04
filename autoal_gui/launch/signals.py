"""A program with a window that is asked to end: it closes the window, as the user would.

Python looks after signals between two of its own steps, and while Qt waits for events there are
none. So each signal also writes a byte into a pipe, which Qt watches.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Slot

from autoal_gui.core.system.processes import ENDING
from autoal_gui.core.system.scratch import remove_own


class _Watch(QObject):
    def __init__(self, descriptor: int, close: Callable[[], object]) -> None:
        super().__init__()
        self.asked = 0
        """The number of the signal that asked, or 0."""
        self._descriptor, self._close = descriptor, close
        self._notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def note(self, number: int, frame: object) -> None:
        """Note a signal; whoever asks a second time does not want to wait."""
        if self.asked:
            remove_own()
            os._exit(128 + number)
        self.asked = number

    @Slot()
    def _on_signal(self) -> None:
        os.read(self._descriptor, 64)
        if self.asked:
            try:
                self._close()
            finally:
                QCoreApplication.exit(128 + self.asked)

    def stop(self) -> None:
        self._notifier.setEnabled(False)


@contextmanager
def closed_by_signals(close: Callable[[], object]) -> Iterator[None]:
    """Close the window and leave Qt's loop, with 128 and its number, when a signal asks to end.

    Args:
        close: ends what is at work and closes the window. What it leaves half done is lost, as by
            a kill, but nothing that was saved.
    """
    if sys.platform == "win32":  # there no program asks in this way
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    watch = _Watch(reading, close)
    numbers = (*ENDING, signal.SIGINT)
    before = {number: signal.signal(number, watch.note) for number in numbers}
    woken = signal.set_wakeup_fd(writing)
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)
        watch.stop()
        os.close(reading)
        os.close(writing)
