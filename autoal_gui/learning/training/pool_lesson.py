"""The pool as a teacher: a head that learns from guesses on images without a label as well.

Each teacher (`autoal_gui.learning.teachers`) guesses the classes of a sample of it; a student,
one linear head as any other, learns from labels and guesses, each guess as much as it is sure of.
On uneven sets with many labels this does harm (docs/RESULTS.md), so there is a gate: for each fold
teacher and student begin anew without its labels and images, and a student takes the head's place
only where the loss of labels held out falls by more than `LEAD` of the error of that. The loss sees
more than what is right: by that, a gate let harm pass at twenty labels, and good seldom.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from autoal_gui.core.feature_sentences import TAUGHT, TAUGHT_FIGURES
from autoal_gui.core.registry import discover, english_label
from autoal_gui.core.sentences import Sentence, Sentences
from autoal_gui.core.system.threads import one_thread
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.teachers.contract import Floats, Ints, Lesson
from autoal_gui.learning.training.cross_validation import (
    TEMPERATURES,
    fit_weighted,
    log_losses,
    softmax,
)
from autoal_gui.learning.training.label_weights import judging_weights
from autoal_gui.learning.training.linear_head import Head

TEACHERS = "autoal_gui.learning.teachers"
SAMPLE = 1024  # images of the pool that teach; more add little to a head
DIMENSIONS = 256  # principal directions in which a student learns
SURE = 0.05  # of a guess; what is less likely teaches nothing
LEAD = 1.5  # errors by which the loss must fall
FEWEST = 2  # labels of each of two classes, or nothing that is held out says anything


@dataclass(frozen=True)
class Taught:
    """What came of the gate."""

    head: Head
    """The student's where it has passed, else the one that was there."""
    teacher: str = ""
    """`NAME` of the teacher; empty: none has helped."""
    right: float = 0.0
    """The share of labels held out that the student gets right, each class counting alike."""
    right_alone: float = 0.0
    """The same of the head without a teacher."""


@dataclass(frozen=True)
class _Class:
    """All that is taught from: labelled images and a sample of the pool."""

    known: Floats = field(repr=False)  # (m, r)
    labels: Ints = field(repr=False)  # (m,)
    pool: Floats = field(repr=False)  # (p, r)
    head: Head = field(repr=False)

    def student(
        self, teacher: str, inside: npt.NDArray[np.bool_], chances: Floats
    ) -> tuple[Floats, Floats]:
        """Return weight (C, r) and bias (C,) learned from some of the labels and a teacher."""
        lesson = Lesson(self.known[inside], self.labels[inside], self.pool, chances)
        guesses = discover(TEACHERS)[teacher].guess(lesson)
        sure = _sureness(guesses)
        rows, classes = np.nonzero(guesses > SURE)
        masses = guesses[rows, classes] * sure[rows]
        known = int(inside.sum())
        masses *= known / max(masses.sum(), 1e-12)  # the pool in all counts as the labels in all
        shares = np.concatenate((self.head.shares[inside], masses))
        return fit_weighted(
            np.concatenate((lesson.known, self.pool[rows])),
            np.concatenate((lesson.labels, classes)),
            shares,
            lesson.classes,
            self.head.strength,
            2.0 * known,
        )


@dataclass(frozen=True)
class _Judged:
    """What heads that never saw the labels say of them."""

    logits: Floats = field(repr=False)  # (m, C)
    temperature: float
    losses: Floats = field(repr=False)  # (m,) at this temperature
    weights: Floats = field(repr=False)  # (m,), see `judging_weights`
    right: float  # the share that is right, each class counting alike


