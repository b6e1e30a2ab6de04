"""What the numbers in a DICOM image become: 8 or 16 bits, brighter is larger, and their window.

The order is that of the standard (PS3.3 C.11 and C.7.6.16): the modality's table or slope and
intercept, the table or window of the values of interest, and MONOCHROME1 is turned over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pixels import HIGH_PERCENTILE, LOW_PERCENTILE
from autoal_gui.core.images.source import Picture, Pixels
from autoal_gui.core.language import tr

Values = npt.NDArray[Any]
GROUPS = ("PixelValueTransformationSequence", "FrameVOILUTSequence", "CTPixelValueTransformation")
HOUNSFIELD = "HU"


@dataclass(frozen=True)
class Greys:
    """Grey values on their way: the pixels, and how to get measured values from them."""

    values: Values
    slope: float = 1.0
    intercept: float = 0.0


def to_picture(values: Values, header: Dataset, index: int) -> Picture:
    """Turn one decoded frame into what can be shown and learned from.

    Args:
        values: (H, W) numbers of any kind, or (H, W, 3) red, green and blue.
        header: what the file says of its pixels.
        index: which frame it is, from 0; an enhanced file describes each.

    Raises:
        ImageUnreadable: it has another shape, or holds no numbers.
    """
    if header.PhotometricInterpretation == "PALETTE COLOR":
        return Picture(_colour_bytes(apply_color_lut(values, header), None))
    if values.ndim == 3 and values.shape[2] == 3:
        return Picture(_colour_bytes(values, int(header.get("BitsStored") or 8)))
    if values.ndim != 2:
        raise ImageUnreadable(tr("The image is neither grey nor coloured."))
    described = tuple(_descriptions(header, index))
    return _grey(values, header, described)


def _grey(values: Values, header: Dataset, described: tuple[Dataset, ...]) -> Picture:
    padding = _padding(values, header)
    greys = _measured(values, described)
    curve = _curve(greys, described)
    window = None if curve is not None else _window(described)
    unit = "" if curve is not None else _unit(header, described)
    if curve is not None:
        greys, window = Greys(curve), (0.0, float(np.iinfo(curve.dtype).max))
    bits = int(header.get("BitsStored") or 16)
    greys = _in_few_bits(greys, bits)
    pixels = np.ascontiguousarray(greys.values)
    if greys.slope < 0:
        greys, pixels = _turned(greys, pixels)
    low_high = _on_pixels(window, greys)
    if low_high is None and padding is not None and pixels.dtype == np.uint16:
        low_high = _without_padding(pixels, padding)
    if low_high is None and pixels.dtype == np.uint8 and 1 < bits < 8:
        low_high = (0.0, float(2**bits - 1))
    if header.PhotometricInterpretation == "MONOCHROME1":
        top = int(np.iinfo(pixels.dtype).max)
        greys, pixels = _turned(greys, pixels)
        low_high = None if low_high is None else (top - low_high[1], top - low_high[0])
    return Picture(pixels, low_high, greys.slope, greys.intercept, unit)


def _descriptions(header: Dataset, index: int) -> Iterator[Dataset]:
    """Yield what describes a frame, the nearest to it first: its own, all frames', the file's."""
    of_frames = header.get("PerFrameFunctionalGroupsSequence") or ()
    of_all = header.get("SharedFunctionalGroupsSequence") or ()
    groups = [of_frames[index]] if index < len(of_frames) else []
    for group in (*groups, *of_all[:1]):
        for name in GROUPS:
            yield from (group.get(name) or ())[:1]
    yield header


def _first(described: tuple[Dataset, ...], name: str) -> Any:
    """Return an element of the nearest description that has it; of several values the first."""
    for one in described:
        value = one.get(name)
        if value not in (None, ""):
            several = isinstance(value, list | tuple) or type(value).__name__ == "MultiValue"
            return value[0] if several else value
    return None


def _number(described: tuple[Dataset, ...], name: str) -> float | None:
    """Return a finite number, or None: what an optional element says must not cost the image."""
    try:
        number = float(_first(described, name))
    except (TypeError, ValueError, IndexError):
        return None
    return number if np.isfinite(number) else None


def _measured(values: Values, described: tuple[Dataset, ...]) -> Greys:
    """Apply the modality's table; or note its slope and intercept, which lose no bit that way."""
    for one in described:
        if one.get("ModalityLUTSequence"):
            return Greys(apply_modality_lut(values, one))
    slope, intercept = _number(described, "RescaleSlope"), _number(described, "RescaleIntercept")
    return Greys(values, slope or 1.0, intercept or 0.0)


def _unit(header: Dataset, described: tuple[Dataset, ...]) -> str:
    kind = str(_first(described, "RescaleType") or "").strip().upper()
    rescaled = _number(described, "RescaleSlope") is not None
    is_ct = str(header.get("Modality") or "").strip().upper() == "CT"
    return HOUNSFIELD if rescaled and (kind == HOUNSFIELD or (is_ct and kind in ("", "US"))) else ""


