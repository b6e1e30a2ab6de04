"""What readers disagree on: both answers side by side, and a key for the final one."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit

from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.readers.double_reading import compare, to_adjudicate
from autoal_gui.gui.readers.image_page import ImagePage
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.answers import answer_word
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import Theme

ALL_ADJUDICATED = mark("Nothing is left to settle: the readers agree, or an answer was given.")


class AdjudicationPage(ImagePage):
    """Goes through the images on which a second reader gave another answer."""

    help_topic = "checking"

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Settle what readers disagree on"), controller, theme, actions)
        self._images: tuple[int, ...] = ()
        self._shown: int | None = None
        self.said = text_label(bold=True)
        self.comment = QLineEdit()
        self.comment.setPlaceholderText(tr("Comment, then Enter"))
        self.comment.setAccessibleName(tr("Comment"))
        self.comment.setClearButtonEnabled(True)
        self.comment.returnPressed.connect(self._store_comment)
        strip = QFrame()
        strip.setProperty("role", "bar")
        row = QHBoxLayout(strip)
        row.setContentsMargins(16, 8, 12, 8)
        row.addWidget(self.said, 1)
        row.addWidget(self.comment, 1)
        self.above.addWidget(strip)

    def enter(self) -> None:
        """Take the list as it is now and show its first image."""
        journal = self.controller.project.labels.journal
        readers = [compare(journal, name) for name in journal.second_readers]
        self._images = to_adjudicate(journal, readers)
        self._shown = self._images[0] if self._images else None
        super().enter()

    def current(self) -> int | None:
        """Return the image on screen."""
        return self._shown

    def upcoming(self) -> tuple[int, ...]:
        """Return the images that come next."""
        if self._shown not in self._images:
            return ()
        return self._images[self._images.index(self._shown) + 1 :]

    def finished(self) -> str:
        """Say that all is settled."""
        return tr(ALL_ADJUDICATED)

    def final(self, image_id: int) -> Entry | None:
        """Return the answer that settled an image of the list."""
        entry = self.controller.project.labels.answers.get(image_id)
        return entry if entry is not None and entry.purpose == "adjudicate" else None

    def shown_entry(self) -> Entry | None:
        """Return the answer that settled the image on screen, if one did."""
        return None if self._shown is None else self.final(self._shown)

    def give(self, action: Action, class_index: int | None = None) -> None:
        """Store the final answer and show the next image."""
        image = self._shown
        if image is not None and self.controller.adjudication.give(image, action, class_index):
            self._show_next()

    @Slot()
    def undo(self) -> None:
        """Take back the final answer given last, here and now."""
        image = self.controller.adjudication.undo(self._images)
        if image is not None:
            self._show(image)

    @Slot()
    def redo(self) -> None:
        """Restore the final answer taken back last."""
        if self.controller.adjudication.redo():
            self._show_next()

    def _show_next(self) -> None:
        """Show the first image of the list that is not settled."""
        self._show(next((one for one in self._images if self.final(one) is None), None))

    @Slot()
    def go_back(self) -> None:
        """Show the image before."""
        self._step(-1)

    @Slot()
    def go_forward(self) -> None:
        """Show the image after."""
        self._step(1)

    def _step(self, by: int) -> None:
        images = self._images
        place = images.index(self._shown) if self._shown in images else len(images)
        place = max(0, min(len(images) - 1, place + by))
        self._show(images[place] if images else None)

    def _show(self, image: int | None) -> None:
        self._shown = image
        self.refresh()

    def refresh(self) -> None:
        """Show the image, what was said of it, and how far the list is."""
        super().refresh()
        left = sum(self.final(image) is None for image in self._images)
        total = number(len(self._images))
        self.progress.setText(tr("{left} of {total} left", left=number(left), total=total))
        self.said.setText(self._words())
        self.said.setVisible(self._shown is not None)
        self.comment.setVisible(self._shown is not None)
        if self._shown is not None:
            self.comment.setText(self.controller.project.labels.journal.comment(self._shown))
        final = self.shown_entry()
        classes = self.controller.project.classes.names
        self.class_panel.set_feedback(
            tr("Settled: {answer}.", answer=answer_word(final, classes)) if final else ""
        )

    def counts(self, classes: int) -> tuple[int, ...]:
        """Return how many images of the list were settled with each class."""
        finals = [final for image in self._images if (final := self.final(image)) is not None]
        return tuple(sum(e.class_index == index for e in finals) for index in range(classes))

    def _words(self) -> str:
        """Say who said what of the image on screen."""
        image, project = self._shown, self.controller.project
        if image is None:
            return ""
        journal = project.labels.journal
        first = journal.readings.get(image)
        said = [first] if first is not None else []
        answers = (journal.second_answers(name).get(image) for name in journal.second_readers)
        said += [entry for entry in answers if entry is not None]
        return "     ".join(
            tr("{name}: {answer}", name=e.annotator, answer=answer_word(e, project.classes.names))
            for e in said
        )

    @Slot()
    def _store_comment(self) -> None:
        if self._shown is None:
            return
        comment = self.comment.text().strip()
        if not self.controller.relabelling.comment_on(self._shown, comment):
            return
        self.controller.notice.emit(tr("The comment is stored."))
        self.image_view.setFocus()
