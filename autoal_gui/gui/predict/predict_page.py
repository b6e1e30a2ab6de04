"""A trained model applied to other images, and what it makes of them."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.prediction_table import Captions
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.trained_model import StartModel
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.images.image_grid import ImageGrid
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_view import ImageView, show_image
from autoal_gui.gui.predict.about_result import about_result, old_words
from autoal_gui.gui.predict.caution_section import CautionSection
from autoal_gui.gui.predict.choices import KINDS, NO_CLASSES, ChosenImages, OtherModels
from autoal_gui.gui.predict.comparison_section import ComparisonSection
from autoal_gui.gui.predict.left_side import LeftSide
from autoal_gui.gui.predict.measured_section import MeasuredSection
from autoal_gui.gui.predict.own_images import OwnImages
from autoal_gui.gui.predict.predict_filters import PredictFilters
from autoal_gui.gui.predict.predict_jobs import (
    ChosenModel,
    model_of,
    own_model,
    own_model_words,
)
from autoal_gui.gui.predict.predict_session import PredictSession
from autoal_gui.gui.predict.predict_setup import NO_MODEL_CHOSEN, PredictSetup
from autoal_gui.gui.predict.sending import SendButton
from autoal_gui.gui.predict.upper_words import WordsAbove
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.inputs import keep_folder, last_folder
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.text import chip, text_label
from autoal_gui.gui.widgets.theme import Theme

FIRST = mark(
    "Choose a model and images, then press Predict. Nothing is added to a project, and the "
    "images stay where they are."
)
MEANWHILE = mark("You can go back meanwhile; what is found will be shown here.")
FORMER = mark("These are the former predictions; they stay until the new ones are there.")
FORMER_BRIEF = mark("Former predictions")
NONE_SHOWN = mark("No image meets these conditions.")


class PredictPage(Page):
    """What to predict at the left, the images in the middle, the chosen one at the right."""

    done_elsewhere = Signal(str)
    """A prediction has ended while something else is on screen; how, in a sentence."""
    help_topic = "exporting"

    def __init__(
        self, controller: Controller, theme: Theme, actions: Actions, settings: QSettings
    ) -> None:
        """Make the page; `settings` remembers where the last file was saved."""
        super().__init__(tr("Predict"), controller, theme, actions)
        self._settings = settings
        self.loader = ImageLoader(self)
        self.grid = ImageGrid(self.loader, theme)
        self.setup, self.filters = PredictSetup(controller), PredictFilters()
        self.image_view = ImageView(theme)
        self.facts = text_label()
        self.shown = chip()
        self.explanation = text_label(tr(FIRST))
        self.measured, self.caution = MeasuredSection(), CautionSection()
        self.comparison = ComparisonSection()
        self._model: Path | None = None
        self._is_own = False  # the model is the last one of the open project
        self.session = PredictSession(controller, self)
        self._asking = OneJob(self)
        self.others = OtherModels(controller, self.setup, self)
        self.images = ChosenImages(controller, self.setup, settings, self)
        self.own = OwnImages(controller, self.session)
        self.send = SendButton(controller)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.bar.insertWidget(2, self.shown)
        self.shown.hide()
        self.side = LeftSide(self.setup, self.filters)
        # What is to be looked at comes first: a low window has no room for all of it.
        words = (self.caution, self.explanation, self.measured, self.comparison)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(10, 0, 0, 0)
        column.addWidget(WordsAbove(self.grid, *words))
        self.detail = QWidget()
        column = QVBoxLayout(self.detail)
        column.setContentsMargins(0, 0, 8, 8)
        facts = QVBoxLayout()
        facts.setContentsMargins(10, 4, 10, 4)
        facts.addWidget(self.facts)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.image_view, 1)
        facts.addWidget(self.send)
        facts.addWidget(self.send.reason)
        column.addLayout(facts)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(middle)
        split.addWidget(self.detail)
        split.setSizes([600, 400])
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 0, 0)
        row.addWidget(self.side)
        row.addWidget(split, 1)
        self.body.addLayout(row, 1)
        self._show_parts(False)

    def _connect(self) -> None:
        setup = self.setup
        for signal, slot in (
            (setup.own_wanted, self._take_own),
            (setup.file_wanted, self._ask_model),
            (self.images.changed, self._show_state),
            (self.images.changed, self._show_about),
            (self.images.picked, self._go_on),
            (setup.started, self.start),
            (setup.cancelled, self.cancel),
            (self.filters.changed, self._show_chosen),
            (self.filters.save_wanted, self._ask_target),
            (self.grid.selection_changed, self._show_image),
            (self.grid.opened, self._show_image),
            (self.loader.ready, self._on_ready),
            (self._asking.succeeded, self._on_model),
            (self._asking.failed, self._on_no_model),
            (self.session.progressed, setup.show_progress),
            (self.session.said, setup.line.setText),
            (self.session.predicted, self._on_predicted),
            (self.session.ended, self._on_ended),
            (self.others.said, setup.line.setText),
            (self.send.said, setup.line.setText),
            (self.caution.changed, self._on_rule),
            (self.caution.look_wanted, self.filters.show_look),
            (self.controller.training.ranked, self._on_round),
            (self.controller.training.rounds_changed, self._follow_own),
            (self.controller.setup.settings_changed, self._show_about),
        ):
            signal.connect(slot)

    def enter(self) -> None:
        """Offer the open project's last model and images; what was predicted before stays."""
        self._follow_own(also_first=True)
        self.images.offer_own()
        self.others.offer(self._model)
        self._show_state()
        self._show_about()
        setup = self.setup
        place = (
            setup.file if self._model is None else setup.folder if not self.images.spec else None
        )
        (place or (self.grid if self.session.table is not None else setup.start)).setFocus()

    @Slot()
    def _follow_own(self, also_first: bool = False) -> None:
        """Take the last model anew where the project's own is chosen, or where none is yet."""
        is_open = self.controller.is_open
        checkpoint = self.controller.project.rounds.last_checkpoint() if is_open else None
        self.setup.own.setVisible(checkpoint is not None)
        may_take = self._is_own or (also_first and self._model is None)
        if may_take and checkpoint is not None:
            self._take_own()
        elif self._is_own and checkpoint is None:
            self._set_model(None, tr(NO_MODEL_CHOSEN))

    @Slot()
    def _on_round(self) -> None:
        """Offer the model of the round that has ended, and say which one is on screen."""
        self._follow_own()
        self._show_about()

    def _show_state(self) -> None:
        is_ready = self._model is not None and self.images.spec is not None
        self.setup.show_state(is_ready, self.session.is_busy)

    def _show_parts(self, shown: bool) -> None:
        self.side.show_filters(shown)
        for widget in (self.grid, self.detail):
            widget.setVisible(shown)
        self.measured.setVisible(shown and self.measured.has_results)
        self.comparison.setVisible(shown and len(self.session.answers) > 1)
        self.caution.setVisible(shown)
        self.explanation.setText(tr(FIRST))
        self._show_about()
        self.explanation.setAlignment(
            Qt.AlignmentFlag.AlignLeft if shown else Qt.AlignmentFlag.AlignCenter
        )

    @Slot()
    def _show_about(self) -> None:
        """Say what the predictions on screen are; a round or a choice may have made them old."""
        if self.session.table is not None:
            former = tr(FORMER) if self.session.is_busy else ""
            words = (former, about_result(self.session, self.controller), self.own.sentences())
            self.explanation.setText(" ".join(filter(None, words)))
            words_of_old = old_words(self.session, self.controller, self.images.spec)
            self.setup.show_old(words_of_old)

    # -- the model ----------------------------------------------------------------------------

    @Slot()
    def _take_own(self) -> None:
        model = last_model(self.controller.project) if self.controller.is_open else None
        if model is None:
            return
        training = self.controller.training
        runs = training.round_number if training.trains else None
        words = own_model_words(self.controller.project, model, runs)
        self._set_model(model.file, words, own=True)

    def _set_model(self, model: Path | None, words: str, own: bool = False) -> None:
        self._model, self._is_own = model, own
        self.setup.model.setText(words)
        self.others.offer(model)
        self._show_state()

    @Slot()
    def _ask_model(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Model file"), "", tr(KINDS))
        if chosen:
            self.choose_model(Path(chosen))

    def choose_model(self, file: Path) -> None:
        """Look into a file beside the window, and take it if it is a model."""
        self._set_model(None, tr("Opening {name}…", name=file.name))
        self._asking.start(partial(model_of, self.controller.services, file))

    @Slot(object)
    def _on_model(self, found: tuple[Path, StartModel]) -> None:
        file, model = found
        if not model.classes:
            self._on_no_model(tr(NO_CLASSES))
            return
        words = tr("{name}; it knows: {classes}.", name=file.name, classes=", ".join(model.classes))
        self._set_model(file, words)

    @Slot(str)
    def _on_no_model(self, sentence: str) -> None:
        self._set_model(None, sentence)

    # -- the work -----------------------------------------------------------------------------

    @Slot()
    def _go_on(self) -> None:
        if self.setup.start.isEnabled():
            self.setup.start.setFocus()  # Enter goes on

    @Slot()
    def start(self) -> None:
        """List the images beside the window, then have the engine predict them."""
        spec = self.images.spec
        if self._model is None or spec is None or self.session.is_busy:
            return
        if self.session.table is None:
            self.explanation.setText(tr(MEANWHILE))
        own = own_model(self.controller.project) if self._is_own else None
        first = own or ChosenModel(self._model, self._model.stem)
        self.session.start((first, *self.setup.chosen_others), spec)
        self._tell_count()
        self._show_state()
        self._show_about()
        self.setup.cancel.setFocus()

    @Slot()
    def cancel(self) -> None:
        """Stop; nothing is kept of what has not ended."""
        self.setup.cancel.setEnabled(False)
        self.session.cancel()

    @Slot(str)
    def _on_ended(self, sentence: str) -> None:
        has_result = self.session.table is not None
        self._follow_own()  # a round may have ended meanwhile
        self._show_state()
        self._show_parts(has_result)
        self._tell_count()
        self.setup.line.setText(sentence)
        if self.isVisible():
            (self.grid if has_result else self.setup.start).setFocus()

    # -- the result ---------------------------------------------------------------------------

    @Slot()
    def _on_predicted(self) -> None:
        session = self.session
        table, result = session.table, session.result
        if table is None or result is None:
            return
        self.loader.open(session.pool)
        session.taught = self.own.written().taught
        self.grid.set_captions(Captions(table, result.classes))
        self.filters.show_table(table, result.classes, session.unreadable())
        self.measured.show_results(session.measured(), session.listing.columns, result.classes)
        self.comparison.show_comparison(session.comparison())
        self._show_caution()
        self._show_parts(True)
        self._show_chosen()
        count = len(table.ids)
        words = tr_count("{count} image predicted.", "{count} images predicted.", count)
        self._on_ended(words)
        if not self.isVisible():
            self.done_elsewhere.emit(words)

    @Slot()
    def _on_rule(self) -> None:
        self.session.judge(self.caution.rule)
        table, result = self.session.table, self.session.result
        if table is not None and result is not None:
            self.grid.set_captions(Captions(table, result.classes))
            self._show_caution()
            self._show_chosen()

    def _show_caution(self) -> None:
        session, table = self.session, self.session.table
        if session.caution is not None and session.result is not None and table is not None:
            self.caution.show_caution(
                session.caution,
                session.result.calibration,
                session.is_judged,
                session.answered(),
                session.threshold,
                session.result.scarce,
                self.own.labelled_words(table.ids[session.caution.needs_look].tolist()),
            )

    @Slot()
    def _show_chosen(self) -> None:
        table, result, filters = self.session.table, self.session.result, self.filters
        if table is None or result is None:
            return
        low, high = filters.low.value(), filters.high.value()
        filters.show_counts(table, result.classes)
        order = filters.chosen_order
        found = table.chosen(filters.class_index, low, high, order, filters.only_look)
        self.grid.set_images(found.tolist())
        self.grid.go_to_row(0)
        self._show_image()
        self._tell_count()

    def _tell_count(self) -> None:
        table = self.session.table
        shown, total = number(len(self.grid.images)), 0 if table is None else len(table.ids)
        words = tr_count(
            "{shown} of {count} image", "{shown} of {count} images", total, shown=shown
        )
        self.shown.setText(tr(FORMER_BRIEF) if self.session.is_busy else words)
        self.shown.setVisible(table is not None)

    @Slot()
    def _show_image(self) -> None:
        image, table, result = self.grid.current(), self.session.table, self.session.result
        names = [self.session.name_of(one) for one in self.grid.selected()]
        self.send.show_selection(self.session.spec, names, self.own.known.keys())
        if image is None or table is None or result is None:
            self.image_view.show_sentence(tr(NONE_SHOWN))
            self.facts.clear()
            return
        self.loader.want((image,))
        self._on_ready(image)
        self.facts.setText("\n".join(self.session.facts(image)))

    @Slot(int)
    def _on_ready(self, image: int) -> None:
        if image == self.grid.current():
            show_image(self.image_view, self.loader, image)

    # -- saving -------------------------------------------------------------------------------

    @Slot()
    def _ask_target(self) -> None:
        kinds = tr("Tables (*.csv)")
        target = str(last_folder(self._settings) / "predictions.csv")
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save as CSV"), target, kinds)
        if chosen:
            keep_folder(self._settings, Path(chosen))
            self.session.save(Path(chosen), self.own.written())

    def close_threads(self) -> None:
        """End what runs beside the window, and remove the copies on the disk."""
        self._asking.close()
        self.others.close()
        self.loader.close()
        self.session.close()
