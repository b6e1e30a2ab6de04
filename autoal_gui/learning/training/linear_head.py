"""A linear classifier on frozen features that is well fitted at twenty labels.

Multinomial logistic regression with balanced classes. How strongly it is regularised, and the
temperature of its probabilities, are chosen by cross-validation on what is labelled: on the same
features this counts for more than which images were asked for (docs/RESULTS.md has the figures).

What is labelled is not a sample of the pool once a strategy has chosen it: asked only where it is
unsure, a model fitted to the answers as they are gets worse with every batch. So each labelled
image counts for as many images of the pool as lie nearest to it (Loog, "Nearest neighbor-based
importance weighting", MLSP 2012).
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.threads import one_thread
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.training.cross_validation import (
    Validated,
    cross_validated,
    fit_weighted,
    folds_of,
    heads_counting,
    out_of_fold,
    softmax,
)
from autoal_gui.learning.training.label_rows import Beside, LabelRows, Taught, reduced_rows
from autoal_gui.strategies.geometry import distinct_rows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FINE_FOLDS = 20
"""To measure with: the heads know all but a twentieth of the labels, where those of `FOLDS` lack a
fifth, which makes them worse than the head that is used."""
POOL_SAMPLE = 4096  # images of the pool are enough to deal out among the labelled ones
SMOOTHING = 0.1  # of an equal share is added to each: an image that stands for none still counts


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
    taught: Beside | None = field(default=None, repr=False)
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
    found: Validated | None = None,
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
        found: what cross-validation with this seed says of these features, where that is known.
    """
    with one_thread():
        shares = np.ones(len(labels)) if pool is None else represented(features, pool)
        beside = None if taught is None else _beside(features, taught, pool, units)
        data = LabelRows(features.astype(np.float64), labels, shares, classes, beside)
        return _chosen(data, seed, check, units, found)


def _beside(
    features: npt.NDArray[np.floating],
    taught: Taught,
    pool: npt.NDArray[np.floating] | None,
    units: Ints | None,
) -> Beside:
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
    with one_thread():
        exact = features.astype(np.float64)
        data, _ = LabelRows(exact, labels, head.shares, len(head.bias), head.taught).rotated()
        folds = folds_of(labels, min(FINE_FOLDS, len(labels)), seed, head.units)
        ((logits, _),) = out_of_fold(data, [folds], head.strength, check)
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
    with one_thread():
        reduced, basis = reduced_rows(features.astype(np.float64))
        weight, bias = fit_weighted(
            reduced, labels, np.ones(len(labels)), classes, strength, len(labels)
        )
    return softmax(asked.astype(np.float64) @ (weight @ basis).T + bias)


def represented(features: npt.NDArray[np.floating], pool: npt.NDArray[np.floating]) -> Floats:
    """Return (m,) how much of the pool each labelled image stands for; the mean is 1.

    An image of the pool goes to the labelled image nearest to it; equals share what they get.
    """
    single = features.astype(np.float32)
    first, inverse = distinct_rows(single)
    nearest = (pool.astype(np.float32) @ single[first].T).argmax(1)
    counts = np.bincount(nearest, minlength=len(first)) / np.bincount(inverse)
    shares = counts[inverse] / len(pool) + SMOOTHING / len(features)
    means: Floats = shares / shares.mean()
    return means


def _chosen(
    exact: LabelRows, seed: int, check: Check, units: Ints | None, found: Validated | None
) -> Head:
    data, basis = exact.rotated()
    found = found or cross_validated(data, seed, check, units)
    strength, temperature = found.strength, found.temperature
    everything = [data.counting(np.ones(len(data.labels), np.bool_))]
    (weight,), (bias,) = heads_counting(data, everything, strength, check)
    ((_, heads),) = out_of_fold(data, found.plans[:1], strength, check)
    return Head(
        weight @ basis / temperature,
        bias / temperature,
        strength,
        temperature,
        softmax(found.logits).mean(0),
        found.plans[0],
        heads[0] @ basis / temperature,
        heads[1] / temperature,
        data.shares,
        units,
        exact.beside,
    )
