"""The words that are on screen, and those that are cut off there."""

from collections.abc import Iterator

from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QRadioButton,
    QTabBar,
    QWidget,
)

BOX = 1  # heights of a line: the arrow of a combo box and the frame around it


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
        elif isinstance(widget, QGroupBox):
            yield widget.title()
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(place) for place in range(widget.count()))
        elif isinstance(widget, QTabBar):
            yield from (widget.tabText(place) for place in range(widget.count()))


def _cut(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel):
        return [widget.text()] if widget.text() and _label_is_cut(widget) else []
    if isinstance(widget, QAbstractButton):
        return [widget.text()] if widget.text() and _squeezed(widget) else []
    if isinstance(widget, QComboBox) and not widget.isEditable():
        metrics = widget.fontMetrics()
        room = widget.width() - BOX * metrics.height()
        words = widget.currentText()
        return [words] if metrics.horizontalAdvance(words) > room else []
    if isinstance(widget, QTabBar):
        needed = sum(widget.tabRect(place).width() for place in range(widget.count()))
        return [widget.tabText(0)] if needed > widget.width() + 1 else []
    return []


def _label_is_cut(label: QLabel) -> bool:
    height = label.heightForWidth(label.width()) if label.wordWrap() else 0
    needed = max(height, label.minimumSizeHint().height())
    wide = label.wordWrap() or label.width() >= label.sizeHint().width() - 1
    return label.height() < needed - 1 or not wide


def _squeezed(button: QAbstractButton) -> bool:
    hint = button.sizeHint() if isinstance(button, (QCheckBox, QRadioButton)) else None
    return button.width() < (hint or button.minimumSizeHint()).width() - 1
