"""Dots as a picture: who lies on top, what is under a pixel, and what a closed line holds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPolygonF

from autoal_gui.gui.map.dots import NOBODY, Dots, draw, inside_polygon
from autoal_gui.gui.map.rims import rims_of
from autoal_gui.gui.widgets.theme import DARK, GRAPHIC, LIGHT, contrast

GROUND, RING = (250, 251, 252), (10, 20, 30)
places = st.lists(
    st.tuples(
        st.floats(-5, 35, width=32), st.floats(-5, 25, width=32), st.floats(0.5, 4, width=32)
    ),
    max_size=12,
)


def dots_of(rows) -> Dots:
    x, y, radius = np.array(rows, np.float32).reshape(-1, 3).T
    colour = np.stack([np.arange(len(x)) * 20, np.zeros(len(x)), np.full(len(x), 90)], 1)
    return Dots(x, y, radius, colour.astype(np.float32), np.zeros(len(x), bool))


@given(places)
def test_each_pixel_belongs_to_the_last_dot_that_covers_it(rows):
    dots = dots_of(rows)
    drawn = draw(dots, 30, 20, GROUND, RING)
    across, down = np.meshgrid(np.arange(30) + 0.5, np.arange(20) + 0.5)
    expected = np.full((20, 30), NOBODY)
    for number in range(len(dots.x)):
        apart = np.hypot(across - dots.x[number], down - dots.y[number])
        reach = dots.radius[number] + 0.5
        sure = np.abs(apart - reach) > 1e-3
        expected[(apart < reach) & sure] = number
        expected[~sure] = -2  # on the very rim, where rounding decides
    told = expected != -2
    np.testing.assert_array_equal(drawn.owner[told], expected[told])
    assert (drawn.pixels[drawn.owner == NOBODY] == 0xFFFAFBFC).all()


def test_the_middle_of_a_dot_has_its_colour_and_the_rim_that_of_its_ring():
    plain = dots_of([(10.5, 10.5, 5)])
    ringed = Dots(plain.x, plain.y, plain.radius, plain.colour, np.ones(1, bool))
    drawn = draw(ringed, 30, 20, GROUND, RING)
    assert drawn.pixels[10, 10] == 0xFF00005A
    assert drawn.pixels[10, 14] == 0xFF0A141E
    own = draw(ringed, 30, 20, GROUND, np.array([[1, 2, 3]], np.float32))
    assert own.pixels[10, 14] == 0xFF010203


corners = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=8)


@given(corners)
def test_a_lasso_holds_what_qt_says_that_its_line_holds(line):
    across, down = np.meshgrid(np.arange(0.25, 20, 1.5), np.arange(0.4, 20, 1.5))
    x, y = across.ravel().astype(np.float32), down.ravel().astype(np.float32)
    found = inside_polygon(x, y, np.array(line, float))
    polygon = QPolygonF([QPointF(*corner) for corner in line])
    rule = Qt.FillRule.OddEvenFill
    expected = [
        polygon.containsPoint(QPointF(float(a), float(b)), rule) for a, b in zip(x, y, strict=True)
    ]
    on_line = np.array(expected) != found
    assert on_line.sum() <= 2  # what lies on the line itself may count either way


# -- rims ---------------------------------------------------------------------------------------

YELLOW, BLUE = (240, 228, 66), (0, 114, 178)


def test_a_dot_too_pale_for_its_ground_gets_a_rim_that_shows_and_another_keeps_its_colour():
    ground = QColor(LIGHT.surface)
    pale, strong, again = rims_of(np.array([YELLOW, BLUE, YELLOW], np.float32), ground).tolist()
    assert contrast(QColor(*map(int, pale)), ground) >= GRAPHIC
    assert pale == again
    assert tuple(strong) == BLUE
    (dark,) = rims_of(np.array([YELLOW], np.float32), QColor(DARK.surface)).tolist()
    assert tuple(dark) == YELLOW
    assert rims_of(np.zeros((0, 3), np.float32), ground).shape == (0, 3)


def test_a_rim_goes_round_the_dot_and_its_middle_keeps_its_colour():
    one = dots_of([(10.5, 10.5, 5)])
    rims = np.array([(1, 2, 3)], np.float32)
    plain = draw(one, 21, 21, GROUND, RING).pixels
    rimmed = draw(one, 21, 21, GROUND, RING, rims).pixels
    assert rimmed[10, 10] == plain[10, 10]
    assert rimmed[10, 14] == 0xFF010203
    ringed = Dots(one.x, one.y, one.radius, one.colour, np.ones(1, bool))
    assert draw(ringed, 21, 21, GROUND, RING, rims).pixels[10, 14] == 0xFF0A141E
