"""What fills the window: the start page, the desk, and the pages beside it."""

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QPoint, QRect, QSettings, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.theme import Theme
from autoal_gui.gui.window.projects.project_card import keep_card
from autoal_gui.gui.window.start_page import StartPage

if TYPE_CHECKING:
    from autoal_gui.gui.desk.desk import Desk
    from autoal_gui.gui.map.page import MapPage
    from autoal_gui.gui.predict.predict_page import PredictPage
    from autoal_gui.gui.readers.adjudication_page import AdjudicationPage
    from autoal_gui.gui.readers.agreement_page import AgreementPage
    from autoal_gui.gui.readers.second_reading_page import SecondReadingPage
    from autoal_gui.gui.review.confirm_page import ConfirmPage
    from autoal_gui.gui.review.review_page import ReviewPage
    from autoal_gui.gui.session.likeness.image_maps import Found
    from autoal_gui.gui.window.help_page import HelpPage

P = TypeVar("P", bound=Page)


class PageStack(QStackedWidget):
    """Shows one page at a time.

    All but the start page are made when they are needed first: their charts and tables take
    longer than the whole start. `currentChanged` says that another one is on screen.
    """

    second_reading_wanted = Signal()
    """The user wants to say, in a dialog, who reads what a second time."""
    predicted = Signal(str)
    """A prediction has ended while its page was not on screen; how, in a sentence."""
    display_changed = Signal()
    """The image on the desk, or the window that it is shown with, is another one."""

    def __init__(
        self, controller: Controller, theme: Theme, actions: Actions, settings: QSettings
    ) -> None:
        super().__init__()
        self._settings = settings
        self._controller = controller
        self._common = controller, theme, actions  # what every page is made of
        self._desk: Desk | None = None
        self._made: list[Page] = []
        self._before_help: QWidget | None = None
        self._map_grid = MapGrid(self)
        self.start_page = StartPage(theme)
        self.addWidget(self.start_page)
        controller.project_opened.connect(self._on_opened)
        controller.project_closing.connect(self._on_closing)
        controller.project_closed.connect(self._on_closed)
        controller.images_wanted.connect(self.show_images)

    # -- the pages, each made when it is asked for first ---------------------------------------

    @property
    def desk(self) -> "Desk":
        """The labelling desk.

        Raises:
            RuntimeError: no project has been opened yet.
        """
        if self._desk is None:
            raise RuntimeError("the desk is made when a project is opened first")
        return self._desk

    @cached_property
    def help(self) -> "HelpPage":
        """How the program works."""
        from autoal_gui.gui.window.help_page import HelpPage

        return self._add(HelpPage(*self._common))

    @cached_property
    def predict(self) -> "PredictPage":
        """A trained model applied to other images."""
        from autoal_gui.gui.predict.predict_page import PredictPage

        page = self._add(PredictPage(*self._common, self._settings))
        page.done_elsewhere.connect(self.predicted)
        return page

    @cached_property
    def review(self) -> "ReviewPage":
        """Answered images, to look at them again and to change labels."""
        from autoal_gui.gui.review.review_page import ReviewPage

        page = self._add(ReviewPage(*self._common))
        page.desk_wanted.connect(self._show_on_desk)
        return page

    @cached_property
    def confirm(self) -> "ConfirmPage":
        """What the model is sure of, to be confirmed in bulk."""
        from autoal_gui.gui.review.confirm_page import ConfirmPage

        return self._add(ConfirmPage(*self._common))

    @cached_property
    def map(self) -> "MapPage":
        """Every image as a dot."""
        from autoal_gui.gui.map.page import MapPage

        page = self._add(MapPage(*self._common))
        page.grid_wanted.connect(self._map_grid.show_images)
        page.desk_wanted.connect(self._show_on_desk)
        return page

    @cached_property
    def agreement(self) -> "AgreementPage":
        """How far readers agree."""
        from autoal_gui.gui.readers.agreement_page import AgreementPage

        page = self._add(AgreementPage(*self._common))
        page.second_wanted.connect(self.second_reading_wanted)
        page.adjudication_wanted.connect(self.show_adjudication)
        return page

    @cached_property
    def second_reading(self) -> "SecondReadingPage":
        """Images that another reader labels, blind."""
        from autoal_gui.gui.readers.second_reading_page import SecondReadingPage

        page = self._add(SecondReadingPage(*self._common))
        page.agreement_wanted.connect(self.show_agreement)
        return page

    @cached_property
    def adjudication(self) -> "AdjudicationPage":
        """Images on which readers differ, one after the other."""
        from autoal_gui.gui.readers.adjudication_page import AdjudicationPage

        return self._add(AdjudicationPage(*self._common))

    def _add(self, page: P) -> P:
        page.left.connect(self.leave)
        page.help_wanted.connect(self.show_topic)
        self.addWidget(page)
        self._made.append(page)
        return page

    # -- which of them is shown ---------------------------------------------------------------

    @property
    def at_desk(self) -> bool:
        """Whether the desk of an open project is on screen."""
        return self._controller.is_open and self.currentWidget() is self._desk

    def show_page(self, page: Page) -> None:
        """Show one of the pages beside the desk as things are now."""
        page.enter()
        self.setCurrentWidget(page)
        (page.focusWidget() or page).setFocus()

    @Slot()
    def leave(self) -> None:
        """Go back from a page to the desk, or to the start page where no project is open.

        From the help back to what it was asked on, as that was.
        """
        before = self._before_help if self._is_help(self.currentWidget()) else None
        if isinstance(before, Page):
            self.setCurrentWidget(before)
            (before.focusWidget() or before).setFocus()
        elif self._controller.is_open:
            self.setCurrentWidget(self.desk)
            self.desk.image_view.setFocus()
        else:
            self.setCurrentWidget(self.start_page)

    def show_help(self) -> None:
        """Show the help, at what is on screen."""
        shown = self.currentWidget()
        own = shown.help_topic if isinstance(shown, Page) else "first-steps"
        self.show_topic(self.desk.help_topic() if self.at_desk else own)

    def _is_help(self, widget: QWidget | None) -> bool:
        """Tell whether a page is the help, without making it."""
        return "help" in self.__dict__ and widget is self.help

    @Slot(str)
    def show_topic(self, topic: str) -> None:
        """Show a page of the help; "" for the one shown last."""
        shown = self.currentWidget()
        if not self._is_help(shown):
            self._before_help = shown
        self.show_page(self.help)
        if topic:
            self.help.show_topic(topic)

    def show_review(self) -> None:
        """Show every answered image."""
        self.show_images("", ())

    @Slot(str, object)
    def show_images(self, title: str, images: tuple[int, ...]) -> None:
        """Show these answered images alone, under a title; all of them where there is none."""
        self.review.show_only(title, images)
        self.show_page(self.review)

    @Slot()
    def show_adjudication(self) -> None:
        """Show the images on which readers differ."""
        self.show_page(self.adjudication)

    @Slot()
    def show_agreement(self) -> None:
        """Show how far readers agree."""
        self.show_page(self.agreement)

    def ask_merge(self) -> None:
        """Ask for another reader's project, beside what is known of the agreement."""
        self.show_page(self.agreement)
        self.agreement.ask_project()

    @Slot(int)
    def _show_on_desk(self, image_id: int) -> None:
        self.leave()
        self.desk.leave_grid()
        self._controller.labelling.show_again(image_id)

    def show_found(self, found: "Found") -> None:
        """Show on the desk the images that are most like some."""
        self.leave()
        self.desk.show_found(found)

    # -- projects -----------------------------------------------------------------------------

    def _on_opened(self) -> None:
        self.make_desk()
        self.setCurrentWidget(self.desk)

    @Slot()
    def make_desk(self) -> None:
        """Make the desk unless it is there; it may be made before a project is open."""
        from autoal_gui.gui.desk.desk import Desk

        if self._desk is not None:
            return
        self._desk = Desk(*self._common, self._settings)
        self.addWidget(self._desk)
        self._desk.help_wanted.connect(self.show_topic)
        self._desk.grid.escaped.connect(self._map_grid.go_back)
        self._desk.image_view.display_changed.connect(self.display_changed)
        if self._controller.is_open:
            self._desk.show_project()

    def _on_closing(self) -> None:
        keep_card(self._controller.project, self.desk.loader.thumbnail)

    def _on_closed(self) -> None:
        self.setCurrentWidget(self.start_page)

    def with_threads(self) -> "tuple[Desk | Page, ...]":
        """Return what has been made so far whose threads must end before the window closes."""
        desk = () if self._desk is None else (self._desk,)
        return (*desk, *self._made)


