"""Which images are most like some, and which are like none that has a label: plain products."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

CHUNK = 4096  # rows compared with all known ones at a time
SHARE, FEWEST, MOST = 0.02, 8, 200  # of images without a label: those least like any with one
SMALLEST = 1e-6  # length below which a vector has no direction


def most_like(vectors: Vectors, to: Vectors, among: Mask, most: int) -> tuple[Rows, Vectors]:
    """Return the rows that are most like some images, the likest first, and how like they are.

    Args:
        vectors: (N, K) of unit length.
        to: (m, K) of the images that others are to be like; their mean direction counts, which
            finds more of one class than the likest of them or the mean of their orders
            (docs/RESULTS.md).
        among: (N,) which rows may be returned.
        most: how many are returned at most.

    Returns:
        Rows, (n,), and cosines in [-1, 1], (n,), descending.
    """
    direction = to.mean(0)
    length = float(np.linalg.norm(direction))
    if length < SMALLEST or not among.any():
        return np.empty(0, np.intp), np.empty(0, np.float32)
    cosines = vectors @ (direction / length).astype(np.float32)
    cosines[~among] = -np.inf
    count = min(most, int(among.sum()))
    best = np.argpartition(-cosines, count - 1)[:count]
    # A row decides between equals, so that the order is the same each time.
    best = best[np.lexsort((best, -cosines[best]))]
    return best, cosines[best].clip(-1, 1)


def nearest_known(
    vectors: Vectors,
    known: Rows,
    check: Callable[[int, int], object] = lambda done, total: None,
) -> Vectors:
    """Return how like each image is to the known one that is likest, (N,) in [-1, 1].

    Args:
        vectors: (N, K) of unit length.
        known: rows of the images that have a label; with none, all are at -1.
        check: is called with how many rows are done; may raise `Cancelled`.
    """
    return likest(vectors, vectors[known], check)


def least_like(
    vectors: Vectors,
    known: Rows,
    among: Rows,
    check: Callable[[int, int], object] = lambda done, total: None,
) -> tuple[Rows, Vectors]:
    """Return those of some rows that are least like any known one, and how like they are.

    Args:
        vectors: (N, K) of unit length.
        known: rows of the images that have a label; with none, nothing is returned.
        among: (n,) rows of images without one.
        check: see `nearest_known`.

    Returns:
        Rows, and cosines in [-1, 1], ascending.
    """
    if not len(known):
        return known, np.empty(0, np.float32)
    nearest = nearest_known(vectors, known, check)[among]
    count = min(MOST, max(FEWEST, round(SHARE * len(among))))
    order = np.argsort(nearest, kind="stable")[:count]
    return among[order], nearest[order]


def likest(
    rows: npt.NDArray[np.floating],
    known: Vectors,
    check: Callable[[int, int], object] = lambda done, total: None,
) -> Vectors:
    """Return how like each row is to the known one that is likest, (n,) in [-1, 1].

    Args:
        rows: (n, K) of any length, in any kind of numbers, maybe memory-mapped.
        known: (m, K) of unit length; with none, all are at -1.
        check: see `nearest_known`.
    """
    found = np.full(len(rows), -1.0, np.float32)
    if not len(known):
        return found
    theirs = np.ascontiguousarray(known.T)
    for start in range(0, len(rows), CHUNK):
        check(start, len(rows))
        part = unit_rows(rows[start : start + CHUNK].astype(np.float32)) @ theirs
        found[start : start + CHUNK] = part.max(1)
    return found.clip(-1, 1)


def unit_rows(rows: npt.NDArray[np.floating]) -> Vectors:
    """Return (n, K) rows of unit length; one without a direction becomes zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled = np.where(lengths < SMALLEST, 0.0, rows / lengths.clip(SMALLEST))
    return scaled.astype(np.float32)
