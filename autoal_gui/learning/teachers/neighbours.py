"""The graph of nearest neighbours on which classes spread; not a teacher itself."""

from typing import Any

import numpy as np

from autoal_gui.learning.teachers.contract import Floats

NEIGHBOURS = 10  # of each image; 5 to 20 are usual


def graph(features: Floats) -> Any:
    """Return (n, n), sparse and symmetric: how alike each image and its nearest neighbours are.

    Likeness is a Gaussian of the distance, as wide for each image as its neighbours are away on
    average (Zelnik-Manor & Perona 2004): dense and thin regions of the pool are joined alike.

    Args:
        features: (n, D) unit vectors.
    """
    from scipy.sparse import csr_array

    count = len(features)
    wanted = min(NEIGHBOURS, count - 1)
    likeness = (features.astype(np.float32) @ features.T.astype(np.float32)).astype(np.float64)
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argpartition(-likeness, wanted - 1, axis=1)[:, :wanted]
    squares = (2 - 2 * np.take_along_axis(likeness, nearest, 1)).clip(0)
    width = np.sqrt(squares.mean(1)).clip(1e-6)
    strength = np.exp(-squares / (width[:, None] * width[nearest]))
    rows = np.repeat(np.arange(count), wanted)
    joined = csr_array((strength.ravel(), (rows, nearest.ravel())), shape=(count, count))
    return joined.maximum(joined.T)


def as_chances(scores: Floats) -> Floats:
    """Return rows that sum to 1 of scores (n, C) from 0; a row without any is alike for all."""
    scores = scores.clip(0) + 1e-12
    chances: Floats = scores / scores.sum(1, keepdims=True)
    return chances
