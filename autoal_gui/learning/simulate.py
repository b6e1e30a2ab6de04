"""Replay: a set with known labels answers in the annotator's place."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autoal_gui.core.backend import Backend, CancelCheck
from autoal_gui.core.errors import SourceError
from autoal_gui.core.messages import Event, RoundFinished, RunRound
from autoal_gui.core.pool import (
    HiddenTruth,
    ImagePool,
    ImageReader,
    Listing,
    longest_side,
)
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.splits import assign_splits


@dataclass(frozen=True)
class ReplaySet:
    """A set whose pool labels are out of reach until they are asked for."""

    pool: ImagePool
    classes: tuple[str, ...]
    truth: HiddenTruth = field(repr=False)
    evaluation: tuple[tuple[int, int], ...] = field(repr=False)
    """(image id, class index)."""

    @property
    def side(self) -> int:
        """The longer side of the set's first readable image, in pixels."""
        return longest_side(self.pool)

    @classmethod
    def of(cls, listing: Listing, reader: ImageReader, seed: int) -> "ReplaySet":
        """Split a listing with known labels; images without one are left out.

        Raises:
            SourceError: fewer than two classes have labels.
        """
        kept = Listing(listing.classes, tuple(i for i in listing.images if i.label is not None))
        if len({image.label for image in kept.images}) < 2:
            raise SourceError("A replay needs a set with known labels of two classes or more.")
        splits = assign_splits(kept, known=True, evaluation_images=None, seed=seed)
        labels = {i: image.label for i, image in enumerate(kept.images, start=1)}
        pool = ImagePool.of_listing(kept, reader, splits)
        known = {i: label for i, label in labels.items() if label is not None}
        return cls(
            pool,
            kept.classes,
            HiddenTruth({i: known[i] for i in pool.ids("pool")}),
            tuple((i, known[i]) for i in pool.ids("evaluation")),
        )


@dataclass
class Replay:
    """Runs rounds over a replay set, each the same command that the window would give."""

    data: ReplaySet
    settings: RunSettings
    initial: int
    """Labels drawn at random before the first round; the same for every mode with that seed."""
    folder: Path
    """For memory-mapped images and the checkpoint of the last round."""
    labels: dict[int, int] = field(default_factory=dict)

    @property
    def checkpoint(self) -> Path:
        """The model of the last round."""
        return self.folder / "model.pt"

    def run(
        self,
        backend: Backend,
        rounds: int,
        cancelled: CancelCheck,
        on_event: Callable[[Event], None],
    ) -> Iterator[RoundFinished]:
        """Yield the result of each round, its queries answered; stop when the pool is empty."""
        ids = self.data.pool.ids("pool")
        start = random.Random(self.settings.seed).sample(ids, min(self.initial, len(ids)))
        self.answer(start)
        for number in range(1, rounds + 1):
            result = None
            for event in backend.run(self._command(number), cancelled):
                on_event(event)
                if isinstance(event, RoundFinished):
                    result = event
            if result is None:
                raise RuntimeError("the round ended without a result")
            self.answer([query.image_id for query in result.queries])
            yield result
            if len(self.labels) == len(ids):
                return

    def answer(self, image_ids: Sequence[int]) -> None:
        """Ask for images and take down their labels."""
        self.data.truth.ask(image_ids)
        self.labels.update((i, self.data.truth.label(i)) for i in image_ids)

    def _command(self, number: int) -> RunRound:
        pool = self.data.pool
        return RunRound(
            request_id=number,
            round_number=number,
            pool=pool,
            classes=self.data.classes,
            labelled=tuple(sorted(self.labels.items())),
            unlabelled=tuple(i for i in pool.ids("pool") if i not in self.labels),
            evaluation=self.data.evaluation,
            settings=self.settings,
            workspace=str(self.folder),
            checkpoint=str(self.checkpoint),
        )


def as_record(result: RoundFinished) -> dict[str, Any]:
    """Return a round as the plain values that `simulate --json` writes."""
    metrics = result.metrics
    return {
        "round": result.round_number,
        "labels": result.labels,
        "accuracy": metrics.accuracy if metrics else None,
        "balanced_accuracy": metrics.balanced_accuracy if metrics else None,
        "weights": dict(result.weights),
        "queried": [query.image_id for query in result.queries],
        "seconds": dict(result.seconds),
        "notices": list(result.notices),
    }


def as_report(data: str, settings: RunSettings, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a whole replay as plain values."""
    return {
        "data": data,
        "mode": settings.mode,
        "seed": settings.seed,
        "settings": asdict(settings),
        "rounds": records,
    }
