"""What several strategies measure on class probabilities; not a strategy itself."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

PART = 4096  # images measured at a time: what is made of one draw of them stays in the cache

Probabilities = npt.NDArray[np.floating]
Values = npt.NDArray[np.float64]


def shannon_entropy(probabilities: Probabilities) -> Values:
    """Return (n,) entropies in nats of (n, C) class probabilities, with 0 log 0 = 0."""
    from scipy.special import entr

    entropies: Values = entr(probabilities.astype(np.float64)).sum(axis=1)
    return entropies


def by_parts(measure: Callable[[Probabilities], Values], draws: Probabilities) -> Values:
    """Return (n,) what `measure` makes of (R, n, C) draws, called with part of the images."""
    measures = np.empty(draws.shape[1])
    for start in range(0, len(measures), PART):
        part = slice(start, start + PART)
        measures[part] = measure(draws[:, part])
    return measures


def lead(probabilities: Probabilities) -> Values:
    """Return (n,) p_(1) - p_(2) in [0, 1] of (n, C) class probabilities.

    A single class has no second one; its p_(2) is taken as 0, so that its lead is p_(1).
    """
    exact = probabilities.astype(np.float64)
    if exact.shape[1] == 1:
        return exact[:, 0]
    highest = np.partition(exact, -2, axis=1)[:, -2:]
    return highest[:, 1] - highest[:, 0]


def disagreement(votes: npt.NDArray[np.integer], probabilities: Probabilities) -> Values:
    """Return (n,) 1 - share of the modal class among R votes, ties by margin. In [0, 1].

    Shares are multiples of 1/R, and R votes tie most images. The margin, brought to [0, 1], adds
    at most half a step, 1/(2R): it orders equal shares and cannot reorder different ones.

    Args:
        votes: (n, C) how many of R votes went to each class.
        probabilities: (n, C) class probabilities whose margin breaks the ties.
    """
    if not len(votes):
        return np.empty(0)
    cast = votes[0].sum()
    closeness = np.clip(1.0 - lead(probabilities), 0.0, 1.0)
    broken_ties: Values = 1.0 - votes.max(axis=1) / cast + closeness / (2 * cast)
    return broken_ties
