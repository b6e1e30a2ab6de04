"""How far readers agree, with each other, with themselves and with the model."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.labels.hidden_repeats import pairs
from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.readers.agreement_text import (
    comparison_words,
    consistency_words,
    suggestion_use_words,
    to_adjudicate_words,
)
from autoal_gui.core.readers.double_reading import Comparison, compare, said, to_adjudicate
from autoal_gui.core.readers.suggestion_use import ClassSuggestionUse, SuggestionUse, suggestion_use
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.answers import ANSWER_WORDS
from autoal_gui.gui.widgets.cards import CardColumn
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.inputs import StillComboBox
from autoal_gui.gui.widgets.page import BAR_SHARE, Page
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import Theme

NO_SECOND = mark(
    "Nobody has read a second time yet. A second reader labels a share of the images without "
    "seeing the first answers; or bring in a colleague's project over the same images."
)
HOW = mark("First reader in rows, {name} in columns; press a number to see its images.")
HABIT_COLUMNS = (
    mark("Class given first"),
    mark("Blind answers"),
    mark("Model said the same"),
    mark("Changed to the model's"),
    mark("Changed away from it"),
    mark("Changed elsewhere"),
)
NARROW = 10  # letters of a line in the head of a table, or one word
IMAGES = Qt.ItemDataRole.UserRole


class AgreementPage(Page):
    """Cards of plain sentences, each with its table; cells open their images."""

    help_topic = "checking"

    second_wanted = Signal()
    adjudication_wanted = Signal()

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Agreement"), controller, theme, actions)
        self.merging = controller.merging
        self.reader = StillComboBox()
        self.reader.setAccessibleName(tr("Second reader"))
        self.graded = QCheckBox(tr("The classes are grades in this order"))
        self.graded.setToolTip(
            tr(
                "Weighted kappa: an error of two grades counts four times as much as an error of "
                "one."
            )
        )
        self.between = text_label()
        self.table = _table()
        self.open_words = text_label()
        self.adjudicate = QPushButton(tr("Settle them…"))
        self.outcome = text_label(role="muted")
        self.outcome.hide()
        self.how = text_label(role="muted")
        self.own = text_label()
        self.unlike = QPushButton(tr("Show the images answered differently"))
        self.model = text_label()
        self.suggestion_use = _table()
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setProperty("role", "thin")
        self.stop = QPushButton(tr("Cancel"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.second = QPushButton(tr("Second reading…"))
        self.merge = QPushButton(tr("Merge another project's answers…"))
        buttons = FlowLayout()  # below each other where text is large
        buttons.addWidget(self.second)
        buttons.addWidget(self.merge)
        self.bar.addLayout(buttons, BAR_SHARE)
        self.cards = CardColumn()
        readers = QHBoxLayout()
        readers.addWidget(QLabel(tr("Second reader")))
        readers.addWidget(self.reader)
        readers.addSpacing(16)
        readers.addWidget(self.graded)
        readers.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self.open_words)
        foot.addWidget(self.adjudicate)
        foot.addStretch(1)
        unlike = QHBoxLayout()
        unlike.addWidget(self.unlike)
        unlike.addStretch(1)
        merging = QHBoxLayout()
        merging.addWidget(self.busy, 1)
        merging.addWidget(self.stop)
        self._readers = _column(readers, self.between, self.how, self.table, foot)
        self.none = text_label(tr(NO_SECOND), role="muted")
        for title, parts in (
            (tr("Two readers"), (self.none, self._readers, merging, self.outcome)),
            (tr("The same reader, asked twice"), (self.own, unlike)),
            (tr("Readers and the model's suggestion"), (self.model, self.suggestion_use)),
        ):
            self.cards.add_card(title, *parts)
        self.cards.show_cards("", shown=True)
        middle = QHBoxLayout()
        middle.setContentsMargins(16, 10, 12, 10)
        self.cards.setMaximumWidth(100 * self.fontMetrics().height())  # longer lines read badly
        middle.addWidget(self.cards)
        self.body.addLayout(middle)
        self._show_busy(False)

    def _connect(self) -> None:
        self.reader.currentIndexChanged.connect(self._show_readers)
        self.graded.toggled.connect(self._on_graded)
        self.table.cellActivated.connect(self._open_cell)
        self.table.cellClicked.connect(self._open_cell)
        self.adjudicate.clicked.connect(self.adjudication_wanted)
        self.second.clicked.connect(self.second_wanted)
        self.merge.clicked.connect(self.ask_project)
        self.unlike.clicked.connect(self._show_unlike)
        self.stop.clicked.connect(self._on_stop)
        self.merging.finished.connect(self._on_merged)
        self.merging.failed.connect(self._on_merge_failed)
        self.controller.project_closed.connect(self._on_project_closed)

    # -- what is so now -----------------------------------------------------------------------

    def enter(self) -> None:
        """Show the agreement of now."""
        self._fill_readers()
        self._show_readers()
        self._show_own()
        self._show_model()

    def _fill_readers(self) -> None:
        names = self.controller.project.labels.journal.second_readers
        chosen = self.reader.currentText()
        self.reader.blockSignals(True)
        self.reader.clear()
        self.reader.addItems(names)
        self.reader.setCurrentIndex(max(0, names.index(chosen) if chosen in names else 0))
        self.reader.blockSignals(False)
        self.none.setVisible(not names)
        self._readers.setVisible(bool(names))

    def comparison(self) -> Comparison:
        """Compare the project's answers with the second reader that is chosen."""
        return compare(self.controller.project.labels.journal, self.reader.currentText())

    @Slot()
    def _show_readers(self) -> None:
        project = self.controller.project
        journal, found = project.labels.journal, self.comparison()
        words = comparison_words(found, project.classes.names, self.graded.isChecked())
        self.between.setText("\n".join(words))
        self.how.setText(tr(HOW, name=self.reader.currentText()))
        _fill_matrix(self.table, found, project.classes.names, self.reader.currentText())
        left = to_adjudicate(journal, [compare(journal, name) for name in journal.second_readers])
        self.open_words.setText(to_adjudicate_words(len(left)))
        self.adjudicate.setEnabled(bool(left))

    def _show_own(self) -> None:
        project = self.controller.project
        words = consistency_words(
            project.labels.journal, len(project.classes.names), self.graded.isChecked()
        )
        self.own.setText("\n".join(words))
        self.unlike.setVisible(bool(self._unlike()))

    def _unlike(self) -> tuple[int, ...]:
        journal = self.controller.project.labels.journal
        return tuple(
            first.image_id for first, again in pairs(journal) if said(first) != said(again)
        )

    def _show_model(self) -> None:
        project = self.controller.project
        found = suggestion_use(project.labels.journal, len(project.classes.names))
        has_point = project.settings.operating_point is not None
        self.model.setText("\n".join(suggestion_use_words(found, has_point)))
        _fill_suggestion_use(self.suggestion_use, found, project.classes.names)

    # -- what the user does -------------------------------------------------------------------

    @Slot()
    def _on_graded(self) -> None:
        self._show_readers()
        self._show_own()

    @Slot(int, int)
    def _open_cell(self, row: int, column: int) -> None:
        item = self.table.item(row, column)
        images = item.data(IMAGES) if item is not None else None
        if images:
            model, sideways = self.table.model(), Qt.Orientation.Vertical
            first = model.headerData(row, sideways)
            second = model.headerData(column, Qt.Orientation.Horizontal)
            title = tr("First reader {first}, second {second}", first=first, second=second)
            self.controller.show_images(title, tuple(images))

    @Slot()
    def _show_unlike(self) -> None:
        self.controller.show_images(tr("Answered differently the second time"), self._unlike())

    @Slot()
    def ask_project(self) -> None:
        """Ask for the folder of the project to merge."""
        start = str(self.controller.project.folder.parent)
        chosen = QFileDialog.getExistingDirectory(self, tr("The other reader's project"), start)
        if chosen:
            self.merge_project(Path(chosen))

    def merge_project(self, folder: Path) -> None:
        """Bring in the answers of another reader's project."""
        self._tell(tr("Comparing the two projects…"))
        self._show_busy(True)
        self.merging.start(folder)

    def _tell(self, sentence: str) -> None:
        self.outcome.setText(sentence)
        self.outcome.setVisible(bool(sentence))

    def _show_busy(self, busy: bool) -> None:
        self.busy.setVisible(busy)
        self.stop.setVisible(busy)
        self.merge.setEnabled(not busy)

    @Slot()
    def _on_stop(self) -> None:
        self.merging.close()
        self._show_busy(False)
        self._tell(tr("Cancelled; what has been merged stays, and nothing was lost."))
        self.enter()

    @Slot()
    def _on_project_closed(self) -> None:
        """Forget a merge: it says nothing any more, and the next project may want one."""
        self.merging.close()
        self._show_busy(False)
        self._tell("")

    @Slot(str)
    def _on_merged(self, sentence: str) -> None:
        self._show_busy(False)
        self._tell(sentence)
        self.controller.notice.emit(sentence)
        self.enter()

    @Slot(str)
    def _on_merge_failed(self, sentence: str) -> None:
        self._show_busy(False)
        self._tell("")
        self.controller.failed.emit(sentence, "")

    def close_threads(self) -> None:
        """End the thread that reads another project."""
        self.merging.close()


