"""The real window in this process: opened, waited for, and heard when it has been painted."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QEventLoop,
    QObject,
    QSettings,
    QSize,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import QWidget

from autoal_gui.launch.window import has_display, open_window

if TYPE_CHECKING:
    from autoal_gui.gui.window.main_window import MainWindow

SIZE = QSize(1280, 800)
POLL = 10  # milliseconds
PATIENCE = 600.0  # seconds; a window that takes longer is none


class Painted(QObject):
    """Watches a widget."""

    happened = Signal()
    """The widget was painted while `ready` held, and the window has gone to the screen."""

    def __init__(self, widget: QWidget, ready: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._ready = ready
        self.first: float | None = None
        """`time.monotonic()` of the first time that it happened."""
        widget.installEventFilter(self)
        widget.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look at the paint events, and keep none back."""
        if event.type() == QEvent.Type.Paint and self._ready():
            # The whole window is painted and sent to the screen before the next event's turn.
            QTimer.singleShot(0, self._tell)
        return False

    def _tell(self) -> None:
        self.first = self.first or time.monotonic()
        self.happened.emit()


def shown_window(folder: Path, project: Path | None) -> "MainWindow":
    """Open the window as the program does, off screen where there is none.

    Args:
        folder: for the window's settings, so that the user's own are left alone.
        project: a project folder, or None for the start page.
    """
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ["QT_LOGGING_RULES"] = "default.warning=false"  # what such a platform cannot do
    from autoal_gui.app import make_application

    make_application()
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    window = open_window(project, settings)
    window.resize(SIZE)
    window.activateWindow()
    return window


def shows_image(window: "MainWindow") -> bool:
    """Say whether the view has the picture of the image that is asked about."""
    image, desk = window.controller.images.current, window.desk
    picture = None if image is None else desk.loader.picture(image)
    return picture is not None and desk.image_view.picture is picture


def rest(window: "MainWindow", seconds: float) -> None:
    """Let the window work for a while."""
    end = time.monotonic() + seconds
    until(window, lambda: time.monotonic() > end)


def until(window: "MainWindow", condition: Callable[[], bool]) -> None:
    """Let the window work until a condition holds.

    Raises:
        RuntimeError: the window reports a fault, or it took too long.
    """
    loop, clock, end = QEventLoop(), QTimer(), time.monotonic() + PATIENCE

    def display() -> None:
        if condition() or window.failure.isVisible() or time.monotonic() > end:
            loop.quit()

    clock.timeout.connect(display)
    clock.start(POLL)
    loop.exec()
    if not condition():
        raise RuntimeError("the window reports a fault, or did not do what it was waited for")
