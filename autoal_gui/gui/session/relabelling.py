"""Changing what was said of images that have an answer: many at once, and back again."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.gui.session.asked_images import AskedImages
from autoal_gui.gui.session.labelling import Labelling
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part


class Relabelling(Part):
    """Changes answers away from the desk, which goes on behind them."""

    def __init__(
        self,
        opened: OpenProject,
        images: AskedImages,
        labelling: Labelling,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(opened, parent)
        self._images, self._labelling = images, labelling

    def relabel(
        self,
        images: Sequence[int],
        action: Action,
        class_index: int | None = None,
        seen: Mapping[int, Suggestion] | None = None,
    ) -> bool:
        """Give images another answer, all or none; say whether that worked.

        `seen` is what the reader saw of the model's opinion beside each image.
        """
        project, opinions = self._project, seen or {}
        done = self._together(
            images,
            lambda image: project.labels.answer(
                image, action, class_index, opinions.get(image), shown=True
            ),
        )
        if done:
            self._labelling.catch_up()
        return done

    def flag(self, images: Sequence[int], flagged: bool) -> bool:
        """Put a flag on images, or take it off; say whether that worked."""
        project = self._project
        others = [image for image in images if project.labels.journal.is_flagged(image) != flagged]
        done = self._together(others, lambda image: project.labels.flag(image, flagged))
        if done:
            self._labelling.answers_changed.emit()
        return done

    def comment_on(self, image: int, comment: str) -> bool:
        """Put a comment on an image in the place of the last one; say whether that worked."""
        project = self._project
        if project.labels.journal.comment(image) == comment:
            return True
        done = self.attempt(lambda: project.labels.comment_on(image, comment))
        if done:
            self._labelling.answers_changed.emit()
        return done

    def take_back(self) -> tuple[int, ...]:
        """Undo the last change, wherever it was made, and return its images; none if there is none.

        Images that are left without an answer go back to the desk, to be asked again.
        """
        entries = self._labelling.take_back()
        images, answered = self._changed(entries), self._images.answered
        bulk = {entry.image_id for entry in entries if entry.purpose == "confirm"}
        left = [image for image in images if image not in answered and image not in bulk]
        if left:
            self._images.go_to(left[-1])
        return images

    def restore(self) -> tuple[int, ...]:
        """Redo the change taken back last and return its images; none if there is none."""
        return self._changed(self._labelling.restore())

    def _together(self, images: Sequence[int], give: Callable[[int], Entry]) -> bool:
        """Commit an entry for each image, all or none; say whether that worked."""

        def give_all() -> None:
            with self._project.labels.together():
                for image in images:
                    give(image)

        return self.attempt(give_all)

    def _changed(self, entries: Sequence[Entry]) -> tuple[int, ...]:
        if entries:
            self._labelling.catch_up()
        return tuple(entry.image_id for entry in entries)
