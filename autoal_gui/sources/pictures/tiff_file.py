"""TIFF by tifffile and imagecodecs: any numbers, planes apart, and every page an image.

What tifffile has no decoder for, fax and old kinds of JPEG and of colours, is left to Pillow.
"""

import io
import logging
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from tifffile import TiffFile, TiffPage

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.source import Picture, Pixels
from autoal_gui.core.language import mark, tr
from autoal_gui.sources.pictures.limits import (
    DAMAGED,
    MAX_PIXELS,
    UNKNOWN_COMPRESSION,
    check_index,
    check_size,
    explained,
)
from autoal_gui.sources.pictures.packed_sizes import packed_size
from autoal_gui.sources.pictures.pillow_file import in_eight_bits
from autoal_gui.sources.pictures.tiff_pages import ALPHA, Page, pages_of
from autoal_gui.sources.pictures.turning import turned, without_alpha
from autoal_gui.sources.pixels.grey_numbers import colour_pixels, plain_picture

Values = npt.NDArray[Any]

JPEG, JPEG_2000 = (7, 33007), (33003, 33005, 34712)
IMAGES_IN_TIFF = (*JPEG, *JPEG_2000, 34933, 50001)
"""Compressions whose data is a picture of its own, with a size of its own: PNG, WebP."""
DECODED = frozenset({1, 5, 8, 32946, 32773, 50000, 34925, 34887, *IMAGES_IN_TIFF})
"""Compressions: none, LZW, Deflate, PackBits, Zstandard, LZMA, LERC and `IMAGES_IN_TIFF`."""
BY_PILLOW = frozenset({2, 3, 4, 6})  # fax and the JPEG of the first standard
MIN_WHITE, MIN_BLACK, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6
OTHER_COLOURS = (8, 9, 10)  # kinds of L*a*b*
NO_DATA, SPARSE = 42113, 42112  # tags of GDAL
END_OF_JPEG = b"\xff\xd9"
HEAD = 4096  # bytes that declare the size of compressed data

COPIES = mark("Smaller copies and masks that a TIFF holds beside its images are left out.")
ONE_OF_IMAGEJ = mark("Only the first image of this ImageJ stack is listed; save it page by page.")
OTHER_KIND = mark("It is a TIFF of a kind that cannot be read here.")

# What tifffile logs is checked and told here.
logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Plane:
    """One image of a file: a page, or one of a page's channels."""

    page: Page
    channel: int | None = None


