"""What became of a project's images since it was made, in the order in which it was noted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

ActKind = Literal["moved", "added", "replaced", "gone", "back", "kept", "evaluation"]
"""The images lie elsewhere now; new ones came; a file was replaced under its name; it was deleted;
it is there again; the labels of replaced images hold for what they show now; the evaluation set
was changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an act changed of one image."""

    image_id: int
    before: str = ""
    """Its SHA-256 before "replaced", "gone" and "kept"; its split before "evaluation"."""
    after: str = ""
    """The same after "added", "replaced", "back", "kept" and "evaluation"."""


@dataclass(frozen=True)
class Act:
    """One thing that became of the images."""

    sequence: int
    """Position among the acts, ascending from 1."""
    at: str
    """When it was noted, ISO 8601 in UTC."""
    annotator: str
    """Who had the project open."""
    line: int
    """The last line of the journal before it; 0 before the first."""
    round_number: int
    """The last round that had begun before it; 0 before the first."""
    kind: ActKind
    changes: tuple[Change, ...] = field(default=(), repr=False)


class LabelledPixels:
    """Which pixels a label was given to, where the file of an image was replaced."""

    def __init__(self, acts: Iterable[Act] = ()) -> None:
        self._replaced: dict[int, list[tuple[int, str]]] = {}
        self._now: dict[int, str] = {}
        for act in acts:
            self.apply(act)

    def apply(self, act: Act) -> None:
        """Take in the next act."""
        for change in act.changes:
            if act.kind == "replaced":
                history = self._replaced.setdefault(change.image_id, [])
                history.append((act.line, change.before))
                self._now[change.image_id] = change.after
            elif act.kind == "kept":
                self._replaced.pop(change.image_id, None)

    def hash_before(self, image_id: int, line: int) -> str | None:
        """Return the SHA-256 of what a line of the journal was said of, if it is another now.

        Args:
            image_id: the image.
            line: the line's number; 0 for what was known before the first.
        """
        history = self._replaced.get(image_id, ())
        found = next((sha256 for last, sha256 in history if last >= line), None)
        return None if found == self._now.get(image_id) else found

    @property
    def images(self) -> Iterable[int]:
        """The images whose file was replaced."""
        return self._replaced.keys()
