"""What the parts of a session have in common."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import mark
from autoal_gui.core.project.project import Project
from autoal_gui.gui.session.open_project import OpenProject

CANCELLED = mark("Cancelled; all labels and the last good model are kept.")


class Part(QObject):
    """Works on the open project and says in sentences what went on."""

    notice = Signal(str)
    failed = Signal(str, str)
    """(one plain sentence, details that hold no patient data)."""

    def __init__(self, opened: OpenProject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opened = opened

    @property
    def _project(self) -> Project:
        return self._opened.project

    def attempt(self, change: Callable[[], object]) -> bool:
        """Make a change and tell where that fails; say whether it was made."""
        try:
            change()
        except AutoALError as error:
            self.failed.emit(str(error), "")
            return False
        return True
