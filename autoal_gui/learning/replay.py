"""Replay: a set with known labels answers in the annotator's place."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

from autoal_gui.core.backend import Backend, CancelCheck
from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.pool import HiddenTruth, ImagePool, longest_side
from autoal_gui.core.images.source import ImageReader, Listing
from autoal_gui.core.labels.splits import assign_splits
from autoal_gui.core.language import tr
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.messages import Event, RoundFinished, RunRound, WarmStart, WarmStarted
from autoal_gui.core.project.stores.warm_record import state_file
from autoal_gui.core.queries import Asked, Query
from autoal_gui.core.sentences import said
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.core.settings import RunSettings


@dataclass(frozen=True)
class ReplaySet:
    """A set whose pool labels are out of reach until they are asked for."""

    pool: ImagePool
    classes: tuple[str, ...]
    truth: HiddenTruth = field(repr=False)
    evaluation: tuple[tuple[int, int], ...] = field(repr=False)
    """(image id, class index)."""
    columns: tuple[str, ...] = ()
    """What a table says of each image besides class and group."""

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
            raise SourceError(tr("A replay needs a set with known labels of two classes or more."))
        splits = assign_splits(kept, known=True, evaluation_images=None, seed=seed)
        labels = {i: image.label for i, image in enumerate(kept.images, start=1)}
        pool = ImagePool.of_listing(kept, reader, splits)
        known = {i: label for i, label in labels.items() if label is not None}
        return cls(
            pool,
            kept.classes,
            HiddenTruth({i: known[i] for i in pool.ids("pool")}),
            tuple((i, known[i]) for i in pool.ids("evaluation")),
            listing.columns,
        )

    def measured(self, result: RoundFinished) -> MeasuredImages:
        """Return the images that a round was measured on, and what its model makes of them."""
        ids, rows = result.measured.image_ids.tolist(), result.measured.probabilities
        found = dict(zip(ids, rows, strict=True))
        unlearned = result.metrics.unlearned if result.metrics else ()
        learned = frozenset(range(len(self.classes))).difference(unlearned)
        truth, classes = dict(self.evaluation), len(self.classes)
        return MeasuredImages.of(self.pool.images, truth, found, classes, learned=learned)


@dataclass
class Replay:
    """Runs rounds over a replay set, each the same command that the window would give."""

    data: ReplaySet
    settings: RunSettings
    initial: int
    """Labels drawn at random before the first round; the same for every mode with that seed."""
    folder: Path
    """For the checkpoint of the last round, and for what `workspace` holds where there is none."""
    workspace: Path | None = None
    """For memory-mapped images, which replays of the same set may share."""
    warm_start: Path | None = None
    """Checkpoint of a finished warm start, see `learn_features`."""
    labels: dict[int, int] = field(default_factory=dict)
    history: list[Asked] = field(default_factory=list)
    in_bulk: dict[int, int] = field(default_factory=dict)
    """Image id to class of what was confirmed in bulk, see `BulkReader`."""
    teaching: dict[int, int] = field(default_factory=dict)
    """What of it is learned from."""

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
        drawn = random.Random(self.settings.seed)  # noqa: S311 - no secret
        start = drawn.sample(ids, min(self.initial, len(ids)))
        self.answer(start)
        self.history += [Asked(0, Query(i, 0.0, audit=True), None) for i in start]
        for number in range(1, rounds + 1):
            events = backend.run(self._command(number), cancelled)
            result = _last_event(events, RoundFinished, on_event)
            self.answer([query.image_id for query in result.queries])
            self.history += asked_by(result, by_chance=not self.in_bulk)
            yield result
            if len(self.labels) + len(self.in_bulk) == len(ids):
                return

    def begun_anew(self, folder: Path) -> "Replay":
        """Return a replay of the same set and settings that has not begun yet."""
        folder.mkdir(parents=True, exist_ok=True)
        workspace = self.workspace or self.folder
        return Replay(self.data, self.settings, self.initial, folder, workspace, self.warm_start)

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
            unlabelled=tuple(
                i for i in pool.ids("pool") if i not in self.labels and i not in self.in_bulk
            ),
            evaluation=self.data.evaluation,
            may_veto=False,  # here it stands for new images
            settings=self.settings,
            workspace=str(self.workspace or self.folder),
            checkpoint=str(self.checkpoint),
            warm_start=str(self.warm_start or ""),
            previous=str(self.checkpoint) if self.checkpoint.is_file() else "",
            history=tuple(self.history),
            confirmed=tuple(sorted(self.teaching.items())),
        )


def asked_by(result: RoundFinished, by_chance: bool = True) -> Iterator[Asked]:
    """Yield what a round asked for, with the class that its model predicted.

    Args:
        result: of the round.
        by_chance: whether what it drew at random is a sample of the pool; no more once images
            that the model was sure of are missing.
    """
    for query, row in zip_longest(result.queries, result.probabilities[: len(result.queries)]):
        suggested = None if row is None else int(row.argmax())
        told = query if by_chance else replace(query, audit=False)
        yield Asked(result.round_number, told, suggested)


def learn_features(
    data: ReplaySet,
    settings: RunSettings,
    workspace: Path,
    checkpoint: Path,
    backend: Backend,
    cancelled: CancelCheck,
    on_event: Callable[[Event], None],
) -> WarmStarted:
    """Learn features from the pool of a replay set, as the window does before the first round."""
    command = WarmStart(1, data.pool, data.classes, settings, str(workspace), str(checkpoint))
    learned = _last_event(backend.run(command, cancelled), WarmStarted, on_event)
    if learned.complete:
        state_file(checkpoint).unlink(missing_ok=True)
    return learned


Result = TypeVar("Result")


def _last_event(
    events: Iterator[Event], kind: type[Result], on_event: Callable[[Event], None]
) -> Result:
    """Pass events on; return the one of that kind, which is the last."""
    result = None
    for event in events:
        on_event(event)
        if isinstance(event, kind):
            result = event
    if result is None:
        raise RuntimeError("the command ended without a result")
    return result


def as_record(result: RoundFinished) -> dict[str, Any]:
    """Return a round as the plain values that `simulate --json` writes."""
    metrics = result.metrics
    return {
        "round": result.round_number,
        "labels": result.labels,
        "accuracy": metrics.accuracy if metrics else None,
        "accuracy_interval": metrics.accuracy_interval if metrics else None,
        "balanced_accuracy": metrics.balanced_accuracy if metrics else None,
        "balanced_accuracy_interval": metrics.balanced_accuracy_interval if metrics else None,
        "auroc": astuple(metrics.auroc.macro) if metrics and metrics.auroc else None,
        "weights": dict(result.weights),
        "plain_weights": dict(result.plain_weights),
        "queried": [query.image_id for query in result.queries],
        "seconds": dict(result.seconds),
        "nearly_alike": _alike_as_plain(result),
        "audit_accuracy": result.audit.accuracy if result.audit else None,
        "estimate": _estimate_as_plain(result.estimate),
        "notices": list(result.notices),
        "reason": said(result.reason),
    }


def _estimate_as_plain(estimate: Estimate | None) -> dict[str, Any] | None:
    """Return what the answers alone say of the model that learned from them."""
    if estimate is None:
        return None
    return {
        "answers": estimate.total,
        "accuracy": estimate.accuracy,
        "accuracy_interval": estimate.accuracy_interval,
        "balanced_accuracy": estimate.balanced_accuracy,
        "balanced_accuracy_interval": estimate.balanced_accuracy_interval,
    }


def _alike_as_plain(result: RoundFinished) -> dict[str, Any] | None:
    found = result.nearly_alike
    if found is None:
        return None
    accuracy = found.rest.accuracy if found.rest else None
    balanced = found.rest.balanced_accuracy if found.rest else None
    return {"images": found.images, "accuracy": accuracy, "balanced_accuracy": balanced}


def as_report(
    data: str, settings: RunSettings, records: list[dict[str, Any]], measured: dict[str, Any]
) -> dict[str, Any]:
    """Return a whole replay as plain values; `measured` is what the last round was found to do."""
    return {
        "data": data,
        "mode": settings.mode,
        "seed": settings.seed,
        "settings": asdict(settings),
        "rounds": records,
        "measured": measured,
    }
