"""How an answer is written and painted, the same on every page."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.operating.decision import By, Opinion
from autoal_gui.core.measures.operating.text import opinion_values
from autoal_gui.gui.widgets.theme import class_colour, ink_on

ANSWER_WORDS = {"unsure": mark("Unsure"), "skip": mark("Skipped")}
SAYS: dict[By, str] = {
    "model": mark("The model says {name} ({share})."),
    "point": mark("At your operating point the model says {name} ({share})."),
    "likeliest": mark("By the highest probability the model says {name} ({share})."),
}
BRIEF: dict[By, str] = {
    "model": mark("Model: {name} ({share})"),
    "point": mark("At your point: {name} ({share})"),
    "likeliest": mark("Highest probability: {name} ({share})"),
}
LAST: dict[By, str] = {
    "model": mark("Last image, model: {name} ({share})"),
    "point": mark("Last image, model at your point: {name} ({share})"),
    "likeliest": mark("Last image, highest probability: {name} ({share})"),
}
BELOW: dict[By, str] = {
    "model": mark("Model: {name} {share}"),
    "point": mark("At your point: {name} {share}"),
    "likeliest": mark("Highest probability: {name} {share}"),
}

THOUGH = mark("At your operating point the model says {name}; {other} is likelier ({share}).")
THOUGH_BRIEF = mark("At your point: {name} ({other}: {share})")
THOUGH_LAST = mark("Last image, model at your point: {name} ({other}: {share})")


def paint_key(painter: QPainter, place: QRectF, class_index: int, key: str) -> None:
    """Draw a class's key on its colour; colour alone never says which class it is."""
    colour = class_colour(class_index)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(place, 5, 5)
    painter.setPen(ink_on(colour))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, key.upper() or "–")


def feedback_text(classes: tuple[str, ...], entry: Entry | None, opinion: Opinion | None) -> str:
    """Say what was answered and what the model makes of the same image."""
    words = []
    if entry is not None:
        words.append(tr("{answer}.", answer=answer_word(entry, classes)))
    if opinion is not None:
        said = SAYS[opinion.by] if opinion.likelier is None else THOUGH
        words.append(tr(said, **opinion_values(classes, opinion)))
    return " ".join(words)


def model_word(classes: tuple[str, ...], opinion: Opinion, last: bool) -> str:
    """Say what the model makes of an image where there is little room.

    Args:
        classes: their names.
        opinion: what it makes of it.
        last: whether it is the last image, not the one on screen, whose suggestion is hidden.
    """
    said = (LAST if last else BRIEF)[opinion.by]
    if opinion.likelier is not None:
        said = THOUGH_LAST if last else THOUGH_BRIEF
    return tr(said, **opinion_values(classes, opinion))


def line_below(classes: Sequence[str], opinion: Opinion) -> str:
    """Say the same in a line below an image."""
    said = BELOW[opinion.by] if opinion.likelier is None else THOUGH_BRIEF
    return tr(said, **opinion_values(classes, opinion))


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
