"""A hundred thousand dots as one picture, and which of them is where: numpy alone.

Every dot puts its number into the pixels that it covers, where no later dot has; then each pixel is
coloured once. So the order in which dots lie above one another is the same everywhere, and what is
under the pointer is looked up and not searched for.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Colours = npt.NDArray[np.float32]

EDGE = 0.5  # pixels over which the rim of a dot fades
RING = 2.0  # pixels that a ring is wide
RIM = 1.25  # pixels that a rim is wide
NOBODY = -1


@dataclass(frozen=True, eq=False)
class Dots:
    """What is drawn, in the order in which it is drawn: the last lies on top."""

    x: Floats = field(repr=False)
    """(n,) pixels from the left."""
    y: Floats = field(repr=False)
    """(n,) pixels from the top."""
    radius: Floats = field(repr=False)
    """(n,) pixels."""
    colour: Colours = field(repr=False)
    """(n, 3) red, green and blue in [0, 255]."""
    ring: npt.NDArray[np.bool_] = field(repr=False)
    """(n,) whether a ring goes round it."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """The picture, and the dot at each of its pixels."""

    pixels: npt.NDArray[np.uint32] = field(repr=False)
    """(h, w) as 0xffRRGGBB."""
    owner: Ints = field(repr=False)
    """(h, w) place of the dot in `Dots`; `NOBODY` where there is none."""


def draw(
    dots: Dots,
    width: int,
    height: int,
    ground: tuple[int, int, int],
    ring: tuple[int, int, int] | Colours,
    rims: Colours | None = None,
) -> Drawn:
    """Draw dots.

    Args:
        dots: what is drawn.
        width: of the picture in pixels.
        height: likewise.
        ground: red, green and blue behind the dots.
        ring: red, green and blue of rings; (n, 3) where they differ.
        rims: (n, 3) red, green and blue around each dot, for those too pale to show; None for none.
    """
    margin = int(np.ceil(float(dots.radius.max(initial=0.0)) + EDGE)) + 1
    wide = width + 2 * margin
    owner = np.full((height + 2 * margin) * wide, NOBODY, np.int32)
    _claim(owner, dots, wide, margin, width, height)
    held = np.flatnonzero(owner != NOBODY)
    rings = np.broadcast_to(np.array(ring, np.float32), dots.colour.shape)
    colours = _coloured(held, owner[held], dots, wide, margin, ground, rings, rims)
    background = 0xFF000000 | ground[0] << 16 | ground[1] << 8 | ground[2]
    pixels = np.full(owner.shape, background, np.uint32)
    pixels[held] = colours
    inside = (slice(margin, margin + height), slice(margin, margin + width))
    return Drawn(
        np.ascontiguousarray(pixels.reshape(-1, wide)[inside]),
        np.ascontiguousarray(owner.reshape(-1, wide)[inside]),
    )


def _claim(owner: Ints, dots: Dots, wide: int, margin: int, width: int, height: int) -> None:
    """Put the number of the topmost dot into every pixel that one covers."""
    left, top = np.floor(dots.x), np.floor(dots.y)
    seen = (left >= -margin + 1) & (left < width + margin - 1)
    seen &= (top >= -margin + 1) & (top < height + margin - 1)
    numbers = np.flatnonzero(seen).astype(np.int32)
    left, top = left[seen], top[seen]
    places = (top.astype(np.int64) + margin) * wide + left.astype(np.int64) + margin
    # Where in its pixel a dot lies, from that pixel's middle.
    across, down = dots.x[seen] - left - 0.5, dots.y[seen] - top - 0.5
    reach = (dots.radius[seen] + EDGE) ** 2
    largest = float(np.sqrt(reach.max(initial=0.0)))
    for dx, dy in _offsets(round(largest * 4) / 4 + 0.71):
        covers = (dx - across) ** 2 + (dy - down) ** 2 < reach
        spots = places[covers]
        spots += dy * wide + dx
        spots = spots.clip(0, owner.size - 1)
        # Numbers ascend, so where two dots cover a pixel the later is written last.
        owner[spots] = np.maximum(owner[spots], numbers[covers])


@lru_cache(maxsize=64)
def _offsets(reach: float) -> tuple[tuple[int, int], ...]:
    """Return the pixels at most so far from a pixel."""
    side = range(-int(reach), int(reach) + 1)
    return tuple((dx, dy) for dy in side for dx in side if dx * dx + dy * dy <= reach * reach)


def _coloured(
    held: npt.NDArray[np.intp],
    whose: Ints,
    dots: Dots,
    wide: int,
    margin: int,
    ground: tuple[int, int, int],
    rings: Colours,
    rims: Colours | None,
) -> npt.NDArray[np.uint32]:
    """Return the colour of each pixel that a dot holds: its rim fades into the ground."""
    down, across = np.divmod(held, wide)
    apart = np.hypot(
        across.astype(np.float32) - (margin - 0.5) - dots.x[whose],
        down.astype(np.float32) - (margin - 0.5) - dots.y[whose],
    )
    radius = dots.radius[whose]
    share = (radius + EDGE - apart).clip(0, 1)[:, None]
    colour = dots.colour[whose]
    if rims is not None:
        on_rim = apart > radius - RIM
        colour[on_rim] = rims[whose[on_rim]]
    on_ring = dots.ring[whose] & (apart > radius - RING)
    colour[on_ring] = rings[whose[on_ring]]
    mixed = colour * share + np.array(ground, np.float32) * (1 - share) + 0.5
    parts = mixed.astype(np.uint32)
    packed: npt.NDArray[np.uint32] = (
        np.uint32(0xFF000000) | parts[:, 0] << 16 | parts[:, 1] << 8 | parts[:, 2]
    )
    return packed


def inside_polygon(x: Floats, y: Floats, corners: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return (n,) which points lie inside a closed line, by the even-odd rule.

    Args:
        x: (n,).
        y: (n,).
        corners: (m, 2) of the line, which closes by itself.
    """
    inside = np.zeros(len(x), np.bool_)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 != y1:
            crosses = (y0 <= y) != (y1 <= y)
            inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside
