"""A linear classifier on frozen features that is well fitted at twenty labels.

Multinomial logistic regression with balanced classes. How strongly it is regularised, and the
temperature of its probabilities, are chosen by cross-validation on what is labelled: on the same
features this counts for more than which images were asked for (docs/RESULTS.md has the figures).

What is labelled is not a sample of the pool once a strategy has chosen it: asked only where it is
unsure, a model fitted to the answers as they are gets worse with every batch. So each labelled
image counts for as many images of the pool as lie nearest to it (Loog, "Nearest neighbor-based
importance weighting", MLSP 2012).
"""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.sets.folds import deal_units
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.training.label_rows import Beside, LabelRows, Taught, reduced_rows
from autoal_gui.learning.training.label_weights import (
    balanced_weights,
    effective_labels,
    judging_weights,
)
from autoal_gui.strategies.heads import logistic_regression

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

STRENGTHS = (0.03, 0.3, 3.0, 30.0)
"""Inverse L2 penalties; features are unit vectors, so one range serves every set."""
FOLDS = 5
FINE_FOLDS = 20
"""To measure with: the heads know all but a twentieth of the labels, where those of `FOLDS` lack a
fifth, which makes them worse than the head that is used."""
REPEATS = 3  # of the cross-validation with other folds; fewer leave the choice to the folds' luck
REPEATED_BELOW = 150  # labels; above, one pass is steady and repeats would cost the most
TEMPERATURES = np.geomspace(0.05, 5.0, 25)
USUAL_STRENGTH, USUAL_TEMPERATURE = 1.0, 0.5
PRIOR = (
    3.0  # weight of the usual values, in labels: twenty labels alone choose by their folds' luck
)
POOL_SAMPLE = 4096  # images of the pool are enough to deal out among the labelled ones
SMOOTHING = 0.1  # of an equal share is added to each: an image that stands for none still counts
ITERATIONS = 300  # of the regression, at most
ABSENT = 50.0  # how far below the others the logit of a class without labels lies


@dataclass(frozen=True)
class Head:
    """The last layer of the task model, and what cross-validation says of it."""

    weight: Floats = field(repr=False)
    """(C, D); logits are `features @ weight.T + bias`, calibrated."""
    bias: Floats = field(repr=False)
    """(C,)."""
    strength: float
    """The inverse L2 penalty that was chosen."""
    temperature: float
    """What the logits were divided by."""
    out_of_fold: Floats = field(repr=False)
    """(m, C) probabilities of each labelled image by heads that never saw its label."""
    folds: Ints = field(repr=False)
    """(m,) the fold of each labelled image."""
    fold_weights: Floats = field(repr=False)
    """(F, C, D) calibrated weights of the heads that were fitted without a fold."""
    fold_biases: Floats = field(repr=False)
    """(F, C)."""
    shares: Floats = field(repr=False)
    """(m,) how much of the pool each labelled image stands for; the mean is 1."""
    units: Ints | None = field(default=None, repr=False)
    """(m,) what stays together of the labelled images; None where each stands alone."""
    taught: "Beside | None" = field(default=None, repr=False)
    """What it learned besides."""

    def out_of_fold_draws(
        self, features: npt.NDArray[np.floating], passes: int, dropout: float, seed: int
    ) -> Floats:
        """Return (R, m, C) probabilities of the labelled images under draws of the dropout.

        By the heads that never saw their labels; a mask is shared by all images of a pass.
        """
        generator = np.random.default_rng(seed)
        draws = np.empty((passes, *self.out_of_fold.shape))
        for number in range(passes):
            kept = (generator.random(features.shape[1]) >= dropout) / (1 - dropout)
            masked = features * kept
            for fold, (weight, bias) in enumerate(
                zip(self.fold_weights, self.fold_biases, strict=True)
            ):
                inside = self.folds == fold
                draws[number, inside] = softmax(masked[inside] @ weight.T + bias)
        return draws

    def probabilities(self, features: npt.NDArray[np.floating]) -> Floats:
        """Return (n, C) class probabilities of features (n, D)."""
        return softmax(features @ self.weight.T + self.bias)


def fit_head(
    features: npt.NDArray[np.floating],
    labels: Ints,
    classes: int,
    seed: int,
    pool: npt.NDArray[np.floating] | None = None,
    check: Check = unchecked,
    units: Ints | None = None,
    taught: Taught | None = None,
) -> Head:
    """Fit a head to labelled features.

    Args:
        features: (m, D) unit vectors.
        labels: (m,) class indices in [0, C), of two classes at least.
        classes: C.
        seed: of the folds.
        pool: (n, D) unit vectors that the classifier is for; None where the labelled images are a
            fair sample of them.
        check: called before each fit of the cross-validation.
        units: (m,) what stays together, as a patient's images do, by a number each; None where
            each stands alone.
        taught: more labels to learn from, which judge nothing.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # threads would add up in varying order
        shares = np.ones(len(labels)) if pool is None else represented(features, pool)
        beside = None if taught is None else _beside(features, taught, pool, units)
        data = LabelRows(features.astype(np.float64), labels, shares, classes, beside)
        return _chosen(data, seed, check, units)


def _beside(
    features: npt.NDArray[np.floating],
    taught: Taught,
    pool: npt.NDArray[np.floating] | None,
    units: Ints | None,
) -> "Beside":
    """Share the pool out among all labels, those that judge and those that only teach."""
    count = len(features)
    together = np.vstack((features, taught.features))
    shares = np.ones(len(together)) if pool is None else represented(together, pool)
    own = np.arange(count) if units is None else units
    others = np.full(len(taught.labels), -1) if taught.units is None else taught.units
    more = taught.features.astype(np.float64)
    return Beside(more, taught.labels, shares[count:], shares[:count], others, own)


def left_out(
    head: Head,
    features: npt.NDArray[np.floating],
    labels: Ints,
    seed: int,
    check: Check = unchecked,
) -> Floats:
    """Return (m, C) probabilities of the labelled images by heads of nearly all other labels.

    Each image is predicted by a head that was fitted without it and without what belongs to it, as
    strongly held and as calibrated as the head itself.

    Args:
        head: fitted to these images.
        features: (m, D) unit vectors.
        labels: (m,) class indices.
        seed: of the folds.
        check: called before each fit.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        exact = features.astype(np.float64)
        data, _ = LabelRows(exact, labels, head.shares, len(head.bias), head.taught).rotated()
        folds = folds_of(labels, min(FINE_FOLDS, len(labels)), seed, head.units)
        logits, _ = _out_of_fold(data, folds, head.strength, check)
    return softmax(logits / head.temperature)