class TiffPictures:
    """An opened TIFF: its images are its pages; a page of many channels is an image for each."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the directories.

        Raises:
            ImageUnreadable: there is no page.
        """
        self._stream = stream
        with explained():
            pages = pages_of(stream)
        whole = [page for page in pages if not page.is_copy] or pages[:1]
        self._planes = [plane for page in whole for plane in _planes(page)]
        self._file: TiffFile | None = None
        self.note = tr(COPIES) if len(whole) < len(pages) else self._note_of_imagej(len(pages))

    @property
    def frames(self) -> int:
        """How many images the pages and their channels are."""
        return len(self._planes)

    def shape(self, index: int) -> tuple[int, int, int]:
        """Return height, width and channels, see `PictureFile.shape`."""
        plane = self._planes[index]
        height, width = plane.page.height, plane.page.width
        if plane.page.orientation in (5, 6, 7, 8):
            height, width = width, height
        return height, width, 3 if plane.channel is None else 1

    def picture(self, index: int) -> Picture:
        """Decode one page, or one of its channels: upright, without transparency."""
        check_index(index, self.frames)
        plane = self._planes[index]
        check_size(plane.page.height, plane.page.width, plane.page.samples)
        with explained():
            page = self._page(plane.page)
            if page.compression in BY_PILLOW or page.photometric in OTHER_COLOURS:
                return self._by_pillow(plane)
            if page.photometric == YCBCR and page.compression not in IMAGES_IN_TIFF:
                return self._by_pillow(plane)
            _check(page)
            self._check_segments(page)
            return _upright(_picture(page, plane), plane.page.orientation)

    def _page(self, page: Page) -> TiffPage:
        if self._file is None:
            self._stream.seek(0)
            self._file = TiffFile(self._stream, name="image.tif")
        found = self._file.pages[page.index]
        if not isinstance(found, TiffPage) or (found.imagelength, found.imagewidth) != (
            page.height,
            page.width,
        ):
            raise ImageUnreadable(tr(DAMAGED))
        return found

    def _check_segments(self, page: TiffPage) -> None:
        """Compare the strips or tiles with the file and with their own headers."""
        end = self._stream.seek(0, io.SEEK_END)
        sizes = list(zip(page.dataoffsets, page.databytecounts, strict=True))
        may_be_empty = NO_DATA in page.tags or SPARSE in page.tags
        if not sizes or not any(count for _, count in sizes):
            raise ImageUnreadable(tr(DAMAGED))
        for offset, count in sizes:
            if count == 0 and may_be_empty:
                continue
            if count < 1 or offset < 1 or offset + count > end:
                raise ImageUnreadable(tr(DAMAGED))
            if page.compression in IMAGES_IN_TIFF:
                self._check_packed(page, offset, count)

    def _check_packed(self, page: TiffPage, offset: int, count: int) -> None:
        self._stream.seek(offset)
        size = packed_size(self._stream.read(min(HEAD, count)))
        high = page.tilelength if page.is_tiled else page.rowsperstrip
        wide = page.tilewidth if page.is_tiled else page.imagewidth
        if size is None or size[0] > max(high, page.imagelength) or size[1] > wide:
            raise ImageUnreadable(tr(DAMAGED))
        if page.compression in JPEG:  # its decoder fills up with grey what is missing
            self._stream.seek(offset + max(0, count - 16))
            if END_OF_JPEG not in self._stream.read(min(16, count)):
                raise ImageUnreadable(tr(DAMAGED))

    def _by_pillow(self, plane: Plane) -> Picture:
        self._stream.seek(0)
        with Image.open(self._stream, formats=("TIFF",)) as image:
            image.seek(plane.page.index)
            check_size(image.height, image.width)
            image.load()  # which turns it upright
            if image.mode.startswith(("I", "F")):
                return plain_picture(np.asarray(image), inverted=plane.page.photometric == 0)
            return Picture(in_eight_bits(image))

    def _note_of_imagej(self, pages: int) -> str:
        """Tell of a stack that ImageJ wrote as one page and a word of the others."""
        if pages > 1:
            return ""
        try:
            about = str(self._page(self._planes[0].page).description)[:2000]
        except Exception:  # it is told when the image is decoded
            return ""
        if not about.startswith("ImageJ="):
            return ""
        images = [line[7:] for line in about.splitlines() if line.startswith("images=")]
        return tr(ONE_OF_IMAGEJ) if images and images[0].isdigit() and int(images[0]) > 1 else ""


def _planes(page: Page) -> list[Plane]:
    count = page.channels
    return [Plane(page)] if not count else [Plane(page, channel) for channel in range(count)]


def _check(page: TiffPage) -> None:
    """Refuse what no decoder here reads, and sizes that no file has."""
    if page.compression not in DECODED:
        raise ImageUnreadable(tr(UNKNOWN_COMPRESSION))
    kinds = (MIN_WHITE, MIN_BLACK, RGB, PALETTE, CMYK, YCBCR)
    if page.photometric not in kinds or page.dtype is None or page.dtype.kind == "c":
        raise ImageUnreadable(tr(OTHER_KIND))
    if page.imagedepth != 1 or page.tiledepth > 1:
        raise ImageUnreadable(tr(OTHER_KIND))
    if page.is_tiled and not 0 < page.tilelength * page.tilewidth <= MAX_PIXELS:
        raise ImageUnreadable(tr(DAMAGED))


