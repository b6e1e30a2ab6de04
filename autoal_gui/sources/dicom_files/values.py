"""What the numbers in a DICOM image become: 8 or 16 bits, brighter is larger, and their window.

The order is that of the standard (PS3.3 C.11 and C.7.6.16): the modality's table or slope and
intercept, the table or window of the values of interest, and MONOCHROME1 is turned over. What is
declared as padding is black at the end, and pixels that are not square are made so.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.source import Picture, Pixels
from autoal_gui.core.language import tr
from autoal_gui.sources.dicom_files.tables import (
    applied_modality_table,
    applied_voi_table,
    in_colours,
)
from autoal_gui.sources.pictures.limits import MAX_PIXELS
from autoal_gui.sources.pixels.grey_numbers import (
    Greys,
    Mask,
    Values,
    blackened,
    equal_to,
    fills,
    in_few_bits,
    window_without,
)
from autoal_gui.sources.pixels.square_pixels import made_square

GROUPS = (
    "PixelValueTransformationSequence",
    "FrameVOILUTSequence",
    "CTPixelValueTransformation",
    "PixelMeasuresSequence",
)
SPACINGS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio")
"""What says how high and how wide a pixel is, in this order."""
HOUNSFIELD = "HU"
NARROW = 16.0  # a window of fewer measured values than this, in fractions, is meant exactly


def to_picture(values: Values, header: Dataset, index: int) -> Picture:
    """Turn one decoded frame into what can be shown and learned from.

    Args:
        values: (H, W) numbers of any kind, or (H, W, 3) red, green and blue.
        header: what the file says of its pixels.
        index: which frame it is, from 0; an enhanced file describes each.

    Raises:
        ImageUnreadable: it has another shape, or holds no numbers.
    """
    described = tuple(_descriptions(header, index))
    picture = _picture(values, header, described)
    sides = (_pair(described, name) for name in SPACINGS)
    down, across = next((pair for pair in sides if pair is not None), (None, None))
    pixels = made_square(picture.pixels, down, across, MAX_PIXELS)
    return replace(picture, pixels=pixels)


def _picture(values: Values, header: Dataset, described: tuple[Dataset, ...]) -> Picture:
    if header.PhotometricInterpretation == "PALETTE COLOR":
        return Picture(np.ascontiguousarray(in_colours(values, header, _is_little(header))))
    if values.ndim == 3 and values.shape[2] == 3:
        return Picture(_colour_bytes(values, int(header.get("BitsStored") or 8)))
    if values.ndim != 2:
        raise ImageUnreadable(tr("The image is neither grey nor coloured."))
    return _grey(values, header, described)


def _grey(values: Values, header: Dataset, described: tuple[Dataset, ...]) -> Picture:
    empty = _padding(values, header)
    greys = _measured(values, header, described)
    curve = _curve(greys, header, described)
    window = None if curve is not None else _window(greys, described)
    unit = "" if curve is not None else _unit(header, described)
    if curve is not None:
        greys, window = Greys(curve), (0.0, float(np.iinfo(curve.dtype).max))
    elif window is None and empty is None:
        empty = fills(values)
    bits = int(header.get("BitsStored") or 16)
    greys = in_few_bits(Greys(values != 0) if bits == 1 else greys, empty)
    pixels = np.ascontiguousarray(greys.values)
    if greys.slope < 0:
        greys, pixels = _turned(greys, pixels)
    low_high = _on_pixels(window, greys)
    if low_high is None and empty is not None and pixels.dtype == np.uint16:
        low_high = window_without(pixels, empty)
    if low_high is None and pixels.dtype == np.uint8 and 1 < bits < 8:
        low_high = (0.0, float(2**bits - 1))
    if header.PhotometricInterpretation == "MONOCHROME1":
        top = int(np.iinfo(pixels.dtype).max)
        greys, pixels = _turned(greys, pixels)
        low_high = None if low_high is None else (top - low_high[1], top - low_high[0])
    if empty is not None:
        pixels = blackened(pixels, empty, low_high)
    return Picture(pixels, low_high, greys.slope, greys.intercept, unit)


def _is_little(header: Dataset) -> bool:
    """Tell the order of the bytes in what the file holds as they are."""
    return header.original_encoding[1] is not False


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


def _pair(described: tuple[Dataset, ...], name: str) -> tuple[float, float] | None:
    """Return an element of two positive numbers from the nearest description that has one."""
    for one in described:
        try:
            first, second = (float(number) for number in one.get(name) or ())
        except (TypeError, ValueError):
            continue
        if 0 < first < np.inf and 0 < second < np.inf:
            return first, second
    return None


def _measured(values: Values, header: Dataset, described: tuple[Dataset, ...]) -> Greys:
    """Apply the modality's table; or note its slope and intercept, which lose no bit that way."""
    for one in described:
        if one.get("ModalityLUTSequence"):
            return Greys(applied_modality_table(values, one, _is_little(header)))
    slope, intercept = _number(described, "RescaleSlope"), _number(described, "RescaleIntercept")
    return Greys(values, slope or 1.0, intercept or 0.0)


