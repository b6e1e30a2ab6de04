"""The button over the image that says its window and level, and offers others."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMenu, QToolButton

from autoal_gui.core.images.display_window import BASES, DisplayWindow, Greys
from autoal_gui.core.language import tr
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.widgets.actions import Actions

MENU = "Brightness"


class ContrastMenu(QToolButton):
    """Shows the window of the image on screen; its menu holds the commands that change it.

    It is hidden over plain pictures as they are, where a window says nothing to anyone.
    """

    offered = Signal(bool)
    """Whether it is shown."""

    def __init__(self, view: ImageView, actions: Actions) -> None:
        super().__init__()
        self._view = view
        self._actions = actions
        self.setProperty("role", "quiet")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.addActions(actions.of_menu(MENU))
        self.setMenu(menu)
        view.display_changed.connect(self._show)
        self.hide()
        self._show()

    @Slot()
    def _show(self) -> None:
        display, greys = self._view.display, self._view.greys
        for base in BASES:
            self._actions[f"look_{base}"].setChecked(display == display.of_base(base))
        self._actions["invert"].setChecked(display.inverted)
        self.setEnabled(greys is not None)
        if greys is not None:  # while the next image is read, nothing moves
            self._offer(not greys.is_plain or display != DisplayWindow())
        words = window_text(display, greys) if greys is not None else tr("Window")
        self.setText(words)
        self.setAccessibleName(tr("Window and level: {window}", window=words))
        self.setToolTip(
            tr(
                "Window and level, which is contrast and brightness: drag with the right mouse "
                "button over the image, or choose here. It stays for the next images."
            )
        )

    def _offer(self, offered: bool) -> None:
        self.setVisible(offered)
        self.offered.emit(offered)


def window_text(display: DisplayWindow, greys: Greys) -> str:
    """Say which window an image is shown with, in what its values measure."""
    level, width = greys.measured(display.window(greys))
    digits = ".0f" if width >= 20 else ".3g"
    text = tr("W {width}  L {level}", width=format(width, digits), level=format(level, digits))
    text = f"{text} {greys.unit}".strip()
    return tr("{window}, inverted", window=text) if display.inverted else text
