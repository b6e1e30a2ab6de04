"""The bar above the image: its place in the batch, its comment, and what can be done with it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel

from autoal_gui.core.language import number, percent, tr
from autoal_gui.core.measures.operating.decision import Opinion
from autoal_gui.gui.desk.answer_chip import AnswerChip
from autoal_gui.gui.desk.contrast_menu import ContrastMenu
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.rounds.next_round_words import next_round_words
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.answers import answer_word, feedback_text, model_word
from autoal_gui.gui.widgets.batch_ring import BatchRing
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.help_button import HelpButton
from autoal_gui.gui.widgets.page_actions import tool_button
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import Theme

ZOOM_LINES = 36  # its width in heights of a line, from which it says how large the image is
PLACE_LINES = 3  # the width of the image's place in the batch, likewise
LEFT, RIGHT, BETWEEN = 12, 8, 8  # pixels
TOOLS = ("flag", "comment", "grid", "map", "heat")


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
        self.ring = BatchRing(theme)
        self.position = text_label(wrap=False)
        self.said = AnswerChip(theme)
        self.comment = text_label(role="muted")
        self._flag = actions["flag"]
        self.zoom = QLabel()
        self.zoom.setProperty("role", "muted")
        view.zoomed.connect(self._on_zoomed)
        first = QHBoxLayout()
        first.setSpacing(BETWEEN)
        first.addWidget(self.ring)
        first.addWidget(self.position)
        first.addWidget(self.said, 1)
        first.addWidget(self.comment)
        self._tools = FlowLayout()
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(LEFT, 2, RIGHT, 2)
        self._rows.setHorizontalSpacing(BETWEEN)
        self._rows.setVerticalSpacing(2)
        self._rows.addLayout(first, 0, 0)
        self._rows.setColumnStretch(0, 1)
        self._add_tools(view, theme, actions)
        self._is_narrow: bool | None = None
        self._fit()

    def _add_tools(self, view: ImageView, theme: Theme, actions: Actions) -> None:
        window, invert = ContrastMenu(view, actions), tool_button(actions, "invert")
        invert.hide()
        window.offered.connect(invert.setVisible)
        window.offered.connect(self._fit)
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
        images = self._controller.images
        answered = images.batch_answers  # computed from the whole batch: once a key is enough
        done = sum(image in answered for image in images.batch)
        left = len(images.batch) - done
        self.position.setText(position_text(image_id, images.batch, left))
        self.ring.show_done(done, len(images.batch))
        self.position.setToolTip(plain_tip(next_round_words(self._controller)))

    def show_said(self, image_id: int | None) -> int | None:
        """Say what concerns the image on screen, else what the last answer was.

        Returns:
            The image of which it says what the model makes of it; None if it says that of none.
        """
        images, names = self._controller.images, self._controller.project.classes.names
        entry, seen = images.shown_answer(image_id), self._opinion(image_id)
        sentence = tr("This image: {answer}", answer=feedback_text(names, entry, seen))
        if is_last := entry is None and seen is None:
            last = self._controller.labelling.last_answered
            if last is None:
                self.said.show_answer("")
                return None
            image_id = last
            entry, seen = self._controller.labelling.last_entry, self._opinion(last)
            sentence = tr("Last image: {answer}", answer=feedback_text(names, entry, seen))
        index = entry.class_index if entry is not None else None
        key = "" if index is None else class_keys(len(names))[index]
        brief = [] if seen is None else [model_word(names, seen, is_last)]
        if entry is not None:
            word = answer_word(entry, names)  # beside its key, if it has one
            if is_last and seen is not None and seen.class_index != index:
                model = names[seen.class_index]  # in the fewest words: they do not agree
                brief.append(tr("Last: {answer}; model: {name}", answer=word, name=model))
            brief.append(tr("Last: {answer}", answer=word) if is_last else word)
        self.said.show_answer(sentence, index, key, brief, is_last=is_last)
        return None if seen is None else image_id

    def _opinion(self, image_id: int | None) -> Opinion | None:
        """Return what may be told of what the model makes of an image."""
        if image_id is None:
            return None
        seen = self._controller.images.visible_suggestion(image_id)
        return self._controller.in_use.opinion(image_id, seen)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the zoom out where the last answer needs its room."""
        self.zoom.setVisible(event.size().width() >= ZOOM_LINES * self.fontMetrics().height())
        self._fit()
        super().resizeEvent(event)

    @Slot()
    def _fit(self) -> None:
        """Put the tools below the place of the image, where both in one row need more room."""
        beside = self.ring.sizeHint().width() + PLACE_LINES * self.fontMetrics().height()
        needed = LEFT + beside + 2 * BETWEEN + self._tools.sizeHint().width() + RIGHT
        narrow = self.width() < needed
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            self._rows.removeItem(self._tools)
            row, column = (1, 0) if narrow else (0, 1)
            self._rows.addLayout(self._tools, row, column)

    @Slot(float)
    def _on_zoomed(self, scale: float) -> None:
        self.zoom.setText(percent(scale))


def position_text(image_id: int | None, batch: tuple[int, ...], left: int) -> str:
    """Say where in a batch of image ids an image is, and how many are left if that is no telling.

    Of images that were answered out of turn, in the grid or on the map, some lie further on.
    """
    if image_id is None:
        return tr("No image is left")
    if image_id not in batch:
        return tr("An image of an earlier batch")
    place = batch.index(image_id)
    values = {"place": number(place + 1), "total": number(len(batch)), "left": number(left)}
    if 0 < left < len(batch) - place:
        return tr("{place} of {total}, {left} to answer", **values)
    return tr("{place} of {total}", **values)
