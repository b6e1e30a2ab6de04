"""Strategy weights, round by round: lines, the current values, and a heat map."""

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar

from autoal_gui.core.project import RoundRecord
from autoal_gui.gui.controller import Controller
from autoal_gui.gui.names import gives_weights, mode_label, strategy_label
from autoal_gui.gui.parts import CardColumn, empty, text_label
from autoal_gui.gui.plots import (
    SYMBOL_SIZE,
    make_plot,
    round_ticks,
    series_colour,
    series_pen,
    series_symbol,
    swatch,
    tint_plot,
)
from autoal_gui.gui.theme import Theme

Floats = npt.NDArray[np.float64]

NO_WEIGHTS = (
    "No weights yet. They appear after the first round that learns from your labels and weighs "
    "several query strategies."
)
SHARE_TIP = "Mean over the pool of W × S, as a share: what the strategy adds to the ranking."
PLAIN_TIP = "Mean over the pool of the weight W alone."


class WeightsPanel(CardColumn):
    """What the search makes of the query strategies."""

    def __init__(self, controller: Controller, theme: Theme) -> None:
        super().__init__()
        self._controller, self._theme = controller, theme
        self.lines = make_plot("Share of the ranking, %", "Round")
        self.lines.setAccessibleName("Strategy weights by round")
        self.map = make_plot("", "Round")
        self.map.setAccessibleName("Heat map of strategy by round")
        self._scale = text_label(role="muted", size=0.92)
        self._image = pg.ImageItem()
        self.map.addItem(self._image)
        self._values = QGridLayout()
        self._lay_out()
        controller.project_opened.connect(self.refresh)
        controller.results_changed.connect(self.refresh)
        controller.settings_changed.connect(self.refresh)
        theme.changed.connect(self._tint)
        self._tint()

    def _lay_out(self) -> None:
        self.add_card("Weights by round", self.lines)
        self.add_card("Now", self._values)
        self.add_card("Strategy by round", self.map, self._scale)
        self.lines.setFixedHeight(12 * self.fontMetrics().height())
        self._values.setColumnStretch(2, 1)
        self._values.setHorizontalSpacing(10)
        self._values.setVerticalSpacing(5)

    def refresh(self) -> None:
        """Show the rounds of the project."""
        if not self._controller.is_open:
            return
        mode = self._controller.project.settings.mode
        finished = self._controller.project.finished_rounds()
        rounds = [record for record in finished if len(record.weights) > 1]  # one weighs nothing
        self.show_cards(hint(mode, bool(rounds)), bool(rounds))
        if rounds:
            names = strategies_of(rounds)
            shares = table(rounds, names)
            self._draw_lines([r.number for r in rounds], names, shares)
            self._draw_values(names, shares[-1], dict(rounds[-1].plain_weights))
            self._draw_map([r.number for r in rounds], names, shares)

    def _draw_lines(self, numbers: list[int], names: list[str], shares: Floats) -> None:
        self.lines.clear()
        for position in range(len(names)):
            self.lines.plot(
                np.array(numbers, float),
                100 * shares[:, position],
                pen=series_pen(position),
                symbol=series_symbol(position),
                symbolSize=SYMBOL_SIZE,
                symbolBrush=series_colour(position),
                symbolPen=None,
                connect="finite",
            )
        self.lines.getAxis("bottom").setTicks([round_ticks(numbers)])
        self.lines.setXRange(numbers[0] - 0.3, numbers[-1] + 0.3, padding=0)
        self.lines.setYRange(0, max(20.0, 100 * float(np.nanmax(shares)) * 1.1), padding=0)

    def _draw_values(self, names: list[str], shares: Floats, plain: dict[str, float]) -> None:
        empty(self._values)
        for column, (words, tip) in {3: ("Share", SHARE_TIP), 4: ("Mean W", PLAIN_TIP)}.items():
            head = text_label(words, role="muted", size=0.92, wrap=False)
            head.setToolTip(tip)
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._values.addWidget(head, 0, column)
        for row, name in enumerate(names, start=1):
            share, weight = float(shares[row - 1]), plain.get(name)
            self._values.addWidget(swatch(row - 1), row, 0)
            self._values.addWidget(QLabel(strategy_label(name)), row, 1)
            self._values.addWidget(_share_bar(name, share), row, 2)
            self._values.addWidget(_number(share), row, 3)
            self._values.addWidget(_number(weight), row, 4)

    def _draw_map(self, numbers: list[int], names: list[str], shares: Floats) -> None:
        self._image.setImage(np.nan_to_num(shares), autoLevels=False)
        top = max(0.2, float(np.nanmax(shares)))
        self._image.setLevels((0.0, top))
        self._scale.setText(f"Share of the ranking: dark 0 %, bright {top:.0%}.")
        self._image.setColorMap(pg.colormap.get("cividis"))
        self._image.setRect(0, 0, len(numbers), len(names))
        ticks = [(row + 0.5, strategy_label(name)) for row, name in enumerate(names)]
        self.map.getAxis("left").setTicks([ticks])
        labels = [(place + 0.5, str(number)) for place, number in enumerate(numbers)]
        step = max(1, -(-len(labels) // 10))
        self.map.getAxis("bottom").setTicks([labels[::step]])
        self.map.invertY(True)
        self.map.setXRange(0, len(numbers), padding=0)
        self.map.setYRange(0, len(names), padding=0)
        self.map.setFixedHeight(self.fontMetrics().height() * (2 * len(names) + 4))

    def _tint(self) -> None:
        tint_plot(self.lines, self._theme)
        tint_plot(self.map, self._theme)
        self.map.showGrid(x=False, y=False)
        for name in ("left", "bottom"):
            self.map.getAxis(name).setStyle(tickLength=0)


def hint(mode: str, any_weights: bool) -> str:
    """Say why there are no weights to see, or no new ones."""
    if not gives_weights(mode):
        return f"The mode “{mode_label(mode)}” asks by one strategy and gives no weights."
    if mode == "vote" and any_weights:
        return "In a uniform vote every strategy has the same weight; only their scores differ."
    return "" if any_weights else NO_WEIGHTS


def strategies_of(rounds: list[RoundRecord]) -> list[str]:
    """Return every strategy that had a weight, in the order of the last rounds first seen."""
    return list(dict.fromkeys(name for record in reversed(rounds) for name, _ in record.weights))


def table(rounds: list[RoundRecord], names: list[str]) -> Floats:
    """Return (rounds, strategies) shares in [0, 1]; nan where a round had no such strategy."""
    rows = [[dict(record.weights).get(name, np.nan) for name in names] for record in rounds]
    return np.array(rows, dtype=np.float64)


def _share_bar(name: str, share: float) -> QProgressBar:
    bar = QProgressBar()
    bar.setRange(0, 1000)
    bar.setValue(0 if np.isnan(share) else round(1000 * share))
    bar.setTextVisible(False)
    bar.setProperty("role", "thin")
    bar.setAccessibleName(f"Share of {strategy_label(name)}")
    bar.setMinimumWidth(24)
    return bar


def _number(value: float | None) -> QLabel:
    label = QLabel("–" if value is None or np.isnan(value) else f"{value:.1%}")
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
