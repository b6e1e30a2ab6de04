"""The words that are on screen, and those that are cut off there."""

from collections.abc import Iterator
from itertools import product
from xml.etree import ElementTree

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QBuffer,
    QByteArray,
    QIODevice,
    QModelIndex,
)
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QStyleOptionComboBox,
    QTabBar,
    QTextEdit,
    QWidget,
)

DOTS = "…"
STRIP = "batch"  # the row of thumbnails is meant to scroll to the side


def cut_off(place: QWidget) -> list[str]:
    """Return the words on screen that have less room than they need."""
    return [words for widget in on_screen(place) for words in _cut(widget)]


def on_screen(place: QWidget) -> Iterator[QWidget]:
    """Yield the widgets inside a place of which something is seen."""
    for widget in place.findChildren(QWidget):
        if widget.isVisible() and not widget.visibleRegion().isEmpty():
            yield widget


def words_of(place: QWidget) -> Iterator[str]:
    """Yield the texts on screen, and those that a widget on screen shows as its tip."""
    for widget in on_screen(place):
        yield widget.toolTip()
        if isinstance(widget, (QLabel, QAbstractButton)):
            yield widget.text()
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QGroupBox):
            yield widget.title()
        elif isinstance(widget, QTextEdit):
            yield widget.toPlainText()
        elif isinstance(widget, QAbstractItemView):
            yield from _items_of(widget.model(), QModelIndex())
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(place) for place in range(widget.count()))
        elif isinstance(widget, QTabBar):
            yield from (widget.tabText(place) for place in range(widget.count()))


def _items_of(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    """Yield the words of a list, a table or a tree as they are, whatever is shown of them."""
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for row, column in product(range(model.rowCount(parent)), range(columns)):
        index = model.index(row, column, parent)
        yield str(index.data() or "")
        yield from _items_of(model, index)


def painted(place: QWidget) -> list[str]:
    """Return the pieces of text that a place paints, as they are drawn: what charts and lists too.

    A drawing in SVG keeps its words as words. A line that was broken comes in pieces.
    """
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(place.size())
    place.render(drawing)
    buffer.close()
    drawn = ElementTree.fromstring(held.data())  # noqa: S314 - our own
    pieces = drawn.iter("{http://www.w3.org/2000/svg}text")
    return [words for piece in pieces if (words := (piece.text or "").strip())]


def shortened(place: QWidget) -> list[str]:
    """Return the pieces of text that end in dots, or have them inside, as no sentence has them."""
    whole = "\n".join(words_of(place))
    return [words for words in painted(place) if DOTS in words and words not in whole]


def sideways(place: QWidget) -> list[str]:
    """Return what is wider than its room: it has to be scrolled to the side, or is cut there."""
    areas = [one for one in on_screen(place) if isinstance(one, QAbstractScrollArea)]
    return [
        area.accessibleName() or type(area).__name__
        for area in areas
        if area.horizontalScrollBar().maximum() > 0 and area.objectName() != STRIP
    ]


def _cut(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel):
        return [widget.text()] if widget.text() and _label_is_cut(widget) else []
    if isinstance(widget, QAbstractButton):
        return [widget.text()] if widget.text() and _squeezed(widget) else []
    if isinstance(widget, QComboBox) and not widget.isEditable():
        words = widget.currentText()
        return [words] if widget.fontMetrics().horizontalAdvance(words) > _room_in(widget) else []
    if isinstance(widget, QTabBar):
        needed = sum(widget.tabRect(place).width() for place in range(widget.count()))
        return [widget.tabText(0)] if needed > widget.width() + 1 else []
    return []


def _room_in(box: QComboBox) -> int:
    """Return the pixels beside the arrow of a box."""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    style = box.style()
    field = style.SubControl.SC_ComboBoxEditField
    return style.subControlRect(style.ComplexControl.CC_ComboBox, option, field, box).width()


def _label_is_cut(label: QLabel) -> bool:
    height = label.heightForWidth(label.width()) if label.wordWrap() else 0
    needed = max(height, label.minimumSizeHint().height())
    wide = label.wordWrap() or label.width() >= label.sizeHint().width() - 1
    return label.height() < needed - 1 or not wide


def _squeezed(button: QAbstractButton) -> bool:
    hint = button.sizeHint() if isinstance(button, (QCheckBox, QRadioButton)) else None
    return button.width() < (hint or button.minimumSizeHint()).width() - 1
