"""What a reader does with the model's suggestion: told from the journal alone.

Blind first: the answer comes before the suggestion is shown, and both are stored. Where the reader
then gives another answer, that is stored too, with whether the model's class had been on screen by
then: only so it is a change of mind after seeing it. A slip of the finger that was put right after
that looks the same and counts too.
"""

from collections import Counter
from dataclasses import dataclass

from autoal_gui.core.labels.journal import ANSWERS, Entry, Journal
from autoal_gui.core.measures.metrics import wilson_interval


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    found: int
    count: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the share, in [0, 1]."""
        return wilson_interval(self.found, self.count)


@dataclass(frozen=True)
class ClassSuggestionUse:
    """What became of the blind answers of one class."""

    class_index: int
    blind: int
    """Blind answers with this class."""
    agreed: int
    """Of those, the same as the model's."""
    towards: int
    away: int
    aside: int

    @property
    def changed(self) -> int:
        """How many were changed after the suggestion was seen."""
        return self.towards + self.away + self.aside


@dataclass(frozen=True)
class SuggestionUse:
    """Blind answers, what the model said, and what stands."""

    classes: tuple[ClassSuggestionUse, ...]
    """By class of the blind answer; those that were given Unsure or Skip are in `undecided`."""
    undecided: ClassSuggestionUse
    shown: Share
    """Answers given with the suggestion in sight, and how many of them are the model's."""

    def _sum(self, name: str) -> int:
        return sum(getattr(habit, name) for habit in (*self.classes, self.undecided))

    @property
    def blind(self) -> int:
        """Blind answers to images for which the model had a suggestion."""
        return self._sum("blind")

    @property
    def agreed(self) -> Share:
        """Blind labels that are the model's, of those that name a class."""
        return Share(self._sum("agreed"), sum(habit.blind for habit in self.classes))

    @property
    def changed(self) -> Share:
        """Blind answers that were changed after the suggestion was seen."""
        return Share(self._sum("changed"), self.blind)

    @property
    def towards(self) -> Share:
        """Changes to what the model had said, of all changes."""
        return Share(self._sum("towards"), self._sum("changed"))

    @property
    def away(self) -> Share:
        """Changes from what the model had said to something else, of all changes."""
        return Share(self._sum("away"), self._sum("changed"))

    @property
    def aside(self) -> Share:
        """Changes that neither came from the model's class nor went to it, of all changes."""
        return Share(self._sum("aside"), self._sum("changed"))


def suggestion_use(journal: Journal, classes: int) -> SuggestionUse:
    """Return what a journal says of its readers and the suggestion.

    An image counts once, with its first answer; what stands in the end is compared with that where
    the same reader gave it after having seen the model's class.
    """
    standing = journal.readings
    tallies: dict[int | None, Counter[str]] = {}
    seen, same = 0, 0
    for first in journal.first_answers.values():
        if first.suggested is None or first.action not in ANSWERS or first.purpose == "confirm":
            continue  # what was confirmed in bulk is no answer to a suggestion
        if first.shown:
            seen += 1
            same += first.class_index == first.suggested
            continue
        label_counts = tallies.setdefault(first.class_index, Counter())
        label_counts["blind"] += 1
        label_counts["agreed"] += first.class_index == first.suggested
        last = standing.get(first.image_id)
        if last is not None and last.shown and last.annotator == first.annotator:
            label_counts[_direction(first, last)] += 1
    return SuggestionUse(
        tuple(_class_use(index, tallies.get(index, Counter())) for index in range(classes)),
        _class_use(-1, tallies.get(None, Counter())),
        Share(same, seen),
    )


def _direction(first: Entry, last: Entry) -> str:
    if (last.action, last.class_index) == (first.action, first.class_index):
        return "kept"
    if last.class_index == first.suggested:
        return "towards"
    return "away" if first.class_index == first.suggested else "aside"


def _class_use(class_index: int, label_counts: Counter[str]) -> ClassSuggestionUse:
    return ClassSuggestionUse(
        class_index,
        *(label_counts[name] for name in ("blind", "agreed", "towards", "away", "aside")),
    )
