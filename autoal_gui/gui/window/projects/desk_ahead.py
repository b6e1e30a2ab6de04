"""The desk, made while the user still chooses images: its charts and their library take seconds.

All of it is loaded in the window's own thread, a part at a time, so that keys and paint come
between. The chart library comes first of all, before there is any other thread: it looks at every
class of Qt, and where another thread uses Qt meanwhile, that ends the program now and then.
"""

from collections.abc import Iterator
from importlib import import_module

import pyqtgraph  # noqa: F401 - before any thread begins, see above
from PySide6.QtCore import QObject, QTimer, Slot

from autoal_gui.gui.window.page_stack import PageStack

PARTS = (
    "autoal_gui.gui.panels.performance.panel",
    "autoal_gui.gui.panels.side_panel",
    "autoal_gui.gui.desk.desk",
)


class DeskAhead(QObject):
    """Loads what the desk is made of, then has it made; once in a window's life."""

    def __init__(self, pages: PageStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pages = pages
        self._left: Iterator[str] | None = None
        self._step = QTimer(self)
        self._step.setInterval(0)
        self._step.timeout.connect(self._go_on)

    @Slot()
    def begin(self) -> None:
        """Begin, the first time that images are chosen."""
        if self._left is None:
            self._left = iter(PARTS)
            self._step.start()

    @Slot()
    def _go_on(self) -> None:
        part = next(self._left or iter(()), None)
        if part is not None:
            import_module(part)
            return
        self._step.stop()
        self._pages.make_desk()

    def close(self) -> None:
        """Stop."""
        self._step.stop()
