"""Hidden repeats: a few images are put to the same reader again, to measure the reader.

What is chosen follows from the journal and the seed alone, so that it is the same after a restart.
An answer to a repeat stands beside the project's answer: it changes no label and trains nothing.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from autoal_gui.core.labels.journal import ANSWER, Entry, Journal, slot_of
from autoal_gui.core.labels.label_queue import LabelQueue

EVERY = 25
"""One answer in so many is a repeat: 4 % of the reader's time gives 40 pairs in 1000 answers,
with which a consistency of 90 % is known to within 10 points."""
GAP = 20
"""Answers between the two: the reader is not to remember the first."""


@dataclass(frozen=True)
class Answered:
    """Which images need no asking: an image that is put again counts once it is answered again."""

    journal: Journal
    repeats: frozenset[int]

    def __contains__(self, image_id: object) -> bool:
        repeated = image_id in self.repeats
        return image_id in (self.journal.repeats if repeated else self.journal.answers)

    def answer(self, image_id: int) -> Entry | None:
        """Return the answer that the reader may see: of a repeat only the one to it."""
        repeated = image_id in self.repeats
        return (self.journal.repeats if repeated else self.journal.answers).get(image_id)

    def of_batch(self, queue: LabelQueue) -> Mapping[int, Entry]:
        """Return what the reader may see of the answers in the batch."""
        found = {image: self.answer(image) for image in queue.batch}
        return {image: entry for image, entry in found.items() if entry is not None}


def repeats_for(
    journal: Journal,
    annotator: str,
    size: int,
    every: int,
    seed: int,
    groups: Mapping[int, str] | None = None,
) -> tuple[tuple[int, int], ...]:
    """Return (place, image) of the repeats for the next batch, at most one in `every` answers.

    Of a group one image is put again at a time, and none while the reader remembers another.

    Args:
        journal: the answers given so far.
        annotator: who will answer the batch; only their own labels are put again.
        size: images in the batch.
        every: answers for one repeat; 0 for none.
        seed: of the choice, the project's.
        groups: the group of an image, for those that have one; see `ListedImage`.
    """
    groups = groups or {}
    if every == 0 or size < 2:
        return ()
    given = sorted(
        (e for e in journal.answers.values() if e.action != "import" and e.purpose == "answer"),
        key=lambda entry: entry.sequence,
    )
    last = max((entry.sequence for entry in journal.repeats.values()), default=0)
    since = sum(entry.sequence > last for entry in given)
    count = min((since + size) // every, size // every + 1)
    remembered = {groups.get(entry.image_id) for entry in given[-GAP:]} - {None}
    known = {*journal.repeats, *journal.flags, *journal.comments}  # a mark would give it away
    eligible = [
        entry.image_id
        for entry in given[: max(0, len(given) - GAP)]
        if entry.annotator == annotator
        and entry.action == "label"
        and entry.image_id not in known
        and groups.get(entry.image_id) not in remembered
    ]
    rng = random.Random(f"repeats {seed} {len(journal.repeats)}")  # noqa: S311 - no secret
    if groups:
        shuffled = rng.sample(eligible, len(eligible))
        eligible = list({groups.get(image) or image: image for image in shuffled}.values())
    chosen = rng.sample(eligible, min(count, len(eligible)))
    return tuple((rng.randrange(1, size), image) for image in chosen)


def pairs(journal: Journal) -> tuple[tuple[Entry, Entry], ...]:
    """Return (first answer, answer to the repeat) of each image put twice to one reader."""
    found = ((_before(journal, repeat), repeat) for repeat in journal.repeats.values())
    return tuple(
        (first, repeat)
        for first, repeat in found
        if first is not None and first.annotator == repeat.annotator
    )


def _before(journal: Journal, repeat: Entry) -> Entry | None:
    """Return the answer that stood when the repeat was answered, so far as it stands still."""
    earlier = (e for e in journal.history(repeat.image_id) if e.sequence < repeat.sequence)
    return next((e for e in reversed(tuple(earlier)) if slot_of(e) == ANSWER), None)
