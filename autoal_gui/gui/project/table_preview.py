"""A table's first rows, and above them the choice which column means what."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table
from autoal_gui.gui.widgets.inputs import add_row, combo
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import SMALL

ROWS = 10  # that are shown
WIDEST = 16  # of a column, in lines of text
KEY_TIP = mark(
    "The column that says which image a row is about: the name of its file, with or without "
    "folders and ending, or its SHA-256."
)
LABEL_TIP = mark("The column with the class of each image.")
GROUP_TIP = mark(
    "The column that says which images belong together: those of one patient, study or slide. "
    "They are never parted between learning and measuring."
)


class TablePreview(QWidget):
    """Shows a table and lets the user say what its columns mean."""

    changed = Signal()
    """The user chose another column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = Table((), ())
        self._flags: tuple[str, ...] = ()
        self.key = combo(tr("Image"), {}, "")
        self.label = combo(tr("Class"), {}, "")
        self.group = combo(tr("Patient or group"), {}, "")
        self.rows = _grid()
        self.note = text_label(role="muted", size=SMALL)
        self._lay_out()
        for box in (self.key, self.label, self.group):
            box.currentIndexChanged.connect(self._on_choice)

    def _lay_out(self) -> None:
        form = QFormLayout()
        add_row(form, self.key, KEY_TIP)
        add_row(form, self.label, LABEL_TIP)
        add_row(form, self.group, GROUP_TIP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        column.addWidget(self.rows)
        column.addWidget(self.note)

    def show_table(self, table: Table, use: ColumnUse) -> None:
        """Show another table.

        Args:
            table: what was read.
            use: what its columns are taken for at first, see `guess_columns`.
        """
        self._table = table
        self._flags = use.labels if len(use.labels) > 1 else ()
        none, flags = tr("none"), ",".join(self._flags)
        for box, chosen in ((self.key, use.key), (self.label, flags), (self.group, use.group)):
            box.blockSignals(True)
            box.clear()
            if box is not self.key:
                box.addItem(none, "")
            for name in table.columns:
                box.addItem(name, name)
            if box is self.label and flags:
                words = tr_count(
                    "{count} column of 0 and 1", "{count} columns of 0 and 1", len(self._flags)
                )
                box.addItem(words, flags)
            first = "" if box is not self.label or flags else "".join(use.labels)
            box.setCurrentIndex(max(0, box.findData(chosen or first)))
            box.blockSignals(False)
        self._fill()
        self._describe()

    @property
    def use(self) -> ColumnUse:
        """What the columns are taken for."""
        label = self.label.currentData() or ""
        several = bool(self._flags) and label == ",".join(self._flags)
        labels = self._flags if several else (label,) if label else ()
        return ColumnUse(self.key.currentData() or "", labels, self.group.currentData() or "")

    @Slot()
    def _on_choice(self) -> None:
        self._describe()
        self.changed.emit()

    def _fill(self) -> None:
        shown = self._table.rows[:ROWS]
        self.rows.setColumnCount(len(self._table.columns))
        self.rows.setRowCount(len(shown))
        for row, cells in enumerate(shown):
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text))
                self.rows.setItem(row, column, item)
        rest = len(self._table.rows) - len(shown)
        self.note.setText(tr_count("{count} more row", "{count} more rows", rest) if rest else "")
        self.note.setVisible(rest > 0)

    def _describe(self) -> None:
        """Say above each column what it is taken for."""
        use = self.use
        for place, name in enumerate(self._table.columns):
            meanings = _meanings(name, use)
            head = QTableWidgetItem("\n".join((name, ", ".join(meanings) or " ")))
            head.setToolTip(plain_tip(name))
            head.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            font = head.font()
            font.setBold(bool(meanings))
            head.setFont(font)
            self.rows.setHorizontalHeaderItem(place, head)
        self._fit()

    def _fit(self) -> None:
        line = self.fontMetrics().height()
        self.rows.resizeColumnsToContents()
        for place in range(self.rows.columnCount()):
            width = min(self.rows.columnWidth(place), WIDEST * line)
            self.rows.setColumnWidth(place, width)
        self.rows.resizeRowsToContents()
        height = sum(self.rows.rowHeight(row) for row in range(self.rows.rowCount()))
        head = self.rows.horizontalHeader().sizeHint().height()
        bar = self.rows.horizontalScrollBar().sizeHint().height()
        self.rows.setFixedHeight(height + head + bar + 4)


def _meanings(name: str, use: ColumnUse) -> Sequence[str]:
    taken = ((use.key, tr("Image")), (use.group, tr("Patient or group")))
    meanings = [words for column, words in taken if column == name]
    return [*meanings, *([tr("Class")] if name in use.labels else [])]


def _grid() -> QTableWidget:
    table = QTableWidget()
    table.setAccessibleName(tr("The first rows of the table"))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    return table
