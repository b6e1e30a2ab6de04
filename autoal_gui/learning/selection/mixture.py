"""The threshold theta: a quantile of a Gaussian mixture fitted to the scores (Eq. 3-5)."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

FEWEST = 30  # below this many scores a mixture says less than the empirical quantile
MOST_COMPONENTS = 5
NOTHING = -1e300  # a log density whose exponential is 0
VARIANCE_FLOOR = 1e-3  # of standardised scores: ties must not make a component infinitely narrow
EM_STEPS, EM_TOLERANCE = 100, 1e-3  # of the mean log-likelihood; both are scikit-learn's
BISECTIONS = 60
Array = npt.NDArray[np.float64]


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
        found = _bisected(weights.tolist(), means.tolist(), deviations.tolist(), level)
        quantile = weights.new_tensor(found)
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


def _bisected(
    weights: list[float], means: list[float], deviations: list[float], level: float
) -> float:
    """Return q with F(q) = level, in plain floats: for so few numbers 20 times as fast."""
    parts = list(zip(weights, means, (d * math.sqrt(2) for d in deviations), strict=True))
    low = min(mean - 12 * d for mean, d in zip(means, deviations, strict=True))
    high = max(mean + 12 * d for mean, d in zip(means, deviations, strict=True))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        below = sum(w * math.erfc((mean - middle) / width) for w, mean, width in parts) / 2
        low, high = (middle, high) if below < level else (low, middle)
    return (low + high) / 2


def _responsibilities(standard: Array) -> Array:
    """Fit mixtures of 1 to 5 components by EM; return (B, J) of the one with the least BIC."""
    order = standard.argsort(kind="stable")
    ordered = standard[order]
    starts = _starts(ordered)
    shares, likelihoods = _fitted(ordered, starts)
    components = starts.max(1) + 1
    free = 3 * components - 1  # weights that sum to 1, means, variances
    best = int((free * np.log(len(ordered)) - 2 * len(ordered) * likelihoods).argmin())
    found = np.empty((len(ordered), components[best]))
    found[order] = shares[best, : components[best]].T
    return found


def _starts(ordered: Array) -> npt.NDArray[np.int64]:
    """Return (S, B) the component that each of the ascending scores (B,) is in at first.

    For each number of components two ways: slices of equal size, and cuts at the widest gaps. The
    first suits scores that run into each other, the second those in heaps or tied.
    """
    most = min(MOST_COMPONENTS, len(np.unique(ordered)))
    slices = [np.arange(len(ordered)) * count // len(ordered) for count in range(1, most + 1)]
    widest = 1 + np.argsort(-np.diff(ordered), kind="stable")
    begins = np.zeros((most, len(ordered)), np.int64)
    for cuts in range(1, most):
        begins[cuts, widest[:cuts]] = 1
    return np.concatenate((slices, begins[1:].cumsum(1)))


def _fitted(ordered: Array, starts: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """Run EM from all starts (S, B) at once until no likelihood grows any more.

    Returns:
        Responsibilities (S, J, B), zero for components that a start lacks, and mean
        log-likelihoods (S,).
    """
    powers = np.stack((np.ones_like(ordered), ordered, ordered**2))  # (3, B)
    shares = (starts[:, None] == np.arange(starts.max() + 1)[:, None]).astype(np.float64)
    likelihoods = np.full(len(starts), -np.inf)
    for _ in range(EM_STEPS):
        logs = _log_densities(shares @ powers.T) @ powers  # (S, J, B)
        highest = logs.max(1, keepdims=True)
        densities = np.exp(logs - highest)
        total = densities.sum(1, keepdims=True)
        shares, before = densities / total, likelihoods
        likelihoods = (np.log(total) + highest).mean((1, 2))
        if (likelihoods - before < EM_TOLERANCE).all():
            break
    return shares, likelihoods


def _log_densities(sums: Array) -> Array:
    """Map sums (S, J, 3) of 1, x and x^2 by component to the coefficients of its log density.

    A weighted normal density's logarithm is a parabola in x: three coefficients (S, J, 3). An
    empty component has the density 0.
    """
    totals = sums[..., 0]
    safe = np.maximum(totals, np.finfo(np.float64).tiny)
    means = sums[..., 1] / safe
    variances = np.maximum(sums[..., 2] / safe - means**2, 0.0) + VARIANCE_FLOOR
    weights = np.log(safe / totals.sum(1, keepdims=True)) - np.log(2 * np.pi * variances) / 2
    # Not minus infinity: times a zero that a matrix product pads with, it is no number.
    constants = np.where(totals > 0, weights - means**2 / (2 * variances), NOTHING)
    return np.stack((constants, means / variances, -0.5 / variances), -1)


def _moments(standard: Tensor, responsibilities: Array) -> tuple[Tensor, Tensor, Tensor]:
    """One M step: weights, means and variances (J,) from scores (B,) and (B, J)."""
    shares = torch.from_numpy(responsibilities).to(standard)  # (B, J)
    totals = shares.sum(0).clamp_min(torch.finfo(standard.dtype).eps)
    means = (shares * standard[:, None]).sum(0) / totals
    variances = (shares * (standard[:, None] - means) ** 2).sum(0) / totals
    return totals / totals.sum(), means, variances
