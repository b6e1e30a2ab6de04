"""Second readings: which images a second reader is given, how far they are, what is to settle."""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.readers.agreement import Agreement

Which = Literal["share", "all", "flagged", "suspicious"]


@dataclass(frozen=True)
class Reading:
    """What one second reader was asked to read, as the project remembers it."""

    annotator: str
    images: tuple[int, ...]
    """In the order that they are put to the reader."""

    def current(self, journal: Journal) -> int | None:
        """Return the first image without an answer of this reader, or None if all have one."""
        answers = journal.second_answers(self.annotator)
        return next((image for image in self.images if image not in answers), None)

    def done(self, journal: Journal) -> int:
        """Return how many of the images this reader has answered."""
        answers = journal.second_answers(self.annotator)
        return sum(image in answers for image in self.images)


def begin(
    annotator: str,
    candidates: Iterable[int],
    share: float,
    seed: int,
    read: Collection[int] = (),
    groups: Mapping[int, str] | None = None,
) -> Reading:
    """Draw images for a second reader and shuffle them, so that the order tells nothing.

    Groups are drawn whole, until there are as many images as the share asks for: a reader who sees
    a few images of a patient does not judge as one who sees them all.

    Args:
        annotator: the second reader.
        candidates: image ids to choose among.
        share: of them to read, in (0, 1].
        seed: of the draw; the same project, reader and images give the same order.
        read: images that this reader has answered already, which are left out.
        groups: the group of an image, for those that have one; see `ListedImage`.
    """
    images = sorted(set(candidates).difference(read))
    rng = random.Random(f"second reading {seed} {annotator}")  # noqa: S311 - no secret
    count = max(1, round(share * len(images))) if images else 0
    if not groups:
        return Reading(annotator, tuple(rng.sample(images, count)))
    chosen = _whole_groups(images, groups, count, rng)
    return Reading(annotator, tuple(rng.sample(chosen, len(chosen))))


def _whole_groups(
    images: Sequence[int], groups: Mapping[int, str], count: int, rng: random.Random
) -> list[int]:
    """Draw groups until they hold `count` images or more; an image without one stands alone."""
    members: dict[str | int, list[int]] = {}
    for image in images:
        members.setdefault(groups.get(image) or image, []).append(image)
    chosen: list[int] = []
    for group in rng.sample(list(members), len(members)):
        if len(chosen) >= count:
            break
        chosen += members[group]
    return chosen


def candidates(journal: Journal, which: Which, suspicious: Collection[int] = ()) -> tuple[int, ...]:
    """Return the labelled images that a choice offers, ascending by id.

    What was confirmed in bulk is no reading that another could be compared with.
    """
    labelled = {
        image
        for image, entry in journal.answers.items()
        if entry.class_index is not None and entry.purpose != "confirm"
    }
    if which == "flagged":
        labelled &= journal.flags
    elif which == "suspicious":
        labelled &= set(suspicious)
    return tuple(sorted(labelled))


@dataclass(frozen=True)
class Comparison:
    """A first and a second reading of the same images."""

    annotator: str
    """The second reader."""
    pairs: tuple[tuple[Entry, Entry], ...]
    """(first, second) of each image that both have answered, in the order of the second's."""

    def agreement(self, classes: int) -> Agreement:
        """Return how far they agree on the images to which both gave a class."""
        return Agreement.of(
            (
                (first.class_index, second.class_index)
                for first, second in self.pairs
                if first.class_index is not None and second.class_index is not None
            ),
            classes,
        )

    @property
    def differing(self) -> tuple[tuple[Entry, Entry], ...]:
        """The pairs whose answers are not the same; Unsure and Skip are answers like any other."""
        return tuple(pair for pair in self.pairs if said(pair[0]) != said(pair[1]))


def said(entry: Entry) -> int | str:
    """Return what an answer says: a class index, "unsure" or "skip"."""
    return entry.action if entry.class_index is None else entry.class_index


def compare(journal: Journal, annotator: str) -> Comparison:
    """Compare a second reader with the project's answers, as they were before any was settled."""
    own = journal.readings
    second = sorted(journal.second_answers(annotator).values(), key=lambda entry: entry.sequence)
    return Comparison(annotator, tuple((own[e.image_id], e) for e in second if e.image_id in own))


def to_adjudicate(journal: Journal, comparisons: Sequence[Comparison]) -> tuple[int, ...]:
    """Return the images on which readers differ and that nobody has settled since, each once."""
    found = dict.fromkeys(
        second.image_id
        for comparison in comparisons
        for _, second in comparison.differing
        if not is_adjudicated(journal, second)
    )
    return tuple(found)


def is_adjudicated(journal: Journal, second: Entry) -> bool:
    """Say whether the answer that stands was given after a second reading, to settle it."""
    stands = journal.answers.get(second.image_id)
    return (
        stands is not None and stands.purpose == "adjudicate" and stands.sequence > second.sequence
    )
