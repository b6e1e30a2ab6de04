"""What the search learned in every round: a line where it was trusted, hollow where not."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import mark, number, percent, tr
from autoal_gui.gui.panels.plots import line_colour, make_plot, round_ticks, tint_plot
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

_TRUSTED = mark(
    "Round {number}: the search found strategies that help here more than others do, and the next "
    "images were chosen by its weights."
)
_NOT_SHOWN = mark(
    "Round {number}: no strategy was shown to help more than the others, so that all were trusted "
    "alike. The hollow dots are what the search would have chosen."
)
_TOO_LITTLE = mark(
    "Round {number}: what the search found helps too little to matter, so that all strategies were "
    "trusted alike. The hollow dots are what it would have chosen."
)
_LEARNED = mark(
    "Tried on labels held out, its weights made the model's error {gain} smaller (± {error})."
)
_LEARNED_WORSE = mark(
    "Tried on labels held out, its weights made the model's error {gain} larger (± {error})."
)


class LearnedPlot(QWidget):
    """A line a strategy, hollow where the search was not trusted, and the reason why."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = make_plot(tr("Learned weight, %"), tr("Round"))
        self.plot.setAccessibleName(tr("Weights that the search learned, by round"))
        self.words = text_label(role="muted", size=SMALL)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.plot)
        column.addWidget(self.words)

    def show_rounds(self, rounds: Sequence[RoundRecord], names: Sequence[str]) -> bool:
        """Show what was learned, and say whether anything was.

        Args:
            rounds: that have finished, ascending by number.
            names: the strategies in the order of their colours.
        """
        known = [record for record in rounds if record.learned is not None]
        self.words.setText(trust_words(rounds[-1]) if rounds else "")
        self.plot.clear()
        self.plot.setVisible(bool(known))
        for place, name in enumerate(names):
            self._draw(known, name, place)
        if known:
            numbers = [record.number for record in known]
            self.plot.getAxis("bottom").setTicks([round_ticks(numbers)])
            self.plot.setXRange(numbers[0] - 0.3, numbers[-1] + 0.3, padding=0)
            self.plot.setYRange(0, 100 * max(0.2, _largest(known) * 1.1), padding=0)
        return bool(known)

    def _draw(self, known: Sequence[RoundRecord], name: str, place: int) -> None:
        x = np.array([record.number for record in known], float)
        y = np.array([100 * dict(r.learned.weights).get(name, np.nan) for r in known if r.learned])
        trusted = np.array([bool(r.learned and r.learned.trusted) for r in known], bool)
        if np.isnan(y).all():
            return
        colour = line_colour(place)
        pen = pg.mkPen(colour, width=1, style=pg.QtCore.Qt.PenStyle.DotLine)
        self.plot.plot(x, y, pen=pen, symbol="o", symbolSize=4, symbolBrush=None, symbolPen=colour)
        if not (trusted & ~np.isnan(y)).any():
            return
        bright = np.where(trusted, y, np.nan)
        self.plot.plot(
            x,
            bright,
            pen=pg.mkPen(colour, width=2),
            symbol="o",
            symbolSize=7,
            symbolBrush=colour,
            symbolPen=None,
            connect="finite",
        )

    def tint(self, theme: Theme) -> None:
        """Take on the theme's colours."""
        tint_plot(self.plot, theme)


def _largest(known: Sequence[RoundRecord]) -> float:
    return max((w for r in known if r.learned for _, w in r.learned.weights), default=0.2)


def trust_words(record: RoundRecord) -> str:
    """Say whether what a round learned was trusted, and why."""
    found, values = record.learned, {"number": number(record.number)}
    if found is None:
        return tr(
            "Round {number}: no weights were learned, for too few labels in all or of one class, "
            "so that no strategy was preferred; those that rank the images nearly alike share one "
            "weight.",
            **values,
        )
    values |= {"gain": percent(abs(found.gain), 1), "error": percent(found.error, 1)}
    told = _LEARNED if found.gain > 0 else _LEARNED_WORSE
    held_out = tr(told, **values)
    if found.trusted:
        return f"{tr(_TRUSTED, **values)} {held_out}"
    if found.gain > found.error:
        return f"{tr(_TOO_LITTLE, **values)} {held_out}"
    return f"{tr(_NOT_SHOWN, **values)} {held_out}"
