"""Which answered images the review page shows, and in which order: pure, on arrays.

Which labels are likely wrong is told by confident learning (Northcutt, Jiang & Chuang 2021): an
image is suspicious where the model is surer of another class than it usually is of images that
carry that class, and prefers another class to the label.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.labels.journal import ANSWERS, Entry, Journal

Sort = Literal["suspicion", "time", "newest", "round", "probability"]
SORTS: tuple[Sort, ...] = ("suspicion", "time", "newest", "round", "probability")
KINDS = ANSWERS
"""The kinds of answer as they are offered; a label that came with its image is a label."""
MODEL_UNKNOWN = -1

Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Filter:
    """What is to be shown: images that meet every condition; None is no condition."""

    class_index: int | None = None
    kind: str | None = None
    round_number: int | None = None
    annotator: str | None = None
    flagged: bool | None = None
    commented: bool | None = None
    suspicious: bool | None = None
    """The model disagrees with the label, by confident learning."""
    evaluation: bool | None = None
    """Of the evaluation set."""
    differs: bool | None = None
    """A second reader gave another answer."""

    @property
    def is_empty(self) -> bool:
        """Whether every image meets it."""
        return self == Filter()


@dataclass(frozen=True)
class ReviewTable:
    """Every answered image, a place each, ascending by image id; all arrays are (n,)."""

    ids: Ids
    class_index: Ids
    """-1 where the answer names no class."""
    kind: Ids
    """Position in `KINDS`."""
    round_number: Ids
    annotator: Ids
    """Position in `annotators`."""
    sequence: Ids
    flagged: Mask
    commented: Mask
    evaluation: Mask
    differs: Mask
    suspicious: Mask
    quality: Values
    """How well model and label agree, in [0, 1], small for a likely error; nan if unknown."""
    probability: Values
    """The model's probability of its own class; nan if unknown."""
    model_class: Ids
    """The model's class, -1 if unknown."""
    shares: Values
    """(n, C) the model's probabilities; nan in rows that are unknown."""
    learned: Mask
    """(n, C) whether that model had learned a class: of others it cannot judge a label."""
    annotators: tuple[str, ...]

    @property
    def can_judge(self) -> Mask:
        """(n,) False where the model had not learned the class that the image has as its label."""
        known = np.ones(len(self.ids), np.bool_)
        rows = np.flatnonzero((self.class_index >= 0) & (self.model_class != MODEL_UNKNOWN))
        known[rows] = self.learned[rows, self.class_index[rows]]
        return known

    @property
    def not_learned(self) -> tuple[int, ...]:
        """The classes of labels that the model cannot judge."""
        return tuple(np.unique(self.class_index[~self.can_judge]).tolist())

    def place(self, image_id: int) -> int | None:
        """Return the place of an image, or None if it has no answer."""
        place = int(np.searchsorted(self.ids, image_id))
        return place if place < len(self.ids) and self.ids[place] == image_id else None


