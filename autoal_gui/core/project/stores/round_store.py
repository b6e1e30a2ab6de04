"""The rounds of a project: what each brought, and what the last one asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autoal_gui.core.database import round_rows
from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.prediction_rows import (
    Probabilities,
    keep_predictions,
    read_predicted_by,
    read_prediction,
    read_predictions,
)
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.round_rows import RANKING_KEPT, Outcome, RoundRecord, Suggestion
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.likeness.kept_predictions import LastPredictions
from autoal_gui.core.messages import RoundFinished
from autoal_gui.core.project.stores.class_rows import ClassRows
from autoal_gui.core.project.stores.label_store import LabelStore
from autoal_gui.core.project.stores.project_settings import ProjectSettings
from autoal_gui.core.queries import Asked, Query
from autoal_gui.core.settings import RunSettings


class RoundStore:
    """The rounds, and the ranking of the last one that finished."""

    def __init__(
        self,
        file: ProjectFile,
        pool: ImagePool,
        settings: ProjectSettings,
        labels: LabelStore,
        classes: ClassRows,
        models: Path,
        workspace: Path,
    ) -> None:
        """Read them.

        Args:
            file: the open project file.
            pool: the images.
            settings: say how the next round runs.
            labels: what the next round learns from.
            classes: their names.
            models: where the checkpoints are.
            workspace: where there may be a kept file of what the last round predicts.

        Raises:
            ProjectDamaged: one is not what this program writes.
            sqlite3.Error: the file cannot be read.
        """
        self._file, self._pool, self._settings = file, pool, settings
        self._labels, self._models, self._classes = labels, models, classes
        self._kept = LastPredictions(workspace)
        records = round_rows.read_rounds(file.connection)
        self._records: tuple[RoundRecord, ...] | None = records
        """As read last; None after a change."""
        self._ranking = round_rows.read_ranking(file.connection, self.last)
        asked = round_rows.read_asked(file.connection)
        self._queries = {one.query.image_id: one.query for one in asked}
        """Why each image was asked for last: one that still waits keeps its reason."""
        _check_classes(records, read_predictions(file.connection), len(classes.names))

    # -- what there was -----------------------------------------------------------------------

    def all(self) -> tuple[RoundRecord, ...]:
        """Return every round, ascending by number."""
        if self._records is None:
            with self._file.reading() as db:
                self._records = round_rows.read_rounds(db)
        return self._records

    def finished(self) -> tuple[RoundRecord, ...]:
        """Return the rounds that brought a result, ascending by number."""
        return tuple(record for record in self.all() if record.outcome == "finished")

    @property
    def last(self) -> int:
        """Number of the last round that finished; 0 before the first."""
        return max((record.number for record in self.finished()), default=0)

    def last_checkpoint(self) -> Path | None:
        """Return the last good model's file, or None before there is one."""
        for record in reversed(self.finished()):
            if record.checkpoint and (self._models / record.checkpoint).is_file():
                return self._models / record.checkpoint
        return None

    def predictions(self) -> dict[int, Probabilities]:
        """Return what a model makes of answered and evaluation images, (C,) by image id.

        It is the last model that never saw the image's label, see `keep_predictions`; an image
        that no such model has predicted is missing. C is the number of classes at that time.
        """
        images, answers = self._pool.images, self._labels.answers
        with self._file.reading() as db:
            found = read_predictions(db)
        return {
            image_id: row
            for image_id, row in found.items()
            if image_id in answers or images[image_id].split == "evaluation"
        }

    def prediction(self, image_id: int) -> tuple[Probabilities, int] | None:
        """Return what `predictions` and `predicted_by` say of one image, whatever it is."""
        with self._file.reading() as db:
            return read_prediction(db, image_id)

    def predicted_by(self) -> dict[int, int]:
        """Return the number of the round whose model made each of the `predictions`."""
        with self._file.reading() as db:
            return read_predicted_by(db)

    # -- what was asked for -------------------------------------------------------------------

    @property
    def ranking(self) -> tuple[int, ...]:
        """Image ids as the last round put them in order, as far as that is stored."""
        return self._ranking.order

    def suggestion(self, image_id: int) -> Suggestion | None:
        """Return what the last model makes of an image, where that is known.

        The ranking is stored of its first images alone; those behind are in a kept file.
        """
        found = self._ranking.suggestions.get(image_id)
        if found is not None:
            return found
        kept = self._kept.of(image_id, self.last, len(self._classes.names))
        return None if kept is None else Suggestion(*kept)

    def query(self, image_id: int) -> Query | None:
        """Return why an image was asked for, by the last round that did or by chance before any."""
        drawn = _drawn_query(image_id) if self._is_drawn(image_id) else None
        return self._queries.get(image_id, drawn)

    def history(self) -> tuple[Asked, ...]:
        """Return what was asked for: by chance before any ranking, round 0, then by the rounds.

        What was drawn at random after images had been confirmed in bulk is no sample of the pool,
        and is not told to be one.
        """
        journal = self._labels.journal
        drawn = filter(self._is_drawn, journal.first_answers)
        with self._file.reading() as db:
            asked = round_rows.read_asked(db)
        thinned = {
            number for number in {a.round_number for a in asked} if journal.was_thinned(number)
        }
        return (
            *(Asked(0, _drawn_query(image_id), None) for image_id in drawn),
            *(_not_by_chance(one) if one.round_number in thinned else one for one in asked),
        )

    def _is_drawn(self, image_id: int) -> bool:
        """Say whether an image was answered because the random order before any ranking had it.

        Each image answered then counts, and none that was only near: an image that a strategy
        asks for later is no random one.
        """
        answer = self._labels.journal.first_answers.get(image_id)
        if answer is None or answer.action == "import" or answer.round_number:
            return False
        if answer.purpose in ("confirm", "check"):
            return False
        return self._pool.images[image_id].split == "pool"

    # -- what happens -------------------------------------------------------------------------

    def begin(self, settings: RunSettings | None = None) -> int:
        """Note that a round starts with the labels of now; return its number.

        Args:
            settings: that it runs with; None: the project's.

        Raises:
            ProjectError: it could not be saved.
        """
        self._records = None
        with self._file.saving() as db:
            return round_rows.begin_round(
                db, settings or self._settings.run, len(self._labels.training())
            )

    def finish(self, result: RoundFinished) -> None:
        """Store what a round brought.

        Raises:
            ProjectError: it could not be saved; the ranking stays the last one.
        """
        self._records = None
        with self._file.transaction() as db:
            round_rows.store_result(db, result)
            if result.checkpoint:
                labelled = {image_id for image_id, _ in self._labels.training()}
                keep_predictions(db, result, labelled, RANKING_KEPT)
        with self._file.reading() as db:
            self._ranking = round_rows.read_ranking(db, self.last)
        self._queries |= self._ranking.queries

    def end(self, number: int, outcome: Outcome, sentence: str = "") -> None:
        """Note that a round ended without a result.

        Raises:
            ProjectError: it could not be saved.
        """
        self._records = None
        with self._file.saving() as db:
            round_rows.end_round(db, number, outcome, sentence)

    def interrupt(self) -> None:
        """Note of rounds that run according to the file that they were not brought to their end.

        Raises:
            ProjectError: it could not be saved.
        """
        self._records = None
        with self._file.saving() as db:
            round_rows.interrupt_rounds(db)


def _check_classes(
    records: Sequence[RoundRecord], predictions: Mapping[int, Probabilities], classes: int
) -> None:
    """Check that nothing was measured of more classes than there are; none is ever removed."""
    found = [(record.metrics, record.audit, record.estimate) for record in records]
    measured = [metrics for three in found for metrics in three if metrics]
    measured += [record.by_chance.metrics for record in records if record.by_chance]
    alike = [record.nearly_alike for record in records if record.nearly_alike]
    measured += [one.rest for one in alike if one.rest]
    if any(len(metrics.confusion) > classes for metrics in measured):
        raise damaged()
    if any(len(row) > classes for row in predictions.values()):
        raise damaged()


def _not_by_chance(asked: Asked) -> Asked:
    return replace(asked, query=replace(asked.query, audit=False))


def _drawn_query(image_id: int) -> Query:
    return Query(image_id, 0.0, audit=True)
