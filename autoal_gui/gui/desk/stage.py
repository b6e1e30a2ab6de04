"""The ground of the image: an edge that lights up in the colour of an answer, and a card.

The edge is drawn around the image. The card covers nothing that is read: it lies beside the image
where there is room, as narrow as it must be for that, else over what the panel at the side says of
training, which has just ended. Where the panel is folded, the image makes room if it must.
"""

import sys

from PySide6.QtCore import (
    QMargins,
    QPoint,
    QRect,
    QSettings,
    QSignalBlocker,
    QSize,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QStyle, QVBoxLayout, QWidget

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import mark, tr
from autoal_gui.gui.desk.round_card import RoundCard
from autoal_gui.gui.desk.round_words import card_words, further_words, twice_words
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.images.viewport import fitted
from autoal_gui.gui.panels.side_panel import SidePanel
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.theme import Theme, class_colour

EDGE = 5  # pixels around the image
LIT = 150  # milliseconds
KEPT = "flash"  # the setting: "on" or "off"
MARGIN = 12  # pixels between the card and the edge, or the image
NARROW = 10  # the least width of the card, in heights of a line
SPREAD = mark("The images have been looked through; the row above shows those asked for now.")
AROUND = QMargins(EDGE, EDGE, EDGE, EDGE)


class Stage(QWidget):
    """Holds the image."""

    def __init__(
        self,
        controller: Controller,
        view: ImageView,
        theme: Theme,
        flash: QAction,
        settings: QSettings,
    ) -> None:
        """Hold a view; `flash` says whether the edge may light up, and `settings` keeps it."""
        super().__init__()
        self._controller = controller
        self._flash, self._settings = flash, settings
        flash.setChecked(settings.value(KEPT, "on") == "on")
        self._theme = theme
        self._colour: QColor | None = None
        self._dark = QTimer(self, singleShot=True, interval=LIT)
        self._dark.timeout.connect(self._go_out)
        self._view = view
        self._side: SidePanel | None = None
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(AROUND)
        column.addWidget(view)
        self.card = RoundCard(theme, self)
        self.card.resized.connect(self._place_card)
        self._is_at_side = False  # the card stays there: it jumps to and fro with no image
        self._again = QTimer(self, singleShot=True, interval=0)  # once the view has settled
        self._again.timeout.connect(self._place_card)
        view.zoomed.connect(self._again.start)
        self.card.look_wanted.connect(self._look)
        controller.training.ranked.connect(self._on_ranked)
        self._after = QTimer(self, singleShot=True, interval=0)  # the next image comes first
        self._after.timeout.connect(self._follow)
        controller.labelling.answers_changed.connect(self._after.start)
        controller.training.rounds_changed.connect(self._after.start)
        controller.project_closed.connect(self.card.hide)
        self._close = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._close.activated.connect(self.card.go)
        self._close.activatedAmbiguously.connect(self.card.go)  # beside what else Esc closes

    def lean_on(self, side: SidePanel) -> None:
        """Put the card on the panel at the side as long as that is not folded."""
        self._side = side
        side.toggled.connect(self._place_card)
        side.resized.connect(self._place_card)
        self._place_card()

    @property
    def is_lit(self) -> bool:
        """Whether the edge has the colour of an answer."""
        return self._colour is not None

    def light_up(self, class_index: int) -> None:
        """Show the colour of a class for a moment, unless the system wants nothing to move."""
        if self._flash.isChecked() and moves(self):
            self._colour = class_colour(class_index)
            self._dark.start()
            self.update(self._edge())

    @Slot()
    def _on_ranked(self) -> None:
        """Say how the round went, or why the images that wait have changed without a model."""
        last = self._last_round
        if last is not None and not last.checkpoint:
            self._controller.notice.emit(tr(SPREAD))
        self.tell_round()

    @property
    def _last_round(self) -> RoundRecord | None:
        rounds = self._controller.project.rounds.finished() if self._controller.is_open else ()
        return rounds[-1] if rounds else None

    @Slot()
    def tell_round(self) -> None:
        """Say how the last round went; nothing where it made no model."""
        last = self._last_round
        if last is not None and last.checkpoint:  # a round that only ranks is nothing to tell of
            project = self._controller.project
            left = self._controller.training.answers_left
            words = card_words(project, self._controller.in_use, left)
            self.card.say(*words, *twice_words(project))

    @Slot()
    def _follow(self) -> None:
        """Count anew on the card what answers have changed since its round."""
        last = self._last_round
        if not self.card.isHidden() and last is not None and last.checkpoint:
            if self._is_covered():
                self.card.go()
                return
            left = self._controller.training.answers_left
            self.card.tell_further(further_words(self._controller.project, left))

    @Slot(object)
    def _look(self, images: tuple[int, ...]) -> None:
        """Show the images whose answers differ, for the user to decide."""
        self._controller.show_images(tr("Answered differently the second time"), images)

    def toggle_flash(self) -> None:
        """Remember what the user has switched."""
        self._settings.setValue(KEPT, "on" if self._flash.isChecked() else "off")

    @Slot()
    def _go_out(self) -> None:
        self._colour = None
        self.update(self._edge())

    def _edge(self) -> QRegion:
        """Return what lies around the image: painting it leaves the image alone."""
        inside = self.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        return QRegion(self.rect()) - QRegion(inside)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Fill the ground and, for a moment, its edge, but not what a card frees beside it."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.colours.surround))
        if self._colour is not None:
            painter.setClipRegion(self._edge())
            painter.fillRect(event.rect(), self._colour)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the card in its corner."""
        super().resizeEvent(event)
        self._place_card()

    @Slot()
    def _place_card(self) -> None:
        self._close.setEnabled(not self.card.isHidden())
        side = None if self._side is None or self._side.folded else self._side
        free = None if self._is_at_side else self._free_place(self._shown_image(side))
        self._is_at_side = side is not None and free is None and not self.card.isHidden()
        if self._side is not None and not self._is_at_side:
            self._side.training.make_room(0)
        if self.card.isHidden():
            self._column.setContentsMargins(AROUND)
            return
        ground = side if side is not None and free is None else self
        if self.card.parent() is not ground:
            with QSignalBlocker(self.card):
                self.card.setParent(ground)
                self.card.show()
        if ground is side and side is not None:
            place = self._over_training(side)
        else:
            place = free or self._corner(self.card.wanted_width())
        self.card.setGeometry(place)
        self.card.raise_()
        self._column.setContentsMargins(self._beside(place) if side is None else AROUND)
        self._column.activate()  # at once: the card covers no image, not for a moment

    def _over_training(self, side: SidePanel) -> QRect:
        """Return the place over what the panel says of training, which takes the card's height."""
        wide = side.training.width()
        side.training.make_room(self.card.heightForWidth(wide))
        return QRect(side.training.mapTo(side, QPoint()), QSize(wide, side.training.height()))

    def _corner(self, wide: int) -> QRect:
        """Return the place of a card of that width at the lower right."""
        room = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        wide = min(room.width(), wide)
        high = min(room.height(), self.card.heightForWidth(wide))
        return QRect(room.right() + 1 - wide, room.bottom() + 1 - high, wide, high)

    def _shown_image(self, side: SidePanel | None) -> QRect:
        """Return where the image lies: as it is shown now or, beside a folded panel, whole."""
        picture, view = self._view.picture, self._view
        if picture is None or side is None:
            return self._image(AROUND)
        left, top = view.viewport.to_view((0, 0), (view.width(), view.height()))
        width, height = (round(length * view.viewport.scale) for length in picture.size)
        return QRect(round(left), round(top), width, height).translated(view.pos())

    def _free_place(self, image: QRect) -> QRect | None:
        """Return a place beside an image, or None where there is no room, or a sentence stands.

        The card may be wider than usual, below the image, or narrower, at its right.
        """
        if image.isEmpty():
            return None
        image = image.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        usual, least = self.card.wanted_width(), NARROW * self.fontMetrics().height()
        widths = (
            usual,
            self.width() - 2 * MARGIN,
            min(usual, self.width() - image.right() - MARGIN - 1),
        )
        places = [self._corner(wide) for wide in widths if wide >= least]
        whole = [at for at in places if at.height() >= self.card.heightForWidth(at.width())]
        return next((at for at in whole if not at.intersects(image)), None)

    def _beside(self, card: QRect) -> QMargins:
        """Return the margins in which the image is whole beside the card, and as large as can be.

        A stage too small for both keeps its margins; the next answer then ends the card.
        """
        if not self._image(AROUND).intersects(card):
            return AROUND
        right, below = self.width() - card.left() + MARGIN, self.height() - card.top() + MARGIN
        ways = QMargins(EDGE, EDGE, right, EDGE), QMargins(EDGE, EDGE, EDGE, below)
        least = self._view.minimumSize()
        rooms = [(way, self.rect().marginsRemoved(way)) for way in ways]
        fitting = [
            way
            for way, room in rooms
            if room.width() >= least.width() and room.height() >= least.height()
        ]
        return max(fitting, key=lambda way: self._image(way).width(), default=AROUND)

    def _is_covered(self) -> bool:
        image = self._image(self._column.contentsMargins())
        return self.card.parent() is self and image.intersects(self.card.geometry())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the size for a small image alone: what makes room for the card asks for none."""
        return self._view.minimumSize().grownBy(AROUND)

    def _image(self, margins: QMargins) -> QRect:
        """Return where the whole image would lie within margins."""
        room, picture = self.rect().marginsRemoved(margins), self._view.picture
        if picture is None:
            return QRect()
        width, height = picture.size
        scale = fitted((width, height), (room.width(), room.height())).scale
        image = QRect(0, 0, round(width * scale), round(height * scale))
        image.moveCenter(room.center())
        return image


def moves(widget: QWidget) -> bool:
    """Say whether the system lets things move and light up."""
    length = widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
    # Of the systems, Windows alone lets Qt know it in this way; elsewhere there is the menu.
    off = sys.platform == "win32" and not QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
    return length > 0 and not off
