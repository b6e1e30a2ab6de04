"""Heads like those of `linear_head`, all folds and strengths fitted side by side.

The same objective and the same choice by cross-validation, in one repeat; a majorised Newton step
(Boehning & Lindsay 1988) with momentum takes the place of L-BFGS, so that a hundred fits are a few
matrix products.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.learning.training import cross_validation as heads
from autoal_gui.learning.training.cross_validation import softmax
from autoal_gui.learning.training.label_weights import effective_labels, judging_weights
from autoal_gui.learning.training.linear_head import FINE_FOLDS, represented
from autoal_gui.learning.training.logistic import ABSENT

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
STEPS = 40
FREE = 1e-3  # penalty of the intercept, which has none in `linear_head`


@dataclass(frozen=True)
class QuickHead:
    """A head, and how it was fitted."""

    weight: Floats
    """(D + 1, C) the last row is the intercept."""
    strength: float
    temperature: float
    shares: Floats
    """(m,) how much of the pool each labelled image stands for."""

    def probabilities(self, features: npt.NDArray[np.floating]) -> Floats:
        """Return (n, C)."""
        return softmax(_with_one(features) @ self.weight)


def quick_head(
    features: npt.NDArray[np.floating],
    labels: Ints,
    classes: int,
    seed: int,
    pool: npt.NDArray[np.floating],
    units: Ints | None,
) -> QuickHead:
    """Fit a head, choosing strength and temperature by five folds."""
    shares = represented(features, pool)
    strength, temperature = _chosen(features, labels, shares, classes, seed, units)
    whole = fitted(features, labels, shares, classes, strength)
    return QuickHead(whole / temperature, strength, temperature, shares)


def quickly_left_out(
    head: QuickHead,
    features: npt.NDArray[np.floating],
    labels: Ints,
    seed: int,
    units: Ints | None,
) -> Floats:
    """Return (m, C) probabilities of the labelled images, as `left_out` does."""
    folds = heads.folds_of(labels, min(FINE_FOLDS, len(labels)), seed, units)
    classes, strengths = head.weight.shape[1], np.array([head.strength])
    logits = _logits(features, labels, head.shares, classes, folds, strengths)
    return softmax(logits[0] / head.temperature)


def fitted(
    features: npt.NDArray[np.floating], labels: Ints, shares: Floats, classes: int, strength: float
) -> Floats:
    """Return (D + 1, C) weights at a given strength."""
    inside = np.ones((1, len(labels)), bool)
    return _fits(features, labels, shares, classes, inside, np.array([strength]))[0]


def _chosen(
    features: npt.NDArray[np.floating],
    labels: Ints,
    shares: Floats,
    classes: int,
    seed: int,
    units: Ints | None,
) -> tuple[float, float]:
    folds = heads.folds_of(labels, min(heads.FOLDS, len(labels)), seed, units)
    logits = _logits(features, labels, shares, classes, folds, np.array(heads.STRENGTHS))
    weights = judging_weights(labels, shares, units)
    effective = effective_labels(weights, units)
    losses = {
        (strength, temperature): heads.log_loss(found[None] / temperature, labels, weights)
        + heads._surprise(strength, temperature) / effective
        for strength, found in zip(heads.STRENGTHS, logits, strict=True)
        for temperature in heads.TEMPERATURES.tolist()
    }
    return min(losses, key=losses.__getitem__)


def _logits(
    features: npt.NDArray[np.floating],
    labels: Ints,
    shares: Floats,
    classes: int,
    folds: Ints,
    strengths: Floats,
) -> Floats:
    """Return (S, m, C) logits of each image by the head without its fold, at each strength."""
    count = int(folds.max()) + 1
    inside = folds != np.arange(count)[:, None]
    weights = _fits(
        features,
        labels,
        shares,
        classes,
        np.tile(inside, (len(strengths), 1)),
        np.repeat(strengths, count),
    )
    found = (_with_one(features) @ weights).reshape(len(strengths), count, len(labels), classes)
    return found[:, folds, np.arange(len(labels))]


def _fits(
    features: npt.NDArray[np.floating],
    labels: Ints,
    shares: Floats,
    classes: int,
    inside: npt.NDArray[np.bool_],
    strengths: Floats,
) -> Floats:
    """Return (F, D + 1, C) weights of F heads, each of the images inside, at its strength."""
    points, targets = _with_one(features), np.eye(classes)[labels]
    kept = shares * inside
    totals = kept @ targets
    counted = kept / np.maximum(totals[:, labels], 1e-12) / (totals > 0).sum(1, keepdims=True)
    counted *= inside.sum(1, keepdims=True)
    penalty = np.repeat(1 / strengths[:, None], points.shape[1], axis=1)
    penalty[:, -1] = FREE
    points, targets = points.astype(np.float32), targets.astype(np.float32)
    counted, penalty = counted.astype(np.float32), penalty.astype(np.float32)
    curved = 0.5 * np.matmul(points.T[None] * counted[:, None, :], points)
    diagonal = np.arange(points.shape[1])
    curved[:, diagonal, diagonal] += penalty
    step = np.linalg.inv(curved)
    absent = np.where(totals > 0, 0.0, -ABSENT)[:, None, :].astype(np.float32)
    best = np.zeros((len(inside), points.shape[1], classes), np.float32)
    ahead = best
    for number in range(STEPS):
        powers = points @ ahead + absent
        powers = np.exp(powers - powers.max(-1, keepdims=True))
        missed = targets - powers / powers.sum(-1, keepdims=True)
        slope = np.matmul(points.T, counted[:, :, None] * missed) - penalty[:, :, None] * ahead
        found = ahead + step @ slope
        ahead = found + np.float32(number / (number + 3)) * (found - best)
        best = found
    best[:, -1] += absent[:, 0]
    return best.astype(np.float64)


def _with_one(features: npt.NDArray[np.floating]) -> Floats:
    return np.concatenate((features.astype(np.float64), np.ones((len(features), 1))), axis=1)
