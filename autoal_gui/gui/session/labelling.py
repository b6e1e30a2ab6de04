"""Answering images: give, take back, give again, and walk along what was answered."""

import contextlib
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.labels.journal import ANSWERS, Action, Entry, Purpose
from autoal_gui.core.language import number, tr
from autoal_gui.gui.session.asked_images import AskedImages
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part

AT_ONCE = 500  # images answered with one key: more is a slip of the hand


class Labelling(Part):
    """Gives the reader's answers to the project; each is saved before the next image is shown."""

    answering = Signal()
    """An answer is about to be saved."""
    answers_changed = Signal()
    taken_back = Signal(tuple)
    """The ids of the images whose answers an undo at the desk has taken back."""

    def __init__(
        self, opened: OpenProject, images: AskedImages, parent: QObject | None = None
    ) -> None:
        super().__init__(opened, parent)
        self._images = images
        self._last_answered: int | None = None
        self._selection: tuple[int, ...] | None = None  # what the grid has selected
        self.last_entry: Entry | None = None
        """What was answered last, be it to a repeat."""

    def reset(self) -> None:
        """Leave the project's answers."""
        self._last_answered, self._selection = None, None

    @property
    def last_answered(self) -> int | None:
        """The image answered last while this program ran, if its answer stands."""
        image = self._last_answered
        return image if image is not None and image in self._project.labels.answers else None

    # -- answers ------------------------------------------------------------------------------

    def answer(self, class_index: int) -> None:
        """Give the image on screen a class, commit it, and show the next."""
        if class_index in self._project.classes.removed:
            name = self._project.classes.names[class_index]
            self.notice.emit(tr("The class {name} has been removed.", name=name))
        elif class_index < len(self._project.classes.names):
            self._answer("label", class_index)

    def unsure(self) -> None:
        """Answer that the class cannot be told."""
        self._answer("unsure")

    def skip(self) -> None:
        """Answer that the image is unusable."""
        self._answer("skip")

    def select(self, images: tuple[int, ...] | None) -> None:
        """Say which images the next answers are for; None for the one on screen."""
        self._selection = images

    @property
    def targets(self) -> tuple[int, ...]:
        """The images that the next answers are for."""
        if self._selection is not None:
            return self._selection
        return () if self._images.current is None else (self._images.current,)

    def _targets(self) -> tuple[int, ...]:
        """Return the images that an answer is for, none with a notice where that cannot be."""
        if self._selection is None:
            return () if self._images.current is None else (self._images.current,)
        if not self._selection:
            self.notice.emit(tr("Select images in the grid first."))
        elif len(self._selection) > AT_ONCE:
            most = number(AT_ONCE)
            self.notice.emit(tr("At most {most} images can be answered at once.", most=most))
            return ()
        return self._selection

    def _answer(self, action: Action, class_index: int | None = None) -> None:
        images = self._targets()
        self.answering.emit()
        if not self._save(images, partial(self._give, action=action, class_index=class_index)):
            return
        self._last_answered = images[0] if len(images) == 1 else None
        self._images.deal()
        self.answers_changed.emit()
        self._images.show_following()

    def _save(self, images: tuple[int, ...], give: Callable[[int], Entry]) -> bool:
        """Commit an entry for each image, all or none; say whether there is something new."""
        return bool(images) and self.attempt(lambda: self._give_all(images, give))

    def _give_all(self, images: tuple[int, ...], give: Callable[[int], Entry]) -> None:
        if len(images) == 1:
            give(images[0])
            return
        with self._project.labels.together():
            for image in images:
                give(image)

    def _give(self, image: int, action: Action, class_index: int | None) -> Entry:
        project = self._project
        again = image in self._images.repeats
        # Beside a large image stands what the model makes of it where that may be seen; the grid
        # says that of none.
        large = self._selection is None and self._images.may_explain(image)
        self.last_entry = project.labels.answer(
            image,
            action,
            class_index,
            self._images.suggestion(image),
            shown=large or self._images.was_told(image),
            round_number=self._images.asked_in(image),
            purpose=self._purpose(image, again),
        )
        return self.last_entry

    def _purpose(self, image: int, again: bool) -> Purpose:
        if again:
            return "repeat"
        return "check" if image in self._images.checks else "answer"

    # -- flags and comments -------------------------------------------------------------------

    def flag(self) -> None:
        """Put a flag on the image on screen or those selected; take it off where all have one."""
        images, journal = self._targets(), self._project.labels.journal
        flagged = not all(journal.is_flagged(image) for image in images)
        if self._save(images, partial(self._project.labels.flag, flagged=flagged)):
            self.answers_changed.emit()

    @property
    def comment(self) -> str:
        """The comment on the image on screen or those selected; empty where they differ."""
        images = (self._images.current,) if self._selection is None else self._selection
        found = {
            self._project.labels.journal.comment(image) for image in images if image is not None
        }
        return found.pop() if len(found) == 1 else ""

    def comment_on(self, comment: str) -> None:
        """Put a comment on the image on screen or those selected; an empty one removes it."""
        if comment != self.comment and self._save(
            self._targets(), partial(self._project.labels.comment_on, comment=comment)
        ):
            self.answers_changed.emit()

    # -- undo and redo ------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back what was given last and show its image, over batches and restarts.

        Answers that were given at once are taken back at once.
        """
        entries = self.take_back()
        if entries:
            bulk = entries[-1].purpose == "confirm"
            self._after_history(self._images.following if bulk else entries[-1].image_id)
            self.taken_back.emit(tuple(entry.image_id for entry in entries))

    def take_back(self) -> tuple[Entry, ...]:
        """Take back what was given last; what is left without an answer is asked for again.

        Nothing is shown or announced: `catch_up` does that away from the desk.
        """
        if not self._project.labels.can_undo:
            self.notice.emit(tr("There is no answer to take back."))
        entries = self._turned(self._project.labels.undo_together)
        self._images.bring_back(entries)
        return entries

    def restore(self) -> tuple[Entry, ...]:
        """Give what was taken back last again; nothing is shown or announced."""
        if not self._project.labels.can_redo:
            self.notice.emit(tr("There is no answer to restore."))
        return self._turned(self._project.labels.redo_together)

    def redo(self) -> None:
        """Give what was taken back last again and show what follows."""
        entries = self.restore()
        if not entries:
            return
        self._images.deal()
        answered = entries[-1].action in ANSWERS or entries[-1].purpose == "confirm"
        self._after_history(self._images.following if answered else entries[-1].image_id)

    def _turned(self, turn: Callable[[], tuple[Entry, ...]]) -> tuple[Entry, ...]:
        try:
            return turn()
        except AutoALError as error:
            self.fail(error)
            return ()

    def _after_history(self, image: int | None) -> None:
        self.announce()
        self._images.show(image)

    @Slot()
    def announce(self) -> None:
        """Announce answers that were changed otherwise than by one for the image on screen."""
        self._last_answered = None
        self.answers_changed.emit()

    def catch_up(self) -> None:
        """Announce answers that were given or taken back elsewhere, and go on behind them."""
        completed = bool(self._images.batch) and self._images.deal()
        self.answers_changed.emit()
        if completed or self._images.current is None:
            self._images.show_following()

    # -- along the answers --------------------------------------------------------------------

    def show_again(self, image_id: int) -> None:
        """Show an answered image to someone who has seen its answer, perhaps to correct it.

        If it was to be put a second time, it no longer is: that would measure nothing, and the
        correction would be stored as the answer to a repeat.
        """
        self._images.leave_repeat(image_id)
        self._images.go_to(image_id)

    def back(self) -> None:
        """Show the image answered before the one on screen."""
        path, here = self._path(), self._images.current
        position = path.index(here) if here in path else len(path)
        if position == 0:
            self.notice.emit(tr("This is the first image that was answered."))
            return
        self.show_again(path[position - 1])

    def forward(self) -> None:
        """Show the image answered after the one on screen, in the end the first unanswered."""
        path, here = self._path(), self._images.current
        position = path.index(here) + 1 if here in path else len(path)
        if position < len(path):
            self.show_again(path[position])
        else:
            self._images.show_following()

    def _path(self) -> list[int]:
        """Return the images that were answered here, in the order of their answers."""
        answers = self._project.labels.answers.values()
        given = [e for e in answers if e.action != "import" and e.purpose != "confirm"]
        return [entry.image_id for entry in sorted(given, key=lambda e: e.sequence)]

    # -- the wait for the program -------------------------------------------------------------

    def add_wait(self, seconds: float) -> None:
        """Add to the time for which the reader had nothing to answer because of the program."""
        with contextlib.suppress(AutoALError):  # a full disk is told when an answer is not saved
            self._project.settings.waited_seconds += seconds
