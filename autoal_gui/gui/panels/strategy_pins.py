"""The query strategies now: share and weight of each, and whether it is pinned on or off."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import mark, percent, tr
from autoal_gui.core.settings import RunSettings
from autoal_gui.gui.panels.plots import swatch
from autoal_gui.gui.strategy_names import (
    gives_weights,
    sentence_case,
    strategy_label,
    strategy_note,
)
from autoal_gui.gui.widgets.cards import empty
from autoal_gui.gui.widgets.inputs import combo
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL
from autoal_gui.strategies.candidates import is_policy

SHARE_TIP = mark(
    "Mean over the pool of W × S, as a share: what the strategy adds to the ranking. In Auto "
    "k-means scores every image 1, so that its share is larger than that of others "
    "of the same weight."
)
PLAIN_TIP = mark("Mean over the pool of the weight W alone.")
PINS = {"": mark("Free"), "on": mark("On"), "off": mark("Off")}
PIN_TIP = mark(
    "Free: weighed like all others. On: keeps at least an equal share, whatever the "
    "search finds. Off: takes no part. A change applies from the next round on."
)
HEADS = ((3, mark("Share"), SHARE_TIP), (4, mark("Weight"), PLAIN_TIP), (5, mark("Pin"), PIN_TIP))
NAME_LINES = 5  # the least width of a name, in heights of a line
NAMES, BARS, REST = 1, 2, 6  # columns that take the room there is


class PinTable(QWidget):
    """A row a strategy: its mark in the charts, name, share, weight, and pin."""

    changed = Signal(str, str)
    """(strategy, "on", "off" or ""): the user has pinned it so."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self.combos: dict[str, QComboBox] = {}
        self._numbers: dict[str, tuple[QProgressBar, QLabel, QLabel]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(4)

    def show_rows(self, names: list[str], last: RoundRecord | None, settings: RunSettings) -> None:
        """Show strategies.

        Args:
            names: in the order of their colours.
            last: the last round that weighed them; None before there is one.
            settings: of the next round.
        """
        shown = (*names, settings.mode, last is None)
        if shown != self._shown:  # else the row in use would lose the focus of the keyboard
            self._shown = shown
            self._make_rows(names, last is not None, settings)
        shares = dict(last.weights) if last else {}
        plain = dict(last.plain_weights) if last else {}
        for name, (bar, share, weight) in self._numbers.items():
            found = shares.get(name)
            bar.setValue(round(1000 * (found or 0.0)))
            share.setText(percent(math.nan if found is None else found, 1))
            weight.setText(percent(plain.get(name, math.nan), 1))
        for name, box in self.combos.items():
            box.blockSignals(True)
            box.setCurrentIndex(max(0, box.findData(pin_of(settings, name))))
            box.blockSignals(False)

    def _make_rows(self, names: list[str], weighed: bool, settings: RunSettings) -> None:
        empty(self._grid)
        self._grid.setColumnStretch(NAMES, 3)
        self._grid.setColumnStretch(BARS, int(weighed))  # a wide panel has longer bars, and no gap
        self._grid.setColumnStretch(REST, int(not weighed))
        self.combos, self._numbers = {}, {}
        can_be_pinned = set(settings.candidates) if gives_weights(settings.mode) else set()
        for column, words, tip in HEADS:
            if (column < 5 and not weighed) or (column == 5 and not can_be_pinned):
                continue
            head = text_label(tr(words), role="muted", size=SMALL, wrap=False)
            head.setToolTip(tr(tip))
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(head, 0, column)
        for place, name in enumerate(names):
            self._grid.addWidget(swatch(place), place + 1, 0)
            self._grid.addWidget(_title(name), place + 1, 1)
            if weighed:
                self._add_numbers(name, place + 1)
            if name in can_be_pinned:
                self._grid.addWidget(self._make_pin(name, settings), place + 1, 5)

    def _add_numbers(self, name: str, row: int) -> None:
        numbers = (_share_bar(name), _number(), _number())
        for column, widget in enumerate(numbers, start=2):
            self._grid.addWidget(widget, row, column)
        self._numbers[name] = numbers

    def _make_pin(self, name: str, settings: RunSettings) -> QComboBox:
        entries = {pin: tr(words) for pin, words in PINS.items()}
        if is_policy(settings.mode):  # a bandit's weights must be its own
            del entries["on"]
        title = tr("Pin {strategy}", strategy=strategy_label(name))
        box = combo(title, entries, pin_of(settings, name))
        box.setObjectName(name)
        box.setToolTip(tr(PIN_TIP))
        box.currentIndexChanged.connect(self._on_changed)
        self.combos[name] = box
        return box

    def _on_changed(self) -> None:
        box = self.sender()
        if isinstance(box, QComboBox):
            self.changed.emit(box.objectName(), str(box.currentData()))


def _title(name: str) -> QWidget:
    """Return what a strategy looks for, and below it what it is called."""
    words = text_label(sentence_case(strategy_note(name)))
    called = text_label(strategy_label(name), role="muted", size=SMALL)
    title = QWidget()
    least = words.minimumSizeHint().width()  # of the longest word
    title.setMinimumWidth(max(NAME_LINES * words.fontMetrics().height(), least))
    column = QVBoxLayout(title)
    column.setContentsMargins(0, 2, 0, 4)
    column.setSpacing(0)
    column.addWidget(words)
    column.addWidget(called)
    return title


def pin_of(settings: RunSettings, name: str) -> str:
    """Return "on", "off", or "" where a strategy is not pinned."""
    if name in settings.pinned_off:
        return "off"
    return "on" if name in settings.pinned_on else ""


def can_pin(settings: RunSettings, off: tuple[str, ...]) -> bool:
    """Say whether a strategy is left where these are pinned off."""
    return any(name not in off for name in settings.candidates)


def pinned_words(settings: RunSettings, last: RunSettings) -> str:
    """Say what is pinned, and whether that counts already.

    Args:
        settings: of the next round.
        last: of the last round.
    """
    if not gives_weights(settings.mode):
        return ""
    parts = [
        tr("{strategies} on", strategies=_listed(settings.pinned_on)),
        tr("{strategies} off", strategies=_listed(settings.pinned_off)),
    ]
    named = zip((settings.pinned_on, settings.pinned_off), parts, strict=True)
    pins = ", ".join(words for names, words in named if names) or tr("all strategies free")
    same = (set(last.pinned_on), set(last.pinned_off)) == (
        set(settings.pinned_on),
        set(settings.pinned_off),
    )
    if not same:
        return tr("From the next round on: {pins}.", pins=pins)
    if settings.pinned_on or settings.pinned_off:
        return tr("Pinned by hand: {pins}.", pins=pins)
    return ""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(strategy_label(name) for name in names)


def _share_bar(name: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, 1000)
    bar.setTextVisible(False)
    bar.setProperty("role", "thin")
    bar.setAccessibleName(tr("Share of {strategy}", strategy=strategy_label(name)))
    bar.setMinimumWidth(24)
    bar.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # names come first
    return bar


def _number() -> QLabel:
    label = QLabel()
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
