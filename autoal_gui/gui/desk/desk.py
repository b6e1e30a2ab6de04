"""The labelling desk: the image, the answers, the strip, and what training makes of them."""

from collections.abc import Sequence

from PySide6.QtCore import QSettings, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.desk.batch_strip import BatchStrip
from autoal_gui.gui.desk.class_panel import ClassPanel
from autoal_gui.gui.desk.grid_panel import GridPanel
from autoal_gui.gui.desk.header import Header
from autoal_gui.gui.desk.heat_panel import HeatPanel
from autoal_gui.gui.desk.image_bar import ImageBar
from autoal_gui.gui.desk.reading import Reading
from autoal_gui.gui.desk.stage import Stage
from autoal_gui.gui.desk.waiting_time import IdleWatch
from autoal_gui.gui.desk.why.panel import WhyPanel
from autoal_gui.gui.desk.why.words import DRAWN, asked_by, unasked_words
from autoal_gui.gui.images.image_grid import image_names
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_view import ImageView, show_image
from autoal_gui.gui.panels.side_panel import SidePanel, SideSplitter
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import Found, Question
from autoal_gui.gui.session.likeness.likeness_words import least_like_words
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.help_button import HelpButton
from autoal_gui.gui.widgets.page_actions import tool_button
from autoal_gui.gui.widgets.theme import Theme

ALL_ANSWERED = mark(
    "Every image has an answer. Export the labels or the model, or go back to check."
)
FIRST_HINT = mark(
    "Press the key of a class, or click it: the answer is saved and the next image comes."
)
HELP = "help"  # the property with the topic of a panel
AHEAD = 4  # pictures decoded before the thumbnails of the batch
PAINTED = 25  # milliseconds after which an image that was at hand is on screen


