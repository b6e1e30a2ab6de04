"""The conditions of the review page, each choice with the number of images that it would show."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QPushButton, QSizePolicy, QVBoxLayout

from autoal_gui.core.labels.label_errors import KINDS, SORTS, Filter, ReviewTable, Sort, counts
from autoal_gui.core.language import mark, number, tr
from autoal_gui.gui.widgets.inputs import StillComboBox
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL

KIND_WORDS = {"label": mark("Labels"), "unsure": mark("Unsure"), "skip": mark("Skipped")}
MARKS = {
    "suspicious": mark("Likely errors"),
    "differs": mark("Second reader disagrees"),
    "flagged": mark("With a flag"),
    "commented": mark("With a comment"),
    "evaluation": mark("Of the evaluation set"),
}
SUSPICIOUS = mark(
    "Answers to look at again: the model says another class, and is as sure of it as it usually is "
    "of images of that class. Your operating point has no part in this. On the map, “The model "
    "disagrees” counts each label where the model says another class, sure or not."
)
SORT_WORDS: dict[Sort, str] = {
    "suspicion": mark("Likely errors first"),
    "newest": mark("Newest answers first"),
    "time": mark("Oldest answers first"),
    "round": mark("By round"),
    "probability": mark("The model least sure first"),
}
ANY = {
    "class_index": mark("Any class"),
    "kind": mark("Any answer"),
    "round_number": mark("Any round"),
    "annotator": mark("Any reader"),
}


class ReviewFilters(QFrame):
    """Boxes and marks; `changed` whenever the user chooses."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._filter = Filter()
        self.boxes = {name: self._make_box(tr(words)) for name, words in ANY.items()}
        self.marks = {name: self._make_mark(tr(words)) for name, words in MARKS.items()}
        self.suspicious = text_label(tr(SUSPICIOUS), role="muted", size=SMALL)
        policy = self.suspicious.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)  # the column is no wider for it
        self.suspicious.setSizePolicy(policy)
        self.order = StillComboBox()
        self.order.setAccessibleName(tr("Order"))
        for sort in SORTS:
            self.order.addItem(tr(SORT_WORDS[sort]), sort)
        self.order.currentIndexChanged.connect(self.changed)
        self.clear = QPushButton(tr("Show all"))
        self.clear.clicked.connect(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(text_label(tr("Show"), bold=True))
        for widget in (*self.boxes.values(), *self.marks.values(), self.clear):
            column.addWidget(widget)
            if widget is self.marks["suspicious"]:
                column.addWidget(self.suspicious)
        column.addSpacing(8)
        column.addWidget(text_label(tr("Order"), bold=True))
        column.addWidget(self.order)
        column.addStretch(1)

    def _make_box(self, words: str) -> QComboBox:
        box = StillComboBox()
        box.setAccessibleName(words)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(12)
        box.activated.connect(self._on_chosen)
        return box

    def _make_mark(self, words: str) -> QCheckBox:
        box = QCheckBox(words)
        box.clicked.connect(self._on_chosen)
        return box

    @property
    def filter(self) -> Filter:
        """What is to be shown."""
        return self._filter

    @property
    def sort(self) -> Sort:
        """In which order."""
        sort: Sort = self.order.currentData()
        return sort

    @Slot()
    def reset(self) -> None:
        """Let every image through again."""
        self._filter = Filter()
        self.changed.emit()

    def show_counts(
        self, table: ReviewTable, classes: tuple[str, ...], among: Sequence[int] = ()
    ) -> None:
        """Show how many images each choice would show, the others as they are.

        Args:
            table: every answered image.
            classes: their names.
            among: where given, only these images are on the page.
        """
        for name, box in self.boxes.items():
            found = counts(table, self._filter, name, among)
            self._fill(box, name, found, classes)
        for name, mark_box in self.marks.items():
            count = counts(table, self._filter, name, among).get(True, 0)
            words = tr("{words} ({count})", words=tr(MARKS[name]), count=number(count))
            mark_box.setText(words)
            chosen = getattr(self._filter, name) is True
            mark_box.setChecked(chosen)
            mark_box.setEnabled(chosen or count > 0)
        self.clear.setEnabled(not self._filter.is_empty)

    def _fill(
        self, box: QComboBox, name: str, found: Mapping[object, int], classes: tuple[str, ...]
    ) -> None:
        box.clear()
        total = number(sum(found.values()))
        box.addItem(tr("{words} ({count})", words=tr(ANY[name]), count=total), None)
        chosen = getattr(self._filter, name)
        for value, words in _choices(name, found, classes):
            count = number(found.get(value, 0))
            box.addItem(tr("{words} ({count})", words=words, count=count), value)
            if value == chosen:
                box.setCurrentIndex(box.count() - 1)

    @Slot()
    def _on_chosen(self) -> None:
        chosen = {name: box.currentData() for name, box in self.boxes.items()}
        marked: dict[str, Any] = {n: box.isChecked() or None for n, box in self.marks.items()}
        self._filter = Filter(**chosen, **marked)
        self.changed.emit()


def _choices(
    name: str, found: Mapping[object, int], classes: tuple[str, ...]
) -> Iterable[tuple[object, str]]:
    """Return (value, words) of each choice of a condition."""
    if name == "class_index":
        return enumerate(classes)
    if name == "kind":
        return ((kind, tr(KIND_WORDS[kind])) for kind in KINDS)
    if name == "round_number":
        rounds = sorted(value for value in found if isinstance(value, int))
        before = tr("Before the first round")
        return ((n, tr("Round {number}", number=number(n)) if n else before) for n in rounds)
    nobody = tr("Came with the data")
    return ((who, str(who) or nobody) for who in sorted(map(str, found)))
