"""What more labels will bring: the curve of the measured rounds, drawn on with an interval.

The curve is a power law on the scale of log odds, z(n) = a + b (1 - (n/100)^-c) / c, where n is the
number of labels: a is the level at 100 labels, b the slope there, and c says how soon it levels off
(c = 0 is a straight line over log n). Log odds keep all values between 0 and 1. The fit is
Bayesian: a and b have normal priors and are integrated out, c and the noise are averaged over a
grid, so that two rounds already give an interval, a wide one. Noise shrinks with the labels, and
neighbouring rounds share a part of it, since their models share labels. A round that lies far off
the curve counts less. The priors were chosen on replays (docs/RESULTS.md says which, and how often
the interval holds).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.stopping_advice import Point, in_order

Floats = npt.NDArray[np.float64]

FEWEST = 2  # measured rounds
COVERED = 0.9  # of the interval: it holds nine times in ten
PIVOT = 100.0  # labels at which level and slope are those of the curve
FAR = 2.0  # deviations off the curve beyond which a round counts less
SMALLEST = 0.005  # a share and its complement are taken for at least so much
LARGEST_ERROR = 2.0  # of measuring, in log odds


@dataclass(frozen=True)
class Priors:
    """What is known of learning curves before a round is measured; all on the scale of log odds."""

    level: tuple[float, float] = (1.2, 1.5)
    """Mean and deviation of the value at `PIVOT` labels."""
    slope: tuple[float, float] = (0.45, 0.4)
    """Mean and deviation of the slope there, over the natural logarithm of the labels."""
    bends: tuple[float, ...] = (0.0, 0.4, 0.8, 1.2)
    """Exponents c, each as likely as the others."""
    noise: tuple[float, float] = (0.1, 0.5)
    """Median and logarithmic deviation of the noise at `PIVOT` labels."""
    shrinks: float = 0.5
    """By which power of the labels the noise becomes less."""
    shared: float = 0.6
    """Share of the noise's variance that neighbouring rounds share,"""
    lasts: float = 1.0
    """over so many doublings of the labels."""
    measuring: float = 0.6
    """Share of the error of measuring that differs from round to round."""


PRIORS = Priors()
_STEPS = np.linspace(-2.0, 2.0, 9)  # of the noise, in deviations from its median


@dataclass(frozen=True)
class Expected:
    """What is expected at a number of labels, with the interval; values in [0, 1]."""

    labels: int
    value: float
    """The median."""
    low: float
    high: float


