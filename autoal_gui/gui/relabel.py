"""Changing what was said of images that have an answer: many at once, and back again."""

from collections.abc import Callable, Mapping, Sequence

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.journal import ANSWER, Action, Entry, slot_of
from autoal_gui.core.language import tr
from autoal_gui.core.project import Suggestion
from autoal_gui.gui.controller import Controller

Turn = Callable[[Controller], tuple[int, ...]]
"""Undo or redo: returns the images that it changed."""


def relabel(
    controller: Controller,
    images: Sequence[int],
    action: Action,
    class_index: int | None = None,
    seen: Mapping[int, Suggestion] | None = None,
) -> bool:
    """Give images another answer, all or none; say whether that worked.

    `seen` is what the reader saw of the model's opinion beside each image.
    """
    project = controller.project
    try:
        with project.together():
            for image in images:
                suggestion = (seen or {}).get(image)
                project.answer(image, action, class_index, suggestion, shown=True)
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return False
    controller.answers_changed.emit()
    return True


def flag(controller: Controller, images: Sequence[int], flagged: bool) -> bool:
    """Put a flag on images, or take it off; say whether that worked."""
    project = controller.project
    try:
        with project.together():
            for image in images:
                if project.journal.is_flagged(image) != flagged:
                    project.flag(image, flagged)
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return False
    controller.answers_changed.emit()
    return True


def comment_on(controller: Controller, image: int, comment: str) -> bool:
    """Put a comment on an image in the place of the last one; say whether that worked."""
    project = controller.project
    if project.journal.comment(image) == comment:
        return True
    try:
        project.comment_on(image, comment)
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return False
    controller.answers_changed.emit()
    return True


def take_back(controller: Controller) -> tuple[int, ...]:
    """Undo the last change, wherever it was made, and return its images; none if there is none.

    Images that are left without an answer go back to the desk's queue.
    """
    project = controller.project
    last = project.journal.undoable
    if last is None:
        controller.notice.emit(tr("There is no answer to take back."))
        return ()
    answers = [e for e in project.journal.history(last.image_id) if slot_of(e) == ANSWER]
    if answers == [last] or last.purpose == "repeat":
        controller.undo()
        return (last.image_id,)
    return _turned(controller, project.undo_together)


def restore(controller: Controller) -> tuple[int, ...]:
    """Redo the change taken back last and return its images; none if there is none."""
    if not controller.project.can_redo:
        controller.notice.emit(tr("There is no answer to restore."))
        return ()
    return _turned(controller, controller.project.redo_together)


def _turned(controller: Controller, turn: Callable[[], tuple[Entry, ...]]) -> tuple[int, ...]:
    try:
        entries = turn()
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return ()
    controller.answers_changed.emit()
    return tuple(entry.image_id for entry in entries)
