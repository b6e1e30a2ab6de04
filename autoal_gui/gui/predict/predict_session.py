"""One prediction from its start to its table: images listed, predicted by the engine, saved."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.errors import NoRoom
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import mark, tr
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
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.predict.predict_jobs import listed, progress_words, saved
from autoal_gui.gui.session.controller import Controller

WAITS = mark("The program is training; the prediction starts when that has ended.")
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
        self.listing = Listing((), ())
        self.pool: ImagePool | None = None
        self.result: PredictFinished | None = None
        self.table: PredictionTable | None = None
        self._model = Path()
        self.threshold: Threshold | None = None
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

    def start(self, model: Path, spec: SourceSpec, threshold: Threshold | None = None) -> None:
        """List the images beside the window, then have the engine predict them by a model.

        Args:
            model: its file.
            spec: the images.
            threshold: at which it is used; None: at that which its file carries, if any.
        """
        self._forget()
        self.threshold = threshold
        self._model, self.is_busy, self._is_stopping = model, True, False
        try:
            self._workspace = ScratchFolder()
        except NoRoom as error:
            self._end(str(error))
            return
        self._on_listing(0, 0)
        self._listing.start(partial(listed, self._controller.services, spec, self._workspace.path))

    def _forget(self) -> None:
        """Drop what was predicted before, and its copies on the disk."""
        self.result, self.table, self.pool = None, None, None
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
        controller = self._controller
        device = controller.project.settings.run.device if controller.is_open else "auto"
        ids = tuple(sorted(self.pool.images))
        workspace = str(self._workspace.path)
        command = Predict(0, self.pool, ids, str(self._model), workspace, device)
        begins = controller.inference.predict(command)
        self.progressed.emit(0, 0, tr("Starting…") if begins else tr(WAITS))

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
            self.progressed.emit(event.done, event.total, progress_words(event))
        elif isinstance(event, Notice):
            self.said.emit(event.sentence)
        elif isinstance(event, PredictFinished):
            self._take(event)
        elif isinstance(event, CommandFailed):
            self._end(event.sentence)
        else:
            self._on_cancelled()

    def _take(self, result: PredictFinished) -> None:
        names = {number: image.key for number, image in enumerate(self.listing.images, start=1)}
        self.threshold = self.threshold or result.threshold
        self.result = result
        self.table = PredictionTable.of(result.predicted, names, self.threshold)
        self.is_busy = False
        self.predicted.emit()

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

    def name_of(self, image_id: int) -> str:
        """Return the name of an image that was predicted or could not be read."""
        return self.listing.images[image_id - 1].key

    def unreadable(self) -> list[tuple[str, str]]:
        """Return (name, reason) of what was left out, while listing and while predicting."""
        broken = self.result.unreadable if self.result else ()
        return [*self.listing.unreadable, *((self.name_of(i), reason) for i, reason in broken)]

    def save(self, target: Path) -> None:
        """Write all predictions as the command line does; beside the window."""
        if self.result is not None:
            self._target = target
            self._saving.start(partial(saved, target, self.listing, self.result, self.threshold))

    @Slot()
    def _on_saved(self) -> None:
        self.said.emit(tr("Written: {target}", target=str(self._target)))

    def close(self) -> None:
        """End what runs beside the window, and remove the copies on the disk."""
        self._listing.close()
        self._saving.close()
        if self._workspace is not None:
            self._workspace.remove()
