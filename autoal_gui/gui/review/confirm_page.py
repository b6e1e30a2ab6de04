"""What the model is sure of, a class at a time: one key confirms what is shown."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.labels.bulk import LIMITS, SURE, SureImages
from autoal_gui.core.labels.bulk_text import bulk_words, check_words, class_error_words, own_words
from autoal_gui.core.language import number, percent, percent_sign, tr, tr_count
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.review.confirm_words import (
    CLASS_DONE,
    HOW,
    JUDGED,
    MEASURES_NOTHING,
    NO_MODEL,
    NOT_SEEN,
    NOTHING,
    alone_words,
    drawn_words,
    stopped_words,
    waiting_words,
)
from autoal_gui.gui.review.sure_grid import SureGrid
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.answers import key_icon
from autoal_gui.gui.widgets.inputs import spin
from autoal_gui.gui.widgets.page import BAR_SHARE, Page
from autoal_gui.gui.widgets.page_actions import action_tool, own_action
from autoal_gui.gui.widgets.sizes import icon_size
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE, Theme

WIDTH = 24  # letters that the side is wide
NARROWEST, WIDEST = 270, 490  # pixels of it
LONGEST = 50  # heights of a line: longer lines of words read badly


class ConfirmPage(Page):
    """The classes and the check at the left, a page of images at the right."""

    help_topic = "bulk"

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Confirm the sure ones"), controller, theme, actions)
        self.loader = ImageLoader(self)
        self.grid = SureGrid(self.loader, theme)
        self.classes = QListWidget()
        self.classes.setAccessibleName(tr("Class"))
        self.classes.setIconSize(icon_size(self.classes))
        self.drawn = text_label(role="muted")
        self.state = text_label()
        self.own = text_label(role="muted")
        low, high = (round(100 * limit) for limit in LIMITS)
        self.limit = spin(tr("Limit"), low, high, 2, keeps_enter=True)
        self.limit.setSuffix(percent_sign())
        self.total = text_label(role="muted")
        self.take_back = QPushButton(tr("Take all of it back"))
        self.anew = QPushButton(tr("Begin another check"))
        self.question = text_label(size=TITLE, bold=True)
        self.shown = text_label(role="muted", wrap=False)
        self.confirm = QPushButton()
        self.confirm.setProperty("role", "primary")
        self.words = text_label()
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.alone = QPushButton()
        self.alone.setProperty("role", "primary")
        self.views = QStackedWidget()
        self._sure = SureImages.none()
        self._offered: list[int] = []  # the classes in the list
        self._due: tuple[int, ...] = ()
        self._waiting: tuple[int, ...] = ()  # drawn before, and not answered yet
        self._busy = False
        self._room = QTimer(self, singleShot=True, interval=0)
        self.local = {name: own_action(self, actions[name]) for name in ("undo", "redo")}
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.how = self.add_hint(tr(HOW))
        for action in self.local.values():
            self.bar.addWidget(action_tool(action))
        whole = QHBoxLayout()
        whole.setContentsMargins(12, 12, 12, 12)
        whole.setSpacing(12)
        whole.addWidget(self._make_side())
        self.views.addWidget(self._make_words())
        self.views.addWidget(self._make_images())
        whole.addWidget(self.views, 1)
        self.body.addLayout(whole, 1)

    def _make_side(self) -> QWidget:
        side = QWidget()
        wide = WIDTH * self.fontMetrics().horizontalAdvance("m")
        side.setFixedWidth(min(max(NARROWEST, wide), WIDEST))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(text_label(tr("The model is sure of"), bold=True))
        column.addWidget(self.classes, 1)
        column.addWidget(self.drawn)
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(12, 10, 12, 10)
        inside.setSpacing(8)
        inside.addWidget(text_label(tr("The check"), bold=True))
        inside.addWidget(self.state)
        inside.addWidget(self.own)
        row = QHBoxLayout()
        label = text_label(tr("Stop when more of those read alone are wrong than"))
        label.setBuddy(self.limit)
        row.addWidget(label, 1)
        row.addWidget(self.limit)
        inside.addLayout(row)
        inside.addWidget(self.anew)
        column.addWidget(card)
        column.addWidget(self.total)
        column.addWidget(self.take_back)
        return side

    def _make_words(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(60, 0, 60, 0)
        column.setSpacing(14)
        column.addStretch(2)
        self.words.setMaximumWidth(LONGEST * self.fontMetrics().height())
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.words, BAR_SHARE)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addWidget(self.alone, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        return place

    def _make_images(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.question, 1)
        head.addWidget(self.shown)
        column.addLayout(head)
        column.addWidget(self.grid, 1)
        foot = QHBoxLayout()
        foot.addWidget(text_label(tr(MEASURES_NOTHING), role="muted"), 1)
        foot.addWidget(self.confirm)
        column.addLayout(foot)
        return place

    def _connect(self) -> None:
        controller = self.controller
        self.classes.currentRowChanged.connect(self._show_page)
        self.classes.clicked.connect(self._show_page)  # Enter is meant for the images again
        self.grid.selection_changed.connect(self._on_selection)
        self.grid.confirmed.connect(self.confirm_shown)
        self.grid.room_changed.connect(self._room.start)
        self._room.timeout.connect(self._show_page)
        self.confirm.clicked.connect(self.confirm_shown)
        self.alone.clicked.connect(self._read_alone)
        self.limit.valueChanged.connect(self._on_limit)
        self.take_back.clicked.connect(self._take_back)
        self.anew.clicked.connect(self._begin_anew)
        self.local["undo"].triggered.connect(self._undo)
        self.local["redo"].triggered.connect(self._redo)
        controller.labelling.answers_changed.connect(self._on_answers)
        controller.training.rounds_changed.connect(self._on_answers)
        controller.project_closed.connect(self._on_closed)

    # -- what is shown ------------------------------------------------------------------------

    def enter(self) -> None:
        """Show what the last model is sure of."""
        project = self.controller.project
        if self.loader.pool is not project.pool:
            self.loader.open(project.pool)
        self.limit.clearFocus()
        self._load()
        self.grid.setFocus()

    def _load(self) -> None:
        """Look anew at what is sure; the class that is chosen stays."""
        before = self._class()
        self._sure = self.controller.confirming.sure()
        project = self.controller.project
        names, keys = project.classes.names, class_keys(len(project.classes.names))
        counts = {c: len(self._sure.to_confirm(c)) for c in range(len(names))}
        found = set(self._sure.class_index.tolist())
        self._offered = [c for c in project.classes.order if c in found]
        self.classes.blockSignals(True)  # else each line would be shown in turn
        self.classes.clear()
        side = self.fontMetrics().height() + 4
        for index in self._offered:
            words = tr("{words} ({count})", words=names[index], count=number(counts[index]))
            self.classes.addItem(words)
            icon = key_icon(index, keys[index] or str(index + 1), side)
            self.classes.item(self.classes.count() - 1).setIcon(icon)
        at_point = self.controller.in_use.threshold is not None
        self.drawn.setText(drawn_words(self._sure, sum(counts.values()), at_point))
        self.drawn.setVisible(bool(self.drawn.text()))
        most = max(self._offered, key=lambda c: counts[c], default=0)
        first = before if before in self._offered else most
        place = self._offered.index(first) if self._offered else 0
        self.classes.setCurrentRow(place if self._offered else -1)
        self.classes.blockSignals(False)
        self._show_page()

    def _class(self) -> int | None:
        row = self.classes.currentRow()
        return self._offered[row] if 0 <= row < len(self._offered) else None

    @Slot()
    def _show_page(self) -> None:
        if not self.controller.is_open or self.loader.pool is None:
            return
        index, confirming = self._class(), self.controller.confirming
        self._show_check()
        images = () if index is None else self._sure.to_confirm(index)[: self.grid.room]
        self._due = confirming.due(self._sure, len(images), index)
        self._waiting = confirming.waiting(index, self._due)
        words = self._what_else(bool(images))
        self.words.setText(words)
        self._show_alone()
        self.views.setCurrentIndex(0 if words else 1)
        self.how.setVisible(not words)
        images = () if words else images
        if images != tuple(self.grid.images):
            self.grid.show_page(images, self._sure.certainties())
            self.controller.confirming.note_shown(images)
        if not self.limit.hasFocus():  # else a number that is typed there would press it
            (self.grid if images else self.alone).setFocus()
        self._on_selection()

    def _show_alone(self) -> None:
        """Offer to read what is due, or to go on with what was drawn before."""
        worth = bool(self._due) and self._sure.is_worth(self._due)
        self.alone.setVisible(worth or bool(self._waiting))
        read = tr_count("Read {count} image alone", "Read {count} images alone", len(self._due))
        self.alone.setText(tr("Go on at the desk") if self._waiting else read)

    def _what_else(self, images: bool) -> str:
        """Say what is to be done, where there is nothing to confirm; else nothing."""
        project, index = self.controller.project, self._class()
        check = project.bulk.check
        names = project.classes.names
        if check.verdict == "fails":
            bulk = project.bulk
            return stopped_words(bulk.checked_in, project.rounds.last, bulk.limit)
        if self._waiting:
            return waiting_words(len(self._waiting), len(project.bulk.readable_drawn))
        if not project.rounds.last_checkpoint() and not len(self._sure):
            return tr(NO_MODEL)
        if index is None:
            return tr(NOTHING, sure=percent(SURE))
        if self._due:
            return alone_words(self._sure, self._due, check)
        if check.verdict_of(index) != "holds":
            resting = project.bulk.resting
            own = own_words(check, index, names[index], index in resting)
            return own or check_words(check, bool(resting))
        return "" if images else tr(CLASS_DONE, name=names[index])

    def _show_check(self) -> None:
        project, index = self.controller.project, self._class()
        bulk = project.bulk
        check, resting, names = bulk.check, bulk.resting, project.classes.names
        words = check_words(check, bool(resting)), class_error_words(check, names)
        judged = tr(JUDGED) if check.whole.asked else ""
        self.state.setText(" ".join(filter(None, (*words, judged))))
        own = "" if index is None else own_words(check, index, names[index], index in resting)
        self.own.setText(own)
        self.own.setVisible(bool(own))
        self.limit.blockSignals(True)
        self.limit.setValue(round(100 * bulk.limit))
        self.limit.blockSignals(False)
        self.anew.setVisible(any(check.verdict_of(c) == "fails" for c in check.classes))
        confirmed = len(bulk.confirmed)
        self.total.setText(bulk_words(confirmed, len(bulk.training())))
        for widget in (self.total, self.take_back):
            widget.setVisible(confirmed > 0)

    @Slot()
    def _on_selection(self) -> None:
        index = self._class()
        if index is None or not self.controller.is_open:
            return
        name = self.controller.project.classes.names[index]
        left, count = len(self._sure.to_confirm(index)), len(self.grid.selected())
        self.question.setText(tr("Are all of these {name}?", name=name))
        self.shown.setText(
            tr(
                "{count} of {total}, the surest first",
                count=number(len(self.grid.images)),
                total=number(left),
            )
        )
        self.confirm.setText(
            tr_count(
                "Confirm {count} image as {name}",
                "Confirm {count} images as {name}",
                count,
                name=name,
            )
        )
        self.confirm.setEnabled(bool(self.grid.images))

    @Slot()
    def _on_answers(self) -> None:
        if self.isVisible() and not self._busy:
            self._load()

    @Slot()
    def _on_closed(self) -> None:
        self._sure, self._offered, self._due, self._waiting = SureImages.none(), [], (), ()
        self.classes.clear()
        self.grid.set_images(())
        self.loader.open(None)

    # -- what the user does -------------------------------------------------------------------

    @Slot()
    def confirm_shown(self) -> None:
        """Confirm the images that are shown and were not taken out."""
        index, images = self._class(), self.grid.meant
        if index is None or not self.grid.images:
            return
        if not self.grid.all_seen:
            self.controller.notice.emit(tr(NOT_SEEN))
            return
        self._change(
            lambda: self.controller.confirming.confirm(
                self._sure, index, images, self.grid.taken_out
            )
        )

    def _change(self, change: Callable[[], object]) -> None:
        """Make a change of labels, and look anew at what is there."""
        self._busy = True
        try:
            change()
        finally:
            self._busy = False
        self._load()

    @Slot()
    def _read_alone(self) -> None:
        controller = self.controller
        if self._waiting:
            controller.images.go_on_alone()
        elif not self._due or not controller.confirming.read_alone(self._sure, self._due):
            return
        self.left.emit()

    @Slot(int)
    def _on_limit(self, percents: int) -> None:
        self.controller.confirming.set_limit(percents / 100)
        self._show_page()

    @Slot()
    def _take_back(self) -> None:
        self._change(self.controller.confirming.take_back_all)

    @Slot()
    def _begin_anew(self) -> None:
        self.controller.confirming.begin_anew()
        self._load()

    @Slot()
    def _undo(self) -> None:
        self._change(self.controller.relabelling.take_back)

    @Slot()
    def _redo(self) -> None:
        self._change(self.controller.relabelling.restore)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Put the images that are due to the reader by the key that else confirms."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.alone.isVisible():
            self._read_alone()
        else:
            super().keyPressEvent(event)

    def close_threads(self) -> None:
        """End the threads that decode images."""
        self.loader.close()
