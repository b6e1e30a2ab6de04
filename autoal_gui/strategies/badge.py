"""BADGE: ask for images whose gradients in the last layer are large and differ."""

from collections.abc import Iterator

import numpy as np

from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.geometry import (
    Array,
    Rows,
    one_thread,
    spread,
    squared_lengths,
    without_rounding,
)

NAME = "badge"
LABEL = "BADGE"
SOURCE = "Ash et al. 2020"
ORDER = 90
NEEDS_LABELLED = False


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) scores by k-means++ on gradient embeddings.

    The embedding of an image is the gradient of its loss in the last layer's weights, were the
    predicted class the true one: a x h, a = p - onehot(argmax p) (C,), h its features (D,). The
    longest is chosen first, each of the next with a chance that grows with its squared distance
    to the nearest chosen one. Chosen images score k, ..., 2, 1; the others that distance, less the
    largest. Where all others coincide with chosen ones, fewer than `wanted` are chosen.

    No embedding is ever made: |a x h - b x g|^2 = |a|^2 |h|^2 + |b|^2 |g|^2 - 2 (a.b) (h.g).
    """
    if not len(outputs):
        return np.empty(0)
    rows = Rows.of(outputs)
    random = np.random.default_rng(outputs.seed)
    lengths = _squared_lengths(outputs, rows)

    def measure(place: int) -> Array:
        return _squared_distances(outputs, rows, lengths, place)

    def pick(squares: Array) -> int:
        reached = np.cumsum(squares)
        place = np.searchsorted(reached, random.random() * reached[-1], side="right")
        return min(int(place), len(squares) - 1)

    longest = int(lengths.argmax())
    squares = measure(longest)
    chosen = spread([longest], squares, outputs.wanted, pick, measure)
    distances = np.sqrt(squares)
    return rows.choice(chosen, distances - distances.max())


def _factors(outputs: ModelOutputs, rows: Rows) -> Iterator[tuple[slice, Array, Array]]:
    """Yield a (p, C) and h (p, D) of all images in parts."""
    for part, points in rows.chunks(outputs.probabilities.shape[1]):
        yield part, _residuals(outputs, rows, part), points


def _residuals(outputs: ModelOutputs, rows: Rows, part: slice) -> Array:
    """Return p - onehot(argmax p) of the images at some places, (p, C)."""
    residuals = outputs.probabilities[rows.order[part]].astype(np.float64)
    residuals[np.arange(len(residuals)), residuals.argmax(axis=1)] -= 1.0
    return residuals


def _squared_lengths(outputs: ModelOutputs, rows: Rows) -> Array:
    """Return (n,) |a|^2 |h|^2."""
    lengths = np.empty(len(rows))
    for part, a, h in _factors(outputs, rows):
        lengths[part] = squared_lengths(a) * squared_lengths(h)
    return lengths


def _squared_distances(outputs: ModelOutputs, rows: Rows, lengths: Array, place: int) -> Array:
    """Return (n,) squared distances of all embeddings to that of the image at a place."""
    only = slice(place, place + 1)
    centre_a, centre_h = _residuals(outputs, rows, only)[0], rows.read(only)[0]
    squares = np.empty(len(rows))
    for part, a, h in _factors(outputs, rows):
        terms = lengths[part] + lengths[place]
        squares[part] = without_rounding(terms - 2 * (a @ centre_a) * (h @ centre_h), terms)
    return squares
