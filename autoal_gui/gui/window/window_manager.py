"""Holds the one window, and makes it anew, where it was, in another language or size of text."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Slot
from PySide6.QtWidgets import QApplication

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.window import text_size
from autoal_gui.gui.window.language_choice import choose, chosen, speak
from autoal_gui.gui.window.main_window import MainWindow


class WindowHolder(QObject):
    """Sentences and sizes are looked up when a widget is made: others take new widgets."""

    def __init__(
        self, make: Callable[[], MainWindow], settings: QSettings, application: QApplication
    ) -> None:
        super().__init__(application)
        self._make, self._settings, self._application = make, settings, application
        self.window: MainWindow | None = None

    def open(self) -> MainWindow:
        """Show a window in the language and the size of text that the settings name."""
        speak(self._application, chosen(self._settings))
        text_size.apply(self._application, text_size.chosen(self._settings))
        window = self.window = self._make()
        # Queued: a menu of the window must have closed before the window does.
        window.language_chosen.connect(self.change, Qt.ConnectionType.QueuedConnection)
        window.text_size_chosen.connect(self.resize_text, Qt.ConnectionType.QueuedConnection)
        window.show()
        return window

    @property
    def shown(self) -> MainWindow:
        """The window, which has been opened."""
        if self.window is None:
            raise RuntimeError("there is no window")
        return self.window

    def end(self) -> None:
        """Close the window without asking: the program was asked to end."""
        if self.window is not None:
            self.window.controller.exports.stop()  # else it would ask before it closes
            self.window.close()

    @Slot(Path)
    def open_file(self, path: Path) -> None:
        """Open a project that was double-clicked while the program runs."""
        if self.window is not None:
            self.window.open_folder(path)

    @Slot(str)
    def change(self, code: str) -> None:
        """Close the window and open it at the same image in another language."""
        choose(self._settings, code)
        self._make_anew(mark("The language was changed; everything is where it was."))

    @Slot(int)
    def resize_text(self, percent: int) -> None:
        """Close the window and open it at the same image with text of another size."""
        text_size.choose(self._settings, percent)
        self._make_anew(mark("The size of text was changed; everything is where it was."))

    def _make_anew(self, done: str) -> None:
        """Close the window, open another where it was, and say what was done.

        Closing saves everything; a round that runs begins again, a warm start is taken up.
        """
        before = self.window
        if before is None:
            return
        place = before.place()
        stopped = before.controller.exports.stop()  # else the window would ask before it closes
        self._application.setQuitOnLastWindowClosed(False)
        try:
            before.close()
            before.deleteLater()
            window = self.open()
        finally:  # else no window's closing would end the program any more
            self._application.setQuitOnLastWindowClosed(True)
        window.go_to(*place)
        window.say(f"{tr(done)} {tr(stopped)}" if stopped else tr(done))
