"""Confirming in bulk: which images are offered, which are asked singly first, and what that says.

Of the images that the model is sure of a tenth is drawn by lot and read alone, blind, before the
others are confirmed at a glance. What the reader then says against the model's class is the error
of what is confirmed, whatever the model believes. docs/METHOD.md says why the rules are these.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.measures.exact import exact_interval
from autoal_gui.core.measures.metrics import Interval

SURE = 0.95  # the model's probability of its class from which an image is offered
TENTH = 0.1  # of the images is read alone
OWN = 3  # images of a class are read alone before others are confirmed as that class
AT_ONCE = 10  # images are asked together at least, so that nobody goes to and fro for one
LIMIT = 0.02  # of the labels may be wrong, unless the user says otherwise
LIMITS = (0.01, 0.2)
"""The least and the highest limit."""

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Verdict = Literal["unknown", "holds", "fails"]


@dataclass(frozen=True)
class Tally:
    """So many images read alone, and how many of them have not the model's class."""

    wrong: int = 0
    asked: int = 0

    @property
    def share(self) -> float:
        """How many are wrong, in [0, 1]; 0 of none."""
        return self.wrong / self.asked if self.asked else 0.0

    @property
    def interval(self) -> Interval:
        """95 % interval of the share, exact."""
        return exact_interval(self.wrong, self.asked)


@dataclass(frozen=True)
class Check:
    """What single, blind answers say of the labels that are confirmed in bulk meanwhile."""

    limit: float = LIMIT
    classes: dict[int, Tally] = field(default_factory=dict)
    """By the model's class."""
    late: int = 0
    """How many images had been read when a limit was set by which it says something else than by
    the limit before; 0 where none was."""

    def with_limit_after(self, before: float, asked: int) -> "Check":
        """Return the check whose limit was another one, `before`, until so many were read."""
        strict = Check(before, self.classes)
        looser = self.limit > before and any(
            self.verdict_of(c) != strict.verdict_of(c) for c in self.classes
        )
        return replace(self, late=asked) if looser else self

    @classmethod
    def of(cls, entries: Iterable[Entry], limit: float) -> "Check":
        """Count answers that check; Unsure and Skip are no word for the model's class."""
        found: dict[int, Tally] = {}
        for entry in entries:
            if entry.suggested is not None:
                before = found.get(entry.suggested, Tally())
                wrong = entry.class_index != entry.suggested
                found[entry.suggested] = Tally(before.wrong + wrong, before.asked + 1)
        return cls(limit, found)

    @property
    def whole(self) -> Tally:
        """Of all classes together."""
        tallies = self.classes.values()
        return Tally(sum(t.wrong for t in tallies), sum(t.asked for t in tallies))

    @property
    def fewest(self) -> int:
        """How many images are read alone before anything is confirmed.

        With fewer, a single wrong one would be more than the limit: they cannot tell.
        """
        return math.ceil(1 / self.limit - 1e-9)

    @property
    def too_many(self) -> int:
        """How many wrong ones among the first `fewest` end the check."""
        return math.floor(self.limit * self.fewest + 1e-9) + 1

    @property
    def verdict(self) -> Verdict:
        """Whether the labels of all classes together hold to the limit.

        It fails as soon as it would even if all that is still to be read were right.
        """
        whole = self.whole
        if _above(whole.wrong, max(whole.asked, self.fewest), self.limit):
            return "fails"
        return "holds" if whole.asked >= self.fewest else "unknown"

    def verdict_of(self, class_index: int) -> Verdict:
        """Whether labels of a class hold: those of all classes have to, and its own as well."""
        own, verdict = self.classes.get(class_index, Tally()), self.verdict
        if verdict != "fails" and _above(own.wrong, own.asked, self.limit):
            return "fails"
        return "unknown" if verdict == "holds" and own.asked < OWN else verdict


def _above(wrong: int, asked: int, limit: float) -> bool:
    return wrong > limit * asked + 1e-9


def checks_of(entries: Sequence[Entry], begun: Sequence[int], limit: float) -> tuple[Check, ...]:
    """Return the checks of a project, the one that goes on last.

    Args:
        entries: the answers that check, ascending by sequence.
        begun: the last line of the journal before each further check, ascending.
        limit: the user's, in (0, 1).
    """
    parts: list[list[Entry]] = [[] for _ in range(len(begun) + 1)]
    for entry in entries:
        parts[part_of(entry, begun)].append(entry)
    return tuple(Check.of(part, limit) for part in parts)


def part_of(entry: Entry, begun: Sequence[int]) -> int:
    """Return which check an entry belongs to, by its position."""
    return bisect_right(begun, entry.sequence - 1)


