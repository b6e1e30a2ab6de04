"""The uniform vote of candidate strategies; not a strategy itself.

Candidates whose rankings nearly coincide share one vote: for two classes entropy, margin and
least confidence are one ranking, and would otherwise hold three votes of seven.
"""

import numpy as np

from autoal_gui.strategies.contract import Scores

REDUNDANT = 0.98  # Spearman correlation above which two rankings count as one


def percentiles(scores: Scores) -> Scores:
    """Return mid-rank percentiles (rank - 1/2) / n in (0, 1) of the last axis of (..., n) scores.

    Ties share their mean rank; a single image, and equal scores, get 0.5.
    """
    from scipy.stats import rankdata

    # A row at a time: `rankdata` needs several times the memory of what it ranks.
    ranks: Scores = np.apply_along_axis(rankdata, -1, scores)
    shares: Scores = (ranks - 0.5) / max(1, scores.shape[-1])
    return shares


def redundancy_groups(scores: Scores, threshold: float = REDUNDANT) -> tuple[tuple[int, ...], ...]:
    """Put candidates together whose rankings nearly coincide.

    Groups are the connected components of "Spearman correlation above `threshold`", so they do
    not depend on the order of the candidates. Constant scores correlate with nothing.

    Args:
        scores: (K, n), a candidate a row.
        threshold: in [-1, 1].

    Returns:
        Row indices, ascending within a group; groups in order of their first row.
    """
    from scipy.sparse.csgraph import connected_components

    count, group_of = connected_components(_spearman(scores) > threshold, directed=False)
    groups = (tuple(np.flatnonzero(group_of == group).tolist()) for group in range(count))
    return tuple(sorted(groups))


def vote_weights(scores: Scores) -> Scores:
    """Return (K,) positive weights that sum to 1: a vote for each group, shared equally within.

    Args:
        scores: (K, n), a candidate a row, K >= 1. A row of constant scores keeps a vote, which
            shifts all images alike and so changes no order.
    """
    groups = redundancy_groups(scores)
    weights = np.empty(len(scores))
    for group in groups:
        weights[list(group)] = 1.0 / (len(groups) * len(group))
    return weights


def vote(scores: Scores) -> Scores:
    """Return (n,) the weighted mean in (0, 1) of the candidates' percentiles.

    Args:
        scores: (K, n), a candidate a row, K >= 1. One candidate gives its own ranking.
    """
    # Not a matrix product: its rounding depends on the column, which would break ties by place.
    weighted: Scores = (vote_weights(scores)[:, None] * percentiles(scores)).sum(axis=0)
    return weighted


def _spearman(scores: Scores) -> Scores:
    """Return the (K, K) rank correlations of (K, n) scores, 0 for rows of constant scores."""
    ranks = percentiles(scores)
    centred = ranks - 0.5
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    directions = np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0)
    correlations: Scores = directions @ directions.T
    return correlations
