"""What could not be used when the project was made, for as long as the project lives."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from autoal_gui.core.images.volumes import about_volumes
from autoal_gui.core.language import tr, tr_count
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.summary import left_out_text
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE


class ImportReportDialog(QDialog):
    """Says how many images there are, and lists each file that was left out with its reason."""

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import report"))
        named, counted = project.checks.unreadable, project.settings.passed_over
        report = report_text(len(project.pool.images), len(named), any_passed_over=bool(counted))
        volumes = about_volumes(project.pool.reader)
        self.sentence = text_label(f"{volumes} {report}".strip())
        self.files = QPlainTextEdit(left_out_text(named, counted))
        self.files.setReadOnly(True)
        self.files.setAccessibleName(tr("Files that cannot be used"))
        self.files.setVisible(bool(named or counted))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 14)
        column.setSpacing(12)
        column.addWidget(text_label(tr("Import report"), size=TITLE, bold=True))
        column.addWidget(self.sentence)
        column.addWidget(self.files, 1)
        column.addWidget(buttons)
        widen(self, 36)


def report_text(images: int, left_out: int, any_passed_over: bool = False) -> str:
    """Say what the import of a project gave."""
    words = tr_count("This project has {count} image.", "This project has {count} images.", images)
    if not left_out and any_passed_over:
        return f"{words} {tr('Every image that was found could be used; besides there were:')}"
    if not left_out:
        return f"{words} {tr('Every file that was found could be used.')}"
    others = tr_count(
        "{count} file could not be used and is left out:",
        "{count} files could not be used and are left out:",
        left_out,
    )
    return f"{words} {others}"