def _column(*parts: QWidget | QHBoxLayout) -> QWidget:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    return widget


def _table() -> QTableWidget:
    table = QTableWidget()
    table.setFrameShape(QTableWidget.Shape.NoFrame)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return table


def in_lines(words: str) -> str:
    """Break the head of a column into short lines: large text then needs no scrolling sideways."""
    return textwrap.fill(words, NARROW, break_long_words=False, break_on_hyphens=False)


def _cell(text: str, images: Sequence[int] = ()) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
    item.setData(IMAGES, tuple(images))
    if images:
        item.setToolTip(tr("Press to see these images"))
    return item


def _fit(table: QTableWidget) -> None:
    """Make a table as high as its rows, so that the page scrolls and not the table."""
    table.resizeColumnsToContents()
    table.resizeRowsToContents()
    rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
    table.setFixedHeight(rows + table.horizontalHeader().sizeHint().height() + 16)
    columns = sum(table.columnWidth(column) for column in range(table.columnCount()))
    names = 0 if table.verticalHeader().isHidden() else table.verticalHeader().sizeHint().width()
    table.setMaximumWidth(columns + names + 16)


def _fill_matrix(
    table: QTableWidget, found: Comparison, classes: Sequence[str], second: str
) -> None:
    """Show who said what: first reader in rows, second in columns."""
    answers: list[int | str] = [*range(len(classes))]
    both = {said(entry) for pair in found.pairs for entry in pair}
    answers += [kind for kind in ("unsure", "skip") if kind in both]
    names = [classes[a] if isinstance(a, int) else tr(ANSWER_WORDS[a]) for a in answers]
    table.setRowCount(len(answers))
    table.setColumnCount(len(answers))
    table.setVerticalHeaderLabels(names)
    table.setHorizontalHeaderLabels(names)
    cells: dict[tuple[int | str, int | str], list[int]] = {}
    for first, again in found.pairs:
        cells.setdefault((said(first), said(again)), []).append(first.image_id)
    for row, one in enumerate(answers):
        for column, two in enumerate(answers):
            images = cells.get((one, two), [])
            table.setItem(row, column, _cell(number(len(images)), images))
    table.setAccessibleName(tr(HOW, name=second))
    _fit(table)


def _fill_suggestion_use(table: QTableWidget, found: SuggestionUse, classes: Sequence[str]) -> None:
    """Show what became of the blind answers, a row for each class."""
    rows: list[tuple[str, ClassSuggestionUse]] = [
        (classes[habit.class_index], habit) for habit in found.classes if habit.blind
    ]
    if found.undecided.blind:
        rows.append((tr("Unsure or Skip"), found.undecided))
    table.setVisible(bool(rows))
    table.setRowCount(len(rows))
    table.setColumnCount(len(HABIT_COLUMNS))
    table.setHorizontalHeaderLabels([in_lines(tr(words)) for words in HABIT_COLUMNS])
    table.verticalHeader().hide()
    table.setAccessibleName(tr("Blind answers and what became of them, by class"))
    for row, (name, habit) in enumerate(rows):
        values = (habit.blind, habit.agreed, habit.towards, habit.away, habit.aside)
        table.setItem(row, 0, QTableWidgetItem(name))
        for column, value in enumerate(values, start=1):
            table.setItem(row, column, _cell(number(value)))
    _fit(table)
