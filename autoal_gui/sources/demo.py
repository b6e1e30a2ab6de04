"""The demo: white blood cells that the program draws itself, with known truth.

Options: `images` (in the pool, default 2,400), `evaluation` (600), `seed` (0) and `size` (64
pixels a side). The same options give the same images. They are drawn once, into the workspace.
"""

from autoal_gui.sources.drawn_images.drawn import Drawing
from autoal_gui.sources.drawn_images.smear import BLOCK, KINDS, draw_block, draw_kinds

NAME = "demo"
LABEL = "Demo: blood cells"
ORDER = 40

DRAWING = Drawing(
    NAME,
    1,
    KINDS,
    {"images": 2400, "evaluation": 600, "seed": 0, "size": 64},
    (32, 128),
    BLOCK,
    draw_block,
    draw_kinds,
)
list_images = DRAWING.list_images
open_images = DRAWING.open_images
