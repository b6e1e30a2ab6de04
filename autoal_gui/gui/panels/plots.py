"""What the charts have in common: colours of the theme, no gestures, axes that read well."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QLabel

from autoal_gui.gui.widgets.theme import SMALL, Theme, legible

Floats = npt.NDArray[np.float64]
TickWords = tuple[QRectF, Any, str]
"""Where a number of an axis is drawn, how it is aligned, and the number."""

SERIES_COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#8f7a00",
    "#7a7a7a",
)
"""Okabe & Ito 2008, the yellow darkened so that a line of it shows on white."""
SYMBOLS = ("o", "s", "t", "d", "+", "x", "star", "h")
"""A symbol for each series too: colour is never the only sign."""
SYMBOL_SIZE = 8
GRID = 0.35  # opacity of the lines across a chart
MEASURED, EXPECTED = 0.16, 0.12  # opacity of a band


def series_colour(position: int) -> QColor:
    """Return the colour of an area of a series; it repeats after eight, with the symbols."""
    return QColor(SERIES_COLOURS[position % len(SERIES_COLOURS)])


def line_colour(position: int) -> QColor:
    """Return the colour of a line of a series, as it shows on the ground of cards."""
    return legible(series_colour(position), QApplication.palette().base().color())


def series_symbol(position: int) -> str:
    """Return the symbol of a series."""
    return SYMBOLS[position % len(SYMBOLS)]


class SpacedAxis(pg.AxisItem):  # type: ignore[misc]  # it has no types
    """An axis whose numbers never touch: where they are too near, some are left out.

    The last stays, which is that of now, then the first; pyqtgraph leaves ticks that it is given
    as they are.
    """

    def generateDrawSpecs(self, p: QPainter) -> Any:  # noqa: N802 - pyqtgraph's name
        """Return what is drawn: the axis, its ticks, and (rectangle, flags, words) of numbers."""
        specs = super().generateDrawSpecs(p)
        if specs is None:  # it has no size yet
            return None
        axis, ticks, words = specs
        gap = p.fontMetrics().horizontalAdvance(" ")
        return axis, ticks, apart(words, gap)


def apart(words: list[TickWords], gap: float) -> list[TickWords]:
    """Return those of an axis's numbers that have room: the last, the first, and what fits."""
    kept: list[TickWords] = []
    for one in (*words[-1:], *words[:1], *reversed(words[1:-1])):
        room = one[0].adjusted(-gap, 0, gap, 0)
        if one not in kept and not any(room.intersects(other[0]) for other in kept):
            kept.append(one)
    return kept


class StillPlot(pg.PlotWidget):  # type: ignore[misc]  # it has no types
    """A chart that the wheel passes over: what it stands in scrolls on."""

    def __init__(self) -> None:
        axes = {side: SpacedAxis(side) for side in ("left", "bottom")}
        super().__init__(enableMenu=False, axisItems=axes)

    def wheelEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to what scrolls."""
        event.ignore()


def make_plot(left: str, bottom: str) -> StillPlot:
    """Return an empty chart that neither zooms nor pans by accident."""
    plot = StillPlot()
    prepare_plot(plot, left, bottom)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return plot


def prepare_plot(plot: pg.PlotWidget, left: str, bottom: str) -> None:
    """Take gestures and menus from a chart and name its axes."""
    plot.setMouseEnabled(x=False, y=False)
    plot.hideButtons()
    plot.setLabel("left", left)
    plot.setLabel("bottom", bottom)
    for name in ("left", "bottom"):
        plot.getAxis(name).enableAutoSIPrefix(False)


def tint_plot(plot: pg.PlotWidget, theme: Theme) -> None:
    """Give a chart the theme's colours and the system's font."""
    colours = theme.colours
    plot.setBackground(colours.surface)
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * SMALL)
    for name in ("left", "bottom"):
        axis = plot.getAxis(name)
        axis.setPen(colours.line)
        axis.setTextPen(colours.muted)
        axis.setTickFont(font)
        axis.label.setFont(font)
    plot.showGrid(x=False, y=True, alpha=GRID)


def series_pen(position: int, width: float = 2.0) -> Any:
    """Return the pen of a series."""
    return pg.mkPen(line_colour(position), width=width)


def swatch(position: int) -> QLabel:
    """Return a legend mark: a piece of the series' line with its symbol."""
    width, height, ratio = 26, 14, 3
    pixmap = QPixmap(width * ratio, height * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(series_pen(position))
    painter.drawLine(0, height // 2, width, height // 2)
    painter.translate(width / 2, height / 2)
    painter.scale(SYMBOL_SIZE, SYMBOL_SIZE)
    painter.setPen(pg.mkPen(line_colour(position), width=0.15))
    painter.setBrush(line_colour(position))
    painter.drawPath(pg.graphicsItems.ScatterPlotItem.Symbols[series_symbol(position)])
    painter.end()
    label = QLabel()
    label.setPixmap(pixmap)
    return label


def round_ticks(numbers: list[int], most: int = 10) -> list[tuple[float, str]]:
    """Return ticks on whole numbers only, at most about `most` of them."""
    step = max(1, -(-len(numbers) // most))
    return [(float(number), str(number)) for number in numbers[::step]]


def draw_band(
    plot: pg.PlotWidget,
    x: Floats,
    low: Floats,
    high: Floats,
    position: int,
    opacity: float = MEASURED,
) -> None:
    """Draw the interval of a series: a band, or a bar where there is a single point."""
    if len(x) == 1:
        bar = pg.ErrorBarItem(
            x=x, y=(low + high) / 2, height=high - low, beam=1.0, pen=series_pen(position, 1.2)
        )
        plot.addItem(bar)
        return
    colour = series_colour(position)
    colour.setAlphaF(opacity)
    edges = (pg.PlotCurveItem(x, low), pg.PlotCurveItem(x, high))
    band = pg.FillBetweenItem(*edges, brush=colour)
    band.setZValue(-10)
    plot.addItem(band)


def draw_line(plot: pg.PlotWidget, x: Floats, y: Floats, position: int, **style: Any) -> None:
    """Draw a series with its line and symbol."""
    plot.plot(
        x,
        y,
        **{
            "pen": series_pen(position),
            "symbol": series_symbol(position),
            "symbolSize": SYMBOL_SIZE,
            "symbolBrush": line_colour(position),
            "symbolPen": None,
            "connect": "finite",
            **style,
        },
    )


def draw_apart(plot: pg.PlotWidget, x: Floats, y: Floats, position: int) -> None:
    """Draw values of a series that do not compare with the others: hollow, without a line."""
    edge = pg.mkPen(line_colour(position), width=1.4)
    draw_line(plot, x, y, position, pen=None, symbolBrush=None, symbolPen=edge)


def draw_continuation(
    plot: pg.PlotWidget, x: Floats, y: Floats, low: Floats, high: Floats, position: int
) -> None:
    """Draw how a series is expected to go on: a dashed line in a pale band."""
    draw_band(plot, x, low, high, position, EXPECTED)
    pen = pg.mkPen(line_colour(position), width=1.4, style=Qt.PenStyle.DashLine)
    plot.plot(x, y, pen=pen)
