"""The synthetic set: grey shapes of eight uneven classes, to compare methods on.

Options: `images` (in the pool, default 1,600), `evaluation` (400), `seed` (0) and `size` (28
pixels a side). Some classes look alike, some images are near-duplicates, and of the pool's labels
a few are wrong; those of the evaluation set are right.
"""

import numpy as np
import numpy.typing as npt

from autoal_gui.sources.drawn_images.drawn import Drawing, Seed
from autoal_gui.sources.drawn_images.shapes import BLOCK, KINDS, WRONG, draw_block, draw_labels

NAME = "synthetic"
LABEL = "Synthetic: shapes"
ORDER = 50


def draw_answers(seed: Seed, count: int) -> npt.NDArray[np.int64]:
    """Return (count,) labels; a seed that ends in 0 is that of the pool."""
    return draw_labels(seed, count, 0.0 if seed[-1] else WRONG)


DRAWING = Drawing(
    NAME,
    1,
    KINDS,
    {"images": 1600, "evaluation": 400, "seed": 0, "size": 28},
    (16, 128),
    BLOCK,
    draw_block,
    draw_answers,
    colours=False,
)
list_images = DRAWING.list_images
open_images = DRAWING.open_images
