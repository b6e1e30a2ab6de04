"""What every kind of fault is tried on, and how its line of the table comes about."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.labels.journal import Journal
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support import project as project_support
from tests.trials.harness.children import Child, line_of
from tests.trials.harness.odd_files import Touched

LONGEST_SENTENCE = 250
SECONDS = 900.0  # that a child may take on a busy machine


class Fault(AssertionError):
    """A fault was not borne; each kind of that is a column of the table."""


class Lost(Fault):
    """Something that was saved is gone, or something is there that nobody saved."""


class Crashed(Fault):
    """A program ended in a way of its own."""


class Hung(Fault):
    """A program did not end."""


class Escaped(Fault):
    """Something is not told in one plain sentence."""


KINDS: dict[str, type[Fault]] = {kind.__name__: kind for kind in (Lost, Crashed, Hung, Escaped)}


@dataclass
class Tally:
    """A line of the table."""

    kind: str
    tries: int = 0
    acknowledged: int = 0
    lost: int = 0
    crashed: int = 0
    hung: int = 0
    escaped: int = 0
    touched: int = 0
    """Files of the user's that were read, written or replaced."""
    worst: float = 0.0
    """Seconds to open again."""
    reasons: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.crashed or self.hung or self.escaped or self.touched)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Count a try, and in which way it was not borne; the next ones go on."""
        self.tries += 1
        try:
            yield
        except Exception as error:
            self.count(error)

    def count(self, error: Exception) -> None:
        self.reasons.append(f"{self.kind}: {type(error).__name__}: {error}")
        if isinstance(error, Lost):
            self.lost += 1
        elif isinstance(error, Crashed):
            self.crashed += 1
        elif isinstance(error, Hung):
            self.hung += 1
        elif isinstance(error, Touched):
            self.touched += 1
        else:
            self.escaped += 1


Trial = tuple[Tally, Callable[[], None]]
"""The line of the table, and one try."""


@dataclass
class Bench:
    """A project that faults are tried on, and what is known of it."""

    base: Path
    draw: random.Random
    tally: Tally
    before: list[str]

    @classmethod
    def new(cls, base: Path, draw: random.Random, kind: str, **choices: object) -> "Bench":
        project = project_support.new_project(base, per_class=10, **choices)
        for image_id in tuple(project.pool.images)[:12]:
            is_normal = project.pool.images[image_id].key.startswith("normal")
            project.labels.answer(image_id, "label", int(is_normal))
        before = [line_of(entry) for entry in project.labels.entries()]
        project.close()
        return cls(base, draw, Tally(kind), before)

    @property
    def folder(self) -> Path:
        return self.base / "project"

    @property
    def images(self) -> Path:
        return self.base / "images"

    def check(self, acknowledged: list[str], more: int = 1) -> None:
        """Open the project, and look whether all answers are there, and no other.

        Args:
            acknowledged: the answers given since the last check.
            more: how many there may be besides, saved but not acknowledged when it was killed.
        """
        self.tally.acknowledged += len(acknowledged)
        started = time.monotonic()
        project = Project.open(self.folder, open_images)
        self.tally.worst = max(self.tally.worst, time.monotonic() - started)
        entries = project.labels.entries()
        answers = dict(project.labels.answers)
        project.close()
        lines = [line_of(entry) for entry in entries]
        expected, self.before = self.before + acknowledged, lines
        if answers != dict(Journal.of(entries).answers):
            raise Lost("the answers are not those of the journal")
        if missing := len(set(expected) - set(lines)):
            raise Lost(f"{missing} answers are gone")
        if lines[: len(expected)] != expected or len(lines) - len(expected) > more:
            raise Lost("the journal is not what was acknowledged")


def sentence_of(work: Callable[[], object]) -> str:
    """Return the one plain sentence that something is refused with."""
    try:
        work()
    except AutoALError as error:
        sentence = str(error)
        plain = sentence.endswith((".", "?")) and "\n" not in sentence and "Error" not in sentence
        if not plain or len(sentence) > LONGEST_SENTENCE:
            raise Escaped(f"no plain sentence: {sentence}") from error
        return sentence
    raise Escaped("it was not refused")


def whole(child: Child) -> list[str]:
    """Return the lines of a child that must end well by itself."""
    child.wait_for(10**9, SECONDS)
    if not child.has_ended:
        child.kill()
        raise Hung("a child did not end")
    lines, status = child.end()
    for line in lines:
        if line.startswith("fault "):
            _, kind, what = line.split(" ", 2)
            raise KINDS.get(kind, Escaped)(f"{kind}: {what}")
    if status < 0:
        raise Crashed(f"a child ended by signal {-status}")
    if status:
        raise Escaped("a child ended with a traceback")
    return lines
