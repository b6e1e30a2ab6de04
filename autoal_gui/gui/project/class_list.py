"""The list in which the names of classes are typed and put in order."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.inputs import EntryLine


class ClassList(QWidget):
    """The classes: those that the images brought can be renamed, others added and removed."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fixed = 0
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Classes"))
        self.list.setToolTip(tr("Double-click or press F2 to rename"))
        self.list.setMaximumHeight(9 * self.fontMetrics().height())
        self.entry = EntryLine()
        self.entry.setPlaceholderText(tr("Name of a class"))
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
        self.add_button.clicked.connect(self.add)
        self.remove_button.clicked.connect(self.remove)
        self.list.itemChanged.connect(self.changed)
        self.list.currentRowChanged.connect(self._on_row)
        self._on_row(-1)

    def set_classes(self, names: tuple[str, ...], fixed: int) -> None:
        """Show classes; the first `fixed` cannot be removed."""
        self._fixed = fixed
        self.list.clear()
        for name in names:
            self._append(name)
        self.changed.emit()

    def names(self) -> tuple[str, ...]:
        """Return the names as typed, without blanks around them."""
        return tuple(self.list.item(row).text().strip() for row in range(self.list.count()))

    def problem(self) -> str:
        """Return in one sentence what is wrong with the classes, or ""."""
        names = self.names()
        if len(names) < 2:
            return tr("At least two classes are needed: type a name and press Enter.")
        if not all(names):
            return tr("Every class needs a name.")
        if len(set(names)) < len(names):
            return tr("Two classes have the same name.")
        return ""

    def add(self) -> None:
        """Add the class that was typed."""
        name = self.entry.text().strip()
        if name and name not in self.names():
            self._append(name)
            self.entry.clear()
            self.changed.emit()

    def remove(self) -> None:
        """Remove the class that is marked, unless the images brought it."""
        row = self.list.currentRow()
        if row >= self._fixed:
            self.list.takeItem(row)
            self.changed.emit()

    def _append(self, name: str) -> None:
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        self.list.addItem(item)

    def _on_row(self, row: int) -> None:
        self.remove_button.setEnabled(row >= self._fixed and row >= 0)
