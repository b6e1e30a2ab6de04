"""The parts of the map as a list: what the colours mean, and the way to the dots by keys."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from autoal_gui.core.language import number, tr
from autoal_gui.gui.map.dots import RIM
from autoal_gui.gui.map.scene import Part
from autoal_gui.gui.widgets.text import plain_tip
from autoal_gui.gui.widgets.theme import Colours, ink_on, legible

LEAST = 9  # heights of a line that stay in sight, whatever is told below
SIDE, RATIO = 18, 3  # device-independent pixels of a swatch, drawn at three times that


class Legend(QListWidget):
    """A line for each part; the one that is current is lit on the map, Enter opens its images."""

    lit = Signal(object)
    """The `Part` whose dots are in question, or None for all of them."""
    opened = Signal(object)
    """The `Part` whose images are wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("legend")
        self.setAccessibleName(tr("Parts of the map"))
        self.setIconSize(QSize(SIDE, SIDE))
        self.setMinimumHeight(LEAST * self.fontMetrics().height())
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # a count is never cut off
        self.setWordWrap(True)  # what is hidden is said in a sentence
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._parts: list[Part | None] = []
        self.currentRowChanged.connect(self._on_row)
        self.itemActivated.connect(self._on_activated)

    def show_parts(self, parts: list[Part], total: int, colours: Colours) -> None:
        """List parts below a line for all images; the one in question stays, if it is there.

        Args:
            parts: in the order of the list.
            total: images on the map.
            colours: of the theme in use.
        """
        row = self.currentRow()
        before = self._parts[row] if 0 < row < len(self._parts) else None
        self._parts = [None, *parts]
        self.blockSignals(True)
        self.clear()
        self.addItem(QListWidgetItem(f"{tr('All images')}  {number(total)}"))
        for part in parts:
            words = f"{part.name}  {number(len(part.rows))}"
            item = QListWidgetItem(QIcon(_swatch(part, colours)), words)
            # A name may be longer than the line.
            item.setToolTip(plain_tip(f"{words}\n{part.tip}".strip()))
            self.addItem(item)
        names = [part.name if part else "" for part in self._parts]
        wanted = names.index(before.name) if before and before.name in names else 0
        self.setCurrentRow(wanted)
        self.blockSignals(False)
        self._on_row(wanted)

    @property
    def part(self) -> Part | None:
        """The part in question; None for all images."""
        row = self.currentRow()
        return self._parts[row] if 0 <= row < len(self._parts) else None

    @Slot(int)
    def _on_row(self, row: int) -> None:
        self.lit.emit(self.part)

    @Slot(QListWidgetItem)
    def _on_activated(self, item: QListWidgetItem) -> None:
        if self.part is not None:
            self.opened.emit(self.part)


def _swatch(part: Part, colours: Colours) -> QPixmap:
    """Return the sign of a part: its colour, with the key of its class; a dot as drawn; a ring."""
    pixmap = QPixmap(SIDE * RATIO, SIDE * RATIO)
    pixmap.setDevicePixelRatio(RATIO)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour, whole = QColor(part.colour), QRectF(0, 0, SIDE, SIDE)
    if part.ring:
        painter.setPen(QPen(QColor(colours.danger), 3))
        painter.drawEllipse(whole.adjusted(4, 4, -4, -4))
    elif part.key:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(whole, 4, 4)
        painter.setPen(ink_on(colour))
        painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, part.key.upper())
    else:
        painter.setPen(QPen(legible(colour, QColor(colours.surface)), RIM))
        painter.setBrush(colour)
        painter.drawEllipse(whole.adjusted(4, 4, -4, -4))
    painter.end()
    return pixmap
