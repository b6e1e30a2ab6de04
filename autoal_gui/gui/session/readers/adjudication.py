"""Settling what readers disagree on: the final answers, and undo and redo among them."""

from collections.abc import Container
from functools import partial

from PySide6.QtCore import Signal

from autoal_gui.core.labels.journal import Action
from autoal_gui.core.language import tr
from autoal_gui.gui.session.part import Part


class Adjudication(Part):
    """Gives final answers, which stand in the place of the readers' own."""

    answers_changed = Signal()

    def give(self, image: int, action: Action, class_index: int | None = None) -> bool:
        """Store the final answer to an image; say whether that worked."""
        answer = partial(self._project.labels.answer, purpose="adjudicate")
        return self._tell(self.attempt(lambda: answer(image, action, class_index)))

    def undo(self, images: Container[int]) -> int | None:
        """Take back the final answer given last, if it is to one of these images; return which."""
        last = self._project.labels.journal.undoable
        if last is None or last.purpose != "adjudicate" or last.image_id not in images:
            self.notice.emit(tr("There is no answer to take back."))
            return None
        return last.image_id if self._tell(self.attempt(self._project.labels.undo)) else None

    def redo(self) -> bool:
        """Restore the final answer taken back last; say whether there was one."""
        following = self._project.labels.journal.redoable
        if following is None or following.purpose != "adjudicate":
            self.notice.emit(tr("There is no answer to restore."))
            return False
        return self._tell(self.attempt(self._project.labels.redo))

    def _tell(self, done: bool) -> bool:
        if done:
            self.answers_changed.emit()
        return done
