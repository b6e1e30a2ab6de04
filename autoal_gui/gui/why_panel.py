"""Why an image is asked for: a line, and on request what every strategy made of it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.messages import Query
from autoal_gui.core.pool import Split
from autoal_gui.gui.names import strategy_label
from autoal_gui.gui.parts import empty, text_label
from autoal_gui.gui.theme import scale_font

FURTHER_DOWN = (
    "Not among those that the last round asked for: it was on screen already, or is next in rank."
)
NO_ROUND = "Drawn at random: no round has finished yet. Such images also measure the model."
DRAWN = "Drawn at random, to measure how good the model really is."
NAMED = 2  # strategies named in the line


class WhyPanel(QFrame):
    """The reason for the image on screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self._line = text_label()
        self._toggle = QToolButton()
        self._toggle.setText("Why?")
        self._toggle.setCheckable(True)
        self._toggle.setProperty("role", "quiet")
        self._toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._toggle.setToolTip("What every strategy made of this image (W)")
        self._toggle.toggled.connect(self._expand)
        self._table = QWidget()  # hidden when empty: a grid's rows keep their height
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(3, 1)
        row = QHBoxLayout()
        row.addWidget(self._line, 1)
        row.addWidget(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._table)
        self._query: Query | None = None

    @property
    def line(self) -> str:
        """The reason in one line."""
        return self._line.text()

    def toggle(self) -> None:
        """Show or hide what every strategy made of the image."""
        if self._toggle.isEnabled():
            self._toggle.toggle()

    def show_reason(self, query: Query | None, split: Split, rounds: int) -> None:
        """Show why an image is asked for, after so many finished rounds."""
        self._query = query
        self._line.setText(reason(query, split, rounds))
        self._toggle.setEnabled(query is not None and bool(query.strategies))
        self._expand(self._toggle.isChecked())

    def _expand(self, shown: bool) -> None:
        empty(self._grid)
        query = self._query
        self._table.setVisible(shown and query is not None and bool(query.strategies))
        if not shown or query is None or not query.strategies:
            return
        for column, words in enumerate(("Strategy", "Its score S", "Its weight W")):
            self._grid.addWidget(_cell(words, "muted"), 0, column)
        ordered = sorted(query.strategies, key=_part, reverse=True)
        for row, (name, score, weight) in enumerate(ordered, start=1):
            self._grid.addWidget(_cell(strategy_label(name)), row, 0)
            self._grid.addWidget(_cell(f"{score:.2f}"), row, 1)
            self._grid.addWidget(_cell(f"{weight:.1%}"), row, 2)


def _cell(text: str, role: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    scale_font(label, 0.92)
    return label


def _part(strategy: tuple[str, float, float]) -> float:
    """Return what a strategy adds to the mixture of an image, W_k S_k (Eq. 2)."""
    return strategy[1] * strategy[2]


def reason(query: Query | None, split: Split, rounds: int) -> str:
    """Say in one line why an image is asked for."""
    if split == "evaluation":
        return "Drawn at random for the evaluation set: it measures the model and never trains it."
    if query is None and rounds == 0:
        return NO_ROUND
    if query is None:
        return FURTHER_DOWN
    if query.audit:
        return DRAWN
    parts = sorted(query.strategies, key=_part, reverse=True)
    total = sum(map(_part, parts))
    words = [f"Score {query.score:.2f}"]
    if len(parts) == 1:
        words = [f"Asked for by {strategy_label(parts[0][0])} alone"]
    elif total > 0:
        named = (
            f"{strategy_label(p[0])} {_part(p) / total:.0%}" for p in parts[:NAMED] if _part(p)
        )
        words = ["Asked for by " + ", ".join(named)]
    if query.predicted_loss is not None:
        # The head is trained to order images, so that its zero means nothing.
        words.append(f"predicted loss {query.predicted_loss:.2f} on a relative scale")
    return "; ".join(words) + "."
