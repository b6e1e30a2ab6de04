"""Every answered image in a grid, filtered and ranked, with its history; relabelled in place."""

from collections.abc import Callable, Sequence, Set

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from autoal_gui.core.database.prediction_rows import Probabilities
from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.labels.journal import Action, Entry
from autoal_gui.core.labels.label_errors import (
    Filter,
    ReviewTable,
    chosen,
    refreshed,
    table_of,
)
from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.project.evaluation_set import came_with
from autoal_gui.core.project.learned_classes import learned_classes
from autoal_gui.gui.desk.class_panel import ClassPanel
from autoal_gui.gui.images.image_grid import ImageGrid, image_names
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.review.model_words import ModelCaptions, not_learned_words
from autoal_gui.gui.review.review_detail import ReviewDetail, ReviewSide
from autoal_gui.gui.review.review_filters import ReviewFilters
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.cards import LowColumn
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.page_actions import action_tool, own_action
from autoal_gui.gui.widgets.text import chip, text_label
from autoal_gui.gui.widgets.theme import Theme

HINT = mark("Class keys change the selected images. Enter shows one on the desk. Esc goes back.")
NONE_SELECTED = mark("Select images first: click, arrow keys, or draw a frame with the mouse.")
MEASURES = mark(
    "The class of such an image came with the data and measures the model: it is not changed here."
)
NONE_SHOWN = mark("No image meets these conditions.")
NONE_YET = mark("No image has an answer yet.")
SIDE = 8  # heights of a line: room for what the model says below an image
LOCAL = ("unsure", "skip", "undo", "redo", "flag", "comment")


