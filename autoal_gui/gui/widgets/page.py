"""The pages beside the desk: each fills the window, and is made when it is shown first."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.basics import HelpButton, text_label
from autoal_gui.gui.widgets.theme import Theme


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
        self.title = text_label(title, size=1.25, bold=True, wrap=False)
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

    def show_topic(self, topic: str) -> None:
        """Show one part of a page that has several."""

    def enter(self) -> None:
        """Show what is so now; called each time that the page comes up."""

    def close_threads(self) -> None:
        """End what the page runs beside the window; called when the program closes."""


MakePage = Callable[[Controller, Theme, Actions], Page]


def _make_help(controller: Controller, theme: Theme, actions: Actions) -> Page:
    from autoal_gui.gui.window.help_page import HelpPage

    return HelpPage(controller, theme, actions)


def _make_agreement(controller: Controller, theme: Theme, actions: Actions) -> Page:
    from autoal_gui.gui.readers.agreement_page import AgreementPage

    return AgreementPage(controller, theme, actions)


def _make_predict(controller: Controller, theme: Theme, actions: Actions) -> Page:
    from autoal_gui.gui.predict.predict_page import PredictPage

    return PredictPage(controller, theme, actions)


def _make_reading(controller: Controller, theme: Theme, actions: Actions) -> Page:
    from autoal_gui.gui.readers.second_reading_page import ReadingPage

    return ReadingPage(controller, theme, actions)


def _make_review(controller: Controller, theme: Theme, actions: Actions) -> Page:
    from autoal_gui.gui.review.review_page import ReviewPage

    return ReviewPage(controller, theme, actions)


def _make_adjudication(controller: Controller, theme: Theme, actions: Actions) -> Page:
    from autoal_gui.gui.readers.adjudication_page import AdjudicationPage

    return AdjudicationPage(controller, theme, actions)


PAGES: dict[str, MakePage] = {
    "help": _make_help,
    "agreement": _make_agreement,
    "predict": _make_predict,
    "reading": _make_reading,
    "review": _make_review,
    "settle": _make_adjudication,
}
"""What makes each page, by name; imports of the page's own module wait until it is called."""