def _unit(header: Dataset, described: tuple[Dataset, ...]) -> str:
    kind = str(_first(described, "RescaleType") or "").strip().upper()
    rescaled = _number(described, "RescaleSlope") is not None
    is_ct = str(header.get("Modality") or "").strip().upper() == "CT"
    return HOUNSFIELD if rescaled and (kind == HOUNSFIELD or (is_ct and kind in ("", "US"))) else ""


def _curve(greys: Greys, header: Dataset, described: tuple[Dataset, ...]) -> Values | None:
    """Return the image after a table or a curve of interest, which no linear window can follow."""
    function = str(_first(described, "VOILUTFunction") or "").strip().upper()
    measured = greys.values * greys.slope + greys.intercept
    for one in described:
        looked_up = applied_voi_table(measured, one, _is_little(header))
        if looked_up is not None:
            return looked_up
    window = _centre_and_width(described)
    if function == "SIGMOID" and window is not None:
        centre, width = window
        shares = 1 / (1 + np.exp(np.clip(-4 * (measured - centre) / width, -50, 50)))
        curved: Values = np.rint(shares * 65535).astype(np.uint16)
        return curved
    return None


def _centre_and_width(described: tuple[Dataset, ...]) -> tuple[float, float] | None:
    centre, width = _number(described, "WindowCenter"), _number(described, "WindowWidth")
    return None if centre is None or width is None or width <= 0 else (centre, width)


def _window(greys: Greys, described: tuple[Dataset, ...]) -> tuple[float, float] | None:
    """Return the measured values that are black and white (PS3.3 C.11.2.1.2).

    The standard's linear window is for whole numbers, and takes one from its width; in a window
    below 1, or a narrow one of fractions, that would leave nothing.
    """
    window = _centre_and_width(described)
    if window is None:
        return None
    centre, width = window
    exact = str(_first(described, "VOILUTFunction") or "").strip().upper() == "LINEAR_EXACT"
    fractions = greys.values.dtype.kind == "f" or not float(greys.slope).is_integer()
    if exact or width < 1 or (fractions and width < NARROW):
        return centre - width / 2, centre + width / 2
    low = centre - 0.5 - (width - 1) / 2
    return low, low + width - 1


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


def _padding(values: Values, header: Dataset) -> Mask | None:
    """Return where a scanner saw nothing, if the file says what it writes there.

    It is one stored number or a range of them. Some files write it without the sign that the
    pixels have, or with one that they lack.
    """
    if values.dtype.kind not in "iu":
        value = _number((header,), "FloatPixelPaddingValue")
        return None if value is None else equal_to(values, value)
    value = _number((header,), "PixelPaddingValue")
    if value is None:
        return None
    limit = _number((header,), "PixelPaddingRangeLimit")
    kind = np.iinfo(values.dtype)
    ends = [_of_kind(end, kind) for end in (value, value if limit is None else limit)]
    empty: Mask = (values >= min(ends)) & (values <= max(ends))
    return empty if empty.any() and not empty.all() else None


def _of_kind(number: float, kind: "np.iinfo[Any]") -> int:
    """Return a whole number with the sign that a type of numbers gives its bits."""
    low, span = int(kind.min), int(kind.max) - int(kind.min) + 1
    return (int(number) - low) % span + low


def _colour_bytes(values: Values, bits: int) -> npt.NDArray[np.uint8]:
    """Return colours in 8 bits of the `bits` that are used."""
    shift = max(0, bits - 8)
    return np.ascontiguousarray((values >> shift).clip(0, 255).astype(np.uint8))
