"""The card on which a user chooses from which probability on an image is given a class."""

import math

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, percent, tr
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.measures.operating.point import (
    OperatingPoint,
    OperatingRule,
    Performance,
    cross_fitted,
    is_measurable,
    performance_at,
)
from autoal_gui.core.measures.operating.roc import KINDS, Kind, Roc
from autoal_gui.core.measures.operating.text import (
    FITTED,
    found_sentence,
    fresh_sentence,
    in_all_sentence,
    kept_sentence,
    left_sentence,
    precision_sentence,
    says_nothing_is_there,
    threshold_sentence,
    why_not,
    would_sentence,
)
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.gui.panels.performance.roc_plot import RocPlot
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.inputs import OneOf, combo
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

LEVELS = (0.8, 0.85, 0.9, 0.95, 0.98)  # what can be asked for by name
FIRST = 0.9  # the specificity at which the point stands first
KIND_WORDS: dict[Kind, str] = {
    "specificity": mark("Specificity of at least"),
    "sensitivity": mark("Sensitivity of at least"),
}
KIND_TIP = mark(
    "What the threshold is to keep: a sensitivity, so that few images of the class are missed, or "
    "a specificity, so that few others are mistaken for it."
)
LIKELIEST = mark("No threshold is set: an image is given the class with the highest probability.")
PROPOSED = mark("The point on the curve is a proposal.")
DRAG = mark("Drag the point, or move it by the arrow keys.")
NOT_OF_ONE_MODEL = mark(
    "Not measured: there is no evaluation set, and the random images were predicted by "
    "models of several rounds, whose probabilities cannot be put on one curve."
)
LOST = mark(
    "The point that this project keeps cannot be found with the images of now, so that an image is "
    "given the class with the highest probability."
)
NOT_REACHED = mark("No threshold has that specificity here; the strictest one is shown.")
ASIDE_TIP = mark(
    "All images of an evaluation set count here, so that a threshold can be chosen sooner. They "
    "measure only; the model does not learn from them."
)
USE, IN_USE = mark("Use this point"), mark("✓ This point is in use")
USE_TIP = mark(
    "Predict, the exported model and the report use it. For the model of each later round the "
    "threshold is chosen anew, for the same specificity or sensitivity."
)


