"""What is right of each class: how many images, how many are found, how many rightly left."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from autoal_gui.core.language import mark, number, percent, tr
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.gui.panels.performance.headline import FEWEST_TO_MEASURE
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


class ClassTable(QWidget):
    """One row a class, and below each number its interval."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(len(COLUMNS), 1)  # the numbers stay with their names
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)

    def show_classes(self, metrics: Metrics, classes: Sequence[str]) -> None:
        """Show other results; `classes` are their names, by index."""
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
        size = SMALL if small or not row else BODY
        label = text_label(text, role=role, size=size, wrap=column == 0)
        label.setToolTip(tip)
        if column:
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(label, row, column)

    def texts(self) -> list[str]:
        """Return what is shown, row by row."""
        return [label.text() for label in labels_of(self._grid)]
