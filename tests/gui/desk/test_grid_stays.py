"""A round that ends while the reader looks never changes what a click or a key means."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from tests.gui.desk.test_many_at_once import BATCH, press, quiet, shown_grid, start
from tests.support.gui import QUIET, begun

pytestmark = pytest.mark.qt_log_ignore(QUIET)
LEFT, CTRL, NONE = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)


@pytest.fixture
def backend(backend, monkeypatch):
    """Each ranking of it begins where the one before ended."""
    finish = backend._finish

    def turned(command):
        result = finish(command)
        if not command.labelled:
            return result
        order = slice(None, None, -1)
        rows = {"ranking": result.ranking[order], "probabilities": result.probabilities[order]}
        return replace(result, queries=(), **rows)

    monkeypatch.setattr(backend, "_finish", turned)
    return backend


@pytest.fixture
def looking(qtbot, window, tmp_path, backend):
    """A grid that shows the second batch while the round of the first is held."""
    window.resize(1280, 800)
    controller = start(qtbot, window, tmp_path, images=40)
    grid = shown_grid(qtbot, window)
    backend.gate.clear()
    click(qtbot, grid, range(0, BATCH, 2))
    press(qtbot, window, Qt.Key.Key_1)
    click(qtbot, grid, range(1, BATCH, 2))
    press(qtbot, window, Qt.Key.Key_2)
    begun(qtbot, controller)
    return grid


def click(qtbot, grid, rows) -> None:
    for place, row in enumerate(rows):
        keys = CTRL if place else NONE
        qtbot.mouseClick(grid.viewport(), LEFT, keys, middle(grid, row))


def middle(grid, row: int) -> QPoint:
    return grid.visualRect(grid.grid_model.index(row, 0)).center()


def finish_round(qtbot, window, backend) -> None:
    backend.gate.set()
    quiet(qtbot, window)


def test_clicks_after_a_round_has_ended_meet_the_images_that_were_seen(
    qtbot, window, looking, backend
):
    controller, seen = window.controller, tuple(looking.images)
    places = [middle(looking, row) for row in (1, 4)]
    click(qtbot, looking, [2])
    press(qtbot, window, Qt.Key.Key_1)
    answered = dict(controller.project.labels.answers)
    finish_round(qtbot, window, backend)
    assert controller.project.rounds.ranking  # another order of the images
    assert tuple(looking.images) == seen
    assert controller.images.shown_answer(seen[2]) is not None
    qtbot.mouseClick(looking.viewport(), LEFT, NONE, places[0])
    qtbot.mouseClick(looking.viewport(), LEFT, CTRL, places[1])
    press(qtbot, window, Qt.Key.Key_2)
    new = controller.project.labels.answers.keys() - answered.keys()
    assert new == {seen[1], seen[4]}


def test_what_is_selected_stays_selected_and_a_key_labels_it(qtbot, window, looking, backend):
    controller, seen = window.controller, tuple(looking.images)
    before = set(controller.project.labels.answers)
    click(qtbot, looking, [3, 5])
    finish_round(qtbot, window, backend)
    assert looking.selected() == (seen[3], seen[5])
    press(qtbot, window, Qt.Key.Key_1)
    assert set(controller.project.labels.answers) - before == {seen[3], seen[5]}


def test_a_new_batch_is_announced_and_shown_by_its_button(qtbot, window, looking, backend):
    controller, seen = window.controller, tuple(looking.images)
    panel = window.desk.grid
    assert panel.newer.isHidden()
    finish_round(qtbot, window, backend)
    assert panel.newer.isVisible()
    assert panel.newer.sentence.startswith("A new batch is ready.")
    (button,) = [b for b in panel.newer.findChildren(QPushButton) if b.text() == "Show it"]
    qtbot.mouseClick(button, LEFT)
    assert panel.newer.isHidden()
    assert tuple(looking.images) == controller.images.batch != seen
    assert not controller.project.labels.answers.keys() & set(looking.images)
    first = looking.images[0]
    press(qtbot, window, Qt.Key.Key_1)  # the keys go on in the grid
    assert first in controller.project.labels.answers


def test_once_all_of_it_is_answered_the_new_batch_comes(qtbot, window, looking, backend):
    controller, seen = window.controller, tuple(looking.images)
    finish_round(qtbot, window, backend)
    press(qtbot, window, Qt.Key.Key_A, CTRL)
    press(qtbot, window, Qt.Key.Key_2)
    assert set(seen) <= controller.project.labels.answers.keys()
    assert not set(seen) & set(looking.images)
    assert window.desk.grid.newer.isHidden()
    ranking = controller.project.batches.ranking
    waiting = [i for i in ranking if i not in controller.project.labels.answers]
    assert tuple(looking.images) == tuple(waiting[:BATCH])  # of the round that had waited


def test_leaving_the_grid_takes_the_new_batch(qtbot, window, looking, backend):
    controller, seen = window.controller, tuple(looking.images)
    finish_round(qtbot, window, backend)
    assert controller.images.batch == seen
    press(qtbot, window, Qt.Key.Key_G)
    assert controller.images.batch != seen
    assert window.desk.grid.newer.isHidden()


def test_all_that_waits_stays_too_over_rounds_and_batches(qtbot, window, looking, backend):
    controller, panel = window.controller, window.desk.grid
    panel.which.setCurrentIndex(1)
    seen = tuple(looking.images)
    assert len(seen) == 40 - BATCH
    finish_round(qtbot, window, backend)
    assert tuple(looking.images) == seen
    click(qtbot, looking, range(8))  # more than the batch: the next is dealt
    press(qtbot, window, Qt.Key.Key_2)
    quiet(qtbot, window)
    assert tuple(looking.images) == seen
    assert looking.selected() == (seen[8],)
    panel._show_newer()
    assert tuple(looking.images) == (*controller.images.batch, *controller.images.rest)
    assert not set(seen[:8]) & set(looking.images)


def test_what_was_looked_for_keeps_its_selection(qtbot, window, looking, backend):
    images = window.controller.images
    window.desk.show_in_grid("Some", images.rest[:9])
    click(qtbot, looking, [2, 4])
    chosen = looking.selected()
    finish_round(qtbot, window, backend)
    assert looking.selected() == chosen
    assert window.desk.grid.newer.isHidden()  # the batch is not what is looked at


def test_an_undo_shows_its_image_though_a_ranking_waits(qtbot, window, looking, backend):
    controller = window.controller
    last = {i for i in controller.project.labels.answers if i not in looking.images}
    finish_round(qtbot, window, backend)
    press(qtbot, window, Qt.Key.Key_Backspace)
    back = last - controller.project.labels.answers.keys()
    assert back
    assert back <= set(looking.images)


def test_on_the_desk_a_key_labels_the_image_that_was_on_screen_when_a_round_ended(
    qtbot, window, looking, backend
):
    controller = window.controller
    press(qtbot, window, Qt.Key.Key_G)
    strip = window.desk.strip
    third = strip.visualRect(strip.model().index(2, 0)).center()
    qtbot.mouseClick(strip.viewport(), LEFT, NONE, third)
    image, before = controller.images.current, set(controller.project.labels.answers)
    finish_round(qtbot, window, backend)
    assert controller.images.current == image
    press(qtbot, window, Qt.Key.Key_2)
    assert controller.project.labels.answers.keys() - before == {image}


@pytest.mark.parametrize("rows", [[2], [1, 3, 4]])
def test_the_key_after_an_undo_is_for_what_was_taken_back(qtbot, window, looking, rows):
    images = {looking.images[row] for row in rows}
    click(qtbot, looking, rows)
    press(qtbot, window, Qt.Key.Key_1)
    press(qtbot, window, Qt.Key.Key_Backspace)
    assert set(looking.selected()) == images
    press(qtbot, window, Qt.Key.Key_2)
    answers = window.controller.project.labels.answers
    assert {image: answers[image].class_index for image in images} == dict.fromkeys(images, 1)
    assert len(answers) == BATCH + len(rows)


def test_no_image_moves_when_a_new_batch_is_announced(qtbot, window, looking, backend):
    click(qtbot, looking, [0])
    place = looking.mapTo(window, middle(looking, 3))
    finish_round(qtbot, window, backend)
    assert window.desk.grid.newer.isVisible()
    assert looking.mapTo(window, middle(looking, 3)) == place


def test_escape_leaves_the_grid_but_first_what_was_selected_by_hand(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path)
    grid = shown_grid(qtbot, window)
    click(qtbot, grid, (1, 2, 3))
    press(qtbot, window, Qt.Key.Key_Escape)
    assert grid.isVisible()
    assert grid.selected() == tuple(grid.images[1:2])
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not grid.isVisible()
    assert window.desk.image_view.hasFocus()


def test_what_is_answered_out_of_turn_is_told_beside_the_image_as_in_the_panel(
    qtbot, window, tmp_path
):
    controller = start(qtbot, window, tmp_path)
    grid = shown_grid(qtbot, window)
    click(qtbot, grid, (3, 4))
    press(qtbot, window, Qt.Key.Key_1)
    assert "drag" in window.desk.grid.count.text().lower()  # as many wait as are needed
    controller.labelling.select((controller.images.rest[0],))
    controller.labelling.answer(0)
    left = controller.training.answers_left
    assert left == BATCH - 3
    said = f"The next round starts after {left} more answers; the others may be asked later."
    assert said in window.desk.grid.count.text()  # the grid shows the batch as it was
    press(qtbot, window, Qt.Key.Key_Escape)
    total = len(controller.images.batch)
    assert window.desk.image_bar.position.text() == f"1 of {total}, {left} to answer"
    press(qtbot, window, Qt.Key.Key_1)
    press(qtbot, window, Qt.Key.Key_1)
    press(qtbot, window, Qt.Key.Key_1)
    quiet(qtbot, window)
    assert controller.project.rounds.last == 2  # and nothing of the batch was left
