"""A row that goes on in a second line where it is too long, as words do; Qt has no such layout."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QWidget

BETWEEN = 6  # pixels at most between two lines, which need less than words beside each other


class FlowLayout(QLayout):
    """Items from left to right at their own size, in as many lines as needed.

    Text that is large then costs height, which scrolls, and not width, which a screen lacks.
    """

    def __init__(self, parent: QWidget | None = None, at_left: bool = False) -> None:
        """Let lines end at the right, or begin at the left."""
        super().__init__(parent)
        self._at_left = at_left
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}  # by width: asked for dozens of times after a key
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(4)

    def addItem(self, item: QLayoutItem) -> None:  # noqa: N802 - Qt's name
        """Put an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt
        """Return an item, None beyond the last."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:  # noqa: N802 - Qt
        """Remove an item and return it."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:  # noqa: N802 - Qt's name
        """It needs no more room than its items."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Fewer pixels of width make more lines."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Return the height of all lines."""
        if width not in self._heights:
            lines = self._lines(width)
            gaps = self._between() * max(0, len(lines) - 1)
            self._heights[width] = sum(height_of(line) for line in lines) + gaps
        return self._heights[width]

    def invalidate(self) -> None:
        """Forget what was measured: Qt calls it where an item has changed its size or is hidden."""
        self._heights.clear()
        super().invalidate()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line."""
        shown = self._shown()
        gaps = self.spacing() * max(0, len(shown) - 1)
        return QSize(sum(i.sizeHint().width() for i in shown) + gaps, height_of(shown))

    def minimumSize(self) -> QSize:  # noqa: N802 - Qt's name
        """The widest item."""
        shown = self._shown()
        return QSize(max((i.sizeHint().width() for i in shown), default=0), height_of(shown))

    def setGeometry(self, rect: QRect) -> None:  # noqa: N802 - Qt's name
        """Lay the items out line by line, in the middle of a height that is more than needed."""
        super().setGeometry(rect)
        top = rect.top() + max(0, rect.height() - self.heightForWidth(rect.width())) // 2
        for line in self._lines(rect.width()):
            gaps = self.spacing() * (len(line) - 1)
            free = rect.width() - sum(i.sizeHint().width() for i in line) - gaps
            left = rect.left() + (0 if self._at_left else free)
            for item, lower in zip(line, _tops(line), strict=True):
                item.setGeometry(QRect(QPoint(left, top + lower), item.sizeHint()))
                left += item.sizeHint().width() + self.spacing()
            top += height_of(line) + self._between()

    def _between(self) -> int:
        return min(self.spacing(), BETWEEN)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        room = 0
        for item in self._shown():
            needed = item.sizeHint().width()
            if not lines or needed > room:
                lines.append([])
                room = width
            lines[-1].append(item)
            room -= needed + self.spacing()
        return lines


def height_of(line: list[QLayoutItem]) -> int:
    """Return the height of the tallest item."""
    return max((item.sizeHint().height() for item in line), default=0)


def _tops(line: list[QLayoutItem]) -> list[int]:
    """Return how far down each item of a line begins: in the middle, words on one baseline."""
    high = height_of(line)
    tops = [(high - item.sizeHint().height()) // 2 for item in line]
    feet = [_foot(item, top) for item, top in zip(line, tops, strict=True)]
    # Of the smallest words: what stands beside the row, in the middle too, is of their size.
    shared = min((foot for foot in feet if foot is not None), default=0)
    return [
        top if foot is None else top - foot + shared for top, foot in zip(tops, feet, strict=True)
    ]


def _foot(item: QLayoutItem, top: int) -> int | None:
    """Return how far down the baseline of a label is that begins at `top`."""
    label = item.widget()
    if not isinstance(label, QLabel):
        return None
    metrics = label.fontMetrics()
    return top + (item.sizeHint().height() - metrics.height()) // 2 + metrics.ascent()