def taught_by_pool(
    head: Head,
    features: npt.NDArray[np.floating],
    labels: Ints,
    pool: npt.NDArray[np.floating],
    check: Check = unchecked,
) -> Taught:
    """Return the head, or a student of the pool where that is measured to be better.

    Args:
        head: as `fit_head` gave it.
        features: (m, D) unit vectors that it was fitted to.
        labels: (m,) class indices.
        pool: (n, D) unit vectors of images without a label.
        check: called before each fit.
    """
    if not len(pool) or (np.bincount(labels) >= FEWEST).sum() < 2:
        return Taught(head)
    with one_thread():
        sample = pool[:: -(-len(pool) // SAMPLE)].astype(np.float64)
        known, reduced, basis = _reduced(features.astype(np.float64), sample)
        lesson = _Class(known, labels, reduced, head)
        chances = [
            softmax(sample @ weight.T + bias)
            for weight, bias in zip(head.fold_weights, head.fold_biases, strict=True)
        ]
        before = _judged(_out_of_fold(head, features, labels), labels, head)
        best, most = Taught(head), -np.inf
        for teacher in discover(TEACHERS):
            heads = []
            for fold, seen in enumerate(chances):
                check()
                heads.append(lesson.student(teacher, head.folds != fold, seen))
            logits = np.empty_like(before.logits)
            for fold, (weight, bias) in enumerate(heads):
                logits[head.folds == fold] = known[head.folds == fold] @ weight.T + bias
            after = _judged(logits, labels, head)
            fall, error = _fall(before, after, head)
            if fall > max(LEAD * error, most):
                check()
                every = np.ones(len(labels), bool)
                last = lesson.student(teacher, every, softmax(sample @ head.weight.T + head.bias))
                student = _student_head(head, after, last, heads, basis)
                best, most = Taught(student, teacher, after.right, before.right), fall
    return best


def told_teacher(taught: Taught) -> Sentences:
    """Say in one sentence who has taught, and why; in none where nobody has."""
    if not taught.teacher:
        return ()
    words = {"teacher": english_label(TEACHERS, taught.teacher)}
    shares = {"right": taught.right, "alone": taught.right_alone}
    return (Sentence(TAUGHT, words, shares, TAUGHT_FIGURES),)


def _student_head(
    head: Head,
    judged: _Judged,
    last: tuple[Floats, Floats],
    heads: list[tuple[Floats, Floats]],
    basis: Floats,
) -> Head:
    """Return a student as a head, its temperature by what it says of labels held out."""
    weight, bias = last
    temperature = judged.temperature
    return replace(
        head,
        weight=weight @ basis / temperature,
        bias=bias / temperature,
        temperature=temperature,
        out_of_fold=softmax(judged.logits / temperature),
        fold_weights=np.stack([one @ basis for one, _ in heads]) / temperature,
        fold_biases=np.stack([one for _, one in heads]) / temperature,
    )


def _out_of_fold(head: Head, features: npt.NDArray[np.floating], labels: Ints) -> Floats:
    """Return (m, C) logits of the head's own folds, which a student's are compared with."""
    logits = np.empty((len(labels), len(head.bias)))
    for fold, (weight, bias) in enumerate(zip(head.fold_weights, head.fold_biases, strict=True)):
        inside = head.folds == fold
        logits[inside] = features[inside] @ weight.T + bias
    return logits


def _judged(logits: Floats, labels: Ints, head: Head) -> _Judged:
    """Judge logits (m, C) of labels held out at the temperature that suits them best."""
    weights = judging_weights(labels, head.shares, head.units)
    losses = {t: log_losses(logits[None] / t, labels) for t in TEMPERATURES.tolist()}
    temperature = min(losses, key=lambda t: float((weights * losses[t]).sum()))
    right = float((weights * (logits.argmax(1) == labels)).sum())
    return _Judged(logits, temperature, losses[temperature], weights, right)


def _fall(before: _Judged, after: _Judged, head: Head) -> tuple[float, float]:
    """Return by how much the loss of labels held out falls, in nats, and the error of that."""
    falls, weights = before.losses - after.losses, before.weights
    mean = float((weights * falls).sum())
    parts = weights * (falls - mean)
    together = parts if head.units is None else np.bincount(head.units, parts)
    return mean, float(np.sqrt((together**2).sum()))


def _sureness(guesses: Floats) -> Floats:
    """Return (p,) 1 for a certain guess, 0 for one that is alike for all classes."""
    entropy = -(guesses * np.log(guesses.clip(1e-12))).sum(1)
    return np.asarray((1 - entropy / np.log(guesses.shape[1])).clip(0))


def _reduced(known: Floats, pool: Floats) -> tuple[Floats, Floats, Floats]:
    """Rotate features into the directions that hold most of them: (m, r), (p, r), basis (r, D)."""
    from scipy.linalg import eigh

    both = np.concatenate((known, pool))
    count = len(both)
    span = (max(0, count - DIMENSIONS), count - 1)
    sizes, axes = eigh(both @ both.T, subset_by_index=span)
    kept = sizes > sizes.max() * 1e-9
    lengths = np.sqrt(sizes[kept])
    found = axes[:, kept] * lengths
    basis = (axes[:, kept] / lengths).T @ both
    return found[: len(known)], found[len(known) :], basis
