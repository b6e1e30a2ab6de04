"""Some images of a set that is no project yet, in a row: is it what was meant?"""

import contextlib
from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import tr
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.images.thumbnails import small, squares

SHOWN = 12
SIDE = 108  # device pixels of a square; half as many are drawn


class FirstImages(QLabel):
    """A row of twelve, drawn evenly; they are decoded beside the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Some of the images"))
        self.setToolTip(self.accessibleName())
        self._job = OneJob(self)
        self._job.succeeded.connect(self._on_decoded)
        self.hide()

    def show_some(self, pool: ImagePool | None) -> None:
        """Show the images of a pool, `SHOWN` at most, as soon as they are decoded."""
        if pool is not None:
            self._job.start(partial(_decoded, pool))

    def forget(self) -> None:
        """Stop decoding, and show nothing any more."""
        self._job.close()
        self.hide()

    @Slot(object)
    def _on_decoded(self, pictures: list[QImage]) -> None:
        picture = QPixmap.fromImage(squares(pictures, max(1, len(pictures)), 1, SIDE))
        picture.setDevicePixelRatio(2)
        self.setPixmap(picture)
        self.setVisible(bool(pictures))


def _decoded(pool: ImagePool, progress: ProgressCallback) -> list[QImage]:
    """Return small pictures of the images that can be read; runs beside the window."""
    found = []
    for done, image_id in enumerate(sorted(pool.images)[:SHOWN]):
        progress(done, SHOWN)
        with contextlib.suppress(ImageUnreadable):
            found.append(small(pool.picture(image_id), SIDE))
    return found