@dataclass(frozen=True, eq=False)
class SureImages:
    """Images without an answer whose class the model is sure of; all arrays are (n,)."""

    ids: Ids = field(repr=False)
    """The surest of a class first."""
    class_index: Ids = field(repr=False)
    certainty: Floats = field(repr=False)
    """The model's probability of its class, in [0, 1]."""
    lots: Floats = field(repr=False)
    """In [0, 1), by chance; the lowest are read alone."""

    @classmethod
    def of(
        cls,
        ids: Ids,
        class_index: Ids,
        certainty: Floats,
        seed: int,
        left_out: Collection[int] = (),
        seen: Collection[int] = (),
    ) -> "SureImages":
        """Keep to what is sure.

        Args:
            ids: (n,) images without an answer.
            class_index: (n,) the model's class of each.
            certainty: (n,) its probability.
            seed: of the lots, the project's.
            left_out: images that are not offered.
            seen: images that the reader has seen as the model's class: of these none is read alone
                while there are others.
        """
        kept = (certainty >= SURE) & ~np.isin(ids, np.fromiter(left_out, np.int64))
        order = np.flatnonzero(kept)
        order = order[np.lexsort((ids[order], -certainty[order], class_index[order]))]
        lots = lots_of(ids[order], seed)
        lots[np.isin(ids[order], np.fromiter(seen, np.int64))] = 1.0
        return cls(ids[order], class_index[order], certainty[order], lots)

    @classmethod
    def none(cls) -> "SureImages":
        """Where there is no model."""
        nothing = np.empty(0)
        return cls(nothing.astype(np.int64), nothing.astype(np.int64), nothing, nothing)

    def __len__(self) -> int:
        return len(self.ids)

    def to_check(
        self, check: Check, confirmed: int, more: int, class_index: int | None = None
    ) -> tuple[int, ...]:
        """Return the images to read alone before more are confirmed; none where nothing is due.

        They come by lot, mixed over all classes, so that nobody can tell the model's class of one.

        Args:
            check: the one that goes on.
            confirmed: labels that rest on it.
            more: labels that are about to be confirmed.
            class_index: as what; None where that is not known yet.
        """
        if check.verdict == "fails" or not len(self):
            return ()
        wanted = max(check.fewest, math.ceil((confirmed + more) * TENTH / (1 - TENTH)))
        order = np.argsort(self.lots, kind="stable")
        due = set(order[: max(0, wanted - check.whole.asked)].tolist())
        few = {c: self._first_of(order, c, check) for c in np.unique(self.class_index).tolist()}
        if not due and not few.get(class_index):
            return ()
        due.update(order[:AT_ONCE].tolist(), *few.values())
        return tuple(int(self.ids[place]) for place in order.tolist() if place in due)

    def is_worth(self, due: Sequence[int]) -> bool:
        """Say whether reading images alone can pay: no more of them than are left to confirm."""
        return 2 * len(due) <= len(self)

    def saved(self, due: Sequence[int]) -> int:
        """Return how many images could be confirmed once some have been read alone."""
        read = np.isin(self.ids, np.fromiter(due, np.int64))
        return int(((self.lots >= TENTH) & ~read).sum())

    def _first_of(self, order: Ids, class_index: int, check: Check) -> list[int]:
        """Return the places of a class that are still to be read alone, by lot."""
        lacking = max(0, OWN - check.classes.get(class_index, Tally()).asked)
        places: list[int] = order[self.class_index[order] == class_index][:lacking].tolist()
        return places

    def to_confirm(self, class_index: int) -> tuple[int, ...]:
        """Return the images to confirm as a class, the surest first; never one of the tenth."""
        inside = (self.class_index == class_index) & (self.lots >= TENTH)
        return tuple(self.ids[inside].tolist())

    def certainties(self) -> dict[int, float]:
        """Return how sure the model is, by image id."""
        return dict(zip(self.ids.tolist(), self.certainty.tolist(), strict=True))


def lots_of(ids: Ids, seed: int) -> Floats:
    """Return (n,) lots in [0, 1): an image's depends on its id and the seed and on nothing else.

    So whether it is read alone or confirmed has nothing to do with what the model makes of it, and
    stays so over rounds and restarts. The bits are mixed by SplitMix64 (Steele, Lea & Flood 2014).
    """
    step = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        mixed = _mixed((np.uint64(seed) + np.uint64(1)) * step)
        values = _mixed(mixed ^ (ids.astype(np.uint64) * step))
    lots: Floats = (values >> np.uint64(11)).astype(np.float64) / 2**53
    return lots


def _mixed(values: npt.NDArray[np.uint64] | np.uint64) -> npt.NDArray[np.uint64]:
    values = np.asarray(values, np.uint64)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
