"""The labelling desk: the image, the answers, the strip, and what training makes of them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QTabWidget,
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
from autoal_gui.gui.desk.waiting_time import IdleWatch
from autoal_gui.gui.desk.why_panel import WhyPanel
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_view import ImageView, show_image
from autoal_gui.gui.panels.performance_panel import PerformancePanel
from autoal_gui.gui.panels.training_panel import TrainingPanel
from autoal_gui.gui.panels.weights_panel import WeightsPanel
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.image_maps import Found, Question
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.answers import feedback_text
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
        self, controller: Controller, theme: Theme, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller, self._theme = controller, theme
        self.loader = ImageLoader(self)
        self.idle = IdleWatch(controller, self.loader, self)
        self.image_view = ImageView(theme)
        self.strip = BatchStrip(self.loader, theme)
        self.class_panel = ClassPanel(
            theme, tuple(actions[name] for name in ("unsure", "skip", "undo", "redo"))
        )
        self.grid = GridPanel(controller, self.loader, theme)
        self.why = WhyPanel()
        self.heat = HeatPanel(controller, self.image_view)
        self.header = Header(controller, actions)
        self.image_bar = ImageBar(controller, self.image_view, theme, actions)
        self.training = TrainingPanel(controller, actions)
        self.weights = WeightsPanel(controller, theme)
        self.performance = PerformancePanel(controller, theme)
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
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._make_reading(actions))
        self._splitter.addWidget(self._make_side())
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 2)
        # The weights and their pins need so much in any language.
        self._splitter.setSizes([775, 505])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._splitter, 1)

    def _make_reading(self, actions: Actions) -> QWidget:
        """Return the left side: strip, image and answers."""
        large = QWidget()
        picture = QVBoxLayout(large)
        picture.setContentsMargins(0, 0, 0, 0)
        picture.setSpacing(0)
        picture.addWidget(self.image_bar)
        picture.addWidget(self.image_view, 1)
        picture.addWidget(self.heat)
        picture.addWidget(self.why)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        self.views = QStackedWidget()
        self.views.addWidget(large)
        self.views.addWidget(self.grid)
        middle.addWidget(self.views, 1)
        answers = QVBoxLayout()
        answers.setContentsMargins(10, 10, 10, 10)
        answers.addWidget(self.class_panel)
        answers.addWidget(tool_button(actions, "classes", with_text=True))
        line = self.fontMetrics().height()
        wanted = self.class_panel.sizeHint().width()  # the answers' words and keys
        self.class_panel.setFixedWidth(min(max(14 * line, wanted), 20 * line))
        middle.addLayout(answers)
        image_side = QWidget()
        column = QVBoxLayout(image_side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addLayout(middle, 1)
        return image_side

    def _make_side(self) -> QWidget:
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.performance, tr("Performance"))
        self.tabs.addTab(self.weights, tr("Strategies"))
        for place, topic in enumerate(("performance", "weights")):
            question = self._question(topic)
            question.setProperty("role", "mark")
            right = QTabBar.ButtonPosition.RightSide
            self.tabs.tabBar().setTabButton(place, right, question)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        self.training.title_row.addWidget(self._question("training"))
        column.addWidget(self.training)
        column.addWidget(self.tabs, 1)
        return side

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
        controller.labelling.answers_changed.connect(self._on_answers)
        controller.setup.classes_changed.connect(self._on_classes)
        controller.setup.settings_changed.connect(self._on_settings)
        controller.training.rounds_changed.connect(self._on_settings)
        self.class_panel.answered.connect(controller.labelling.answer)
        self.strip.picked.connect(self.show_large)
        self.grid.opened.connect(self.show_large)
        self.grid.left.connect(self._leave_grid)
        self.loader.ready.connect(self._on_ready)
        self.idle.changed.connect(self.header.show_waits)
        self.image_bar.help_wanted.connect(self.help_wanted)

    # -- what the controller says -------------------------------------------------------------

    def show_project(self) -> None:
        """Show the project that was opened before this desk was made."""
        self._on_opened()
        for panel in (self.training, self.weights, self.performance):
            panel.refresh()

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
        self._leave_grid()
        self.loader.open(None)
        self.strip.set_batch(())

    def toggle_grid(self) -> None:
        """Change between one large image and a grid of many."""
        if self.views.currentWidget() is self.grid:
            self._leave_grid()
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
        """Show in the grid what is most like some images."""
        self._enter_grid()
        self.grid.show_found(found)

    @Slot(int)
    def show_large(self, image_id: int) -> None:
        """Show one image, large."""
        self._leave_grid()
        self._controller.images.go_to(image_id)

    def _leave_grid(self) -> None:
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
        self.class_panel.set_classes(self._controller.project.classes.names)
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
        self.class_panel.set_state(chosen, counts, enabled=many or image_id is not None)
        self.class_panel.set_feedback(self._feedback(image_id))
        self.image_bar.show_image(image_id)
        if image_id is not None:
            split = project.pool.images[image_id].split
            self.why.show_reason(
                self._controller.images.query(image_id), split, project.rounds.last
            )
        self.why.setVisible(image_id is not None)

    def _feedback(self, image_id: int | None) -> str:
        """Say what concerns the image on screen, else what the last answer was."""
        controller = self._controller
        project = controller.project
        if image_id is not None:
            entry = controller.images.shown_answer(image_id)
            here = feedback_text(
                project.classes.names, entry, controller.images.visible_suggestion(image_id)
            )
            if here:
                return tr("This image: {answer}", answer=here)
        last = controller.labelling.last_answered
        if last is None:
            return "" if project.labels.answers else tr(FIRST_HINT)
        suggestion = controller.images.visible_suggestion(last)
        here = feedback_text(project.classes.names, controller.labelling.last_entry, suggestion)
        return tr("Last image: {answer}", answer=here)

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
