"""Changing what was said of images that have an answer: many at once, and back again."""

from collections.abc import Callable, Mapping, Sequence

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.core.language import tr
from autoal_gui.gui.session.controller import Controller

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
        with project.labels.together():
            for image in images:
                suggestion = (seen or {}).get(image)
                project.labels.answer(image, action, class_index, suggestion, shown=True)
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return False
    controller.catch_up()
    return True


def flag(controller: Controller, images: Sequence[int], flagged: bool) -> bool:
    """Put a flag on images, or take it off; say whether that worked."""
    project = controller.project
    try:
        with project.labels.together():
            for image in images:
                if project.labels.journal.is_flagged(image) != flagged:
                    project.labels.flag(image, flagged)
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return False
    controller.answers_changed.emit()
    return True


def comment_on(controller: Controller, image: int, comment: str) -> bool:
    """Put a comment on an image in the place of the last one; say whether that worked."""
    project = controller.project
    if project.labels.journal.comment(image) == comment:
        return True
    try:
        project.labels.comment_on(image, comment)
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return False
    controller.answers_changed.emit()
    return True


def take_back(controller: Controller) -> tuple[int, ...]:
    """Undo the last change, wherever it was made, and return its images; none if there is none.

    Images that are left without an answer go back to the desk, to be asked again.
    """
    images = _changed(controller, controller.take_back())
    left = [image for image in images if image not in controller.answered]
    if left:
        controller.go_to(left[-1])
    return images


def restore(controller: Controller) -> tuple[int, ...]:
    """Redo the change taken back last and return its images; none if there is none."""
    if not controller.project.labels.can_redo:
        controller.notice.emit(tr("There is no answer to restore."))
        return ()
    try:
        return _changed(controller, controller.project.labels.redo_together())
    except AutoALError as error:
        controller.failed.emit(str(error), "")
        return ()


def _changed(controller: Controller, entries: Sequence[Entry]) -> tuple[int, ...]:
    if entries:
        controller.catch_up()
    return tuple(entry.image_id for entry in entries)
