"""What the folders, names and table of a set mean: shown, and corrected by hand."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.language import tr
from autoal_gui.gui.project.meaning.groups_form import GroupsForm
from autoal_gui.gui.project.meaning.levels_form import LevelsForm
from autoal_gui.gui.project.meaning.set_review import Review, SetReview
from autoal_gui.gui.project.meaning.table_form import TableForm
from autoal_gui.gui.widgets.cards import card
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.sources.understanding.set_options import SetMeaning

FILES = 100  # of which some names are shown


class MeaningForm(QWidget):
    """Two cards: folders and groups; the table. What is corrected is listed beside the window."""

    began = Signal()
    """A correction is being listed."""
    reviewed = Signal(object)
    """The `Review` that holds now."""
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.review = SetReview(self)
        self.levels = LevelsForm()
        self.groups = GroupsForm()
        self.table = TableForm()
        self._folder = ""
        self._levels_title = text_label(tr("What the folders mean"), bold=True)
        first, folders = card()
        folders.addWidget(self._levels_title)
        folders.addWidget(self.levels)
        folders.addWidget(text_label(tr("What must stay together"), bold=True))
        folders.addWidget(self.groups)
        second, table = card()
        table.addWidget(text_label(tr("Table of the images"), bold=True))
        table.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(first)
        column.addWidget(second)
        for form in (self.levels, self.groups, self.table):
            form.changed.connect(self._correct)
        self.review.began.connect(self.began)
        self.review.reviewed.connect(self._on_reviewed)
        self.review.failed.connect(self.failed)

    def begin(self, spec: SourceSpec, listing: Listing) -> None:
        """Show a set that was listed from files."""
        self._folder = str(Path(spec.location).expanduser())
        self.review.begin(spec, listing)

    def redraw(self, redrawn: bool) -> None:
        """Take the parts of the set as they are, or draw its evaluation set anew."""
        self._correct(replace(self.levels.meaning, redrawn=redrawn))

    def order_tabs(self, before: QWidget) -> None:
        """Let Tab come from what stands before to the levels, and on to the groups."""
        for box in self.levels.boxes.values():
            QWidget.setTabOrder(before, box)
            before = box
        QWidget.setTabOrder(before, self.groups.source)

    def close_threads(self) -> None:
        """End what runs beside the window."""
        self.review.close()

    @Slot(object)
    def _correct(self, meaning: SetMeaning) -> None:
        self.levels.show_meaning(meaning)  # at once: the next correction is made to this one
        self.groups.meaning = self.table.meaning = meaning
        self.review.correct(meaning)

    @Slot(object)
    def _on_reviewed(self, found: Review) -> None:
        self._levels_title.setVisible(bool(found.levels))
        self.levels.show_levels(found.levels, [i.key for i in found.listing.images[:FILES]])
        self.levels.show_meaning(found.meaning)
        self.groups.show_review(found)
        self.table.show_review(found, self._folder)
        self.reviewed.emit(found)
