"""The label journal: every answer ever given, and what they add up to now.

The journal only grows. Undo and redo are entries like any other, so that the same entries always
give the same answers, however often the program was closed in between.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Action = Literal["label", "unsure", "skip", "import", "undo", "redo"]


@dataclass(frozen=True)
class Entry:
    """One line of the journal."""

    sequence: int
    """Position in the journal, ascending from 1."""
    at: str
    """When, ISO 8601 in UTC. Order follows `sequence`: a clock may be set back."""
    annotator: str
    round_number: int
    """The round whose ranking asked for the image; 0 before the first."""
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
    """For "undo" and "redo": the sequence of the answer taken back or restored."""
    comment: str = ""


@dataclass
class Journal:
    """What the entries applied so far add up to."""

    _answers: dict[int, Entry] = field(default_factory=dict)
    _history: dict[int, list[Entry]] = field(default_factory=dict)
    _undoable: list[Entry] = field(default_factory=list)
    _redoable: list[Entry] = field(default_factory=list)
    _first: dict[int, Entry] = field(default_factory=dict)

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
        return MappingProxyType(self._answers)

    @property
    def first_answers(self) -> Mapping[int, Entry]:
        """The first answer to each image id, whatever stands now; in the order given."""
        return MappingProxyType(self._first)

    @property
    def undoable(self) -> Entry | None:
        """The answer that undo would take back."""
        return self._undoable[-1] if self._undoable else None

    @property
    def redoable(self) -> Entry | None:
        """The answer that redo would restore."""
        return self._redoable[-1] if self._redoable else None

    def apply(self, entry: Entry) -> None:
        """Take in the next entry.

        Raises:
            ValueError: an undo or redo that does not name the answer whose turn it is.
        """
        if entry.action == "undo":
            self._take_back(self._pop(self._undoable, entry))
        elif entry.action == "redo":
            answer = self._pop(self._redoable, entry)
            self._stand(answer)
            self._undoable.append(answer)
        else:
            self._stand(entry)
            if entry.action != "import":  # what came with the images is nobody's last action
                self._undoable.append(entry)
                self._redoable.clear()

    def _pop(self, stack: list[Entry], entry: Entry) -> Entry:
        if not stack or stack[-1].sequence != entry.target:
            raise ValueError(f"entry {entry.sequence} cannot {entry.action} {entry.target}")
        return stack.pop()

    def _stand(self, answer: Entry) -> None:
        self._first.setdefault(answer.image_id, answer)
        self._history.setdefault(answer.image_id, []).append(answer)
        self._answers[answer.image_id] = answer

    def _take_back(self, answer: Entry) -> None:
        history = self._history[answer.image_id]
        history.remove(answer)  # not always the last: an import may stand in front of it
        self._redoable.append(answer)
        if history:
            self._answers[answer.image_id] = history[-1]
        else:
            del self._answers[answer.image_id]
