"""The first card: how many images are right, what that is worth, and what is missing for more."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.outlook import FEWEST_TO_LEARN
from autoal_gui.gui.panels.performance.values import MEASURES, TIPS, curve_point, curve_span
from autoal_gui.gui.widgets.cards import empty
from autoal_gui.gui.widgets.text import text_label
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
FEWEST_TO_MEASURE = 5  # images of a class
ONLY_ASIDE = mark(
    "Only images of the evaluation set measure, however many others are labelled: set more of them "
    "aside."
)
TAKE_OUT = mark("A class of which there are no more images can be taken out: Label, Classes.")
MOST_WARNED = 5  # classes that are named
BESIDE = (0, 2)  # of `MEASURES`: what stands beside the images that are right


class Headline(QWidget):
    """How many images are right, beside what always saying the commonest class would have."""

    more_wanted = Signal(int)
    """More images like those of this class are wanted."""
    evaluation_wanted = Signal()
    """More images are to be set aside to measure on."""

    def __init__(self) -> None:
        super().__init__()
        self.right = text_label(size=BIG, bold=True)
        self.share = text_label()
        self.baseline = text_label(role="muted", size=SMALL)
        self.numbers = {place: text_label(size=BIG, bold=True, wrap=False) for place in BESIDE}
        self.intervals = {place: text_label(role="muted", size=SMALL) for place in BESIDE}
        self.warnings = QFrame()
        self.warnings.setProperty("role", "warning")
        self._warned: tuple[tuple[tuple[int, str, bool], ...], bool] | None = None
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
        for part in (self.right, self.share, self.baseline):
            column.addWidget(part)
        column.addSpacing(6)
        column.addLayout(beside)
        column.addWidget(self.warnings)

    def show_metrics(self, metrics: Metrics, classes: Sequence[str]) -> None:
        """Show what a round was measured to have right.

        Args:
            metrics: of at least one image.
            classes: their names, by index.
        """
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

    def show_warnings(
        self, found: Sequence[tuple[int, str, bool]], aside: bool = False, rare: bool = False
    ) -> None:
        """Show (class, what is missing of it, whether others can be looked for), or nothing.

        Args:
            found: see `class_warnings`.
            aside: whether more images are to be set aside to measure on: labels alone add none.
            rare: whether some class has too few images to learn from.
        """
        if self._warned == (tuple(found), aside):  # each answer asks; nothing flickers then
            return
        self._warned = (tuple(found), aside)
        empty(self._lines)
        for class_index, sentence, can_search in found[:MOST_WARNED]:
            line = QWidget()
            column = QVBoxLayout(line)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(text_label(sentence))
            if can_search:  # below it: a narrow panel has no room beside it
                column.addWidget(self._search_button(class_index), 0, Qt.AlignmentFlag.AlignLeft)
            self._lines.addWidget(line)
        if more := len(found[MOST_WARNED:]):
            words = tr_count(
                "{count} more class is short of images.",
                "{count} more classes are short of images.",
                more,
            )
            self._lines.addWidget(text_label(words, role="muted"))
        if rare:
            self._lines.addWidget(text_label(tr(TAKE_OUT), role="muted"))
        if aside:
            self._lines.addWidget(text_label(tr(ONLY_ASIDE), role="muted"))
            self._lines.addWidget(self._aside_button(), 0, Qt.AlignmentFlag.AlignLeft)
        self._show_lines()
        self.warnings.setVisible(bool(found))

    def _show_lines(self) -> None:
        """Show what was put into the box: until then it would be seen without its words."""
        for place in range(self._lines.count()):
            item = self._lines.itemAt(place)
            if item is not None and (widget := item.widget()) is not None:
                widget.show()

    def _search_button(self, class_index: int) -> QToolButton:
        button = QToolButton()
        button.setText(tr("Find more like it"))
        button.clicked.connect(lambda: self.more_wanted.emit(class_index))
        return button

    def _aside_button(self) -> QToolButton:
        button = QToolButton()
        button.setText(tr("Evaluation set…"))
        button.clicked.connect(self.evaluation_wanted)
        return button

    def warning_lines(self) -> list[str]:
        """Return the warnings that are shown."""
        items = (self._lines.itemAt(place) for place in range(self._lines.count()))
        widgets = (item.widget() for item in items if item is not None)
        labels = (w if isinstance(w, QLabel) else w.findChild(QLabel) for w in widgets if w)
        return [label.text() for label in labels if isinstance(label, QLabel)]


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


def baseline_words(metrics: Metrics, classes: Sequence[str]) -> str:
    """Say what always saying the commonest class has right, and whether the model has more."""
    index, share = metrics.commonest
    words = tr(
        "Always saying “{name}” would have {share}.",
        name=classes[index],
        share=percent(share, 1),
    )
    if metrics.accuracy_interval[0] > share:
        return words
    return f"{words} {tr('The model is not shown to be better than that.')}"


def class_warnings(
    classes: Sequence[str],
    labels: Sequence[int],
    measured: Sequence[int],
    aside: Sequence[int] = (),
    labels_measure: bool = True,
) -> list[tuple[int, str, bool]]:
    """Return what is missing of which class, see `Headline.show_warnings`; the worst first.

    Others like those of a class are worth looking for where labels of them mend what is missing.

    Args:
        classes: names of the classes in use; "" for one that is not.
        labels: images of each that the model may learn from.
        measured: images of each that it is measured on.
        aside: images of each whose label is known but is kept to measure.
        labels_measure: whether every label measures, too, since there is no evaluation set.
    """
    found = []
    kept = (*aside, *[0] * len(classes))
    for index, name in enumerate(classes):
        parts = [_learned(labels[index], kept[index]), _measured(measured[index])]
        if name and any(parts):
            words = "; ".join(filter(None, parts))
            sentence = tr("“{name}”: {words}.", name=name, words=words)
            mends = bool(parts[0]) or labels_measure
            found.append((index, sentence, mends and labels[index] + measured[index] > 0))
    return sorted(found, key=lambda one: (labels[one[0]], measured[one[0]]))


def _learned(count: int, aside: int) -> str:
    if count >= FEWEST_TO_LEARN:
        return ""
    if not count and aside:
        return tr_count(
            "{count} label, in the evaluation set, so that it cannot be learned yet",
            "{count} labels, all in the evaluation set, so that it cannot be learned yet",
            aside,
        )
    if not count:
        return tr("no label yet, so that it cannot be learned")
    return tr_count(
        "{count} label to learn from, which is too few",
        "{count} labels to learn from, which is too few",
        count,
    )


def _measured(count: int) -> str:
    if count >= FEWEST_TO_MEASURE:
        return ""
    if not count:
        return tr("not measured")
    return tr_count(
        "measured on {count} image, which says hardly anything",
        "measured on {count} images, which says hardly anything",
        count,
    )
