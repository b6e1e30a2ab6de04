"""The label journal: every answer ever given, and what they add up to now.

The journal only grows. Undo and redo are entries like any other, so that the same entries always
give the same answers, however often the program was closed in between. Each entry is sealed with
a hash over itself and the seal before it, so that a line changed behind the program's back shows.
"""

import bisect
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from operator import attrgetter
from types import MappingProxyType
from typing import Literal

Action = Literal[
    "label", "unsure", "skip", "import", "flag", "unflag", "comment", "undo", "redo", "withdraw"
]
Purpose = Literal["answer", "repeat", "second", "adjudicate", "confirm", "check"]
"""What an answer is for: the project's own; the same reader asked again, to measure consistency;
a second reader, who does not see the first; the settling of what two readers disagree on; the
model's class confirmed for many images at a glance; or an image drawn by lot and read alone, to
check what is so confirmed. A "repeat" and a "second" stand beside the project's answer and never
change it."""
ANSWERS = ("label", "unsure", "skip")
_TO_THE_MICROSECOND = re.compile(r"\.[0-9]{6}(?![0-9])")
UNSEALED = "0" * 64  # the seal before the first entry


@dataclass(frozen=True)
class Entry:
    """One line of the journal."""

    sequence: int
    """Position in the journal, ascending from 1."""
    at: str
    """When, ISO 8601 in UTC. Order follows `sequence`: a clock may be set back."""
    annotator: str
    round_number: int
    """The last round that had ended when the image came on screen, whether one asked for it or not;
    0 before the first."""
    action: Action
    image_id: int
    class_index: int | None = None
    """The answer of "label" and "import"."""
    suggested: int | None = None
    """The class that the model would have given, if it had one."""
    confidence: float | None = None
    """The model's probability of `suggested`, in [0, 1]."""
    shown: bool = False
    """Whether the suggestion was visible before the answer."""
    target: int | None = None
    """For "undo", "redo" and "withdraw": the sequence of the answer taken back or restored.
    "withdraw" takes back an answer that stands, whatever was said of other images since."""
    comment: str = ""
    """The text of "comment", empty to remove one."""
    purpose: Purpose = "answer"


def sealed(entry: Entry, before: str) -> str:
    """Return the seal of an entry: SHA-256 over the seal before it and all of its fields, in hex.

    Args:
        entry: what is sealed.
        before: the seal of the entry before it; `UNSEALED` before the first.
    """
    return seal_over(vars(entry).values(), before)  # in the order of the fields