class Desk(QWidget):
    """Everything of an open project."""

    help_wanted = Signal(str)
    """A topic of the help."""

    def __init__(
        self, controller: Controller, theme: Theme, actions: Actions, settings: QSettings
    ) -> None:
        """Make the desk; `settings` keeps what is folded and hidden."""
        super().__init__()
        self._controller, self._theme, self._settings = controller, theme, settings
        self.loader = ImageLoader(self)
        self.idle = IdleWatch(controller, self.loader, self)
        self.image_view = ImageView(theme)
        self.stage = Stage(controller, self.image_view, theme, actions["flash"], settings)
        self.strip = BatchStrip(self.loader, theme)
        self.class_panel = ClassPanel(
            theme, tuple(actions[name] for name in ("unsure", "skip", "undo", "redo"))
        )
        self.grid = GridPanel(controller, self.loader, theme)
        self.grid.grid.grid_model.name_of = image_names(self.loader, actions["names"])
        self.why = WhyPanel(actions["names"], settings)
        self.why.said.connect(controller.notice)
        self.heat = HeatPanel(controller, self.image_view)
        self.header = Header(controller, actions)
        self.image_bar = ImageBar(controller, self.image_view, theme, actions)
        self.side = SidePanel(controller, theme, actions, settings, self._question)
        self.stage.lean_on(self.side)
        self.tabs, self.training = self.side.tabs, self.side.training
        self.weights, self.performance = self.side.weights, self.side.performance
        for panel, topic in (
            (self.class_panel, "labelling"),
            (self.strip, "labelling"),
            (self.image_view, "labelling"),
            (self.grid, "labelling"),
            (self.why, "why"),
            (self.training, "training"),
            (self.weights, "weights"),
            (self.performance, "performance"),
        ):
            panel.setProperty(HELP, topic)
        self._lay_out(actions)
        self._connect()

    # -- making -------------------------------------------------------------------------------

    def _lay_out(self, actions: Actions) -> None:
        splitter = SideSplitter(self._make_reading(actions), self.side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(splitter, 1)

    def _make_reading(self, actions: Actions) -> QWidget:
        """Return the left side: strip, image and answers."""
        large = QWidget()
        picture = QVBoxLayout(large)
        picture.setContentsMargins(0, 0, 0, 0)
        picture.setSpacing(0)
        picture.addWidget(self.image_bar)
        picture.addWidget(self.stage, 1)
        picture.addWidget(self.heat)
        picture.addWidget(self.why)
        self.views = QStackedWidget()
        self.views.addWidget(large)
        self.views.addWidget(self.grid)
        answers, line = self._make_answers(actions), self.fontMetrics().height()
        wanted = answers.sizeHint().width()  # the answers' words and keys
        return Reading(self.strip, self.views, answers, min(max(13 * line, wanted), 18 * line))

    def _make_answers(self, actions: Actions) -> QWidget:
        """Return the column of classes and other answers."""
        frame = QFrame()
        frame.setProperty("role", "side")
        self.class_panel.setProperty("role", "plain")
        self.class_panel.title_row.addWidget(tool_button(actions, "classes"))
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.class_panel)
        return frame

    def _question(self, topic: str) -> HelpButton:
        button = HelpButton(self._theme, topic)
        button.wanted.connect(self.help_wanted)
        return button

    def help_topic(self) -> str:
        """Return the page of the help about what has the focus; the first steps for the rest."""
        widget = QApplication.focusWidget()
        while widget is not None and not help_topic(widget):
            widget = widget.parentWidget()
        return help_topic(widget) or "first-steps"

    def _connect(self) -> None:
        controller = self._controller
        self._painted = QTimer(self, singleShot=True, interval=PAINTED)
        self._painted.timeout.connect(self._want)
        controller.project_opened.connect(self._on_opened)
        controller.project_closed.connect(self._on_closed)
        controller.images.image_changed.connect(self._on_image)
        controller.images.batch_changed.connect(self._on_batch)
        controller.images.alone_wanted.connect(self.leave_grid)
        controller.labelling.answers_changed.connect(self._on_answers)
        controller.setup.classes_changed.connect(self._on_classes)
        controller.setup.settings_changed.connect(self._on_settings)
        controller.training.rounds_changed.connect(self._on_settings)
        self.class_panel.answered.connect(self._on_class)
        self.class_panel.strayed.connect(self.image_view.setFocus)
        self.strip.picked.connect(self.show_large)
        self.grid.opened.connect(self.show_large)
        self.grid.left.connect(self.leave_grid)
        self.loader.ready.connect(self._on_ready)
        self.idle.changed.connect(self.header.show_waits)
        self.image_bar.help_wanted.connect(self.help_wanted)

    # -- what the controller says -------------------------------------------------------------

    def show_project(self) -> None:
        """Show the project that was opened before this desk was made."""
        self._on_opened()
        self.side.refresh()

    def _on_opened(self) -> None:
        project = self._controller.project
        self.header.show_project()
        self.loader.open(project.pool)
        self.image_view.reset()
        self._on_batch()
        self._on_classes()
        self._on_settings()
        self.image_view.setFocus()

    def _on_closed(self) -> None:
        self.leave_grid()
        self.loader.open(None)
        self.strip.set_batch(())
        self.stage.card.hide()

    @Slot(int)
    def _on_class(self, class_index: int) -> None:
        """Give an answer, and show its colour beside the image that follows."""
        self._controller.labelling.answer(class_index)
        self.stage.light_up(class_index)

    def toggle_grid(self) -> None:
        """Change between one large image and a grid of many."""
        if self.views.currentWidget() is self.grid:
            self.leave_grid()
        else:
            self._enter_grid()

    def _enter_grid(self) -> None:
        self.views.setCurrentWidget(self.grid)
        self.grid.enter()
        self._show_state(self._controller.images.current)

    def show_in_grid(self, title: str, images: Sequence[int]) -> None:
        """Show exactly these images in the grid, in their order."""
        self._enter_grid()
        self.grid.show_only(title, images)

    def find_alike(self) -> None:
        """Look for images like the one on screen, or like those that are selected in the grid."""
        controller = self._controller
        images = controller.labelling.targets
        if images:
            controller.likeness.find(Question(images))

    @Slot(object)
    def show_found(self, found: Found) -> None:
        """Show in the grid what is most like some images, or least like all labelled ones."""
        if found.question.far:
            self.show_in_grid(least_like_words(len(found.images)), found.images)
            return
        self._enter_grid()
        self.grid.show_found(found)

    @Slot(int)
    def show_large(self, image_id: int) -> None:
        """Show one image, large."""
        self.leave_grid()
        self._controller.images.go_to(image_id)

    @Slot()
    def leave_grid(self) -> None:
        """Show one large image again, where the grid is shown: keys answer that image alone."""
        if self.views.currentWidget() is self.grid:
            self.views.setCurrentIndex(0)
            self.grid.leave()
            self.image_view.setFocus()
            if self._controller.is_open:
                self._show_state(self._controller.images.current)

    def _on_settings(self) -> None:
        self.header.show_project()
        self._on_answers()

    def _on_classes(self) -> None:
        classes = self._controller.project.classes
        self.class_panel.set_classes(classes.names, classes.order)
        self._on_answers()

    def _on_batch(self) -> None:
        self.strip.set_batch(self._controller.images.batch)
        self._show_strip()
        self._want_around(self._controller.images.current)
        self.image_bar.show_position(self._controller.images.current)

    def _show_strip(self) -> None:
        project = self._controller.project
        self.strip.set_answers(self._controller.images.batch_answers, project.classes.names)
        self.strip.set_marks(project.labels.journal.flags, project.labels.journal.comments)

    def _on_answers(self) -> None:
        project = self._controller.project
        self._show_strip()
        self.class_panel.set_removed(project.classes.removed)
        self.header.show_labels()
        self._show_state(self._controller.images.current)

    def _on_image(self, image_id: int | None) -> None:
        self.strip.set_current(image_id)
        self._want_around(image_id)
        self._show_picture(image_id)
        self._show_state(image_id)

    def _want_around(self, image_id: int | None) -> None:
        """Have decoded what is needed next; where the image is at hand, once it has been painted.

        Decoding takes turns with painting, and the reader waits for the painting alone.
        """
        if image_id is None or self.loader.known(image_id):
            self._painted.start()
        else:
            self._want()

    @Slot()
    def _want(self) -> None:
        """Have decoded what is on screen, then what comes next, then the thumbnails."""
        self._painted.stop()
        if not self._controller.is_open:
            return
        self.side.strip.show_left()
        image_id = self._controller.images.current
        batch, upcoming = self._controller.images.batch, self._controller.images.upcoming
        shown = () if image_id is None else (image_id,)
        later = upcoming[AHEAD : AHEAD + len(batch)]
        self.loader.want((*shown, *upcoming[:AHEAD], *batch, *later))

    def _show_picture(self, image_id: int | None) -> None:
        if image_id is None:
            self.image_view.show_sentence(tr(ALL_ANSWERED))
            self.image_bar.zoom.clear()
        else:
            show_image(self.image_view, self.loader, image_id, can_skip=True)

    def _show_state(self, image_id: int | None) -> None:
        project = self._controller.project
        counts = tuple(
            project.labels.counts.classes[index] for index in range(len(project.classes.names))
        )
        entry = self._controller.images.shown_answer(image_id)
        chosen = entry.class_index if entry else None
        many = self.views.currentWidget() is self.grid  # whose images may all have answers
        enabled, in_bulk = many or image_id is not None, project.labels.counts.confirmed
        self.class_panel.set_state(chosen, counts, enabled=enabled, confirmed=in_bulk)
        self.class_panel.set_feedback("" if project.labels.answers else tr(FIRST_HINT))
        told = self.image_bar.show_said(image_id)
        if told is not None and not many:  # the grid hides the bar
            self._controller.images.note_told((told,))
        self.image_bar.show_image(image_id)
        if image_id is not None:
            image = project.pool.images[image_id]
            self.why.show_name(image.key, image.group)
            answered = image_id in self._controller.images.answered
            again = image_id in self._controller.images.repeats  # not said: chance chose it, too
            self.why.show_reason(
                None if again else asked_by(self._controller.images, image_id, project),
                image.split,
                project.rounds.last,
                project.settings.run.mode,
                project.classes.names if self._controller.images.may_explain(image_id) else (),
                alone=image_id in self._controller.images.checks,
                unasked=tr(DRAWN) if again else unasked_words(self._controller.images, image_id),
                answered=answered,
            )
        self.why.setVisible(image_id is not None)

    @Slot(int)
    def _on_ready(self, image_id: int) -> None:
        if image_id == self._controller.images.current:
            self._show_picture(image_id)

    def close_threads(self) -> None:
        """End the threads that decode images."""
        self.loader.close()


def help_topic(widget: QWidget | None) -> str:
    """Return the topic that a panel carries, if any."""
    return "" if widget is None else str(widget.property(HELP) or "")
