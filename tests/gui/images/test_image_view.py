"""Pictures: the geometry of the view, decoding beside the window, what is painted."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.display_window import DisplayWindow
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.images.pool import ImagePool, PoolImage
from autoal_gui.core.images.source import Picture
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.image_pyramid import (
    FINEST_HALVED,
    enlarged,
    halved,
    levels,
    thumbnail,
    to_image,
)
from autoal_gui.gui.images.image_view import ImageView
from autoal_gui.gui.images.thumbnails import Thumbnails
from autoal_gui.gui.images.viewport import MAX_SCALE, MIN_SCALE, Viewport, fitted
from autoal_gui.gui.widgets.theme import Theme
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)

sides = st.integers(1, 5000)
views = st.tuples(st.floats(50, 4000), st.floats(50, 4000))
places = st.floats(-3000, 3000)
viewports = st.builds(Viewport, st.floats(MIN_SCALE, MAX_SCALE), places, places)


@given(viewports, st.floats(0.1, 10), st.tuples(places, places), views)
def test_zooming_keeps_the_point_under_the_pointer(viewport, factor, at, view):
    before = viewport.to_image(at, view)
    after = viewport.zoomed(factor, at, view).to_image(at, view)
    assert after == pytest.approx(before, rel=1e-6, abs=1e-3)


@given(viewports, st.tuples(places, places), views)
def test_view_and_image_points_are_inverse(viewport, point, view):
    assert viewport.to_image(viewport.to_view(point, view), view) == pytest.approx(point, abs=1e-3)


@given(st.tuples(sides, sides), views)
def test_a_fitted_image_lies_inside_the_view(image, view):
    viewport = fitted(image, view)
    left, top = viewport.to_view((0, 0), view)
    right, bottom = viewport.to_view(image, view)
    if viewport.scale > MIN_SCALE:
        assert left >= -1e-6
        assert top >= -1e-6
        assert right <= view[0] + 1e-6
        assert bottom <= view[1] + 1e-6


@given(viewports, places, places, st.tuples(sides, sides))
def test_panning_keeps_the_middle_inside_the_image(viewport, dx, dy, image):
    panned = viewport.panned(dx, dy, image)
    assert 0 <= panned.x <= image[0]
    assert 0 <= panned.y <= image[1]
    assert panned.scale == viewport.scale


def whole(found, display=None):
    """A picture in its finest level, as a look shows it."""
    return found.part(0, QRect(0, 0, *found.size), found.table(display or DisplayWindow()))


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (64, 61), (1, 1)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_picture_has_the_pixels_of_the_array(shape, kind):
    rng = np.random.default_rng(0)
    values = rng.integers(0, np.iinfo(kind).max, shape, dtype=kind)
    picture = whole(levels(Picture(values)))
    assert (picture.height(), picture.width()) == shape[:2]
    expected_all = picture_to_uint8(Picture(values))
    for y, x in ((0, 0), (shape[0] - 1, shape[1] - 1), (shape[0] // 2, shape[1] // 3)):
        expected = np.broadcast_to(expected_all[y, x], 3)
        shown = picture.pixelColor(x, y)
        assert (shown.red(), shown.green(), shown.blue()) == tuple(expected)


def test_a_picture_outlives_its_array():
    values = np.full((40, 41), 200, dtype=np.uint8)
    picture = to_image(values)
    values[:] = 0
    assert picture.pixelColor(3, 3).red() == 200


def test_large_pictures_are_halved_and_thumbnails_are_small():
    found = levels(Picture(np.full((1501, 3000), 7, dtype=np.uint16)))
    assert [array.shape for array in found.arrays] == [(1501, 3000), (751, 1500), (376, 750)]
    assert {array.dtype for array in found.arrays} == {np.dtype(np.uint16)}
    assert (found.arrays[-1] == 7).all()
    assert max(found.arrays[-1].shape) <= FINEST_HALVED
    assert (thumbnail(found, 64).width(), thumbnail(found, 64).height()) == (64, 32)
    assert thumbnail(levels(Picture(np.zeros((28, 28), np.uint8))), 56).width() == 56


@given(
    arrays(
        st.sampled_from([np.uint8, np.uint16]),
        st.tuples(st.integers(1, 9), st.integers(1, 9))
        | st.tuples(*[st.integers(1, 5)] * 2, st.just(3)),
    )
)
def test_halves_are_means(values):
    half = halved(values)
    assert half.dtype == values.dtype
    assert half.shape[:2] == tuple(-(-side // 2) for side in values.shape[:2])
    assert values.min() <= half.min()
    assert half.max() <= values.max()
    corner = values[:2, :2].astype(int)
    if corner.shape[:2] == (2, 2):
        expected = (corner.sum((0, 1)) + 2) // 4
        np.testing.assert_array_equal(half[0, 0], expected)


class Panic(BaseException):
    """What a decoder written in Rust raises in the place of an Exception."""


class Arrays:
    """An image reader of arrays; number 3 is broken, and 6 and 7 make their decoder panic."""

    def read(self, key: str) -> np.ndarray:
        if key == "3":
            raise ImageUnreadable("The file is cut off.")
        if key in ("6", "7"):
            raise Panic
        return np.full((30, 40), int(key), dtype=np.uint8)


@pytest.fixture
def loader(qapp):
    loader = ImageLoader()
    loader.open(ImagePool.of([PoolImage(i, str(i), "", "pool") for i in range(1, 9)], Arrays()))
    yield loader
    loader.close()


def test_wanted_pictures_come_and_broken_ones_are_explained(qtbot, loader):
    loader.want([2, 3, 5])
    qtbot.waitUntil(lambda: all(map(loader.known, (2, 3, 5))))
    assert loader.picture(5).arrays[0][0, 0] == 5
    assert loader.thumbnail(2) is not None
    assert loader.failure(3) == "The file is cut off."
    assert loader.picture(3) is None
    assert not loader.known(4)


def test_decoders_that_panic_leave_the_other_images_readable(qtbot, loader):
    loader.want([6, 7, 5])
    qtbot.waitUntil(lambda: all(map(loader.known, (5, 6, 7))))
    assert loader.failure(6) == loader.failure(7) == "The image cannot be decoded."
    small = Thumbnails(loader, loader)
    small.want([6, 7, 5])
    qtbot.waitUntil(lambda: small.thumbnail(5) is not None)
    assert small.failure(6) == "The image cannot be decoded."


def test_pictures_of_another_pool_are_dropped(qtbot, loader):
    loader.want(range(1, 9))
    loader.open(ImagePool.of([PoolImage(1, "9", "", "pool")], Arrays()))
    loader.want([1])
    qtbot.waitUntil(lambda: loader.known(1))
    qtbot.wait(50)
    assert loader.picture(1).arrays[0][0, 0] == 9
    assert not loader.known(5)


@pytest.fixture
def view(qtbot):
    view = ImageView(Theme())
    qtbot.addWidget(view)
    view.resize(424, 324)
    view.show()
    values = np.zeros((30, 40, 3), dtype=np.uint8)
    values[:, :] = (255, 0, 0)
    values[15, 20] = (0, 0, 255)
    view.show_picture(levels(Picture(values)))
    return view


def test_a_small_image_is_soft_by_itself_and_hard_by_key(view):
    assert view.viewport.scale == pytest.approx(10)
    middle = view.viewport.to_view((20.5, 15.5), (424, 324))
    edge = round(middle[0]) + 5, round(middle[1])  # between the blue pixel and a red one
    soft = view.grab().toImage()
    assert soft.pixelColor(*edge).red() in range(60, 200)
    assert soft.pixelColor(2, 2) == QColor(Theme().colours.surround)
    view.toggle_smooth()
    shown = view.grab().toImage()
    assert shown.pixelColor(12 + 5, 12 + 5) == QColor("red")
    assert shown.pixelColor(*map(round, middle)) == QColor("blue")


def test_no_image_is_shown_more_than_ten_times_as_large_unless_asked_for(view):
    view.show_picture(levels(Picture(np.zeros((7, 9), np.uint8))))
    assert view.viewport.scale == pytest.approx(10)
    view.zoom_in()
    assert view.viewport.scale == pytest.approx(12.5)


@given(
    arrays(
        st.sampled_from([np.uint8, np.uint16]),
        st.sampled_from([(5, 4), (3, 7, 3)]),
        elements=st.integers(0, 255),
    ),
    st.integers(2, 6),
)
def test_an_enlarged_picture_keeps_its_kind_and_stays_what_it_shows(pixels, factor):
    large = enlarged(pixels, factor)
    assert large.dtype == pixels.dtype
    assert large.shape == (pixels.shape[0] * factor, pixels.shape[1] * factor, *pixels.shape[2:])
    flat = np.full_like(pixels, pixels.flat[0])
    assert (enlarged(flat, factor) == pixels.flat[0]).all()  # no ringing where there is no edge
    turned = enlarged(np.ascontiguousarray(pixels[::-1]), factor)[::-1]
    assert np.abs(turned.astype(int) - large.astype(int)).max() <= 1  # nor is it shifted


def test_the_wheel_zooms_to_the_pointer(view):
    at = QPointF(112, 62)
    before = view.viewport.to_image((112, 62), (424, 324))
    wheel = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, wheel)
    assert view.viewport.scale == pytest.approx(10 * 1.25**2)
    assert view.viewport.to_image((112, 62), (424, 324)) == pytest.approx(before)


def test_dragging_moves_the_image_and_a_double_click_fits_it(qtbot, view):
    view.zoom(4)
    x = view.viewport.x
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    qtbot.mouseMove(view, QPoint(240, 100))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(240, 100))
    assert view.viewport.x == pytest.approx(x - 1)  # 40 view lengths at 40 a pixel
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert view.viewport.scale == pytest.approx(10)


def test_real_size_shows_a_pixel_as_a_pixel(view):
    view.actual_size()
    assert view.viewport.scale * view.devicePixelRatioF() == pytest.approx(1)
    view.fit()
    assert view.viewport.scale == pytest.approx(10)


def test_the_zoom_stays_for_images_of_one_size_and_fits_others(view):
    view.zoom(3)
    view.show_picture(levels(Picture(np.zeros((30, 40), np.uint8))))
    assert view.viewport.scale == pytest.approx(30)
    view.show_picture(levels(Picture(np.zeros((60, 80), np.uint8))))
    assert view.viewport.scale == pytest.approx(5)


def test_the_next_image_is_centred_at_the_zoom_that_there_was(qtbot, view):
    one, two = (levels(Picture(np.zeros((400, 400), np.uint8))) for _ in range(2))
    for zooms in (0, 3):
        view.show_picture(one)
        view.fit()
        for _ in range(zooms):
            view.zoom_in()
        scale = view.viewport.scale
        drag(qtbot, view)
        moved = view.viewport
        assert (moved.x, moved.y) != (200, 200)
        view.show_picture(one)  # drawn anew, it is still the same image
        assert view.viewport == moved
        view.show_picture(two)
        assert view.viewport == Viewport(scale, 200, 200)


def drag(qtbot, view) -> None:
    middle = view.rect().center()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(view, middle + QPoint(40, 30))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(40, 30))


def test_a_sentence_takes_the_place_of_a_picture(view):
    before = view.grab().toImage()
    view.show_sentence("The file is cut off. Skip it with S.")
    assert view.picture is None
    shown = view.grab().toImage()
    assert shown != before
    assert not math.isclose(view.viewport.scale, 0)
    inked = {shown.pixelColor(x, 162).name() for x in range(424)}
    assert len(inked) > 2
