"""Decodes images beside the window, what is needed next first, and keeps what was decoded."""

from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.language import tr
from autoal_gui.gui.images.image_pyramid import Levels, levels, thumbnail

CACHE_BYTES = 256 * 1024**2  # decoded pictures kept: hundreds of small ones, some radiographs
THREADS = 2
THUMBNAILS_KEPT = 2000


class ImageLoader(QObject):
    """Pictures of one pool at a time, by image id."""

    ready = Signal(int)
    """An image id that was wanted: its picture, or the reason why there is none, is known now."""
    closing = Signal()
    """Whoever decodes this pool beside the loader ends its threads, too."""
    _decoded = Signal(int, int, object, object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.thumbnail_side = 64
        """Device pixels of the longer side of the thumbnails that are made from now on."""
        self._workers = ThreadPoolExecutor(THREADS, "pictures")
        self._decoded.connect(self._keep)
        self._generation = 0
        self._pool: ImagePool | None = None
        self._clear()

    def _clear(self) -> None:
        self._pictures: OrderedDict[int, Levels] = OrderedDict()
        self._thumbnails: OrderedDict[int, QImage] = OrderedDict()
        self._failures: dict[int, str] = {}
        self._bytes = 0
        self._wanted: list[int] = []
        self._running: set[int] = set()

    @property
    def pool(self) -> ImagePool | None:
        """The pool whose pictures these are."""
        return self._pool

    def open(self, pool: ImagePool | None) -> None:
        """Take another pool; what belongs to the last one is dropped."""
        self._generation += 1
        self._pool = pool
        self._clear()

    def close(self) -> None:
        """End the threads."""
        self.open(None)
        self.closing.emit()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def want(self, image_ids: Iterable[int]) -> None:
        """Decode these, the first first, instead of what was wanted before."""
        self._wanted = [i for i in dict.fromkeys(image_ids) if not self.known(i)]
        self._start()

    def known(self, image_id: int) -> bool:
        """Whether the picture, or the reason why there is none, is at hand."""
        return image_id in self._pictures or image_id in self._failures

    def picture(self, image_id: int) -> Levels | None:
        """Return a decoded picture in all its sizes, or None while there is none."""
        if image_id in self._pictures:
            self._pictures.move_to_end(image_id)
        return self._pictures.get(image_id)

    def thumbnail(self, image_id: int) -> QImage | None:
        """Return a small picture, or None while there is none."""
        return self._thumbnails.get(image_id)

    def failure(self, image_id: int) -> str | None:
        """Return in one sentence why an image cannot be shown, if that is so."""
        return self._failures.get(image_id)

    def _start(self) -> None:
        while self._pool is not None and self._wanted and len(self._running) < THREADS:
            image_id = self._wanted.pop(0)
            if image_id not in self._running:
                self._running.add(image_id)
                side = self.thumbnail_side
                self._workers.submit(self._decode, self._generation, self._pool, image_id, side)

    def _decode(self, generation: int, pool: ImagePool, image_id: int, side: int) -> None:
        """Decode one image; runs in a worker's thread and touches nothing but its arguments."""
        picture, small, failure = None, None, ""
        try:
            picture = levels(pool.picture(image_id))
            small = thumbnail(picture, side)
        except ImageUnreadable as error:
            failure = str(error)
        except BaseException:  # what a decoder in Rust panics with is no Exception: two of them
            # would hold both threads' places, and nothing more would be decoded
            failure = tr("The image cannot be decoded.")
        self._decoded.emit(generation, image_id, picture, small, failure)

    @Slot(int, int, object, object, str)
    def _keep(
        self,
        generation: int,
        image_id: int,
        picture: Levels | None,
        small: QImage | None,
        failure: str,
    ) -> None:
        if generation != self._generation:
            return
        self._running.discard(image_id)
        if picture is None or small is None:
            self._failures[image_id] = failure
        else:
            self._pictures[image_id] = picture
            self._thumbnails[image_id] = small
            self._bytes += picture.bytes
            self._forget_oldest()
        self.ready.emit(image_id)
        self._start()

    def _forget_oldest(self) -> None:
        while self._bytes > CACHE_BYTES and len(self._pictures) > 1:
            _, picture = self._pictures.popitem(last=False)
            self._bytes -= picture.bytes
        while len(self._thumbnails) > THUMBNAILS_KEPT:
            self._thumbnails.popitem(last=False)
