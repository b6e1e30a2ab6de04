"""What ended while the user went on is offered: images that were looked for, a check's result."""

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import Found
from autoal_gui.gui.widgets.notice_bar import NoticeBar
from autoal_gui.gui.window.page_stack import PageStack

FOUND = mark("The images that you looked for have been found.")
ASK_AGAIN = mark("The images that you looked for have been found: ask again to see them.")


class Finds(QObject):
    """Shows what `ImageMaps` found, without taking the user away from something else.

    The first search of a project waits for the map, and that for a round: meanwhile another page
    may be read, or the next image be labelled, and a key be on its way.
    """

    said = Signal(str)
    """A sentence for the bottom of the window."""

    def __init__(
        self, controller: Controller, pages: PageStack, bar: NoticeBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controller, self._pages, self._bar = controller, pages, bar
        self._asked_at: tuple[object, int | None] | None = None
        self._found: Found | None = None
        controller.likeness.asked.connect(self._on_asked)
        controller.likeness.found.connect(self._on_found)
        controller.labelling.answers_changed.connect(self._on_answers)
        controller.project_closing.connect(self._forget)

    def _place(self) -> tuple[object, int | None]:
        """Return what the user looks at: the page, and at the desk the image."""
        pages = self._pages
        return pages.currentWidget(), self._controller.images.current if pages.at_desk else None

    @Slot()
    def _on_asked(self) -> None:
        self._asked_at = self._place()

    @Slot()
    def _on_answers(self) -> None:
        """Note that the user has gone on in the grid, where no other image comes up."""
        if self._pages.at_desk and not self._pages.desk.grid.isHidden():
            self._asked_at = None

    @Slot(object)
    def _on_found(self, found: Found) -> None:
        if not self._controller.is_open:
            return
        self._found = found
        if self._place() == self._asked_at:
            self._show()
        elif self._bar.isVisible():  # it is still to be read, and its button to be pressed
            self.said.emit(tr(ASK_AGAIN))
        else:
            self._bar.show_notice(tr(FOUND))
            self._bar.offer(tr("Show them"), self._show, takes_focus=False)

    @Slot()
    def _forget(self) -> None:
        """Take back what is offered: it is shown, or of the project that is being closed."""
        if self._found is not None and self._bar.sentence == tr(FOUND):
            self._bar.hide()
        self._found = None

    def _show(self) -> None:
        found = self._found
        self._forget()  # also where they are shown without the button: nothing is left to offer
        if found is not None:
            self._pages.show_found(found)


class CheckResult(QObject):
    """Shows how the check of bulk labels ended, with a way back to the page it was begun on."""

    def __init__(
        self, controller: Controller, pages: PageStack, bar: NoticeBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._pages, self._bar, self._sentence = pages, bar, ""
        controller.confirming.all_read.connect(self._on_read)
        controller.project_closing.connect(self._forget)

    @Slot(str)
    def _on_read(self, sentence: str) -> None:
        self._sentence = sentence
        self._bar.show_notice(sentence)
        self._bar.offer(tr("Confirm the sure ones"), self._go_back, takes_focus=False)

    def _go_back(self) -> None:
        self._pages.show_page(self._pages.confirm)

    @Slot()
    def _forget(self) -> None:
        """Take it back: it is of the project that is being closed."""
        if self._sentence and self._bar.sentence == self._sentence:
            self._bar.hide()
