"""Open the window, or do the next best thing where that cannot be."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autoal_gui.app import make_application, make_window
from autoal_gui.launch.headless import play_demo
from autoal_gui.launch.libraries import missing_packages

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from autoal_gui.gui.window.main_window import MainWindow
    from autoal_gui.gui.window.window_manager import WindowHolder


def run_window(project: Path | None, demo: bool) -> int:
    """Open the window and return the exit status; without a display, say so and play the demo.

    Args:
        project: a project folder to open, or None for the start page.
        demo: start on the demo set.
    """
    shown = has_display()
    if packages := missing_packages(shown):
        names = " ".join(packages)
        print(
            "autoal-gui: the window needs system libraries that are missing; on Debian or Ubuntu "
            f"install them with: sudo apt-get install {names}",
            file=sys.stderr,
        )
        return 1
    if not shown:
        return play_demo()
    application = make_application()
    from autoal_gui.launch.signals import closed_by_signals

    holder = open_holder(project)
    if demo and project is None:
        holder.shown.new_projects.start_demo()
    with closed_by_signals(holder.end):
        return application.exec()


def open_window(project: Path | None, settings: "QSettings | None" = None) -> "MainWindow":
    """Show the window and let the engine get ready; see `open_holder`."""
    return open_holder(project, settings).shown


def open_holder(project: Path | None, settings: "QSettings | None" = None) -> "WindowHolder":
    """Show the window, let the engine get ready, and return what holds the window.

    Args:
        project: a project folder to open, or None for the start page.
        settings: where theme, language, geometry and recent projects are kept; by default the
            user's.
    """
    from PySide6.QtCore import QTimer

    from autoal_gui.gui.window.file_open import FileOpening
    from autoal_gui.gui.window.user_settings import user_settings
    from autoal_gui.gui.window.window_manager import WindowHolder

    kept = settings or user_settings()
    application = make_application()
    holder = WindowHolder(partial(make_window, settings=kept), kept, application)
    opening = FileOpening(holder)
    opening.opened.connect(holder.open_file)
    application.installEventFilter(opening)
    window = holder.open()
    QTimer.singleShot(0, window.controller.warm_up)  # once the window has been painted
    if project is not None:
        window.open_folder(project)
    return holder


def has_display() -> bool:
    """Say whether a window can be shown, or was asked for on a platform without a screen."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
