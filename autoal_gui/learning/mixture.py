"""The threshold theta: a quantile of a Gaussian mixture fitted to the scores (Eq. 3-5)."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

FEWEST = 30  # below this many scores a mixture says less than the empirical quantile
MOST_COMPONENTS = 5
VARIANCE_FLOOR = 1e-3  # of standardised scores: ties must not make a component infinitely narrow
BISECTIONS = 60


def threshold(scores: Tensor, share: float) -> Tensor:
    """Return theta, the (1 - share) quantile of the scores' distribution.

    Differentiable in the scores: the components' means and variances follow the scores with the
    responsibilities held, and the quantile follows the components by the implicit function
    theorem. Adding a constant to all scores adds it to theta.

    Args:
        scores: (B,) s(x).
        share: t in (0, 1), the part to be above theta.
    """
    deviation = scores.detach().std(correction=0)
    if len(scores) < FEWEST or deviation < 1e-6:
        return torch.quantile(scores, 1 - share)
    middle = scores.detach().mean()
    standard = (scores - middle) / deviation
    responsibilities = _responsibilities(standard.detach().cpu().double().numpy())
    weights, means, variances = _moments(standard, responsibilities)
    deviations = (variances + VARIANCE_FLOOR).sqrt()
    return middle + deviation * mixture_quantile(weights, means, deviations, 1 - share)


def mixture_quantile(weights: Tensor, means: Tensor, deviations: Tensor, level: float) -> Tensor:
    """Invert the CDF of a one-dimensional Gaussian mixture, differentiably.

    Args:
        weights: (J,) positive, sum 1.
        means: (J,).
        deviations: (J,) positive.
        level: in (0, 1).
    """
    value: Tensor = _Quantile.apply(weights, means, deviations, level)
    return value


class _Quantile(torch.autograd.Function):
    """q with F(q) = level; dq = -(dF/dparameter) / f(q)."""

    @staticmethod
    def forward(
        ctx: Any, weights: Tensor, means: Tensor, deviations: Tensor, level: float
    ) -> Tensor:
        low = (means - 12 * deviations).min()
        high = (means + 12 * deviations).max()
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            below = (weights * torch.special.ndtr((middle - means) / deviations)).sum() < level
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        quantile = (low + high) / 2
        ctx.save_for_backward(weights, means, deviations, quantile)
        return quantile

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        weights, means, deviations, quantile = ctx.saved_tensors
        z = (quantile - means) / deviations
        density = torch.exp(-0.5 * z**2) / (deviations * (2 * torch.pi) ** 0.5)
        slope = (weights * density).sum().clamp_min(torch.finfo(weights.dtype).tiny)
        by_mean = gradient * weights * density / slope
        return -gradient * torch.special.ndtr(z) / slope, by_mean, by_mean * z, None


def _responsibilities(standard: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Fit mixtures of 1 to 5 components by EM; return (B, J) of the one with the least BIC."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    column = standard[:, None]
    distinct = len(np.unique(standard))
    found, least = np.ones((len(standard), 1)), np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # tied scores; the BIC decides
        for components in range(1, min(MOST_COMPONENTS, distinct) + 1):
            mixture = GaussianMixture(components, reg_covar=VARIANCE_FLOOR, random_state=0)
            bic = mixture.fit(column).bic(column)
            if bic < least:
                found, least = mixture.predict_proba(column), bic
    return found


def _moments(
    standard: Tensor, responsibilities: npt.NDArray[np.float64]
) -> tuple[Tensor, Tensor, Tensor]:
    """One M step: weights, means and variances (J,) from scores (B,) and (B, J)."""
    shares = torch.from_numpy(responsibilities).to(standard)  # (B, J)
    totals = shares.sum(0).clamp_min(torch.finfo(standard.dtype).eps)
    means = (shares * standard[:, None]).sum(0) / totals
    variances = (shares * (standard[:, None] - means) ** 2).sum(0) / totals
    return totals / totals.sum(), means, variances
