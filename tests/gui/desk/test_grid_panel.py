"""The grid of images: selection by hand, thumbnails of what is in view, and any number of them."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pool import ImagePool, PoolImage
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.labels.journal import Entry
from autoal_gui.gui.desk import grid_panel
from autoal_gui.gui.images import thumbnails
from autoal_gui.gui.images.grid_items import PADDING
from autoal_gui.gui.images.image_grid import LARGEST, SMALLEST, ImageGrid
from autoal_gui.gui.images.image_loader import ImageLoader
from autoal_gui.gui.session.likeness import image_maps
from autoal_gui.gui.session.likeness.image_maps import Question
from autoal_gui.gui.widgets.theme import Theme
from autoal_gui.sources.opening import list_images, open_images
from tests.support.gui import QUIET, draw_folder, start_project
from tests.tools.seen import painted, shortened

pytestmark = pytest.mark.qt_log_ignore(QUIET)
LEFT, CTRL, SHIFT = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class Drawn:
    """Draws every image when it is read, and notes which were."""

    def __init__(self, side: int = 24, broken: frozenset[str] = frozenset()) -> None:
        self.read_keys: list[str] = []
        self.side, self.broken = side, broken

    def read(self, key: str) -> np.ndarray:
        self.read_keys.append(key)
        if key in self.broken:
            raise ImageUnreadable("The file is gone.")
        return np.full((self.side, self.side), int(key) % 256, np.uint8)


@pytest.fixture
def loader(qtbot):
    loader = ImageLoader()
    yield loader
    loader.close()


def pool_of(images: int, reader: Drawn) -> ImagePool:
    return ImagePool.of((PoolImage(i, str(i), "", "pool") for i in range(1, images + 1)), reader)


def shown_grid(qtbot, loader, images: int, reader: Drawn | None = None) -> ImageGrid:
    loader.open(pool_of(images, reader or Drawn()))
    grid = ImageGrid(loader, Theme())
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.show()
    grid.activateWindow()
    qtbot.waitUntil(grid.isActiveWindow)
    grid.set_images(range(1, images + 1))
    QApplication.processEvents()
    return grid


def middle(grid: ImageGrid, row: int) -> QPoint:
    return grid.visualRect(grid.grid_model.index(row, 0)).center()


def click(qtbot, grid, row, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(grid.viewport(), LEFT, modifiers, middle(grid, row))


def test_a_rubber_band_selects_a_rectangle_of_images(qtbot, loader):
    grid = shown_grid(qtbot, loader, 40)
    columns = grid._columns()
    with qtbot.waitSignal(grid.selection_changed):
        start, end = middle(grid, 1), middle(grid, columns + 2)
        qtbot.mousePress(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
        qtbot.mouseMove(grid.viewport(), (start + end) / 2)
        qtbot.mouseMove(grid.viewport(), end)
    qtbot.mouseRelease(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, end)
    assert grid.selected() == (2, 3, columns + 2, columns + 3)


def test_ctrl_and_shift_click_add_to_the_selection(qtbot, loader):
    grid = shown_grid(qtbot, loader, 40)
    click(qtbot, grid, 2)
    click(qtbot, grid, 6, CTRL)
    assert grid.selected() == (3, 7)
    click(qtbot, grid, 0)
    click(qtbot, grid, 3, SHIFT)
    assert grid.selected() == (1, 2, 3, 4)


def test_arrow_keys_move_and_shift_extends(qtbot, loader):
    grid = shown_grid(qtbot, loader, 40)
    click(qtbot, grid, 0)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current() == grid._columns() + 2
    assert grid.selected() == (grid.current(),)
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert grid.selected() == (grid._columns() + 2, grid._columns() + 3)


def test_ctrl_a_selects_a_hundred_thousand_and_enter_opens_one(qtbot, loader):
    reader = Drawn()
    grid = shown_grid(qtbot, loader, 100_000, reader)
    click(qtbot, grid, 4)
    qtbot.keyClick(grid, Qt.Key.Key_A, CTRL)
    assert grid.selected() == tuple(range(1, 100_001))
    opened = []
    grid.opened.connect(opened.append)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    click(qtbot, grid, 2)
    qtbot.mouseDClick(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, middle(grid, 2))
    assert opened == [5, 3]
    qtbot.waitUntil(lambda: grid.thumbnails.thumbnail(1) is not None)
    assert len(reader.read_keys) < 1000


def test_only_what_is_in_view_and_a_margin_is_decoded(qtbot, loader):
    reader = Drawn()
    grid = shown_grid(qtbot, loader, 5000, reader)
    seen = grid.visible_rows()
    assert seen.start == 0
    assert 10 < len(seen) < 60
    qtbot.waitUntil(lambda: len(reader.read_keys) >= 2 * len(seen))
    grid.scrollToBottom()
    last = grid.images[-1]
    qtbot.waitUntil(lambda: grid.thumbnails.thumbnail(last) is not None)
    assert len(set(reader.read_keys)) <= 6 * len(seen)
    assert grid.visible_rows().stop == 5000


def test_thumbnails_stay_within_their_bound(qtbot, loader, monkeypatch):
    monkeypatch.setattr(thumbnails, "KEPT_BYTES", 40 * 24 * 24)
    loader.open(pool_of(300, Drawn()))
    small = thumbnails.Thumbnails(loader, loader)
    for first in range(1, 300, 30):
        small.want(range(first, first + 30))
        qtbot.waitUntil(lambda first=first: small.thumbnail(first + 29) is not None)
        assert small.bytes <= 40 * 24 * 24
    assert small.thumbnail(1) is None  # forgotten, and made again when it is wanted
    small.want([1])
    qtbot.waitUntil(lambda: small.thumbnail(1) is not None)


def test_no_more_than_so_many_thumbnails_are_kept(qtbot, loader, monkeypatch):
    monkeypatch.setattr(thumbnails, "KEPT", 10)
    loader.open(pool_of(30, Drawn()))
    small = thumbnails.Thumbnails(loader, loader)
    small.want(range(1, 31))
    qtbot.waitUntil(lambda: small.thumbnail(30) is not None)
    qtbot.waitUntil(lambda: not small._running)
    assert sum(small.thumbnail(image) is not None for image in range(1, 31)) == 10


def test_a_larger_thumbnail_is_made_of_a_large_image_alone(qtbot, loader):
    reader = Drawn(side=500)
    loader.open(pool_of(2, reader))
    small = thumbnails.Thumbnails(loader, loader)
    small.want([1], 60)
    qtbot.waitUntil(lambda: small.thumbnail(1) is not None)
    assert small.thumbnail(1).width() == 96
    small.want([1], 150)
    qtbot.waitUntil(lambda: small.thumbnail(1).width() == 192)
    small.want([1], 100)
    assert reader.read_keys == ["1", "1"]
    reader = Drawn(side=24)
    loader.open(pool_of(2, reader))
    assert small.thumbnail(1) is None  # of the other pool
    small.want([1], 60)
    qtbot.waitUntil(lambda: small.thumbnail(1) is not None)
    small.want([1], 384)
    assert reader.read_keys == ["1"]


def test_an_image_that_cannot_be_read_says_why_and_leaves_the_others(qtbot, loader):
    grid = shown_grid(qtbot, loader, 9, Drawn(broken=frozenset({"2"})))
    qtbot.waitUntil(lambda: grid.thumbnails.thumbnail(9) is not None)
    assert grid.thumbnails.failure(2) == "The file is gone."
    assert grid.thumbnails.failure(3) is None


def test_ctrl_and_the_wheel_change_the_size_within_bounds(qtbot, loader):
    grid = shown_grid(qtbot, loader, 40)
    before = grid.side

    def turn(steps: int) -> None:
        place = middle(grid, 0)
        event = QWheelEvent(
            place,
            grid.viewport().mapToGlobal(place),
            QPoint(),
            QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton,
            CTRL,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(grid.viewport(), event)

    turn(1)
    assert grid.side > before
    turn(40)
    assert grid.side == LARGEST
    turn(-80)
    assert grid.side == SMALLEST
    assert grid.gridSize().width() > SMALLEST


def test_a_screen_reader_hears_place_answer_and_caption(qtbot, loader):
    grid = shown_grid(qtbot, loader, 3)
    entry = Entry(1, "", "reader", 0, "label", 2, 1)
    grid.set_answers({2: entry}, ("normal", "pneumonia"))
    grid.set_captions({2: "pneumonia 97 %"})
    role = Qt.ItemDataRole.AccessibleTextRole
    assert grid.grid_model.index(1, 0).data(role) == "Image 2 of 3: pneumonia, pneumonia 97 %"
    assert grid.grid_model.index(0, 0).data(role) == "Image 1 of 3: no answer yet"


def test_answers_flags_and_captions_are_drawn(qtbot, loader):
    grid = shown_grid(qtbot, loader, 12)
    plain = grid.grab().toImage()
    grid.set_answers({1: Entry(1, "", "r", 0, "label", 1, 1)}, ("normal", "pneumonia"))
    labelled = grid.grab().toImage()
    assert labelled != plain
    grid.set_answers({1: Entry(1, "", "r", 0, "unsure", 1)}, ("normal", "pneumonia"))
    assert grid.grab().toImage() not in (plain, labelled)
    grid.set_answers({}, ("normal", "pneumonia"))
    assert grid.grab().toImage() == plain
    grid.set_marks(frozenset({1}))
    assert grid.grab().toImage() != plain


def test_real_files_are_shown(qtbot, loader, tmp_path):
    spec = SourceSpec("folder", str(draw_folder(tmp_path / "images")))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    loader.open(ImagePool.of_listing(listing, open_images(spec, tmp_path)))
    grid = ImageGrid(loader, Theme())
    qtbot.addWidget(grid)
    grid.resize(700, 500)
    grid.show()
    grid.set_images(tuple(loader.pool.images))
    qtbot.waitUntil(lambda: all(grid.thumbnails.thumbnail(i) for i in range(1, 13)))


# -- the room that there is ---------------------------------------------------------------------


@pytest.mark.parametrize("wide", [300, 517, 700, 1333])
def test_the_columns_share_the_whole_width(qtbot, loader, wide):
    grid = shown_grid(qtbot, loader, 60)
    grid.resize(wide, 500)
    columns, room = grid._columns(), grid.viewport().width()
    assert columns == max(1, (room - 1) // (grid.side + 2 * PADDING))
    assert room - columns * grid.gridSize().width() <= columns  # what rounding leaves
    first_row = [grid.visualRect(grid.model().index(row, 0)) for row in range(columns)]
    assert len({place.top() for place in first_row}) == 1
    assert first_row[-1].right() <= room


def test_an_image_is_never_wider_than_the_grid(qtbot, loader):
    grid = shown_grid(qtbot, loader, 8)
    grid.set_side(LARGEST)
    grid.resize(200, 500)
    assert grid.gridSize().width() <= grid.viewport().width()
    assert grid.grid_model.side < LARGEST
    grid.resize(700, 500)
    assert grid.grid_model.side == LARGEST  # the size that was chosen comes back


def test_a_batch_is_as_large_as_all_of_it_fits_and_many_images_have_the_usual_size(qtbot, loader):
    grid = shown_grid(qtbot, loader, 20)
    grid.resize(2000, 1200)
    grid.fill(20)
    assert grid.usual_side() < grid.side <= LARGEST
    last = grid.visualRect(grid.model().index(19, 0))
    assert grid.viewport().rect().contains(last)
    grid.set_side(grid.side + 1)
    last = grid.visualRect(grid.model().index(19, 0))
    assert grid.side > LARGEST or not grid.viewport().rect().contains(last)
    grid.fill(5000)
    assert grid.side == grid.usual_side()


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_a_class_and_its_certainty_have_room_below_an_image_of_the_usual_size(qtbot, loader, scale):
    grid = shown_grid(qtbot, loader, 20)
    font = grid.font()
    font.setPointSizeF(scale * font.pointSizeF())
    grid.setFont(font)
    grid.set_captions(dict.fromkeys(grid.images, "? neutrophil 100 %"))
    grid.set_side(grid.usual_side())
    assert {*painted(grid)} >= {"? neutrophil 100 %"}
    assert shortened(grid) == []


def test_a_size_that_the_user_has_chosen_is_left_alone(qtbot, window, tmp_path):
    window.resize(1600, 1000)
    start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    panel = window.desk.grid
    qtbot.keyClick(window, Qt.Key.Key_G)
    filled = panel.grid.side
    assert filled > panel.grid.usual_side()
    assert panel.size_slider.value() == filled
    panel.size_slider.setValue(SMALLEST)
    qtbot.keyClick(window, Qt.Key.Key_G)
    qtbot.keyClick(window, Qt.Key.Key_G)
    assert panel.grid.side == SMALLEST


def test_everything_that_waits_says_why_it_is_less_than_all_images(qtbot, window, tmp_path):
    controller = start_project(
        qtbot, window, draw_folder(tmp_path / "i", 40), tmp_path, evaluation_images=6
    )
    project, panel = controller.project, window.desk.grid
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    window.actions_table["grid"].trigger()
    assert "not shown" not in panel.count.text()  # of a batch nobody expects all
    panel.which.setCurrentIndex(1)
    shown = set(panel.grid.images)
    answered = project.labels.answers.keys() - shown
    measuring = {i for i in project.pool.ids("evaluation") if i not in shown | answered}
    missing = 40 - len(shown)
    assert len(answered) + len(measuring) == missing
    assert f"{missing} images are not shown: " in panel.count.text()
    assert f"{len(answered)} have an answer" in panel.count.text()
    if measuring:
        assert f"{len(measuring)} of the evaluation set" in panel.count.text()


def test_what_was_found_by_images_of_several_classes_says_so(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 40), tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    known, panel = controller.project.labels.training(), window.desk.grid
    of_one = tuple(image for image, class_index in known if class_index == 0)
    for images, told in ((of_one, False), (tuple(image for image, _ in known), True)):
        with qtbot.waitSignal(controller.likeness.found) as done:
            controller.likeness.find(Question(images))
        window.desk.show_found(done.args[0])
        assert ("several classes" in panel.count.text()) is told


def test_images_like_one_are_titled_and_show_which_it_is(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    which, waiting = window.desk.grid.which, controller.images.batch
    qtbot.waitUntil(lambda: window.desk.loader.thumbnail(waiting[0]) is not None)
    for images, title in ((waiting[:1], "Like this image"), (waiting[:2], "Like 2 images")):
        with qtbot.waitSignal(controller.likeness.found) as done:
            controller.likeness.find(Question(images))
        window.desk.show_found(done.args[0])
        assert which.currentText() == title
        assert which.itemIcon(which.currentIndex()).isNull() is (len(images) > 1)
    assert "with an answer" not in window.desk.grid.count.text()
    controller.labelling.answer(1)
    (image,) = controller.project.labels.answers
    with qtbot.waitSignal(controller.likeness.found) as done:
        controller.likeness.find(Question((image,)))
    window.desk.show_found(done.args[0])
    name = controller.project.classes.names[1]
    assert which.currentText() == f"Like 1 image of {name}"
    controller.labelling.select((window.desk.grid.grid.images[0],))
    controller.labelling.answer(1)
    assert "1 of them answered by now" in window.desk.grid.count.text()
    assert "with an answer" not in window.desk.grid.count.text()  # none had one when listed
    with qtbot.waitSignal(controller.likeness.found) as done:
        controller.likeness.find(Question((image,), "all"))
    window.desk.show_found(done.args[0])
    assert "1 with an answer" in window.desk.grid.count.text()
    assert "by now" not in window.desk.grid.count.text()
    qtbot.waitUntil(lambda: not which.itemIcon(which.currentIndex()).isNull())
    window.desk.show_in_grid("427 from the map, whatever they may be", waiting)
    room = which.fontMetrics().horizontalAdvance(which.currentText())
    qtbot.waitUntil(lambda: which.width() > room)  # the title is not cut off


def test_of_what_was_found_it_is_said_that_less_similar_images_are_left_out(
    qtbot, window, tmp_path, monkeypatch
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    count, image = window.desk.grid.count, controller.images.batch[0]
    for most, told in ((1000, "{} images"), (4, "The {} most similar images")):
        for module in (image_maps, grid_panel):
            monkeypatch.setattr(module, "MOST_FOUND", most)
        with qtbot.waitSignal(controller.likeness.found) as done:
            controller.likeness.find(Question((image,)))
        window.desk.show_found(done.args[0])
        assert count.text().startswith(told.format(len(done.args[0].images)))
        assert len(done.args[0].images) <= most
    window.desk.show_in_grid("Some", controller.images.batch[:4])  # that were looked for otherwise
    assert count.text().startswith("4 images")


def test_an_example_that_was_not_read_yet_is_shown_once_it_is(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    last = controller.images.rest[-1]  # neither on screen nor soon to be
    assert window.desk.loader.thumbnail(last) is None
    with qtbot.waitSignal(controller.likeness.found) as done:
        controller.likeness.find(Question((last,)))
    window.desk.show_found(done.args[0])
    which = window.desk.grid.which
    qtbot.waitUntil(lambda: not which.itemIcon(which.currentIndex()).isNull())


def test_how_alike_an_image_is_stands_whole_below_it_where_it_is_small(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    with qtbot.waitSignal(controller.likeness.found) as done:
        controller.likeness.find(Question((controller.images.current,)))
    window.desk.show_found(done.args[0])
    words = window.desk.grid.grid.grid_model.captions.values()
    assert all(whole.endswith(f" {brief}") for whole, brief in (one.split("\n") for one in words))
    font = window.fontMetrics()
    assert all(font.horizontalAdvance(one.split("\n")[1]) <= SMALLEST for one in words)


def test_what_the_number_of_likeness_means_is_said_once_and_in_the_tip(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    with qtbot.waitSignal(controller.likeness.found) as done:
        controller.likeness.find(Question((controller.images.current,)))
    window.desk.show_found(done.args[0])
    grid = window.desk.grid
    assert "1 is the same image, 0 has nothing in common. Drag over several" in grid.count.text()
    first = grid.grid.grid_model.index(0, 0)
    assert "no probability" in first.data(Qt.ItemDataRole.ToolTipRole)
    assert "no probability" not in first.data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_tip_of_an_image_names_its_file_as_long_as_names_are_shown(qtbot, window, tmp_path):
    start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    window.desk.toggle_grid()
    grid = window.desk.grid.grid
    image = window.controller.project.pool.images[grid.images[0]]
    index, name = grid.grid_model.index(0, 0), image.key.rsplit("/", 1)[-1]
    assert index.data(Qt.ItemDataRole.ToolTipRole).splitlines()[0].endswith(name)
    window.actions_table["names"].trigger()
    assert name not in index.data(Qt.ItemDataRole.ToolTipRole)


def test_the_grid_comes_back_to_the_batch_once_somebody_has_gone_on_at_the_desk(
    qtbot, window, tmp_path
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 24), tmp_path)
    with qtbot.waitSignal(controller.likeness.found) as done:
        controller.likeness.find(Question((controller.images.current,)))
    window.desk.show_found(done.args[0])
    grid, found = window.desk.grid, done.args[0].images
    window.desk.toggle_grid()
    window.desk.toggle_grid()
    assert tuple(grid.grid.images) == found  # as it was left
    window.desk.toggle_grid()
    controller.labelling.answer(0)
    window.desk.toggle_grid()
    assert tuple(grid.grid.images) == controller.images.batch
