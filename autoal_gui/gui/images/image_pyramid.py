"""A picture in several sizes, and drawing a part of one of them through a table of grey values.

16-bit pixels stay 16-bit: window and level change the table alone, never the pixels.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage

from autoal_gui.core.images.display_window import DisplayWindow, Greys
from autoal_gui.core.images.pixels import grey_table, levels_of, through_table
from autoal_gui.core.images.source import Picture, Pixels

FINEST_HALVED = 1024  # pixels a side above which halves of a picture are kept beside it
ENLARGED = -1  # the place of the enlarged picture among the levels
LARGE, MOST_ENLARGED = 768, 8  # pixels a side of enlarged pictures, and times, at most

Table = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Levels:
    """A picture, its half, its quarter and so on: drawing below a half alone would drop pixels."""

    arrays: tuple[Pixels, ...]
    """(H, W) or (H, W, 3); each is half of the one before, an odd last row or column doubled."""
    greys: Greys
    enlarged: Pixels | None = None
    """The picture `factor` times as large, with soft pixels; None where it is large by itself."""
    factor: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        height, width = self.arrays[0].shape[:2]
        return width, height

    @property
    def bytes(self) -> int:
        """How much memory it takes."""
        enlarged = 0 if self.enlarged is None else self.enlarged.nbytes
        return enlarged + sum(array.nbytes for array in self.arrays)

    def table(self, display: DisplayWindow) -> Table:
        """Return what each grey value becomes on screen."""
        return grey_table(*display.window(self.greys), levels_of(self.arrays[0]), display.inverted)

    def array(self, place: int) -> Pixels:
        """Return a level: 0 is the picture, 1 its half and so on, `ENLARGED` the enlarged one."""
        if place == ENLARGED and self.enlarged is not None:
            return self.enlarged
        return self.arrays[place]

    def step(self, place: int) -> float:
        """Return how many pixels of the picture one of a level is wide."""
        return 1 / self.factor if place == ENLARGED else 2.0**place

    def position(self, scale: float, smooth: bool = False) -> int:
        """Return which level is the smallest that is not enlarged at a scale in device pixels.

        Args:
            scale: device pixels for one of the picture.
            smooth: whether enlarged pixels are to be soft.
        """
        if smooth and scale > 1 and self.enlarged is not None:
            return ENLARGED
        place = 0
        while place + 1 < len(self.arrays) and scale * 2 ** (place + 1) <= 1:
            place += 1
        return place

    def part(self, place: int, rect: QRect, table: Table) -> QImage:
        """Return a part of a level as it looks through a table, in memory of its own."""
        rows = slice(rect.top(), rect.top() + rect.height())
        columns = slice(rect.left(), rect.left() + rect.width())
        return to_image(through(table, self.array(place)[rows, columns]))


def levels(picture: Picture) -> Levels:
    """Make the halves of a picture, down to one of at most `FINEST_HALVED` a side."""
    arrays = [np.ascontiguousarray(picture.pixels)]
    while max(arrays[-1].shape[:2]) > FINEST_HALVED:
        arrays.append(halved(arrays[-1]))
    factor = min(MOST_ENLARGED, LARGE // max(1, *arrays[0].shape[:2]))
    if factor < 2:
        return Levels(tuple(arrays), Greys.of(picture))
    return Levels(tuple(arrays), Greys.of(picture), enlarged(arrays[0], factor), factor)


def enlarged(pixels: Pixels, factor: int) -> Pixels:
    """Return an image so many times as large, by bicubic interpolation.

    Qt itself knows bilinear interpolation alone, whose cross-hatching a reader of a small image
    takes for texture. This is made beside the window, so that painting takes no longer.
    """
    from PIL import Image

    height, width = pixels.shape[:2]
    size = (width * factor, height * factor)
    if pixels.dtype == np.uint8:
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
    planes = [pixels] if pixels.ndim == 2 else [pixels[..., i] for i in range(pixels.shape[2])]
    found = [
        np.asarray(Image.fromarray(plane.astype(np.float32)).resize(size, Image.Resampling.BICUBIC))
        for plane in planes
    ]
    values = np.rint(found[0] if pixels.ndim == 2 else np.stack(found, axis=-1))
    result: Pixels = values.clip(0, 2 ** (8 * pixels.itemsize) - 1).astype(pixels.dtype)
    return result


def halved(pixels: Pixels) -> Pixels:
    """Return an image of half the width and height, each value the mean of four, rounded."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        edges = ((0, height % 2), (0, width % 2), (0, 0))[: pixels.ndim]
        pixels = np.pad(pixels, edges, mode="edge")
    wide = np.uint16 if pixels.dtype == np.uint8 else np.uint32
    total = np.add(pixels[::2, ::2], 2, dtype=wide)
    for part in (pixels[1::2, ::2], pixels[::2, 1::2], pixels[1::2, 1::2]):
        total += part
    total >>= 2
    return total.astype(pixels.dtype)


def thumbnail(found: Levels, side: int) -> QImage:
    """Return a picture as its own window shows it, its longer side of `side` device pixels.

    It needs no scaling and no conversion when it is painted.
    """
    last = len(found.arrays) - 1
    height, width = found.arrays[last].shape[:2]
    picture = found.part(last, QRect(0, 0, width, height), found.table(DisplayWindow()))
    scaled = picture.scaled(
        QSize(side, side),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    return scaled.convertToFormat(QImage.Format.Format_RGB32)


def through(table: Table, pixels: Pixels) -> npt.NDArray[np.uint8]:
    """Look pixels up; where 8 bits stay as they are nothing is looked up."""
    if len(table) == 2**8 and (table == _AS_IT_IS).all():
        return np.ascontiguousarray(pixels, dtype=np.uint8)
    return through_table(table, pixels)


_AS_IT_IS = np.arange(2**8, dtype=np.uint8)


def to_image(values: npt.NDArray[np.uint8]) -> QImage:
    """Return a QImage of its own memory.

    Args:
        values: (H, W) or (H, W, 3), contiguous.
    """
    grey = values.ndim == 2
    height, width = values.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
    # The stride is given: without it Qt assumes rows of a multiple of 4 bytes and shears.
    return QImage(values.data, width, height, values.strides[0], kind).copy()