class OperatingCard(QWidget):
    """A class, its curve with a point, what is measured there, and whether it is used."""

    kept = Signal(object)
    """The `OperatingRule` that is to be used from now on, or None."""
    evaluation_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._measured = MeasuredImages.nothing()
        self._classes: tuple[str, ...] = ()
        self._roc: Roc | None = None
        self._kept: OperatingRule | None = None
        self._used: Threshold | None = None
        self._goal, self._kind = FIRST, KINDS[0]
        self._corner = 0  # of the curve, at which the point is shown
        self.classes = combo(tr("Class against the others"), {}, "")
        self.form = OneOf(
            [
                (tr("ROC"), tr("Sensitivity against the share of others mistaken for the class")),
                (
                    tr("Precision-recall"),
                    tr("How often the class is right when it is said, against its sensitivity"),
                ),
            ]
        )
        self.plot = RocPlot()
        self.kind = combo(
            tr("What is asked for"), {kind: tr(KIND_WORDS[kind]) for kind in KINDS}, KINDS[0]
        )
        self.kind.setToolTip(tr(KIND_TIP))
        self.level = combo(tr("At least"), {}, "")
        self.fresh = text_label(bold=True)
        self.found, self.left, self.in_all = text_label(), text_label(), text_label()
        self.precision, self.threshold = (text_label(role="muted", size=SMALL) for _ in range(2))
        self.basis = text_label(role="muted", size=SMALL)
        self.problem = text_label(role="muted")
        self.aside = QToolButton()
        self.aside.setText(tr("Evaluation set…"))
        self.aside.setToolTip(tr(ASIDE_TIP))
        self.aside.clicked.connect(self.evaluation_wanted)
        self._may_set_aside = False
        self.state, self.change = text_label(), text_label(bold=True)
        self.change.hide()
        self.use = QPushButton(tr(USE))
        self.use.setToolTip(tr(USE_TIP))
        self.stop = QPushButton(tr("Use no threshold"))
        self._lay_out()
        self.classes.currentIndexChanged.connect(self._on_class)
        self.form.chosen.connect(self._show_form)
        self.plot.moved.connect(self._on_moved)
        self.kind.activated.connect(self._on_kind)
        self.level.activated.connect(self._on_level)
        self.use.clicked.connect(self._on_use)
        self.stop.clicked.connect(self._on_stop)

    def _lay_out(self) -> None:
        self._choice, self._body = QWidget(), QWidget()
        row = QHBoxLayout(self._choice)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(text_label(tr("Class against the others"), wrap=True), 1)
        row.addWidget(self.classes, 1)
        level = QHBoxLayout()
        level.addWidget(self.kind, 1)
        level.addWidget(self.level, 1)
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        self.drag = text_label(role="muted", size=SMALL)
        inside.addWidget(self.drag)
        inside.addWidget(self.form)
        inside.addWidget(self.plot)
        inside.addLayout(level)
        self.fitted = Section(tr("On the images that chose the threshold"))
        fitted = text_label(tr(FITTED), role="muted", size=SMALL)
        for label in (fitted, self.found, self.left, self.precision):
            self.fitted.body.addWidget(label)
        # What is to be expected comes first: the other figures are nearly the same, and too good.
        for widget in (self.fresh, self.in_all, self.threshold, self.fitted):
            inside.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self.use)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        # What is in use comes first: the point on the curve may be another one.
        for part in (self.state, self.change, self.basis, self._choice, self.problem):
            column.addWidget(part)
        column.addWidget(self.aside, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._body)
        column.addLayout(buttons)

    def tint(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.plot.tint(theme)

    # -- what is shown ------------------------------------------------------------------------

    def show_results(
        self,
        measured: MeasuredImages,
        classes: tuple[str, ...],
        rule: OperatingRule | None,
        point: OperatingPoint | None,
        is_of_one_model: bool,
        basis: str = "",
    ) -> None:
        """Show other results.

        Args:
            measured: the images that were measured on.
            classes: their names, by index; "" for one that is not in use.
            rule: that the project keeps.
            point: what it chooses for the last model; None where that cannot be done.
            is_of_one_model: whether the images were predicted as that model predicts.
            basis: which images count here, where those are not all that were measured on.
        """
        self.basis.setText(basis)
        self.basis.setVisible(bool(basis))
        self._measured, self._classes = measured, classes
        chosen = self.classes.currentData()
        self._show_state(rule, point)
        self.classes.blockSignals(True)
        self.classes.clear()
        if is_of_one_model:
            for index, name in enumerate(classes[: measured.probabilities.shape[1]]):
                if name:
                    self.classes.addItem(name, index)
        first = rule.class_index if rule else _first(measured, classes)
        wanted = first if chosen is None or rule else chosen
        self.classes.setCurrentIndex(max(0, self.classes.findData(wanted)))
        self.classes.blockSignals(False)
        self._choice.setVisible(self.classes.count() > 0)
        if rule is not None:
            self._goal, self._kind = rule.least, rule.kind
        self._on_class()

    def offer_evaluation(self, *, offered: bool) -> None:
        """Offer to set images aside, all of which count, where too few count for a threshold."""
        self._may_set_aside = offered
        self._show_offer()

    def _show_offer(self) -> None:
        self.aside.setVisible(self._may_set_aside and not self.problem.isHidden())

    def show_change(self, words: str) -> None:
        """Say that the last model has another threshold than the one before; "" if it has not."""
        self.change.setText(words)
        self.change.setVisible(bool(words))

    def _show_state(self, rule: OperatingRule | None, point: OperatingPoint | None) -> None:
        self.stop.setVisible(rule is not None)
        self._used, self._kept = (point.threshold, rule) if point else (None, None)
        if point is not None:
            self.state.setText(kept_sentence(self._classes[point.rule.class_index], point))
        else:
            self.state.setText(tr(LIKELIEST if rule is None else LOST))
        self.drag.setText(tr(DRAG) if rule is not None else f"{tr(DRAG)} {tr(PROPOSED)}")

    @Slot()
    def _on_class(self) -> None:
        """Show the curve of another class, or why there is none."""
        index = self.classes.currentData()
        problem = tr(NOT_OF_ONE_MODEL)
        if index is not None:
            problem = why_not(self._classes[index], self._inside(), self._measured.units)
        for part in (self._body, self.use):
            part.setVisible(not problem)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self._show_offer()
        weights = self._measured.weights
        self._roc = None if problem else Roc.of(self._inside(), self._scores(), weights)
        if self._roc is not None:
            self._show_form()

    @Slot()
    def _show_form(self) -> None:
        self.plot.show_curve(self._roc, self.form.position == 1, self.classes.currentText())
        self._show_goal()

    def _show_goal(self) -> None:
        """Put the point where the specificity or sensitivity is that is asked for."""
        if self._roc is None:
            return
        corner, strictest = self._roc.corner_at(self._goal, self._kind), self._roc.corners[0]
        if corner is None:
            self._goal = float(self._roc.specificities[strictest])
        self._show_levels()
        self._show_point(0 if corner is None else corner)
        if corner is None:
            self.fresh.setText(f"{tr(NOT_REACHED)} {self.fresh.text()}")

    def _show_levels(self) -> None:
        self.kind.setCurrentIndex(self.kind.findData(self._kind))
        self.level.blockSignals(True)
        self.level.clear()
        for level in sorted({*LEVELS, self._goal}):
            self.level.addItem(percent(level, 0 if level in LEVELS else 1), level)
        self.level.setCurrentIndex(self.level.findData(self._goal))
        self.level.blockSignals(False)

    def _show_point(self, corner: int) -> None:
        roc, name, units = self._roc, self.classes.currentText(), self._measured.units
        if roc is None:
            return
        self._corner = corner
        value = float(roc.thresholds[roc.corners[corner]])
        here = performance_at(self._inside(), self._scores(), value, units, self._measured.weights)
        self.found.setText(found_sentence(name, here.sensitivity))
        self.left.setText(left_sentence(here.specificity))
        known, chosen = self._measured, Threshold(self.classes.currentData(), value)
        self.in_all.setText(
            in_all_sentence(known.truth, known.probabilities, chosen, known.weights)
        )
        self.precision.setText(precision_sentence(name, here))
        told = threshold_sentence if self._is_used(value) else would_sentence
        self.use.setText(tr(IN_USE if self._kept == self._rule() else USE))
        names = [self.classes.itemText(place) for place in range(self.classes.count())]
        self.threshold.setText(told(names, self.classes.currentIndex(), value))
        self.fresh.setText(fresh_sentence(self._fresh()))
        words = f"{self.found.text()} {self.left.text()}"
        self.plot.show_point(corner, here, words)

    def _is_used(self, value: float) -> bool:
        """Say whether images are given the class from this probability on."""
        used = self._used
        return used is not None and (
            used.class_index == self.classes.currentData() and math.isclose(used.value, value)
        )

    def _fresh(self) -> Performance:
        known = self._measured
        return cross_fitted(
            self._inside(), self._scores(), self._rule(), known.units, known.weights
        )

    def _rule(self) -> OperatingRule:
        """Return what stands on the card."""
        return OperatingRule(self.classes.currentData(), self._goal, self._kind)

    def _inside(self) -> np.ndarray:
        inside: np.ndarray = self._measured.truth == self.classes.currentData()
        return inside

    def _scores(self) -> np.ndarray:
        return self._measured.probabilities[:, self.classes.currentData()]

    # -- what the user does -------------------------------------------------------------------

    @Slot(int)
    def _on_moved(self, corner: int) -> None:
        if self._roc is not None:
            self._goal = float(self._roc.shares(self._kind)[self._roc.corners[corner]])
            self._show_levels()
            self._show_point(corner)

    @Slot()
    def _on_kind(self) -> None:
        """Ask for the other kind, in the same measure; a point that was dragged stays.

        Its number is another then.
        """
        if self.kind.currentData() == self._kind:
            return
        self._kind = self.kind.currentData()
        if self._roc is not None and self._goal not in LEVELS:
            self._goal = float(self._roc.shares(self._kind)[self._roc.corners[self._corner]])
        self._show_goal()

    @Slot()
    def _on_level(self) -> None:
        self._goal = self.level.currentData()
        self._show_goal()

    @Slot()
    def _on_use(self) -> None:
        self.use.setFocus()  # macOS gives it none at a click; what has it keeps its place
        self.kept.emit(self._rule())

    @Slot()
    def _on_stop(self) -> None:
        self.use.setFocus()  # this button goes: Qt would scroll to what comes after it
        self.kept.emit(None)


def _first(measured: MeasuredImages, classes: tuple[str, ...]) -> int:
    """Return the class that is shown first: the rarest that can be measured and is looked for.

    Where none can be measured it is the commonest.
    """
    counts = np.bincount(measured.truth, minlength=measured.probabilities.shape[1])
    able = [
        index
        for index in range(len(counts))
        if is_measurable(measured.truth == index, measured.units)
    ]
    if not able:
        return int(counts.argmax()) if len(counts) else 0
    return min(able, key=lambda index: (says_nothing_is_there(classes[index]), counts[index]))
