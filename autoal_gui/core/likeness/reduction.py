"""From the features of a network to short vectors, and from these to two main directions.

Principal components (Pearson 1901; Jolliffe 2002): what is left out varies least. The vectors keep
the angles between images well, and are a tenth as long as the features.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from autoal_gui.core.likeness.search import Vectors, unit_rows

WIDTH = 96  # numbers of a vector
Floats = npt.NDArray[np.float64]


def main_directions(parts: Iterator[npt.NDArray[np.floating]], wanted: int) -> Vectors:
    """Return the directions along which rows are longest, (k, D), the first of them first.

    Args:
        parts: (n, D) rows, a part at a time; none of them is kept.
        wanted: how many directions, fewer where the rows have fewer.
    """
    total: Floats | None = None
    for part in parts:
        rows = part.astype(np.float32)
        product = (rows.T @ rows).astype(np.float64)
        total = product if total is None else total + product
    if total is None:
        return np.empty((0, 0), np.float32)
    values, directions = np.linalg.eigh(total)
    kept = directions[:, np.argsort(-values, kind="stable")[:wanted]].T
    # An eigenvector has no sign of its own; this one is the same on every computer.
    signs = np.sign(kept[np.arange(len(kept)), np.abs(kept).argmax(1)])
    directed: Vectors = (kept * signs[:, None]).astype(np.float32)
    return directed


def shortened(rows: npt.NDArray[np.floating], directions: Vectors) -> Vectors:
    """Return (n, k) vectors of unit length of (n, D) rows along (k, D) directions."""
    return unit_rows(rows.astype(np.float32) @ directions.T)


def flat_places(vectors: Vectors) -> Vectors:
    """Return (n, 2) places of (n, K) vectors along the two directions in which they vary most."""
    centred = vectors - vectors.mean(0) if len(vectors) else vectors
    directions = main_directions(iter((centred,)), 2)
    places = np.zeros((len(vectors), 2), np.float32)
    if directions.size:
        places[:, : len(directions)] = centred @ directions.T
    return places
