"""Strategies' shares of the ranking, round by round: lines, stacked areas or a heat map; and pins.

A share is the mean over the pool of weight times score (the paper's Fig. 5), not the weight.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QToolButton

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import clauses, mark, number, percent, tr
from autoal_gui.core.settings import RunSettings
from autoal_gui.gui.panels.learned_weights import LearnedPlot
from autoal_gui.gui.panels.plots import (
    draw_line,
    make_plot,
    round_ticks,
    series_colour,
    tint_plot,
)
from autoal_gui.gui.panels.strategy_pins import PinTable, can_pin, pinned_words
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.strategy_names import gives_weights, mode_label, strategy_label
from autoal_gui.gui.widgets.cards import CardColumn
from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

Floats = npt.NDArray[np.float64]

NO_WEIGHTS = mark(
    "No weights yet. They appear after the first round that learns from your labels and weighs "
    "several query strategies."
)
EXPLAINED = mark(
    "Weight: how far a strategy is trusted. Share: what it then adds to the ranking, which also "
    "depends on how high it scores your images."
)
SAME = 0.01  # weights that differ by less, relatively, are equal
FORMS = {
    "lines": (mark("Lines"), mark("A line a strategy")),
    "areas": (mark("Stacked areas"), mark("Shares on top of each other: together 100%")),
    "map": (mark("Heat map"), mark("A row a strategy, a column a round")),
}
"""The forms of the chart: what each is called, and a tip."""


class WeightsPanel(CardColumn):
    """What the search makes of the query strategies."""

    def __init__(self, controller: Controller, theme: Theme) -> None:
        super().__init__()
        self._controller, self._theme = controller, theme
        self.lines = make_plot(tr("Share of the ranking, %"), tr("Round"))
        self.lines.setAccessibleName(tr("Shares of the strategies by round"))
        self.areas = make_plot(tr("Share of the ranking, %"), tr("Round"))
        self.areas.setAccessibleName(tr("Shares of the strategies by round, on top of each other"))
        self.map = make_plot("", tr("Round"))
        self.map.setAccessibleName(tr("Heat map of strategy by round"))
        self._plots = {"lines": self.lines, "areas": self.areas, "map": self.map}
        self._scale = text_label(role="muted", size=SMALL)
        self._image = pg.ImageItem()
        self.map.addItem(self._image)
        self.forms = QButtonGroup(self)
        self.pins = PinTable()
        self.pinned = text_label(role="muted", size=SMALL)
        self.explained = text_label(tr(EXPLAINED), role="muted", size=SMALL)
        self.shared = text_label(role="muted", size=SMALL)
        self.learned = LearnedPlot()
        self._lay_out()
        self.forms.buttonClicked.connect(self._show_form)
        self.pins.changed.connect(self._on_pin)
        controller.project_opened.connect(self.refresh)
        controller.training.ranked.connect(self.refresh)
        controller.setup.settings_changed.connect(self.refresh)
        theme.changed.connect(self._tint)
        self._tint()

    def _lay_out(self) -> None:
        self.add_card(
            tr("Shares by round"),
            self._make_forms(),
            self.lines,
            self.areas,
            self.map,
            self._scale,
        )
        self._pin_card = self.add_card(
            tr("Strategies now"), self.explained, self.shared, self.pinned, self.pins
        )
        self._learned_card = self.add_card(tr("What the search learned"), self.learned)
        self.fit_height(self.lines, self.areas, self.learned.plot)
        self._show_form()

    def _make_forms(self) -> FlowLayout:
        row = FlowLayout(at_left=True)  # the panel may be narrow
        row.setSpacing(6)
        for name, (words, tip) in FORMS.items():
            button = QToolButton()
            button.setObjectName(name)
            button.setText(tr(words))
            button.setToolTip(tr(tip))
            button.setCheckable(True)
            button.setChecked(name == "lines")
            button.setProperty("role", "quiet")
            self.forms.addButton(button)
            row.addWidget(button)
        return row

    @property
    def form(self) -> str:
        """The form in use, one of `FORMS`."""
        button = self.forms.checkedButton()
        return button.objectName() if button is not None else "lines"

    @Slot()
    def _show_form(self) -> None:
        for name, plot in self._plots.items():
            plot.setVisible(name == self.form)
        self._scale.setVisible(self.form == "map")

    def refresh(self) -> None:
        """Show the rounds of the project."""
        if not self._controller.is_open:
            return
        settings = self._controller.project.settings.run
        finished = self._controller.project.rounds.finished()
        rounds = [record for record in finished if len(record.weights) > 1]  # one weighs nothing
        self.show_cards(hint(settings.mode, bool(rounds)), bool(rounds))
        weighed = gives_weights(settings.mode)
        self._pin_card.setVisible(bool(rounds) or weighed)
        names = all_names(rounds, settings)
        if rounds:
            self._draw(rounds, names)
        last = rounds[-1] if rounds else None
        self.pins.show_rows(names, last, settings)
        self.explained.setVisible(last is not None)
        self.shared.setText(shared_words(rounds))
        self.shared.setVisible(bool(self.shared.text()))
        searches = settings.mode == "auto" and bool(rounds)
        any_learned = self.learned.show_rounds(finished, names)
        self._learned_card.setVisible(searches or any_learned)
        self.pinned.setText(pinned_words(settings, finished[-1].settings if finished else settings))
        self.pinned.setVisible(bool(self.pinned.text()))

    def _draw(self, rounds: list[RoundRecord], names: list[str]) -> None:
        """Draw what has weights; a strategy keeps its colour whatever the others do."""
        drawn = [name for name in names if name in strategies_of(rounds)]
        numbers, shares = [r.number for r in rounds], table(rounds, drawn)
        places = [names.index(name) for name in drawn]
        self._draw_lines(numbers, places, shares)
        self._draw_areas(numbers, places, shares)
        self._draw_map(numbers, drawn, shares)

    def _draw_lines(self, numbers: list[int], places: list[int], shares: Floats) -> None:
        self.lines.clear()
        for place, column in zip(places, shares.T, strict=True):
            draw_line(self.lines, np.array(numbers, float), 100 * column, place)
        self._fit(self.lines, numbers)
        self.lines.setYRange(0, max(20.0, 100 * float(np.nanmax(shares)) * 1.1), padding=0)

    def _draw_areas(self, numbers: list[int], places: list[int], shares: Floats) -> None:
        self.areas.clear()
        x, heights = stacked(numbers, shares)
        edge = pg.mkPen(self._theme.colours.surface, width=1)
        for place, low, high in zip(places, heights, heights[1:], strict=False):
            colour = series_colour(place)
            curves = (pg.PlotCurveItem(x, low), pg.PlotCurveItem(x, high))
            self.areas.addItem(pg.FillBetweenItem(*curves, brush=colour, pen=edge))
        self._fit(self.areas, numbers)
        self.areas.setYRange(0, 100, padding=0)

    def _fit(self, plot: pg.PlotWidget, numbers: list[int]) -> None:
        plot.getAxis("bottom").setTicks([round_ticks(numbers)])
        plot.setXRange(numbers[0] - 0.3, numbers[-1] + 0.3, padding=0)

    def _draw_map(self, numbers: list[int], names: list[str], shares: Floats) -> None:
        self._image.setImage(np.nan_to_num(shares), autoLevels=False)
        top = max(0.2, float(np.nanmax(shares)))
        self._image.setLevels((0.0, top))
        self._scale.setText(
            tr(
                "Share of the ranking: dark {least}, bright {most}.",
                least=percent(0),
                most=percent(top),
            )
        )
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

    @Slot(str, str)
    def _on_pin(self, name: str, pin: str) -> None:
        """Pin a strategy from the next round on, unless none would be left."""
        settings = self._controller.project.settings.run
        changed = with_pin(settings, name, pin)
        if changed is None:
            self._controller.notice.emit(tr("At least one query strategy must take part."))
            self.refresh()
        else:
            self._controller.setup.change_settings(changed)

    def _tint(self) -> None:
        for plot in self._plots.values():
            tint_plot(plot, self._theme)
        self.learned.tint(self._theme)
        self.map.showGrid(x=False, y=False)
        for name in ("left", "bottom"):
            self.map.getAxis(name).setStyle(tickLength=0)
        self.refresh()


def hint(mode: str, any_weights: bool) -> str:
    """Say why there are no weights to see, or no new ones."""
    if not gives_weights(mode):
        return tr(
            "The mode “{mode}” uses a single strategy, so there are no weights.",
            mode=mode_label(mode),
        )
    if mode == "vote" and any_weights:
        return tr(
            "With the uniform vote every strategy has the same weight; strategies that rank "
            "the images alike share one. Shares also depend on the scores."
        )
    return "" if any_weights else tr(NO_WEIGHTS)


def shared_words(rounds: Sequence[RoundRecord]) -> str:
    """Say why equal strategies have other weights than each other, or than in the round before.

    Args:
        rounds: those that weighed, ascending by number.
    """
    if not rounds:
        return ""
    now, before = (_alike(record) for record in (rounds[-1], rounds[max(0, len(rounds) - 2)]))
    if now:
        named = clauses(strategy_label(name) for name in now)
        return tr(
            "No strategy has been shown to be better. So all that rank the images in their own way "
            "have one weight each, and those that rank them nearly alike share one. In round "
            "{round} these shared one with others: {names}.",
            round=number(rounds[-1].number),
            names=named,
        )
    if before and is_vote(rounds[-1]):
        named = clauses(strategy_label(name) for name in before)
        return tr(
            "All strategies count the same. The weights changed in round {round} since there no "
            "two rank the images nearly alike; in the round before, some shared one weight: "
            "{names}.",
            round=number(rounds[-1].number),
            names=named,
        )
    return ""


def is_vote(record: RoundRecord) -> bool:
    """Say whether a round's weights were a vote of equals, not learned and not held by pins."""
    learns = record.learned is not None and record.learned.trusted
    return record.settings.mode in ("auto", "vote") and not learns and not record.settings.pinned_on


