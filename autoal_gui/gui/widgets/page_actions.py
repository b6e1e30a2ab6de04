"""Actions that belong to one page, and the buttons that show them."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QToolButton,
    QWidget,
)

from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.sizes import icon_size


def tool_button(actions: Actions, name: str, with_text: bool = False) -> QToolButton:
    """Return a quiet button for an action."""
    style = Qt.ToolButtonStyle
    button = QToolButton()
    button.setDefaultAction(actions[name])
    button.setIconSize(icon_size(button))
    button.setProperty("role", "quiet")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(actions[name].text())
    button.setToolButtonStyle(
        style.ToolButtonTextBesideIcon if with_text else style.ToolButtonIconOnly
    )
    return button


def action_tool(action: QAction) -> QToolButton:
    """Return a quiet button with the icon of an action."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(icon_size(button))
    button.setProperty("role", "quiet")
    button.setAccessibleName(action.text())
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class OwnAction(QAction):
    """An action with the words, keys and icon of another, also after they have changed."""

    def __init__(self, like: QAction, parent: QWidget) -> None:
        super().__init__(like.text(), parent)
        self._like = like
        self.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.setAutoRepeat(like.autoRepeat())
        like.changed.connect(self._follow)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Take on the user's keys and the theme's colour."""
        like = self._like
        if self.icon().cacheKey() != like.icon().cacheKey():
            self.setIcon(like.icon())
        if self.shortcuts() != like.shortcuts():
            self.setShortcuts(like.shortcuts())
        if self.toolTip() != like.toolTip():
            self.setToolTip(like.toolTip())


def own_action(page: QWidget, like: QAction) -> QAction:
    """Return an action of a page with the words and keys of one of the desk's.

    It works while the page is in sight; the desk's own is disabled then, so that the two never
    compete for a key.
    """
    action = OwnAction(like, page)
    page.addAction(action)
    return action
