"""Bulk confirmation replayed: a reader who confirms whatever is offered, and what that costs."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autoal_gui.core.backend import Backend, CancelCheck
from autoal_gui.core.labels.bulk import LIMIT, Check, SureImages, Tally
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.messages import Event, RoundFinished
from autoal_gui.learning.replay import Replay

PAGE = 20  # images confirmed at a glance
LABEL_SECONDS, PAGE_SECONDS = 2.0, 4.0


@dataclass
class Part:
    """One check, and what was confirmed while it went on."""

    entries: list[Entry] = field(default_factory=list)
    confirmed: dict[int, int] = field(default_factory=dict)

    def check(self, limit: float) -> Check:
        """Return what the check says by now."""
        return Check.of(self.entries, limit)

    def teaching(self, limit: float) -> dict[int, int]:
        """Return what is learned from, by image id."""
        check = self.check(limit)
        return {i: c for i, c in self.confirmed.items() if check.verdict_of(c) == "holds"}


@dataclass
class BulkReader:
    """Reads alone what is due and confirms every page that the check lets through.

    The worst that a reader can do: nothing is taken out, so that every error of the model on a
    page becomes a wrong label. After a check that fails, another begins with the next round.
    """

    replay: Replay
    limit: float = LIMIT
    parts: list[Part] = field(default_factory=lambda: [Part()])
    pages: int = 0

    @property
    def alone(self) -> Tally:
        """What was read alone, over all checks."""
        wholes = [part.check(self.limit).whole for part in self.parts]
        return Tally(sum(w.wrong for w in wholes), sum(w.asked for w in wholes))

    def record(self, labels: int) -> dict[str, Any]:
        """Return what has been confirmed, as plain values.

        Args:
            labels: that were given singly by then.
        """
        return {
            "seconds": LABEL_SECONDS * labels + PAGE_SECONDS * self.pages,
            "labels": labels,
            "confirmed": len(self.replay.in_bulk),
            "wrong": self.wrong,
            "teaching": len(self.replay.teaching),
            "wrong_teaching": self.wrong_taught,
            "pages": self.pages,
            "read_alone": self.alone.asked,
            "wrong_alone": self.alone.wrong,
            "checks": len(self.parts),
        }

    @property
    def wrong(self) -> int:
        """How many of the labels confirmed in bulk are not the true class."""
        return self._wrong(self.replay.in_bulk)

    @property
    def wrong_taught(self) -> int:
        """How many of those that are learned from are not."""
        return self._wrong(self.replay.teaching)

    def _wrong(self, labels: dict[int, int]) -> int:
        truth = self.replay.data.truth
        return sum(truth.label(i) != c for i, c in labels.items())

    def read(self, result: RoundFinished) -> None:
        """Do what the window offers after a round."""
        if not len(result.probabilities):
            return
        if self.parts[-1].check(self.limit).verdict == "fails":
            self.parts.append(Part())
        while self._step(result):
            pass
        self.replay.teaching = {}
        for part in self.parts:
            self.replay.teaching |= part.teaching(self.limit)

    def _step(self, result: RoundFinished) -> bool:
        """Read images alone or confirm a page; say whether there was something to do."""
        part, replay = self.parts[-1], self.replay
        check = part.check(self.limit)
        sure = SureImages.of(
            result.ranking,
            result.probabilities.argmax(1),
            result.probabilities.max(1).astype(np.float64),
            replay.settings.seed,
            {*replay.labels, *replay.in_bulk},
        )
        for class_index in np.unique(sure.class_index).tolist():
            page = sure.to_confirm(class_index)[:PAGE]
            if not page or check.verdict_of(class_index) == "fails":
                continue
            due = sure.to_check(check, len(part.confirmed), len(page), class_index)
            if due and not sure.is_worth(due):
                continue
            if due:
                self._read_alone(part, sure, due)
                return True
            if check.verdict_of(class_index) == "holds":
                self._confirm(part, page, class_index)
                return True
        return False

    def _read_alone(self, part: Part, sure: SureImages, images: tuple[int, ...]) -> None:
        classes = dict(zip(sure.ids.tolist(), sure.class_index.tolist(), strict=True))
        self.replay.answer(images)
        for image in images:
            given = self.replay.labels[image]
            number = len(part.entries) + 1
            part.entries.append(
                Entry(number, "", "", 0, "label", image, given, classes[image], purpose="check")
            )

    def _confirm(self, part: Part, images: tuple[int, ...], class_index: int) -> None:
        self.replay.data.truth.ask(images)  # to count what is wrong; the replay never learns it
        new = dict.fromkeys(images, class_index)
        part.confirmed |= new
        self.replay.in_bulk |= new
        self.pages += 1


def singly_for(
    seconds: float,
    replay: Replay,
    backend: Backend,
    cancelled: CancelCheck,
    on_event: Callable[[Event], None],
) -> RoundFinished | None:
    """Return the last round of a reader who labels singly for so long; None before the first.

    Args:
        seconds: that were spent until the round to compare with began.
        replay: of the same set and settings, not begun.
        backend: carries out the rounds.
        cancelled: asked between steps.
        on_event: told what goes on.
    """
    most = seconds / LABEL_SECONDS
    rounds = math.floor((most - replay.initial) / replay.settings.batch_size) + 1
    last = None
    for result in replay.run(backend, max(1, rounds), cancelled, on_event):
        if result.labels <= most:
            last = result
    return last
