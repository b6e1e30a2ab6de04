"""Grey values of any kind of number: which stand for nothing, and all others in 8 or 16 bits.

Scanners and reconstructions write a number of its own (-32768, -9999, -1, not a number) where
they saw nothing. Taken for a measurement, it flattens all that was measured.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pixels import HIGH_PERCENTILE, LOW_PERCENTILE
from autoal_gui.core.images.source import Picture, Pixels
from autoal_gui.core.language import tr

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

FILLS = (-1.0, -999.0, -1000.0, -2000.0, -2048.0, -3024.0, -9999.0, -32767.0, -32768.0, -99999.0)
"""Numbers that are written for nothing so often that a small gap to the others tells them."""
REPEATED = 1 / 500  # share of the pixels that hold it, at least
FEWEST = 8  # pixels
FAR_BELOW = 0.9  # gap to the next value, in ranges of all others
FAR_ABOVE = 4.0  # burned-in letters are bright, and no gap in themselves
NEAR = 0.05  # the gap that is enough for one of `FILLS`
GENEROUS = 10.0  # ranges between the percentiles that are kept on either side
TOP = 65535


@dataclass(frozen=True)
class Greys:
    """Grey values on their way: the pixels, and how to get measured values from them."""

    values: Values
    slope: float = 1.0
    intercept: float = 0.0


def not_numbers(values: Values) -> Mask | None:
    """Return where there is no number at all; None where all are."""
    if values.dtype.kind != "f":
        return None
    return _if_any(np.isnan(values))


def equal_to(values: Values, declared: float) -> Mask | None:
    """Return where a file has what it declares to be nothing."""
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            declared = float(np.asarray(declared).astype(values.dtype))
    return _if_any(values == declared)


def fills(values: Values) -> Mask | None:
    """Guess where a file has a number that stands for nothing, which it does not declare.

    It is the smallest or the largest, many pixels have it exactly, and it lies far from all others.

    Args:
        values: (H, W), any whole numbers or floats.
    """
    empty = not_numbers(values)
    for smallest in (True, False):
        found = _fill(values, empty, smallest)
        if found is not None:
            empty = found if empty is None else empty | found
    return None if empty is None else _if_any(empty)


def _fill(values: Values, empty: Mask | None, smallest: bool) -> Mask | None:
    seen = values if empty is None else values[~empty]
    if seen.size == 0 or (values.dtype.kind == "u" and smallest):
        return None
    extreme = seen.min() if smallest else seen.max()
    if values.dtype.kind == "u" and int(extreme) != np.iinfo(values.dtype).max:
        return None
    found: Mask = values == extreme
    if found.sum() < max(FEWEST, REPEATED * values.size):
        return None
    rest = seen[seen != extreme]
    rest = rest[np.isfinite(rest)] if values.dtype.kind == "f" else rest
    if rest.size == 0:
        return None
    low, high = float(rest.min()), float(rest.max())
    gap = low - float(extreme) if smallest else float(extreme) - high
    least = (FAR_BELOW if smallest else FAR_ABOVE) * (high - low)
    if smallest and float(extreme) in FILLS:
        least = NEAR * (high - low)
    return found if high > low and gap >= least else None


def _if_any(found: Mask) -> Mask | None:
    """Return a mask that parts the image; None where it holds nothing or everything."""
    return found if found.any() and not found.all() else None


def in_few_bits(greys: Greys, empty: Mask | None = None) -> Greys:
    """Return grey values as uint8 or uint16; measured values stay what they are.

    Whole numbers of up to 16 bits keep every value; signed ones are moved up by half the range.
    Other numbers are stretched from their own minimum and maximum to 16 bits.

    Args:
        greys: (H, W) numbers of any kind.
        empty: where nothing was seen.

    Raises:
        ImageUnreadable: they are no numbers.
    """
    values = greys.values
    if values.dtype == np.uint8:
        return greys
    if values.dtype.kind == "b":
        return replace(greys, values=values.astype(np.uint8) * np.uint8(255))
    if values.dtype.kind in "iu":
        shift = {1: 2**7, 2: 2**15}.get(values.dtype.itemsize, 0) if values.dtype.kind == "i" else 0
        low, high = int(values.min()) + shift, int(values.max()) + shift
        if low >= 0 and high <= TOP:
            kind = np.uint8 if values.dtype.itemsize == 1 else np.uint16
            moved = (values.astype(np.int64) + shift).astype(kind)
            return Greys(moved, greys.slope, greys.intercept - greys.slope * shift)
    return _stretched(greys, empty)


def _stretched(greys: Greys, empty: Mask | None) -> Greys:
    with np.errstate(invalid="ignore"):  # of numbers that are none
        wide = greys.values.astype(np.float64)
    low, high = _bounds(wide, empty)
    step = (high - low) / TOP or 1.0
    wide = np.clip(np.nan_to_num(wide, nan=low, posinf=high, neginf=low), low, high)
    pixels = np.rint((wide - low) / step).astype(np.uint16)
    return Greys(pixels, greys.slope * step, greys.intercept + greys.slope * low)


def _bounds(wide: npt.NDArray[np.float64], empty: Mask | None) -> tuple[float, float]:
    """Return the smallest and the largest value, unless one lies absurdly far from the others."""
    seen = wide[np.isfinite(wide) if empty is None else np.isfinite(wide) & ~empty]
    if seen.size == 0:
        raise ImageUnreadable(tr("The image holds no numbers."))
    low, high = float(seen.min()), float(seen.max())
    first, last = (float(v) for v in np.percentile(seen, (LOW_PERCENTILE, HIGH_PERCENTILE)))
    most = GENEROUS * (last - first)
    return (max(low, first - most), min(high, last + most)) if most > 0 else (low, high)


def window_without(pixels: Pixels, empty: Mask) -> tuple[float, float] | None:
    """Return the percentiles of what was seen; None where it is all alike."""
    seen = pixels[~empty].astype(np.int64)
    low, high = np.percentile(seen, (LOW_PERCENTILE, HIGH_PERCENTILE))
    if low >= high:
        low, high = seen.min(), seen.max()
    return (float(low), float(high)) if low < high else None


def blackened(pixels: Pixels, empty: Mask, window: tuple[float, float] | None) -> Pixels:
    """Make what was not seen black, and not so dark that the percentiles of the whole suffer.

    Args:
        pixels: (H, W), uint8 or uint16; brighter is larger.
        empty: where nothing was seen.
        window: the grey values that are shown black and white.
    """
    seen = pixels[~empty]
    low, high = int(seen.min()), int(seen.max())
    black = low if window is None else max(0, int(np.floor(window[0])))
    darkest = max(0, min(low, black) - (high - low) // 8)
    result = pixels.copy()
    result[empty] = np.clip(pixels[empty], darkest, black)
    return result


def plain_picture(
    values: Values, declared: float | None = None, inverted: bool = False, bits: int = 8
) -> Picture:
    """Return the picture of grey values that no file explains further.

    Floats in [0, 1] are multiplied by 65,535; whole numbers that fit stay as they are in uint16;
    all others are stretched from their own minimum and maximum.

    Args:
        values: (H, W) numbers of any kind.
        declared: the number that the file writes for nothing.
        inverted: low numbers are bright.
        bits: of the numbers, where they are fewer than 8 in uint8.

    Raises:
        ImageUnreadable: they are no numbers.
    """
    empty = None if declared is None else equal_to(values, declared)
    if empty is None:
        empty = None if values.dtype in (np.uint8, np.bool_) else fills(values)
    pixels = _plain(_negative(values, bits) if inverted else values, empty)
    if bits < 8 and pixels.dtype == np.uint8:
        pixels = (pixels.astype(np.uint16) * 255 // (2**bits - 1)).astype(np.uint8)
    if empty is None:
        return Picture(pixels)
    window = window_without(pixels, empty) if pixels.dtype == np.uint16 else None
    return Picture(blackened(pixels, empty, window), window)


def colour_pixels(values: Values) -> Pixels:
    """Return (H, W, 3) numbers of any kind as uint8 or uint16, all channels alike."""
    return _plain(values, not_numbers(values))


def _negative(values: Values, bits: int) -> Values:
    """Return numbers turned over: those in [0, 1] and whole ones within their range."""
    if values.dtype.kind == "b":
        return ~values
    if values.dtype.kind == "f":
        finite = values[np.isfinite(values)]
        within = finite.size and finite.min() >= 0 and finite.max() <= 1
        return values.dtype.type(1) - values if within else -values
    if values.dtype.kind == "i":
        return ~values
    top = 2**bits - 1 if bits < 8 else np.iinfo(values.dtype).max
    return np.subtract(top, values, dtype=values.dtype)


def _plain(values: Values, empty: Mask | None) -> Pixels:
    """Return numbers in 8 or 16 bits as they are where they fit, else stretched."""
    kind = values.dtype.kind
    if kind == "f" or (kind in "iu" and values.itemsize > 1):
        seen = values[_seen(values, empty)] if kind == "f" or empty is not None else values
        top = 1 if kind == "f" else TOP
        if seen.size and seen.min() >= 0 and seen.max() <= top:
            return _kept(values, empty, seen.min(), seen.max())
    return np.ascontiguousarray(in_few_bits(Greys(values), empty).values)


def _seen(values: Values, empty: Mask | None) -> Mask:
    """Return where there are numbers that were measured."""
    finite: Mask = np.isfinite(values)
    return finite if empty is None else finite & ~empty


def _kept(values: Values, empty: Mask | None, low: Any, high: Any) -> Pixels:
    """Return numbers that fit into 16 bits; what was not measured becomes the smallest."""
    if empty is not None:
        values = np.where(empty, low, values)
    if values.dtype.kind != "f":
        return np.ascontiguousarray(values, dtype=np.uint16)
    values = np.clip(np.nan_to_num(values.astype(np.float64), nan=low), low, high)
    pixels: Pixels = np.rint(values * TOP).astype(np.uint16)
    return pixels
