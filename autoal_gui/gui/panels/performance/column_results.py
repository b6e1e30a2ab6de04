"""Results by column, such as by sex or by scanner, in sentences; one column at a time."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.by_part import found_words, part_sentence, verdict
from autoal_gui.core.sets.column_parts import ColumnParts
from autoal_gui.core.sets.column_results import (
    MeasuredImages,
    by_group,
    divisions,
    group_sentence,
    result_of,
)
from autoal_gui.gui.widgets.cards import empty
from autoal_gui.gui.widgets.inputs import combo
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL

TIP = mark(
    "Each part is measured by itself. The true value lies in the interval 95 times in 100; it is "
    "wider where there are few images or few patients. Parts may also differ because their classes "
    "do, so look at the classes too. Of twenty columns one may show a difference by chance."
)
GROUPS_TIP = mark(
    "A group is what belongs together, such as the images of one patient. It counts once, however "
    "many images it has, and its class is the one that is likeliest on average over them."
)
MOST_NAMED = 6  # classes that are counted one by one


class ColumnResults(QWidget):
    """What the last model has right of each part of a column that the user chooses."""

    def __init__(self) -> None:
        super().__init__()
        self._measured = MeasuredImages.nothing()
        self._classes: tuple[str, ...] = ()
        self._divisions: dict[str, ColumnParts] = {}
        self.groups = text_label()
        self.groups.setToolTip(tr(GROUPS_TIP))
        self.column = combo(tr("Results by"), {}, "")
        self.verdict = text_label(bold=True)
        self.verdict.setToolTip(tr(TIP))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self._lay_out()
        self.column.currentIndexChanged.connect(self._show_column)

    def _lay_out(self) -> None:
        self._choice = QWidget()
        row = QHBoxLayout(self._choice)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(text_label(tr("Results by"), wrap=False))
        row.addWidget(self.column, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.groups)
        column.addWidget(self._choice)
        column.addLayout(self._lines)
        column.addWidget(self.verdict)

    def show_results(
        self, measured: MeasuredImages, columns: tuple[str, ...], classes: tuple[str, ...]
    ) -> bool:
        """Show other results; say whether there are any.

        Args:
            measured: the images that were measured on.
            columns: the project's, in the order of `PoolImage.columns`.
            classes: their names, by index.
        """
        self._measured, self._classes = measured, classes
        self._divisions = {one.column: one for one in divisions(columns, measured)}
        groups = by_group(measured) if measured.images else None
        self.groups.setText(group_sentence(groups) if groups else "")
        self.groups.setVisible(groups is not None)
        chosen = self.column.currentData()
        self.column.blockSignals(True)
        self.column.clear()
        for name in self._divisions:
            self.column.addItem(name, name)
        self.column.setCurrentIndex(max(0, self.column.findData(chosen)))
        self.column.blockSignals(False)
        self._choice.setVisible(bool(self._divisions))
        self._show_column()
        return bool(self._divisions) or groups is not None

    @Slot()
    def _show_column(self) -> None:
        empty(self._lines)
        division = self._divisions.get(self.column.currentData())
        self.verdict.setVisible(division is not None)
        if division is None:
            return
        result = result_of(division, self._measured)
        for part in result.parts:
            label = text_label(part_sentence(part))
            label.setToolTip(tr(TIP))
            self._lines.addWidget(label)
            if part.is_enough and len(self._classes) <= MOST_NAMED:
                words = found_words(part.metrics, self._classes)
                self._lines.addWidget(text_label(words, role="muted", size=SMALL))
        self.verdict.setText(verdict(result.parts))
