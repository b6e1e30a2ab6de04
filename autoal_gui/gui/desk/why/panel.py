"""Why an image is asked for: a line, and on request what every strategy made of it."""

import math

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.images.source import Split
from autoal_gui.core.language import decimal, mark, percent, tr
from autoal_gui.core.queries import Query
from autoal_gui.gui.desk.why.words import READ_ALONE, looks_words, loss_words, part_of, reason
from autoal_gui.gui.strategy_names import sentence_case, strategy_label, strategy_note
from autoal_gui.gui.widgets.cards import Sentence, TallColumn, empty
from autoal_gui.gui.widgets.text import name_words, plain_tip, text_label
from autoal_gui.gui.widgets.theme import SMALL

NO_MORE = mark("There is no more to tell of why this image is on screen.")
SHARE_MEANS = mark("Share here: what the strategy added to this choice, in the round that made it.")
HEADS = (
    (mark("Looks for"), ""),
    (mark("Strategy"), mark("What the field calls it")),
    (mark("Score"), mark("S: from 0, never chosen by this strategy, to 1, chosen first")),
    (mark("Weight"), mark("W: how far this strategy is trusted for this image")),
    (
        mark("Share here"),
        mark(
            "S × W as a share: how much this strategy contributed to the choice of this image. "
            "Strategies, in the side panel, shows the mean over all images in the last round."
        ),
    ),
)
MOST = 32  # letters of a name
MORE_LINES = 6  # heights of a line that the details have at least, where they are as long
MOST_HIGH = 0.4  # of the window's height, for the details
ROW_LINES = 24  # its width in heights of a line, below which it is a column
FEWEST = 2  # heights of a line that a name has at least
GAP, AROUND = 16, 12  # pixels between its parts, and at its sides
NAMED = 1  # the column of its name
ROWS = 99  # more than there are strategies
KEPT = "file names"  # the setting: "shown" or "hidden"


