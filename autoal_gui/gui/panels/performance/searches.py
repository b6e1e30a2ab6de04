"""Images of a class that lacks labels are looked for from the card that says so."""

from PySide6.QtCore import QObject, Slot

from autoal_gui.gui.panels.performance.headline import FAR, Headline
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import Question


class Searches(QObject):
    """Asks for what the buttons of the card offer, and says there what waits."""

    def __init__(self, controller: Controller, headline: Headline) -> None:
        super().__init__(headline)
        self._controller, self._headline = controller, headline
        headline.more_wanted.connect(self._find_more)
        headline.far_wanted.connect(self._find_far)
        controller.likeness.awaited_changed.connect(self._show_awaited)

    @Slot(int)
    def _find_more(self, class_index: int) -> None:
        """Look for images like those of a class, among those without an answer.

        Images of the evaluation set take no part: what measures must not choose what is labelled.
        """
        project = self._controller.project
        images = tuple(i for i, c in sorted(project.labels.training()) if c == class_index)
        if images:
            name = project.classes.names[class_index]
            self._controller.likeness.find(Question(images, class_name=name))

    @Slot()
    def _find_far(self) -> None:
        """Look for the images that are least like any labelled one."""
        self._controller.likeness.find(Question(far=True))

    @Slot()
    def _show_awaited(self) -> None:
        """Say at its button what comes as soon as the images have been compared."""
        question = self._controller.likeness.awaited
        search: int | str | None = None
        if question is not None and question.far:
            search = FAR
        elif question is not None and question.class_name:
            names = self._controller.project.classes.names
            search = names.index(question.class_name) if question.class_name in names else None
        self._headline.show_awaited(search)
