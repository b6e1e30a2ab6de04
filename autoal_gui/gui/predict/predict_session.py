"""One prediction from its start to its table: images listed, predicted by the engine, saved."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.errors import NoRoom
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.measures.caution import REASON_WORDS, Caution, Rule, answered_sentence
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.messages import (
    CommandFailed,
    Event,
    Notice,
    Predict,
    PredictFinished,
    Progress,
)
from autoal_gui.core.prediction_table import PredictionTable
from autoal_gui.core.project.last_model import last_model, what_it_learned
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.core.sets.comparison import Comparison, ModelAnswers, compared, differing
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.engine.jobs import OneJob
from autoal_gui.exporters.predictions import Predicting
from autoal_gui.gui.panels.column_results import MOST_NAMED
from autoal_gui.gui.panels.training_text import predicted_line
from autoal_gui.gui.predict.predict_jobs import (
    ChosenModel,
    answers_of,
    listed,
    saved,
    share_lines,
)
from autoal_gui.gui.session.controller import Controller

PAUSES = mark("Learning from your images pauses for this, and goes on by itself afterwards.")
UNKNOWN = mark("The folders or labels {names} are no classes of this model: nothing is compared.")
NONE_FOUND = mark("No image was found there that can be used.")


class PredictSession(QObject):
    """Runs one prediction at a time and keeps what the last one found."""

    progressed = Signal(int, int, str)
    """How much is done, of how much (0 where no one knows), and that in words."""
    said = Signal(str)
    """A sentence that does not end the work."""
    predicted = Signal()
    """`result`, `table`, `pool` and `listing` are those of a new prediction."""
    ended = Signal(str)
    """It ended without a result, and why."""

    def __init__(self, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self.is_busy = False
        self.spec: SourceSpec | None = None
        self.listing = Listing((), ())
        self.pool: ImagePool | None = None
        self.result: PredictFinished | None = None
        self.table: PredictionTable | None = None
        self.caution: Caution | None = None
        self.rule = Rule()
        self.answers: list[ModelAnswers] = []
        """What each model says, that of the first in front."""
        self._differ: npt.NDArray[np.bool_] | None = None
        self._results: list[PredictFinished] = []
        self._models: tuple[ChosenModel, ...] = ()
        self._is_stopping = False  # the user has asked to stop
        self._compares = False  # with the images that the model learned from, as a second step
        self._workspace: ScratchFolder | None = None
        self._target = Path()
        self._listing, self._saving = OneJob(self), OneJob(self)
        self._listing.progress.connect(self._on_listing)
        self._listing.succeeded.connect(self._on_listed)
        self._listing.failed.connect(self._end)
        self._listing.cancelled.connect(self._on_cancelled)
        self._saving.succeeded.connect(self._on_saved)
        self._saving.failed.connect(self.said)
        controller.inference.predicting.connect(self._on_event)

    def start(self, models: Sequence[ChosenModel], spec: SourceSpec) -> None:
        """List the images beside the window, then have the engine predict them.

        Args:
            models: the first one's answers are shown, the others are compared with it.
            spec: the set of images.
        """
        self._forget()
        self._models, self.is_busy, self._is_stopping = tuple(models), True, False
        self.spec = spec
        try:
            self._workspace = ScratchFolder()
        except NoRoom as error:
            self._end(str(error))
            return
        self._on_listing(0, 0)
        self._listing.start(partial(listed, self._controller.services, spec, self._workspace.path))

    def _forget(self) -> None:
        """Drop what was predicted before, and its copies on the disk."""
        self.result, self.table, self.pool, self.caution = None, None, None, None
        self._results, self.answers, self._differ = [], [], None
        if self._workspace is not None:
            self._workspace.remove()
            self._workspace = None

    @Slot(int, int)
    def _on_listing(self, done: int, total: int) -> None:
        self.progressed.emit(done, total, tr("Listing the images…"))

    @Slot(object)
    def _on_listed(self, found: tuple[Listing, ImagePool]) -> None:
        if self._is_stopping:  # asked for when the listing had just ended
            self._on_cancelled()
            return
        self.listing, self.pool = found
        if not self.listing.images or self._workspace is None:
            self._end(tr(NONE_FOUND))
            return
        begins = self._ask(self.pool, self._workspace.path)
        pauses = self._controller.training.is_warming
        waits = tr(PAUSES) if pauses else ""  # for what else it waits is said below it
        self.progressed.emit(0, 0, tr("Starting…") if begins else waits)

    def _ask(self, pool: ImagePool, workspace: Path) -> bool:
        """Have the engine predict by the next model; say whether that begins at once."""
        controller, model = self._controller, self._models[len(self._results)]
        ids, device, learned = tuple(sorted(pool.images)), "auto", None
        if controller.is_open:
            project = controller.project
            device, last = project.settings.run.device, last_model(project)
            if model.is_own and last is not None and not project.absent:
                learned = what_it_learned(project, last)
        self._compares = learned is not None and bool(learned.labelled)
        command = Predict(0, pool, ids, str(model.file), str(workspace), device, learned)
        return controller.inference.predict(command)

    def _line_of(self, progress: Progress) -> str:
        """Say how far it is; also that a second step comes, whose bar begins anew."""
        words = predicted_line(progress)
        if not self._compares:
            return words
        step = 2 if progress.step == "features" else 1
        return tr("Step {step} of 2: {words}", step=number(step), words=words)

    def cancel(self) -> None:
        """Stop; nothing is kept of what has not ended."""
        self._is_stopping = True
        if self._listing.running:
            self._listing.cancel()
        else:
            self._controller.inference.cancel_prediction()

    @Slot()
    def _on_cancelled(self) -> None:
        self._end(tr("Cancelled."))

    @Slot(str)
    def _end(self, sentence: str) -> None:
        self.is_busy = False
        self.ended.emit(sentence)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if not self.is_busy:
            return
        if isinstance(event, Progress):
            words = self._line_of(event)
            if len(self._models) > 1:
                words = f"{self._models[len(self._results)].name}: {words}"
            self.progressed.emit(event.done, event.total, words)
        elif isinstance(event, Notice):
            self.said.emit(event.sentence)
        elif isinstance(event, PredictFinished):
            self._take(event)
        elif isinstance(event, CommandFailed):
            self._end(event.sentence)
        else:
            self._on_cancelled()

    def _take(self, result: PredictFinished) -> None:
        self._results.append(result)
        if len(self._results) < len(self._models) and self.pool and self._workspace:
            self._ask(self.pool, self._workspace.path)
            return
        self.answers = [
            answers_of(model, found)
            for model, found in zip(self._models, self._results, strict=True)
        ]
        first = self.result = self._results[0]
        names = {number: image.key for number, image in enumerate(self.listing.images, start=1)}
        self.table = PredictionTable.of(first.predicted, names, self.threshold)
        several = len(self.answers) > 1
        self._differ = differing(self.answers, self.table.ids.tolist()) if several else None
        self.judge(self.rule)
        self.is_busy = False
        self.predicted.emit()

    def judge(self, rule: Rule) -> None:
        """Say by another rule which images the model answers."""
        self.rule = rule
        if self.result is None or self.table is None:
            return
        result = self.result
        self.caution = Caution.of(
            result.predicted.probabilities,
            rule,
            result.calibration,
            result.distances,
            self._differ,
            self.table.best,
        )
        self.table = self.table.judged(self.caution)

    def comparison(self) -> Comparison | None:
        """Return how the models compare on images whose label is known to all of them."""
        if len(self.answers) < 2 or self.pool is None:
            return None
        return compared(self.listing, self.pool.images, self.answers)

    @property
    def threshold(self) -> Threshold | None:
        """At which the model is used whose answers are shown."""
        return self.answers[0].threshold if self.answers else None

    @property
    def shown_model(self) -> ChosenModel | None:
        """The model whose answers are shown."""
        return self._models[0] if self._models else None

    @property
    def is_judged(self) -> bool:
        """Whether there is anything by which images could need a look."""
        measured = self.result is not None and self.result.distances is not None
        return bool(self.rule.least) or measured or len(self._models) > 1

    def facts(self, image_id: int) -> list[str]:
        """Return what there is to say of an image, line by line; nothing without a result."""
        if self.table is None or self.result is None:
            return []
        shares = self.result.predicted.probabilities[self.table.rows[image_id]].tolist()
        lines = share_lines(self.result.classes, shares)
        return [self.name_of(image_id), *lines, *self._remarks(image_id)]

    def _remarks(self, image_id: int) -> list[str]:
        """Return what else there is to say of an image, line by line."""
        if self.table is None or self.result is None or self.caution is None:
            return []
        row = self.table.rows[image_id]
        lines = [
            tr("{name}: {answer}", name=model.name, answer=model.best(image_id))
            for model in self.answers[1:]
            if model.best(image_id)
        ]
        possible = self.caution.possible(row, self.result.classes)
        if len(possible) > 1:
            lines.append(tr("Possible: {names}", names=", ".join(possible)))
        reason = self.caution.reason(row)
        if reason is not None:
            lines.append(tr("Needs a look: {reason}", reason=tr(REASON_WORDS[reason])))
        return lines

    def answered(self) -> str:
        """Say how right the model is where it answers; nothing where no label is known."""
        measured = self.measured()
        if self.table is None or self.caution is None or not measured.images:
            return ""
        rows = np.array([self.table.rows[one.image_id] for one in measured.images], np.intp)
        right = measured.given == measured.truth
        return answered_sentence(self.caution, rows, right)

    def measured(self) -> MeasuredImages:
        """Return the images whose label is known, with what the model makes of them."""
        if self.result is None or self.pool is None:
            return MeasuredImages.nothing()
        predicted = self.result.predicted
        rows = dict(zip(predicted.image_ids.tolist(), predicted.probabilities, strict=True))
        classes = self.result.classes
        return MeasuredImages.of_listing(
            self.listing, self.pool.images, classes, rows, self.threshold
        )

    def unknown_words(self) -> str:
        """Say that the model knows none of the classes that the images have; "" else."""
        found = {one.label for one in self.listing.images if one.label is not None}
        names = [self.listing.classes[index] for index in sorted(found)]
        if self.result is None or not names or set(names) & set(self.result.classes):
            return ""
        return tr(UNKNOWN, names=", ".join(names[:MOST_NAMED]))

    def name_of(self, image_id: int) -> str:
        """Return the name of an image that was predicted or could not be read."""
        return self.listing.images[image_id - 1].key

    def unreadable(self) -> list[tuple[str, str]]:
        """Return (name, reason) of what was left out, while listing and while predicting."""
        broken = self.result.unreadable if self.result else ()
        return [*self.listing.unreadable, *((self.name_of(i), reason) for i, reason in broken)]

    def save(self, target: Path) -> None:
        """Write all predictions as the command line does; beside the window."""
        if self.result is None:
            return
        self._target, found = target, self.result.predicted
        table = Predicting(
            self.listing,
            self.result.classes,
            found.image_ids.tolist(),
            found.probabilities,
            self.threshold,
            self.caution if self.is_judged else None,
            self.answers[1:],
            self.answers[0].name,
        )
        self._saving.start(partial(saved, target, table))

    @Slot()
    def _on_saved(self) -> None:
        self.said.emit(tr("Written: {target}", target=str(self._target)))

    def close(self) -> None:
        """End what runs beside the window, and remove the copies on the disk."""
        self._listing.close()
        self._saving.close()
        if self._workspace is not None:
            self._workspace.remove()
