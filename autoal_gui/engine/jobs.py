"""Work beside the window that needs no torch: listing images, downloads, decoding a folder."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from autoal_gui.core.errors import AutoALError, Cancelled
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import tr
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
        self.has_result = False
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
        except BaseException as error:  # a panic of a library in Rust is no Exception
            log.error("A job failed: %s", where(error))
            self.failed.emit(tr(FAULT))
        else:
            self.has_result = True
            self.succeeded.emit(result)

    def _report(self, done: int, total: int) -> None:
        if self._cancel.is_set():
            raise Cancelled(tr("The work was cancelled."))
        if self._throttle.passes(is_last(done, total)):
            self.progress.emit(done, total)


class OneJob(QObject):
    """Runs one job at a time for its owner; what it says comes in the owner's thread."""

    progress = Signal(int, int)
    succeeded = Signal(object)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None

    @property
    def running(self) -> bool:
        """Whether a job is going on."""
        return self._job is not None

    def start(self, work: Callable[[ProgressCallback], Any]) -> None:
        """Do some work beside the window; what was still going on is stopped first."""
        self.close()
        job = self._job = Job(work, self)
        job.progress.connect(self.progress)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_cancelled)
        job.start()

    def cancel(self) -> None:
        """Ask the work to stop; `cancelled` says when it has."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> bool:
        """Stop and wait; nothing is said any more. Return whether some work has no result now."""
        job = self._job
        if job is None:
            return False
        job.close()
        self._drop(job)
        return not job.has_result

    def _drop(self, job: Job) -> None:
        self._job = None
        job.wait()  # its last signal is out; a QThread must have ended before it is dropped
        job.blockSignals(True)
        job.deleteLater()

    def _has_ended(self) -> bool:
        """Say whether what arrives is of the job that is going on, not of an earlier; end it."""
        job = self._job
        if job is None or self.sender() is not job:
            return False
        self._drop(job)
        return True

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        if self._has_ended():
            self.succeeded.emit(result)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        if self._has_ended():
            self.failed.emit(sentence)

    @Slot()
    def _on_cancelled(self) -> None:
        if self._has_ended():
            self.cancelled.emit()
