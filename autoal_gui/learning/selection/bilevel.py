"""The search of mode "auto": weights of the candidates, learned on held-out labels (Eq. 1).

AutoAL's two levels, made exact for 10 to 500 labels. The labels are split at random into a start, a
part that plays the pool, and a held-out part. Lower level: a ridge classifier on the frozen
features is fitted to the start and to what the weights select of the pool; it is solved exactly,
so that the upper level has a true gradient. Upper level: the loss of that classifier on the
held-out part. Weights leave the uniform vote only as far as that loss falls (our reading: the
paper's upper level asks for what FitNet finds hard, and so likes outliers).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.selection.pins import hold
from autoal_gui.learning.selection.relaxation import top_k
from autoal_gui.learning.training.cross_validation import folds_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SPLITS = 12  # half of them learn, half of them judge
FOLDS = 10  # of which 3 are the start, 4 play the pool, 3 are held out
START, POOL = 3, 7
MOST = 100  # labels that take part; more cost the cube, and tell little more
STEPS = 8
RATE = 0.4  # Adam, on the logits of the weights
TAU = 0.1  # temperature of the selection, in percentiles
RIDGE = 1.0
SHRINKAGE = 1.0  # labels' worth of belief in the uniform vote
LEAST = 1e-3  # weight of an image that is hardly selected; 0 could not be divided by
LEAST_GAIN = 0.01  # a share of the loss
LABELS_A_CANDIDATE_AND_CLASS = 2
LABELS_A_CLASS = 4


@dataclass(frozen=True)
class Learned:
    """What the search found."""

    weights: Floats
    """(K,) positive, sum 1; what was learned, whether or not it is `believed`."""
    gain: float
    """How far the held-out loss of the uniform vote lies above that of these weights, a share."""
    error: float
    """Standard error of the gain over the splits; these share labels, so it is a lower bound."""

    @property
    def believed(self) -> bool:
        """Whether the gain exceeds its standard error, and is worth a word."""
        return self.gain > max(self.error, LEAST_GAIN)


Lack = Literal["", "labels", "groups", "of a class"]
"""Of what there is too little to learn weights from: "groups" of what stays together, labels "of a
class" that has any; "" where there is enough."""


def what_lacks(labels: Ints, candidates: int, units: Ints | None = None) -> Lack:
    """Say what is missing to learn weights from.

    Args:
        labels: (m,) class indices.
        candidates: K.
        units: (m,) what stays together, as a patient's images do; None where each stands alone.
            A class then needs as many units as it needs labels otherwise.
    """
    counts = np.bincount(labels)
    known = int(np.count_nonzero(counts))
    if known < 2 or len(labels) < LABELS_A_CANDIDATE_AND_CLASS * candidates * known:
        return "labels"
    if units is not None:
        if len(np.unique(units)) < FOLDS:
            return "groups"
        counts = np.bincount(np.unique(np.stack((labels, units)), axis=1)[0])
    return "" if int(counts[counts > 0].min()) >= LABELS_A_CLASS else "of a class"


def can_learn(labels: Ints, candidates: int, units: Ints | None = None) -> bool:
    """Say whether there are labels enough to learn weights from, see `what_lacks`."""
    return not what_lacks(labels, candidates, units)


