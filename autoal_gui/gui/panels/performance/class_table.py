"""What is right of each class: how many images, how many are found, how many rightly left."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from autoal_gui.core.language import mark, number, percent, tr
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.gui.panels.performance.class_lacks import FEWEST_TO_MEASURE
from autoal_gui.gui.panels.performance.values import class_values
from autoal_gui.gui.widgets.cards import empty, labels_of
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import BODY, SMALL

COLUMNS = (
    mark("Class"),
    mark("Images"),
    mark("Sensitivity"),
    mark("Specificity"),
    mark("AUROC"),
)
COLUMN_TIPS = (
    "",
    mark("How many images of this class the numbers rest on."),
    mark("Of the images of this class, how many the model finds."),
    mark(
        "Of the images of all other classes, how many the model correctly does not give this class."
    ),
    mark("How often an image of this class is ranked before one of another."),
)


LEAST = 9  # heights of a line that the narrow form asks for at least


class ClassTable(QWidget):
    """One row a class, and below each number its interval; where that is too wide, a list."""

    def __init__(self) -> None:
        super().__init__()
        self._metrics: Metrics | None = None
        self._classes: Sequence[str] = ()
        self._wide = 0  # pixels that the table needs
        self._is_list = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(len(COLUMNS), 1)  # the numbers stay with their names
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        self.setMinimumWidth(self._least)  # at once: a column takes the width that it is told first

    @property
    def _least(self) -> int:
        return LEAST * self.fontMetrics().height()

    def show_classes(self, metrics: Metrics, classes: Sequence[str]) -> None:
        """Show other results; `classes` are their names, by index."""
        self._metrics, self._classes = metrics, classes
        self._show_table(metrics)
        self._wide = self._grid.minimumSize().width()
        self._is_list = False
        self.setMinimumWidth(self._least)
        self._fit(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Take the form that there is room for."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    def _fit(self, width: int) -> None:
        is_list = width < self._wide
        if self._metrics is None or is_list == self._is_list:
            return
        self._is_list = is_list
        (self._show_list if is_list else self._show_table)(self._metrics)
        self.setMinimumWidth(self._grid.minimumSize().width() if is_list else self._least)

    def _show_list(self, metrics: Metrics) -> None:
        """Show a line a number: what it is, the number, its interval."""
        empty(self._grid)
        row = 0
        for c in range(len(metrics.confusion)):
            count = sum(metrics.confusion[c])
            self._add(
                f"{self._classes[c]} ({number(count)})", row, 0, role="" if count else "muted"
            )
            row += 1
            if not count:
                self._add(tr("not measured"), row, 0, "muted")
                row += 1
                continue
            role = "muted" if count < FEWEST_TO_MEASURE else ""
            for place, (value, tip) in enumerate(class_values(metrics, c), start=2):
                self._add(tr(COLUMNS[place]), row, 0, "muted", tr(COLUMN_TIPS[place]), small=True)
                self._add(percent(value.value, 1), row, 1, role, tip)
                self._add(value.short_span, row, 2, "muted", small=True)
                row += 1

    def _show_table(self, metrics: Metrics) -> None:
        classes = self._classes
        empty(self._grid)
        for column, (words, tip) in enumerate(zip(COLUMNS, COLUMN_TIPS, strict=True)):
            self._add(tr(words), 0, column, "muted", tr(tip))
        for c in range(len(metrics.confusion)):
            row, count = 2 * c + 1, sum(metrics.confusion[c])
            self._add(classes[c], row, 0, role="" if count else "muted")
            self._add(number(count), row, 1, role="" if count else "muted")
            if not count:
                self._add(tr("not measured"), row, 2, "muted")
                continue
            role = "muted" if count < FEWEST_TO_MEASURE else ""
            for column, (value, tip) in enumerate(class_values(metrics, c), start=2):
                self._add(percent(value.value, 1), row, column, role, tip)
                self._add(value.short_span, row + 1, column, "muted", small=True)

    def _add(
        self, text: str, row: int, column: int, role: str = "", tip: str = "", small: bool = False
    ) -> None:
        size = SMALL if small or (role == "muted" and not row) else BODY
        label = text_label(text, role=role, size=size, wrap=column == 0)
        label.setToolTip(tip)
        if column:
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(label, row, column)
        label.show()  # else Qt does it later, and until then it counts for no width

    def texts(self) -> list[str]:
        """Return what is shown, row by row."""
        return [label.text() for label in labels_of(self._grid)]
