"""The confusion matrix: true classes in rows, what the model says in columns; cells open images."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from autoal_gui.core.language import tr
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.project.measured_images import measured_classes
from autoal_gui.core.project.project import Project
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.panels.plots import mixed_colour, series_colour
from autoal_gui.gui.widgets.text import plain_tip
from autoal_gui.gui.widgets.theme import Theme, ink_on

CELL = 2.1  # size of a cell, in lines of text
MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ConfusionMatrix(QTableWidget):
    """Counts of images by true class and by what the model says."""

    opened = Signal(int, int)
    """(true class, class that the model says) of a cell that was clicked or entered."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setTabKeyNavigation(False)  # Tab leaves it, arrows move inside
        self.setAccessibleName(tr("Confusion matrix"))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.cellClicked.connect(self._open)

    def show_counts(self, metrics: Metrics, classes: tuple[str, ...]) -> None:
        """Show the counts of metrics; classes that came later have no row."""
        size = len(metrics.confusion)
        self.setRowCount(size)
        self.setColumnCount(size)
        keys = class_keys(len(classes))
        self.setVerticalHeaderLabels([f"{keys[i]}  {classes[i]}" for i in range(size)])
        for column in range(size):
            head = QTableWidgetItem(keys[column].upper() or "–")
            head.setToolTip(plain_tip(classes[column]))
            self.setHorizontalHeaderItem(column, head)
        for row, counts in enumerate(metrics.confusion):
            for column, count in enumerate(counts):
                words = cell_words(count, sum(counts), classes[row], classes[column])
                self.setItem(row, column, self._cell(count, count / max(1, sum(counts)), words))
        self._fit(size)

    def _cell(self, count: int, share: float, words: str) -> QTableWidgetItem:
        item = QTableWidgetItem(str(count))
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        item.setToolTip(plain_tip(words))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        ground = mixed_colour(QColor(self._theme.colours.surface), series_colour(0), share)
        item.setBackground(ground)
        item.setForeground(ink_on(ground))
        return item

    def _fit(self, size: int) -> None:
        side = round(CELL * self.fontMetrics().height())
        fixed = QHeaderView.ResizeMode.Fixed
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(fixed)
            header.setMinimumSectionSize(8)
            header.setDefaultSectionSize(side)
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(size * side + head + 16)

    def event(self, event: QEvent) -> bool:
        """Take arrows and Enter before they become commands of the desk."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            own = event.key() in (*MOVES, *OPENS)
            event.setAccepted(own)
            return own or super().event(event)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the cell in focus by Enter or the space bar."""
        if event.key() in OPENS and self.currentItem() is not None:
            self._open(self.currentRow(), self.currentColumn())
            event.accept()
        else:
            super().keyPressEvent(event)

    @Slot(int, int)
    def _open(self, row: int, column: int) -> None:
        self.opened.emit(row, column)


def cell_words(count: int, total: int, truth: str, predicted: str) -> str:
    """Say what a cell counts."""
    return tr(
        "{count} of {total} {truth} are taken for {predicted}; click or press Enter to see them",
        count=count,
        total=total,
        truth=truth,
        predicted=predicted,
    )


def cell_title(truth: str, predicted: str) -> str:
    """Say what the images of a cell have in common."""
    if truth == predicted:
        return tr("{truth}, and taken for it", truth=truth)
    return tr("{truth} taken for {predicted}", truth=truth, predicted=predicted)


def images_of_cell(project: Project, truth: int, predicted: int) -> tuple[int, ...]:
    """Return the measured images of a true class that were taken for another, ascending."""
    found = project.rounds.predictions()
    return tuple(
        image_id
        for image_id, c in sorted(measured_classes(project).items())
        if c == truth and image_id in found and int(found[image_id].argmax()) == predicted
    )
