"""What ended while the user went on is offered: images that were looked for, a check's result."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QLabel

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import Found
from autoal_gui.gui.widgets.notice_bar import NoticeBar
from autoal_gui.gui.window.page_stack import PageStack

FOUND = mark("The images that you looked for have been found.")
ON_PREDICT = mark("They are on the page Predict.")
SOON = 3000  # milliseconds in which whoever has asked still waits for what is found
GOES_ON = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.Wheel)
ASK_AGAIN = mark("The images that you looked for have been found: ask again to see them.")


class Finds(QObject):
    """Shows what `ImageMaps` found, without taking the user away from something else.

    The first search of a project waits for the map, and that for a round: meanwhile another page
    may be read, or the next image be labelled, and a key or a click be on its way. What is found at
    once opens by itself; after that, or once a key or the mouse was pressed, it is offered.
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
        self._late = QTimer(self, singleShot=True, interval=SOON)
        self._late.timeout.connect(self._go_on)
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
        self._late.start()
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note that the user has gone on with something."""
        if event.type() in GOES_ON:
            self._go_on()
        return super().eventFilter(watched, event)

    @Slot()
    def _go_on(self) -> None:
        """From now on what is found is offered."""
        self._asked_at = None
        self._late.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]

    @Slot()
    def _on_answers(self) -> None:
        """Note that the user has gone on in the grid, where no other image comes up."""
        if self._pages.at_desk and not self._pages.desk.grid.isHidden():
            self._go_on()

    @Slot(object)
    def _on_found(self, found: Found) -> None:
        stays = self._place() == self._asked_at
        self._go_on()
        if not self._controller.is_open:
            return
        self._found = found
        if stays:
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
        self._go_on()

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
        self._controller, self._pages, self._bar = controller, pages, bar
        self._said: set[str] = set()  # of the check, as it stood then
        self._read = ""  # which of it offers the way back
        controller.confirming.all_read.connect(self._on_read)
        controller.confirming.told.connect(self._said.add)
        controller.confirming.judged_anew.connect(self._forget)
        controller.project_closing.connect(self._forget)
        pages.currentChanged.connect(self._offer_way)

    @Slot(str)
    def _on_read(self, sentence: str) -> None:
        self._said.add(sentence)
        self._read = sentence
        self._bar.show_notice(sentence)
        self._offer_way()

    @Slot()
    def _offer_way(self) -> None:
        """Offer the page on which it was begun, but not there."""
        if not self._read or self._bar.sentence != self._read:
            return
        made = vars(self._pages).get("confirm")  # the page, once there was need of it
        controller = self._controller  # where the check has failed, nothing is to be done there
        failed = controller.is_open and controller.confirming.check.verdict == "fails"
        if failed or self._pages.currentWidget() is made:
            self._bar.offer_nothing()
        else:
            self._bar.offer(tr("Confirm the sure ones"), self._go_back, takes_focus=False)

    def _go_back(self) -> None:
        self._pages.show_page(self._pages.confirm)

    @Slot()
    def _forget(self) -> None:
        """Take it back: the check stands otherwise now, or its project is being closed."""
        if self._bar.sentence in self._said:
            self._bar.hide()
        self._said.clear()


class PredictResult(QObject):
    """Offers the predictions that were made while something else was on screen."""

    said = Signal(str)
    """A sentence for the bottom of the window."""

    def __init__(self, pages: PageStack, bar: NoticeBar, parent: QObject) -> None:
        super().__init__(parent)
        self._pages, self._bar, self._sentence = pages, bar, ""
        pages.predicted.connect(self._on_predicted)
        pages.currentChanged.connect(self._on_page)

    @Slot(str)
    def _on_predicted(self, sentence: str) -> None:
        if self._bar.isVisible():  # it is still to be read, and its button to be pressed
            self.said.emit(f"{sentence} {tr(ON_PREDICT)}")
            return
        self._sentence = sentence
        self._bar.show_notice(sentence)
        self._bar.offer(tr("Show them"), self._show, takes_focus=False)

    def _show(self) -> None:
        self._pages.show_page(self._pages.predict)

    @Slot()
    def _on_page(self) -> None:
        """Take the offer back: they are on screen."""
        is_theirs = self._sentence and self._bar.sentence == self._sentence
        if is_theirs and self._pages.currentWidget() is self._pages.predict:
            self._bar.hide()


class SearchLine(QObject):
    """Keeps true what the bottom of the window says of a search that waits, as long as it stands.

    What is waited for changes: a round may go first, and the time left runs.
    """

    over = Signal()
    """What was said is true no more, and nothing else took its place."""

    def __init__(self, controller: Controller, status: QLabel, parent: QObject) -> None:
        super().__init__(parent)
        self._likeness, self._status, self._said = controller.likeness, status, ""
        controller.notice.connect(self._on_notice)
        engine = controller.engine
        for changed in (engine.began, engine.waiting_changed, engine.progressed):
            changed.connect(self._renew)
        controller.likeness.not_made.connect(self._renew)

    @Slot(str)
    def _on_notice(self, sentence: str) -> None:
        if sentence == self._likeness.making_words():
            self._said = sentence

    @Slot()
    def _renew(self) -> None:
        if not self._said:
            return
        if self._status.text() != self._said:  # something else is said by now
            self._said = ""
            return
        words = self._likeness.making_words()
        if words == self._said:
            return
        self._said = words
        self._status.setText(words)
        if not words:
            self.over.emit()


class TrialSentence(QObject):
    """Takes back what the bottom of the window says of a trial once that is over or left out."""

    over = Signal()
    """What was said is true no more."""

    def __init__(self, controller: Controller, status: QLabel, parent: QObject) -> None:
        super().__init__(parent)
        self._training, self._status = controller.training, status
        for changed in (
            controller.engine.state_changed,
            controller.training.rounds_changed,
            controller.training.progressed,
        ):
            changed.connect(self._renew)

    @Slot()
    def _renew(self) -> None:
        trial = self._training.trial
        goes_on = self._training.round_number is not None and trial.is_ahead
        if self._status.text() == trial.told and not (goes_on and not trial.is_left_out):
            trial.told = None
            self.over.emit()