def seal_over(values: Iterable[object], before: str) -> str:
    """Return the seal of the entry that has these values, in the order of its fields."""
    text = json.dumps([before, *values], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


Slot = tuple[str, str]
"""(what stands, for whom): of each image one entry stands in each slot."""
ANSWER: Slot = ("answer", "")
FLAG: Slot = ("flag", "")
COMMENT: Slot = ("comment", "")
REPEAT: Slot = ("repeat", "")


OWN = ""
"""Whose turn undo and redo take back: the project's own, or a second reader's by name."""


def turn_of(entry: Entry) -> str:
    """Say in whose turns an entry is: a second reader takes back their own answers alone."""
    return entry.annotator if entry.purpose == "second" else OWN


def slot_of(entry: Entry) -> Slot:
    """Say what an entry replaces: the earlier entry of its image in the same slot."""
    if entry.action in ("flag", "unflag"):
        return FLAG
    if entry.action == "comment":
        return COMMENT
    if entry.purpose == "second":
        return ("second", entry.annotator)
    return REPEAT if entry.purpose == "repeat" else ANSWER


@dataclass
class Journal:
    """What the entries applied so far add up to."""

    _standing: dict[Slot, dict[int, Entry]] = field(default_factory=lambda: {ANSWER: {}})
    _history: dict[tuple[Slot, int], list[Entry]] = field(default_factory=dict)
    _undoable: dict[str, list[Entry]] = field(default_factory=dict)
    _redoable: dict[str, list[Entry]] = field(default_factory=dict)
    _by_sequence: dict[int, Entry] = field(default_factory=dict)
    _first: dict[int, Entry] = field(default_factory=dict)
    _checks: list[Entry] = field(default_factory=list)
    _confirmed: dict[int, Entry] = field(default_factory=dict)  # by sequence
    _thinned: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Journal":
        """Replay entries, ascending by sequence."""
        journal = cls()
        for entry in entries:
            journal.apply(entry)
        return journal

    @property
    def answers(self) -> Mapping[int, Entry]:
        """The answer that stands for each answered image id."""
        return self._in(ANSWER)

    @property
    def repeats(self) -> Mapping[int, Entry]:
        """The second answer of the same reader to each image that was put to them twice."""
        return self._in(REPEAT)

    @property
    def second_readers(self) -> tuple[str, ...]:
        """Who gave answers as a second reader, by name."""
        return tuple(
            sorted(who for (what, who), all_ in self._standing.items() if what == "second" and all_)
        )

    def second_answers(self, annotator: str) -> Mapping[int, Entry]:
        """Return a second reader's answer to each image id."""
        return self._in(("second", annotator))

    @property
    def flags(self) -> frozenset[int]:
        """The image ids that carry a flag."""
        return frozenset(i for i, e in self._in(FLAG).items() if e.action == "flag")

    @property
    def comments(self) -> Mapping[int, str]:
        """The comment on each image id that has one."""
        return {i: e.comment for i, e in self._in(COMMENT).items() if e.comment}

    def is_flagged(self, image_id: int) -> bool:
        """Whether an image carries a flag."""
        entry = self._in(FLAG).get(image_id)
        return entry is not None and entry.action == "flag"

    def comment(self, image_id: int) -> str:
        """Return the comment on an image, or an empty text."""
        entry = self._in(COMMENT).get(image_id)
        return entry.comment if entry else ""

    def _in(self, slot: Slot) -> Mapping[int, Entry]:
        return MappingProxyType(self._standing.get(slot, {}))

    @property
    def first_answers(self) -> Mapping[int, Entry]:
        """The first answer to each image id, whatever stands now; in the order given."""
        return MappingProxyType(self._first)

    @property
    def readings(self) -> Mapping[int, Entry]:
        """The project's answer to each image as it was before readers settled it together.

        What was confirmed in bulk is nobody's reading.
        """
        return {
            image: reading
            for image in self._in(ANSWER)
            if (reading := _before_settling(self._history[ANSWER, image])) is not None
            and reading.purpose != "confirm"
        }

    @property
    def checks(self) -> Sequence[Entry]:
        """The first answers that check what is confirmed in bulk, ascending by sequence.

        They count whatever became of them since: who has seen the model's class is not blind.
        """
        return tuple(self._checks)

    @property
    def confirmed(self) -> Mapping[int, Entry]:
        """The answers that stand and were confirmed in bulk, by image id."""
        return {
            entry.image_id: entry
            for entry in self._confirmed.values()
            if self.answers.get(entry.image_id) is entry
        }

    def was_thinned(self, round_number: int) -> bool:
        """Say whether a round ranked a pool that lacked images confirmed in bulk.

        What it drew at random is then a sample of the rest alone.
        """
        since = min((entry.round_number for entry in self._confirmed.values()), default=None)
        if since is not None and round_number > since:
            return True
        return any(first <= round_number <= last for first, last in self._thinned)

    def history(self, image_id: int) -> tuple[Entry, ...]:
        """Return what was said of an image and not taken back, ascending by sequence."""
        found = [e for slot in self._standing for e in self._history.get((slot, image_id), ())]
        return tuple(sorted(found, key=lambda entry: entry.sequence))

    def standing(self, slot: Slot, image_id: int) -> Entry | None:
        """Return what stands of an image in a slot."""
        return self._in(slot).get(image_id)

    def replaced_by(self, entry: Entry) -> Slot:
        """Return the slot that an entry changes, an undo or redo that of its target."""
        return slot_of(self._by_sequence[entry.target] if entry.target else entry)

    @property
    def undoable(self) -> Entry | None:
        """The project's own entry that undo would take back."""
        return self.undoable_of(OWN)

    @property
    def redoable(self) -> Entry | None:
        """The project's own entry that redo would restore."""
        return self.redoable_of(OWN)

    @property
    def undoable_together(self) -> int:
        """How many of the project's own entries undo takes back: all that were given at once."""
        return _given_together(self._undoable.get(OWN, []))

    @property
    def redoable_together(self) -> int:
        """How many of the project's own entries redo restores."""
        return _given_together(self._redoable.get(OWN, []))

    def undoable_of(self, turn: str) -> Entry | None:
        """Return the entry that undo would take back, of a second reader or of `OWN`."""
        stack = self._undoable.get(turn)
        return stack[-1] if stack else None

    def redoable_of(self, turn: str) -> Entry | None:
        """Return the entry that redo would restore, of a second reader or of `OWN`."""
        stack = self._redoable.get(turn)
        return stack[-1] if stack else None

    def apply(self, entry: Entry) -> None:
        """Take in the next entry.

        Raises:
            ValueError: an undo or redo that does not name the answer whose turn it is; a
                withdrawal of what does not stand.
        """
        if entry.action == "undo":
            self._take_back(self._pop(self._undoable, entry), entry.round_number)
        elif entry.action == "redo":
            answer = self._pop(self._redoable, entry)
            self._do(answer)
            self._undoable[turn_of(answer)].append(answer)
        else:
            self._do(entry)
            if entry.action != "import":  # what came with the images is nobody's last action
                self._by_sequence[entry.sequence] = entry
                self._undoable.setdefault(turn_of(entry), []).append(entry)
                self._redoable.pop(turn_of(entry), None)

    def _pop(self, stacks: dict[str, list[Entry]], entry: Entry) -> Entry:
        target = self._by_sequence.get(entry.target or 0)
        stack = stacks.get(turn_of(target)) if target else None
        if not stack or stack[-1] is not target:
            raise ValueError(f"entry {entry.sequence} cannot {entry.action} {entry.target}")
        return stack.pop()

    def _do(self, entry: Entry) -> None:
        if entry.action != "withdraw":
            self._stand(entry)
            return
        target = self._by_sequence.get(entry.target or 0)
        if target is None or self.standing(slot_of(target), target.image_id) is not target:
            raise ValueError(f"entry {entry.sequence} cannot withdraw {entry.target}")
        self._fall(target, entry.round_number)

    def _stand(self, entry: Entry) -> None:
        slot, image_id = slot_of(entry), entry.image_id
        if slot == ANSWER:
            if entry.purpose == "check" and image_id not in self._first:
                self._checks.append(entry)
            self._first.setdefault(image_id, entry)
        if entry.purpose == "confirm":
            self._confirmed[entry.sequence] = entry
        self._history.setdefault((slot, image_id), []).append(entry)
        self._standing.setdefault(slot, {})[image_id] = entry

    def _take_back(self, entry: Entry, round_number: int) -> None:
        self._redoable.setdefault(turn_of(entry), []).append(entry)
        if entry.action != "withdraw":
            self._fall(entry, round_number)
            return
        before = self._by_sequence[entry.target or 0]  # it stands again where it stood
        slot, image_id = slot_of(before), before.image_id
        bisect.insort(self._history[slot, image_id], before, key=attrgetter("sequence"))
        self._standing[slot][image_id] = self._history[slot, image_id][-1]
        if before.purpose == "confirm":
            self._confirmed[before.sequence] = before

    def _fall(self, entry: Entry, round_number: int) -> None:
        """Take an answer out; `round_number` is that of the last round by then."""
        slot, image_id = slot_of(entry), entry.image_id
        history = self._history[slot, image_id]
        history.remove(entry)  # not always the last: an import may stand in front of it
        if self._confirmed.pop(entry.sequence, None) is not None:
            # One round more: the one that ran meanwhile had begun without the image.
            self._thinned.append((entry.round_number + 1, round_number + 1))
        if history:
            self._standing[slot][image_id] = history[-1]
        else:
            del self._standing[slot][image_id]


def _before_settling(history: Iterable[Entry]) -> Entry | None:
    """Return the last answer to an image before readers settled it together."""
    reading = None
    for entry in history:
        if entry.purpose == "adjudicate":
            break
        reading = entry
    return reading


def together_at(now: datetime) -> str:
    """Return the time of answers that are given at once: to the microsecond, by which they are one.

    All others carry milliseconds, so that two keys in quick succession stay two answers.
    """
    return now.isoformat(timespec="microseconds")


def _given_together(stack: list[Entry]) -> int:
    """Count the entries at the end of a stack that were given at once."""
    if not stack:
        return 0
    at = stack[-1].at
    if not _TO_THE_MICROSECOND.search(at):
        return 1
    return sum(1 for _ in takewhile(lambda entry: entry.at == at, reversed(stack)))
