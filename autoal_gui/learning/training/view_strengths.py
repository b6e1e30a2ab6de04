"""How strongly each view counts, chosen on labels held out.

A view is the features of one depth of one network: of the warm start its last stage, of a network
with weights beside it the middle and the end. No view is the best on every set, and few labels
choose among them worse than no choice does (docs/RESULTS.md). So all begin side by side, and one
leaves or counts half only where labels held out speak clearly for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.feature_sentences import (
    ALONE,
    INSTEAD,
    SIDE_BY_SIDE,
    TRIED,
    TRIED_ALONE,
    TRIED_FEWER,
)
from autoal_gui.core.language import number
from autoal_gui.core.registry import english_label
from autoal_gui.core.sentences import Sentence
from autoal_gui.core.system.threads import one_thread
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.training.cross_validation import (
    STRENGTHS,
    Validated,
    cross_validated,
    log_losses,
)
from autoal_gui.learning.training.label_rows import LabelRows
from autoal_gui.learning.training.linear_head import SMOOTHING

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Strengths = tuple[float, ...]

BACKBONES = "autoal_gui.backbones"
GRID = (0.0, 0.5, 1.0)
LEAD = 1.5  # standard errors by which the loss must fall for a step
MOST_STEPS = 4  # each costs a cross-validation for every neighbour
SMALLEST = 1e-10  # of the largest eigenvalue; directions below it are rounding


@dataclass(frozen=True)
class Chosen:
    """Which views take part, and what that is worth."""

    strengths: Strengths
    """One a view, not all 0."""
    right: float
    """The share of labels held out that these get right, each class counting alike."""
    right_alone: float
    """The same by the first view alone."""
    found: Validated = field(repr=False)
    """What cross-validation says of them."""


@dataclass(frozen=True)
class _Tried:
    strengths: Strengths
    found: Validated = field(repr=False)
    losses: Floats = field(repr=False)  # (m,)

    def right(self, labels: Ints) -> float:
        hits = self.found.logits.argmax(2) == labels
        return float((hits.mean(0) * self.found.weights).sum())


@dataclass(frozen=True)
class Views:
    """Likenesses of images under each view: all that a head needs to know of features."""

    known: Sequence[Floats] = field(repr=False)
    """(m, m) among the labelled images."""
    pool: Sequence[Floats] = field(repr=False)
    """(p, m) between images of the pool and labelled ones."""

    @classmethod
    def of(
        cls,
        known: npt.NDArray[np.floating],
        pool: npt.NDArray[np.floating],
        widths: Sequence[int],
    ) -> "Views":
        """Take the features of labelled images (m, D) and of the pool (p, D), view after view.

        Args:
            known: unit vectors, of which all views are equally long.
            pool: likewise.
            widths: of the views; they sum to D.
        """
        times = len(widths)  # so that each view alone has unit length
        bounds = np.cumsum(widths)[:-1]
        ours = np.split(known.astype(np.float32), bounds, axis=1)
        theirs = np.split(pool.astype(np.float32), bounds, axis=1)
        return cls(
            [(one @ one.T).astype(np.float64) * times for one in ours],
            [
                (there @ one.T).astype(np.float64) * times
                for one, there in zip(ours, theirs, strict=True)
            ],
        )

    def features(self, strengths: Strengths) -> Floats:
        """Return (m, r) features of the labelled images that are as like under these strengths."""
        sizes, axes = np.linalg.eigh(_mixed(self.known, strengths))
        kept = sizes > sizes.max() * SMALLEST
        features: Floats = axes[:, kept] * np.sqrt(sizes[kept])
        return features

    def shares(self, strengths: Strengths) -> Floats:
        """Return (m,) how much of the pool each labelled image stands for, as `represented`."""
        nearest = _mixed(self.pool, strengths).argmax(1)
        known = len(self.known[0])
        shares = np.bincount(nearest, minlength=known) / len(nearest) + SMOOTHING / known
        return np.asarray(shares / shares.mean())


def choose_strengths(
    views: Views,
    labels: Ints,
    classes: int,
    seed: int,
    check: Check = unchecked,
    units: Ints | None = None,
) -> Chosen:
    """Choose how strongly each view counts.

    From all views alike, one view's strength at a time goes to another value of `GRID`, the best
    of all such steps, as long as the loss of labels held out falls by `LEAD` of its error. Steps
    are compared at the penalty that suits the views from which they start.

    Args:
        views: of the labelled images and the pool.
        labels: (m,) class indices in [0, C), of two classes at least.
        classes: C.
        seed: of the folds.
        check: called before each fit.
        units: (m,) what stays together, by a number each; None where each stands alone.
    """

    def judge(strengths: Strengths, penalties: Sequence[float] = STRENGTHS) -> _Tried:
        shares, features = views.shares(strengths), views.features(strengths)
        data = LabelRows(features, labels, shares, classes)
        found = cross_validated(data, seed, check, units, penalties)
        return _Tried(strengths, found, log_losses(found.logits, labels))

    with one_thread():
        alone = judge((1.0, *(0.0,) * (len(views.known) - 1)))
        now = judge((1.0,) * len(views.known))
        for _ in range(MOST_STEPS):
            penalties = (now.found.strength,)
            tried = [judge(s, penalties) for s in _neighbours(now.strengths)]
            gains = [_gain(now, other, units) for other in tried]
            best = int(np.argmax(gains))
            if gains[best] <= 0:
                break
            now = judge(tried[best].strengths)
    return Chosen(now.strengths, now.right(labels), alone.right(labels), now.found)


def told_views(chosen: Chosen, beside: str) -> Sentence:
    """Say which views take part, and behind that why; `beside` is the network of the others."""
    own, *others = chosen.strengths
    count = chosen.found.logits.shape[1]  # every label is held out once
    words = {"network": english_label(BACKBONES, beside), "count": number(count)}
    shares = {"alone": chosen.right_alone}
    if not any(others):
        return Sentence(ALONE, words, shares, TRIED_ALONE)
    why = TRIED if chosen.right >= chosen.right_alone else TRIED_FEWER
    return Sentence(SIDE_BY_SIDE if own else INSTEAD, words, shares | {"right": chosen.right}, why)


def _gain(now: _Tried, other: _Tried, units: Ints | None) -> float:
    """Return by how much the loss of labels held out falls, beyond `LEAD` of the error of that."""
    weights = now.found.weights
    if not weights.any():
        return 0.0
    fall = now.losses - other.losses
    mean = float((weights * fall).sum())
    parts = weights * (fall - mean)
    together = parts if units is None else np.bincount(units, parts)
    return mean - LEAD * float(np.sqrt((together**2).sum()))


def _neighbours(strengths: Strengths) -> Iterator[Strengths]:
    """Yield strengths that differ in one view, each mixture once: the largest is always 1."""
    seen = {strengths}
    for place, old in enumerate(strengths):
        for new in GRID:
            other = (*strengths[:place], new, *strengths[place + 1 :])
            if new == old or not any(other):
                continue
            scaled = tuple(s / max(other) for s in other)
            if scaled not in seen:
                seen.add(scaled)
                yield scaled


def _mixed(likenesses: Sequence[Floats], strengths: Strengths) -> Floats:
    """Return likenesses under views side by side, each view as long as its strength."""
    squares = np.square(strengths) / np.square(strengths).sum()
    mixed = sum(square * one for square, one in zip(squares, likenesses, strict=True) if square)
    return np.asarray(mixed)
