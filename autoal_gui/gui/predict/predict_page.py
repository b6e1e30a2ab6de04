"""A trained model applied to other images, and what it makes of them."""

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, ProgressCallback, SourceSpec
from autoal_gui.core.language import mark, number, percent, tr, tr_count
from autoal_gui.core.messages import (
    CommandFailed,
    Event,
    Notice,
    Predict,
    PredictFinished,
    Progress,
)
from autoal_gui.core.prediction_table import Captions, PredictionTable
from autoal_gui.core.trained_model import StartModel
from autoal_gui.engine.jobs import OneJob
from autoal_gui.exporters.predictions import save_predictions
from autoal_gui.gui.images.image_grid import ImageGrid
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.panels.training_panel import duration
from autoal_gui.gui.predict.predict_filters import PredictFilters
from autoal_gui.gui.predict.predict_setup import NO_MODEL_CHOSEN, PredictSetup
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.text import chip, text_label
from autoal_gui.gui.widgets.theme import Theme
from autoal_gui.sources.opening import kind_at

NOT_A_DIAGNOSIS = mark("These are predictions of a model trained in this program, not a diagnosis.")
FIRST = mark(
    "Choose a model and images, then press Predict. Nothing is added to a project, and the "
    "images stay where they are."
)
WAITS = mark("The program is training; the prediction starts when that has ended.")
MEANWHILE = mark("You can go back meanwhile; what is found will be shown here.")
NO_CLASSES = mark("That file holds weights without classes, so it cannot predict any.")
NONE_FOUND = mark("No image was found there that can be used.")
NONE_SHOWN = mark("No image meets these conditions.")


