"""The batch, or all that waits, as a grid: several images are selected and answered at once."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap, QShortcut
from PySide6.QtWidgets import QFrame, QPushButton, QSlider, QVBoxLayout, QWidget

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import clauses, mark, tr, tr_count
from autoal_gui.gui.images.image_grid import LARGEST, SMALLEST, ImageGrid, select_images
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.session.asked_images import LookedAt
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.blindness import ShownAnswers
from autoal_gui.gui.session.likeness.image_maps import (
    MOST_FOUND,
    Among,
    Found,
    Question,
)
from autoal_gui.gui.session.likeness.left_out import left_out_words
from autoal_gui.gui.session.likeness.likeness_words import (
    LIKENESS,
    LIKENESS_WHOLE,
    SEVERAL_CLASSES,
    answered_words,
    like_words,
    likeness_captions,
    shown_words,
)
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.inputs import StillComboBox
from autoal_gui.gui.widgets.notice_bar import NoticeBar
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import Theme

NEWER = mark("A new batch is ready. These images stay until you have answered them or show it.")
BATCH = 0  # place of the batch
WAITS = 1  # place of everything that waits
ONLY = 2  # place of the images that were looked for, after the batch and all that waits
AMONG: dict[Among, str] = {
    "unlabelled": mark("Without an answer"),
    "labelled": mark("With an answer"),
    "all": mark("All images"),
}


class GridPanel(QWidget):
    """Stands in the place of the large image; keys answer what is selected in it."""

    opened = Signal(int)
    """The image id to show large."""
    left, escaped = Signal(), Signal()
    """The user goes back to one large image; or, by Esc, to where the images were looked for."""

    def __init__(self, controller: Controller, loader: ImageLoader, theme: Theme) -> None:
        super().__init__()
        self._controller, self._loader = controller, loader
        self.grid = ImageGrid(loader, theme)
        self.which = StillComboBox()
        self.which.addItem(tr("This batch"))
        self.which.addItem(tr("Everything that waits"))
        self.which.setAccessibleName(tr("Which images"))
        self.which.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._only: tuple[int, ...] = ()
        self._known: frozenset[int] = frozenset()  # those with an answer when they were listed
        self._ranked: Question | None = None
        self._example: int | None = None  # the one image that others are like
        self._left_at: Entry | None = None  # the last answer when the grid was left
        self._remark = ""  # why fewer are shown than there are, or what they are like
        self.among = StillComboBox()
        for among, words in AMONG.items():
            self.among.addItem(tr(words), among)
        self.among.setAccessibleName(tr("Among which images"))
        self.among.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.among.hide()
        self.count = text_label()
        self.newer = NoticeBar(theme)
        self.one = QPushButton(tr("One image"))
        self.one.setToolTip(tr("Show one large image again (Esc)"))
        self.one.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.one.clicked.connect(self.left)
        leave = QShortcut(Qt.Key.Key_Escape, self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for way in (leave.activated, leave.activatedAmbiguously):  # beside what else Esc closes
            way.connect(self._on_escape)
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(SMALLEST, LARGEST)
        self.size_slider.setValue(self.grid.side)
        self.size_slider.setMaximumWidth(140)
        self.size_slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.size_slider.setAccessibleName(tr("Size of the images"))
        self.size_slider.setToolTip(tr("Size of the images (Ctrl and the wheel)"))
        self._own = self.grid.side  # the size that this panel has chosen itself
        self._lay_out()
        self._connect()

    def _connect(self) -> None:
        controller = self._controller
        self.grid.selection_changed.connect(self._on_selection)
        self.grid.opened.connect(self.opened)
        self.grid.thumbnails.ready.connect(self._on_thumbnail)
        self.grid.side_changed.connect(self.size_slider.setValue)
        self.size_slider.valueChanged.connect(self.grid.set_side)
        self.which.currentIndexChanged.connect(self._on_which)
        self.among.activated.connect(self._on_among)
        controller.images.batch_changed.connect(self._on_batch)
        controller.images.ranking_waits.connect(self._on_ranking)
        controller.images.put_first.connect(self._on_put_first)
        controller.labelling.answers_changed.connect(self._on_answers)
        controller.labelling.taken_back.connect(self._on_taken_back)
        controller.setup.classes_changed.connect(self._on_answers)
        controller.project_closed.connect(self._on_closed)

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("role", "bar")
        head = QVBoxLayout(bar)
        head.setContentsMargins(12, 4, 8, 6)
        row = FlowLayout(at_left=True)  # large text goes on in a second line
        row.setSpacing(8)
        row.addWidget(self.which)
        self.which.setSizeAdjustPolicy(StillComboBox.SizeAdjustPolicy.AdjustToContents)
        row.addWidget(self.among)
        row.addWidget(self.size_slider)
        row.addWidget(self.one)
        head.addLayout(row)
        head.addWidget(self.count)  # a line of its own: long words beside it would leave no room
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.grid, 1)
        column.addWidget(self.newer)  # below: no image moves away under the pointer

    # -- coming and going ---------------------------------------------------------------------

    def enter(self) -> None:
        """Show what is so now, the first image without an answer selected."""
        if (
            self.which.currentIndex() == ONLY
            and self._left_at != self._controller.labelling.last_entry
        ):
            self.which.setCurrentIndex(BATCH)  # the user has gone on at the desk since
        self._look()
        self._fill()
        self.refresh()
        self.grid.setFocus()

    def _fill(self) -> None:
        """Show a batch as large as there is room for, unless the user has chosen a size."""
        if self.grid.side == self._own and self._controller.is_open:
            layout = self.layout()
            if layout is not None:
                layout.activate()  # it may be on screen for the first time
            self.grid.fill(len(self._shown()))
            self._own = self.grid.side

    def leave(self) -> None:
        """Give the keys back to the large image."""
        self._left_at = self._controller.labelling.last_entry
        self._controller.labelling.select(None)
        if self._controller.is_open:
            self._controller.images.look_at(None)

    @Slot()
    def _on_escape(self) -> None:
        """Go back to one large image; of several that are selected go back to one first."""
        selected = self.grid.selected()
        if len(selected) > 1:
            select_images(self.grid, selected[:1])
            self._on_selection()
        else:
            self.escaped.emit()

    def _look(self) -> None:
        """Have what is shown stay until it is left or answered."""
        place: dict[int, LookedAt] = {BATCH: "batch", WAITS: "all", ONLY: "found"}
        if self._controller.is_open and not self.isHidden():
            self._controller.images.look_at(place.get(self.which.currentIndex()))

    def refresh(self) -> None:
        """Show the images anew."""
        controller = self._controller
        if self.isHidden() or not controller.is_open:
            return
        shown = self._shown()
        self.grid.set_images(shown)
        self._remark = self._remark_on(shown)
        self._on_answers()

    def _shown(self) -> tuple[int, ...]:
        images, place = self._controller.images, self.which.currentIndex()
        if place == ONLY:
            return self._only
        if place == BATCH:
            return images.batch
        # What is put a second time has an answer: here it would be counted as one that waits.
        return tuple(i for i in (*images.batch, *images.rest) if i not in images.repeats)

    def _remark_on(self, shown: Sequence[int]) -> str:
        """Say what is not shown of all that waits; of what was found, whether it is of one kind."""
        place, controller = self.which.currentIndex(), self._controller
        if place == WAITS:
            return left_out_words(controller.project, set(shown))
        if place == ONLY and self._ranked is not None:
            several = len(self._classes_of(self._ranked) - {None}) > 1
            return f"{tr(SEVERAL_CLASSES)} {tr(LIKENESS)}" if several else tr(LIKENESS)
        return ""

    def _classes_of(self, question: Question) -> set[int | None]:
        """Return the classes of what others are to be like, as far as seen; None: it has none."""
        known = [self._controller.images.shown_answer(image) for image in question.images]
        return {None if one is None else one.class_index for one in known}

    def _class_of(self, question: Question) -> str:
        """Return the name of the class that all of these are of, if there is one."""
        (only,) = classes if len(classes := self._classes_of(question)) == 1 else (None,)
        own = "" if only is None else self._controller.project.classes.names[only]
        return question.class_name or own

    # -- images that were looked for ----------------------------------------------------------

    def show_only(self, title: str, images: Sequence[int]) -> None:
        """Show exactly these images, in their order, under a title; the batch waits meanwhile."""
        self._ranked = None
        self._show_only(title, images, {})
        self._show_example(None)

    def show_found(self, found: Found) -> None:
        """Show what is most like some images, the likest first."""
        self._ranked = found.question
        self.among.setCurrentIndex(list(AMONG).index(found.question.among))
        images = found.question.images
        captions = likeness_captions(found.images, found.likeness.tolist())
        title = like_words(len(images), self._class_of(found.question))
        self._show_only(title, found.images, captions)
        self._show_example(images[0] if len(images) == 1 else None)

    def _show_example(self, image_id: int | None) -> None:
        """Show beside the title the image that the others are like; None: there is not one."""
        self._example = image_id
        if image_id is not None:
            self.grid.thumbnails.want_besides(image_id)
        small = None if image_id is None else self.grid.thumbnails.thumbnail(image_id)
        if small is None and image_id is not None:
            small = self._loader.thumbnail(image_id)
        self.which.setItemIcon(ONLY, QIcon() if small is None else QIcon(QPixmap.fromImage(small)))

    @Slot(int)
    def _on_thumbnail(self, image_id: int) -> None:
        if image_id == self._example:
            self._show_example(image_id)

    def _show_only(self, title: str, images: Sequence[int], captions: dict[int, str]) -> None:
        self._only = tuple(images)
        answered = self._controller.images.answered
        self._known = frozenset(image for image in images if image in answered)
        with QSignalBlocker(self.which):
            if self.which.count() == ONLY:
                self.which.addItem(title)
            self.which.setItemText(ONLY, title)
            self.which.setCurrentIndex(ONLY)
        self._look()
        self.grid.set_captions(captions, tr(LIKENESS_WHOLE))
        self.among.setVisible(self._ranked is not None)
        self.refresh()

    @Slot()
    def _on_which(self) -> None:
        only = self.which.currentIndex() == ONLY
        if not only:
            self.grid.set_captions({})
        self._look()
        self.among.setVisible(only and self._ranked is not None)
        self.refresh()

    @Slot()
    def _on_among(self) -> None:
        if self._ranked is not None:
            question = replace(self._ranked, among=self.among.currentData())
            self._controller.likeness.find(question)

    # -- what the controller says -------------------------------------------------------------

    def _on_batch(self) -> None:
        """Show another batch; what is shown of all that waits stays, also where it has answers."""
        if self.isHidden() or not self._controller.is_open:
            return
        shown, now = self.grid.images, self._shown()
        waits = any(image not in self._controller.images.answered for image in shown)
        if tuple(shown) == now or (self.which.currentIndex() == WAITS and waits):
            self._on_answers()
        else:
            self.refresh()

    @Slot()
    def _on_put_first(self) -> None:
        """Show what the user has asked for, where it is not shown already."""
        if not {*self._controller.images.batch} <= {*self.grid.images}:
            self.refresh()

    @Slot(bool)
    def _on_ranking(self, waits: bool) -> None:
        """Say that there is another batch: a hand is on its way to an image of this one."""
        self.newer.setVisible(waits)
        if waits:
            self.newer.show_notice(tr(NEWER))
            self.newer.offer(tr("Show it"), self._show_newer, takes_focus=False)

    def _show_newer(self) -> None:
        """Show the batch that a round has ranked while another one was looked at."""
        self._controller.images.take_ranking()
        self.refresh()
        self.grid.setFocus()

    @Slot(tuple)
    def _on_taken_back(self, images: tuple[int, ...]) -> None:
        """Select what has no answer any more: the next key is meant for that."""
        if not self.isHidden():
            select_images(self.grid, images)
            self._on_selection()

    def _on_answers(self) -> None:
        controller = self._controller
        if self.isHidden() or not controller.is_open:
            return
        project = controller.project
        self.grid.set_answers(ShownAnswers(project, controller.images), project.classes.names)
        self.grid.set_marks(project.labels.journal.flags, project.labels.journal.comments)
        self._advance()

    def _advance(self) -> None:
        """Select the first image without an answer, from the place on where the last was given."""
        answered, ids = self._controller.images.answered, self.grid.images
        selected = self.grid.selected()
        if selected and not any(image in answered for image in selected):
            self._on_selection()
            return  # a round that ended, or an image of the strip, must not move the selection
        row = next((row for row, image in enumerate(ids) if image not in answered), None)
        if row is None:
            self.grid.clearSelection()
        else:
            self.grid.go_to_row(row)
        self._on_selection()

    def _on_selection(self) -> None:
        if self.isHidden():
            return
        selected = self.grid.selected()
        self._controller.labelling.select(selected)
        total, only = len(self.grid.images), self.which.currentIndex() == ONLY
        ranked = self._ranked is not None and only
        images = shown_words(total, ranked and total == MOST_FOUND)
        chosen = tr_count("{count} selected", "{count} selected", len(selected))
        hint = tr("Drag over several images, then press the key of a class.")
        answered = self._controller.images.answered if only and self._controller.is_open else ()
        known = {image for image in self.grid.images if image in answered}
        found = filter(None, (images, *answered_words(known, self._known), chosen))
        counts = tr("{words}.", words=clauses(found))
        said = f"{self._remark} {hint}" if ranked else self._remark or self._round_words() or hint
        self.count.setText(f"{counts} {said}")

    def _round_words(self) -> str:
        """Say where the next round comes before the batch that is shown has all its answers."""
        if self.which.currentIndex() != BATCH or not self._controller.is_open:
            return ""
        images, left = self._controller.images, self._controller.training.answers_left
        waiting = [image for image in self.grid.images if image not in images.answered]
        read_alone = any(image in images.checks for image in waiting)
        if read_alone or not 0 < left < len(waiting):
            return ""
        return tr_count(
            "The next round starts after {count} more answer; the others may be asked later.",
            "The next round starts after {count} more answers; the others may be asked later.",
            left,
        )

    def _on_closed(self) -> None:
        self._only, self._ranked, self._example = (), None, None
        self.which.setCurrentIndex(0)
        self.which.removeItem(ONLY)  # if it is there
        self.grid.set_images(())
