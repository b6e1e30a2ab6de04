"""The button that opens the help at the topic of the page it stands on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QToolButton,
)

from autoal_gui.core.language import tr
from autoal_gui.gui.widgets.sizes import icon_size
from autoal_gui.gui.widgets.theme import Theme, icon


class HelpButton(QToolButton):
    """A question mark that leads to a page of the help."""

    wanted = Signal(str)
    """The topic, one of `help_page.TOPICS`."""

    def __init__(self, theme: Theme, topic: str) -> None:
        super().__init__()
        self._theme, self.topic = theme, topic
        self.setProperty("role", "quiet")
        self.setAccessibleName(tr("What is this?"))
        self.setToolTip(tr("What is this?"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(icon_size(self))
        self.clicked.connect(self._ask)
        theme.changed.connect(self._tint)
        self._tint()

    def _ask(self) -> None:
        self.wanted.emit(self.topic)

    def _tint(self) -> None:
        self.setIcon(icon("unsure", self._theme.colours.muted))