class PredictPage(Page):
    """What to predict at the left, the images in the middle, the chosen one at the right."""

    help_topic = "exporting"

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Predict"), controller, theme, actions)
        self.loader = ImageLoader(self)
        self.grid = ImageGrid(self.loader, theme)
        self.setup, self.filters = PredictSetup(), PredictFilters()
        self.image_view = ImageView(theme)
        self.facts = text_label()
        self.shown = chip()
        self.told = text_label(tr(FIRST))
        self._model: Path | None = None
        self._is_own = False  # the model is the last one of the open project
        self._spec: SourceSpec | None = None
        self._busy = False
        self._stopping = False  # the user has asked to stop
        self._workspace: tempfile.TemporaryDirectory[str] | None = None
        self._listing = Listing((), ())
        self._pool: ImagePool | None = None
        self._result: PredictFinished | None = None
        self._table: PredictionTable | None = None
        self._target = Path()
        self._asking, self._listed, self._saving = OneJob(self), OneJob(self), OneJob(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.bar.insertWidget(2, self.shown)
        self.shown.hide()
        left = QWidget()
        left.setFixedWidth(20 * self.fontMetrics().height())
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 8)
        column.addWidget(self.setup)
        column.addWidget(self.filters, 1)
        column.addStretch(0)
        self._left = column
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(10, 0, 0, 0)
        column.addWidget(self.told)
        column.addWidget(self.grid, 1)
        self.detail = QWidget()
        column = QVBoxLayout(self.detail)
        column.setContentsMargins(0, 0, 8, 8)
        facts = QVBoxLayout()
        facts.setContentsMargins(10, 4, 10, 4)
        facts.addWidget(self.facts)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.image_view, 1)
        column.addLayout(facts)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(middle)
        split.addWidget(self.detail)
        split.setSizes([600, 400])
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 0, 0)
        row.addWidget(left)
        row.addWidget(split, 1)
        self.body.addLayout(row, 1)
        self._show_parts(False)

    def _connect(self) -> None:
        setup = self.setup
        for signal, slot in (
            (setup.own_wanted, self._take_own),
            (setup.file_wanted, self._ask_model),
            (setup.folder_wanted, self._ask_folder),
            (setup.npz_wanted, self._ask_npz),
            (setup.started, self.start),
            (setup.cancelled, self.cancel),
            (self.filters.changed, self._show_chosen),
            (self.filters.save_wanted, self._ask_target),
            (self.grid.selection_changed, self._show_image),
            (self.grid.opened, self._show_image),
            (self.loader.ready, self._on_ready),
            (self._asking.succeeded, self._on_model),
            (self._asking.failed, self._on_no_model),
            (self._listed.progress, self._on_listing),
            (self._listed.succeeded, self._on_listed),
            (self._listed.failed, self._end),
            (self._listed.cancelled, self._on_cancelled),
            (self._saving.succeeded, self._on_saved),
            (self._saving.failed, setup.line.setText),
            (self.controller.predicting, self._on_event),
        ):
            signal.connect(slot)

    def enter(self) -> None:
        """Offer the open project's last model; what was predicted before stays."""
        checkpoint = self._own_checkpoint()
        self.setup.own.setVisible(checkpoint is not None)
        if not self._busy and checkpoint is not None and (self._is_own or self._model is None):
            self._take_own()
        elif self._is_own and checkpoint is None:
            self._set_model(None, tr(NO_MODEL_CHOSEN))
        self._show_state()
        setup = self.setup
        place = setup.file if self._model is None else setup.folder if not self._spec else None
        (place or (self.grid if self._table is not None else setup.start)).setFocus()

    def _own_checkpoint(self) -> Path | None:
        return self.controller.project.last_checkpoint() if self.controller.is_open else None

    def _show_state(self) -> None:
        self.setup.show_state(self._model is not None and self._spec is not None, self._busy)

    def _show_parts(self, shown: bool) -> None:
        for widget in (self.filters, self.grid, self.detail):
            widget.setVisible(shown)
        self._left.setStretch(2, 0 if shown else 1)
        self.told.setText(tr(NOT_A_DIAGNOSIS if shown else FIRST))
        self.told.setAlignment(
            Qt.AlignmentFlag.AlignLeft if shown else Qt.AlignmentFlag.AlignCenter
        )

    # -- the model ----------------------------------------------------------------------------

    @Slot()
    def _take_own(self) -> None:
        checkpoint = self._own_checkpoint()
        if checkpoint is None:
            return
        last = next(r for r in reversed(self.controller.project.rounds()) if r.checkpoint)
        words = tr(
            "The last model of {project}: round {number}, {labels} labels.",
            project=self.controller.project.name,
            number=number(last.number),
            labels=number(last.labels),
        )
        self._set_model(checkpoint, words, own=True)

    def _set_model(self, model: Path | None, words: str, own: bool = False) -> None:
        self._model, self._is_own = model, own
        self.setup.model.setText(words)
        self._show_state()

    @Slot()
    def _ask_model(self) -> None:
        kinds = tr("Models of this program (*.pt *.safetensors)")
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Model file"), "", kinds)
        if chosen:
            self.choose_model(Path(chosen))

    def choose_model(self, file: Path) -> None:
        """Look into a file beside the window, and take it if it is a model."""
        self._set_model(None, tr("Looking into {name}…", name=file.name))
        self._asking.start(partial(looked_into, self.controller.services, file))

    @Slot(object)
    def _on_model(self, found: tuple[Path, StartModel]) -> None:
        file, model = found
        if not model.classes:
            self._on_no_model(tr(NO_CLASSES))
            return
        names = ", ".join(model.classes)
        words = tr("{name}; it knows: {classes}.", name=file.name, classes=names)
        self._set_model(file, words)

    @Slot(str)
    def _on_no_model(self, sentence: str) -> None:
        self._set_model(None, sentence)

    # -- the images ---------------------------------------------------------------------------

    @Slot()
    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("Folder of images or DICOM files"))
        if chosen:
            self.choose_images(Path(chosen))

    @Slot()
    def _ask_npz(self) -> None:
        kinds = tr("MedMNIST files (*.npz)")
        chosen, _ = QFileDialog.getOpenFileName(self, tr(".npz file"), "", kinds)
        if chosen:
            self.choose_images(Path(chosen))

    def choose_images(self, path: Path) -> None:
        """Take a folder or an .npz file."""
        kind = kind_at(path)
        options = () if kind == "npz" else (("labels", "classes"), ("check", "later"))
        self._spec = SourceSpec(kind, str(path), options)
        self.setup.images.setText(str(path))
        self._show_state()

    # -- the work -----------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """List the images beside the window, then have the engine predict them."""
        if self._model is None or self._spec is None or self._busy:
            return
        self._clear()
        self._workspace = tempfile.TemporaryDirectory(
            prefix="autoal-gui-", ignore_cleanup_errors=True
        )
        self._busy, self._stopping = True, False
        self._show_state()
        self.told.setText(tr(MEANWHILE))
        self.setup.cancel.setFocus()
        self.setup.show_progress(0, 0, tr("Listing the images…"))
        work = partial(listed, self.controller.services, self._spec, Path(self._workspace.name))
        self._listed.start(work)

    def _clear(self) -> None:
        """Forget what was predicted before, and its copies on the disk."""
        self._result, self._table, self._pool = None, None, None
        self.grid.set_images(())
        self.loader.open(None)
        self.shown.hide()
        self._show_parts(False)
        if self._workspace is not None:
            self._workspace.cleanup()
            self._workspace = None

    @Slot(int, int)
    def _on_listing(self, done: int, total: int) -> None:
        self.setup.show_progress(done, total, tr("Listing the images…"))

    @Slot(object)
    def _on_listed(self, found: tuple[Listing, ImagePool]) -> None:
        if self._stopping:  # asked for when the listing had just ended
            self._on_cancelled()
            return
        self._listing, pool = found
        self._pool = pool
        if not self._listing.images or self._model is None or self._workspace is None:
            self._end(tr(NONE_FOUND))
            return
        device = self.controller.project.settings.device if self.controller.is_open else "auto"
        ids = tuple(sorted(pool.images))
        command = Predict(0, pool, ids, str(self._model), self._workspace.name, device)
        begins = self.controller.predict(command)
        self.setup.show_progress(0, 0, tr("Starting…") if begins else tr(WAITS))

    @Slot()
    def cancel(self) -> None:
        """Stop; nothing is kept of what has not ended."""
        self._stopping = True
        self.setup.cancel.setEnabled(False)
        if self._listed.running:
            self._listed.cancel()
        else:
            self.controller.cancel_prediction()

    @Slot()
    def _on_cancelled(self) -> None:
        self._end(tr("Cancelled."))

    @Slot(str)
    def _end(self, sentence: str) -> None:
        self._busy = False
        self._show_state()
        self._show_parts(self._table is not None)
        self.setup.line.setText(sentence)
        if self.isVisible():
            (self.grid if self._table is not None else self.setup.start).setFocus()

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        if not self._busy:
            return
        if isinstance(event, Progress):
            self.setup.show_progress(event.done, event.total, progress_words(event))
        elif isinstance(event, Notice):
            self.setup.line.setText(event.sentence)
        elif isinstance(event, PredictFinished):
            self._show_result(event)
        elif isinstance(event, CommandFailed):
            self._end(event.sentence)
        else:
            self._on_cancelled()

    # -- the result ---------------------------------------------------------------------------

    def _show_result(self, result: PredictFinished) -> None:
        names = {i: image.key for i, image in enumerate(self._listing.images, start=1)}
        table = PredictionTable.of(result.predicted, names)
        self._result, self._table = result, table
        self.loader.open(self._pool)
        self.grid.set_captions(Captions(table, result.classes))
        broken = [(names[image], reason) for image, reason in result.unreadable]
        self.filters.show_table(table, result.classes, [*self._listing.unreadable, *broken])
        self._show_parts(True)
        self._show_chosen()
        self._end(tr_count("{count} image predicted.", "{count} images predicted.", len(table.ids)))
        self.controller.notice.emit(tr(NOT_A_DIAGNOSIS))

    @Slot()
    def _show_chosen(self) -> None:
        table, result, filters = self._table, self._result, self.filters
        if table is None or result is None:
            return
        low, high = filters.low.value(), filters.high.value()
        filters.show_counts(table, result.classes)
        found = table.chosen(filters.class_index, low, high, filters.chosen_order)
        self.grid.set_images(found.tolist())
        self.grid.go_to_row(0)
        self._show_image()
        told = {"shown": number(len(found)), "total": number(len(table.ids))}
        self.shown.setText(tr("{shown} of {total} images", **told))
        self.shown.show()

    @Slot()
    def _show_image(self) -> None:
        image, table, result = self.grid.current(), self._table, self._result
        if image is None or table is None or result is None:
            self.image_view.show_sentence(tr(NONE_SHOWN))
            self.facts.clear()
            return
        self.loader.want((image,))
        self._on_ready(image)
        row = table.rows[image]
        shares = result.predicted.probabilities[row].tolist()
        name = self._listing.images[image - 1].key
        self.facts.setText("\n".join((name, *share_lines(result.classes, shares))))

    @Slot(int)
    def _on_ready(self, image: int) -> None:
        if image != self.grid.current():
            return
        if (picture := self.loader.picture(image)) is not None:
            self.image_view.show_picture(picture)
        else:
            reading = tr("Reading the image…")
            self.image_view.show_sentence(self.loader.failure(image) or reading)

    # -- saving -------------------------------------------------------------------------------

    @Slot()
    def _ask_target(self) -> None:
        kinds = tr("Tables (*.csv)")
        name = "predictions.csv"
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save as CSV"), name, kinds)
        if chosen:
            self.save(Path(chosen))

    def save(self, target: Path) -> None:
        """Write all predictions as the command line does; beside the window."""
        result, listing = self._result, self._listing
        if result is None:
            return
        self._target = target
        self._saving.start(partial(saved, target, listing, result))

    @Slot()
    def _on_saved(self) -> None:
        self.setup.line.setText(tr("Written: {target}", target=str(self._target)))

    def close_threads(self) -> None:
        """End what runs beside the window, and remove the copies on the disk."""
        for job in (self._asking, self._listed, self._saving):
            job.close()
        self.loader.close()
        if self._workspace is not None:
            self._workspace.cleanup()


