"""The bar above the image: its place in the batch, its comment, and what can be done with it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from autoal_gui.core.language import number, percent, tr
from autoal_gui.gui.desk.contrast_menu import ContrastMenu
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.help_button import HelpButton
from autoal_gui.gui.widgets.page_actions import tool_button
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import Theme

TOOLS = ("flag", "comment", "grid", "fit", "actual", "smooth", "heat")


class ImageBar(QFrame):
    """Tells of one image at a time."""

    help_wanted = Signal(str)
    """A topic of the help."""

    def __init__(
        self, controller: Controller, view: ImageView, theme: Theme, actions: Actions
    ) -> None:
        super().__init__()
        self._controller = controller
        self.setProperty("role", "bar")
        self.position = text_label()  # which wraps where text is large and the screen small
        self.position.setMinimumWidth(8 * self.fontMetrics().height())  # two lines, not four
        self.comment = text_label(role="muted")
        self._flag = actions["flag"]
        self.zoom = QLabel()
        self.zoom.setProperty("role", "muted")
        view.zoomed.connect(self._on_zoomed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.addWidget(self.position, 1)
        row.addWidget(self.comment, 1)
        self._tools = FlowLayout()
        row.addLayout(self._tools)  # at its own width, one line, as long as there is room
        self._add_tools(view, theme, actions)

    def _add_tools(self, view: ImageView, theme: Theme, actions: Actions) -> None:
        window, invert = ContrastMenu(view, actions), tool_button(actions, "invert")
        invert.hide()
        window.offered.connect(invert.setVisible)
        question = HelpButton(theme, "labelling")
        question.wanted.connect(self.help_wanted)
        tools = (tool_button(actions, name) for name in TOOLS)
        for widget in (window, invert, self.zoom, *tools, question):
            self._tools.addWidget(widget)

    def show_image(self, image_id: int | None) -> None:
        """Tell of the image on screen; None where there is none."""
        self.show_position(image_id)
        journal = self._controller.project.labels.journal
        comment = journal.comment(image_id) if image_id is not None else ""
        self._flag.setChecked(image_id is not None and journal.is_flagged(image_id))
        self.comment.setText(comment)
        self.comment.setVisible(bool(comment))

    def show_position(self, image_id: int | None) -> None:
        """Say where in the batch an image is."""
        self.position.setText(position_text(image_id, self._controller.images.batch))

    @Slot(float)
    def _on_zoomed(self, scale: float) -> None:
        self.zoom.setText(percent(scale))


def position_text(image_id: int | None, batch: tuple[int, ...]) -> str:
    """Say where in a batch of image ids an image is."""
    if image_id is None:
        return tr("No image is left")
    if image_id not in batch:
        return tr("An image of an earlier batch")
    return tr(
        "Image {place} of {total} in this batch",
        place=number(batch.index(image_id) + 1),
        total=number(len(batch)),
    )
