"""One short project: a pool, batches as mode `auto` asks for them, and what is measured on the way.

The other images of the set, of other groups, are the truth. Beside the estimate from all answers
stands what a project measures that sets a part of the same number of answers aside.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from autoal_gui.core.labels.splits import held_out_size
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.raking import standing_for
from autoal_gui.core.measures.metrics import Interval, Metrics
from autoal_gui.core.settings import PRESETS
from autoal_gui.learning.selection.auto import auto_acquisition
from autoal_gui.learning.training.cross_validation import softmax
from autoal_gui.learning.training.linear_head import represented
from autoal_gui.strategies.contract import Labelled, ModelOutputs
from tests.trials.estimates.heads import Floats, QuickHead, fitted, quick_head, quickly_left_out
from tests.trials.estimates.kept import KeptSet

Ints = npt.NDArray[np.int64]
SETTINGS = PRESETS["cpu"]
POOL = 600  # images at most: more would only cost time
LEAST_POOL = 210
POOL_SHARE = 0.7  # of a set; the rest is the truth
BETWEEN = 3.0, 0.5  # strength and temperature of the heads that only ask


@dataclass(frozen=True)
class Value:
    """What was measured, and what is true of the same model."""

    value: float
    interval: Interval
    truth: float
    unsure: float
    """Half of the 95 % interval of the truth, which a test part of few images knows badly."""


@dataclass(frozen=True)
class Point:
    """What one project measures at so many answers."""

    answers: int
    accuracy: Value
    balanced: Value
    """Of the classes that the answers can measure: of each two answers at least."""
    held_out: Value
    """The accuracy of a model that learned from the answers left, on those set aside."""
    set_aside: int
    held_out_model: float
    """The true accuracy of that model."""


def points_of(kept: KeptSet, seed: int, totals: tuple[int, ...]) -> list[Point]:
    """Run one project to the largest of some numbers of answers; return a point at each."""
    random = np.random.default_rng((7, seed))
    pool, test = divided(kept, random)
    asked = asked_for(kept, pool, seed, min(max(totals), len(pool)), random)
    return [
        point
        for total in totals
        if total <= len(asked) and (point := _point(kept, pool, test, asked[:total], seed))
    ]


def divided(kept: KeptSet, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the pool and the rest, whole groups on one side."""
    units = np.arange(len(kept.labels)) if kept.units is None else kept.units
    order = random.permutation(np.unique(units))
    size = min(POOL, max(LEAST_POOL, int(POOL_SHARE * len(units))))
    sizes = np.bincount(units, minlength=units.max() + 1)[order]
    inside = np.isin(units, order[np.cumsum(sizes) <= size])
    return np.flatnonzero(inside), np.flatnonzero(~inside)


def asked_for(kept: KeptSet, pool: Ints, seed: int, most: int, random: np.random.Generator) -> Ints:
    """Return images of the pool in the order in which mode `auto` asks for them."""
    settings = SETTINGS.but(seed=seed)
    asked = random.choice(pool, min(settings.batch_size, len(pool)), replace=False)
    while len(asked) < most:
        left = np.setdiff1d(pool, asked)
        outputs = _outputs(kept, pool, left, np.sort(asked), seed)
        acquisition, _ = auto_acquisition(outputs, None, settings)
        best = acquisition.positions()[: min(settings.batch_size, len(left))]
        asked = np.concatenate((asked, left[best]))
    return asked[:most]


def _outputs(kept: KeptSet, pool: Ints, left: Ints, known: Ints, seed: int) -> ModelOutputs:
    features, labels = kept.features[known], kept.labels[known]
    weight = np.zeros((kept.features.shape[1] + 1, kept.classes))
    if len(np.unique(labels)) > 1:
        shares = represented(features, kept.features[pool])
        weight = fitted(features, labels, shares, kept.classes, BETWEEN[0]) / BETWEEN[1]
    head = QuickHead(weight, *BETWEEN, np.empty(0))
    random = np.random.default_rng(seed)
    rate, draws = SETTINGS.dropout, []
    for _ in range(SETTINGS.stochastic_passes):
        mask = (random.random(len(weight) - 1) >= rate) / (1 - rate)
        drawn = kept.features[left] @ (weight[:-1] * mask[:, None]) + weight[-1]
        draws.append(softmax(drawn))
    seen = head.probabilities(features).astype(np.float32)
    return ModelOutputs(
        left,
        kept.features[left],
        head.probabilities(kept.features[left]).astype(np.float32),
        np.array(draws, np.float32),
        min(SETTINGS.batch_size, len(left)),
        seed,
        Labelled(known, features, seen, labels, units_at(kept, known)),
    )