def looked_into(
    services: Services, file: Path, progress: ProgressCallback
) -> tuple[Path, StartModel]:
    """Return a file and what its model is; quick enough to need no progress.

    Raises:
        CheckpointError: it is none.
    """
    return file, services.start_model(file)


def saved(
    target: Path, listing: Listing, result: PredictFinished, progress: ProgressCallback
) -> None:
    """Write predictions; about a second for each 100,000 images.

    Raises:
        ProjectError: see `save_predictions`.
    """
    ids, shares = result.predicted.image_ids.tolist(), result.predicted.probabilities
    save_predictions(target, listing, result.classes, ids, shares)


def listed(
    services: Services, spec: SourceSpec, workspace: Path, progress: ProgressCallback
) -> tuple[Listing, ImagePool]:
    """List a set and open its images.

    Raises:
        SourceError, Cancelled: see `Source`.
    """
    listing = services.list_images(spec, workspace, progress)
    return listing, ImagePool.of_listing(listing, services.open_images(spec, workspace))


def progress_words(progress: Progress) -> str:
    """Say how far the prediction is, and the time left."""
    told = {"done": number(progress.done), "total": number(progress.total)}
    reading = progress.step == "reading"
    words = tr("Reading {done} of {total}", **told)
    words = words if reading else tr("Predicting {done} of {total}", **told)
    if progress.seconds_left is None:
        return words
    return f"{words} · {tr('about {time} left', time=duration(progress.seconds_left))}"


def share_lines(classes: Sequence[str], shares: Sequence[float]) -> list[str]:
    """Return a line for each of the likeliest classes."""
    order = sorted(range(len(shares)), key=lambda index: -shares[index])[:6]
    return [f"{percent(shares[index], 1)}  {classes[index]}" for index in order]
