"""Draws stained blood smears: five kinds of white cells among red ones, from a seed.

The picture is composed in optical densities, as light passes through a stained smear: what lies
on top of each other adds up, and the camera sees exp(-density) (Beer and Lambert). Everything is
drawn for a block of images at once; no image depends on how many images are wanted.

Coordinates: the field of view reaches from -1 to 1 in x and y; lengths inside a cell are in its
radii. Arrays: n images, 3 colours, S pixels a side.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

KINDS = ("neutrophil", "lymphocyte", "monocyte", "eosinophil", "basophil")
SHARES = (0.45, 0.25, 0.15, 0.10, 0.05)
"""Share of each kind, in the order of a differential blood count, with the rare ones raised."""

BLOCK = 100  # images drawn at a time: planes of 1.6 MB at 64 pixels a side stay in the cache

BORDERLINE = 0.35  # share of the cells that lie between two kinds
MIXED = (0.15, 0.45)  # how far such a cell has gone to the other kind
NEIGHBOUR = 0.25  # share of the fields with a second white cell at the edge

# Each kind as it looks under May-Grünwald-Giemsa. The nucleus follows an arc: `bend` is its
# radius, `span` half its angle, `thickness` the nucleus's radius across it; it is drawn in
# between its `lobes` by `pinch`. `fine` and `coarse` are the densities of granules; `cover` of
# them lies on the nucleus too.
# fmt: off
_SHAPES = {
    #              neutro  lympho  mono   eosino  baso
    "radius":     (0.54,   0.43,   0.64,   0.55,   0.50),
    "bend":       (0.46,   0.05,   0.33,   0.46,   0.34),
    "span":       (2.00,   0.80,   1.50,   1.25,   1.40),
    "thickness":  (0.27,   0.76,   0.40,   0.34,   0.38),
    "lobes":      (3.40,   1.00,   1.60,   2.00,   2.40),
    "pinch":      (0.62,   0.05,   0.12,   0.60,   0.35),
    "fine":       (0.25,   0.01,   0.12,   0.10,   0.05),
    "coarse":     (0.00,   0.003,  0.00,   0.15,   0.10),
    "cover":      (0.10,   0.00,   0.10,   0.25,   0.90),
}
# Optical densities in red, green and blue.
_COLOURS = {
    "nucleus":   ((1.00, 1.40, 0.55), (1.15, 1.40, 0.50), (0.72, 1.05, 0.38),
                  (0.90, 1.25, 0.50), (0.75, 1.05, 0.42)),
    "cytoplasm": ((0.10, 0.20, 0.13), (0.40, 0.23, 0.06), (0.36, 0.32, 0.14),
                  (0.12, 0.30, 0.22), (0.22, 0.34, 0.12)),
    "granules":  ((0.16, 0.26, 0.10), (0.20, 0.30, 0.10), (0.12, 0.16, 0.06),
                  (0.10, 0.62, 0.72), (0.95, 1.15, 0.45)),
}
_RED_CELL = (0.05, 0.36, 0.26)
_PLASMA = (0.02, 0.05, 0.05)
# fmt: on

_LEANS_TO = np.array(((2, 3, 4), (2, 4, 2), (1, 0, 1), (0, 0, 4), (0, 3, 1)))
"""(5, 3) kinds that a borderline cell resembles: bands, large lymphocytes, toxic granules."""

_CIRCLES = 13  # that the nucleus is the union of


@dataclass(frozen=True)
class Cells:
    """n white cells: one number or colour each."""

    shapes: dict[str, Floats]
    """Name in `_SHAPES`: (n, 1, 1)."""
    colours: dict[str, Floats]
    """Name in `_COLOURS`: (n, 3, 1, 1)."""
    x: Floats
    """(n, 1, 1) centre."""
    y: Floats
    """(n, 1, 1) centre."""

    def only(self, chosen: npt.NDArray[np.bool_]) -> "Cells":
        """Return the cells of some images."""
        return Cells(
            {name: values[chosen] for name, values in self.shapes.items()},
            {name: values[chosen] for name, values in self.colours.items()},
            self.x[chosen],
            self.y[chosen],
        )


def draw_kinds(seed: tuple[int, ...], count: int) -> npt.NDArray[np.int64]:
    """Return (count,) the kind of each image of a set, an index into `KINDS`."""
    return _kinds(np.random.default_rng((*seed, 0)), count)


def draw_block(seed: tuple[int, ...], block: int, size: int) -> npt.NDArray[np.uint8]:
    """Draw the images from `block * BLOCK` on, as many as `BLOCK`.

    Args:
        seed: of the whole set, as for `draw_kinds`.
        block: number of the block, from 0.
        size: S, pixels a side.

    Returns:
        (BLOCK, S, S, 3) RGB.
    """
    kinds = draw_kinds(seed, (block + 1) * BLOCK)[-BLOCK:]
    rng = np.random.default_rng((*seed, 1, block))
    canvas = Canvas(rng, BLOCK, size)
    cells = _cells(rng, kinds, _normal(rng, BLOCK, 0.09), _normal(rng, BLOCK, 0.09))
    density = canvas.white_cells(canvas.red_cells(cells), cells)
    chosen = rng.random(BLOCK) < NEIGHBOUR
    some = Canvas(rng, int(chosen.sum()), size)
    density[chosen] = some.white_cells(density[chosen], _beside(rng, cells.only(chosen)))
    return canvas.photographed(density)


class Canvas:
    """n fields of view of S x S pixels, and the random numbers that they are drawn with."""

    def __init__(self, rng: np.random.Generator, n: int, size: int) -> None:
        grid = (np.arange(size, dtype=np.float32) + 0.5) * (2 / size) - 1
        self.rng, self.n, self.size = rng, n, size
        self.x, self.y = grid[None, None, :], grid[None, :, None]

    def texture(self, knots: int) -> Floats:
        """Return (n, S, S) smooth noise, about standard normal, with `knots` bumps a side."""
        at = np.linspace(-1, 1, knots, dtype=np.float32)
        spread = np.exp(-(((self.x[0, 0][:, None] - at) * (knots - 1) / 1.4) ** 2))  # (S, knots)
        spread /= np.sqrt((spread**2).sum(axis=1, keepdims=True))
        noise = self.rng.standard_normal((self.n, knots, knots), dtype=np.float32)
        return _interpolated(spread, noise)

    def dots(self, radius: float, share: Floats) -> Floats:
        """Return (n, S, S) dots of amplitude 0.5 to 1, added where they overlap.

        Args:
            radius: of a dot, in the field's units.
            share: (n, 1, 1) share of a lattice of 64 x 64 points that has one.
        """
        at = np.linspace(-1, 1, 64, dtype=np.float32)
        profile = np.exp(-(((self.x[0, 0][:, None] - at) / radius) ** 2))  # (S, 64)
        drawn = self.rng.random((self.n, 64, 64), dtype=np.float32)
        amplitude = 0.5 + 0.5 * drawn / np.maximum(share, 1e-6)
        return _interpolated(profile, np.where(drawn < share, amplitude, np.float32(0)))

    def soft(self, depth: Floats, pixels: float = 1.6) -> Floats:
        """Return how far a point lies inside an outline, 0 to 1 over a few pixels.

        Args:
            depth: distance from the outline, positive inside.
            pixels: width of the edge at 64 pixels a side.
        """
        inside: Floats = np.clip(depth * (32 / pixels) + 0.5, 0, 1)
        return inside

    def red_cells(self, cells: Cells) -> Floats:
        """Return (n, 3, S, S) densities of 3 to 8 red cells around each white one."""
        thickness = np.zeros((self.n, self.size, self.size), dtype=np.float32)
        count = self.rng.integers(3, 9, (self.n, 1, 1))
        for number in range(8):
            angle = _uniform(self.rng, self.n, 0, 2 * np.pi)
            away = cells.shapes["radius"] + _uniform(self.rng, self.n, 0.2, 1.0)
            radius = _uniform(self.rng, self.n, 0.3, 0.38)
            squeeze = _uniform(self.rng, self.n, 0.88, 1.12)
            dx = (self.x - cells.x - away * np.cos(angle)) * squeeze
            dy = (self.y - cells.y - away * np.sin(angle)) / squeeze
            r = np.sqrt(dx**2 + dy**2) / radius
            disc = self.soft((1 - r) * radius, 2.0) * (1 - 0.6 * np.exp(-((r / 0.5) ** 2)))
            thickness += disc * (number < count)
        return thickness[:, None] * _colour(_RED_CELL)

    def white_cells(self, below: Floats, cells: Cells) -> Floats:
        """Return (n, 3, S, S) densities with one white cell on each field."""
        shape, colour = cells.shapes, cells.colours
        radius = shape["radius"]
        dx, dy = (self.x - cells.x) / radius, (self.y - cells.y) / radius
        rim = 1 - np.sqrt(dx**2 + dy**2) + 0.06 * self.texture(7)
        body = self.soft(rim * radius)
        inside = np.minimum(self._nucleus(dx, dy, shape) + 0.035 * self.texture(9), rim - 0.04)
        nucleus = self.soft(inside * radius)
        granules = self.dots(0.025, shape["fine"]) + self.dots(0.05, shape["coarse"])
        granules = np.minimum(granules, 1.2) * body
        granules *= 1 - (1 - shape["cover"]) * nucleus
        cytoplasm = body * (1 + 0.15 * self.texture(12)) * (1 - 0.6 * nucleus)
        chromatin = nucleus * (1 + 0.16 * self.texture(18))
        density: Floats = below * (1 - 0.92 * body)[:, None]
        density += colour["cytoplasm"] * cytoplasm[:, None]
        density += colour["granules"] * granules[:, None]
        density += colour["nucleus"] * chromatin[:, None]
        return density

    def _nucleus(self, dx: Floats, dy: Floats, shape: dict[str, Floats]) -> Floats:
        """Return (n, S, S) depth inside the nucleus: a union of circles along a turned arc."""
        turn = _uniform(self.rng, self.n, 0, 2 * np.pi)
        phase = _uniform(self.rng, self.n, 0, 2 * np.pi)
        # The middle of the arc's circles lies off its centre; put it near the cell's.
        back = 0.6 * shape["bend"] * np.sin(shape["span"]) / shape["span"]
        deepest = np.full(np.broadcast_shapes(dx.shape, dy.shape), -9, dtype=np.float32)
        for t in np.linspace(0, 1, _CIRCLES, dtype=np.float32):
            angle = (2 * t - 1) * shape["span"]
            bend = shape["bend"] * (1 + 0.15 * np.sin(2 * np.pi * t + phase))
            along, across = bend * np.cos(angle) - back, bend * np.sin(angle)
            cx = along * np.cos(turn) - across * np.sin(turn)
            cy = along * np.sin(turn) + across * np.cos(turn)
            waist = np.cos(np.pi * shape["lobes"] * t) ** 2
            circle = shape["thickness"] * (1 - shape["pinch"] * waist)
            np.maximum(deepest, circle - np.sqrt((dx - cx) ** 2 + (dy - cy) ** 2), out=deepest)
        return deepest

    def photographed(self, density: Floats) -> npt.NDArray[np.uint8]:
        """Return (n, S, S, 3): stain, lamp, focus and noise differ from field to field."""
        rng, n = self.rng, self.n
        strength = np.exp(_normal(rng, n, 0.22))[:, None]
        balance = np.exp(rng.normal(0, 0.14, (n, 3, 1, 1))).astype(np.float32)
        light = np.exp(-(density + _colour(_PLASMA)) * strength * balance)
        lamp = 0.93 + 0.05 * self.texture(2) - _uniform(rng, n, 0, 0.1) * (self.x**2 + self.y**2)
        tint = rng.uniform((0.92, 0.9, 0.84), (1.02, 1.0, 1.0), (n, 3)).astype(np.float32)
        light *= lamp[:, None] * tint[:, :, None, None]
        focus = _uniform(rng, n, 0, 1)[:, None] ** 2
        light += focus * (_blurred(_blurred(light)) - light)
        noise = _uniform(rng, n, 0.008, 0.025)[:, None]
        light += noise * rng.standard_normal(light.shape, dtype=np.float32)
        pixels = np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)
        return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))


def _kinds(rng: np.random.Generator, count: int) -> npt.NDArray[np.int64]:
    return np.searchsorted(np.cumsum(SHARES[:-1]), rng.random(count), side="right")


def _cells(rng: np.random.Generator, kinds: npt.NDArray[np.int64], x: Floats, y: Floats) -> Cells:
    """Draw white cells of given kinds: each varies, and some lean to another kind."""
    n = len(kinds)
    other = _LEANS_TO[kinds, rng.integers(0, 3, n)]
    share = rng.uniform(*MIXED, n) * (rng.random(n) < BORDERLINE)

    def mixed(table: npt.ArrayLike) -> Floats:
        values = np.asarray(table, dtype=np.float32)
        weights = share.reshape(n, *[1] * (values.ndim - 1)).astype(np.float32)
        both: Floats = (1 - weights) * values[kinds] + weights * values[other]
        return both

    shapes = {
        name: mixed(row)[:, None, None] * np.exp(_normal(rng, n, 0.1))
        for name, row in _SHAPES.items()
    }
    shapes["coarse"] = shapes["coarse"] * np.exp(_normal(rng, n, 0.3))
    shapes["lobes"] = shapes["lobes"] + _uniform(rng, n, -0.4, 0.4)
    shapes["cover"] = np.clip(shapes["cover"], 0, 1)
    colours = {
        name: mixed(row)[:, :, None, None] * np.exp(_normal(rng, n, 0.16))[:, None]
        for name, row in _COLOURS.items()
    }
    return Cells(shapes, colours, x, y)


def _beside(rng: np.random.Generator, cells: Cells) -> Cells:
    """Draw a second white cell of any kind for each, cut off by the edge of the field."""
    n = len(cells.x)
    kinds = _kinds(rng, n)
    angle = _uniform(rng, n, 0, 2 * np.pi)
    found = _cells(rng, kinds, cells.x, cells.y)
    away = cells.shapes["radius"] + found.shapes["radius"] + _uniform(rng, n, 0, 0.2)
    return replace(found, x=cells.x + away * np.cos(angle), y=cells.y + away * np.sin(angle))


def _interpolated(weights: Floats, knots: Floats) -> Floats:
    """Return (n, S, S) values between (n, K, K) knots, by (S, K) weights along both sides."""
    values: Floats = weights @ knots @ weights.T
    return values


def _blurred(light: Floats) -> Floats:
    """Return (n, 3, S, S) filtered with (1, 2, 1) / 4 along both sides."""
    rows = np.pad(light, ((0, 0), (0, 0), (1, 1), (0, 0)), "edge")
    light = (rows[:, :, :-2] + 2 * rows[:, :, 1:-1] + rows[:, :, 2:]) / 4
    columns = np.pad(light, ((0, 0), (0, 0), (0, 0), (1, 1)), "edge")
    blurred: Floats = (columns[..., :-2] + 2 * columns[..., 1:-1] + columns[..., 2:]) / 4
    return blurred


def _colour(density: tuple[float, float, float]) -> Floats:
    return np.array(density, dtype=np.float32).reshape(1, 3, 1, 1)


def _normal(rng: np.random.Generator, n: int, deviation: float) -> Floats:
    """Return (n, 1, 1) normal numbers around 0."""
    return deviation * rng.standard_normal((n, 1, 1), dtype=np.float32)


def _uniform(rng: np.random.Generator, n: int, low: float, high: float) -> Floats:
    """Return (n, 1, 1) numbers between `low` and `high`."""
    return low + (high - low) * rng.random((n, 1, 1), dtype=np.float32)
