"""Labels, tips and chips."""

import html
import re

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
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


SENTENCE_END = re.compile(r"(?<!\s\w)(?<!\.\w)[.!?…][”“»)]*(?=\s)|[。！？]")
"""Of what is followed by more; a single letter before the stop is an abbreviation."""


class SentenceLine(QLabel):
    """One line of whole sentences: those that do not fit are left out, and stand in the tip."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setTextFormat(Qt.TextFormat.PlainText)

    def text(self) -> str:
        """Return all sentences."""
        return self._words

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Say something else."""
        self._words = text
        self._fit()

    def shown(self) -> str:
        """Return what is seen."""
        return super().text()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of the line: in width it takes what there is."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out other sentences."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        words, metrics = self._words, self.fontMetrics()
        room = self.contentsRect().width() - 2 * self.margin()
        shorter = [f"{words[: one.end()]} …" for one in SENTENCE_END.finditer(words)]
        fitting = (
            one for one in (words, *reversed(shorter)) if metrics.horizontalAdvance(one) <= room
        )
        shown = next(fitting, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room))
        if shown != super().text():
            super().setText(shown)
        hidden = words if shown != words else ""
        self.setToolTip(plain_tip(hidden))
        self.setAccessibleDescription(hidden)


def name_words(key: str, group: str) -> str:
    """Return the name of a file with its group, without its folders: these may say its class."""
    name = key.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{group}  ·  {name}" if group else name
