"""Thumbnails are made for whoever wants them: nothing takes away what another one waits for."""

import numpy as np
import pytest

from autoal_gui.core.images.pool import ImagePool, PoolImage
from autoal_gui.gui.images.image_grid import ImageGrid
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.images.thumbnails import SIDES, Thumbnails
from autoal_gui.gui.session.likeness.image_maps import Question
from autoal_gui.gui.widgets.theme import Theme
from tests.support.gui import QUIET, draw_folder, start_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)
IMAGES = 40


class Grey:
    """Reads every image as a grey square."""

    def read(self, key: str) -> np.ndarray:
        return np.full((200, 200), int(key), np.uint8)


@pytest.fixture
def loader(qtbot):
    loader = ImageLoader()
    images = (PoolImage(i, str(i), "", "pool") for i in range(1, IMAGES + 1))
    loader.open(ImagePool.of(images, Grey()))
    yield loader
    loader.close()


def test_one_that_is_wanted_besides_takes_nothing_from_the_others(qtbot, loader):
    small = Thumbnails(loader, loader)
    small.want(range(1, 31))
    small.want_besides(IMAGES, SIDES[1])
    qtbot.waitUntil(lambda: all(small.thumbnail(i) for i in (*range(1, 31), IMAGES)))
    assert small.thumbnail(IMAGES).width() == SIDES[1]
    assert small.thumbnail(30).width() == SIDES[0]


def test_what_is_wanted_afterwards_takes_nothing_from_the_one_besides(qtbot, loader):
    small = Thumbnails(loader, loader)
    small.want(range(1, 31))
    small.want_besides(IMAGES)
    small.want(range(10, 21))
    qtbot.waitUntil(lambda: all(small.thumbnail(i) for i in (*range(10, 21), IMAGES)))


def test_one_that_is_known_already_stops_nothing(qtbot, loader):
    small = Thumbnails(loader, loader)
    small.want_besides(IMAGES)
    qtbot.waitUntil(lambda: small.thumbnail(IMAGES) is not None)
    small.want(range(1, 31))
    small.want_besides(IMAGES)
    qtbot.waitUntil(lambda: small.thumbnail(30) is not None)


def test_a_grid_that_was_filled_while_hidden_asks_for_its_tiles_once_it_is_shown(qtbot, loader):
    grid = ImageGrid(loader, Theme())
    qtbot.addWidget(grid)
    grid.resize(500, 400)
    grid.set_images(range(1, IMAGES + 1))
    grid.ask_for_thumbnails()
    assert grid.thumbnails.thumbnail(1) is None
    grid.show()
    qtbot.waitUntil(lambda: all(grid.thumbnails.thumbnail(i) for i in range(1, 7)))


def test_an_example_that_is_read_late_leaves_no_tile_empty(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    with qtbot.waitSignal(controller.likeness.found) as done:
        controller.likeness.find(Question((controller.images.rest[-1],)))
    window.desk.show_found(done.args[0])
    grid = window.desk.grid.grid
    grid.ask_for_thumbnails()  # while the example is being read
    grid._settled.timeout.disconnect(grid.ask_for_thumbnails)  # nothing is scrolled afterwards
    asked = grid.images[: 2 * len(grid.visible_rows())]  # in view, and as many below
    assert len(asked) > 4
    qtbot.waitUntil(lambda: all(grid.thumbnails.thumbnail(i) for i in asked))
