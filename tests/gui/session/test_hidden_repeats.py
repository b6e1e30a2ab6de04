"""Hidden repeats by real keys: not to be told from other images, never a label."""

import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.labels.hidden_repeats import GAP, pairs
from autoal_gui.gui.project.settings_dialog import SettingsDialog
from tests.support.checking import BACKSPACE, CTRL, FIRST, SECOND, SHIFT, idle, label_many, start
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def controller(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    controller.setup.set_repeat_every(6)
    idle(qtbot, controller)
    return controller


def reach_a_repeat(qtbot, window):
    """Label until an image is on screen for the second time; return it."""
    controller = window.controller
    answered = set()
    for _ in range(50):
        if controller.images.current in answered:
            return controller.images.current
        answered.update(label_many(qtbot, window, 1))
        idle(qtbot, controller)
    raise AssertionError("nothing was put again")


def test_a_repeat_looks_like_any_other_image(qtbot, window, controller):
    image = reach_a_repeat(qtbot, window)
    desk = window.desk
    assert len(controller.project.labels.answers) >= GAP
    assert len(controller.images.batch) == 4
    assert not any(button.isChecked() for button in desk.class_panel._buttons)
    assert "This image" not in desk.image_bar.said.text()
    assert controller.images.shown_answer(image) is None
    assert image not in controller.images.batch_answers
    assert image in controller.images.upcoming
    assert controller.images.visible_suggestion(image) is None
    assert not controller.images.may_explain(image)
    assert image in controller.project.labels.answers


def test_its_answer_stands_beside_the_label_and_trains_nothing(qtbot, window, controller):
    image = reach_a_repeat(qtbot, window)
    project = controller.project
    labels, first = project.labels.training(), project.labels.answers[image]
    other = SECOND if first.class_index == 0 else FIRST
    qtbot.keyClick(window, other)
    assert project.labels.training() == labels
    assert project.labels.answers[image] == first
    assert controller.images.current != image
    (((before, again)),) = pairs(project.labels.journal)
    assert (before, again.class_index) == (first, 1 - first.class_index)
    name = project.classes.names[again.class_index]
    assert f"Last image: {name}" in window.desk.image_bar.said.text()


def test_undo_and_redo_work_over_it(qtbot, window, controller):
    image = reach_a_repeat(qtbot, window)
    project = controller.project
    qtbot.keyClick(window, SECOND)
    qtbot.keyClick(window, BACKSPACE)
    assert controller.images.current == image
    assert image not in project.labels.journal.repeats
    assert controller.images.shown_answer(image) is None
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert project.labels.journal.repeats[image].class_index == 1
    qtbot.keyClick(window, BACKSPACE)
    qtbot.keyClick(window, FIRST)
    assert project.labels.journal.repeats[image].class_index == 0
    qtbot.keyClick(window, BACKSPACE)
    qtbot.keyClick(window, BACKSPACE)
    assert image in project.labels.answers


def test_it_survives_a_restart(qtbot, window, controller):
    image = reach_a_repeat(qtbot, window)
    folder = controller.project.folder
    controller.close_project()
    assert controller.open_project(folder)
    assert controller.images.current == image
    qtbot.keyClick(window, SECOND)
    assert controller.project.labels.journal.repeats[image].class_index == 1


def test_it_stays_on_screen_when_a_new_ranking_comes(qtbot, window, controller, backend):
    image = reach_a_repeat(qtbot, window)
    controller.training.train_now()
    idle(qtbot, controller)
    assert controller.images.current == image
    qtbot.keyClick(window, SECOND)
    assert image in controller.project.labels.journal.repeats


def test_it_can_be_switched_off(qtbot, window, controller):
    dialog = SettingsDialog(controller, window)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.repeats.isChecked()
    dialog.repeats.click()
    dialog.accept()
    assert controller.project.settings.repeat_every == 0
    label_many(qtbot, window, 40)
    assert not controller.project.labels.journal.repeats


def test_an_answer_given_again_was_given_with_the_suggestion_in_sight(qtbot, window, controller):
    label_many(qtbot, window, 4, FIRST)
    label_many(qtbot, window, 4, SECOND)
    idle(qtbot, controller)
    controller.training.train_now()
    idle(qtbot, controller)
    label_many(qtbot, window, 1)
    image = controller.images.current
    qtbot.keyClick(window, SECOND)
    assert not controller.project.labels.answers[image].shown
    suggested = controller.project.labels.answers[image].suggested
    assert suggested is not None
    qtbot.keyClick(window, Qt.Key.Key_Left)
    qtbot.keyClick(window, FIRST)
    assert controller.project.labels.answers[image].shown


@pytest.mark.parametrize("how", ["back", "review"])
def test_a_correction_by_someone_who_has_seen_the_answer_is_one(qtbot, window, controller, how):
    image = reach_a_repeat(qtbot, window)
    project = controller.project
    first = project.labels.answers[image]
    if how == "back":
        controller.images.go_to(next(reversed(project.labels.answers)))
        for _ in project.labels.answers:
            if controller.images.current != image:
                qtbot.keyClick(window, Qt.Key.Key_Left)
    else:
        controller.labelling.show_again(image)
    assert controller.images.current == image
    assert controller.images.shown_answer(image) == first  # which is no secret any more
    qtbot.keyClick(window, SECOND if first.class_index == 0 else FIRST)
    assert project.labels.answers[image].class_index == 1 - first.class_index
    assert image not in project.labels.journal.repeats
    assert controller.images.current is not None


def test_an_image_whose_only_answer_was_taken_back_gets_a_label(qtbot, window, controller):
    image = reach_a_repeat(qtbot, window)
    project = controller.project
    while image in project.labels.answers:
        qtbot.keyClick(window, BACKSPACE)
    assert controller.images.current == image
    qtbot.keyClick(window, SECOND)
    assert project.labels.answers[image].class_index == 1
    assert image not in project.labels.journal.repeats
