"""The desk, made while the user still chooses images: its charts and their library take seconds."""

from PySide6.QtCore import QObject, Slot

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.engine.jobs import OneJob
from autoal_gui.gui.window.page_stack import PageStack


class DeskAhead(QObject):
    """Loads in a thread what the desk is made of, then has it made; once in a window's life."""

    def __init__(self, pages: PageStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._begun = False
        self.loading = OneJob(self)
        self.loading.succeeded.connect(pages.make_desk)

    @Slot()
    def begin(self) -> None:
        """Begin, the first time that images are chosen."""
        if not self._begun:
            self._begun = True
            self.loading.start(_load)

    def close(self) -> None:
        """Stop; the thread has ended when this returns."""
        self.loading.close()


def _load(progress: ProgressCallback) -> None:
    """Import the desk, with all that it needs: classes alone, of which nothing is made here."""
    import autoal_gui.gui.desk.desk  # noqa: F401
