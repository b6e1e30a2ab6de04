"""Why an image is asked for: a line, and on request what every strategy made of it."""

import math

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

from autoal_gui.core.images.source import Split
from autoal_gui.core.language import decimal, mark, percent, tr
from autoal_gui.core.messages import Query
from autoal_gui.gui.strategy_names import strategy_label, strategy_note
from autoal_gui.gui.widgets.cards import empty
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL

FURTHER_DOWN = mark(
    "The last round did not ask for it: it was on screen already, or is next in the ranking."
)
NO_ROUND = mark("Drawn at random: no round has finished yet. Such images also measure the model.")
DRAWN = mark("Drawn at random, to measure how good the model really is.")
MEASURES = mark(
    "Drawn at random for the evaluation set: it measures the model and never trains it."
)
HEADS = (
    (mark("Strategy"), ""),
    (mark("Score"), mark("S: from 0, never chosen by this strategy, to 1, chosen first")),
    (mark("Weight"), mark("W: how far this strategy is trusted for this image")),
    (mark("Share"), mark("S × W as a share: how much this strategy contributed to the choice")),
)
NAMED = 2  # strategies named in the line


class WhyPanel(QFrame):
    """The reason for the image on screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "foot")
        self._line = text_label()
        self._toggle = QToolButton()
        self._toggle.setText(tr("Why?"))
        self._toggle.setCheckable(True)
        self._toggle.setProperty("role", "quiet")
        self._toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._toggle.setToolTip(tr("How far each strategy was trusted for this image (W)"))
        self._toggle.toggled.connect(self._expand)
        self._table = QWidget()  # hidden when empty: a grid's rows keep their height
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(4, 1)
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
        for column, (words, tip) in enumerate(HEADS):
            self._grid.addWidget(
                _cell(tr(words), column, "muted", tr(tip) if tip else ""), 0, column
            )
        ordered = sorted(query.strategies, key=_part, reverse=True)
        for row, (strategy, cells) in enumerate(zip(ordered, rows_of(query), strict=True), start=1):
            note = tr("Looks for {what}", what=strategy_note(strategy[0]))
            for column, words in enumerate(cells):
                self._grid.addWidget(_cell(words, column, "", "" if column else note), row, column)


def rows_of(query: Query) -> list[tuple[str, str, str, str]]:
    """Return what each strategy made of an image, as the panel shows it; the weightiest first."""
    total = sum(map(_part, query.strategies))
    return [
        (
            strategy_label(name),
            decimal(score, 2),
            percent(weight, 1),
            percent(score * weight / total if total else math.nan, 1),
        )
        for name, score, weight in sorted(query.strategies, key=_part, reverse=True)
    ]


def _cell(text: str, column: int, role: str = "", tip: str = "") -> QLabel:
    label = text_label(text, role=role, size=SMALL, wrap=False)
    label.setToolTip(tip)
    if column:
        label.setAlignment(Qt.AlignmentFlag.AlignRight)
    return label


def _part(strategy: tuple[str, float, float]) -> float:
    """Return what a strategy adds to the mixture of an image, W_k S_k (Eq. 2)."""
    return strategy[1] * strategy[2]


def reason(query: Query | None, split: Split, rounds: int) -> str:
    """Say in one line why an image is asked for."""
    if split == "evaluation":
        return tr(MEASURES)
    if query is None:
        return tr(NO_ROUND if rounds == 0 else FURTHER_DOWN)
    return tr(DRAWN) if query.audit else _asked_for(query)


def _asked_for(query: Query) -> str:
    parts = sorted(query.strategies, key=_part, reverse=True)
    total = sum(map(_part, parts))
    words = tr("Score {score}.", score=decimal(query.score, 2))
    if len(parts) == 1:
        words = tr("Asked for by {strategy} alone.", strategy=strategy_label(parts[0][0]))
    elif total > 0:
        named = ", ".join(
            f"{strategy_label(p[0])} {percent(_part(p) / total)}" for p in parts[:NAMED] if _part(p)
        )
        note = strategy_note(parts[0][0])
        words = tr("Asked for by {strategies}.", strategies=named)
        words += " " + tr(
            "{strategy} looks for {what}.", strategy=strategy_label(parts[0][0]), what=note
        )
    if query.predicted_loss is None:
        return words
    # The head is trained to order images, so that its zero means nothing.
    loss = tr(
        "Predicted loss {loss}: the higher, the more the model is expected to be wrong "
        "about this image.",
        loss=decimal(query.predicted_loss, 2),
    )
    return f"{words} {loss}"
