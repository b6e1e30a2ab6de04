"""The pages beside the desk, each made when it is first shown."""

from collections.abc import Callable

from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.theme import Theme

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
