"""What the pixels of an image become before they are shown or trained on: numpy only.

Both the window and the networks go through these functions, so that a clinician and a model
judge the same picture.
"""

from collections.abc import Iterator
from typing import cast

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.source import Picture, Pixels

LOW_PERCENTILE = 0.5
HIGH_PERCENTILE = 99.5
BLOCK = 2**18  # values looked up at once

# Luma of ITU-R BT.601 (0.299, 0.587, 0.114) in 16-bit fixed point; the weights sum to 2**16, so
# that a grey picture comes back exactly, and 65,535 * 2**16 still fits into 32 bits.
LUMA = np.array((19595, 38470, 7471), dtype=np.uint32)


def to_uint8(pixels: Pixels, window: tuple[float, float] | None = None) -> npt.NDArray[np.uint8]:
    """Return an image in 8 bits.

    With a window its two grey values become 0 and 255. Without, an 8-bit image is returned as it
    is, and a 16-bit image is stretched linearly so that its own 0.5 and 99.5 percentiles become 0
    and 255; where these are equal its minimum and maximum are taken, so that a few bright spots
    stay visible. A constant 16-bit image becomes zeros.

    Args:
        pixels: (H, W) or (H, W, 3), uint8 or uint16.
        window: the grey values that become black and white, see `Picture.window`.

    Returns:
        The same shape, uint8 in [0, 255].

    Raises:
        TypeError: another data type.
    """
    if pixels.dtype not in (np.uint8, np.uint16):
        raise TypeError(f"pixels are {pixels.dtype}, not uint8 or uint16")
    if window is None:
        if pixels.dtype == np.uint8:
            return cast("npt.NDArray[np.uint8]", pixels)
        window = stretch_range(pixels)
    return through_table(grey_table(window[0], window[1], levels_of(pixels)), pixels)


def picture_to_uint8(picture: Picture) -> npt.NDArray[np.uint8]:
    """Return a picture as it is shown first: by its file's window, else see `to_uint8`.

    The networks read this as well, whatever the annotator does to the brightness on screen: what
    they see must be the same in every round.
    """
    return to_uint8(picture.pixels, picture.window)


def through_table(table: npt.NDArray[np.uint8], pixels: Pixels) -> npt.NDArray[np.uint8]:
    """Look every grey value up in a table: 4 times as fast as arithmetic on every pixel.

    In blocks, since numpy makes 8 bytes of each index, which for a large radiograph is a lot.
    """
    shown = np.empty(pixels.shape, dtype=np.uint8)
    for rows in blocks(pixels):
        np.take(table, cast("npt.NDArray[np.uint16]", pixels[rows]), out=shown[rows], mode="clip")
    return shown


def blocks(pixels: Pixels) -> Iterator[slice]:
    """Yield slices of rows that hold about `BLOCK` values each."""
    step = max(1, BLOCK // max(1, pixels[:1].size))
    for start in range(0, len(pixels), step):
        yield slice(start, start + step)


def levels_of(pixels: Pixels) -> int:
    """Return how many grey values the data type has, 256 or 65,536."""
    return 2**8 if pixels.dtype == np.uint8 else 2**16


def grey_table(
    low: float, high: float, depth: int = 2**16, inverted: bool = False
) -> npt.NDArray[np.uint8]:
    """Return what each grey value becomes when `low` is shown black and `high` white.

    Args:
        low: grey value at or below which is black.
        high: grey value at or above which is white; where it is not above `low`, all that is above
            `low` is white.
        depth: grey values, 256 or 65,536.
        inverted: black and white change places.

    Returns:
        (depth,) uint8.
    """
    # Halves are rounded up by floor division, which is exact for whole numbers, so that all round
    # alike whatever the scanner's brightness and contrast are.
    values = np.arange(depth, dtype=np.float64)
    if high > low:
        width = high - low
        above = np.clip(values, low, high) - low
        table = np.floor((above * 510 + width) / (2 * width)).astype(np.uint8)
    else:
        table = np.where(values > low, 255, 0).astype(np.uint8)
    return np.uint8(255) - table if inverted else table


def stretch_range(pixels: Pixels) -> tuple[int, int]:
    """Return the grey values that an image is stretched between where nobody says which."""
    depth = levels_of(pixels)
    counts = np.zeros(depth, dtype=np.int64)
    for rows in blocks(pixels):
        counts += np.bincount(pixels[rows].ravel(), minlength=depth)
    cumulated = np.cumsum(counts)
    shares = np.array((LOW_PERCENTILE, HIGH_PERCENTILE)) / 100 * pixels.size
    low, high = (int(value) for value in np.searchsorted(cumulated, shares))
    return (low, high) if low < high else full_range(pixels)


def full_range(pixels: Pixels) -> tuple[int, int]:
    """Return the smallest and the largest grey value of an image."""
    return int(pixels.min()), int(pixels.max())


def to_channels(pixels: Pixels, channels: int) -> Pixels:
    """Return an image with one channel or three.

    Grey becomes colour by repetition, colour becomes grey by the luma of ITU-R BT.601.

    Args:
        pixels: (H, W) or (H, W, 3), uint8 or uint16.
        channels: 1 or 3.

    Returns:
        (H, W) for one channel, (H, W, 3) for three; same data type, C-contiguous.

    Raises:
        ValueError: another shape or number of channels.
    """
    grey = pixels.ndim == 2
    if channels not in (1, 3) or not (grey or (pixels.ndim == 3 and pixels.shape[2] == 3)):
        raise ValueError(f"cannot turn an image of shape {pixels.shape} into {channels} channels")
    if grey == (channels == 1):
        return np.ascontiguousarray(pixels)
    if grey:
        return np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
    luma = pixels.astype(np.uint32) @ LUMA + np.uint32(2**15)
    return (luma >> np.uint32(16)).astype(pixels.dtype)
