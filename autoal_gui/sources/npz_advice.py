"""How arrays of images that cannot be used as they are become such that can."""

import numpy as np

from autoal_gui.core.language import mark, tr

FROM_SHARES = mark("Numbers from 0 to 1 become so by (255 * images).round().astype('uint8').")
FROM_NUMBERS = mark("Numbers from 0 to 255 become so by images.astype('uint8').")
FROM_COLUMNS = mark("np.ascontiguousarray(images) turns it.")


def on_kind(dtype: np.dtype[np.generic]) -> str:
    """Say how numbers of a kind become uint8."""
    shares = [tr(FROM_SHARES)] if dtype.kind in "fb" else []
    numbers = [tr(FROM_NUMBERS)] if dtype.kind != "b" else []
    return " ".join([*shares, *numbers])