class MapGrid(QObject):
    """Shows in the grid what was selected on the map, and leads back to the map."""

    def __init__(self, pages: PageStack) -> None:
        super().__init__(pages)
        self._pages, self._title = pages, ""

    @Slot(str, object)
    def show_images(self, title: str, images: tuple[int, ...]) -> None:
        """Show these images on the desk, under a title."""
        self._title = title
        self._pages.leave()
        self._pages.desk.show_in_grid(title, images)

    @Slot()
    def go_back(self) -> None:
        """Leave the grid: to the map, as long as it shows what was selected there."""
        from autoal_gui.gui.desk.grid_panel import ONLY

        grid = self._pages.desk.grid
        of_map = grid.which.currentIndex() == ONLY and grid.which.currentText() == self._title
        self._pages.desk.leave_grid()
        if of_map:
            self._pages.show_page(self._pages.map)


def free_above(pages: PageStack) -> tuple[QRect, ...]:
    """Return what of a page may be covered, from its top on, what is missed least first.

    Of the desk that is what only tells: the words of its header, then all of that, then the row of
    images as well; below it lies the image, and what is done with it.
    """
    if not pages.at_desk:
        return ()
    desk = pages.desk
    header, strip = desk.header, desk.strip
    corner = header.mapTo(desk, header.rect().bottomRight())
    words = QPoint(header.words_end, corner.y())
    last = strip.mapTo(desk, strip.rect().bottomRight())
    return tuple(QRect(QPoint(0, 0), end) for end in (words, corner, last))
