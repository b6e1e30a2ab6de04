"""Distances, clusters and choices over features, a chunk at a time; not a strategy itself.

Features may be float16 and lie in a file of 165,466 images: they are read in chunks, and no array
of the size (n, n) or (n, D) is made of them.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system import threads
from autoal_gui.strategies.contract import Labelled, ModelOutputs, Positions, Scores

Array = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Score = Callable[[ModelOutputs], Scores]

CHUNK_NUMBERS = 2**20  # in memory at a time: 8 MB of float64
LLOYD_IMAGES = 5_000  # a sample: of 20,000 images the inertia is 0.3 % higher at 20 clusters
LLOYD_ITERATIONS = 20  # further ones lower the inertia by less than 0.1 %
EIGENVALUE = 1e-5  # of the largest; smaller ones are rounding in single precision
ROUNDING = 64 * np.finfo(np.float64).eps  # of a squared distance, relative to the squared lengths


@dataclass(frozen=True)
class Rows:
    """Features (n, D) in ascending order of image id, so that no result depends on another order.

    Positions below are places in this order.
    """

    features: npt.NDArray[np.floating] = field(repr=False)
    order: Positions = field(repr=False)
    """(n,) where the image of each place stands in `features`."""
    unit: bool
    """Whether features are scaled to length 1; those of length 0 stay."""

    @classmethod
    def of(cls, images: ModelOutputs | Labelled, unit: bool = False) -> "Rows":
        """Return the features of some images."""
        return cls(images.features, np.argsort(images.image_ids), unit)

    def __len__(self) -> int:
        return len(self.order)

    def read(self, places: slice | Positions = slice(None)) -> Array:
        """Return the features (p, D) at some places, as the caller's own array."""
        points = self.features[self.order[places]].astype(np.float64)
        if self.unit:
            lengths = np.sqrt(squared_lengths(points))[:, None]
            np.divide(points, lengths, out=points, where=lengths > 0)
        return points

    def chunks(self, width: int = 0) -> Iterator[tuple[slice, Array]]:
        """Yield the features of all images in parts.

        Args:
            width: numbers that the caller computes for each image, if more than D.
        """
        for part in parts(len(self), max(width, self.features.shape[1])):
            yield part, self.read(part)

    def sample(self, limit: int, seed: int) -> Positions:
        """Return `limit` places at random, ascending; all of them where there are no more."""
        if len(self) <= limit:
            return np.arange(len(self))
        drawn: Positions = np.random.default_rng(seed).choice(len(self), limit, replace=False)
        return np.sort(drawn)

    def put_back(self, values: Array) -> Scores:
        """Return values (n,) of the places in the order that the features were given in."""
        given = np.empty(len(self))
        given[self.order] = values
        return given

    def choice(self, chosen: Sequence[int] | Positions, others: Array) -> Scores:
        """Return scores (n,), in the order given, of images that were chosen one after the other.

        Args:
            chosen: places, the first choice in front; they score k, ..., 2, 1.
            others: (n,) scores of the rest, 0 or less.
        """
        scores = others.copy()
        scores[np.asarray(chosen, np.int64)] = np.arange(len(chosen), 0, -1)
        return self.put_back(scores)


def parts(count: int, width: int) -> list[slice]:
    """Split `count` rows of so many numbers each into what may be in memory at a time."""
    step = max(1, CHUNK_NUMBERS // max(1, width))
    return [slice(start, min(start + step, count)) for start in range(0, count, step)]


def main_axes(points: Singles, most: int) -> Singles:
    """Return (D, k) the directions of length 1 along which points are longest, k <= `most`.

    Of few points (p, D) in many dimensions: by the eigenvectors of their products (p, p), in single
    precision, which takes half the time.
    """
    from scipy.linalg import eigh  # slow to load, and not needed by every strategy

    wanted = (max(0, len(points) - most), len(points) - 1)
    values, vectors = eigh(points @ points.T, subset_by_index=wanted, check_finite=False)
    kept = values > EIGENVALUE * values[-1]
    axes: Singles = points.T @ (vectors[:, kept] / np.sqrt(values[kept]))
    return axes


def distinct_rows(points: npt.NDArray[np.floating]) -> tuple[Positions, Positions]:
    """Return where each different row of points (p, D) is first, and (p,) which of these each is.

    As `np.unique` over the first axis does, but for the order: rows are compared as bytes, which
    takes a tenth of the time.
    """
    rows = np.ascontiguousarray(points + 0.0)  # -0.0 is 0.0
    whole = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).reshape(-1)
    _, first, places = np.unique(whole, return_index=True, return_inverse=True)
    return first, places.reshape(-1)