def _samples(page: TiffPage) -> Values:
    """Return (H, W, samples) numbers of a page."""
    values: Values = page.asarray(squeeze=False, maxworkers=1)
    if values.ndim != 5 or values.shape[1] != 1:
        raise ImageUnreadable(tr(OTHER_KIND))
    if page.planarconfig == 2:
        planes: Values = np.moveaxis(values[:, 0, :, :, 0], 0, -1)
        return planes
    together: Values = values[0, 0]
    return together


def _picture(page: TiffPage, plane: Plane) -> Picture:
    values = _samples(page)
    if plane.channel is not None:
        return _grey(page, plane, values)
    if page.photometric == PALETTE:
        return Picture(_of_palette(page, values[:, :, 0]))
    if page.photometric == CMYK:
        values = _of_inks(values)
    elif values.shape[2] < 3:
        raise ImageUnreadable(tr(OTHER_KIND))
    else:
        values = _of_colours(page, plane, values)
    return Picture(_scaled(page, colour_pixels(np.ascontiguousarray(values))))


def _grey(page: TiffPage, plane: Plane, values: Values) -> Picture:
    grey = values[:, :, plane.channel]
    alpha = _alpha(plane.page)
    if alpha == 2 and grey.dtype.kind == "u" and values.shape[2] > plane.page.channels:
        grey = without_alpha(np.dstack([grey, values[:, :, -1]]))
    return plain_picture(
        grey, _no_data(page), inverted=page.photometric == MIN_WHITE, bits=_few_bits(page)
    )


def _of_colours(page: TiffPage, plane: Plane, values: Values) -> Values:
    if values.shape[2] >= 4 and _alpha(plane.page) == 2 and values.dtype.kind == "u":
        return without_alpha(values[:, :, :4])
    return values[:, :, :3]


def _alpha(page: Page) -> int:
    """Return 2 for transparency that is still to be applied, 1 for one that has been, else 0."""
    return next((kind for kind in page.extra if kind in ALPHA), 0)


def _of_palette(page: TiffPage, places: Values) -> Pixels:
    colours = page.colormap
    if colours is None or places.dtype.kind != "u":
        raise ImageUnreadable(tr(DAMAGED))
    shift = 8 if int(colours.max()) > 255 else 0
    looked_up = colours[:, np.minimum(places, colours.shape[1] - 1)] >> shift
    return np.ascontiguousarray(np.moveaxis(np.asarray(looked_up), 0, -1).astype(np.uint8))


def _of_inks(values: Values) -> Values:
    """Return red, green and blue of cyan, magenta, yellow and black, as Pillow does."""
    if values.shape[2] < 4 or values.dtype.kind != "u":
        raise ImageUnreadable(tr(OTHER_KIND))
    top = np.uint64(np.iinfo(values.dtype).max)
    paper = top - values[:, :, :4].astype(np.uint64)
    return (paper[:, :, :3] * paper[:, :, 3:] // top).astype(values.dtype)


def _few_bits(page: TiffPage) -> int:
    """Return the bits of a sample where they are fewer than 8; else 8."""
    bits = page.bitspersample
    return bits if isinstance(bits, int) and 1 < bits < 8 else 8


def _scaled(page: TiffPage, pixels: Pixels) -> Pixels:
    """Let samples of fewer than 8 bits fill them."""
    top = 2 ** _few_bits(page) - 1
    if top == 255 or pixels.dtype != np.uint8:
        return pixels
    filled: Pixels = (pixels.astype(np.uint16) * 255 // top).astype(np.uint8)
    return filled


def _no_data(page: TiffPage) -> float | None:
    """Return the number that the file declares to be nothing."""
    try:
        return float(str(page.tags.valueof(NO_DATA, "")).strip("\0 "))
    except (ValueError, struct.error):
        return None


def _upright(picture: Picture, orientation: int) -> Picture:
    if orientation not in range(2, 9):
        return picture
    return Picture(np.ascontiguousarray(turned(picture.pixels, orientation)), picture.window)
