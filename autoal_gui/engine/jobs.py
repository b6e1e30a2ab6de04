"""Work beside the window that needs no torch: listing images, downloads, decoding a folder."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from autoal_gui.core.errors import AutoALError, Cancelled
from autoal_gui.core.language import tr
from autoal_gui.core.pool import ProgressCallback
from autoal_gui.engine.engine import FAULT, PROGRESS_INTERVAL, Throttle, is_last, where

log = logging.getLogger(__name__)


class Job(QThread):
    """Runs one function with progress and cancel. Keep a reference until it has finished.

    Exactly one of `succeeded`, `failed` and `cancelled` is emitted, from the job's thread: connect
    them only to bound slots of objects in the window's thread.
    """

    progress = Signal(int, int)
    """(done, total); total is 0 while unknown."""
    succeeded = Signal(object)
    """What the function returned."""
    failed = Signal(str)
    """One plain sentence."""
    cancelled = Signal()

    def __init__(
        self, work: Callable[[ProgressCallback], Any], parent: QObject | None = None
    ) -> None:
        """Prepare `work`, which is called with a progress callback that may raise `Cancelled`."""
        super().__init__(parent)
        self._work = work
        self._cancel = threading.Event()
        self._throttle = Throttle(PROGRESS_INTERVAL)

    def cancel(self) -> None:
        """Ask the work to stop at its next progress call."""
        self._cancel.set()

    def close(self) -> None:
        """Cancel and wait for the thread to end."""
        self._cancel.set()
        self.wait()

    def run(self) -> None:
        """Do the work; called by Qt in the job's thread."""
        try:
            result = self._work(self._report)
        except Cancelled:
            self.cancelled.emit()
        except AutoALError as error:
            self.failed.emit(str(error))
        except Exception as error:
            log.error("A job failed: %s", where(error))
            self.failed.emit(tr(FAULT))
        else:
            self.succeeded.emit(result)

    def _report(self, done: int, total: int) -> None:
        if self._cancel.is_set():
            raise Cancelled(tr("The work was cancelled."))
        if self._throttle.passes(is_last(done, total)):
            self.progress.emit(done, total)
