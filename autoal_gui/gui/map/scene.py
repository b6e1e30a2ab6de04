"""What the map shows of every image: its place, colour and order, and what the colours mean."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Part:
    """Images of one colour: a line of the legend."""

    name: str
    colour: str
    """As #rrggbb."""
    rows: npt.NDArray[np.intp] = field(repr=False)
    key: str = ""
    """What is printed on its swatch: the key of a class."""
    ring: bool = False
    """Whether its sign is the ring, and not the colour."""
    tip: str = ""
    """What is to be known of these images, in a sentence."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Every image as a dot; all arrays are (N,) or (N, ...), a row for each image."""

    places: Floats = field(repr=False)
    """(N, 2) in [0, 1]; nan where there is no dot."""
    colour: Floats = field(repr=False)
    """(N, 3) red, green and blue in [0, 255]."""
    size: Floats = field(repr=False)
    """Times the usual radius."""
    ring: Mask = field(repr=False)
    order: npt.NDArray[np.intp] = field(repr=False)
    """Rows in the order in which they are drawn: the last on top."""
    shown: Mask = field(repr=False)
    """Whether there is a dot."""
    lit: Mask | None = field(default=None, repr=False)
    """What is in question, beside which all else is dimmed; None for nothing."""


def unit_places(places: npt.NDArray[np.float32], shown: Mask) -> Floats:
    """Return (N, 2) places scaled alike into [0, 1], and nan where nothing is shown.

    One image in a thousand may lie outside: a few far ones must not press all others together.
    """
    found = np.full(places.shape, np.nan, np.float32)
    there = shown & np.isfinite(places).all(1)
    if not there.any():
        return found
    inner = places[there]
    low, high = np.percentile(inner, (0.05, 99.95), axis=0)
    side = max(float((high - low).max()), 1e-9)
    found[there] = ((inner - (low + high) / 2) / side + 0.5).clip(-0.05, 1.05)
    return found


def scene_of(places: Floats, shown: Mask, parts: list[Part], ringed: Mask, strong: Mask) -> Scene:
    """Return the scene of images that belong to one part each; a later part lies on top.

    Args:
        places: (N, 2) in [0, 1].
        shown: (N,).
        parts: of the legend; those whose sign is a ring colour nothing.
        ringed: (N,) what has a ring.
        strong: (N,) what is larger than the rest.
    """
    colour = np.zeros((len(places), 3), np.float32)
    rank = np.zeros(len(places), np.int32)
    for part in parts:
        if not part.ring:
            colour[part.rows] = [int(part.colour[i : i + 2], 16) for i in (1, 3, 5)]
            rank[part.rows] = strong[part.rows]
    rank += 2 * ringed
    size = np.where(ringed, 1.5, np.where(strong, 1.3, 1.0)).astype(np.float32)
    order = np.lexsort((np.arange(len(places)), rank))
    return Scene(places, colour, size, ringed, order[shown[order]], shown)
