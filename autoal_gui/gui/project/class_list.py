"""The list in which the names of classes are typed and put in order."""

import re

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import tr
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.widgets.answers import key_icon
from autoal_gui.gui.widgets.inputs import EntryLine

BETWEEN_NAMES = re.compile(r"[,;，；、\t\r\n\u2028\u2029]")
MOST_LINES = 9  # of text, until the list scrolls


class ClassList(QWidget):
    """The classes: those that the images brought can be renamed, others added, moved and removed.

    Several names at once are parted by commas, or stand one a line.
    """

    changed = Signal()
    DRAG = QAbstractItemView.DragDropMode.InternalMove
    STILL = QAbstractItemView.DragDropMode.NoDragDrop

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fixed = 0
        self._make_list()
        self.entry = EntryLine()
        self.entry.setPlaceholderText(tr("Type or paste names: neutrophil, lymphocyte, …"))
        self.entry.setAccessibleName(tr("Name of a class"))
        self.add_button = QPushButton(tr("Add"))
        self.remove_button = QPushButton(tr("Remove"))
        for button in (self.add_button, self.remove_button):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        for widget in (self.entry, self.add_button, self.remove_button):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addLayout(row)
        self.entry.entered.connect(self.add)
        self.entry.textChanged.connect(self._on_text)
        self.add_button.clicked.connect(self.add)
        self.remove_button.clicked.connect(self.remove)
        self._on_row(-1)
        self._show()

    def _make_list(self) -> None:
        self.list = QListWidget()
        self.list.setObjectName("chips")
        self.list.setAccessibleName(tr("Classes"))
        self.list.setToolTip(tr("Double-click or press F2 to rename; drag to put in order."))
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(True)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setSpacing(3)
        side = self.fontMetrics().height() + 6
        self.list.setIconSize(QSize(side, side))
        self.list.itemChanged.connect(self.changed)
        self.list.currentRowChanged.connect(self._on_row)
        self.list.model().rowsMoved.connect(self._on_moved)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.remove)

    def set_classes(self, names: tuple[str, ...], fixed: int) -> None:
        """Show classes; the first `fixed` cannot be removed, and then none can be moved."""
        self._fixed = fixed
        self.list.setDragDropMode(self.STILL if fixed else self.DRAG)
        self.list.clear()
        for name in names:
            self._append(name)
        self._show()
        self.changed.emit()

    @property
    def fixed(self) -> int:
        """How many of the first cannot be removed."""
        return self._fixed

    def names(self) -> tuple[str, ...]:
        """Return the names without blanks around them, with one that still stands in the field."""
        names = tuple(self.list.item(row).text().strip() for row in range(self.list.count()))
        typed = self.entry.text().strip()
        return (*names, typed) if typed and typed not in names else names

    def too_few(self) -> bool:
        """Tell whether classes are missing: no mistake, but not yet done."""
        return len(self.names()) < 2

    def problem(self) -> str:
        """Return in one sentence what is missing or wrong with the classes, or ""."""
        names = self.names()
        if self.too_few():
            return tr("At least two classes are needed: type a name and press Enter.")
        if not all(names):
            return tr("Every class needs a name.")
        if len(set(names)) < len(names):
            return tr("Two classes have the same name.")
        return ""

    def add(self) -> None:
        """Add the class that was typed."""
        self._take([self.entry.text()])

    def remove(self) -> None:
        """Remove the class that is marked, unless the images brought it."""
        row = self.list.currentRow()
        if row >= self._fixed and row >= 0:
            self.list.takeItem(row)
            self._on_moved()

    def _take(self, typed: list[str], rest: str = "") -> None:
        """Make names of what was typed into classes; `rest` stays in the field."""
        self.entry.blockSignals(True)
        self.entry.setText(rest)
        self.entry.blockSignals(False)
        for name in (text.strip() for text in typed):
            if name and name not in self.names():
                self._append(name)
        self._on_moved()

    def _on_text(self, text: str) -> None:
        """Take what stands before a comma; of several names at once the last too."""
        parts = BETWEEN_NAMES.split(text)
        if len(parts) == 1:
            self.changed.emit()
        elif len([part for part in parts if part.strip()]) > 1:
            self._take(parts)
        else:
            self._take(parts[:-1], parts[-1].lstrip())

    def _on_moved(self) -> None:
        self._show()
        self.changed.emit()

    def _append(self, name: str) -> None:
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)  # between others, not on one
        self.list.addItem(item)

    def _show(self) -> None:
        """Show each class with its key, and give the list the height that it needs."""
        count = self.list.count()
        self.list.blockSignals(True)
        for row, key in enumerate(class_keys(count, new=True)):
            self.list.item(row).setIcon(key_icon(row, key, self.list.iconSize().height()))
        self.list.blockSignals(False)
        self.list.setVisible(count > 0)
        self.list.doItemsLayout()
        self._fit()

    def _fit(self) -> None:
        wanted = self.list.contentsSize().height() + 2 * self.list.frameWidth() + 4
        self.list.setFixedHeight(min(wanted, MOST_LINES * self.fontMetrics().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the list's height to the lines of names that its width gives."""
        super().resizeEvent(event)
        self._fit()

    def _on_row(self, row: int) -> None:
        self.remove_button.setEnabled(row >= self._fixed and row >= 0)
