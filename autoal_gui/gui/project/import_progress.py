"""How far the listing of a new project's images is, and what it found."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, SourceSpec
from autoal_gui.core.images.volumes import about_volumes
from autoal_gui.core.language import mark, number, percent, tr
from autoal_gui.core.sets.summary import left_out_text, straddling_files, straddling_groups
from autoal_gui.gui.images.first_images import FirstImages
from autoal_gui.gui.project.new_project_text import (
    doubt_lines,
    meaning_lines,
    usable_text,
)
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.inputs import combo, translated
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import set_property
from autoal_gui.sources.understanding.set_options import REDRAWN, is_redrawn

PARTS: dict[str, str] = {
    "kept": mark("Keep each group where its first image stands"),
    REDRAWN: mark("Draw a new evaluation set from all images"),
}


class ImportProgress(QFrame):
    """How the listing goes, what was found, and which files could not be used."""

    redrawn = Signal(bool)
    """The user wants a new evaluation set, or the set's own again."""

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
        self.pictures = FirstImages()
        self.meaning = text_label(role="muted")
        self.meaning.hide()
        self.doubts = text_label()  # worth knowing; nothing has gone wrong
        self.doubts.hide()
        self.parts = combo(tr("Groups in several parts"), translated(PARTS), "kept")
        self.parts.hide()
        self.parts.currentIndexChanged.connect(self._on_parts)
        self.files = QPlainTextEdit()
        self.files.setReadOnly(True)
        self.files.setAccessibleName(tr("Files that cannot be used"))
        self.files.setMaximumHeight(7 * self.fontMetrics().height())
        self.left_out = Section("")
        self.left_out.body.addWidget(self.files)
        self.left_out.hide()
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.addLayout(row)
        column.addWidget(self.bar)
        column.addWidget(self.pictures)
        column.addWidget(self.meaning)
        column.addWidget(self.doubts)
        column.addWidget(self.parts, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.left_out)

    def begin(self) -> None:
        """Show that a listing has begun."""
        self._say(tr("Looking through the images…"), "")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.stop.show()
        self.pictures.forget()
        for widget in (self.meaning, self.doubts, self.parts, self.left_out):
            widget.hide()

    def begin_again(self) -> None:
        """Show that the same set is being listed anew; what was found stays until then."""
        self.bar.setRange(0, 0)
        self.bar.show()

    @Slot(int, int)
    def show_progress(self, done: int, total: int) -> None:
        """Show how far it is; a total of 0 is unknown."""
        self.bar.setRange(0, min(total, 2**31 - 1))
        self.bar.setValue(done)
        if total:
            share = percent(done / total)
            self.line.setText(tr("Looking through the images: {share}", share=share))

    def show_listing(self, listing: Listing, some: ImagePool | None) -> None:
        """Say what was found, and show some of its images where they can be opened."""
        usable, bad = len(listing.images), len(listing.unreadable)
        self._end(usable_text(usable, bad), "")
        volumes = about_volumes(some.reader) if some is not None else ""
        self._show_lines(self.meaning, (*filter(None, [volumes]), *meaning_lines(listing)))
        self._show_lines(self.doubts, doubt_lines(listing))
        redrawn = is_redrawn(SourceSpec("", "", listing.options or ()))
        self.parts.blockSignals(True)
        self.parts.setCurrentIndex(self.parts.findData(REDRAWN if redrawn else "kept"))
        self.parts.blockSignals(False)
        torn = straddling_groups(listing.images) or straddling_files(listing.images)
        self.parts.setVisible(bool(listing.options and torn))
        self.files.setPlainText(left_out_text(listing.unreadable, listing.passed_over))
        count = sum(listing.left_out.values())
        self.left_out.button.setText(tr("What is left out ({count})", count=number(count)))
        if self.left_out.isHidden():
            self.left_out.button.setChecked(bool(listing.unreadable))
        self.left_out.setVisible(bool(count))
        self.pictures.show_some(some)

    def _show_lines(self, label: QLabel, lines: tuple[str, ...]) -> None:
        label.setText("\n".join(lines))
        label.setVisible(bool(lines))

    @Slot()
    def _on_parts(self) -> None:
        self.redrawn.emit(self.parts.currentData() == REDRAWN)

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
