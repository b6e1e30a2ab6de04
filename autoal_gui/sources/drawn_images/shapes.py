"""Draws grey shapes of eight uneven classes, from a seed: a set that is awkward on purpose.

Some classes look alike, some images are near-duplicates of others, and some labels are wrong. A
shape is what lies inside r(angle) = radius (1 + depth cos(lobes angle)), turned, moved and shaded
at random. Coordinates: the image reaches from -1 to 1 in x and y.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

KINDS = ("disc", "ring", "oval", "triangle", "cross", "star", "striped disc", "striped cross")
SHARES = (0.30, 0.20, 0.15, 0.11, 0.09, 0.07, 0.05, 0.03)
BLOCK = 100  # images drawn at a time

DUPLICATES = 0.15  # share of images that are another one of their block, moved a little
WRONG = 0.03  # share of labels that name another class
MOVED = 0.03  # standard deviation of how far a near-duplicate is moved, in half widths

# fmt: off
_SHAPES = {
    #           disc  ring  oval  tri   cross  star   s.disc s.cross
    "lobes":   (0,    0,    2,    3,    4,     5,     0,     4),
    "depth":   (0.00, 0.00, 0.34, 0.30, 0.24,  0.24,  0.00,  0.24),
    "hollow":  (0.00, 0.55, 0.00, 0.00, 0.00,  0.00,  0.00,  0.00),
    "stripes": (0.00, 0.00, 0.00, 0.00, 0.00,  0.00,  0.75,  0.75),
}
# fmt: on


def draw_labels(seed: tuple[int, ...], count: int, wrong: float) -> Ints:
    """Return (count,) class indices into `KINDS`, a share `wrong` of which names another class."""
    kinds, _, draws = _plan(seed, count)
    other = (kinds + 1 + (draws[:, 4] * (len(KINDS) - 1)).astype(np.int64)) % len(KINDS)
    return np.where(draws[:, 3] < wrong, other, kinds)


def draw_block(seed: tuple[int, ...], block: int, size: int) -> npt.NDArray[np.uint8]:
    """Draw the images from `block * BLOCK` on, as many as `BLOCK`.

    Args:
        seed: of the whole set, as for `draw_labels`.
        block: number of the block, from 0.
        size: S, pixels a side.

    Returns:
        (BLOCK, S, S).
    """
    kinds, origins, _ = _plan(seed, (block + 1) * BLOCK)
    alike = origins[-BLOCK:] - block * BLOCK
    rng = np.random.default_rng((*seed, 1, block))
    x, y = _moved_grid(rng, alike, size)
    shape = {name: np.array(row)[kinds[-BLOCK:], None, None] for name, row in _SHAPES.items()}
    return _photographed(rng, _inside(rng, x, y, shape, alike), alike)


def _plan(seed: tuple[int, ...], count: int) -> tuple[Ints, Ints, Floats]:
    """Return kinds (count,), the image that each is a near-duplicate of or itself, and draws."""
    draws = np.random.default_rng((*seed, 0)).random((count, 5))
    own = np.searchsorted(np.cumsum(SHARES[:-1]), draws[:, 0], side="right")
    origins = np.arange(count)
    for i in np.flatnonzero(draws[:, 1] < DUPLICATES):
        first = i - i % BLOCK
        if i > first:  # earlier ones are settled, so that no near-duplicate has one of its own
            origins[i] = origins[first + int(draws[i, 2] * (i - first))]
    return own[origins], origins, draws


def _moved_grid(rng: np.random.Generator, origins: Ints, size: int) -> tuple[Floats, Floats]:
    """Return (n, S, S) x and y around each shape's centre, turned and scaled to its radius."""
    n = len(origins)
    grid = (np.arange(size) + 0.5) * (2 / size) - 1
    centre = rng.normal(0, 0.08, (n, 2))[origins]
    moved = (origins != np.arange(n))[:, None]
    centre = centre + moved * rng.normal(0, MOVED, (n, 2))
    angle = rng.uniform(0, 2 * np.pi, n)[origins] + moved[:, 0] * rng.normal(0, MOVED, n)
    radius = rng.uniform(0.5, 0.7, n)[origins]
    dx = (grid[None, None, :] - centre[:, 0, None, None]) / radius[:, None, None]
    dy = (grid[None, :, None] - centre[:, 1, None, None]) / radius[:, None, None]
    cos, sin = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    return dx * cos + dy * sin, dy * cos - dx * sin


def _inside(
    rng: np.random.Generator, x: Floats, y: Floats, shape: dict[str, Floats], origins: Ints
) -> Floats:
    """Return (n, S, S) how bright each point of a shape is, 0 outside."""
    varied = rng.uniform(0.6, 1.2, (len(origins), 1, 1))[origins]
    outline = 1 + varied * shape["depth"] * np.cos(shape["lobes"] * np.arctan2(y, x))
    r = np.sqrt(x**2 + y**2)
    hole = _soft(varied * shape["hollow"] - r) * (shape["hollow"] > 0)
    body = _soft(outline - r) * (1 - hole)
    wave = 0.5 + 0.5 * np.sin(8 * x)
    striped: Floats = body * (1 - shape["stripes"] * wave)
    return striped


def _soft(depth: Floats) -> Floats:
    """Return how far a point lies inside an outline, 0 to 1 over about a pixel of 28."""
    inside: Floats = np.clip(depth * 7 + 0.5, 0, 1)
    return inside


def _photographed(rng: np.random.Generator, inside: Floats, origins: Ints) -> npt.NDArray[np.uint8]:
    """Return (n, S, S) pixels: light and contrast differ, and in near-duplicates noise alone."""
    n, size = inside.shape[:2]
    ramp = np.linspace(-1, 1, size)
    slope = rng.normal(0, 0.07, (n, 2, 1, 1))[origins]
    light = slope[:, 0] * ramp + slope[:, 1] * ramp[:, None]
    light = light + rng.uniform(0.15, 0.4, (n, 1, 1))[origins]
    light = light + rng.uniform(0.25, 0.5, (n, 1, 1))[origins] * inside
    noise = rng.uniform(0.02, 0.06, (n, 1, 1))[origins]
    light = light + noise * rng.standard_normal(inside.shape)
    return np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)
