"""The ground of the image: an edge that lights up in the colour of an answer, and a card.

The edge and the card are drawn beside the image and over it, so that nothing moves it.
"""

import sys

from PySide6.QtCore import QRect, QSettings, Qt, QTimer, Slot
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QApplication, QStyle, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.gui.desk.round_card import RoundCard, card_words, further_words, twice_words
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.theme import Theme, class_colour

EDGE = 5  # pixels around the image
LIT = 150  # milliseconds
KEPT = "flash"  # the setting: "on" or "off"
MARGIN = 16  # pixels between the card and the edge


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
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        column.addWidget(view)
        self.card = RoundCard(theme, self)
        self.card.resized.connect(self._place_card)
        self.card.look_wanted.connect(self._look)
        controller.training.ranked.connect(self._tell_round)
        self._after = QTimer(self, singleShot=True, interval=0)  # the next image comes first
        self._after.timeout.connect(self._follow)
        controller.labelling.answers_changed.connect(self._after.start)
        controller.training.rounds_changed.connect(self._after.start)
        controller.project_closed.connect(self.card.hide)

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
    def _tell_round(self) -> None:
        """Say how the round that has ended went."""
        rounds = self._controller.project.rounds.finished() if self._controller.is_open else ()
        if rounds and rounds[-1].checkpoint:  # a round that only ranks is nothing to tell of
            project = self._controller.project
            left = self._controller.training.answers_left
            self.card.say(*card_words(project, left), *twice_words(project))

    @Slot()
    def _follow(self) -> None:
        """Count anew on the card what answers have changed since its round."""
        rounds = self._controller.project.rounds.finished() if self._controller.is_open else ()
        if not self.card.isHidden() and rounds and rounds[-1].checkpoint:
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
        """Fill the edge."""
        painter = QPainter(self)
        ground = QColor(self._theme.colours.surround)
        painter.fillRect(event.rect(), ground if self._colour is None else self._colour)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the card in its corner."""
        super().resizeEvent(event)
        self._place_card()

    @Slot()
    def _place_card(self) -> None:
        room = self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        wide = min(room.width(), self.card.wanted_width())
        high = min(room.height(), self.card.heightForWidth(wide))
        self.card.setGeometry(QRect(room.right() - wide, room.bottom() - high, wide, high))


def moves(widget: QWidget) -> bool:
    """Say whether the system lets things move and light up."""
    length = widget.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
    # Of the systems, Windows alone lets Qt know it in this way; elsewhere there is the menu.
    off = sys.platform == "win32" and not QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
    return length > 0 and not off
