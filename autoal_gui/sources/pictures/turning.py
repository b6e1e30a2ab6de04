"""Pictures turned upright, and what is transparent made black."""

from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]


def turned(values: Values, orientation: int) -> Values:
    """Return (H, W) or (H, W, C) numbers as EXIF's orientation, 1 to 8, says they are upright."""
    if orientation in (5, 6, 7, 8):
        values = values.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        values = values[::-1]
    if orientation in (2, 3, 6, 7):
        values = values[:, ::-1]
    return values


def without_alpha(values: Values) -> Values:
    """Return (H, W) or (H, W, 3) of (H, W, 2 or 4) whole numbers: what is clear becomes black.

    Other numbers of channels stay as they are.
    """
    if values.ndim != 3 or values.shape[2] not in (2, 4):
        return values
    top = int(np.iinfo(values.dtype).max)
    alpha = values[:, :, -1:].astype(np.uint64)
    seen = values[:, :, :-1] * alpha
    clear: Values = ((seen + top // 2) // top).astype(values.dtype)
    return clear[:, :, 0] if clear.shape[2] == 1 else clear