def _alike(record: RoundRecord) -> tuple[str, ...]:
    """Return the strategies that shared a weight with others, in a vote of equals."""
    weights = dict(record.plain_weights)
    if not is_vote(record) or not weights:
        return ()
    least = max(weights.values()) * (1 - SAME)
    return tuple(name for name, weight in weights.items() if weight < least)


def strategies_of(rounds: list[RoundRecord]) -> list[str]:
    """Return every strategy that had a weight, in the order of the last rounds first seen."""
    return list(dict.fromkeys(name for record in reversed(rounds) for name, _ in record.weights))


def all_names(rounds: list[RoundRecord], settings: RunSettings) -> list[str]:
    """Return the candidates in their own order, then others that had a weight."""
    candidates = settings.candidates if gives_weights(settings.mode) else ()
    return list(dict.fromkeys((*candidates, *strategies_of(rounds))))


def table(rounds: list[RoundRecord], names: list[str]) -> Floats:
    """Return (rounds, strategies) shares in [0, 1]; nan where a round had no such strategy."""
    rows = [[dict(record.weights).get(name, np.nan) for name in names] for record in rounds]
    return np.array(rows, dtype=np.float64)


def stacked(numbers: list[int], shares: Floats) -> tuple[Floats, Floats]:
    """Return x (r,) and the edges (K + 1, r) of areas that lie on each other, in percent.

    A single round is drawn as a column.
    """
    x, known = np.array(numbers, float), np.nan_to_num(shares)
    if len(numbers) == 1:
        x, known = np.array([x[0] - 0.3, x[0] + 0.3]), np.repeat(known, 2, axis=0)
    edges = np.concatenate((np.zeros((len(known), 1)), np.cumsum(known, axis=1)), axis=1)
    return x, 100 * edges.T


def with_pin(settings: RunSettings, name: str, pin: str) -> RunSettings | None:
    """Return settings where a strategy is pinned "on", "off", or "" for neither.

    None where no strategy would take part any more.
    """
    on = tuple(n for n in settings.pinned_on if n != name) + ((name,) if pin == "on" else ())
    off = tuple(n for n in settings.pinned_off if n != name) + ((name,) if pin == "off" else ())
    if not can_pin(settings, off):
        return None
    return settings.but(pinned_on=on, pinned_off=off)
