"""How far the listing of a new project's images is, and what it found."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import percent, tr
from autoal_gui.gui.project.new_project_text import left_out_text, meaning_lines, usable_text
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import set_property


class ImportProgress(QFrame):
    """How the listing goes, and which files could not be used."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.line = text_label(tr("Looking through the images…"))
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setProperty("role", "thin")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Images listed"))
        self.stop = QPushButton(tr("Stop"))
        self.stop.setAutoDefault(False)
        self.meaning = text_label(role="muted")
        self.meaning.hide()
        self.files = QPlainTextEdit()
        self.files.setReadOnly(True)
        self.files.setAccessibleName(tr("Files that cannot be used"))
        self.files.setMaximumHeight(7 * self.fontMetrics().height())
        self.files.hide()
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.meaning)
        column.addWidget(self.files)

    def begin(self) -> None:
        """Show that a listing has begun."""
        self._say(tr("Looking through the images…"), "")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stop.show()
        self.meaning.hide()
        self.files.hide()

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        """Show how far it is; a total of 0 is unknown."""
        self.bar.setRange(0, min(total, 2**31 - 1))
        self.bar.setValue(done)
        if total:
            share = percent(done / total)
            self.line.setText(tr("Looking through the images: {share}", share=share))

    def show_listing(self, listing: Listing) -> None:
        """Say what was found."""
        usable, bad = len(listing.images), len(listing.unreadable)
        words = usable_text(usable, bad)
        self.files.setPlainText(left_out_text(listing.unreadable, listing.passed_over))
        self._end(words, "")
        self.meaning.setText(" ".join(meaning_lines(listing)))
        self.meaning.setVisible(bool(self.meaning.text()))
        self.files.setVisible(bool(listing.left_out))

    def show_end(self, sentence: str) -> None:
        """Say why there is no listing."""
        self._end(sentence, "danger")

    def _end(self, sentence: str, role: str) -> None:
        self._say(sentence, role)
        self.bar.hide()
        self.stop.hide()

    def _say(self, sentence: str, role: str) -> None:
        self.line.setText(sentence)
        set_property(self.line, "role", role)
