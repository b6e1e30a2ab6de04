"""Multinomial logistic regressions of the same rows, fitted together.

A head is cross-validated, at some dozens of labels: hundreds of fits a round that differ by which
rows count. One by one by scikit-learn they took most of a round's time. Their losses do not touch
each other, so SciPy minimises the sum of all at once, in about as many steps as one fit needs and
each step one product of matrices. Coefficients are at least as near to the best ones as those of
scikit-learn: where the penalty is weak, slopes as small as it leaves lie far from the best.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.learning.progress import Check, unchecked

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ITERATIONS = 1000  # at most
GRADIENT = 1e-4  # the largest slope that is left at most, as scikit-learn has it
NEARNESS = 1 / 30  # of a weight to its best one: a slope is at least the penalty times the distance
FALL = 64 * float(np.finfo(np.float64).eps)  # of the loss within a step, relative: likewise
HALVINGS = 50  # of a step
ABSENT = 50.0  # how far below the others the logit of a class without labels lies
PAIR = 2


def fit_together(
    features: Floats,
    labels: Ints,
    weights: Floats,
    classes: int,
    penalties: Floats,
    check: Check = unchecked,
) -> tuple[Floats, Floats]:
    """Return weights (F, C, r) and biases (F, C) of F heads fitted to the same rows.

    Each minimises the mean cross-entropy under its weights, plus its penalty times half of the
    squared weights; biases are free. A class that no row of a head has is given a logit `ABSENT`
    below the others.

    Args:
        features: (m, r).
        labels: (m,) class indices in [0, C).
        weights: (F, m) not negative, of each head a sum of 1.
        classes: C.
        penalties: (F,) positive.
        check: called at every step.
    """
    from scipy.optimize import minimize

    problem = _Problem.of(features, labels, weights, classes, penalties)
    slope = min(GRADIENT, NEARNESS * float(penalties.min()))
    found = minimize(
        problem.loss,
        np.zeros(problem.shape).ravel(),
        method="L-BFGS-B",
        jac=True,
        callback=lambda _: check(),
        options={"maxiter": ITERATIONS, "maxls": HALVINGS, "gtol": slope, "ftol": FALL},
    )
    both = found.x.reshape(problem.shape)
    biases = np.where(problem.present, both[:, :, -1], np.inf)
    lowest = biases.min(axis=1, keepdims=True)
    return both[:, :, :-1], np.where(problem.present, biases, lowest - ABSENT)


@dataclass(frozen=True)
class _Problem:
    """The sum of the losses of F heads, and its slopes."""

    rows: Floats  # (m, r + 1), the last column for the biases
    labels: Ints  # (m,)
    weights: Floats  # (m, F)
    present: Bools  # (F, C) which classes the rows of a head have
    penalties: Floats  # (F, C, r + 1)

    @classmethod
    def of(
        cls, features: Floats, labels: Ints, weights: Floats, classes: int, penalties: Floats
    ) -> "_Problem":
        count = len(labels)
        belongs = np.zeros((count, classes))
        belongs[np.arange(count), labels] = 1
        present = weights @ belongs > 0
        # Of two classes scikit-learn fits the one over the other: half the squares of both.
        pairs = np.where(present.sum(axis=1) == PAIR, 2.0, 1.0)
        spread = np.zeros((len(weights), classes, features.shape[1] + 1))
        spread[:, :, :-1] = (penalties * pairs)[:, None, None]
        rows = np.hstack((features, np.ones((count, 1))))
        return cls(rows, labels, np.ascontiguousarray(weights.T), present, spread)

    @property
    def shape(self) -> tuple[int, ...]:
        """F, C, r + 1."""
        return self.penalties.shape

    def loss(self, flat: Floats) -> tuple[float, Floats]:
        """Return the loss and its slopes for the coefficients of all heads."""
        heads, classes, width = self.shape
        both = flat.reshape(self.shape)
        logits = (self.rows @ both.reshape(-1, width).T).reshape(-1, heads, classes)
        logits[:, ~self.present] = -np.inf
        logits -= logits.max(axis=2, keepdims=True)
        images = np.arange(len(self.labels))
        right = logits[images, :, self.labels]
        powers = np.exp(logits, out=logits)
        sums = powers.sum(axis=2)
        # A row that does not count may be of a class that its head does not know.
        losses = np.where(self.weights > 0, np.log(sums) - right, 0.0)
        errors = powers
        errors /= sums[:, :, None]
        errors[images, :, self.labels] -= 1
        errors *= self.weights[:, :, None]
        held = self.penalties * both
        slopes = (errors.reshape(-1, heads * classes).T @ self.rows).reshape(self.shape) + held
        total = np.vdot(self.weights, losses) + np.vdot(held, both) / 2
        return float(total), slopes.ravel()
