"""Why an image is asked for: a line, and on request what every strategy made of it."""

import math

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.images.source import Split
from autoal_gui.core.language import decimal, mark, percent, tr
from autoal_gui.core.messages import Query
from autoal_gui.gui.strategy_names import strategy_label, strategy_note, strategy_reason
from autoal_gui.gui.widgets.cards import LowColumn, empty
from autoal_gui.gui.widgets.text import plain_tip, text_label
from autoal_gui.gui.widgets.theme import SMALL

FURTHER_DOWN = mark(
    "Next in line: it was on screen before the last round, or follows those that this chose."
)
NO_ROUND = mark("Drawn at random: no round has finished yet. Such images also measure the model.")
READ_ALONE = mark("Drawn by lot, to check what is confirmed in bulk.")
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
NEXT = 0.4  # of the first reason, from which a second one is told
MOST = 32  # letters of a name
ROW_LINES = 24  # its width in heights of a line, below which it is a column
KEPT = "file names"  # the setting: "shown" or "hidden"


class WhyPanel(QFrame):
    """The reason for the image on screen."""

    def __init__(self, names: QAction, settings: QSettings) -> None:
        """Make the panel.

        Args:
            names: the command that shows the file's name, or hides it.
            settings: where that is kept.
        """
        super().__init__()
        self._names, self._settings = names, settings
        self.setProperty("role", "foot")
        self.name = text_label(role="muted", size=SMALL, wrap=False)
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._line = text_label()
        self._line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._line.setMinimumHeight(2 * self._line.fontMetrics().lineSpacing())  # nothing moves
        self._loss = text_label(role="muted", size=SMALL)
        self._toggle = QToolButton()
        self._toggle.setText(tr("Why?"))
        self._toggle.setCheckable(True)
        self._toggle.setProperty("role", "quiet")
        self._toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._toggle.setToolTip(tr("How far each strategy was trusted for this image (W)"))
        self._toggle.toggled.connect(self._expand)
        rows = QWidget()
        self._table = LowColumn(rows)  # hidden when empty: a grid's rows keep their height
        self._grid = QGridLayout(rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(4, 1)
        self._row = row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.name)
        row.addWidget(self._line, 1)
        row.addWidget(self._toggle, 0, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._table)
        column.addWidget(self._loss)
        self._query: Query | None = None
        names.setChecked(settings.value(KEPT, "shown") == "shown")
        self.name.setVisible(names.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put name, reason and button below each other where there is no room for a row."""
        narrow = event.size().width() < ROW_LINES * self.fontMetrics().height()
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        self._row.setSpacing(2 if narrow else 16)
        super().resizeEvent(event)

    @property
    def line(self) -> str:
        """The reason in one line."""
        return self._line.text()

    def toggle(self) -> None:
        """Show or hide what every strategy made of the image."""
        if not self._toggle.isHidden():
            self._toggle.toggle()

    def toggle_name(self) -> None:
        """Show the file's name, or hide it, and remember that."""
        shown = self.name.isHidden()
        self.name.setVisible(shown)
        self._names.setChecked(shown)
        self._settings.setValue(KEPT, "shown" if shown else "hidden")

    def show_name(self, key: str, group: str) -> None:
        """Show which file the image is, without its folders: these may say its class."""
        name = key.replace("\\", "/").rsplit("/", 1)[-1]
        whole = f"{group}  ·  {name}" if group else name
        self.name.setText(whole if len(whole) <= MOST else f"{whole[:9]}…{whole[-MOST + 10 :]}")
        self.name.setToolTip(plain_tip(whole))

    def show_reason(
        self,
        query: Query | None,
        split: Split,
        rounds: int,
        mode: str = "",
        classes: tuple[str, ...] = (),
        alone: bool = False,
    ) -> None:
        """Show why an image is asked for.

        Args:
            query: what is known of it.
            split: where the image belongs.
            rounds: that have finished.
            mode: of asking.
            classes: their names, where the reader may know what the model makes of the image.
            alone: whether it was drawn to check what is confirmed in bulk.
        """
        query = None if alone else query
        self._query = query
        told = tr(READ_ALONE) if alone else reason(query, split, rounds, mode, classes)
        self._line.setText(told)
        self._toggle.setVisible(query is not None and bool(query.strategies))
        self._expand(self._toggle.isChecked())

    def _expand(self, shown: bool) -> None:
        empty(self._grid)
        query = self._query
        self._table.setVisible(shown and query is not None and bool(query.strategies))
        self._loss.setText(loss_words(query))
        self._loss.setVisible(shown and bool(self._loss.text()))
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


def reason(
    query: Query | None,
    split: Split,
    rounds: int,
    mode: str = "",
    classes: tuple[str, ...] = (),
) -> str:
    """Say in one line why an image is asked for."""
    if split == "evaluation":
        return tr(MEASURES)
    if query is None:
        return tr(NO_ROUND if rounds == 0 else FURTHER_DOWN)
    return tr(DRAWN) if query.audit else _asked_for(query, mode, classes)


def _asked_for(query: Query, mode: str, classes: tuple[str, ...]) -> str:
    """Say it by what added most, in a reader's words; the numbers are a click away."""
    parts = sorted(query.strategies, key=_part, reverse=True)
    if not parts or not _part(parts[0]):
        return tr("Next in the ranking.")
    named = None
    if query.between is not None and max(query.between) < len(classes):
        named = classes[query.between[0]], classes[query.between[1]]
    words = [strategy_reason(parts[0][0], mode, named)]
    for part in parts[1:]:
        if _part(part) < NEXT * _part(parts[0]):
            break
        if (also := strategy_reason(part[0], mode, named)) not in words:
            words.append(also)
            break
    if len(words) == 1:
        return tr("Asked for: {reason}.", reason=words[0])
    return tr("Asked for: {reason}; {other}.", reason=words[0], other=words[1])


def loss_words(query: Query | None) -> str:
    """Say what the network of the paper expects, where the image has such a number."""
    if query is None or query.predicted_loss is None:
        return ""
    # The head is trained to order images, so that its zero means nothing.
    return tr(
        "Predicted loss {loss}: the higher, the more the model is expected to be wrong "
        "about this image.",
        loss=decimal(query.predicted_loss, 2),
    )
