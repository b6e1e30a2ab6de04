"""How arrays of images that cannot be used as they are become such that can."""

import numpy as np

from autoal_gui.core.language import mark, tr

FROM_SHARES = mark("Convert numbers from 0 to 1 by (255 * images).round().astype('uint8').")
FROM_NUMBERS = mark("Convert numbers from 0 to 255 by images.astype('uint8').")
FROM_COLUMNS = mark("np.ascontiguousarray(images) converts it.")


def on_kind(dtype: np.dtype[np.generic]) -> str:
    """Say how numbers of a kind become uint8."""
    shares = [tr(FROM_SHARES)] if dtype.kind in "fb" else []
    numbers = [tr(FROM_NUMBERS)] if dtype.kind != "b" else []
    return " ".join([*shares, *numbers])
