"""When the model is not to answer, which images need a look, and what is guaranteed of that."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QSpinBox, QWidget

from autoal_gui.core.language import mark, percent_sign, tr
from autoal_gui.core.measures.caution import (
    Caution,
    Rule,
    guarantee,
    look_sentence,
    reasons_sentence,
    sure_words,
)
from autoal_gui.core.measures.conformal import Calibration
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.inputs import SLACK, spin
from autoal_gui.gui.widgets.text import text_label

LARGE = 28  # pixels of a line; a number would not fit beside a long word in a narrow column
LOOK_MEANS = mark(
    "“?” before a class: look at the image yourself before you rely on the answer of the model."
)
UNJUDGED = mark("When is the model not to answer?")
LEAST_TIP = mark(
    "Images of which the model is less certain get no answer in the table, and need a look; 0 for "
    "never"
)
LEVEL_TIP = mark(
    "How often the classes that are named as possible are to hold the true one; where several are "
    "possible, the image needs a look"
)


class CautionSection(Section):
    """A line that opens: how many images need a look, and by which rule."""

    changed = Signal()
    """The user has chosen another rule."""
    look_wanted = Signal()
    """Only what needs a look is to be shown."""

    def __init__(self) -> None:
        super().__init__("")
        least = tr("Give no answer if less certain than")
        self.least = self._make_share(least, 0, 100, 0, LEAST_TIP)
        self.least.setSpecialValueText(tr("not used"))
        level = tr("The classes that are named are to include the true one in")
        self.level = self._make_share(level, 50, 99, 90, LEVEL_TIP)
        self._level_label = text_label(self.level.accessibleName())
        rule = self._make_rule()
        self.answered, self.guarantee = text_label(), text_label(role="muted")
        for part in (rule, self.answered, self.guarantee):  # all of it scrolls as one
            self.body.addWidget(part)
        self.legend = text_label(role="muted")
        """What the sign before a class means, and why it is there."""
        self.sure = text_label()
        """How often it errs where nothing calls for a look: in sight, since few open the rest."""
        self.look = QPushButton(tr("Show only these"))
        self.look.clicked.connect(self.look_wanted)
        self.column.addWidget(self.legend)
        self.column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self.sure)

    def _make_rule(self) -> QWidget:
        """Return both numbers behind their words, or below them where text is large.

        In a wide column they are no further from their words than these are long.
        """
        least_label = text_label(self.least.accessibleName())
        labels, boxes = (least_label, self._level_label), (self.least, self.level)
        rule, inside = QWidget(), QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        below = self.fontMetrics().height() > LARGE
        for row, (label, box) in enumerate(zip(labels, boxes, strict=True)):
            grid.addWidget(label, 2 * row, 0)
            if below:
                grid.addWidget(box, 2 * row + 1, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                grid.addWidget(box, 2 * row, 1)
        words = max(one.fontMetrics().horizontalAdvance(one.text()) for one in labels)
        widest = max(box.sizeHint().width() for box in boxes)
        inside.setMaximumWidth(words + widest + grid.horizontalSpacing() + SLACK)
        whole = QHBoxLayout(rule)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(inside, 1)
        whole.addStretch(0)
        return rule

    def _make_share(self, name: str, low: int, high: int, value: int, tip: str) -> QSpinBox:
        box = spin(name, low, high, value)
        box.setSuffix(percent_sign())
        box.setToolTip(tr(tip))
        box.valueChanged.connect(self._on_changed)
        return box

    @property
    def rule(self) -> Rule:
        """What the user has chosen."""
        return Rule(self.least.value() / 100, self.level.value() / 100)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    def show_caution(
        self,
        caution: Caution,
        calibration: Calibration | None,
        judged: bool,
        answered: str,
        threshold: Threshold | None = None,
        scarce: tuple[int, ...] = (),
        labelled: str = "",
    ) -> None:
        """Show what came of the rule.

        Args:
            caution: what to make of the answers.
            calibration: None where no image measures the model.
            judged: whether there is anything by which an image could need a look.
            answered: how right the model is where it answers; empty where that is not known.
            threshold: by which an image is given its class.
            scarce: classes that the model has learned from too few images, see `Rule`.
            labelled: how many of those to look at somebody has labelled already.
        """
        self.button.setText(look_sentence(caution) if judged else tr(UNJUDGED))
        why = reasons_sentence(caution)
        self.legend.setText(" ".join(filter(None, (tr(LOOK_MEANS), why, labelled))))
        self.legend.setVisible(bool(why))
        self.look.setVisible(judged and bool(caution.needs_look.any()))
        for widget in (self._level_label, self.level):
            widget.setVisible(calibration is not None)
        self.answered.setText(answered)
        self.answered.setVisible(judged and bool(answered))
        rule = replace(self.rule, scarce=scarce)
        sure = sure_words(calibration, rule, threshold) if judged else ""
        self.sure.setText(sure)
        self.sure.setVisible(bool(sure))
        self.guarantee.setText(guarantee(calibration, rule))
