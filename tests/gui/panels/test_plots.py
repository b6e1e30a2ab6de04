"""The lines of charts show in light and in dark, and are told apart by more than colour."""

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.queries import LearnedWeights
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.panels.learned_weights import LearnedPlot
from autoal_gui.gui.panels.performance.roc_plot import RocPlot
from autoal_gui.gui.panels.plots import (
    SERIES_COLOURS,
    draw_continuation,
    draw_line,
    line_colour,
    make_plot,
    round_ticks,
    series_colour,
    tint_plot,
)
from autoal_gui.gui.widgets.theme import GRAPHIC, READING, Theme, contrast
from tests.support.gui import QUIET, passes_over

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture(params=["light", "dark"])
def theme(request, qapp):
    before, sheet = qapp.palette(), qapp.styleSheet()
    theme = Theme()
    theme.choose(request.param)
    yield theme
    qapp.setPalette(before)
    qapp.setStyleSheet(sheet)


def shows(colour, theme):
    return contrast(QColor(colour), QColor(theme.colours.surface)) >= GRAPHIC


@pytest.mark.parametrize("place", range(len(SERIES_COLOURS)))
def test_each_line_shows_on_its_card(theme, place):
    assert shows(line_colour(place), theme)
    plot = make_plot("left", "bottom")
    x = np.arange(3.0)
    draw_line(plot, x, x, place)
    draw_continuation(plot, x, x, x - 1, x + 1, place)
    drawn = [item.opts for item in plot.getPlotItem().listDataItems()]
    assert len(drawn) == 2
    for options in drawn:
        assert shows(options["pen"].color(), theme)
    assert shows(drawn[0]["symbolBrush"], theme)
    plot.close()


def test_a_pale_colour_is_kept_for_areas_and_changed_for_lines(qapp):
    theme = Theme()
    before, sheet = qapp.palette(), qapp.styleSheet()
    theme.choose("light")
    assert not shows(series_colour(4), theme)
    assert line_colour(4) != series_colour(4)
    theme.choose("dark")
    assert line_colour(4) == series_colour(4)
    qapp.setPalette(before)
    qapp.setStyleSheet(sheet)


def test_axes_and_their_words_show(theme):
    plot = make_plot("left", "bottom")
    tint_plot(plot, theme)
    axis = plot.getAxis("left")
    assert shows(axis.pen().color(), theme)
    words = contrast(axis.textPen().color(), QColor(theme.colours.surface))
    assert words >= READING
    plot.close()


def test_weights_that_were_not_trusted_show_and_are_dotted(qtbot, theme):
    chart = LearnedPlot()
    qtbot.addWidget(chart)
    found = LearnedWeights((("margin", 0.5), ("entropy", 0.5)), 0.1, 0.2, False)
    record = RoundRecord(2, "finished", PRESETS["cpu"], "", "", 20, learned=found)
    chart.show_rounds([record], ["margin", "entropy"])
    assert len(chart.plot.listDataItems()) == 2
    for item in chart.plot.getPlotItem().listDataItems():
        pen = item.opts["pen"]
        assert shows(pen.color(), theme)
        assert pen.color().alpha() == 255
        assert pen.style().name == "DotLine"


@pytest.mark.parametrize("width", [180, 260, 700])
def test_no_number_of_an_axis_is_drawn_over_another(qtbot, width):
    plot = make_plot("%", "Labels")
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    column.addWidget(plot)
    holder.resize(width, 160)
    holder.show()
    labels = [13, 15, 16, 18, 60, 61, 200]
    plot.setXRange(-60, 280, padding=0)
    axis = plot.getAxis("bottom")
    axis.setTicks([round_ticks(labels)])
    plot.grab()
    painted = QImage(1, 1, QImage.Format.Format_RGB32)
    painter = QPainter(painted)
    words = axis.generateDrawSpecs(painter)[2]
    painter.end()
    shown = [text for _, _, text in words]
    assert {"13", "200"} <= set(shown)
    assert len(shown) < len(labels)
    for (one, *_), (other, *_) in combinations(words, 2):
        assert not one.intersects(other)


def test_the_wheel_over_a_chart_is_left_to_what_scrolls(qtbot):
    for plot in (make_plot("left", "bottom"), RocPlot()):
        qtbot.addWidget(plot)
        plot.resize(300, 200)
        before = plot.viewRange()
        assert passes_over(plot.viewport())
        assert plot.viewRange() == before
