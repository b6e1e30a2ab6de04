"""What the exporters of images share: pixels alone leave the program, never a file's metadata."""

import numpy as np
from PIL import Image

from autoal_gui.core.images.pixels import to_uint8
from autoal_gui.core.images.source import Pixels
from autoal_gui.core.language import tr_count


def as_picture(pixels: Pixels, side: int = 0) -> Image.Image:
    """Return a new picture of the pixels: no EXIF, no text and no DICOM tag comes along.

    8-bit grey and colour and 16-bit grey keep their values; 16-bit colour, which Pillow cannot
    hold, is stretched to 8 bits as `to_uint8` says.

    Args:
        pixels: (H, W) or (H, W, 3), uint8 or uint16.
        side: pixels a side to scale to, see `scaled`; 0 leaves the size.
    """
    plain = to_uint8(pixels) if pixels.ndim == 3 else pixels
    return Image.fromarray(scaled(np.ascontiguousarray(plain), side))


def scaled(pixels: Pixels, side: int) -> Pixels:
    """Return an image scaled to a square of `side` pixels, black beside what is not square.

    The proportions stay, since shapes tell classes apart; the image is in the middle.
    """
    height, width = pixels.shape[:2]
    if side == 0 or (height, width) == (side, side):
        return pixels
    factor = side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    square = np.zeros((side, side, *pixels.shape[2:]), pixels.dtype)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def images_text(written: int, wanted: int) -> str:
    """Say how many images were written, and how many could not be read."""
    sentence = tr_count("{count} image was written.", "{count} images were written.", written)
    left_out = wanted - written
    if not left_out:
        return sentence
    more = tr_count(
        "{count} cannot be read and was left out.",
        "{count} cannot be read and were left out.",
        left_out,
    )
    return f"{sentence} {more}"