class ReviewPage(Page):
    """Filters at the left, the grid in the middle, the chosen image at the right."""

    help_topic = "checking"

    desk_wanted = Signal(int)
    """An image to show on the desk."""

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Review"), controller, theme, actions)
        self.loader = ImageLoader(self)
        self.grid = ImageGrid(self.loader, theme)
        self.grid.grid_model.name_of = image_names(self.loader, actions["names"])
        self.grid.set_side(SIDE * self.fontMetrics().height())
        self.filters = ReviewFilters()
        self.detail = ReviewDetail(self.loader, theme, actions["names"])
        self.shown = chip()
        self.only = QPushButton(tr("Show all answered images"))
        self.only.hide()
        self.none = text_label(role="muted")
        self.not_learned = text_label(role="muted")
        self._among: tuple[int, ...] = ()
        self._given: dict[int, Entry] = {}  # of these, the classes that came with the data
        self._table: ReviewTable | None = None
        self._threshold: Threshold | None = None
        self._at_point: Set[int] = frozenset()  # the images that it is told of
        self._shares: dict[int, Probabilities] = {}
        self._busy = False  # this page itself is changing answers
        self.local = {name: own_action(self, actions[name]) for name in LOCAL}
        others = (self.local["unsure"], self.local["skip"])
        self.class_panel = ClassPanel(theme, others, compact=True)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.bar.insertWidget(2, self.shown)
        self.bar.insertWidget(3, self.only)
        self.add_hint(tr(HINT))
        for name in ("undo", "redo"):
            self.bar.addWidget(action_tool(self.local[name]))
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.none)
        column.addWidget(self.not_learned)
        column.addWidget(self.grid, 1)
        self.side = ReviewSide(self.detail, self.class_panel)
        line = self.fontMetrics().height()
        wanted = self.filters.sizeHint().width() + 2 * line  # for the counts that come
        filters = LowColumn(self.filters)
        filters.setFixedWidth(min(max(17 * line, wanted), 21 * line))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(middle)
        split.addWidget(self.side)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([600, 400])
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 0, 0)
        row.addWidget(filters)
        row.addWidget(split, 1)
        self.body.addLayout(row, 1)

    def _connect(self) -> None:
        controller = self.controller
        self.filters.changed.connect(self._show_chosen)
        self.grid.selection_changed.connect(self._on_selection)
        self.grid.opened.connect(self.desk_wanted)
        self.only.clicked.connect(self._show_all)
        self.class_panel.answered.connect(self._on_class)
        self.detail.commented.connect(self._on_comment)
        self.detail.flagged.connect(self._on_flag)
        self.detail.desk_wanted.connect(self._on_desk)
        for name, slot in {
            "unsure": self._on_unsure,
            "skip": self._on_skip,
            "undo": self.undo,
            "redo": self.redo,
            "flag": self._turn_flag,
            "comment": self.detail.comment.setFocus,
        }.items():
            self.local[name].triggered.connect(slot)
        controller.labelling.answers_changed.connect(self._on_answers)
        controller.project_closed.connect(self._on_project_closed)

    # -- what is shown ------------------------------------------------------------------------

    def enter(self) -> None:
        """Show every answered image, or those that were asked for."""
        project = self.controller.project
        if self.loader.pool is not project.pool:
            self.loader.open(project.pool)
        self.class_panel.set_classes(project.classes.names, project.classes.order)
        self.class_panel.set_removed(project.classes.removed)
        self.side.share()
        before = self.images
        self._load()
        if self.images and self.images != before and self.filters.sort == "suspicion":
            self.grid.go_to_row(0)  # what is to be looked at first is another image now
        self.grid.setFocus()

    def show_only(self, title: str, images: Sequence[int]) -> None:
        """Show these images alone, under a title that says what they have in common."""
        self._among = tuple(images)
        self.title.setText(title or tr("Review"))
        self.only.setVisible(bool(self._among))
        self.filters.reset()

    @Slot()
    def _show_all(self) -> None:
        self.show_only("", ())
        self._load()  # without what came with the data

    def _load(self) -> None:
        project = self.controller.project
        self._shares = project.rounds.predictions()
        self._threshold = self.controller.in_use.threshold
        self._at_point = self.controller.in_use.at_point()
        self._given = came_with(project.labels, self._among)
        self._table = table_of(
            project.labels.journal,
            project.pool.images,
            self._shares,
            len(project.classes.names),
            learned_classes(project),
            self._given,
        )
        self._show_chosen()

    @property
    def images(self) -> tuple[int, ...]:
        """The images shown, in their order."""
        return tuple(self.grid.images)

    @Slot()
    def _show_chosen(self) -> None:
        if self._table is None:
            return
        before = self.grid.current()
        images = self._chosen(self._table, self.filters.filter)
        self.grid.set_images(images)
        self.controller.images.note_told(image for image in images if image in self._shares)
        self._show_marks()
        names = self.controller.project.classes.names
        self.filters.show_counts(self._table, names, self._among)
        self.shown.setText(tr_count("{count} image", "{count} images", len(images)))
        self.none.setText(tr(NONE_SHOWN if self.controller.project.labels.answers else NONE_YET))
        self.none.setVisible(not images)
        if before in images:
            self.grid.go_to_row(images.index(before))
        elif images:
            self.grid.go_to_row(0)
        self._on_selection()

    def _chosen(self, table: ReviewTable, wanted: Filter) -> tuple[int, ...]:
        """Return the images to show; those asked for by name also where they have no answer."""
        found = tuple(chosen(table, wanted, self.filters.sort, self._among).tolist())
        if self._among and wanted.is_empty:
            known = self.controller.project.pool.images
            rest = [image for image in self._among if table.place(image) is None]
            return (*found, *(image for image in rest if image in known))
        return found

    def _show_marks(self) -> None:
        project, table = self.controller.project, self._table
        answers = project.labels.answers
        shown = {**self._given, **answers} if self._given else answers
        self.grid.set_answers(shown, project.classes.names)
        self.grid.set_marks(project.labels.journal.flags, project.labels.journal.comments)
        if table is not None:
            self.grid.set_captions(
                ModelCaptions(table, project.classes.names, self._threshold, self._at_point),
                lines=2,  # whose word it is, and the class
            )
            self.not_learned.setText(not_learned_words(table, project.classes.names))
            self.not_learned.setVisible(bool(self.not_learned.text()))

    @Slot()
    def _on_selection(self) -> None:
        if not self.controller.is_open:
            return
        selected, image = self.grid.selected(), self.grid.current()
        if image not in selected:
            image = selected[0] if selected else None
        project = self.controller.project
        if image is not None:
            self.loader.want((image,))
        shares = None if image is None else self._shares.get(image)
        threshold = self._threshold if image in self._at_point else None
        entry = project.labels.answers.get(image) if image is not None else None
        given = self._given.get(image) if image is not None and entry is None else None
        self.detail.show_image(project, image, shares, threshold, given)
        chosen_class = entry.class_index if entry is not None and len(selected) == 1 else None
        self.class_panel.set_state(
            chosen_class, self._counts(len(project.classes.names)), enabled=bool(selected)
        )
        self.class_panel.set_feedback(
            tr("{count} images selected: a key changes all.", count=number(len(selected)))
            if len(selected) > 1
            else ""
        )

    def _counts(self, classes: int) -> tuple[int, ...]:
        """Return how many answered images have each class."""
        if self._table is None:
            return (0,) * classes
        given = self._table.class_index[~np.isin(self._table.ids, list(self._given))]
        return tuple(np.bincount(given[given >= 0], minlength=classes).tolist())

    @Slot()
    def _on_answers(self) -> None:
        if self.isVisible() and not self._busy:
            self._load()

    @Slot()
    def _on_project_closed(self) -> None:
        self._table, self._shares, self._among, self._given = None, {}, (), {}
        self.grid.set_images(())
        self.loader.open(None)

    # -- what the user does -------------------------------------------------------------------

    @Slot(int)
    def _on_class(self, class_index: int) -> None:
        self._give("label", class_index)

    @Slot()
    def _on_unsure(self) -> None:
        self._give("unsure")

    @Slot()
    def _on_skip(self) -> None:
        self._give("skip")

    def _give(self, action: Action, class_index: int | None = None) -> None:
        """Give the selected images another answer; they stay in sight until something else is."""
        selected, controller = self.grid.selected(), self.controller
        if class_index is not None and class_index in controller.project.classes.removed:
            return
        if not selected:
            controller.notice.emit(tr(NONE_SELECTED))
            return
        if any(image in self._given for image in selected):
            controller.notice.emit(tr(MEASURES))
            return
        seen = {image: one for image in selected if (one := self._opinion(image)) is not None}
        self._busy = True
        try:
            done = controller.relabelling.relabel(selected, action, class_index, seen)
        finally:
            self._busy = False
        if done:
            self._refresh(selected)
            self._step_on(selected)

    def _opinion(self, image: int) -> Suggestion | None:
        shares = self._shares.get(image)
        if shares is None:
            return None
        best = int(np.argmax(shares))
        return Suggestion(best, float(shares[best]))

    def _step_on(self, selected: Sequence[int]) -> None:
        """Go to the next image after one was changed, so that a list is gone through by keys."""
        if len(selected) == 1:
            row = self.images.index(selected[0]) + 1
            if row < len(self.images):
                self.grid.go_to_row(row)

    def _refresh(self, changed: Sequence[int]) -> None:
        """Show what has changed; what no longer meets the conditions stays until they are set."""
        project = self.controller.project
        table = refreshed(self._table, project.labels.journal, changed) if self._table else None
        if table is None:
            self._load()
            return
        self._table = table
        self._show_marks()
        self.filters.show_counts(table, project.classes.names, self._among)
        self._on_selection()

    @Slot(bool)
    def _on_flag(self, flagged: bool) -> None:
        images = self.grid.selected()
        self._busy = True
        try:
            self.controller.relabelling.flag(images, flagged)
        finally:
            self._busy = False
        self._refresh(images)

    @Slot()
    def _turn_flag(self) -> None:
        """Put a flag on the selected images; take it off where all have one."""
        journal = self.controller.project.labels.journal
        self._on_flag(not all(journal.is_flagged(image) for image in self.grid.selected()))

    @Slot(str)
    def _on_comment(self, comment: str) -> None:
        image = self.detail.image
        if image is None:
            return
        self._busy = True
        try:
            self.controller.relabelling.comment_on(image, comment)
        finally:
            self._busy = False
        self._refresh((image,))
        self.grid.setFocus()

    @Slot()
    def undo(self) -> None:
        """Take back the last change, wherever it was made."""
        self._after(self.controller.relabelling.take_back)

    @Slot()
    def redo(self) -> None:
        """Restore the change taken back last."""
        self._after(self.controller.relabelling.restore)

    def _after(self, change: Callable[[], tuple[int, ...]]) -> None:
        self._busy = True
        try:
            changed = change()
        finally:
            self._busy = False
        if changed:
            self._refresh(changed)
            if changed[-1] in self.images:
                self.grid.go_to_row(self.images.index(changed[-1]))

    @Slot()
    def _on_desk(self) -> None:
        if self.detail.image is not None:
            self.desk_wanted.emit(self.detail.image)

    def close_threads(self) -> None:
        """End the threads that decode images."""
        self.loader.close()