def table_of(
    journal: Journal,
    images: Mapping[int, PoolImage],
    probabilities: Mapping[int, npt.NDArray[np.float32]],
    classes: int,
    learned: Mapping[int, Mask] | None = None,
    given: Mapping[int, Entry] | None = None,
) -> ReviewTable:
    """Put what is known of every answered image into arrays.

    Args:
        journal: the answers.
        images: the project's images by id.
        probabilities: (C,) of the last model by image id, as far as known. Where an image has
            none, the suggestion that was stored with its answer takes its place.
        classes: the number of classes.
        learned: (C,) by image id, whether the model that predicted the image had learned each
            class; all of them where that is not known.
        given: further images, whose class came with the data.
    """
    answers = dict(sorted({**(given or {}), **journal.answers}.items()))
    entries = list(answers.values())
    names = tuple(sorted({entry.annotator for entry in entries}))
    places = {name: place for place, name in enumerate(names)}
    label = _ids(-1 if e.class_index is None else e.class_index for e in entries)
    shares = _shares(entries, probabilities, classes)
    known = ~np.isnan(shares).any(1)
    can = np.ones(shares.shape, np.bool_)
    for row, image_id in enumerate(answers):
        if learned and image_id in learned:
            can[row] = learned[image_id]
    quality, suspicious = label_quality(label, shares, can)
    model = np.full(len(entries), MODEL_UNKNOWN, np.int64)
    probability = np.full(len(entries), np.nan)
    if known.any():
        model[known] = shares[known].argmax(1)
        probability[known] = shares[known].max(1)
    flags, comments, others = journal.flags, journal.comments, _differing(journal)
    return ReviewTable(
        ids=_ids(answers),
        class_index=label,
        kind=_ids(KINDS.index(e.action) if e.action in KINDS else 0 for e in entries),
        round_number=_ids(entry.round_number for entry in entries),
        annotator=_ids(places[entry.annotator] for entry in entries),
        sequence=_ids(entry.sequence for entry in entries),
        flagged=_mask(image in flags for image in answers),
        commented=_mask(image in comments for image in answers),
        evaluation=_mask(images[image].split == "evaluation" for image in answers),
        differs=_mask(image in others for image in answers),
        suspicious=suspicious,
        quality=quality,
        probability=probability,
        model_class=model,
        shares=shares,
        learned=can,
        annotators=names,
    )


def _ids(values: object) -> Ids:
    return np.fromiter(values, np.int64)  # type: ignore[call-overload, no-any-return]


def _mask(values: object) -> Mask:
    return np.fromiter(values, np.bool_)  # type: ignore[call-overload, no-any-return]


def _shares(
    entries: Sequence[Entry], probabilities: Mapping[int, npt.NDArray[np.float32]], classes: int
) -> Values:
    """Return the model's probabilities, (n, C); nan in rows where there are none."""
    rows = np.full((len(entries), classes), np.nan)
    for row, entry in enumerate(entries):
        found = probabilities.get(entry.image_id)
        if found is not None and len(found) <= classes:
            rows[row] = 0.0  # a class that was added since
            rows[row, : len(found)] = found
        elif entry.suggested is not None and entry.confidence is not None and classes > 1:
            rows[row] = (1 - entry.confidence) / (classes - 1)
            rows[row, entry.suggested] = entry.confidence
    return rows


def refreshed(table: ReviewTable, journal: Journal, changed: Sequence[int]) -> ReviewTable | None:
    """Return the table after some images were answered, flagged or commented on again.

    None where that is not enough: an image or an annotator is new, or an answer is gone.
    """
    entries = {image: journal.answers.get(image) for image in changed}
    found = {
        name: getattr(table, name).copy()
        for name in ("class_index", "kind", "annotator", "sequence", "flagged", "commented")
    }
    for image, entry in entries.items():
        place = table.place(image)
        if entry is None or place is None or entry.annotator not in table.annotators:
            return None
        values = {
            "class_index": -1 if entry.class_index is None else entry.class_index,
            "kind": KINDS.index(entry.action) if entry.action in KINDS else 0,
            "annotator": table.annotators.index(entry.annotator),
            "sequence": entry.sequence,
            "flagged": journal.is_flagged(image),
            "commented": bool(journal.comment(image)),
        }
        for name, value in values.items():
            found[name][place] = value
    quality, suspicious = label_quality(found["class_index"], table.shares, table.learned)
    return replace(table, **found, quality=quality, suspicious=suspicious)


def _differing(journal: Journal) -> frozenset[int]:
    """Return the images to which a second reader gave another answer than the project's own."""
    own = journal.readings
    return frozenset(
        image
        for name in journal.second_readers
        for image, entry in journal.second_answers(name).items()
        if image in own and entry.class_index != own[image].class_index
    )


