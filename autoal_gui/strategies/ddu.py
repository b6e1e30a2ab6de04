"""DDU: ask where the features of the labelled classes are thin."""

import numpy as np

from autoal_gui.strategies import random_choice
from autoal_gui.strategies.contract import ModelOutputs, Positions, Scores
from autoal_gui.strategies.geometry import (
    Array,
    Rows,
    in_id_order,
    one_thread,
    squared_distances,
)

NAME = "ddu"
LABEL = "DDU"
SOURCE = "Mukhoti et al. 2023"
ORDER = 130

FLOOR = 1e-3  # of the mean variance, added to each: a handful of labels spans no volume


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) -log sum_c pi_c N(h; mu_c, Sigma), the features' negative log density in nats.

    pi_c and mu_c are the share and the mean of the labelled images of class c. One covariance,
    shrunk by Ledoit & Wolf (2004), serves all classes: 20 labels cannot fill one each. Where each
    class has one image it is taken about the mean of them all, and with one image it is 1.

    Without labels there is no density: the choice is random.
    """
    from scipy.linalg import solve_triangular
    from scipy.special import logsumexp

    if outputs.labelled is None or not len(outputs.labelled):
        return random_choice.score(outputs)
    means, shares, covariance = _gaussians(*in_id_order(outputs.labelled))
    lower = np.linalg.cholesky(covariance)
    constant = np.log(np.diag(lower)).sum() + len(lower) / 2 * np.log(2 * np.pi)
    rows = Rows.of(outputs)
    scores = np.empty(len(rows))
    centres = solve_triangular(lower, means.T, lower=True).T  # (C', D)
    for part, pool in rows.chunks(len(centres)):
        whitened = solve_triangular(lower, pool.T, lower=True).T  # (p, D)
        away = squared_distances(whitened, centres)  # Mahalanobis
        scores[part] = constant - logsumexp(np.log(shares) - away / 2, axis=1)
    return rows.put_back(scores)


def _gaussians(points: Array, labels: Positions) -> tuple[Array, Array, Array]:
    """Return means (C', D) and shares (C',) of the classes present, and the covariance (D, D)."""
    from sklearn.covariance import LedoitWolf

    classes, which, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    means = np.stack([points[which == c].mean(axis=0) for c in range(len(classes))])
    residuals = points - means[which]
    if not residuals.any():
        residuals = points - points.mean(axis=0)
    unit = np.eye(points.shape[1])
    if not residuals.any():
        return means, sizes / len(points), unit
    covariance = LedoitWolf(assume_centered=True).fit(residuals).covariance_
    covariance += FLOOR * np.trace(covariance) / len(unit) * unit
    return means, sizes / len(points), covariance
