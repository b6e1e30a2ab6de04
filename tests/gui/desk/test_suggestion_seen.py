"""Whether the model's class was seen before an answer is written as it was, wherever given."""

import pytest
from PySide6.QtCore import Qt

from autoal_gui.gui.images.image_grid import select_images
from tests.gui.desk.test_many_at_once import press, quiet, shown_grid, start
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)
BATCH = 6


@pytest.fixture
def labels(qtbot, window, tmp_path):
    """The labels of a project that has a model, whose class of every image is known."""
    controller = start(qtbot, window, tmp_path, 40)
    controller.setup.set_repeat_every(0)
    for number in range(2 * BATCH + 1):  # the first image after a round was there before it
        press(qtbot, window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
        quiet(qtbot, window)
    quiet(qtbot, window)
    return controller.project.labels


def entry_of(labels, image):
    entry = labels.answers[image]
    assert entry.suggested is not None
    return entry


def test_an_answer_given_in_the_grid_is_blind_also_after_an_undo(qtbot, window, labels):
    grid = shown_grid(qtbot, window)
    (image,) = grid.selected()
    press(qtbot, window, Qt.Key.Key_1)
    assert not entry_of(labels, image).shown
    press(qtbot, window, Qt.Key.Key_Backspace)
    assert grid.selected() == (image,)
    press(qtbot, window, Qt.Key.Key_2)
    assert not entry_of(labels, image).shown
    select_images(grid, (image,))
    press(qtbot, window, Qt.Key.Key_1)  # over the answer, of which the grid shows the class alone
    assert not entry_of(labels, image).shown


def test_an_answer_after_which_the_models_class_was_told_is_not_blind_any_more(
    qtbot, window, labels
):
    desk = window.desk
    image = window.controller.images.current
    press(qtbot, window, Qt.Key.Key_1)
    assert "The model says" in desk.image_bar.said.text()
    assert not entry_of(labels, image).shown
    press(qtbot, window, Qt.Key.Key_Backspace)
    assert window.controller.images.current == image
    press(qtbot, window, Qt.Key.Key_2)
    assert entry_of(labels, image).shown
    press(qtbot, window, Qt.Key.Key_Backspace)
    grid = shown_grid(qtbot, window)
    select_images(grid, (image,))
    press(qtbot, window, Qt.Key.Key_1)
    assert entry_of(labels, image).shown


def test_what_was_told_of_the_last_answer_of_the_grid_counts_once_the_grid_is_left(
    qtbot, window, labels
):
    (image,) = shown_grid(qtbot, window).selected()
    press(qtbot, window, Qt.Key.Key_1)
    press(qtbot, window, Qt.Key.Key_G)
    assert "The model says" in window.desk.image_bar.said.text()
    press(qtbot, window, Qt.Key.Key_Backspace)
    press(qtbot, window, Qt.Key.Key_2)
    assert entry_of(labels, image).shown


def test_suggestions_that_are_wished_for_are_shown_beside_a_large_image_alone(
    qtbot, window, labels
):
    window.controller.setup.set_show_suggestions(True)
    large = window.controller.images.current
    press(qtbot, window, Qt.Key.Key_1)
    assert entry_of(labels, large).shown
    grid = shown_grid(qtbot, window)
    select_images(grid, window.controller.images.batch[-1:])
    (other,) = grid.selected()
    press(qtbot, window, Qt.Key.Key_1)
    assert not entry_of(labels, other).shown


def test_nobody_knows_what_was_seen_of_an_answer_of_an_earlier_session(qtbot, window, labels):
    (image,) = shown_grid(qtbot, window).selected()
    press(qtbot, window, Qt.Key.Key_1)
    controller = window.controller
    folder = controller.project.folder
    controller.close_project()
    controller.open_project(folder)
    quiet(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Backspace)
    select_images(shown_grid(qtbot, window), (image,))
    press(qtbot, window, Qt.Key.Key_1)
    assert entry_of(controller.project.labels, image).shown


def test_an_answer_for_which_no_round_asked_carries_the_last_round_that_the_window_tells(
    qtbot, window, labels
):
    controller = window.controller
    image = controller.images.rest[-1]
    assert controller.project.rounds.query(image) is None
    window.desk.show_in_grid("Others", (image,))
    press(qtbot, window, Qt.Key.Key_1)
    record = controller.project.rounds.all()[-1]
    assert record.outcome == "finished"
    assert labels.answers[image].round_number == record.number
    assert f"Round {record.number} " in window.desk.training.line.text()
    assert record.number == len(controller.project.rounds.all())  # counted from 1