def chances_by(
    features: npt.NDArray[np.floating],
    labels: Ints,
    classes: int,
    strength: float,
    asked: npt.NDArray[np.floating],
) -> Floats:
    """Return (n, C) probabilities by a head fitted at a given strength to a fair sample.

    Args:
        features: (m, D) unit vectors of images drawn at random.
        labels: (m,) class indices in [0, C).
        classes: C.
        strength: the inverse L2 penalty, as another head has chosen it.
        asked: (n, D) unit vectors.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        reduced, basis = reduced_rows(features.astype(np.float64))
        weight, bias = _fit(LabelRows(reduced, labels, np.ones(len(labels)), classes), strength)
    return softmax(asked.astype(np.float64) @ (weight @ basis).T + bias)


def represented(features: npt.NDArray[np.floating], pool: npt.NDArray[np.floating]) -> Floats:
    """Return (m,) how much of the pool each labelled image stands for; the mean is 1.

    An image of the pool goes to the labelled image nearest to it; equals share what they get.
    """
    found, inverse = np.unique(features.astype(np.float32), axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    nearest = (pool.astype(np.float32) @ found.T).argmax(1)
    counts = np.bincount(nearest, minlength=len(found)) / np.bincount(inverse)
    shares = counts[inverse] / len(pool) + SMOOTHING / len(features)
    means: Floats = shares / shares.mean()
    return means


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


def validated(
    features: Floats,
    labels: Ints,
    shares: Floats,
    classes: int,
    seed: int,
    check: Check = unchecked,
    units: Ints | None = None,
) -> Validated:
    """Cross-validate heads on features (m, r); `shares` (m,) as `Head.shares`, else `fit_head`."""
    return _validated(LabelRows(features, labels, shares, classes), seed, check, units)


def _validated(data: "LabelRows", seed: int, check: Check, units: Ints | None) -> Validated:
    plans = _plans(data.labels, seed, units)
    logits = {
        strength: np.stack([_out_of_fold(data, plan, strength, check)[0] for plan in plans])
        for strength in STRENGTHS
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


def _chosen(exact: "LabelRows", seed: int, check: Check, units: Ints | None) -> Head:
    data, basis = exact.rotated()
    found = _validated(data, seed, check, units)
    strength, temperature = found.strength, found.temperature
    weight, bias = _fit(data.part(np.ones(len(data.labels), np.bool_)), strength)
    _, heads = _out_of_fold(data, found.plans[0], strength, check)
    return Head(
        weight @ basis / temperature,
        bias / temperature,
        strength,
        temperature,
        softmax(found.logits).mean(0),
        found.plans[0],
        np.stack([fold_weight @ basis for fold_weight, _ in heads]) / temperature,
        np.stack([fold_bias for _, fold_bias in heads]) / temperature,
        data.shares,
        units,
        exact.beside,
    )


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


def _out_of_fold(
    data: LabelRows, folds: Ints, strength: float, check: Check
) -> tuple[Floats, list[tuple[Floats, Floats]]]:
    """Return (m, C) logits of each image by the head fitted without its fold, and these heads."""
    logits = np.empty((len(folds), data.classes))
    heads = []
    for fold in range(folds.max() + 1):
        check()
        heads.append(_fit(data.part(folds != fold), strength))
    for fold, (weight, bias) in enumerate(heads):
        out = folds == fold
        logits[out] = data.features[out] @ weight.T + bias
    return logits, heads


def fit_weighted(
    features: Floats, labels: Ints, shares: Floats, classes: int, strength: float, total: float
) -> tuple[Floats, Floats]:
    """Return weight (C, r) and bias (C,); the rows together count as `total` labels."""
    return _fit(LabelRows(features, labels, shares, classes), strength, total)


def _fit(data: LabelRows, strength: float, total: float = 0.0) -> tuple[Floats, Floats]:
    """Return weight (C, r) and bias (C,) for labels of any number of classes."""
    present = np.unique(data.labels)
    weight = np.zeros((data.classes, data.features.shape[1]))
    bias = np.full(data.classes, -ABSENT)
    if len(present) == 1:
        bias[present] = 0.0
        return weight, bias
    weights = balanced_weights(data.labels, data.shares) * (total or len(data.labels))
    model = logistic_regression(strength, ITERATIONS).fit(
        data.features, data.labels, sample_weight=weights
    )
    if len(present) == 2:  # one row of logits for two classes: give each its half
        weight[present] = np.outer((-0.5, 0.5), model.coef_[0])
        bias[present] = np.array((-0.5, 0.5)) * model.intercept_[0]
    else:
        weight[present], bias[present] = model.coef_, model.intercept_
    bias[np.setdiff1d(np.arange(data.classes), present)] = bias[present].min() - ABSENT
    return weight, bias
