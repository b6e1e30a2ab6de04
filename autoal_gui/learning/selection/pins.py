"""Candidates that the user has pinned on: they keep at least an equal share of the weight.

A candidate that is pinned off takes no part at all (`RunSettings.weighed`). One that is pinned on
is held up by a floor, 1 / K of K candidates: what a search gives it beyond the floor it keeps, and
what it lacks all weights above their floors give up in proportion.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt
from torch import Tensor

Floats = npt.NDArray[np.float64]
Weights = TypeVar("Weights", Floats, Tensor)


def floors_of(names: tuple[str, ...], pinned: tuple[str, ...]) -> Floats:
    """Return (K,) the least weight of each candidate: 1 / K where it is pinned on, else 0."""
    return np.array([name in pinned for name in names]) / len(names)


def hold(weights: Weights, floors: Weights) -> Weights:
    """Hold weights above their floors; where none lies below its own they stay as they are.

    Args:
        weights: (..., K) positive, rows sum to 1.
        floors: (K,) of `floors_of`, of the same kind.
    """
    if not floors.any():
        return weights
    slack = (weights - floors).clip(0)
    free = 1 - floors.sum()
    held: Weights = floors + slack * (free / slack.sum(-1).clip(1e-12))[..., None]
    return held
