"""What each class lacks before it can be learned or measured, and what mends that."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from autoal_gui.core.language import mark, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.outlook import FEWEST_TO_LEARN
from autoal_gui.core.project.learned_classes import label_counts
from autoal_gui.core.project.project import Project

FEWEST_TO_MEASURE = 5  # images of a class
FOUND = 0.7  # sensitivity of a class that is found in most images
FEWEST_CLASSES = 2  # that a project keeps
MISSED = mark("“{name}”: {share} of these images are found. More labels of it may help.")
Search = Literal["", "more", "example"]
"""How images of a class can be looked for: not at all, like its own, or like a picture file."""


@dataclass(frozen=True)
class Lack:
    """What is missing of one class."""

    class_index: int
    sentence: str
    search: Search
    """How images of it can be looked for, where labels of them mend what is missing."""


@dataclass(frozen=True)
class Lacks:
    """What is missing of all classes, the worst first."""

    found: tuple[Lack, ...] = ()
    only_aside: bool = False
    """Whether images must be set aside to measure: labels of others measure nothing."""
    may_be_taken_out: bool = False
    """Whether a class has too few labels and two others would be left without it."""

    @classmethod
    def of(cls, project: Project, metrics: Metrics) -> "Lacks":
        """Return what the classes of a project lack.

        Args:
            project: with its labels as they are now.
            metrics: of the last round that was measured.
        """
        names, store = names_in_use(project), project.labels
        taught, measuring = label_counts(project), Counter(c for _, c in store.evaluation())
        labels = [taught.get(c, 0) for c in range(len(names))]
        aside = [measuring[c] for c in range(len(names))]
        counts = [sum(row) for row in metrics.confusion]
        counts += [0] * (len(names) - len(counts))
        apart = not isinstance(metrics, Estimate) and bool(store.evaluation())
        few = any(name and n < FEWEST_TO_MEASURE for name, n in zip(names, counts, strict=True))
        found = class_lacks(names, labels, counts, aside, labels_measure=not apart)
        missed = often_missed(names, metrics, {one.class_index for one in found})
        return cls((*found, *missed), apart and few, may_be_taken_out(names, labels))


def often_missed(
    classes: Sequence[str], metrics: Metrics, known: Collection[int] = ()
) -> tuple[Lack, ...]:
    """Return the classes that are missed in many images, the one found least often first.

    Args:
        classes: names of the classes in use; "" for one that is not.
        metrics: of the last round that was measured.
        known: classes of which something else is missing, which is told instead.
    """
    shares = metrics.sensitivities
    counts = [metrics.sensitivity_counts(c) for c in range(len(shares))]
    missed = (
        c
        for c, (_, images) in enumerate(counts)
        if images >= FEWEST_TO_MEASURE and shares[c] < FOUND and classes[c] and c not in known
    )
    return tuple(
        Lack(c, tr(MISSED, name=classes[c], share=percent(shares[c])), "more")
        for c in sorted(missed, key=lambda c: shares[c])
    )


def names_in_use(project: Project) -> tuple[str, ...]:
    """Return the names of the classes; "" for one that was taken out of use."""
    classes = project.classes
    return tuple("" if i in classes.removed else name for i, name in enumerate(classes.names))


def may_be_taken_out(classes: Sequence[str], labels: Sequence[int]) -> bool:
    """Say whether a class has too few labels and two others are left without it.

    Args:
        classes: names of the classes in use; "" for one that is not.
        labels: images of each that the model may learn from.
    """
    in_use = [count for name, count in zip(classes, labels, strict=True) if name]
    return len(in_use) > FEWEST_CLASSES and min(in_use) < FEWEST_TO_LEARN


def class_lacks(
    classes: Sequence[str],
    labels: Sequence[int],
    measured: Sequence[int],
    aside: Sequence[int] = (),
    labels_measure: bool = True,
) -> tuple[Lack, ...]:
    """Return what is missing of which class, the worst first.

    Args:
        classes: names of the classes in use; "" for one that is not.
        labels: images of each that the model may learn from.
        measured: images of each that it is measured on.
        aside: images of each whose label is known but is kept to measure.
        labels_measure: whether every label measures, too, since there is no evaluation set.
    """
    found = []
    kept = (*aside, *[0] * len(classes))
    for index, name in enumerate(classes):
        parts = [_learned(labels[index], kept[index]), _measured(measured[index])]
        if name and any(parts):
            words = "; ".join(filter(None, parts))
            sentence = tr("“{name}”: {words}.", name=name, words=words)
            mends = bool(parts[0]) or labels_measure
            search: Search = "more" if labels[index] else "example"
            found.append(Lack(index, sentence, search if mends else ""))
    return tuple(
        sorted(found, key=lambda one: (labels[one.class_index], measured[one.class_index]))
    )


def _learned(count: int, aside: int) -> str:
    if count >= FEWEST_TO_LEARN:
        return ""
    if not count and aside:
        return tr_count(
            "{count} label, in the evaluation set, so that it cannot be learned yet",
            "{count} labels, all in the evaluation set, so that it cannot be learned yet",
            aside,
        )
    if not count:
        return tr("no label yet, so that it cannot be learned")
    return tr_count(
        "{count} label to learn from, which is too few",
        "{count} labels to learn from, which is too few",
        count,
    )


def _measured(count: int) -> str:
    if count >= FEWEST_TO_MEASURE:
        return ""
    if not count:
        return tr("not measured")
    return tr_count(
        "measured on {count} image, which says hardly anything",
        "measured on {count} images, which says hardly anything",
        count,
    )
