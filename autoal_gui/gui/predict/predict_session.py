"""One prediction from its start to its table: images listed, predicted by the engine, saved."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.errors import NoRoom
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.measures.caution import (
    REASON_WORDS,
    Caution,
    Rule,
    answered_sentence,
    between_words,
)
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
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.measured_images import what_it_learned
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.core.sets.comparison import Comparison, ModelAnswers, compared, differing
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.engine.jobs import OneJob
from autoal_gui.exporters.predictions import Own, Predicting
from autoal_gui.gui.panels.performance.column_results import MOST_NAMED
from autoal_gui.gui.panels.training_text import predicted_line
from autoal_gui.gui.predict.predict_jobs import (
    Asked,
    ChosenModel,
    answers_of,
    listed,
    own_model,
    saved,
    share_lines,
    without_hidden,
)
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.rounds.time_left import reading_left
from autoal_gui.gui.session.rounds.waiting import time_left_words

PAUSES = mark("Learning from your images pauses for this, and goes on by itself afterwards.")
UNKNOWN = mark("The folders or labels {names} are no classes of this model: nothing is compared.")
COLUMNS = mark("What its columns are: Help (F1).")
NONE_FOUND = mark("No image was found there that can be used.")


class PredictSession(QObject):
    """Runs one prediction at a time and keeps what the last one found until another has ended."""

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
        self._asked: Asked | None = None  # what runs, beside the result that is shown
        self.spec: SourceSpec | None = None
        self.listing = Listing((), ())
        self.hidden = 0  # labels of the listing that are not told
        self.taught: Collection[str] = ()
        """The keys of images that taught the model whose answers are shown: they measure none."""
        self.pool: ImagePool | None = None
        self.result: PredictFinished | None = None
        self.table: PredictionTable | None = None
        self.caution: Caution | None = None
        self.rule = Rule()
        self.answers: list[ModelAnswers] = []
        """What each model says, that of the first in front."""
        self._differ: npt.NDArray[np.bool_] | None = None
        self._models: tuple[ChosenModel, ...] = ()
        self._is_stopping = False  # the user has asked to stop
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
        self._is_stopping = False
        try:
            asked = self._asked = Asked(list(models), spec, ScratchFolder())
        except NoRoom as error:
            self._end(str(error))
            return
        self._on_listing(0, 0)
        work = partial(listed, self._controller.services, spec, asked.workspace.path)
        self._listing.start(work)

    @property
    def is_busy(self) -> bool:
        """Whether a prediction has begun that has not ended."""
        return self._asked is not None

    @Slot(int, int)
    def _on_listing(self, done: int, total: int) -> None:
        self.progressed.emit(done, total, tr("Listing the images…"))

    @Slot(object)
    def _on_listed(self, found: tuple[Listing, ImagePool]) -> None:
        asked = self._asked
        if self._is_stopping or asked is None:  # asked for when the listing had just ended
            self._on_cancelled()
            return
        asked.listing, asked.pool = found
        if self._controller.is_open:
            project, place = self._controller.project, asked.spec.location
            asked.listing, asked.hidden = without_hidden(asked.listing, place, project)
        if not asked.listing.images:
            self._end(tr(NONE_FOUND))
            return
        begins = self._ask(asked, asked.pool)
        pauses = self._controller.training.is_warming
        waits = tr(PAUSES) if pauses else ""  # for what else it waits is said below it
        self.progressed.emit(0, 0, tr("Starting…") if begins else waits)

    def _ask(self, asked: Asked, pool: ImagePool) -> bool:
        """Have the engine predict by the next model; say whether that begins at once."""
        return self._controller.inference.predict(partial(self._make, asked, pool))

    def _make(self, asked: Asked, pool: ImagePool) -> Predict:
        """Predict by the next model: of the open project by the last one that it has by now."""
        controller, place = self._controller, len(asked.results)
        device, learned, is_open = "auto", None, controller.is_open
        if asked.models[place].is_own and is_open:
            asked.models[place] = own_model(controller.project) or asked.models[place]
        model = asked.models[place]
        if is_open:
            project = controller.project
            device, last = project.settings.run.device, last_model(project)
            if model.is_own and last is not None and not project.absent:
                learned = what_it_learned(project, last)
        asked.compares = learned is not None and bool(learned.labelled)
        ids, workspace = tuple(sorted(pool.images)), str(asked.workspace.path)
        return Predict(0, pool, ids, str(model.file), workspace, device, learned)

    def _line_of(self, progress: Progress, asked: Asked) -> str:
        """Say how far it is; also that a second step comes, whose bar begins anew."""
        words = predicted_line(progress)
        if asked.compares:
            step = 2 if progress.step == "features" else 1
            of_both = step == 1 and reading_left(progress) is None
            if left := time_left_words(progress) if of_both else "":
                untimed = predicted_line(Progress(0, progress.step, progress.done, progress.total))
                words = f"{untimed} · {tr('both steps: {left}', left=left)}"
            words = tr("Step {step} of 2: {words}", step=number(step), words=words)
        if len(asked.models) > 1:
            words = f"{asked.models[len(asked.results)].name}: {words}"
        return words

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
        """Leave what was asked for; the result that is shown stays."""
        asked, self._asked = self._asked, None
        if asked is not None:
            asked.workspace.remove()
        self.ended.emit(sentence)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        asked = self._asked
        if asked is None:
            return
        if isinstance(event, Progress):
            self.progressed.emit(event.done, event.total, self._line_of(event, asked))
        elif isinstance(event, Notice):
            self.said.emit(event.sentence)
        elif isinstance(event, PredictFinished):
            self._take(asked, event)
        elif isinstance(event, CommandFailed):
            self._end(event.sentence)
        else:
            self._on_cancelled()

    def _take(self, asked: Asked, result: PredictFinished) -> None:
        asked.results.append(result)
        if len(asked.results) < len(asked.models) and asked.pool is not None:
            self._ask(asked, asked.pool)
        else:
            self._show(asked)

    def _show(self, asked: Asked) -> None:
        """Put what was found in the place of the former result, whose copies go."""
        self._asked, former, self._workspace = None, self._workspace, asked.workspace
        self.spec, self.listing, self.pool = asked.spec, asked.listing, asked.pool
        self.hidden = asked.hidden
        self._models = tuple(asked.models)
        self.answers = [
            answers_of(model, found)
            for model, found in zip(asked.models, asked.results, strict=True)
        ]
        first = self.result = asked.results[0]
        names = {number: image.key for number, image in enumerate(self.listing.images, start=1)}
        self.table = PredictionTable.of(first.predicted, names, self.threshold)
        several = len(self.answers) > 1
        self._differ = differing(self.answers, self.table.ids.tolist()) if several else None
        self.judge(self.rule)
        self.predicted.emit()
        if former is not None:  # the page reads the new images by now
            former.remove()

    def judge(self, rule: Rule) -> None:
        """Say by another rule which images the model answers."""
        self.rule = rule
        if self.result is None or self.table is None:
            return
        result = self.result
        rule = self.rule = replace(rule, scarce=result.scarce)
        self.caution = Caution.of(
            result.predicted.probabilities,
            rule,
            result.calibration,
            result.distances,
            self._differ,
            self.threshold,
        )
        self.table = self.table.judged(self.caution)

    def comparison(self) -> Comparison | None:
        """Return how the models compare on images whose label is known to all of them."""
        if len(self.answers) < 2 or self.pool is None:
            return None
        return compared(self._measuring, self.pool.images, self.answers)

    @property
    def _measuring(self) -> Listing:
        """The listing with the labels that measure: not those from which the model learned."""
        return self.listing.without_labels(self.taught) if self.taught else self.listing

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
        has_rule = bool(self.rule.least or self.rule.scarce)
        return has_rule or measured or len(self._models) > 1

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
        if self.threshold is not None:
            name = self.result.classes[int(self.table.best[row])]
            lines.append(tr("At your operating point that is: {name}.", name=name))
        possible = self.caution.possible(row, self.result.classes)
        if len(possible) > 1:
            lines.append(tr("Possible: {names}", names=", ".join(possible)))
        reason = self.caution.reason(row)
        if reason is not None:
            lines.append(tr("Needs a look: {reason}", reason=tr(REASON_WORDS[reason])))
        if reason == "several" and self.caution.sets is not None:
            shares, inside = self.result.predicted.probabilities[row], self.caution.sets[row]
            why = between_words(shares, inside, self.rule.level, self.threshold)
            lines[-1] = f"{lines[-1]} ({why})"
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
            self._measuring, self.pool.images, classes, rows, self.threshold, self.result.unseen
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

    def save(self, target: Path, own: Own | None = None) -> None:
        """Write all predictions as the command line does; beside the window.

        `own` is what the open project has of the images.
        """
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
            own or Own(),
        )
        self._saving.start(partial(saved, target, table))

    @Slot()
    def _on_saved(self) -> None:
        count = 0 if self.table is None else len(self.table.ids)
        written = tr_count(
            "Written: {target}. It has the {count} image that was predicted.",
            "Written: {target}. It has all {count} images that were predicted, shown or not.",
            count,
            target=str(self._target),
        )
        self.said.emit(f"{written} {tr(COLUMNS)}")

    def close(self) -> None:
        """End what runs beside the window, and remove the copies on the disk."""
        self._listing.close()
        self._saving.close()
        for workspace in (self._workspace, self._asked.workspace if self._asked else None):
            if workspace is not None:
                workspace.remove()