class Forecast:
    """A curve that was fitted to measured rounds, and goes on."""

    def __init__(self, points: Sequence[Point], priors: Priors = PRIORS) -> None:
        """Fit it.

        Args:
            points: of at least one measured round.
            priors: what is known of learning curves.
        """
        self._priors = priors
        known = in_order(points)
        self._labels = np.array([point.labels for point in known], float)
        grains = np.array([max(SMALLEST, point.grain / 2) for point in known])
        self._step = 2 * float(grains[-1])  # a value at an end counts as half of it from there
        values = np.array([point.value for point in known]).clip(grains, 1 - grains)
        self._values = np.log(values / (1 - values))  # (n,)
        slopes = (values * (1 - values)).clip(4 * SMALLEST)
        errors = np.array([point.error for point in known]) / slopes
        self._errors = priors.measuring * errors.clip(max=LARGEST_ERROR)
        steps, bends = np.meshgrid(_STEPS, np.array(priors.bends))
        self._bends = bends.ravel()  # (k,), as all that follows
        self._noises = priors.noise[0] * np.exp(priors.noise[1] * steps.ravel())
        self._log_priors = -0.5 * steps.ravel() ** 2
        self._fit(np.ones(len(known)))
        self._fit(self._doubts())

    def at(self, labels: int, covered: float = COVERED) -> Expected:
        """Return what is expected to be measured at so many labels, more than those so far.

        Args:
            labels: at which.
            covered: probability that the interval holds it.
        """
        mixture = self._mixture(float(labels))
        tail = (1 - covered) / 2
        value, low, high = (_share(_quantile(*mixture, q)) for q in (0.5, tail, 1 - tail))
        low, high = 0.0 if low < self._step else low, 1.0 if high > 1 - self._step else high
        return Expected(labels, value, low, high)

    def _fit(self, doubts: Floats) -> None:
        """Find the posterior under each bend and noise.

        Args:
            doubts: (n,) by what factor the variance of each round is widened, at least 1.
        """
        priors, n = self._priors, self._labels
        basis = _basis(n, self._bends)  # (k, n, 2)
        own = (1 - priors.shared) * self._noises[:, None] ** 2 * self._sizes(n) ** 2
        covariance = self._covariance(n, n)
        covariance += np.eye(len(n)) * (own + self._errors**2)[:, None, :]
        covariance *= np.sqrt(np.outer(doubts, doubts))
        self._inverse = np.linalg.inv(covariance)
        mean = np.array([priors.level[0], priors.slope[0]])
        spread = np.diag([priors.level[1] ** 2, priors.slope[1] ** 2])
        across = basis.transpose(0, 2, 1) @ self._inverse  # (k, 2, n)
        precision = np.linalg.inv(spread) + across @ basis
        self._posterior = np.linalg.inv(precision).astype(np.float64)
        off = self._values - basis @ mean
        self._coefficients = mean + _times(self._posterior, _times(across, off))
        self._rest = self._values - _times(basis, self._coefficients)
        whole = covariance + basis @ spread @ basis.transpose(0, 2, 1)
        _, size = np.linalg.slogdet(whole)
        surprise = (off * np.linalg.solve(whole, off[..., None])[..., 0]).sum(1)
        logs = self._log_priors - 0.5 * (size + surprise)
        shares = np.exp(logs - logs.max())
        self._weights = shares / shares.sum()
        self._basis = basis

    def _doubts(self) -> Floats:
        """Return (n,) by how much the variance of rounds far off the curve is to be widened."""
        noise = self._noises[:, None] * self._sizes(self._labels)
        deviations = np.abs(self._rest) / np.sqrt(noise**2 + self._errors**2)
        doubts: Floats = np.maximum(1.0, self._weights @ deviations / FAR) ** 2
        return doubts

    def _sizes(self, labels: Floats) -> Floats:
        sizes: Floats = (labels / PIVOT) ** -self._priors.shrinks
        return sizes

    def _covariance(self, one: Floats, other: Floats) -> Floats:
        """Return (k, n, m) the noise that rounds share."""
        apart = np.abs(np.log2(one)[:, None] - np.log2(other))
        sizes = np.outer(self._sizes(one), self._sizes(other))
        shared = self._priors.shared * sizes * np.exp(-apart / self._priors.lasts)
        found: Floats = self._noises[:, None, None] ** 2 * shared
        return found

    def _mixture(self, labels: float) -> tuple[Floats, Floats, Floats]:
        """Return (k,) weights, means and deviations of what will be measured, in log odds."""
        at = np.array([labels])
        row = _basis(at, self._bends)  # (k, 1, 2)
        between = self._covariance(at, self._labels)  # (k, 1, n)
        gain = between @ self._inverse
        lever = row - gain @ self._basis
        means = (_times(row, self._coefficients) + _times(gain, self._rest))[:, 0]
        variance = self._noises**2 * self._sizes(at) ** 2 + self._errors[-1] ** 2
        variance -= (gain * between).sum((1, 2))
        variance += (lever @ self._posterior @ lever.transpose(0, 2, 1))[:, 0, 0]
        return self._weights, means, np.sqrt(variance.clip(1e-9))


def _basis(labels: Floats, bends: Floats) -> Floats:
    """Return (k, n, 2): what level and slope are multiplied with."""
    logs = np.log(labels / PIVOT)
    c = np.where(bends == 0, 1.0, bends)[:, None]
    bent = np.where(bends[:, None] == 0, logs, -np.expm1(-c * logs) / c)
    return np.stack((np.ones_like(bent), bent), axis=2)


def _times(matrices: Floats, vectors: Floats) -> Floats:
    """Return (k, n) the product of (k, n, m) matrices with (k, m) vectors."""
    product: Floats = (matrices @ vectors[..., None])[..., 0]
    return product


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def _quantile(weights: Floats, means: Floats, deviations: Floats, share: float) -> float:
    """Return a quantile of a mixture of normal distributions, by halving."""
    low, high = float((means - 9 * deviations).min()), float((means + 9 * deviations).max())
    parts = list(zip(weights.tolist(), means.tolist(), deviations.tolist(), strict=True))
    parts = [part for part in parts if part[0] > 1e-6]
    for _ in range(30):
        middle = (low + high) / 2
        below = sum(w * math.erfc((m - middle) / (d * math.sqrt(2))) / 2 for w, m, d in parts)
        low, high = (middle, high) if below < share else (low, middle)
    return (low + high) / 2