def learn_weights(
    features: npt.NDArray[np.floating],
    labels: Ints,
    shares: Floats,
    scores: Floats,
    start: Floats,
    *,
    selected: float,
    seed: int,
    floors: Floats | None = None,
    check: Check = unchecked,
    units: Ints | None = None,
) -> Learned:
    """Learn how far to trust each candidate.

    Args:
        features: (m, D) unit vectors of the labelled images.
        labels: (m,) class indices.
        shares: (m,) how much of the pool each stands for.
        scores: (m, K) percentiles of the candidates in [0, 1], by models that never saw the label.
        start: (K,) the uniform vote, positive, sum 1.
        selected: share of the part that plays the pool to select, in (0, 1).
        seed: of the splits.
        floors: (K,) what candidates that are pinned on keep at least, see `learning.pins`.
        check: called before each step.
        units: (m,) what stays together: on one side of each split; None where each stands alone.
    """
    least = torch.zeros(len(start)).double() if floors is None else torch.from_numpy(floors)
    kept = np.sort(np.random.default_rng(seed).permutation(len(labels))[:MOST])
    splits = _splits(labels[kept], seed, None if units is None else units[kept])
    problem = _Problem.of(
        features[kept], labels[kept], shares[kept], scores[kept], selected, splits
    )
    logits = torch.from_numpy(np.log(start))
    weights = _descend(problem, logits, least, slice(SPLITS // 2), check)
    vote = hold(logits.softmax(0), least)
    gains = problem.gains(weights, vote, slice(SPLITS // 2, SPLITS))
    error = float(gains.std(ddof=1) / np.sqrt(len(gains)))
    return Learned(weights.numpy(), float(gains.mean()), error)


@dataclass(frozen=True)
class _Problem:
    """The labels as a kernel, their scores, and the splits."""

    kernel: Tensor  # (m, m)
    targets: Tensor  # (m, C), one-hot
    shares: Tensor  # (m,), sum m
    scores: Tensor  # (m, K)
    parts: Tensor  # (SPLITS, m), 0 start, 1 pool, 2 held out
    selected: float

    @classmethod
    def of(
        cls,
        features: npt.NDArray[np.floating],
        labels: Ints,
        shares: Floats,
        scores: Floats,
        selected: float,
        splits: Ints,
    ) -> "_Problem":
        exact = torch.from_numpy(features.astype(np.float64))
        exact = exact - exact.mean(0)
        kernel = exact @ exact.T
        kernel = kernel / kernel.diagonal().mean() + 1.0
        targets = torch.nn.functional.one_hot(torch.from_numpy(labels)).double()
        targets = targets[:, targets.sum(0) > 0]
        weights = torch.from_numpy(shares)
        totals = (weights[:, None] * targets).sum(0)
        weights = weights / (targets @ totals)
        return cls(
            kernel,
            targets,
            weights * (len(labels) / weights.sum()),
            torch.from_numpy(scores),
            torch.from_numpy(splits),
            selected,
        )

    def losses(self, weights: Tensor, splits: slice) -> Tensor:
        """The held-out losses of some splits after training on what the weights select: (s,)."""
        parts = self.parts[splits]
        pool, held = parts == 1, parts == 2
        mixed = (self.scores @ weights).expand(parts.shape)
        counts = (self.selected * pool.sum(1)).clamp_min(1.0)
        chosen = top_k(mixed, counts, TAU, among=pool)
        trust = torch.where(pool, chosen, 1.0) * self.shares
        roots = torch.where(held, 0.0, trust.clamp_min(LEAST).sqrt())
        missed = ((self._ridge(roots) - self.targets) ** 2).sum(2).clamp_max(2.0)
        counted = held * self.shares
        return (counted * missed).sum(1) / counted.sum(1)

    def _ridge(self, roots: Tensor) -> Tensor:
        """Return (s, m, C) predictions of the weighted ridge classifiers in their dual form.

        Args:
            roots: (s, m) square roots of the trust in each label; 0 leaves a label out.
        """
        inner = roots[:, :, None] * self.kernel * roots[:, None, :]
        inner = inner + RIDGE * torch.eye(len(self.kernel), dtype=inner.dtype)
        duals = torch.linalg.solve(inner, roots[:, :, None] * self.targets)
        predicted: Tensor = self.kernel @ (roots[:, :, None] * duals)
        return predicted

    def gains(self, weights: Tensor, vote: Tensor, splits: slice) -> Floats:
        """How far the uniform vote's losses lie above those of the weights, as shares: (s,)."""
        before = self.losses(vote, splits)
        shares: Floats = ((before - self.losses(weights, splits)) / before).numpy()
        return shares


def _splits(labels: Ints, seed: int, units: Ints | None) -> Ints:
    """Return (SPLITS, m): 0 for the start, 1 for what plays the pool, 2 for what is held out."""
    folds = np.stack([folds_of(labels, FOLDS, seed + number, units) for number in range(SPLITS)])
    if units is not None:  # of few large units there are fewer folds, and each part needs its share
        folds = folds * FOLDS // (folds.max() + 1)
    return (folds >= START).astype(np.int64) + (folds >= POOL)


def _descend(
    problem: _Problem, start: Tensor, floors: Tensor, splits: slice, check: Check
) -> Tensor:
    """Follow the gradient of the mean held-out loss; return (K,) weights."""
    logits = start.clone().requires_grad_()
    uniform = start.softmax(0)
    optimiser = torch.optim.Adam([logits], lr=RATE)
    belief = SHRINKAGE / len(problem.targets)
    for _ in range(STEPS):
        check()
        weights = hold(logits.softmax(0), floors)
        loss = problem.losses(weights, splits).mean()
        loss = loss + belief * (weights * (weights / uniform).log()).sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return hold(logits.detach().softmax(0), floors)
