"""Ways to the pages of checking: review, second readings, agreement, what is to settle."""

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Slot

if TYPE_CHECKING:
    from autoal_gui.gui.readers.agreement_page import AgreementPage
    from autoal_gui.gui.readers.second_reading_page import ReadingDialog, ReadingPage
    from autoal_gui.gui.review.review_page import ReviewPage
    from autoal_gui.gui.window.main_window import MainWindow

ACTIONS = ("review", "agreement", "second", "merge")


class Checking(QObject):
    """Connects the window's commands and the controller's wishes with these pages."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        actions = window.actions_table
        actions["review"].triggered.connect(self.show_review)
        actions["agreement"].triggered.connect(self.show_agreement)
        actions["second"].triggered.connect(self.ask_second)
        actions["merge"].triggered.connect(self.ask_merge)
        window.controller.images_wanted.connect(self.show_images)

    @Slot()
    def show_review(self) -> None:
        """Show every answered image."""
        self.show_images("", ())

    @Slot(str, object)
    def show_images(self, title: str, images: tuple[int, ...]) -> None:
        """Show these images alone, under a title."""
        is_new = "review" not in self._window.pages
        page = cast("ReviewPage", self._window.page("review"))
        if is_new:
            page.desk_wanted.connect(self._show_on_desk)
        page.show_only(title, images)
        self._window.show_page("review")

    @Slot()
    def show_agreement(self) -> None:
        """Show how far readers agree."""
        self._agreement()

    def _agreement(self) -> "AgreementPage":
        is_new = "agreement" not in self._window.pages
        page = cast("AgreementPage", self._window.show_page("agreement"))
        if is_new:
            page.second_wanted.connect(self.ask_second)
            page.settle_wanted.connect(self._settle)
        return page

    @Slot()
    def ask_merge(self) -> None:
        """Ask for another reader's project."""
        self._agreement().ask_project()

    @Slot()
    def _settle(self) -> None:
        self._window.show_page("settle")

    @Slot()
    def ask_second(self) -> None:
        """Ask who reads what a second time, then begin."""
        page = cast("ReadingPage", self._window.page("reading"))
        dialog: ReadingDialog = page.ask()
        dialog.accepted.connect(self._begin)
        self._window.show_dialog(dialog)

    @Slot()
    def _begin(self) -> None:
        self._window.show_page("reading")

    @Slot(int)
    def _show_on_desk(self, image_id: int) -> None:
        self._window.leave_page()
        self._window.controller.show_again(image_id)
