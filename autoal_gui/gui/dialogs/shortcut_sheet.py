"""All keys on one sheet, made from the actions and the classes themselves."""

import textwrap

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import mark, tr
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.cards import card
from autoal_gui.gui.widgets.sizes import fitting
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

KEY_LETTERS = 18  # of a line: what the pointer does may be long, and leaves its words no room
POINTER = (
    (mark("Wheel"), mark("Zoom to the pointer")),
    (mark("Drag"), mark("Move the image")),
    (mark("Right drag"), mark("Brightness and contrast")),
    (mark("Double click"), mark("Whole image, as bright as in the file")),
)
GRID = (
    (mark("Drag"), mark("Select several images")),
    (mark("Ctrl+A"), mark("Select all")),
    (mark("Shift+arrow"), mark("Select more")),
    (mark("Enter"), mark("Show the image large")),
    (mark("Ctrl+wheel"), mark("Size of the images")),
)


class ShortcutSheet(QDialog):
    """Lists every key."""

    change_wanted = Signal()
    """The user wants other keys."""

    def __init__(
        self, actions: Actions, classes: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keys"))
        self.rows: list[tuple[str, str]] = []
        left, right = QVBoxLayout(), QVBoxLayout()
        keys = class_keys(len(classes))
        rows = [(key.upper() or "–", name) for key, name in zip(keys, classes, strict=True)]
        if rows:
            left.addWidget(self._group(tr("Classes"), rows))
        for title, table in ((tr("Pointer"), POINTER), (tr("In the grid"), GRID)):
            left.addWidget(self._group(title, [(tr(key), tr(words)) for key, words in table]))
        for place, menu in enumerate(actions.menus):
            rows = [
                (keys_of(action.shortcuts()), action.text()) for action in actions.of_menu(menu)
            ]
            shown = [row for row in rows if row[0]]
            (left if place % 2 else right).addWidget(self._group(tr(menu), shown))
        left.addStretch(1)
        right.addStretch(1)
        self._lay_out(left, right)
        line = self.fontMetrics().height()
        self.resize(fitting(self, QSize(47 * line, 45 * line)))

    def _lay_out(self, left: QVBoxLayout, right: QVBoxLayout) -> None:
        content = QWidget()
        content.setProperty("role", "content")
        columns = QHBoxLayout(content)
        columns.setSpacing(14)
        columns.addLayout(left, 1)
        columns.addLayout(right, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.change = buttons.addButton(tr("Change keys…"), QDialogButtonBox.ButtonRole.ActionRole)
        self.change.clicked.connect(self._change)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 14, 16, 12)
        outer.addWidget(text_label(tr("Keys"), size=TITLE, bold=True))
        outer.addWidget(scroll, 1)
        outer.addWidget(buttons)

    def _change(self) -> None:
        self.reject()
        self.change_wanted.emit()

    def _group(self, title: str, rows: list[tuple[str, str]]) -> QWidget:
        self.rows += rows
        frame, inside = card()
        inside.addWidget(text_label(title, bold=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(1, 1)
        for row, (key, words) in enumerate(rows):
            label = QLabel(textwrap.fill(key, KEY_LETTERS))
            label.setProperty("role", "key")
            side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(label, row, 0, side)
            grid.addWidget(text_label(words), row, 1)
        inside.addLayout(grid)
        return frame


def keys_of(shortcuts: list[QKeySequence]) -> str:
    """Return the keys of an action as the system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return "  ".join(shortcut.toString(native) for shortcut in shortcuts)
