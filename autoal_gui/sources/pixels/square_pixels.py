"""Pixels that stand for oblong places are made square, so that what is round is shown round."""

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.source import Pixels

ALIKE = 0.01  # the sides of a pixel may differ by this share and pass for equal
MOST = 16.0  # a pixel that claims to be longer than this many times its width is not believed
BLOCK = 2**22  # values worked on at once


def made_square(
    pixels: Pixels, down: float | None, across: float | None, most_pixels: int
) -> Pixels:
    """Return an image whose pixels are as high as wide, by stretching along the coarser side.

    Args:
        pixels: (H, W) or (H, W, 3), uint8 or uint16.
        down: how high a pixel is, in any unit.
        across: how wide it is, in the same.
        most_pixels: where the result would have more, the image stays as it is.

    Returns:
        The same data type and channels; each value is interpolated between the two beside it.
    """
    if not down or not across or down < 0 or across < 0:
        return pixels
    ratio = down / across
    if not 1 / MOST <= ratio <= MOST or abs(ratio - 1) <= ALIKE:
        return pixels
    axis, factor = (0, ratio) if ratio > 1 else (1, 1 / ratio)
    length = round(pixels.shape[axis] * factor)
    other = pixels.shape[1 - axis]
    if length * other > most_pixels or length == pixels.shape[axis]:
        return pixels
    return _stretched(pixels, axis, length)


def _stretched(pixels: Pixels, axis: int, length: int) -> Pixels:
    """Interpolate along one axis, in blocks along the other: floats take 8 times the memory."""
    source = np.moveaxis(pixels, axis, 0)
    result = np.empty((length, *source.shape[1:]), dtype=pixels.dtype)
    places = np.clip((np.arange(length) + 0.5) * len(source) / length - 0.5, 0, len(source) - 1)
    before = np.floor(places).astype(np.int64)
    after = np.minimum(before + 1, len(source) - 1)
    shape = (length, *[1] * (pixels.ndim - 1))
    weight = (places - before).astype(np.float32).reshape(shape)
    step = max(1, BLOCK // length)
    for start in range(0, source.shape[1], step):
        part: npt.NDArray[np.float32] = source[:, start : start + step].astype(np.float32)
        mixed = part[before] * (1 - weight) + part[after] * weight
        result[:, start : start + step] = np.rint(mixed).astype(pixels.dtype)
    return np.ascontiguousarray(np.moveaxis(result, 0, axis))
