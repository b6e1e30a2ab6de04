"""Window and level: what the annotator sees of the grey values, and what stays."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from autoal_gui.core.images.display_window import PRESETS, DisplayWindow, Greys
from autoal_gui.core.images.pixels import grey_table, picture_to_uint8
from autoal_gui.core.images.source import Picture
from autoal_gui.gui.desk.contrast_menu import ContrastMenu, window_text
from autoal_gui.gui.images.image_pyramid import levels
from autoal_gui.gui.images.image_view import DRAGGED_PIXELS, ImageView
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.theme import Theme
from autoal_gui.gui.window.commands.table import COMMANDS
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)

RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)
CT = Picture(RAMP, window=(984, 1383), slope=1.0, intercept=-1024.0, unit="HU")
NEGATIVE = Picture(RAMP, window=(984, 1383), slope=-1.0, intercept=3071.0, unit="HU")
PLAIN = Picture(RAMP)
EIGHT = Picture((RAMP // 16).astype(np.uint8))

windows = st.tuples(st.floats(-70000, 70000), st.floats(0.5, 70000)).map(lambda w: (w[0], sum(w)))
moves = st.floats(-3, 3)


@given(windows, st.sampled_from([256, 65536]), st.booleans())
def test_a_table_rises_from_black_to_white(window, depth, inverted):
    table = grey_table(*window, depth, inverted).astype(int)
    assert len(table) == depth
    steps = np.diff(-table if inverted else table)
    assert (steps >= 0).all()
    values = np.arange(depth)
    black, white = (255, 0) if inverted else (0, 255)
    assert (table[values <= window[0]] == black).all()
    assert (table[values >= window[1]] == white).all()


def test_a_window_without_width_is_a_threshold():
    assert grey_table(7, 7, 256)[[6, 7, 8]].tolist() == [0, 0, 255]


@pytest.mark.parametrize("picture", [CT, NEGATIVE, PLAIN, EIGHT])
def test_an_image_is_first_shown_as_the_networks_see_it(picture):
    found = levels(picture)
    shown = found.part(0, QRect(0, 0, *found.size), found.table(DisplayWindow()))
    expected = picture_to_uint8(picture)
    for y, x in ((0, 0), (20, 31), (63, 63)):
        assert shown.pixelColor(x, y).red() == expected[y, x]


@given(moves, moves)
def test_moving_and_moving_back_changes_nothing(darker, wider):
    for picture in (CT, NEGATIVE, PLAIN, EIGHT):
        greys = Greys.of(picture)
        before = DisplayWindow().window(greys)
        moved = DisplayWindow().moved(greys, darker, 0).moved(greys, -darker, 0)
        assert moved.window(greys) == pytest.approx(before, rel=1e-6, abs=1e-3)
        middle = sum(DisplayWindow().moved(greys, 0, wider).window(greys)) / 2
        assert middle == pytest.approx(sum(before) / 2, rel=1e-6, abs=1e-3)


@pytest.mark.parametrize("picture", [CT, NEGATIVE, PLAIN, EIGHT])
def test_darker_is_darker_and_wider_is_flatter(picture):
    found = levels(picture)
    plain = found.table(DisplayWindow()).astype(int)
    darker = found.table(DisplayWindow().moved(found.greys, 0.3, 0)).astype(int)
    assert (darker <= plain).all()
    assert darker.sum() < plain.sum()
    flatter = found.table(DisplayWindow().moved(found.greys, 0, 0.5)).astype(int)
    assert np.diff(flatter).max() <= np.diff(plain).max()
    assert len(np.unique(flatter)) <= 256


def test_hounsfield_units_are_kept_from_slice_to_slice():
    """By hand 100 HU stay 100 HU although the next file stores, and windows, otherwise."""
    greys = Greys.of(CT)
    display = DisplayWindow().moved(greys, 0.2, 0.4)
    level, width = greys.measured(display.window(greys))
    other = Greys.of(Picture(RAMP, window=(10, 20), slope=0.5, intercept=-900.0, unit="HU"))
    assert other.measured(display.window(other)) == pytest.approx((level, width))
    negative = Greys.of(NEGATIVE)
    assert negative.measured(display.window(negative)) == pytest.approx((level, width))


def test_what_is_set_by_hand_is_relative_where_numbers_mean_nothing():
    greys = Greys.of(PLAIN)
    display = DisplayWindow().moved(greys, 0.25, 0)
    low, high = display.window(greys)
    dim = Greys.of(Picture(RAMP // 4))
    low_dim, high_dim = display.window(dim)
    assert (low_dim, high_dim) == pytest.approx((low / 4, high / 4), rel=0.02)


def test_presets_count_for_ct_alone():
    for name, preset in PRESETS.items():
        greys = Greys.of(CT)
        assert greys.measured(DisplayWindow(name).window(greys)) == pytest.approx(
            (preset.level, preset.width)
        )
        assert DisplayWindow(name).window(Greys.of(PLAIN)) == DisplayWindow().window(
            Greys.of(PLAIN)
        )


def test_full_range_and_percentiles():
    spotted = RAMP.copy()
    spotted[0, 0] = 60000
    greys = Greys.of(Picture(spotted, window=(100, 200)))
    assert DisplayWindow().window(greys) == (100, 200)
    assert DisplayWindow("full").window(greys) == (1, 60000)
    low, high = DisplayWindow("auto").window(greys)
    assert low < 30
    assert 4000 < high < 4096


def test_eight_bits_stay_as_they_are_until_changed():
    assert DisplayWindow().window(Greys.of(EIGHT)) == (0, 255)
    assert (levels(EIGHT).table(DisplayWindow()) == np.arange(256)).all()


@pytest.fixture
def view(qtbot):
    view = ImageView(Theme())
    qtbot.addWidget(view)
    view.resize(424, 324)
    view.show()
    view.show_picture(levels(CT))
    return view


@pytest.fixture
def control(qtbot, view):
    theme = Theme()
    actions = Actions(COMMANDS, theme, view)
    actions.wanted.connect(lambda command: command.does(SimpleNamespace(view=view)))
    control = ContrastMenu(view, actions)
    qtbot.addWidget(control)
    return control


def middle(view) -> int:
    """The grey on screen of the pixel that is worth 1200."""
    point = view.viewport.to_view((1200 % 64 + 0.5, 1200 // 64 + 0.5), (424, 324))
    return view.grab().toImage().pixelColor(*map(round, point)).red()


def drag(qtbot, view, button, by: QPoint) -> None:
    start = QPoint(200, 150)
    qtbot.mousePress(view, button, pos=start)
    qtbot.mouseMove(view, start + by / 2)
    qtbot.mouseMove(view, start + by)
    qtbot.mouseRelease(view, button, pos=start + by)


def test_dragging_with_the_right_button_changes_brightness_and_contrast(qtbot, view):
    before, place = middle(view), view.viewport
    drag(qtbot, view, Qt.MouseButton.RightButton, QPoint(0, 60))
    darker = middle(view)
    assert darker < before
    assert Greys.of(CT).measured(view.display.window(Greys.of(CT)))[1] == pytest.approx(400)
    drag(qtbot, view, Qt.MouseButton.RightButton, QPoint(0, -60))
    assert middle(view) == before
    drag(qtbot, view, Qt.MouseButton.RightButton, QPoint(90, 0))
    assert view.display.hand[1] > 400
    assert view.viewport == place


def test_the_look_stays_for_the_next_image_and_a_double_click_resets_it(qtbot, view):
    drag(qtbot, view, Qt.MouseButton.RightButton, QPoint(30, 60))
    display = view.display
    view.show_picture(levels(CT))
    assert view.display == display != DisplayWindow()
    view.zoom(3)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert view.display == DisplayWindow()
    assert view.viewport.scale == pytest.approx((324 - 24) / 64)


def test_the_button_says_the_window_and_its_commands_change_it(qtbot, view, control):
    assert control.text() == "W 400  L 160 HU"
    actions = control._actions
    actions["look_lung"].trigger()
    assert control.text() == "W 1500  L -600 HU"
    assert actions["look_lung"].isChecked()
    assert not actions["look_own"].isChecked()
    before = middle(view)
    actions["invert"].trigger()
    assert control.text() == "W 1500  L -600 HU, inverted"
    assert middle(view) == 255 - before
    actions["brighter"].trigger()
    assert not actions["look_lung"].isChecked()
    actions["look_own"].trigger()
    assert view.display == DisplayWindow(inverted=True)


def test_brighter_is_brighter_whether_inverted_or_not(view, control):
    for _ in range(2):
        before = middle(view)
        control._actions["brighter"].trigger()
        assert middle(view) > before
        control._actions["darker"].trigger()
        assert middle(view) == before
        view.invert()


def test_plain_pictures_have_no_window_until_it_is_changed(view, control):
    said = []
    control.offered.connect(said.append)
    view.show_picture(levels(PLAIN))
    assert not control.isHidden()
    view.show_picture(levels(EIGHT))
    assert control.isHidden()
    view.show_picture(levels(Picture(EIGHT.pixels, window=(10, 90))))
    assert not control.isHidden()
    view.show_picture(levels(EIGHT))
    view.show_sentence("Reading the image…")
    assert control.isHidden()
    view.show_picture(levels(EIGHT))
    view.invert()
    assert not control.isHidden()
    view.invert()
    assert control.isHidden()
    assert said[-2:] == [True, False]


def test_over_a_plain_picture_the_button_says_its_grey_values(view, control):
    view.show_picture(levels(EIGHT))
    assert control.text() == "W 256  L 128"
    view.show_sentence("No image.")
    assert not control.isEnabled()


def test_text_names_the_unit_of_what_was_measured():
    assert window_text(DisplayWindow(), Greys.of(PLAIN)).startswith("W 40")
    assert window_text(DisplayWindow("brain"), Greys.of(NEGATIVE)) == "W 80  L 40 HU"


def painted(view, ratio: float) -> QImage:
    """What the view paints on a screen of so many device pixels for one length."""
    image = QImage(round(424 * ratio), round(324 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("green"))
    painter = QPainter(image)
    view.render(painter, QPoint())
    painter.end()
    return image


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_every_pixel_is_sharp_on_a_dense_screen(view, ratio):
    """At one image pixel for each device pixel, neighbours of any contrast stay apart."""
    board = ((np.indices((100, 100)).sum(0) % 2) * 255).astype(np.uint8)
    view.show_picture(levels(Picture(board)))
    view.zoom(1 / ratio / view.viewport.scale)
    shown = painted(view, ratio)
    column = [shown.pixelColor(round(212 * ratio), y).red() for y in range(round(324 * ratio))]
    start = round(162 * ratio) - 40
    assert set(column[start : start + 80]) == {0, 255}
    assert all(a != b for a, b in zip(column[start:], column[start + 1 : start + 80], strict=False))


def test_only_the_part_on_screen_is_looked_up(view, monkeypatch):
    large = levels(Picture(np.tile(RAMP, (32, 32))))
    view.show_picture(large)
    parts = []
    part = type(large).part
    monkeypatch.setattr(
        type(large),
        "part",
        lambda *a: (parts.append((a[1], a[2].width() * a[2].height())), part(*a))[1],
    )
    view.grab()
    view.actual_size()
    view.grab()
    view.grab()
    (coarse, _), (fine, few) = parts
    assert coarse >= 1
    assert fine == 0
    assert few <= 426 * 326


def test_a_large_image_is_drawn_coarser_while_its_window_moves(qtbot, view, monkeypatch):
    large = levels(Picture(np.tile(RAMP, (40, 40))))
    view.resize(2600, 2600)
    view.show_picture(large)
    places = []
    part = type(large).part
    monkeypatch.setattr(type(large), "part", lambda *a: (places.append(a[1]), part(*a))[1])
    view.grab()
    qtbot.mousePress(view, Qt.MouseButton.RightButton, pos=QPoint(200, 150))
    qtbot.mouseMove(view, QPoint(220, 150))
    view.grab()
    qtbot.mouseRelease(view, Qt.MouseButton.RightButton, pos=QPoint(220, 150))
    view.grab()
    assert places[0] == places[-1] == 0
    assert places[1] == 1
    assert large.arrays[1].size <= DRAGGED_PIXELS
