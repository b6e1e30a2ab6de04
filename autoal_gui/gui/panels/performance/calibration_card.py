"""Whether the model is right as often as it says: a chart, and the same in words."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.calibration import (
    FEWEST,
    Calibration,
    bin_sentence,
    calibration_sentence,
)
from autoal_gui.gui.panels.plots import line_colour, make_plot, series_pen, tint_plot
from autoal_gui.gui.widgets.cards import empty, labels_of
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import SMALL, Theme

TIP = mark(
    "The images are put in order by what the model says of its likeliest class, and cut into parts "
    "of about as many images. On the dashed line it is right as often as it says; below it is too "
    "sure. The true share lies in the interval 95 times in 100."
)
ROOM = 3  # per cent around the chart


class CalibrationCard(QWidget):
    """What the model says against how often it is right."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme | None = None
        self._found: Calibration | None = None
        self.verdict = text_label()
        self.verdict.setToolTip(tr(TIP))
        self.basis = text_label(role="muted", size=SMALL)
        self.plot = make_plot(tr("It is right, %"), tr("It says, %"))
        self.plot.setAccessibleName(tr("What the model says against how often it is right"))
        self.plot.setToolTip(tr(TIP))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.basis)
        column.addWidget(self.verdict)
        column.addWidget(self.plot)
        column.addLayout(self._lines)

    def tint(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        tint_plot(self.plot, theme)
        self._draw()

    def show_found(self, found: Calibration | None, basis: str = "") -> None:
        """Show other results.

        Args:
            found: None where there are too few images.
            basis: which images count here, where those are not all that were measured on.
        """
        self._found = found
        self.basis.setText(basis)
        self.basis.setVisible(bool(basis))
        too_few = tr(
            "Not measured: fewer than {count} images are too few to compare what the model says "
            "with what is right.",
            count=2 * FEWEST,
        )
        self.verdict.setText(calibration_sentence(found) if found else too_few)
        self.plot.setVisible(found is not None)
        empty(self._lines)
        for one in reversed(found.bins) if found else ():
            self._lines.addWidget(text_label(bin_sentence(one), role="muted", size=SMALL))
        self._draw()

    def _draw(self) -> None:
        self.plot.clear()
        if self._found is None:
            return
        bins = self._found.bins
        said = 100 * np.array([one.said for one in bins])
        right = 100 * np.array([one.right.value for one in bins])
        ends = 100 * np.array([one.right.interval for one in bins])
        least = max(0.0, min(said.min(), ends.min()) - ROOM)
        muted = QColor(self._theme.colours.muted if self._theme else "#808080")
        dashed = pg.mkPen(muted, width=1, style=Qt.PenStyle.DashLine)
        self.plot.plot([0, 100], [0, 100], pen=dashed)
        middle, height = ends.mean(1), ends[:, 1] - ends[:, 0]
        bars = pg.ErrorBarItem(x=said, y=middle, height=height, beam=1.0, pen=series_pen(0, 1.5))
        self.plot.addItem(bars)
        self.plot.plot(said, right, pen=series_pen(0), symbol="o", symbolSize=8,
                       symbolBrush=line_colour(0), symbolPen=None)  # fmt: skip
        self.plot.setXRange(least, 100 + ROOM, padding=0)
        self.plot.setYRange(least, 100 + ROOM, padding=0)

    def lines(self) -> list[str]:
        """Return what is said of each part, the surest first."""
        return [label.text() for label in labels_of(self._lines)]
