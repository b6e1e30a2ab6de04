"""Heads cross-validated on what is labelled: how strongly they are held, and how sure they are.

All folds of all repeats are fitted together, see `logistic`. What is chosen, the penalty and the
temperature of the probabilities, has the lowest loss on labels held out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.sets.folds import deal_units
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.training.label_rows import LabelRows
from autoal_gui.learning.training.label_weights import (
    balanced_weights,
    effective_labels,
    judging_weights,
)
from autoal_gui.learning.training.logistic import fit_together

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STRENGTHS = (0.03, 0.3, 3.0, 30.0)
"""Inverse L2 penalties; features are unit vectors, so one range serves every set."""
FOLDS = 5
REPEATS = 3  # of the cross-validation with other folds; fewer leave the choice to the folds' luck
REPEATED_BELOW = 150  # labels; above, one pass is steady and repeats would cost the most
TEMPERATURES = np.geomspace(0.05, 5.0, 25)
USUAL_STRENGTH, USUAL_TEMPERATURE = 1.0, 0.5
PRIOR = (
    3.0  # weight of the usual values, in labels: twenty labels alone choose by their folds' luck
)


@dataclass(frozen=True)
class Validated:
    """What cross-validation says of features, at the strength and temperature that suit them."""

    strength: float
    temperature: float
    plans: list[Ints] = field(repr=False)
    """(m,) the fold of each label, for each repeat."""
    logits: Floats = field(repr=False)
    """(repeats, m, C) by heads that never saw the label, calibrated."""
    weights: Floats = field(repr=False)
    """(m,) how much each label counts; see `judging_weights`."""


def cross_validated(
    data: LabelRows,
    seed: int,
    check: Check = unchecked,
    units: Ints | None = None,
    strengths: Sequence[float] = STRENGTHS,
) -> Validated:
    """Cross-validate heads on what is labelled.

    Args:
        data: labelled images, and what teaches besides.
        seed: of the folds.
        check: called at every step of a fit.
        units: (m,) what stays together, by a number each; None where each stands alone.
        strengths: that are tried, inverse L2 penalties.
    """
    plans = _plans(data.labels, seed, units)
    logits = {
        strength: np.stack([out for out, _ in out_of_fold(data, plans, strength, check)])
        for strength in strengths
    }
    weights = judging_weights(data.labels, data.shares, units)
    effective = effective_labels(weights, units)
    losses = {
        (strength, temperature): log_loss(tries / temperature, data.labels, weights)
        + _surprise(strength, temperature) / effective
        for strength, tries in logits.items()
        for temperature in TEMPERATURES.tolist()
    }
    strength, temperature = min(losses, key=losses.__getitem__)
    return Validated(strength, temperature, plans, logits[strength] / temperature, weights)


def folds_of(labels: Ints, folds: int, seed: int, units: Ints | None = None) -> Ints:
    """Deal labels into folds at random, class by class: (m,) fold numbers.

    A class's images are spread as evenly as can be, and so are the folds' sizes. What stays
    together is dealt as one, and there are no more folds than units; a single unit is torn, as
    nothing would be left to learn from.

    Args:
        labels: (m,) class indices.
        folds: how many.
        seed: the same seed deals alike.
        units: (m,) what stays together, by a number each; None where each stands alone.
    """
    if units is not None and len(np.unique(units)) > 1:
        return np.array(deal_units(units.tolist(), labels.tolist(), folds, seed), np.int64)
    generator = np.random.default_rng(seed)
    by_class = np.lexsort((generator.random(len(labels)), labels))
    numbers = np.empty(len(labels), np.int64)
    numbers[by_class] = np.arange(len(labels)) % folds
    return numbers


def softmax(logits: Floats) -> Floats:
    """Return (..., C) probabilities of (..., C) logits."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: Floats = powers / powers.sum(-1, keepdims=True)
    return shares


def log_loss(logits: Floats, labels: Ints, weights: Floats) -> float:
    """Return the weighted cross-entropy in nats of logits (tries, m, C), the mean over tries."""
    return float((log_losses(logits, labels) * weights).sum())


def log_losses(logits: Floats, labels: Ints) -> Floats:
    """Return (m,) the cross-entropy in nats of logits (tries, m, C), the mean over tries."""
    shifted = logits - logits.max(-1, keepdims=True)
    right = shifted[:, np.arange(len(labels)), labels]
    losses: Floats = (np.log(np.exp(shifted).sum(-1)) - right).mean(0)
    return losses


def _surprise(strength: float, temperature: float) -> float:
    """Say how far a choice is from the usual one, in nats; a factor of ten counts most."""
    far = math.log10(strength / USUAL_STRENGTH) ** 2 / 2
    return PRIOR * (far + math.log10(temperature / USUAL_TEMPERATURE) ** 2)


def _plans(labels: Ints, seed: int, units: Ints | None) -> list[Ints]:
    """Return the folds of each repeat of the cross-validation."""
    tries = REPEATS if len(labels) < REPEATED_BELOW else 1
    folds = min(FOLDS, len(labels))
    return [folds_of(labels, folds, seed + number, units) for number in range(tries)]


def out_of_fold(
    data: LabelRows, plans: Sequence[Ints], strength: float, check: Check
) -> list[tuple[Floats, tuple[Floats, Floats]]]:
    """Return for each plan (m, C) logits by heads fitted without the image's fold, and the heads.

    These are weights (F, C, r) and biases (F, C), in the order of the folds.
    """
    folds = [plan == number for plan in plans for number in range(plan.max() + 1)]
    weights, biases = heads_counting(
        data, [data.counting(~fold) for fold in folds], strength, check
    )
    found, start = [], 0
    for plan in plans:
        end = start + int(plan.max()) + 1
        heads = weights[start:end], biases[start:end]
        logits = np.empty((len(plan), data.classes))
        for number, (weight, bias) in enumerate(zip(*heads, strict=True)):
            out = plan == number
            logits[out] = data.features[out] @ weight.T + bias
        found.append((logits, heads))
        start = end
    return found


def heads_counting(
    data: LabelRows, counting: Sequence[Floats], strength: float, check: Check
) -> tuple[Floats, Floats]:
    """Return weights (F, C, r) and biases (F, C) of heads of which each counts other labels."""
    features, labels = data.rows
    weights = np.stack([_balanced(labels, shares) for shares in counting])
    counts = np.count_nonzero(weights, axis=1)
    return fit_together(features, labels, weights, data.classes, 1 / (strength * counts), check)


def _balanced(labels: Ints, shares: Floats) -> Floats:
    """Return `balanced_weights` of the rows with a share, 0 for the others."""
    weights = np.zeros(len(labels))
    inside = shares > 0
    weights[inside] = balanced_weights(labels[inside], shares[inside])
    return weights


def fit_weighted(
    features: Floats, labels: Ints, shares: Floats, classes: int, strength: float, total: float
) -> tuple[Floats, Floats]:
    """Return weight (C, r) and bias (C,); the rows together count as `total` labels."""
    weights = _balanced(labels, shares)[None]
    penalty = np.array([1 / (strength * total)])
    (weight,), (bias,) = fit_together(features, labels, weights, classes, penalty)
    return weight, bias
