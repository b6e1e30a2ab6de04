"""The confusion matrix: true classes in rows, what the model says in columns; cells open images."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from autoal_gui.core.language import number, tr
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.decision import Threshold, given_class
from autoal_gui.core.project.measured_images import measured_classes
from autoal_gui.core.project.project import Project
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.panels.plots import series_colour
from autoal_gui.gui.widgets.text import plain_tip
from autoal_gui.gui.widgets.theme import Theme, ink_on, mixed_colour

CELL, WIDEST = 2.1, 6.0  # size of a cell, and how wide it may grow, in lines of text
NAME = 9.0  # the longest name above a column that is read upwards, in lines of text
PAD = 6  # pixels beside a name
MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
HIT, ERROR = 0, 1  # series whose colours stand for what is right and what is wrong
FAINTEST, STRONGEST = 0.22, 0.75  # share of the colour in a cell of one image, and of all
COUNT = Qt.ItemDataRole.UserRole
NONE = "·"  # in a cell without an image


class NamesAbove(QHeaderView):
    """Names of columns, read upwards where the columns are narrower than they."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._longest = 0  # pixels of the widest name
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_names(self, names: Sequence[str]) -> None:
        """Show other names."""
        self._names = tuple(names)
        self._longest = max(map(self.fontMetrics().horizontalAdvance, names), default=0)

    @property
    def is_upright(self) -> bool:
        """Whether a name is too long for the columns, which are all as wide."""
        return self._longest + PAD > self.defaultSectionSize()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return as much height as the longest name takes, within what reads well."""
        line = self.fontMetrics().height()
        if not self.is_upright:
            return QSize(line, line + 2 * PAD)
        return QSize(line, round(min(self._longest, NAME * line)) + 2 * PAD)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N802, N803 - Qt's
        """Draw one name."""
        name, upright = self._names[logicalIndex], self.is_upright
        room = (rect.height() if upright else rect.width()) - PAD
        words = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.save()
        painter.setPen(QColor(self._theme.colours.muted))
        if upright:
            painter.translate(rect.left(), rect.bottom())
            painter.rotate(-90)
            turned = QRect(PAD, 0, rect.height() - PAD, rect.width())
            painter.drawText(
                turned, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
            )
        else:
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()


class ConfusionMatrix(QTableWidget):
    """Counts of images by true class and by what the model says."""

    opened = Signal(int, int)
    """(true class, class that the model says) of a cell that was clicked or entered."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.above = NamesAbove(theme, self)
        self.setHorizontalHeader(self.above)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setTabKeyNavigation(False)  # Tab leaves it, arrows move inside
        self.setAccessibleName(tr("Confusion matrix"))
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.cellClicked.connect(self._open)

    def show_counts(self, metrics: Metrics, classes: tuple[str, ...]) -> None:
        """Show the counts of metrics; classes that came later have no row."""
        size = len(metrics.confusion)
        self.setRowCount(size)
        self.setColumnCount(size)
        keys = class_keys(len(classes))
        self.setVerticalHeaderLabels([f"{keys[i]}  {classes[i]}" for i in range(size)])
        for place in range(size):
            head = QTableWidgetItem(classes[place])
            head.setToolTip(plain_tip(classes[place]))
            self.setHorizontalHeaderItem(place, head)
        self.above.show_names(classes[:size])
        for row, counts in enumerate(metrics.confusion):
            for column, count in enumerate(counts):
                words = cell_words(count, sum(counts), classes[row], classes[column])
                share = count / max(1, sum(counts))
                self.setItem(row, column, self._cell(count, share, row == column, words))
        self._fit()

    def count_at(self, row: int, column: int) -> int | None:
        """Return how many images a cell counts; None where there is no such cell."""
        item = self.item(row, column)
        return None if item is None else int(item.data(COUNT))

    def _cell(self, count: int, share: float, is_right: bool, words: str) -> QTableWidgetItem:
        item = QTableWidgetItem(number(count) if count else NONE)
        item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        item.setToolTip(plain_tip(words))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        item.setData(COUNT, count)
        surface = QColor(self._theme.colours.surface)
        strength = FAINTEST + (STRONGEST - FAINTEST) * share if count else 0.0
        ground = mixed_colour(surface, series_colour(HIT if is_right else ERROR), strength)
        item.setBackground(ground)
        item.setForeground(ink_on(ground) if count else QColor(self._theme.colours.muted))
        return item

    def _fit(self) -> None:
        """Give the cells the room that there is."""
        size, line = self.columnCount(), self.fontMetrics().height()
        if not size:
            return
        side = round(CELL * line)
        names = self.verticalHeader().sizeHint().width()
        room = (self.width() - names) // size
        wide = max(side, min(round(WIDEST * line), room))
        for header, length in ((self.above, wide), (self.verticalHeader(), side)):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(8)
            header.setDefaultSectionSize(length)
        bar = (
            self.horizontalScrollBar().sizeHint().height()
            if names + size * wide > self.width()
            else 0
        )
        self.setFixedHeight(size * side + self.above.sizeHint().height() + bar + 4)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the cells again."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

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
        self.clearSelection()  # its colour would say that the cell is right
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


def images_of_cell(
    project: Project, truth: int, predicted: int, threshold: Threshold | None = None
) -> tuple[int, ...]:
    """Return the measured images of a true class that were taken for another, ascending.

    Args:
        project: of the images.
        truth: the index of their class.
        predicted: that of the class that they are given.
        threshold: which class an image is given, see `decided`.
    """
    found, classes = project.rounds.predictions(), len(project.classes.names)
    return tuple(
        image_id
        for image_id, c in sorted(measured_classes(project).items())
        if c == truth
        and image_id in found
        and given_class(found[image_id], classes, threshold) == predicted
    )
