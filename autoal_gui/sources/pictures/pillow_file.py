"""Pictures that Pillow decodes: PNG, JPEG, BMP, WebP, GIF, JPEG 2000, AVIF, PGM and PPM.

Pillow keeps 8 bits of colours with 16; those are decoded by libpng and OpenJPEG, which the package
imagecodecs brings, or read as they are.
"""

import struct
from functools import cached_property
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from imagecodecs import jpeg2k_decode, png_decode
from PIL import Image, ImageOps, UnidentifiedImageError

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.source import Picture, Pixels
from autoal_gui.core.language import mark, tr
from autoal_gui.sources.pictures.formats import NAMES, PILLOW, SNIFFED, kind_of, why_unread
from autoal_gui.sources.pictures.limits import (
    check_frames,
    check_index,
    check_size,
    explained,
    too_large,
)
from autoal_gui.sources.pictures.packed_sizes import component_bits
from autoal_gui.sources.pictures.turning import turned, without_alpha
from autoal_gui.sources.pixels.grey_numbers import plain_picture

PREVIEWS = mark("Only the first picture of a JPEG file is used; the others are previews.")
GREY_MODES = frozenset({"1", "L", "LA", "La"})
DEEP_COLOUR = (2, 4, 6)  # colour types of PNG: RGB, grey and RGB with transparency
ORIENTATION = 0x0112  # of EXIF
PNG_NOTES = (b"eXIf", b"Raw profile type", b"XML:com.adobe.xmp")
"""In one of these parts a PNG says how it is turned, before or after its pixels."""


class PillowFile:
    """A file that Pillow has opened."""

    def __init__(self, stream: BinaryIO, formats: tuple[str, ...] = PILLOW) -> None:
        """Read the header.

        Raises:
            ImageUnreadable: it is none of these pictures, or too large.
        """
        start = stream.read(SNIFFED)
        stream.seek(0)
        with explained():
            try:
                self._image = Image.open(stream, formats=formats)
            except UnidentifiedImageError as error:
                raise ImageUnreadable(_why_unknown(start)) from error
            except Image.DecompressionBombError as error:
                raise ImageUnreadable(too_large()) from error
            check_size(self._image.height, self._image.width)
            frames = int(getattr(self._image, "n_frames", 1))
        several = frames > 1 and self._image.format in ("MPO", "JPEG")
        self.note = tr(PREVIEWS) if several else ""
        self._frames = 1 if several else check_frames(frames)
        self._stream = stream
        self._start = start
        self._kept: bytes | None = None  # the whole file, where its pixels are decoded from that

    @property
    def frames(self) -> int:
        """How many frames an animation has; else 1."""
        return self._frames

    def shape(self, index: int) -> tuple[int, int, int]:
        """Return height, width and channels, see `PictureFile.shape`."""
        width, height = self._image.size
        if self._orientation > 4:
            width, height = height, width
        mode = self._image.mode
        grey = mode in GREY_MODES or mode.startswith(("I", "F"))
        return height, width, 1 if grey else 3

    def picture(self, index: int) -> Picture:
        """Decode one frame: upright, without transparency, see `decode.decode`."""
        check_index(index, self._frames)
        with explained():
            deep = self._deep_colour() if self._frames == 1 else None
            if deep is not None:
                return Picture(np.ascontiguousarray(turned(deep, self._orientation)))
            try:
                self._image.seek(index)
                check_size(self._image.height, self._image.width)
                self._image.load()
            except Image.DecompressionBombError as error:
                raise ImageUnreadable(too_large()) from error
            return _picture_of(_upright(self._image))

    @cached_property
    def _orientation(self) -> int:
        if self._image.format == "PNG":
            content = self._content()
            if not any(sign in content for sign in PNG_NOTES):
                return 1  # Pillow decodes all of a PNG to find that out
        try:
            return int(self._image.getexif().get(ORIENTATION, 1))
        except Exception:  # damaged EXIF says nothing about orientation
            return 1

    @property
    def _is_deep_png(self) -> bool:
        if self._image.format != "PNG":
            return False
        bits, kind = struct.unpack_from("BB", self._start, 24)
        return bits == 16 and kind in DEEP_COLOUR and "transparency" not in self._image.info

    def _deep_colour(self) -> npt.NDArray[np.uint16] | None:
        """Return colours of more than 8 bits in 16; None where there are none such."""
        if self._is_deep_png:
            return without_alpha(png_decode(self._content()))
        if self._image.format == "JPEG2000":
            components = component_bits(self._content())
            if len(components) in (3, 4) and max(components) > 8:
                values = jpeg2k_decode(self._content())
                if values.dtype == np.uint16 and values.ndim == 3:
                    return without_alpha(values)
        if self._image.format == "PPM" and self._image.mode == "RGB":
            return _deep_ppm(self._content())
        return None

    def _content(self) -> bytes:
        """Return the whole file, read once for all that a deep PNG needs; Pillow goes on."""
        if self._kept is not None:
            return self._kept
        at = self._stream.tell()
        self._stream.seek(0)
        content = self._stream.read()
        self._stream.seek(at)
        if self._is_deep_png:
            self._kept = content
        return content


def _why_unknown(start: bytes) -> str:
    kind = kind_of(start)
    if kind and kind not in ("PNG", "JPEG", "BMP", "WebP", "GIF", "JPEG 2000", "AVIF", "PNM"):
        return tr("The image is cut off or damaged.") if kind == "TIFF" else why_unread(kind)
    return tr("The file is not a {names} image, or it is damaged.", names=NAMES)


def _upright(image: Image.Image) -> Image.Image:
    """Apply the EXIF orientation; a TIFF has been turned by Pillow while it loaded."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged EXIF says nothing about orientation, but the pixels are sound
        return image


def _picture_of(image: Image.Image) -> Picture:
    if image.mode.startswith("I;16"):
        return plain_picture(np.ascontiguousarray(np.asarray(image), dtype=np.uint16))
    if image.mode in {"I", "F"}:
        return plain_picture(np.asarray(image))
    return Picture(in_eight_bits(image))


def in_eight_bits(image: Image.Image) -> Pixels:
    """Return (H, W) or (H, W, 3) uint8 of an image in a mode of 8 bits; what is clear is black."""
    grey = image.mode in GREY_MODES
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGBA", rgba.size, (0, 0, 0, 255))
        image.alpha_composite(rgba)
        del rgba  # a hundred million pixels take 400 MB
    return np.array(image.convert("L" if grey else "RGB"), dtype=np.uint8, order="C")


def _deep_ppm(content: bytes) -> npt.NDArray[np.uint16] | None:
    """Read a binary PPM of more than 8 bits, most significant byte first; None for others."""
    if content[:2] != b"P6":
        return None
    numbers: list[int] = []
    at = 2
    while len(numbers) < 3:  # a word, or a comment up to the end of its line
        while content[at : at + 1].isspace():
            at += 1
        if content[at : at + 1] == b"#":
            at = content.index(b"\n", at)
            continue
        end = at
        while content[end : end + 1].isdigit():
            end += 1
        numbers.append(int(content[at:end]))
        at = end
    width, height, top = numbers
    if not 255 < top < 65536:
        return None
    check_size(height, width)
    body = content[at + 1 : at + 1 + 6 * width * height]
    return np.frombuffer(body, ">u2").reshape(height, width, 3).astype(np.uint16)
