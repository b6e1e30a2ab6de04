"""Performance on images that the method did not choose: the evaluation set, and random ones."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.alike_text import alike_sentence
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimate_text import COUNTED_ALIKE
from autoal_gui.core.measures.calibration import calibration
from autoal_gui.core.measures.outlook import (
    Outlook,
    agreed,
    measuring_sentence,
    worth_sentences,
)
from autoal_gui.core.measures.stopping_advice import advise
from autoal_gui.core.project.kept_point import changed_words, is_of_one_model
from autoal_gui.core.project.learned_classes import rare_class, short_names
from autoal_gui.core.project.measured_rounds import (
    Measured,
    chance_words,
    new_class_words,
    outlook_of,
    points_of,
)
from autoal_gui.core.project.result_in_use import BY_LIKELIEST, ResultInUse
from autoal_gui.gui.panels.performance.calibration_card import CalibrationCard
from autoal_gui.gui.panels.performance.card_links import CardLinks, WayBack
from autoal_gui.gui.panels.performance.class_lacks import Lacks, names_in_use
from autoal_gui.gui.panels.performance.class_table import ClassTable
from autoal_gui.gui.panels.performance.column_results import ColumnResults
from autoal_gui.gui.panels.performance.confusion_matrix import (
    ConfusionMatrix,
    cell_title,
    images_of_cell,
)
from autoal_gui.gui.panels.performance.empty_state import EmptyState, next_words
from autoal_gui.gui.panels.performance.headline import Headline
from autoal_gui.gui.panels.performance.learning_curve import LearningCurve
from autoal_gui.gui.panels.performance.operating_card import OperatingCard
from autoal_gui.gui.panels.performance.searches import Searches
from autoal_gui.gui.panels.performance_text import (
    audit_words,
    basis_words,
    estimated_words,
    hint,
    measured_of,
    measured_words,
)
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.cards import CardColumn
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

AUDIT_TIP = mark(
    "Random images are drawn by chance, not chosen by the method, so that they represent all of "
    "yours. Each was predicted by a model that had not seen its label. The true value"
    " lies in the interval 95 times in 100."
)
WORTH_TIP = mark(
    "Points are hundredths of the balanced accuracy that will be measured, against the last value. "
    "The curve of the rounds so far is drawn on (the pale band); in projects that were replayed, "
    "the later value lay inside about nine times in ten. The time is the median of your answers, "
    "breaks left out."
)
ALIKE_TIP = mark(
    "Images are compared as small pictures. The next frame, the next slice, or the same picture "
    "saved again is found; one that was turned or cut is not."
)
SETTLED = 1000  # milliseconds without an answer, after which the forecast counts the last ones
ENOUGH = mark(
    "More labels are unlikely to change balanced accuracy much: Performance says more, under “Are "
    "more labels worth it?”."
)
ENOUGH_AT_POINT = mark(
    "By the highest probability, not at the operating point, more labels are unlikely to change "
    "balanced accuracy much: Performance says more, under “Are more labels worth it?”."
)
NO_IMAGES = mark("There is no image in this cell.")
NOT_KNOWN = mark("The images of this cell are known after the next round.")


class PerformancePanel(CardColumn):
    """How well the last model does, how that came about, and whether more labels are worth it."""

    _lacking: tuple[frozenset[str], bool, str] | None = None  # classes that the advice names

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self._controller, self._theme = controller, theme
        self.headline = Headline()
        self.audit = text_label(role="muted", size=SMALL)  # the headline is what counts
        self.alike = text_label(bold=True)
        # What stands beside the card's numbers: by what an image is given its class there.
        self.by_point = [_note("") for _ in range(3)]
        self.by_likeliest = [_note(tr(BY_LIKELIEST)) for _ in range(3)]
        self._result: ResultInUse | None = None
        self.alike.setToolTip(tr(ALIKE_TIP))
        self.advice = text_label()
        self.advice.setToolTip(tr(WORTH_TIP))
        self.measuring = text_label(role="muted", size=SMALL)
        self.by_chance = text_label(role="muted", size=SMALL)
        self.curve = LearningCurve()
        self.classes = ClassTable()
        self.matrix = ConfusionMatrix(theme)
        self.operating = OperatingCard()
        self.calibration = CalibrationCard()
        self.columns = ColumnResults()
        self.empty = EmptyState(theme)
        self.links, self.way_back = CardLinks(self), WayBack(self)
        # Beside the window's other work after a round: the next image is to come at once.
        self._decisions = self._timer(self._show_decisions)
        self._are_decisions_old = False
        self._next = self._timer(self._show_next)  # likewise, after an answer
        self._settled = self._timer(self._show_ahead, SETTLED)  # while nobody answers
        self._searches = Searches(controller, self.headline)
        self._lay_out()
        self._connect_head(actions)
        self.matrix.opened.connect(self._on_cell)
        self.operating.kept.connect(controller.setup.keep_operating_point)
        controller.project_opened.connect(self.refresh)
        controller.training.ranked.connect(self._on_results)
        controller.labelling.answers_changed.connect(self._next.start)
        controller.images.batch_changed.connect(self._next.start)
        controller.training.rounds_changed.connect(self._next.start)
        controller.setup.classes_changed.connect(self.refresh)
        controller.setup.settings_changed.connect(self.refresh)
        theme.changed.connect(self._tint)
        self._tint()

    def _timer(self, work: Callable[[], None], wait: int = 0) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=wait)
        timer.timeout.connect(work)
        return timer

    def _connect_head(self, actions: Actions) -> None:
        self.headline.point_wanted.connect(self._show_operating)
        self.headline.example_wanted.connect(actions["alike_file"].trigger)
        for card in (self.headline, self.operating):
            card.evaluation_wanted.connect(actions["evaluation_set"].trigger)

    def _lay_out(self) -> None:
        self._empty_card = self.add_card("", self.empty)
        at_classes, at_matrix, at_columns = self.by_point
        at_advice, at_curve, at_calibration = self.by_likeliest
        self.add_card("", self.headline, self.audit, self.alike)
        self.add_card("", self.links)
        self._add_linked(
            tr("Are more labels worth it?"), at_advice, self.advice, self.measuring, self.by_chance
        )
        self._add_linked(tr("Against the number of labels"), at_curve, self.curve)
        self._add_linked(tr("Class by class"), at_classes, self.classes)
        self._add_linked(tr("Where it errs"), _note(
            tr(
                "Rows are the true class, columns what the model says: blue is right, orange "
                "wrong. Click a cell, or press Enter on it, to see its images."
            )
        ), at_matrix, self.matrix)  # fmt: skip
        self._operating_card = self._add_linked(tr("Operating point"), _note(
            tr(
                "From which probability on is an image given the class? A low threshold misses "
                "few, and raises false alarms."
            )
        ), self.operating)  # fmt: skip
        calibrated = tr("Is it as sure as it should be?")
        self._add_linked(calibrated, at_calibration, self.calibration)
        columns = tr("By group and by column")
        self._columns_card = self._add_linked(columns, at_columns, self.columns)
        self.fit_height(self.curve.plot, self.calibration.plot)

    def _add_linked(self, title: str, *parts: QWidget) -> QFrame:
        """Put a card below the others, and a short way to it above them."""
        frame = self.add_card(title, *parts)
        self.links.add(title, frame)
        return frame

    @Slot()
    def _on_results(self) -> None:
        """Show a new round, and say once if it is time to think of stopping."""
        self.refresh()
        measured = measured_of(self._controller.project)
        points, found = points_of(measured), self._outlook(measured)
        short = short_names(self._controller.project)
        if agreed(advise(points), found, short).recommendation == "enough":
            at_point = self._controller.in_use.threshold is not None
            self._controller.notice.emit(tr(ENOUGH_AT_POINT if at_point else ENOUGH))

    def refresh(self) -> None:
        """Show the rounds of the project; what is used or read keeps its place."""
        if self._controller.is_open:
            with self.steady():
                self._show_rounds(measured_of(self._controller.project))

    def _show_rounds(self, measured: Measured) -> None:
        project = self._controller.project
        self.show_cards(hint(project, measured), bool(measured))
        self._result = None
        self._empty_card.setVisible(not measured)
        if not measured:
            self._show_next()
            return
        record, _ = measured[-1]
        names, found = project.classes.names, self._outlook(measured)
        result = self._controller.in_use.result(measured)
        metrics = result.metrics
        self.headline.show_metrics(metrics, names, result.words)
        self.headline.show_lacks(Lacks.of(project, metrics))
        self.hint.setText(measured_words(record, metrics))
        self._show_rule(result)
        self._show_audit(record)
        self._show_alike(record)
        self._show_advice(measured, found)
        self.curve.show_rounds(measured, found, project.files.curve_start)
        self.classes.show_classes(metrics, names)
        self.matrix.show_counts(metrics, names)
        self._are_decisions_old = True
        if self.isVisible():
            self._decisions.start()
        known = replace(self._controller.in_use.known, threshold=result.threshold)
        shown = self.columns.show_results(known, project.settings.columns, names)
        self._columns_card.setVisible(shown)
        self.links.refresh()

    @Slot()
    def _show_next(self) -> None:
        """Say what is missing for the first numbers; beside numbers, which labels are."""
        if not self._controller.is_open:
            return
        if self._empty_card.isHidden():
            self._show_missing()
        else:
            project = self._controller.project
            self.hint.setText(hint(project, measured_of(project)))
            training = self._controller.training
            left = 0 if training.trains else training.answers_left
            self.empty.show_next(next_words(project, left, trains=training.trains))

    def _show_missing(self) -> None:
        """Show which classes lack labels now: what the last round lacked may have come since."""
        project = self._controller.project
        measured = measured_of(project) if self.isVisible() else []
        if not measured:
            return
        self.headline.show_lacks(Lacks.of(project, measured[-1][1]))
        if self._lacking != _lacking(short_names(project), rare_class(project)):
            self._show_ahead()
        else:  # how many labels are left to give, and how long they take, can wait
            self._settled.start()

    @Slot()
    def _show_ahead(self) -> None:
        """Show what more labels bring now: as many fewer of them as were given meanwhile."""
        project = self._controller.project if self._controller.is_open else None
        measured = measured_of(project) if project and self.isVisible() else []
        if project and measured:
            found = self._outlook(measured)
            with self.steady():
                self._show_advice(measured, found)
            self.curve.show_rounds(measured, found, project.files.curve_start)

    def _show_rule(self, result: ResultInUse) -> None:
        """Say of each number by what an image is given its class, where a threshold is in use."""
        self._result = result
        weighed = tr(COUNTED_ALIKE) if isinstance(result.metrics, Estimate) else ""
        at_classes, at_matrix, at_columns = self.by_point
        at_columns.setText(result.brief)
        for label in (at_classes, at_matrix):
            label.setText(" ".join(filter(None, (result.brief, weighed))))
        for label in self.by_point:
            label.setVisible(bool(label.text()))
        for label in self.by_likeliest:
            label.setVisible(bool(result.words))

    def _as_counted(self, words: str) -> str:
        """Say that a sentence counts the likeliest class, where the card above counts another."""
        at_point = self._result is not None and bool(self._result.words)
        told = mark("{words} This counts the class with the highest probability.")
        return tr(told, words=words) if at_point else words

    def _show_audit(self, record: RoundRecord) -> None:
        """Show what random images say, where the numbers above them come from the evaluation set.

        An estimate from all answers stays out of it: it is weaker evidence of the same thing, and
        two figures that differ would leave it to the reader which one to believe.
        """
        words, tip = "", ""
        if record.metrics and record.audit and not record.estimate:
            words = self._as_counted(audit_words(record.metrics, record.audit))
            tip = tr(AUDIT_TIP)
        self.audit.setText(words)
        self.audit.setToolTip(tip)
        self.audit.setVisible(bool(words))

    def _show_alike(self, record: RoundRecord) -> None:
        """Say by how much images that are nearly the same as labelled ones may flatter."""
        found, metrics = record.nearly_alike, record.metrics
        known = found is not None and metrics is not None
        words = alike_sentence(found, metrics) if found and metrics else ""
        self.alike.setText(self._as_counted(words) if words else "")
        self.alike.setVisible(known)

    def _outlook(self, measured: Measured) -> Outlook | None:
        project, labels = self._controller.project, self._controller.project.labels
        short, waiting = short_names(project), len(labels.unanswered())
        teach = len(labels.training())
        return outlook_of(measured, waiting, labels.answers.values(), short, teach)

    def _show_advice(self, measured: Measured, found: Outlook | None) -> None:
        points, (_, metrics) = points_of(measured), measured[-1]
        project = self._controller.project
        short, rare = short_names(project), rare_class(project)
        self._lacking = _lacking(short, rare)
        new_class = new_class_words(measured, project.classes.names)
        told = new_class, *worth_sentences(points, found, short, rare)
        self.advice.setText("\n".join(filter(None, told)))
        self.measuring.setText(measuring_sentence(metrics, len(project.pool.images)))
        self.measuring.setVisible(bool(self.measuring.text()))
        self.by_chance.setText(chance_words(measured))
        self.by_chance.setVisible(bool(self.by_chance.text()))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show what came while nobody saw the panel."""
        super().showEvent(event)
        self._next.start()
        if self._are_decisions_old:
            self._decisions.start()

    @Slot()
    def _show_decisions(self) -> None:
        """Show what thresholds would find, and whether probabilities are right."""
        if not self._controller.is_open:
            return
        self._are_decisions_old = False
        project = self._controller.project
        known, point = self._controller.in_use.weighed, self._controller.in_use.point
        of_one, chance = is_of_one_model(project) and bool(known.images), known.weights is None
        rule, apart = project.settings.operating_point, bool(project.labels.evaluation())
        basis = ""
        if of_one and not apart:
            count, answers = len(known.images), len(project.labels.training())
            basis = basis_words(count, answers) if chance else estimated_words(count)
        found = calibration(*known.compared) if of_one else None
        with self.steady():
            self.operating.show_results(known, names_in_use(project), rule, point, of_one, basis)
            self.operating.offer_evaluation(offered=of_one and not apart)
            self.operating.show_change(changed_words(project, point))
            self.calibration.show_found(found, basis)

    @Slot()
    def _show_operating(self) -> None:
        """Scroll to where the threshold is chosen."""
        self.bring_up(self._operating_card)
        self.operating.classes.setFocus()

    @Slot(int, int)
    def _on_cell(self, truth: int, predicted: int) -> None:
        """Open the images that a cell counts."""
        project = self._controller.project
        threshold = self._result.threshold if self._result else None
        images = images_of_cell(project, truth, predicted, threshold)
        if images:
            classes = project.classes.names
            self._controller.show_images(cell_title(classes[truth], classes[predicted]), images)
            return
        nothing = self.matrix.count_at(truth, predicted) == 0
        self._controller.notice.emit(tr(NO_IMAGES if nothing else NOT_KNOWN))

    @Slot()
    def _tint(self) -> None:
        for part in (self.curve, self.operating, self.calibration):
            part.tint(self._theme)
        self.refresh()


def _lacking(short: Mapping[str, int], rare: str) -> tuple[frozenset[str], bool, str]:
    """Return what the advice says of classes with few labels: which, and whether any has none.

    An answer seldom changes that, so that the forecast is not made anew for each.
    """
    return frozenset(short), 0 in short.values(), rare


def _note(words: str) -> QLabel:
    return text_label(words, role="muted", size=SMALL)
