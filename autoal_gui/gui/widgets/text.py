"""Labels, tips and chips."""

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QLabel,
    QSizePolicy,
)

from autoal_gui.gui.widgets.theme import scale_font


def text_label(
    text: str = "", role: str = "", size: float = 1.0, bold: bool = False, wrap: bool = True
) -> QLabel:
    """Return a label, its size relative to the system's font; one that wraps asks for height."""
    label = QLabel(text)
    label.setWordWrap(wrap)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    scale_font(label, size, bold)
    return label


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it is: Qt takes for HTML what looks like it."""
    if not {"<", "&"}.intersection(text):
        return text
    return f"<span>{html.escape(text).replace(chr(10), '<br>')}</span>"


def chip() -> QLabel:
    """Return a short label on a soft ground."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "chip")
    label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return label
