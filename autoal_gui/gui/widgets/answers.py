"""How an answer is written and painted, the same on every page."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import mark, percent, tr
from autoal_gui.gui.widgets.theme import class_colour, ink_on

ANSWER_WORDS = {"unsure": mark("Unsure"), "skip": mark("Skipped")}


def paint_key(painter: QPainter, place: QRectF, class_index: int, key: str) -> None:
    """Draw a class's key on its colour; colour alone never says which class it is."""
    colour = class_colour(class_index)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(place, 5, 5)
    painter.setPen(ink_on(colour))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, key.upper() or "–")


def feedback_text(
    classes: tuple[str, ...], entry: Entry | None, suggestion: Suggestion | None
) -> str:
    """Say what was answered and what the model makes of the same image."""
    words = []
    if entry is not None:
        words.append(tr("{answer}.", answer=answer_word(entry, classes)))
    if suggestion is not None:
        name = classes[suggestion.class_index]
        share = percent(suggestion.confidence)
        words.append(tr("The model says {name} ({share}).", name=name, share=share))
    return " ".join(words)


def model_word(classes: tuple[str, ...], suggestion: Suggestion, last: bool) -> str:
    """Say what the model makes of an image where there is little room.

    Args:
        classes: their names.
        suggestion: what it makes of it.
        last: whether it is the last image, not the one on screen, whose suggestion is hidden.
    """
    words = {"name": classes[suggestion.class_index], "share": percent(suggestion.confidence)}
    if last:
        return tr("Last image, model: {name} ({share})", **words)
    return tr("Model: {name} ({share})", **words)


def answer_word(entry: Entry, classes: tuple[str, ...]) -> str:
    """Return an answer in a word."""
    if entry.class_index is not None:
        return classes[entry.class_index]
    return tr(ANSWER_WORDS[entry.action])


def key_icon(class_index: int, key: str, side: int) -> QIcon:
    """Return the key of a class on its colour, as its button shows it."""
    pixmap = QPixmap(3 * side, 3 * side)
    pixmap.fill(Qt.GlobalColor.transparent)
    pixmap.setDevicePixelRatio(3)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_key(painter, QRectF(0, 0, side, side), class_index, key)
    painter.end()
    found = QIcon(pixmap)
    found.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt tints it, and the colour is another
    return found