def in_id_order(labelled: Labelled) -> tuple[Array, Positions]:
    """Return features (m, D) and labels (m,) in ascending order of image id."""
    rows = Rows.of(labelled)
    return rows.read(), labelled.labels[rows.order]


def one_thread(score: Score) -> Score:
    """Make a strategy give the same scores whatever the number of threads."""

    @wraps(score)
    def limited(outputs: ModelOutputs) -> Scores:
        with threads.one_thread():
            return score(outputs)

    return limited


def squared_distances(points: Array, centres: Array) -> Array:
    """Return (p, k) squared Euclidean distances; what rounding cannot tell from 0 is 0."""
    terms = squared_lengths(points)[:, None] + squared_lengths(centres)
    squares = points @ centres.T
    squares *= -2
    squares += terms
    return without_rounding(squares, terms)


def squared_lengths(points: Array) -> Array:
    """Return (p,) squared Euclidean lengths."""
    lengths: Array = np.einsum("pd,pd->p", points, points)
    return lengths


def without_rounding(differences: Array, terms: Array) -> Array:
    """Set to 0 what is no more than the rounding of the terms it is the difference of."""
    differences[differences < ROUNDING * terms] = 0.0
    return differences


def distances_to(rows: Rows, centre: Array) -> Array:
    """Return (n,) Euclidean distances to one centre (D,), exactly 0 for what coincides with it."""
    distances = np.empty(len(rows))
    for part, points in rows.chunks():
        points -= centre
        distances[part] = np.sqrt(squared_lengths(points))
    return distances


def nearest(rows: Rows, centres: Array) -> tuple[Array, Positions]:
    """Return (n,) Euclidean distances to the nearest of k >= 1 centres (k, D), and which it is."""
    distances = np.empty(len(rows))
    which = np.empty(len(rows), np.int64)
    for part, points in rows.chunks(len(centres)):
        which[part] = squared_distances(points, centres).argmin(axis=1)
        points -= centres[which[part]]  # exact where the product of `squared_distances` rounds
        distances[part] = np.sqrt(squared_lengths(points))
    return distances, which


def spread(
    chosen: list[int],
    distances: Array,
    wanted: int,
    pick: Callable[[Array], int],
    measure: Callable[[int], Array],
) -> list[int]:
    """Choose images one after the other by their distance from what has been chosen before.

    Args:
        chosen: places chosen already.
        distances: (n,) of all images to the nearest chosen or labelled one; lowered in place.
        wanted: how many places to return; fewer where all others coincide with chosen ones.
        pick: returns the place to choose next, of distances.
        measure: returns distances (n,) to a place.
    """
    while len(chosen) < wanted:
        place = pick(distances)
        if distances[place] <= 0:
            break
        chosen.append(place)
        np.minimum(distances, measure(place), out=distances)
    return chosen


def lloyd(points: Array, clusters: int, seed: int) -> Array:
    """Return centroids (k, D) of points (p, D), p >= 1, which are changed; k is at most p."""
    clusters = min(clusters, len(points))
    # In float32 near duplicates would be taken for one image.
    method = k_means(clusters, seed, LLOYD_ITERATIONS, copy=False)
    centroids: Array = method.fit(points).cluster_centers_
    return centroids


def k_means(clusters: int, seed: int, iterations: int, copy: bool = True) -> Any:
    """Return scikit-learn's method, begun once, which does not warn of images that are alike."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    # For good, because `catch_warnings` is not safe among threads.
    warnings.filterwarnings("ignore", "Number of distinct clusters", ConvergenceWarning)
    return KMeans(clusters, n_init=1, max_iter=iterations, random_state=seed, copy_x=copy)
