"""The projects opened last: kept for this user, and listed on the start page."""

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Slot

from autoal_gui.gui.window.start_page import StartPage

KEPT = 8


class RecentProjects(QObject):
    """Remembers folders of projects; the start page always shows them as they are."""

    def __init__(self, settings: QSettings, start_page: StartPage, parent: QObject) -> None:
        super().__init__(parent)
        self._settings, self._start_page = settings, start_page
        start_page.forgotten.connect(self.forget)
        self.show_list()

    def folders(self) -> list[str]:
        """Return the folders of the projects opened last, the last in front."""
        value = self._settings.value("recent", [])
        if isinstance(value, list):
            return [str(folder) for folder in value]
        return [value] if isinstance(value, str) and value else []  # an .ini file's list of one

    def remember(self, folder: Path) -> None:
        """Put a project in front."""
        path = str(folder.resolve())
        self._keep([path, *(other for other in self.folders() if other != path)])

    @Slot(str)
    def forget(self, folder: str) -> None:
        """Take a project off the list; its files stay."""
        self._keep([other for other in self.folders() if other != folder])

    def show_list(self) -> None:
        """Show the list anew: a project may have gone since it was made."""
        self._start_page.set_recent(self.folders())

    def _keep(self, folders: list[str]) -> None:
        self._settings.setValue("recent", folders[:KEPT])
        self.show_list()
