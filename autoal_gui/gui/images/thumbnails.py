"""Small pictures, decoded beside the window: what is in view first, and no more than a bound kept.

Kept apart from the large pictures, so that scrolling through a pool never pushes out the images
that are labelled next.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Picture
from autoal_gui.core.language import tr
from autoal_gui.gui.images.image_loader import ImageLoader

SIDES = (96, 192, 384)  # device pixels: a thumbnail is made in the smallest that is large enough
KEPT_BYTES = 96 * 1024**2  # several screens of thumbnails
KEPT = 4000  # thumbnails: small ones take more memory around their pixels than for them
FAILURES_KEPT = 10_000
THREADS = 2


class Thumbnails(QObject):
    """Thumbnails of the pool that an image loader has open, by image id."""

    ready = Signal(int)
    """An image id that was wanted: its thumbnail, or the reason why there is none, is known now."""
    _decoded = Signal(object, int, int, object, str)

    def __init__(self, loader: ImageLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._workers = ThreadPoolExecutor(THREADS, "thumbnails")
        self._decoded.connect(self._keep)
        loader.closing.connect(self.close)
        self._forget(None)

    def _forget(self, pool: ImagePool | None) -> None:
        self._pool = pool
        self._kept: OrderedDict[int, tuple[int, QImage]] = OrderedDict()
        self._failures: OrderedDict[int, str] = OrderedDict()
        self._bytes = 0
        self._wanted: list[int] = []
        self._besides: tuple[int, int] | None = None
        self._running: set[int] = set()
        self._side = SIDES[0]

    @Slot()
    def close(self) -> None:
        """End the threads: one that went on would speak through an object that is gone."""
        self._forget(None)
        self._workers.shutdown(wait=True, cancel_futures=True)

    @property
    def bytes(self) -> int:
        """How much memory the thumbnails take."""
        return self._bytes

    def want(self, image_ids: Iterable[int], side: int = SIDES[0]) -> None:
        """Make these thumbnails, the first first, instead of what was wanted before.

        Args:
            image_ids: images of the loader's pool.
            side: device pixels that the longer side is drawn with.
        """
        self._follow()
        self._side = _made_in(side)
        side = self._side
        self._wanted = [i for i in dict.fromkeys(image_ids) if not self._is_known(i, side)]
        self._wanted.reverse()  # taken from the end
        self._start()

    def want_besides(self, image_id: int, side: int = SIDES[0]) -> None:
        """Make this one first, beside all that is wanted, and in place of the last such one."""
        self._follow()
        side = _made_in(side)
        self._besides = None if self._is_known(image_id, side) else (image_id, side)
        self._start()

    def thumbnail(self, image_id: int) -> QImage | None:
        """Return a small picture, or None while there is none."""
        self._follow()
        found = self._kept.get(image_id)
        if found is None:
            return None
        self._kept.move_to_end(image_id)
        return found[1]

    def failure(self, image_id: int) -> str | None:
        """Return in one sentence why an image cannot be shown, if that is so."""
        self._follow()
        return self._failures.get(image_id)

    def _follow(self) -> None:
        if self._loader.pool is not self._pool:
            self._forget(self._loader.pool)

    def _is_known(self, image_id: int, side: int) -> bool:
        found = self._kept.get(image_id)
        return image_id in self._failures or (found is not None and found[0] >= side)

    def _start(self) -> None:
        while self._pool is not None and len(self._running) < THREADS:
            if self._besides is not None:
                (image_id, side), self._besides = self._besides, None
            elif self._wanted:
                image_id, side = self._wanted.pop(), self._side
            else:
                return
            if image_id not in self._running:
                self._running.add(image_id)
                self._workers.submit(self._decode, self._pool, image_id, side)

    def _decode(self, pool: ImagePool, image_id: int, side: int) -> None:
        """Decode one image; runs in a worker's thread and touches nothing but its arguments."""
        thumbnail, failure = None, ""
        try:
            thumbnail = small(pool.picture(image_id), side)
        except ImageUnreadable as error:
            failure = str(error)
        except BaseException:  # what a decoder in Rust panics with is no Exception: two of them
            # would hold both threads' places, and nothing more would be decoded
            failure = tr("The image cannot be decoded.")
        self._decoded.emit(pool, image_id, side, thumbnail, failure)

    @Slot(object, int, int, object, str)
    def _keep(
        self, pool: ImagePool, image_id: int, side: int, thumbnail: QImage | None, failure: str
    ) -> None:
        self._follow()
        if pool is not self._pool:
            return
        self._running.discard(image_id)
        if thumbnail is None:
            self._failures[image_id] = failure
        else:
            self._put(image_id, side, thumbnail)
        self._forget_oldest()
        self.ready.emit(image_id)
        self._start()

    def _put(self, image_id: int, side: int, thumbnail: QImage) -> None:
        if max(thumbnail.width(), thumbnail.height()) < side:
            side = SIDES[-1]  # the whole picture: a larger one would be the same
        if image_id in self._kept:
            self._bytes -= self._kept.pop(image_id)[1].sizeInBytes()
        self._kept[image_id] = (side, thumbnail)
        self._bytes += thumbnail.sizeInBytes()

    def _forget_oldest(self) -> None:
        while len(self._kept) > KEPT or (self._bytes > KEPT_BYTES and len(self._kept) > 1):
            _, (_, thumbnail) = self._kept.popitem(last=False)
            self._bytes -= thumbnail.sizeInBytes()
        while len(self._failures) > FAILURES_KEPT:
            self._failures.popitem(last=False)


def _made_in(side: int) -> int:
    """Return the size in which a thumbnail is made that is drawn with so many pixels."""
    return next((one for one in SIDES if one >= side), SIDES[-1])


def small(picture: Picture, side: int) -> QImage:
    """Return a picture of its own memory, its longer side at most `side` pixels."""
    values = picture_to_uint8(picture)
    height, width = values.shape[:2]
    kind = QImage.Format
    # The stride is given: without it Qt assumes rows of a multiple of 4 bytes and shears.
    whole = QImage(
        values.data,
        width,
        height,
        values.strides[0],
        kind.Format_Grayscale8 if values.ndim == 2 else kind.Format_RGB888,
    )
    if max(width, height) <= side:
        return whole.copy()
    return whole.scaled(
        QSize(side, side),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def squares(pictures: Sequence[QImage], across: int, down: int, side: int) -> QImage:
    """Return pictures side by side in rows, each cut to a square; places left over stay clear.

    Args:
        pictures: the first `across` times `down` are shown.
        across: squares in a row.
        down: rows.
        side: of a square in pixels, with the gap of 2 to the next.
    """
    whole = QImage(across * side, down * side, QImage.Format.Format_ARGB32)
    whole.fill(Qt.GlobalColor.transparent)
    painter = QPainter(whole)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for place, picture in enumerate(pictures[: across * down]):
        least = min(picture.width(), picture.height())
        left, top = (picture.width() - least) // 2, (picture.height() - least) // 2
        row, column = divmod(place, across)
        target = QRect(column * side, row * side, side - 2, side - 2)
        painter.drawImage(target, picture, QRect(left, top, least, least))
    painter.end()
    return whole
