"""macOS tells a running program which file was double-clicked by an event, not by an argument."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent


class FileOpening(QObject):
    """Installed as the application's event filter; says which file is to be opened."""

    opened = Signal(Path)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take the event that names a file, and no other."""
        if not isinstance(event, QFileOpenEvent) or not event.file():
            return False
        self.opened.emit(Path(event.file()))
        return True