def _point(kept: KeptSet, pool: Ints, test: Ints, asked: Ints, seed: int) -> Point | None:
    aside = min(held_out_size(len(kept.labels)), len(asked) // 2)
    known, fewer = np.sort(asked), np.sort(asked[: len(asked) - aside])
    if len(np.unique(kept.labels[fewer])) < 2:
        return None
    head, unseen, weights = answered(kept, pool, known, seed)
    less = _fewer(kept, pool, fewer, head)
    estimate = Estimate.of_answers(kept.labels[known], unseen, weights, units_at(kept, known))
    truth = _counted(kept, test, head)
    drawn = np.random.default_rng((9, seed)).choice(test, min(aside, len(test) // 2), replace=False)
    held, rest = _counted(kept, drawn, less), _counted(kept, np.setdiff1d(test, drawn), less)
    return Point(
        len(asked),
        _value(estimate, truth),
        _balanced(estimate, truth),
        _value(held, rest),
        len(drawn),
        _counted(kept, test, less).accuracy,
    )


def _head(kept: KeptSet, pool: Ints, known: Ints, seed: int) -> QuickHead:
    return quick_head(
        kept.features[known],
        kept.labels[known],
        kept.classes,
        seed,
        kept.features[pool],
        units_at(kept, known),
    )


def answered(kept: KeptSet, pool: Ints, known: Ints, seed: int) -> tuple[QuickHead, Floats, Floats]:
    """Return the head of the answers, (m, C) what left-out ones make of these, and their weights.

    The weights are (m,): how much of the pool each answer stands for.
    """
    head, units = _head(kept, pool, known, seed), units_at(kept, known)
    unseen = quickly_left_out(head, kept.features[known], kept.labels[known], seed, units)
    others = head.probabilities(kept.features[np.setdiff1d(pool, known)])
    return head, unseen, standing_for(head.shares, unseen, others)


def _fewer(kept: KeptSet, pool: Ints, known: Ints, head: QuickHead) -> QuickHead:
    """Return the head of fewer answers, held as strongly."""
    features, labels = kept.features[known], kept.labels[known]
    shares = represented(features, kept.features[pool])
    weight = fitted(features, labels, shares, kept.classes, head.strength)
    return QuickHead(weight / head.temperature, head.strength, head.temperature, shares)


def units_at(kept: KeptSet, images: Ints) -> Ints | None:
    return None if kept.units is None else kept.units[images]


def _counted(kept: KeptSet, images: Ints, head: QuickHead) -> Metrics:
    predicted = head.probabilities(kept.features[images]).argmax(1)
    return Metrics.of(kept.labels[images], predicted, kept.classes, units_at(kept, images))


def _value(found: Metrics, truth: Metrics) -> Value:
    low, high = truth.accuracy_interval
    return Value(found.accuracy, found.accuracy_interval, truth.accuracy, (high - low) / 2)


def _balanced(found: Metrics, truth: Metrics) -> Value:
    """Return the balanced accuracy of the classes that can be measured, as the window shows it."""
    rows = zip(truth.confusion, found.sensitivities, strict=True)
    kept = tuple(tuple(0 if math.isnan(share) else n for n in row) for row, share in rows)
    truth = replace(truth, confusion=kept)
    low, high = truth.balanced_accuracy_interval
    interval = found.balanced_accuracy_interval
    return Value(found.balanced_accuracy, interval, truth.balanced_accuracy, (high - low) / 2)
