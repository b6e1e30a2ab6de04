"""What the parts of a session have in common."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from autoal_gui.core.errors import AutoALError, ProjectGone
from autoal_gui.core.language import mark
from autoal_gui.core.project.project import Project
from autoal_gui.gui.session.open_project import OpenProject

CANCELLED = mark("Cancelled; all labels and the last good model are kept.")


class Part(QObject):
    """Works on the open project and says in sentences what went on."""

    notice = Signal(str)
    failed = Signal(str, str)
    """(one plain sentence, details that hold no patient data)."""
    gone = Signal()
    """`failed` has just said that the project file is gone: a copy of the project can be saved."""

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
            self.fail(error)
            return False
        return True

    def fail(self, error: AutoALError) -> None:
        """Tell in a sentence what failed, and whether a copy of the project is to be saved."""
        self.failed.emit(str(error), "")
        if isinstance(error, ProjectGone):
            self.gone.emit()
