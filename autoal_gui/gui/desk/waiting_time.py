"""How long the annotator had to wait for the program: with nothing to answer, through its doing."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.language import number, tr
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.session.controller import Controller

MINUTE = 60.0
FREE = 0.1  # seconds from an answer to the next image that nobody notices


class IdleWatch(QObject):
    """Adds up waits from an answer until the next image is at hand, less what nobody notices.

    An image that is being decoded makes the annotator wait, and so does an empty queue while
    images without an answer are left. Thinking about an image, or being away, does not count.
    """

    changed = Signal()

    def __init__(
        self,
        controller: Controller,
        loader: ImageLoader,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._controller, self._loader, self._clock = controller, loader, clock
        self._since: float | None = None
        controller.labelling.answering.connect(self._begin)
        controller.images.image_changed.connect(self._check)
        controller.project_closed.connect(self._forget)
        loader.ready.connect(self._check)

    @Slot()
    def _begin(self) -> None:
        self._since = self._clock()

    @Slot()
    def _forget(self) -> None:
        self._since = None

    @Slot()
    def _check(self) -> None:
        """End the wait where there is something to answer, or nothing is left."""
        if self._since is None:
            return
        image, project = self._controller.images.current, self._controller.project
        if image is None:
            if project.labels.waiting == 0:
                self._since = None
        elif self._loader.known(image):
            waited = self._clock() - self._since - FREE
            self._since = None
            if waited > 0:
                self._add(waited)

    def _add(self, waited: float) -> None:
        self._controller.labelling.add_wait(waited)
        self.changed.emit()


def waited_text(seconds: float) -> str:
    """Say how long the annotator had to wait."""
    if seconds < FREE:
        return tr("You have not had to wait for the program so far.")
    if seconds < MINUTE:
        return tr(
            "So far you have waited {seconds} s for the program.", seconds=number(round(seconds))
        )
    minutes = number(round(seconds / MINUTE))
    return tr("So far you have waited {minutes} min for the program.", minutes=minutes)
