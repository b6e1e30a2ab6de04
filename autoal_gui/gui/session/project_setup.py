"""The project's settings and classes, as the user changes them."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import Signal

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.operating.point import OperatingRule
from autoal_gui.core.project.class_removal import remove_class, restore_class
from autoal_gui.core.project.evaluation_set import draw_evaluation_set
from autoal_gui.core.settings import RunSettings
from autoal_gui.gui.keys import class_keys, keys_sentence, use_order
from autoal_gui.gui.session.part import Part

POINT = mark(
    "The point is used from now on: by Predict, the report, and what is exported or handed over. "
    "What was written before does not have it."
)
NO_POINT = mark(
    "No threshold is used from now on: an image is given the class with the highest probability. "
    "What was written before keeps the point that it had."
)


class ProjectSetup(Part):
    """Changes what holds for the whole project."""

    settings_changed = Signal()
    evaluation_drawn = Signal(str)
    """Other images measure, says the sentence: the project is to be opened anew."""
    classes_changed = Signal()
    answers_moved = Signal()
    """The answers of a class that was taken out of use are other ones now."""

    def change_settings(self, settings: RunSettings) -> None:
        """Use other settings from the next round on; a warm start of no use to them is stopped."""
        with self._changing():
            self._project.settings.run = settings

    def set_show_suggestions(self, shown: bool) -> None:
        """Show the model's suggestion before the answer, or only after it."""
        with self._changing():
            self._project.settings.show_suggestions = shown

    def note_predictions_seen(self) -> None:
        """Note that the reader has seen what the model makes of images without an answer.

        From then on no answer counts as given blind, but to those that the map does not show.
        """
        with self._changing():
            self._project.settings.predictions_seen = True

    def set_repeat_every(self, every: int) -> None:
        """Put one image in so many answers to the reader a second time; 0 for none."""
        with self._changing():
            self._project.settings.repeat_every = every

    def keep_operating_point(self, rule: OperatingRule | None) -> None:
        """Use models at the point that a rule asks for; None: by the likeliest class.

        Say where that counts: what left the program before knows nothing of it.
        """
        if self.attempt(partial(self._keep_rule, rule)):
            self.settings_changed.emit()
            self.notice.emit(tr(NO_POINT if rule is None else POINT))

    def _keep_rule(self, rule: OperatingRule | None) -> None:
        self._project.settings.operating_point = rule

    def set_name(self, name: str) -> None:
        """Call the project otherwise; its folder keeps its name."""
        with self._changing():
            self._project.settings.name = name.strip() or self._project.settings.name

    def set_annotator(self, name: str) -> None:
        """Say who labels from now on."""
        with self._changing():
            self._project.settings.annotator = name.strip() or self._opened.services.annotator

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Announce the setting that the block stores, or tell why it could not be stored."""
        try:
            yield
        except AutoALError as error:
            self.fail(error)
        else:
            self.settings_changed.emit()

    def add_class(self, name: str) -> None:
        """Add a class at the end, or take one of that name that was removed into use again."""
        project = self._project
        classes = project.classes.names
        if name in classes and classes.index(name) in project.classes.removed:
            self._change_classes(lambda: restore_class(project, classes.index(name)))
            return
        before = class_keys(len(classes))
        self._change_classes(lambda: project.classes.add(name))
        after = class_keys(len(project.classes.names))
        if before != after[: len(before)]:
            self.notice.emit(keys_sentence(len(after)))

    def rename_class(self, class_index: int, name: str) -> None:
        """Rename a class; its labels stay."""
        self._change_classes(lambda: self._project.classes.rename(class_index, name))

    def order_classes(self, order: tuple[int, ...]) -> None:
        """Show the classes in another order of their indexes; their keys follow, labels stay."""

        def change() -> None:
            self._project.classes.order = order

        self._change_classes(change)

    def remove_class(self, class_index: int, heir: int | None) -> None:
        """Take a class out of use; its images get the class `heir`, or are "unsure"."""
        self._change_classes(lambda: remove_class(self._project, class_index, heir))
        self.answers_moved.emit()

    def draw_evaluation_set(self, wanted: int) -> None:
        """Draw another evaluation set of about so many images."""
        try:
            sentence = draw_evaluation_set(self._project, wanted)
        except AutoALError as error:
            self.fail(error)
        else:
            self.evaluation_drawn.emit(sentence)

    def _change_classes(self, change: Callable[[], object]) -> None:
        self.attempt(change)
        use_order(self._project.classes.order)
        self.classes_changed.emit()