def _curve(greys: Greys, described: tuple[Dataset, ...]) -> Values | None:
    """Return the image after a table or a curve of interest, which no linear window can follow."""
    function = str(_first(described, "VOILUTFunction") or "").strip().upper()
    measured = greys.values * greys.slope + greys.intercept
    for one in described:
        if one.get("VOILUTSequence"):
            return _as_table_says(apply_voi(np.rint(measured).astype(np.int64), one), one)
    window = _centre_and_width(described)
    if function == "SIGMOID" and window is not None:
        centre, width = window
        shares = 1 / (1 + np.exp(np.clip(-4 * (measured - centre) / width, -50, 50)))
        curved: Values = np.rint(shares * 65535).astype(np.uint16)
        return curved
    return None


def _as_table_says(values: Values, one: Dataset) -> Values:
    """Scale the table's own bits to 8 or 16."""
    bits = int(one.VOILUTSequence[0].LUTDescriptor[2])
    if bits not in range(1, 17):
        bits = 16
    top, whole = 2**bits - 1, 255 if bits <= 8 else 65535
    clipped = np.clip(values.astype(np.int64), 0, top)
    scaled: Values = (clipped * whole // top).astype(np.uint8 if bits <= 8 else np.uint16)
    return scaled


def _centre_and_width(described: tuple[Dataset, ...]) -> tuple[float, float] | None:
    centre, width = _number(described, "WindowCenter"), _number(described, "WindowWidth")
    return None if centre is None or width is None or width <= 0 else (centre, width)


def _window(described: tuple[Dataset, ...]) -> tuple[float, float] | None:
    """Return the measured values that are black and white (PS3.3 C.11.2.1.2)."""
    window = _centre_and_width(described)
    if window is None:
        return None
    centre, width = window
    if str(_first(described, "VOILUTFunction") or "").strip().upper() == "LINEAR_EXACT":
        return centre - width / 2, centre + width / 2
    width = max(width, 1.0)
    low = centre - 0.5 - (width - 1) / 2
    return low, low + width - 1


def _in_few_bits(greys: Greys, bits: int) -> Greys:
    """Return grey values as uint8 or uint16.

    Whole numbers of up to 16 bits keep every value; signed ones are moved up by half the range.
    Other numbers are stretched from their own minimum and maximum to 16 bits.
    """
    values = greys.values
    if bits == 1:
        return replace(greys, values=(values != 0).astype(np.uint8) * np.uint8(255))
    if values.dtype == np.uint8:
        return greys
    if values.dtype.kind in "iu":
        shift = {1: 2**7, 2: 2**15}.get(values.dtype.itemsize, 0) if values.dtype.kind == "i" else 0
        low, high = int(values.min()) + shift, int(values.max()) + shift
        if low >= 0 and high <= 65535:
            kind = np.uint8 if values.dtype.itemsize == 1 else np.uint16
            moved = (values.astype(np.int64) + shift).astype(kind)
            return Greys(moved, greys.slope, greys.intercept - greys.slope * shift)
    return _stretched(greys)


def _stretched(greys: Greys) -> Greys:
    wide = greys.values.astype(np.float64)
    finite = np.isfinite(wide)
    if not finite.any():
        raise ImageUnreadable(tr("The image holds no numbers."))
    low, high = float(wide[finite].min()), float(wide[finite].max())
    step = (high - low) / 65535 or 1.0
    wide = np.clip(np.nan_to_num(wide, nan=low, posinf=high, neginf=low), low, high)
    pixels = np.rint((wide - low) / step).astype(np.uint16)
    return Greys(pixels, greys.slope * step, greys.intercept + greys.slope * low)


def _turned(greys: Greys, pixels: Pixels) -> tuple[Greys, Pixels]:
    """Return the negative; measured values stay what they are."""
    top = int(np.iinfo(pixels.dtype).max)  # type: ignore[type-var]
    negative = np.subtract(top, pixels, dtype=pixels.dtype)
    return Greys(negative, -greys.slope, greys.intercept + greys.slope * top), negative


def _on_pixels(window: tuple[float, float] | None, greys: Greys) -> tuple[float, float] | None:
    if window is None:
        return None
    low, high = ((value - greys.intercept) / greys.slope for value in window)
    return low, high


def _padding(values: Values, header: Dataset) -> npt.NDArray[np.bool_] | None:
    """Return where a scanner saw nothing, if the file says what it writes there."""
    value = _number((header,), "PixelPaddingValue")
    if value is None:
        return None
    seen: npt.NDArray[np.bool_] = values == value
    return seen if seen.any() and not seen.all() else None


def _without_padding(pixels: Pixels, padding: npt.NDArray[np.bool_]) -> tuple[float, float] | None:
    low, high = np.percentile(pixels[~padding].astype(np.int64), (LOW_PERCENTILE, HIGH_PERCENTILE))
    return (float(low), float(high)) if low < high else None


def _colour_bytes(values: Values, bits: int | None) -> npt.NDArray[np.uint8]:
    """Return colours in 8 bits; `bits` is how many are used, None for all of the data type."""
    bits = bits or values.dtype.itemsize * 8
    shift = max(0, bits - 8)
    return np.ascontiguousarray((values >> shift).clip(0, 255).astype(np.uint8))
