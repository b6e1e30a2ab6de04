"""How a measure grew with the labels: one measure at a time, with its interval."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from autoal_gui.core.language import tr
from autoal_gui.core.measures.metrics import Interval
from autoal_gui.core.measures.outlook import BAND_NOTE, Outlook
from autoal_gui.core.project.measured_rounds import (
    Measured,
    comparable,
    new_curve_words,
    other_images_words,
)
from autoal_gui.gui.panels.performance.values import MEASURES, TIPS, Value, curve_point
from autoal_gui.gui.panels.plots import (
    draw_apart,
    draw_band,
    draw_continuation,
    draw_line,
    make_plot,
    round_ticks,
    swatch,
    tint_plot,
)
from autoal_gui.gui.widgets.inputs import OneOf
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

CHANCE = 3  # the series of random choice
MOST_TICKS = 8


class LearningCurve(QWidget):
    """A measure that the user chooses against the number of labels, and how it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self._measured: Measured = []
        self._outlook: Outlook | None = None
        self.measure = OneOf(
            [(tr(name), tr(tip)) for name, tip in zip(MEASURES, TIPS, strict=True)]
        )
        self.plot = make_plot("%", tr("Labels"))
        self.plot.setAccessibleName(tr("Performance against the number of labels"))
        self.chance = QWidget()
        self.ahead = text_label(tr(BAND_NOTE), role="muted", size=SMALL)
        self.apart = text_label(role="muted", size=SMALL)
        self.new_curve = text_label(role="muted", size=SMALL)
        row = QHBoxLayout(self.chance)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(swatch(CHANCE))
        words = tr("A model taught with images picked at random")
        row.addWidget(text_label(words, role="muted", size=SMALL), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.measure, self.plot, self.chance, self.ahead, self.apart, self.new_curve):
            column.addWidget(part)
        self.measure.chosen.connect(self._draw)

    def tint(self, theme: Theme) -> None:
        """Take the theme's colours."""
        tint_plot(self.plot, theme)

    def show_rounds(self, measured: Measured, found: Outlook | None, start: int) -> None:
        """Show other rounds.

        Args:
            measured: at least one.
            found: how the balanced accuracy is expected to go on.
            start: the last round before the evaluation set was changed; 0 if it never was.
        """
        self._measured, self._outlook = measured, found
        words = other_images_words(measured)
        self.apart.setText(tr("Hollow points: {words}", words=words) if words else "")
        self.apart.setVisible(bool(words))
        self.new_curve.setText(new_curve_words(start) if start else "")
        self.new_curve.setVisible(bool(start))
        self._draw()

    @Slot()
    def _draw(self) -> None:
        position, known = self.measure.position, self._measured
        self.plot.clear()
        found = self._outlook if position == 0 else None
        compared = comparable(known)
        limits = [self._draw_chance(compared, position), self._draw_outlook(found)]
        limits.append(self._draw_series(_rows(compared, position), position))
        limits.append(self._draw_others([one for one in known if one not in compared], position))
        drawn = [limit for limit in limits if limit is not None]
        labels = [record.labels for record, _ in known]
        labels += [record.by_chance.labels for record, _ in compared if record.by_chance]
        labels += [found.curve[-1].labels] if found else []
        if drawn:
            lows, highs = zip(*drawn, strict=True)
            self.plot.setYRange(max(0.0, min(lows) - 3), min(100.0, max(highs) + 3), padding=0)
        if labels:
            room = max(1.0, 0.04 * (max(labels) - min(labels)))
            self.plot.setXRange(min(labels) - room, max(labels) + room, padding=0)
        self.plot.getAxis("bottom").setTicks([label_ticks(labels)])

    def _draw_chance(self, measured: Measured, position: int) -> Interval | None:
        """Draw what random choice would have given; return its limits."""
        known = {r.by_chance.labels: r.by_chance for r, _ in measured if r.by_chance}
        self.chance.setVisible(bool(known))
        rows = [
            (labels, curve_point(one.metrics, position)) for labels, one in sorted(known.items())
        ]
        return self._draw_series(rows, CHANCE, pen=None)

    def _draw_others(self, measured: Measured, position: int) -> Interval | None:
        """Draw rounds that other images measured, each for itself; return their limits."""
        rows = [one for one in _rows(measured, position) if not math.isnan(one[1].value)]
        if not rows:
            return None
        values = 100 * np.array([value.value for _, value in rows])
        draw_apart(self.plot, np.array([labels for labels, _ in rows], float), values, position)
        return float(values.min()), float(values.max())

    def _draw_outlook(self, found: Outlook | None) -> Interval | None:
        """Draw how the balanced accuracy is expected to go on; return its limits."""
        self.ahead.setVisible(found is not None)
        if found is None:
            return None
        x = np.array([expected.labels for expected in found.curve], float)
        value, low, high = (
            100 * np.array([getattr(expected, name) for expected in found.curve])
            for name in ("value", "low", "high")
        )
        draw_continuation(self.plot, x, value, low, high, 0)
        return float(low.min()), float(high.max())

    def _draw_series(
        self, rows: list[tuple[int, Value]], position: int, **style: object
    ) -> Interval | None:
        """Draw values with their intervals against labels; return the least and the largest."""
        rows = [(labels, value) for labels, value in rows if not math.isnan(value.value)]
        if not rows:
            return None
        x = np.array([labels for labels, _ in rows], float)
        value, low, high = (
            100 * np.array([getattr(v, name) for _, v in rows]) for name in ("value", "low", "high")
        )
        if position == CHANCE:
            draw_line(self.plot, x, value, position, **style)
            return float(value.min()), float(value.max())
        draw_band(self.plot, x, low, high, position)
        draw_line(self.plot, x, value, position, **style)
        return float(low.min()), float(high.max())


def _rows(measured: Measured, position: int) -> list[tuple[int, Value]]:
    return [(record.labels, curve_point(metrics, position)) for record, metrics in measured]


def label_ticks(labels: Sequence[int]) -> list[tuple[float, str]]:
    """Return ticks at numbers of labels that there were, some of them where there are many."""
    return round_ticks(sorted(set(labels)), MOST_TICKS)
