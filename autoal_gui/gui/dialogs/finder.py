"""Finding one of many by typing a part of its name: a class without a key, an image by its file."""

from bisect import bisect_right
from collections.abc import Callable, Container, Sequence
from itertools import accumulate

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.language import number, tr
from autoal_gui.gui.keys import class_keys
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import TITLE

SHOWN = 100  # names listed at once; typing more finds the others

Found = list[tuple[str, int]]
"""(words, what is meant by them)."""


class Names:
    """Many names, searched without looking at each: as one text, in which Python finds quickly."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        lowered = [name.lower() for name in names]
        self._text = "\n".join(lowered)
        self._starts = [0, *accumulate(len(name) + 1 for name in lowered)]

    def find(self, part: str, most: int = SHOWN) -> list[int]:
        """Return the positions of the first names that contain a part, whatever its case."""
        part = part.strip().lower()
        found: list[int] = []
        place = self._text.find(part) if "\n" not in part and self._names else -1
        while place >= 0 and len(found) < most:
            row = bisect_right(self._starts, place) - 1
            found.append(row)
            end = self._starts[row + 1]
            place = self._text.find(part, end) if end <= len(self._text) else -1
        return found


class ImageNames:
    """The images of a pool by number and by file name."""

    def __init__(self, pool: ImagePool) -> None:
        self._ids = sorted(pool.images)
        self._keys = [pool.images[image].key for image in self._ids]
        self._names = Names(self._keys)

    def find(self, text: str) -> Found:
        """Return images: the one of that number, then those whose name contains the text."""
        rows = self._names.find(text)
        if text.strip().isdecimal() and 1 <= int(text) <= len(self._ids):
            first = int(text) - 1
            rows = [first, *(row for row in rows if row != first)]
        return [(f"{number(row + 1)}   {self._keys[row]}", self._ids[row]) for row in rows]


class ClassNames:
    """The classes in use by name, each with its key where it has one."""

    def __init__(self, classes: tuple[str, ...], removed: Container[int]) -> None:
        self._classes, self._removed = classes, removed
        self._keys = class_keys(len(classes))
        self._names = Names(classes)

    def find(self, text: str) -> Found:
        """Return the classes whose name contains the text."""
        rows = self._names.find(text, len(self._classes))
        return [(self._words(row), row) for row in rows if row not in self._removed]

    def _words(self, row: int) -> str:
        key = self._keys[row].upper()
        return f"{self._classes[row]}   ({key})" if key else self._classes[row]


class Finder(QDialog):
    """A line to type in and what it finds; Enter takes the marked one, Esc none."""

    chosen = Signal(int)

    def __init__(
        self, title: str, hint: str, find: Callable[[str], Found], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._find = find
        self.setWindowTitle(title)
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(hint)
        self.line.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(title)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = text_label(tr("No name contains that."), role="muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(text_label(title, size=TITLE, bold=True))
        column.addWidget(self.line)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing)
        line = self.fontMetrics().height()
        self.resize(30 * line, 24 * line)
        self.line.textChanged.connect(self._search)
        self.line.returnPressed.connect(self._take)
        self.list.itemClicked.connect(self._take)
        self.line.installEventFilter(self)
        self._search("")
        self.line.setFocus()

    def _search(self, text: str) -> None:
        self.list.clear()
        for words, meant in self._find(text):
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, meant)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(self.list.count() == 0)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.accept()
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Let the arrow keys move in the list while the text is typed."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                row = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
                return True
        return super().eventFilter(watched, event)
