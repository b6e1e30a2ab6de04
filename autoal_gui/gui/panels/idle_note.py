"""What is said while nothing runs: whole sentences, as many as there is room for."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QLabel

from autoal_gui.gui.widgets.cards import WholeLines
from autoal_gui.gui.widgets.text import plain_tip


class IdleNote(QObject):
    """Fills a line of a column so that nothing has to be scrolled; the rest stands in its tip."""

    def __init__(self, line: QLabel, column: WholeLines) -> None:
        """Fill `line`, which lies in `column`."""
        super().__init__(column)
        self._line, self._column = line, column
        self._sentences: tuple[str, ...] = ()
        self._behind = ""
        column.resized.connect(self.fit)

    def say(self, sentences: Sequence[str], behind: str = "") -> None:
        """Say something else, or nothing.

        Args:
            sentences: what is to be read, the first ones first.
            behind: the figures of these, for the tip.
        """
        self._sentences, self._behind = tuple(sentences), behind
        self._line.setVisible(bool(sentences))
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Leave out what there is no room for, but not all of it."""
        shown = list(self._sentences)
        self._show(shown)
        while len(shown) > 1 and not self._fits():
            shown.pop()
            self._show(shown)

    def _show(self, shown: list[str]) -> None:
        self._line.setText(" ".join(shown))
        rest = self._sentences[len(shown) :]
        tip = " ".join(filter(None, (*rest, self._behind)))
        self._line.setToolTip(plain_tip(tip))
        self._line.setAccessibleDescription(tip)

    def _fits(self) -> bool:
        content = self._column.widget()
        layout = content.layout() if content is not None else None
        if layout is None:
            return True
        edges = 2 * self._column.frameWidth()
        needed = layout.totalHeightForWidth(self._column.width() - edges)
        return needed <= self._column.height() - edges
