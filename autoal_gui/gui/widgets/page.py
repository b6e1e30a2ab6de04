"""The pages beside the desk: each fills the window, and is made when it is shown first."""

import re

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.help_button import HelpButton
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import TITLE, Theme

HINT_LINES = 2  # that a hint takes at most: more would push the page down
SENTENCE = re.compile(r"(?<=[.。])\s*")
BAR_SHARE = 1000  # of the room in the bar, against 1 that keeps what is beside it apart


class Hint(QLabel):
    """Sentences at the right of a bar: as many as two lines hold, and all of them as a tip."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._sentences = [one for one in SENTENCE.split(words) if one]
        self._between = "" if "。" in words else " "  # Chinese has none
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "muted")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setToolTip(plain_tip(words))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the last sentences where the bar is narrow."""
        super().resizeEvent(event)
        room = QRect(0, 0, event.size().width(), 0)
        metrics, count = self.fontMetrics(), len(self._sentences)
        while count > 1:
            tall = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, self._first(count)).height()
            if tall <= HINT_LINES * metrics.lineSpacing():
                break
            count -= 1
        self.setText(self._first(count))

    def _first(self, count: int) -> str:
        return self._between.join(self._sentences[:count])


class Page(QWidget):
    """A page with a title and a way back; what it shows goes into `body`."""

    left = Signal()
    """The user goes back to where they came from."""
    help_wanted = Signal(str)
    """A topic of the help."""
    help_topic = ""
    """The page of the help that explains this page, if there is one."""

    def __init__(self, title: str, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self.controller, self.theme, self.actions_table = controller, theme, actions
        self.title = text_label(title, size=TITLE, bold=True, wrap=False)
        self.back = QPushButton(tr("Back"))
        self.back.setShortcut(Qt.Key.Key_Escape)
        self.back.clicked.connect(self.left)
        bar = QFrame()
        bar.setProperty("role", "bar")
        self.bar = QHBoxLayout(bar)
        self.bar.setContentsMargins(16, 8, 12, 8)
        self.bar.setSpacing(10)
        self.bar.addWidget(self.back)
        self.bar.addWidget(self.title)
        if self.help_topic:
            question = HelpButton(theme, self.help_topic)
            question.wanted.connect(self.help_wanted)
            self.bar.addWidget(question)
        self.bar.addStretch(1)
        self.body = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addLayout(self.body, 1)

    def add_hint(self, words: str) -> Hint:
        """Say at the right of the bar what can be done."""
        hint = Hint(words)
        self.bar.addWidget(hint, BAR_SHARE)
        return hint

    def show_topic(self, topic: str) -> None:
        """Show one part of a page that has several."""

    def enter(self) -> None:
        """Show what is so now; called each time that the page comes up."""

    def close_threads(self) -> None:
        """End what the page runs beside the window; called when the program closes."""
