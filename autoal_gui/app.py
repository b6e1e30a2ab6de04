"""The composition root: the only module that sees both the window and the networks."""

import atexit
import gc
import getpass
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from autoal_gui.core.backend import Backend
from autoal_gui.core.trained_model import StartModel

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication

    from autoal_gui.gui.services import Services
    from autoal_gui.gui.window.main_window import MainWindow

SWITCH_INTERVAL = 0.0005  # seconds; a label beside a pure-Python worker then takes 5 ms, not 18


def make_application() -> "QApplication":
    """Set up Qt and the interpreter for a window that stays smooth while a thread trains."""
    if sys.platform == "win32":  # there torch must be loaded before Qt
        import torch  # noqa: F401
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    from autoal_gui.gui.widgets.typeface import use_typeface
    from autoal_gui.gui.window.garbage_collector import GarbageCollector

    logging.basicConfig(level=logging.WARNING)
    sys.setswitchinterval(SWITCH_INTERVAL)
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    application = QApplication(sys.argv[:1])
    # Not every command has a picture, and a menu with some looks unfinished.
    application.setAttribute(Qt.ApplicationAttribute.AA_DontShowIconsInMenus)
    application.setApplicationName("AutoAL")
    application.setOrganizationName("autoal-gui")
    use_typeface(application)
    GarbageCollector(application)
    return application


def make_window(
    projects_folder: Path | None = None, settings: "QSettings | None" = None
) -> "MainWindow":
    """Build the main window with the real services.

    Args:
        projects_folder: where new projects go; by default in the user's documents.
        settings: where theme, geometry and recent projects are kept; by default the user's.
    """
    from autoal_gui.gui.window.main_window import MainWindow

    window = MainWindow(make_services(projects_folder), settings)
    sys.excepthook = window.report_fault  # where exceptions in slots end up
    return window


def make_services(projects_folder: Path | None = None) -> "Services":
    """Say to the window how images are opened and who trains."""
    from platformdirs import user_documents_path

    from autoal_gui.gui.services import Services
    from autoal_gui.sources.opening import list_images, open_images

    return Services(
        make_backend=make_backend,
        open_images=open_images,
        list_images=list_images,
        start_model=start_model,
        projects_folder=projects_folder or user_documents_path() / "AutoAL projects",
        annotator=annotator_name(),
    )


def make_backend() -> Backend:
    """Import torch and build the backend; called in the engine's thread."""
    lower_priority()
    from autoal_gui.learning.backend import TorchBackend

    backend = TorchBackend()
    # A collection over torch's modules stops every thread for a tenth of a second, and they never
    # need to be looked at again.
    gc.freeze()
    atexit.register(gc.unfreeze)  # else torch's parts report their frozen objects as leaks
    return backend


def start_model(file: Path) -> StartModel:
    """Say what a file of weights asks of a project that starts from it.

    Raises:
        CheckpointError: see `autoal_gui.learning.model.start_weights.load_weights`.
    """
    from autoal_gui.learning.model import start_weights

    return start_weights.start_model(file)


def lower_priority() -> None:
    """Let the window go first: lower the calling thread's priority, where that is possible."""
    if sys.platform == "linux":
        import threading

        # On Linux a thread has a priority of its own, which the threads it makes inherit.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)


def annotator_name() -> str:
    """Return the name that answers are stored under, unless the project says otherwise."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "annotator"
