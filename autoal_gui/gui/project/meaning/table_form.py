"""The table that says more of a set's images: which file, what its columns mean, how it fits."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table_fit import fit_lines
from autoal_gui.gui.project.meaning.set_review import Review
from autoal_gui.gui.project.table_preview import TablePreview
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import set_property
from autoal_gui.sources.understanding.set_options import SetMeaning

KINDS = mark("Tables (*.csv *.tsv *.tab *.txt *.xlsx *.xlsm *.json)")
NONE = mark(
    "A table (CSV, TSV, XLSX or JSON) can say the class, the patient and more of each image."
)


class TableForm(QWidget):
    """A file, and below it what is in it."""

    changed = Signal(object)
    """The `SetMeaning` that the user wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.meaning = SetMeaning()
        """What holds, or was wanted last."""
        self._folder = self._shown = ""
        self.line = text_label()
        self.choose = QPushButton(tr("Choose a table…"))
        self.remove = QPushButton(tr("Use no table"))
        for button in (self.choose, self.remove):
            button.setAutoDefault(False)
        self.fit = text_label(role="muted")
        self.preview = TablePreview()
        self.section = Section(tr("Columns and first rows"))
        self.section.body.addWidget(self.preview)
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.choose)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.fit)
        column.addWidget(self.section)
        self.choose.clicked.connect(self._choose)
        self.remove.clicked.connect(self._remove)
        self.preview.changed.connect(self._on_columns)

    def show_review(self, found: Review, folder: str) -> None:
        """Show a set's table, or that there is none.

        Args:
            found: the set.
            folder: where to look for a table first.
        """
        self._folder = folder
        is_other = found.meaning.table != self._shown
        self._shown, self.meaning = found.meaning.table, found.meaning
        self.remove.setVisible(bool(found.meaning.table))
        self.section.setVisible(found.table is not None)
        self.line.setText(_about(found))
        lines = fit_lines(found.fit) if found.fit is not None else ()
        self.fit.setText(found.problem or "\n".join(lines))
        self.fit.setVisible(bool(self.fit.text()))
        is_poor = found.fit is not None and 2 * found.fit.matched < found.fit.images
        set_property(self.fit, "role", "danger" if found.problem or is_poor else "muted")
        if found.table is None:
            return
        if is_other or self.preview.use != replace(found.meaning.columns, split=""):
            self.preview.show_table(found.table, found.meaning.columns)
        if found.problem:
            self.section.button.setChecked(True)

    @Slot()
    def _choose(self) -> None:
        start = self.meaning.table or self._folder
        chosen, _ = QFileDialog.getOpenFileName(self, tr("Choose a table"), start, tr(KINDS))
        if chosen:
            self.section.button.setChecked(True)
            self._want(chosen, ColumnUse())

    @Slot()
    def _remove(self) -> None:
        self._want("", ColumnUse())

    @Slot()
    def _on_columns(self) -> None:
        use = replace(self.preview.use, split=self.meaning.columns.split)
        self._want(self.meaning.table, use)

    def _want(self, table: str, columns: ColumnUse) -> None:
        self.changed.emit(replace(self.meaning, table=table, columns=columns))


def _about(found: Review) -> str:
    if not found.meaning.table:
        return tr(NONE)
    name = Path(found.meaning.table).name
    if found.table is None:
        return name
    rows, columns = len(found.table.rows), len(found.table.columns)
    return tr(
        "{name}: {rows}, {columns}",
        name=name,
        rows=tr_count("{count} row", "{count} rows", rows),
        columns=tr_count("{count} column", "{count} columns", columns),
    )
