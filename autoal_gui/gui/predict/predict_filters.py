"""Which of the predicted images are shown, in which order, and how many there are of each class."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from autoal_gui.core.language import mark, number, percent_sign, tr, tr_count
from autoal_gui.core.prediction_table import ORDERS, Order, PredictionTable
from autoal_gui.gui.predict.caution_section import LOOK_MEANS
from autoal_gui.gui.widgets.inputs import StillComboBox, spin
from autoal_gui.gui.widgets.text import text_label

ORDER_WORDS: dict[Order, str] = {
    "sure": mark("Most sure first"),
    "unsure": mark("Least sure first"),
    "look": mark("What needs a look first"),
    "class": mark("By class"),
    "name": mark("By name"),
}
LEAST_LINES = 3
SHOWN = 12
LOOK = -1  # in the place of a class: the images of all classes that need a look
CLASS = Qt.ItemDataRole.UserRole


class PredictFilters(QFrame):
    """Class, confidence and order; `changed` whenever the user chooses."""

    changed = Signal()
    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.classes = QListWidget()
        self.classes.setAccessibleName(tr("Predicted class"))
        self.low = self._make_bound(tr("Probability from"), 0)
        self.high = self._make_bound(tr("Probability to"), 100)
        self.order = StillComboBox()
        self.order.setAccessibleName(tr("Order"))
        self.order.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.order.setMinimumContentsLength(SHOWN)  # letters; the list itself shows all
        for order in ORDERS:
            self.order.addItem(tr(ORDER_WORDS[order]), order)
        self.save = QPushButton(tr("Save as CSV…"))  # the page puts it where nothing scrolls
        self.save.setToolTip(tr("All predictions, with the probability of every class"))
        self.save.clicked.connect(self.save_wanted)
        self.broken_title = text_label(bold=True)
        self.broken = QListWidget()
        self.broken.setAccessibleName(tr("Images that could not be read"))
        self.broken.setWordWrap(True)
        self.broken.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        self.classes.currentRowChanged.connect(self.changed)
        self.order.currentIndexChanged.connect(self.changed)

    def _make_bound(self, name: str, value: int) -> QSpinBox:
        box = spin(name, 0, 100, value)
        box.setSuffix(percent_sign())
        box.valueChanged.connect(self._on_bound)
        return box

    def _lay_out(self) -> None:
        bounds = QHBoxLayout()
        bounds.addWidget(self.low)
        bounds.addWidget(text_label(tr("to"), wrap=False))
        bounds.addWidget(self.high)
        bounds.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(text_label(tr("Predicted class"), bold=True))
        for names in (self.classes, self.broken):  # the page then fits a low screen
            names.setMinimumHeight(LEAST_LINES * self.fontMetrics().height())
        column.addWidget(self.classes, 2)
        column.addWidget(text_label(tr("Probability"), bold=True))
        column.addLayout(bounds)
        order = QHBoxLayout()
        order.addWidget(text_label(tr("Order"), bold=True, wrap=False))
        order.addWidget(self.order, 1)
        column.addLayout(order)
        column.addWidget(self.broken_title)
        column.addWidget(self.broken, 1)

    @property
    def class_index(self) -> int | None:
        """The class to show; None for all."""
        chosen = self._chosen
        return None if chosen == LOOK else chosen

    @property
    def only_look(self) -> bool:
        """Whether only images that need a look are to be shown."""
        return self._chosen == LOOK

    @Slot()
    def show_look(self) -> None:
        """Show only images that need a look."""
        self.classes.setCurrentRow(self.classes.count() - 1)

    @property
    def _chosen(self) -> int | None:
        item = self.classes.currentItem()
        index: int | None = None if item is None else item.data(CLASS)
        return index

    @property
    def chosen_order(self) -> Order:
        """What comes first."""
        order: Order = self.order.currentData()
        return order

    def show_table(
        self, table: PredictionTable, classes: tuple[str, ...], broken: list[tuple[str, str]]
    ) -> None:
        """Begin with all images of other predictions."""
        for widget in (self.classes, self.low, self.high):
            widget.blockSignals(True)
        self.low.setRange(0, 100)
        self.high.setRange(0, 100)
        self.low.setValue(0)
        self.high.setValue(100)
        self.classes.clear()
        for index in (None, *range(len(classes)), LOOK):
            item = QListWidgetItem()
            item.setData(CLASS, index)
            self.classes.addItem(item)
        self.classes.setCurrentRow(0)
        for widget in (self.classes, self.low, self.high):
            widget.blockSignals(False)
        self._show_broken(broken)
        self.show_counts(table, classes)

    def show_counts(self, table: PredictionTable, classes: tuple[str, ...]) -> None:
        """Show how many images of each class are within the bounds."""
        bounds = self.low.value(), self.high.value()
        counts = table.counts(len(classes), *bounds)
        look = table.doubted(len(classes), *bounds)
        names = tr("All classes"), *classes, tr("Needs a look")
        shown, doubted = (sum(counts), *counts, sum(look)), (sum(look), *look, 0)
        for row, (name, count, doubts) in enumerate(zip(names, shown, doubted, strict=True)):
            words = tr("{words} ({count})", words=name, count=number(count))
            all_doubted = count > 0 and doubts == count  # as below each of its images
            self.classes.item(row).setText(f"? {words}" if all_doubted else words)
            self.classes.item(row).setToolTip(tr(LOOK_MEANS) if all_doubted else "")
        last = self.classes.item(len(names) - 1)
        last.setToolTip(tr(LOOK_MEANS))
        last.setHidden(not table.needs_look.any() and not self.only_look)

    def _show_broken(self, broken: list[tuple[str, str]]) -> None:
        self.broken.clear()
        self.broken.addItems([f"{name}: {reason}" for name, reason in broken])
        self.broken_title.setText(
            tr_count(
                "{count} image could not be read",
                "{count} images could not be read",
                len(broken),
            )
        )
        self.broken.setVisible(bool(broken))
        self.broken_title.setVisible(bool(broken))

    @Slot()
    def _on_bound(self) -> None:
        self.low.setMaximum(self.high.value())
        self.high.setMinimum(self.low.value())
        self.changed.emit()