def label_quality(labels: Ids, shares: Values, learned: Mask | None = None) -> tuple[Values, Mask]:
    """Return how well each label agrees with the model, and which are likely wrong.

    Args:
        labels: (n,) class indices, -1 for none.
        shares: (n, C) the model's probabilities, nan in rows that are unknown. They should come
            from a model that has not seen the label of its row.
        learned: (n, C) whether that model has learned each class; None: all of them.

    Returns:
        (n,) the probability of the given label (self-confidence), nan where unknown, and where the
        model has not learned the label's class; and (n,)
        whether confident learning puts the image into another class than its label: of the
        classes whose probability is at least the mean over images that carry it, the likeliest;
        never where the label is the model's likeliest class, since there is no disagreement.
    """
    quality = np.full(len(labels), np.nan)
    suspicious = np.zeros(len(labels), np.bool_)
    rows = np.flatnonzero((labels >= 0) & ~np.isnan(shares).any(1))
    if learned is not None:
        rows = rows[learned[rows, labels[rows]]]
    if not len(rows):
        return quality, suspicious
    given, known = labels[rows], shares[rows]
    own = known[np.arange(len(rows)), given]
    quality[rows] = own
    classes = shares.shape[1]
    count = np.bincount(given, minlength=classes)
    usual = np.full(classes, np.inf)  # a class that no image carries is never the confident one
    np.divide(np.bincount(given, own, classes), count, out=usual, where=count > 0)
    confident = np.where(known >= usual - 1e-6, known, -1.0)
    suspicious[rows] = (confident.max(1) >= 0) & (confident.argmax(1) != given)
    # With few labels a wrong one makes its class's mean so low that any image passes for it.
    suspicious[rows] &= known.argmax(1) != given
    return quality, suspicious


def chosen(table: ReviewTable, wanted: Filter, sort: Sort, among: Sequence[int] = ()) -> Ids:
    """Return the ids of the images that a filter lets through, in order.

    Args:
        table: every answered image.
        wanted: the filter.
        sort: the order; ties, and what is unknown last, by image id.
        among: where given, only these images.
    """
    mask = _passes(table, wanted) & _is_among(table, among)
    places = np.flatnonzero(mask)
    keys = {
        "suspicion": np.where(table.suspicious, 0.0, 2.0) + np.nan_to_num(table.quality, nan=3.0),
        "time": table.sequence.astype(np.float64),
        "newest": -table.sequence.astype(np.float64),
        "round": table.round_number.astype(np.float64),
        "probability": np.nan_to_num(table.probability, nan=2.0),
    }[sort]
    return table.ids[places[np.argsort(keys[places], kind="stable")]]


def counts(
    table: ReviewTable, wanted: Filter, name: str, among: Sequence[int] = ()
) -> dict[object, int]:
    """Return how many images each choice of one condition would show, the others as they are.

    Args:
        table: every answered image.
        wanted: the filter in use.
        name: a field of `Filter`.
        among: where given, only these images.
    """
    mask = _passes(table, replace(wanted, **{name: None})) & _is_among(table, among)
    values = getattr(table, name)[mask]
    found, sizes = np.unique(values, return_counts=True)
    named = {value.item(): int(size) for value, size in zip(found, sizes, strict=True)}
    if name == "kind":
        return {KINDS[place]: size for place, size in named.items()}
    if name == "annotator":
        return {table.annotators[place]: size for place, size in named.items()}
    return dict(named)


def _is_among(table: ReviewTable, among: Sequence[int]) -> Mask:
    if not among:
        return np.ones(len(table.ids), np.bool_)
    return np.isin(table.ids, np.array(among, np.int64))


def _passes(table: ReviewTable, wanted: Filter) -> Mask:
    mask = np.ones(len(table.ids), np.bool_)
    for field in fields(Filter):
        value = getattr(wanted, field.name)
        if value is None:
            continue
        if field.name == "kind":
            value = KINDS.index(value)
        elif field.name == "annotator":
            value = table.annotators.index(value) if value in table.annotators else -1
        mask &= getattr(table, field.name) == value
    return mask
