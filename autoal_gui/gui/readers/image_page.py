"""A page with one image and the answers to it, like the desk but for what must not be seen."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.core.language import tr
from autoal_gui.gui.desk.class_panel import ClassPanel
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_view import ImageView, show_image
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.page_actions import own_action
from autoal_gui.gui.widgets.text import chip
from autoal_gui.gui.widgets.theme import Theme

AHEAD = 4  # pictures decoded beyond the one on screen
VIEW = {"fit": "fit", "actual": "actual_size", "zoom_in": "zoom_in", "zoom_out": "zoom_out"}


class ImagePage(Page):
    """Shows an image with class buttons; a page says what an answer means."""

    def __init__(self, title: str, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(title, controller, theme, actions)
        self.loader = ImageLoader(self)
        self.image_view = ImageView(theme)
        self.progress = chip()
        self.bar.insertWidget(2, self.progress)
        self.local: dict[str, QAction] = {}
        for name, slot in (
            ("unsure", self.unsure),
            ("skip", self.skip),
            ("undo", self.undo),
            ("redo", self.redo),
            ("back", self.go_back),
            ("forward", self.go_forward),
        ):
            self.local[name] = own_action(self, actions[name])
            self.local[name].triggered.connect(slot)
        for name, method in VIEW.items():
            action = own_action(self, actions[name])
            action.triggered.connect(getattr(self.image_view, method))
        own_action(self, actions["smooth"]).triggered.connect(self.image_view.toggle_smooth)
        self.class_panel = ClassPanel(
            theme, tuple(self.local[name] for name in ("unsure", "skip", "undo", "redo"))
        )
        self.class_panel.setFixedWidth(15 * self.fontMetrics().height())
        self._lay_out_image()
        self.class_panel.answered.connect(self.answer)
        self.class_panel.strayed.connect(self.image_view.setFocus)
        self.loader.ready.connect(self._on_ready)
        controller.project_closed.connect(self._on_project_closed)

    def _lay_out_image(self) -> None:
        self.above = QVBoxLayout()  # what a page says between its title and the image
        answers = QVBoxLayout()
        answers.setContentsMargins(10, 10, 10, 10)
        answers.addWidget(self.class_panel)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.image_view, 1)
        middle.addLayout(answers)
        self.body.setSpacing(0)
        self.body.addLayout(self.above)
        self.body.addLayout(middle, 1)

    # -- what a page decides ------------------------------------------------------------------

    def current(self) -> int | None:
        """Return the image on screen."""
        raise NotImplementedError

    def upcoming(self) -> Sequence[int]:
        """Return the images that come next."""
        return ()

    def shown_entry(self) -> Entry | None:
        """Return the answer that the class buttons show."""
        return None

    def finished(self) -> str:
        """Say in the image's place that nothing is left."""
        return tr("There are no more images here.")

    def give(self, action: Action, class_index: int | None = None) -> None:
        """Take an answer to the image on screen."""

    @Slot()
    def undo(self) -> None:
        """Take back the last answer given here."""

    @Slot()
    def redo(self) -> None:
        """Restore the answer last taken back here."""

    @Slot()
    def go_back(self) -> None:
        """Show the image before."""

    @Slot()
    def go_forward(self) -> None:
        """Show the image after."""

    # -- what all have in common --------------------------------------------------------------

    @Slot(int)
    def answer(self, class_index: int) -> None:
        """Give the image on screen a class."""
        project = self.controller.project
        if self.current() is not None and class_index not in project.classes.removed:
            self.give("label", class_index)

    @Slot()
    def unsure(self) -> None:
        """Answer that the class cannot be told."""
        if self.current() is not None:
            self.give("unsure")

    @Slot()
    def skip(self) -> None:
        """Answer that the image is unusable."""
        if self.current() is not None:
            self.give("skip")

    def enter(self) -> None:
        """Show the project's images and classes as they are now."""
        project = self.controller.project
        if self.loader.pool is not project.pool:
            self.loader.open(project.pool)
        self.class_panel.set_classes(project.classes.names, project.classes.order)
        self.class_panel.set_removed(project.classes.removed)
        self.refresh()
        self.image_view.setFocus()

    def refresh(self) -> None:
        """Show the image on screen and what belongs to it."""
        image = self.current()
        shown = () if image is None else (image,)
        self.loader.want((*shown, *tuple(self.upcoming())[:AHEAD]))
        self._show_picture()
        entry = self.shown_entry()
        classes = self.controller.project.classes.names
        chosen = entry.class_index if entry else None
        self.class_panel.set_state(chosen, self.counts(len(classes)), enabled=image is not None)

    def counts(self, classes: int) -> tuple[int, ...]:
        """Return the number that each class button shows."""
        return (0,) * classes

    def _show_picture(self) -> None:
        image = self.current()
        if image is None:
            self.image_view.show_sentence(self.finished())
        else:
            show_image(self.image_view, self.loader, image, can_skip=True)

    @Slot(int)
    def _on_ready(self, image_id: int) -> None:
        if self.controller.is_open and image_id == self.current():
            self._show_picture()

    @Slot()
    def _on_project_closed(self) -> None:
        self.loader.open(None)

    def close_threads(self) -> None:
        """End the threads that decode images."""
        self.loader.close()
