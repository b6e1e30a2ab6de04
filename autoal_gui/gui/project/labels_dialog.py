"""A table read into the open project: what its columns mean, what it adds, and what contradicts."""

from typing import cast

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.later_table import LabelsAs, LaterTable, table_sentences
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import ENDINGS, Table
from autoal_gui.gui.project.table_preview import TablePreview
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.inputs import PathField, add_row, combo, translated
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE, set_property

LABELS_AS: dict[str, str] = {
    "known": mark("Given answers: the model learns from them"),
    "second": mark("The answers of a second reader, to compare"),
    "hidden": mark("The truth to measure the model by: nobody sees it"),
    "none": mark("Not used: take patients and columns alone"),
}
ABOUT = mark(
    "A table can bring labels, patients and columns such as age or site for images that are in the "
    "project. No answer of yours is changed by it."
)
WIDE, LOW, HIGH = 45, 12, 45  # its size in heights of a line, before a table is chosen and after
READER_TIP = mark("Under this name the answers are compared with yours.")


class LabelsDialog(QDialog):
    """Asks for a table, shows what it would add, and adds it."""

    def __init__(self, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tables = controller.labels_table
        self._table: Table | None = None
        self._found: LaterTable | None = None
        self.setWindowTitle(tr("Labels from a table"))
        endings = " ".join(f"*{ending}" for ending in ENDINGS)
        self.file = PathField(tr("Table"), f"{tr('Tables')} ({endings})")
        self.labels_as = combo(tr("Its labels are"), translated(LABELS_AS), "known")
        self.reader = QLineEdit()
        self.reader.setAccessibleName(tr("Name of the second reader"))
        self.preview = TablePreview()
        self.report = text_label()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.ok = buttons.addButton(tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setProperty("role", "primary")
        self._lay_out(buttons)
        self._connect(buttons)
        self._show(None, "")
        self._details.hide()
        line = self.fontMetrics().height()
        self.resize(fitting(self, QSize(WIDE * line, LOW * line)))

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        self._form = QFormLayout()
        add_row(self._form, self.labels_as, "")
        add_row(self._form, self.reader, READER_TIP)
        self._details = QWidget()
        inside = QVBoxLayout(self._details)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        inside.addWidget(self.preview)
        inside.addLayout(self._form)
        content = QWidget()
        content.setProperty("role", "content")
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 8)
        column.setSpacing(10)
        column.addWidget(text_label(tr("Labels from a table"), size=TITLE, bold=True))
        column.addWidget(text_label(tr(ABOUT), role="muted"))
        column.addWidget(self.file)
        column.addWidget(self._details)
        column.addWidget(self.report)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 14)
        outer.addWidget(scroll, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 4, 20, 0)
        foot.addWidget(buttons)
        outer.addLayout(foot)

    def _connect(self, buttons: QDialogButtonBox) -> None:
        self.file.changed.connect(self._on_file)
        self.preview.changed.connect(self._compare)
        self.labels_as.currentIndexChanged.connect(self._compare)
        self.reader.textChanged.connect(self._compare)
        self._tables.read.connect(self._on_read)
        self._tables.compared.connect(self._on_compared)
        self._tables.refused.connect(self._on_refused)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

    @Slot(str)
    def _on_file(self, text: str) -> None:
        self._show(None, "")
        self._details.hide()
        if text.strip() and self.file.path().is_file():
            self.report.setText(tr("Reading the table…"))
            self._tables.start(self.file.path())

    @Slot(object, object)
    def _on_read(self, table: Table, use: ColumnUse) -> None:
        self._table = table
        self.preview.show_table(table, use)
        if not use.labels:
            self.labels_as.setCurrentIndex(self.labels_as.findData("none"))
        self._details.show()
        line = self.fontMetrics().height()
        self.resize(fitting(self, QSize(WIDE * line, HIGH * line)))
        self._compare()

    @Slot()
    def _compare(self) -> None:
        """Say anew what the table would add."""
        labels_as = cast("LabelsAs", self.labels_as.currentData())
        self._form.setRowVisible(self.reader, labels_as == "second")
        self.preview.label.setEnabled(labels_as != "none")
        if self._table is not None:
            self._show(None, "")
            name = self.reader.text()
            self._tables.compare(self._table, self.preview.use, labels_as, name)

    @Slot(object)
    def _on_compared(self, found: LaterTable) -> None:
        self._show(found, "\n".join(table_sentences(found)))

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        self._show(None, sentence)
        set_property(self.report, "role", "danger")

    def _show(self, found: LaterTable | None, words: str) -> None:
        self._found = found
        set_property(self.report, "role", "")
        self.report.setText(words)
        self.ok.setEnabled(found is not None and not found.is_empty)

    def accept(self) -> None:
        """Close, and add what the table says; the project is opened anew by that."""
        found = self._found
        if found is not None:
            super().accept()
            self._tables.add(found)

    def done(self, result: int) -> None:
        """Stop what runs beside the window."""
        self._tables.close()
        super().done(result)
