"""Speed of hand: many images at once, flags, comments, finding, and undo through all of it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.dialogs.finder import ImageNames, Names
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images, open_images
from tests.support.gui import QUIET, draw_folder, services, settings

pytestmark = pytest.mark.qt_log_ignore(QUIET)
BATCH = 6
LEFT, CTRL, NONE = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)
HOME = "projects/cells"


def start(qtbot, window, tmp_path, images: int = 24, **plan):
    spec = folder_spec(draw_folder(tmp_path / "images", images))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    chosen = PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH)
    values = {"label_use": "ignore", "evaluation_images": 0, **plan}
    whole = ProjectPlan("cells", spec, values.pop("classes", listing.classes), chosen, **values)
    assert window.controller.create_project(tmp_path / HOME, whole, listing)
    quiet(qtbot, window)
    return window.controller


def quiet(qtbot, window) -> None:
    controller = window.controller
    qtbot.waitUntil(lambda: controller.at_rest and not controller.checks.running)


def press(qtbot, window, key, modifiers=NONE) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifiers)


def shown_grid(qtbot, window):
    press(qtbot, window, Qt.Key.Key_G)
    grid = window.desk.grid.grid
    qtbot.waitUntil(grid.isVisible)
    QApplication.processEvents()
    return grid


def band(qtbot, grid, first: int, last: int) -> None:
    """Draw a rubber band from the middle of one image to the middle of another."""
    start, end = (grid.visualRect(grid.grid_model.index(row, 0)).center() for row in (first, last))
    qtbot.mousePress(grid.viewport(), LEFT, NONE, start)
    qtbot.mouseMove(grid.viewport(), (start + end) / 2)
    qtbot.mouseMove(grid.viewport(), end)
    qtbot.mouseRelease(grid.viewport(), LEFT, NONE, end)


def test_a_rubber_band_and_a_key_label_many_and_one_undo_takes_all_back(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    project, batch = controller.project, controller.images.batch
    window.resize(1280, 800)  # so that three images stand in a row
    grid = shown_grid(qtbot, window)
    assert grid.selected() == (batch[0],)
    band(qtbot, grid, 0, 2)
    press(qtbot, window, Qt.Key.Key_2)
    assert {i: e.class_index for i, e in project.labels.answers.items()} == dict.fromkeys(
        batch[:3], 1
    )
    assert len({entry.at for entry in project.labels.answers.values()}) == 1
    assert grid.selected() == (batch[3],)  # the grid goes on to what has no answer

    press(qtbot, window, Qt.Key.Key_U)
    assert project.labels.answers[batch[3]].action == "unsure"
    press(qtbot, window, Qt.Key.Key_Backspace)
    press(qtbot, window, Qt.Key.Key_Backspace)
    assert dict(project.labels.answers) == {}
    press(qtbot, window, Qt.Key.Key_Y, CTRL)
    assert set(project.labels.answers) == {*batch[:3]}
    assert [e.action for e in project.labels.entries()[-3:]] == ["redo"] * 3


def test_a_full_batch_brings_the_next_into_the_grid_and_starts_a_round(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    first = controller.images.batch
    grid = shown_grid(qtbot, window)
    press(qtbot, window, Qt.Key.Key_A, CTRL)
    press(qtbot, window, Qt.Key.Key_S)
    assert {e.action for e in controller.project.labels.answers.values()} == {"skip"}
    assert tuple(grid.images) == controller.images.batch != first
    press(qtbot, window, Qt.Key.Key_A, CTRL)
    press(qtbot, window, Qt.Key.Key_1)
    quiet(qtbot, window)
    assert len(controller.project.labels.training()) == BATCH
    assert tuple(grid.images) == controller.images.batch


def test_all_that_waits_can_be_answered_out_of_turn(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    window.desk.grid.which.setCurrentIndex(1)
    grid = shown_grid(qtbot, window)
    assert tuple(grid.images) == (*controller.images.batch, *controller.images.rest)
    assert len(grid.images) == 24
    last = grid.images[-1]
    grid.go_to_row(23)
    press(qtbot, window, Qt.Key.Key_2)
    assert controller.project.labels.answers[last].class_index == 1
    assert grid.selected() == (controller.images.batch[0],)


def test_answers_are_changed_in_the_grid_when_every_image_has_one(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path, images=BATCH)
    last = controller.images.batch
    grid = shown_grid(qtbot, window)
    press(qtbot, window, Qt.Key.Key_A, CTRL)
    press(qtbot, window, Qt.Key.Key_2)
    quiet(qtbot, window)
    assert controller.images.current is None
    grid.set_images(last)
    grid.go_to_row(0)
    press(qtbot, window, Qt.Key.Key_1)
    assert controller.project.labels.answers[last[0]].class_index == 0


def test_nothing_selected_is_told_and_answers_nothing(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    grid = shown_grid(qtbot, window)
    grid.clearSelection()
    press(qtbot, window, Qt.Key.Key_2)
    assert dict(controller.project.labels.answers) == {}
    assert window.status.text() == "Select images in the grid first."


def test_too_many_at_once_are_refused(qtbot, window, tmp_path, monkeypatch):
    monkeypatch.setattr("autoal_gui.gui.session.labelling.AT_ONCE", 3)
    controller = start(qtbot, window, tmp_path)
    shown_grid(qtbot, window)
    press(qtbot, window, Qt.Key.Key_A, CTRL)
    press(qtbot, window, Qt.Key.Key_2)
    assert dict(controller.project.labels.answers) == {}
    assert "At most 3 images" in window.status.text()


def test_enter_shows_the_image_of_the_grid_large(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    grid = shown_grid(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Right)
    press(qtbot, window, Qt.Key.Key_Return)
    assert controller.images.current == controller.images.batch[1]
    assert not grid.isVisible()
    press(qtbot, window, Qt.Key.Key_2)
    assert set(controller.project.labels.answers) == {controller.images.batch[1]}


def test_the_strip_and_a_button_lead_back_to_one_image(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    shown_grid(qtbot, window)
    strip = window.desk.strip
    third = strip.visualRect(strip.model().index(2, 0)).center()
    qtbot.mouseClick(strip.viewport(), LEFT, NONE, third)
    assert controller.images.current == controller.images.batch[2]
    assert window.desk.image_view.isVisible()
    shown_grid(qtbot, window)
    qtbot.mouseClick(window.desk.grid.one, LEFT)
    assert window.desk.image_view.isVisible()
    press(qtbot, window, Qt.Key.Key_2)
    assert set(controller.project.labels.answers) == {controller.images.batch[2]}


def test_a_flag_and_a_comment_are_seen_and_undone(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    journal, image = controller.project.labels.journal, controller.images.current
    press(qtbot, window, Qt.Key.Key_X)
    assert journal.is_flagged(image)
    assert window.actions_table["flag"].isChecked()
    strip = window.desk.strip.model()
    role = Qt.ItemDataRole.AccessibleTextRole
    assert "flagged" in strip.index(0, 0).data(role)

    press(qtbot, window, Qt.Key.Key_T)
    qtbot.keyClicks(window.dialog.text, "1 of 2, see u")  # keys of answers are text here
    qtbot.keyClick(window.dialog.text, Qt.Key.Key_Return)
    assert journal.comment(image) == "1 of 2, see u"
    assert window.desk.image_bar.comment.text() == "1 of 2, see u"
    assert dict(controller.project.labels.answers) == {}

    qtbot.waitUntil(window.isActiveWindow)
    press(qtbot, window, Qt.Key.Key_T)
    window.dialog.text.setPlainText("something else")
    qtbot.keyClick(window.dialog.text, Qt.Key.Key_Escape)
    assert journal.comment(image) == "1 of 2, see u"
    qtbot.waitUntil(window.isActiveWindow)
    for _ in range(2):
        press(qtbot, window, Qt.Key.Key_Z, CTRL)
    assert not controller.project.labels.journal.is_flagged(image)
    assert controller.project.labels.journal.comment(image) == ""
    assert controller.images.current == image


def test_a_flag_is_put_on_all_that_are_selected(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    shown_grid(qtbot, window)
    press(qtbot, window, Qt.Key.Key_A, CTRL)
    press(qtbot, window, Qt.Key.Key_X)
    assert controller.project.labels.journal.flags == {*controller.images.batch}
    press(qtbot, window, Qt.Key.Key_Backspace)
    assert controller.project.labels.journal.flags == frozenset()


def test_an_image_is_found_by_its_number_or_its_file_name(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    press(qtbot, window, Qt.Key.Key_J, CTRL)
    finder = window.dialog
    qtbot.keyClicks(finder.line, "dark/0")
    assert finder.list.count() > 1
    qtbot.keyClick(finder.line, Qt.Key.Key_Down)
    wanted = finder.list.currentItem().data(Qt.ItemDataRole.UserRole)
    qtbot.keyClick(finder.line, Qt.Key.Key_Return)
    assert controller.images.current == wanted
    assert controller.project.pool.images[wanted].key.startswith("dark/0")
    qtbot.waitUntil(window.isActiveWindow)

    press(qtbot, window, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(window.dialog.line, "7")
    qtbot.keyClick(window.dialog.line, Qt.Key.Key_Return)
    assert controller.images.current == 7
    qtbot.waitUntil(window.isActiveWindow)
    press(qtbot, window, Qt.Key.Key_2)
    assert set(controller.project.labels.answers) == {7}


def test_a_class_without_a_key_is_found_by_its_name(qtbot, window, tmp_path):
    names = ("bright", "dark", *(f"type {n}" for n in range(40)))
    controller = start(qtbot, window, tmp_path, classes=names)
    image = controller.images.current
    press(qtbot, window, Qt.Key.Key_Slash)
    qtbot.keyClicks(window.dialog.line, "TYPE 37")
    qtbot.keyClick(window.dialog.line, Qt.Key.Key_Return)
    assert controller.project.labels.answers[image].class_index == names.index("type 37")


def test_a_hundred_thousand_names_are_searched():
    names = Names([f"patient{n // 100:04d}/Image{n:06d}.png" for n in range(100_000)])
    assert names.find("image099999") == [99_999]
    assert names.find("PATIENT0000/image0000") == list(range(100))
    assert names.find("png\npatient") == []  # never across two names
    assert len(names.find("")) == 100
    assert Names([]).find("a") == []
    assert Names(["abcab", "b"]).find("ab") == [0]


def test_a_number_comes_before_names_that_contain_it(tmp_path):
    spec = folder_spec(draw_folder(tmp_path / "images", 12))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    plan = ProjectPlan("cells", spec, listing.classes, PRESETS["cpu"])
    project = Project.create(tmp_path / "project", plan, listing, open_images)
    found = [image for _, image in ImageNames(project.pool).find("9")]
    assert found[0] == 9
    assert len(found) == len(set(found)) > 1
    project.close()


def test_undo_goes_back_over_batches_a_restart_groups_flags_and_comments(qtbot, tmp_path, backend):
    window = opened(qtbot, tmp_path, backend)
    controller = start(qtbot, window, tmp_path)
    states = [everything(controller.project)]

    def done() -> None:
        quiet(qtbot, window)
        states.append(everything(controller.project))

    for key in (Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_X, Qt.Key.Key_U, Qt.Key.Key_S):
        press(qtbot, window, key)
        done()
    press(qtbot, window, Qt.Key.Key_T)
    qtbot.keyClicks(window.dialog.text, "a")
    qtbot.keyClick(window.dialog.text, Qt.Key.Key_Return)
    qtbot.waitUntil(window.isActiveWindow)
    done()
    grid = shown_grid(qtbot, window)
    for _ in range(3):
        band(qtbot, grid, 2, 4)  # the second and the third batch, and what is left of the first
        press(qtbot, window, Qt.Key.Key_2)
        done()
        press(qtbot, window, Qt.Key.Key_A, CTRL)
        press(qtbot, window, Qt.Key.Key_1)
        done()
    assert len(controller.project.labels.answers) >= 3 * BATCH

    window = reopened(qtbot, window, tmp_path, backend)
    controller = window.controller
    assert everything(controller.project) == states[-1]
    for before in reversed(states[:-1]):
        press(qtbot, window, Qt.Key.Key_Backspace)
        quiet(qtbot, window)
        assert everything(controller.project) == before
    assert not controller.project.labels.can_undo
    window = reopened(qtbot, window, tmp_path, backend)
    for after in states[1:]:
        press(qtbot, window, Qt.Key.Key_Y, CTRL)
        quiet(qtbot, window)
        assert everything(window.controller.project) == after
    assert not window.controller.project.labels.can_redo
    close(qtbot, window)


def everything(project: Project):
    journal = project.labels.journal
    answers = {i: (e.action, e.class_index) for i, e in journal.answers.items()}
    return answers, journal.flags, dict(journal.comments)


def opened(qtbot, tmp_path: Path, backend) -> MainWindow:
    window = MainWindow(services(tmp_path / "projects", lambda: backend), settings(tmp_path))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def close(qtbot, window) -> None:
    window.close()
    window.deleteLater()


def reopened(qtbot, window, tmp_path, backend) -> MainWindow:
    close(qtbot, window)
    window = opened(qtbot, tmp_path, backend)
    assert window.open_folder(tmp_path / HOME)
    quiet(qtbot, window)
    return window
