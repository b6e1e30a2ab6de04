"""The first card: how many images are right, what that is worth, and what is missing for more."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.baseline import baseline_words
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.gui.panels.performance.class_lacks import Lack, Lacks, Search
from autoal_gui.gui.panels.performance.values import MEASURES, TIPS, curve_point, curve_span
from autoal_gui.gui.widgets.cards import empty
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import BIG, SMALL

INTERVAL_TIP = mark("The true value lies in this interval 95 times in 100.")
ESTIMATE_TIP = mark(
    "Each image was predicted by a model that had learned from nearly all other answers. Hard "
    "images are asked for more often than they occur, so that each answer counts for as many of "
    "your images as are predicted like it. The true value lies in the interval about 95 times in "
    "100; of rare classes with few answers less often."
)
HARDER = mark(
    "{right} of the {images} answers are predicted right; hard images are asked for more often "
    "than they occur."
)
APART = 0.02  # by less a share of the answers does not look like another number
ONLY_ASIDE = mark(
    "Only images of the evaluation set measure, however many others are labelled: set more of them "
    "aside."
)
TAKE_OUT = mark("If there are no images of a class, take it out under Label > Classes.")
EXAMPLE = mark(
    "Choose a picture of this class, of a textbook for example: the images of the project that "
    "look most like it are shown, so that you can label them."
)
POINT = mark(
    "Further below: choose whether the model should rather miss few images of a class, or raise "
    "few false alarms."
)
FAR = mark(
    "Where no picture is at hand: the images that are least like any that you have labelled. One "
    "of this class may be among them. They are shown in the grid."
)
AWAITED = mark("Comes when the images are compared…")
MOST_WARNED = 5  # classes that are named
BESIDE = (0, 2)  # of `MEASURES`: what stands beside the images that are right


class Headline(QWidget):
    """How many images are right, beside what always saying the commonest class would have."""

    more_wanted = Signal(int)
    """More images like those of this class are wanted."""
    example_wanted = Signal()
    """Images like one in a file are wanted, of a class that has none yet."""
    far_wanted = Signal()
    """The images are wanted that are least like any labelled one."""
    evaluation_wanted = Signal()
    """More images are to be set aside to measure on."""
    point_wanted = Signal()
    """The threshold is to be chosen from which an image is given a class."""

    def __init__(self) -> None:
        super().__init__()
        self.right = text_label(size=BIG, bold=True)
        self.rule = text_label(size=SMALL)
        self.rule.hide()
        self.share = text_label()
        self.baseline = text_label(role="muted", size=SMALL)
        self.numbers = {place: text_label(size=BIG, bold=True, wrap=False) for place in BESIDE}
        self.intervals = {place: text_label(role="muted", size=SMALL) for place in BESIDE}
        self.point = _button(tr("Operating point…"), self.point_wanted.emit)
        self.point.setToolTip(plain_tip(tr(POINT)))
        self.warnings = QFrame()
        self.warnings.setProperty("role", "warning")
        self._shown: Lacks | None = None
        self._awaited: int | str | None = None
        self._searches: list[tuple[int | str, str, QToolButton]] = []  # what for, its words
        self._lines = QVBoxLayout(self.warnings)
        self._lines.setContentsMargins(10, 6, 10, 6)
        self._lines.setSpacing(4)
        self._lay_out()

    def _lay_out(self) -> None:
        beside = QHBoxLayout()
        beside.setSpacing(20)
        for place in BESIDE:
            title = text_label(tr(MEASURES[place]), role="muted", size=SMALL)
            title.setToolTip(tr(TIPS[place]))
            column = QVBoxLayout()
            column.setSpacing(0)
            for part in (self.numbers[place], title, self.intervals[place]):
                column.addWidget(part)
            beside.addLayout(column, 1)
            # The numbers stay in one line where the words below one of them are longer.
            beside.setAlignment(column, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.right, self.rule, self.share, self.baseline):
            column.addWidget(part)
        column.addSpacing(6)
        column.addLayout(beside)
        column.addWidget(self.point, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.warnings)

    def show_metrics(self, metrics: Metrics, classes: Sequence[str], rule: str = "") -> None:
        """Show what a round was measured to have right.

        Args:
            metrics: of at least one image.
            classes: their names, by index.
            rule: by what an image is given its class, where it is not by the likeliest.
        """
        self.rule.setText(rule)
        self.rule.setVisible(bool(rule))
        estimated = isinstance(metrics, Estimate)
        self.right.setText(right_words(metrics))
        self.share.setText(share_words(metrics))
        self.baseline.setText(baseline_words(metrics, classes))
        tip = tr(ESTIMATE_TIP if estimated else INTERVAL_TIP)
        self.share.setToolTip(tip)
        for place in BESIDE:
            self.numbers[place].setText(percent(curve_point(metrics, place).value, 1))
            self.intervals[place].setText(curve_span(metrics, place))
            self.intervals[place].setToolTip(tip)

    def show_lacks(self, lacks: Lacks) -> None:
        """Show what is missing of which class, and what mends that; or nothing."""
        if self._shown == lacks:  # each answer asks; nothing flickers then
            return
        self._shown = lacks
        self._searches.clear()
        empty(self._lines)
        for lack in lacks.found[:MOST_WARNED]:
            self._lines.addWidget(self._line_of(lack))
        if more := len(lacks.found[MOST_WARNED:]):
            words = tr_count(
                "{count} more class is short of images.",
                "{count} more classes are short of images.",
                more,
            )
            self._lines.addWidget(text_label(words, role="muted"))
        if lacks.may_be_taken_out:
            self._lines.addWidget(text_label(tr(TAKE_OUT), role="muted"))
        if lacks.only_aside:
            self._lines.addWidget(text_label(tr(ONLY_ASIDE), role="muted"))
            button = _button(tr("Evaluation set…"), self.evaluation_wanted.emit)
            self._lines.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._show_lines()
        self.warnings.setVisible(bool(lacks.found))

    def _show_lines(self) -> None:
        """Show what was put into the box: until then it would be seen without its words."""
        for place in range(self._lines.count()):
            item = self._lines.itemAt(place)
            if item is not None and (widget := item.widget()) is not None:
                widget.show()

    def _line_of(self, lack: Lack) -> QWidget:
        line = QWidget()
        column = QVBoxLayout(line)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(text_label(lack.sentence))
        if lack.search:  # below it: a narrow panel has no room beside it
            ways = FlowLayout(at_left=True)
            for button in self._search_buttons(lack.class_index, lack.search):
                ways.addWidget(button)
            column.addLayout(ways)
        return line

    def _search_buttons(self, class_index: int, search: Search) -> tuple[QToolButton, ...]:
        if search == "more":
            more = _button(tr("Find more like it"), lambda: self.more_wanted.emit(class_index))
            self._offer(class_index, more)
            return (more,)
        picture = _button(tr("Find it by a picture…"), self.example_wanted.emit)
        picture.setToolTip(plain_tip(tr(EXAMPLE)))
        far = _button(tr("Images least like the labelled ones"), self.far_wanted.emit)
        far.setToolTip(plain_tip(tr(FAR)))
        self._offer(FAR, far)
        return picture, far

    def _offer(self, search: int | str, button: QToolButton) -> None:
        self._searches.append((search, button.text(), button))
        self._show_search(search, button.text(), button)

    def _show_search(self, search: int | str, words: str, button: QToolButton) -> None:
        waits = search == self._awaited
        button.setText(tr(AWAITED) if waits else words)
        button.setDisabled(waits)  # it is not asked for twice

    def show_awaited(self, search: int | str | None) -> None:
        """Say at its button what is looked for once the images have been compared.

        Args:
            search: the class others of which are looked for, or `FAR`; None for nothing.
        """
        self._awaited = search
        for one in self._searches:
            self._show_search(*one)

    def warning_lines(self) -> list[str]:
        """Return the warnings that are shown."""
        items = (self._lines.itemAt(place) for place in range(self._lines.count()))
        widgets = (item.widget() for item in items if item is not None)
        labels = (w if isinstance(w, QLabel) else w.findChild(QLabel) for w in widgets if w)
        return [label.text() for label in labels if isinstance(label, QLabel)]


def _button(words: str, press: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.clicked.connect(press)
    return button


def right_words(metrics: Metrics) -> str:
    """Say how many images are right: of those measured on or, by an estimate, of all."""
    if isinstance(metrics, Estimate):
        return tr("About {share} of your images right", share=percent(metrics.accuracy))
    values = {"right": number(metrics.correct), "images": number(metrics.total)}
    return tr("{right} of {images} right", **values)


def share_words(metrics: Metrics) -> str:
    """Say between what bounds that share lies, and what an estimate rests on."""
    low, high = metrics.accuracy_interval
    values = {
        "value": percent(metrics.accuracy, 1),
        "low": decimal(100 * low, 0),
        "high": percent(high),
    }
    if not isinstance(metrics, Estimate):
        return tr("Accuracy {value} ({low} to {high}).", **values)
    words = tr("Estimated from your answers: {low} to {high}.", **values)
    counted = {"right": number(metrics.correct), "images": number(metrics.total)}
    if metrics.correct / metrics.total > metrics.accuracy - APART:
        return f"{words} {tr('{right} of the {images} answers are predicted right.', **counted)}"
    return f"{words} {tr(HARDER, **counted)}"
