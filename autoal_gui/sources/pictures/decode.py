"""Open one file of pictures, whatever its ending says and whatever is wrong with it."""

import io
import math
from pathlib import Path
from typing import BinaryIO

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.decoding_budget import budget
from autoal_gui.core.images.source import Picture, Pixels
from autoal_gui.core.language import tr
from autoal_gui.sources.pictures.formats import SNIFFED, kind_of
from autoal_gui.sources.pictures.limits import PictureFile, check_index


def open_pictures(stream: BinaryIO, path: Path | None = None) -> PictureFile:
    """Read what a file declares of its pictures, and check it.

    Args:
        stream: at its beginning; it must stay open as long as what is returned.
        path: where it comes from, so that a volume need not be unpacked for each of its slices.

    Raises:
        ImageUnreadable: it holds none that can be decoded, in one sentence.
    """
    from autoal_gui.sources.pictures.nifti_file import NiftiFile
    from autoal_gui.sources.pictures.pillow_file import PillowFile
    from autoal_gui.sources.pictures.tiff_file import TiffPictures

    start = stream.read(SNIFFED)
    stream.seek(0)
    if not start:
        raise ImageUnreadable(tr("The file is empty."))
    kind = kind_of(start)
    if kind == "TIFF":
        return TiffPictures(stream)
    if kind in ("NIfTI", "gzip"):
        return NiftiFile(stream, path)
    return PillowFile(stream)


def decode(data: bytes) -> Pixels:
    """Decode the first picture of a file: upright, without transparency.

    Palettes, 1-bit, CMYK and YCbCr become 8-bit grey or RGB. What is transparent is composited
    on black: pixels that the file declares invisible must neither be shown nor trained on, and
    black is what the rest of the picture gets where a scanner saw nothing. 16-bit grey and colours
    stay uint16. 32-bit integers that fit stay as they are in uint16; floats in [0, 1] are
    multiplied by 65,535; all others are stretched from their own minimum and maximum to 16 bits.

    Returns:
        (H, W) or (H, W, 3), uint8 or uint16, C-contiguous.

    Raises:
        ImageUnreadable: with one sentence that says why.
    """
    return decode_picture(data).pixels


def decode_picture(data: bytes, index: int = 0) -> Picture:
    """Decode one picture of a file with its window, see `decode`."""
    return decoded(open_pictures(io.BytesIO(data)), index)


def decoded(file: PictureFile, index: int) -> Picture:
    """Decode one picture of an opened file once the budget of all threads has room for it.

    Raises:
        ImageUnreadable: see `PictureFile.picture`.
    """
    check_index(index, file.frames)
    with budget.spend(math.prod(file.shape(index))):
        return file.picture(index)