class WhyPanel(QFrame):
    """The reason for the image on screen."""

    said = Signal(str)
    """That there is nothing more to tell."""

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
        self._looks = text_label(size=SMALL)
        self._share = text_label(tr(SHARE_MEANS), role="muted", size=SMALL)
        self._loss = text_label(role="muted", size=SMALL)
        self._toggle = QToolButton()
        self._toggle.setText(tr("Why?"))
        self._toggle.setCheckable(True)
        self._toggle.setProperty("role", "quiet")
        self._toggle.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._toggle.setToolTip(tr("How far each strategy was trusted for this image (W)"))
        self._toggle.toggled.connect(self._expand)
        self._more = self._make_more()
        self._close = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._close.setEnabled(False)
        self._close.activated.connect(self._toggle.toggle)
        self._close.activatedAmbiguously.connect(self._toggle.toggle)
        self._name = ""
        self._told = Sentence(self._line)
        self._row = QGridLayout()
        self._row.setVerticalSpacing(2)
        self._row.setColumnStretch(1, 1)
        self._narrow: bool | None = None
        self._arrange(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(AROUND, 6, AROUND, 6)
        column.setSpacing(4)
        column.addLayout(self._row)
        column.addWidget(self._more)
        self._query: Query | None = None
        self._mode = ""
        names.setChecked(settings.value(KEPT, "shown") == "shown")
        self.name.setVisible(names.isChecked())

    def _make_more(self) -> TallColumn:
        """Return the details, which scroll together where a low window has no room for them."""
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setRowStretch(ROWS, 1)  # rows keep together at the top
        details = QWidget()
        column = QVBoxLayout(details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self._looks, self._table, self._share, self._loss):
            column.addWidget(part)
        return TallColumn(details, MORE_LINES, MOST_HIGH)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the reason below name and button where there is no room for it between them."""
        self._arrange(event.size().width() < ROW_LINES * self.fontMetrics().height())
        self._fit_name(event.size().width())
        super().resizeEvent(event)

    def _fit_name(self, width: int) -> None:
        """Shorten the name of a file, which can be any length, to what the button leaves of it."""
        least = FEWEST * self.fontMetrics().height()
        room = width - self._toggle.sizeHint().width() - 2 * AROUND - GAP
        words = self._name
        if self._narrow:
            metrics = self.name.fontMetrics()
            words = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, max(least, room))
        self.name.setText(words)
        self.name.setMinimumWidth(min(least, self.name.sizeHint().width()) if self._narrow else 0)

    def _arrange(self, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        while self._row.count():
            self._row.takeAt(0)
        self._row.addWidget(self.name, 0, 0)
        if narrow:
            self._row.addWidget(self._told, 1, 0, 1, 3)
        else:
            self._row.addWidget(self._told, 0, 1)
        self._row.addWidget(self._toggle, 0, 2)
        self._row.setHorizontalSpacing(GAP // 4 if narrow else GAP)
        side = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignRight
        self._line.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)

    @property
    def line(self) -> str:
        """The reason in one line."""
        return self._line.text()

    def toggle(self) -> None:
        """Show or hide what every strategy made of the image; say so where there is nothing."""
        if self._toggle.isHidden():
            self.said.emit(tr(NO_MORE))
        else:
            self._toggle.toggle()

    def toggle_name(self) -> None:
        """Show the file's name, or hide it, and remember that."""
        shown = self.name.isHidden()
        self.name.setVisible(shown)
        self._names.setChecked(shown)
        self._settings.setValue(KEPT, "shown" if shown else "hidden")

    def show_name(self, key: str, group: str) -> None:
        """Show which file the image is, without its folders: these may say its class."""
        whole = name_words(key, group)
        self._name = whole if len(whole) <= MOST else f"{whole[:9]}…{whole[-MOST + 10 :]}"
        self._fit_name(self.width())
        self.name.setToolTip(plain_tip(whole))

    def show_reason(
        self,
        query: Query | None,
        split: Split,
        rounds: int,
        mode: str = "",
        classes: tuple[str, ...] = (),
        alone: bool = False,
        unasked: str = "",
        answered: bool = False,
    ) -> None:
        """Show why an image is asked for.

        Until it is answered, one that chance drew looks like one that is asked again: no more is
        told of either.

        Args:
            query: what is known of it.
            split: where the image belongs.
            rounds: that have finished.
            mode: of asking.
            classes: their names, where the reader may know what the model makes of the image.
            alone: whether it was drawn to check what is confirmed in bulk.
            unasked: why it is on screen, where no round asked for it; see `unasked_words`.
            answered: whether it has an answer.
        """
        query = None if alone else query
        self._query, self._mode = query, mode
        told = reason(query, split, rounds, mode, classes, unasked)
        told = tr(READ_ALONE) if alone else told
        self._line.setText(told)
        self._line.setToolTip(plain_tip(told))  # whole, where a low window has it scroll
        self._told.updateGeometry()  # a longer sentence gets another line, where there is room
        told_more = query is not None and bool(query.strategies) and (answered or not query.audit)
        self._toggle.setVisible(told_more)
        self._expand(told_more and self._toggle.isChecked())

    def _expand(self, shown: bool) -> None:
        empty(self._grid)
        query = self._query
        several = query is not None and len(query.strategies) > 1
        self._table.setVisible(several)  # of one alone, numbers say nothing
        self._share.setVisible(query is not None and several and not query.audit)
        for label, words in (
            (self._looks, looks_words(query, self._mode)),
            (self._loss, loss_words(query)),
        ):
            label.setText(words)
            label.setVisible(bool(words))
        self._more.setVisible(shown and bool(self._looks.text() or self._loss.text() or several))
        self._close.setEnabled(shown and not self._toggle.isHidden())
        self._fill_table(shown=shown, several=several)

    def _fill_table(self, *, shown: bool, several: bool) -> None:
        """Show what every strategy made of the image."""
        query = self._query
        if not shown or query is None or not several:
            return
        shown_heads = len(HEADS) - query.audit  # by chance, no strategy has a share in it
        for column, (words, tip) in enumerate(HEADS[:shown_heads]):
            self._grid.addWidget(
                _cell(tr(words), column, "muted", tr(tip) if tip else ""), 0, column
            )
        for row, cells in enumerate(rows_of(query), start=1):
            for column, words in enumerate(cells[:shown_heads]):
                role = "muted" if column == NAMED else ""
                self._grid.addWidget(_cell(words, column, role), row, column)


def rows_of(query: Query) -> list[tuple[str, str, str, str, str]]:
    """Return what each strategy made of an image, as the panel shows it; the weightiest first."""
    total = sum(map(part_of, query.strategies))
    return [
        (
            sentence_case(strategy_note(name)),
            strategy_label(name),
            decimal(score, 2),
            percent(weight, 1),
            percent(score * weight / total if total else math.nan, 1),
        )
        for name, score, weight in sorted(query.strategies, key=part_of, reverse=True)
    ]


def _cell(text: str, column: int, role: str = "", tip: str = "") -> QLabel:
    label = text_label(text, role=role, size=SMALL, wrap=not column)
    label.setToolTip(tip)
    if column > NAMED:
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
