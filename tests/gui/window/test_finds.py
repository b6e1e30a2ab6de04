"""Images that were looked for come late: nobody is taken away from what they do by then."""

from dataclasses import replace

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from autoal_gui.core.messages import Progress
from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.session.likeness.image_maps import Question
from tests.support.gui import QUIET, draw_folder, start_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def waiting(qtbot, window, tmp_path, backend):
    """A window whose first search waits for a round that is held."""
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    backend.gate.clear()
    window._finds._late.setInterval(600_000)  # however slow the computer is: nothing is late
    controller.training.train_now()
    return window


def look_for_some(window):
    project = window.controller.project
    window.controller.likeness.find(Question((project.pool.ids("pool")[0],)))


def test_what_goes_first_is_named_with_its_time(qtbot, waiting):
    qtbot.waitUntil(lambda: waiting.controller.engine.progress is not None)
    with qtbot.waitSignal(waiting.controller.notice) as told:
        look_for_some(waiting)
    round_number = waiting.controller.training.round_number
    assert f"waits for round {round_number}, which runs: about 3\xa0s left" in told.args[0]


def test_a_picture_file_is_looked_for_by_the_menu(qtbot, window, tmp_path, monkeypatch):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    picture = tmp_path / "textbook.png"
    Image.new("L", (24, 24), 200).save(picture)
    chosen = iter([str(tmp_path / "no.txt"), "", str(picture)])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (next(chosen), ""))
    action = window.actions_table["alike_file"]
    with qtbot.waitSignal(controller.notice) as told:
        action.trigger()
    assert told.args == ["no.txt is no file of images that can be opened."]
    action.trigger()  # and cancelled: nothing is said or looked for
    with qtbot.waitSignal(controller.likeness.found) as told:
        action.trigger()
    assert told.args[0].images
    assert told.args[0].question.vectors is not None


def found(qtbot, window, backend):
    with qtbot.waitSignal(window.controller.likeness.found):
        backend.gate.set()


def grid_is_open(window) -> bool:
    desk = window.desk
    return window.pages.currentWidget() is desk and desk.views.currentWidget() is desk.grid


def test_who_still_looks_at_the_same_image_sees_what_was_found(qtbot, waiting, backend):
    look_for_some(waiting)
    found(qtbot, waiting, backend)
    assert grid_is_open(waiting)
    assert not waiting.failure.isVisible()


def test_who_reads_another_page_by_then_stays_there_and_is_offered_them(qtbot, waiting, backend):
    look_for_some(waiting)
    waiting.pages.show_review()
    page, focus = waiting.pages.currentWidget(), QApplication.focusWidget()
    found(qtbot, waiting, backend)
    assert waiting.pages.currentWidget() is page
    assert QApplication.focusWidget() is focus
    assert waiting.failure.sentence == "The images that you looked for have been found."
    (show,) = (b for b in waiting.failure.findChildren(QPushButton) if b.text() == "Show them")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert grid_is_open(waiting)
    assert not waiting.failure.isVisible()


def test_what_was_shown_another_way_is_not_offered_any_more(qtbot, waiting, backend):
    look_for_some(waiting)
    waiting.pages.show_review()
    found(qtbot, waiting, backend)
    assert waiting.failure.isVisible()
    with qtbot.waitSignal(waiting.controller.likeness.found):
        look_for_some(waiting)
    assert not waiting.failure.isVisible()


def test_a_map_that_is_made_anew_finds_nothing_that_was_found_before(qtbot, waiting, backend):
    look_for_some(waiting)
    found(qtbot, waiting, backend)
    assert waiting.controller.likeness._question is None


def test_a_key_for_the_next_image_never_meets_a_grid_that_has_just_opened(qtbot, waiting, backend):
    look_for_some(waiting)
    qtbot.keyClick(waiting, Qt.Key.Key_1)
    found(qtbot, waiting, backend)
    assert not grid_is_open(waiting)
    qtbot.keyClick(waiting, Qt.Key.Key_2)
    assert len(waiting.controller.project.labels.answers) == 2


def test_an_answer_given_elsewhere_takes_nobody_s_find_away(qtbot, waiting, backend):
    look_for_some(waiting)
    waiting.controller.labelling.announce()  # as a merge does: the same image is on screen
    found(qtbot, waiting, backend)
    assert grid_is_open(waiting)
    assert not waiting.failure.isVisible()


def test_a_grid_that_is_being_labelled_is_not_exchanged_for_what_was_found(qtbot, waiting, backend):
    qtbot.keyClick(waiting, Qt.Key.Key_G)
    grid = waiting.desk.grid.grid
    look_for_some(waiting)
    grid.go_to_row(3)
    qtbot.keyClick(grid, Qt.Key.Key_1)
    shown, selected = tuple(grid.images), grid.selected()
    found(qtbot, waiting, backend)
    assert (tuple(grid.images), grid.selected()) == (shown, selected)
    assert waiting.failure.sentence == "The images that you looked for have been found."


def test_what_is_offered_goes_with_its_project(qtbot, waiting, backend):
    look_for_some(waiting)
    waiting.pages.show_review()
    found(qtbot, waiting, backend)
    assert waiting.failure.isVisible()
    waiting.controller.close_project()
    assert not waiting.failure.isVisible()


def test_what_is_still_to_be_read_stays(qtbot, waiting, backend):
    waiting.failure.show_failure("Something that matters.", "")
    look_for_some(waiting)
    waiting.pages.show_review()
    found(qtbot, waiting, backend)
    assert waiting.failure.sentence == "Something that matters."
    assert waiting.status.text().endswith("ask again to see them.")


def offered(window) -> bool:
    return window.failure.sentence == "The images that you looked for have been found."


def test_what_is_found_late_never_opens_by_itself(qtbot, waiting, backend):
    waiting._finds._late.setInterval(1)
    look_for_some(waiting)
    qtbot.waitUntil(lambda: not waiting._finds._late.isActive())
    found(qtbot, waiting, backend)
    assert not grid_is_open(waiting)
    assert offered(waiting)


def test_a_click_on_its_way_never_meets_a_grid_that_has_just_opened(qtbot, waiting, backend):
    look_for_some(waiting)
    qtbot.mouseClick(waiting.desk.training, Qt.MouseButton.LeftButton)
    found(qtbot, waiting, backend)
    assert not grid_is_open(waiting)
    assert offered(waiting)


PROGRESS = Progress(0, "task model", 1, 10)


def test_what_is_said_of_a_search_follows_what_it_waits_for(qtbot, waiting, backend):
    controller = waiting.controller
    look_for_some(waiting)
    first = waiting.status.text()
    assert f"waits for round {controller.training.round_number}" in first
    controller.engine.progress = replace(PROGRESS, seconds_left=50.0)
    controller.engine.progressed.emit(controller.engine.progress)
    assert "about 50\xa0s left" in waiting.status.text()
    found(qtbot, waiting, backend)
    assert waiting.status.text() == "The images have been compared."


def test_something_else_that_is_said_meanwhile_stays(qtbot, waiting, backend):
    controller = waiting.controller
    look_for_some(waiting)
    waiting.say("Something else.")
    controller.engine.progress = replace(PROGRESS, seconds_left=50.0)
    controller.engine.progressed.emit(controller.engine.progress)
    assert waiting.status.text() == "Something else."


def test_a_search_that_is_taken_back_leaves_no_line_behind(qtbot, waiting):
    look_for_some(waiting)
    waiting.controller.engine.withdraw(Priority.MAP)
    assert "every answer is saved" in waiting.status.text()


def test_a_hand_over_that_ends_after_its_dialog_was_closed_is_told_for_a_while(
    qtbot, window, monkeypatch
):
    bar = window.failure
    bar._gone.setInterval(1)
    monkeypatch.setattr(bar, "underMouse", lambda: True)
    window.controller.exports.exported.emit("/there/model", "Begin with HOW_TO_USE.md.")
    assert bar.sentence == "Written: /there/model\nBegin with HOW_TO_USE.md."
    with qtbot.waitSignal(bar._gone.timeout):
        pass
    assert bar.isVisible()  # it is being read
    monkeypatch.setattr(bar, "underMouse", lambda: False)
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_what_failed_or_is_to_be_decided_stays_after_what_ended_well(window):
    bar = window.failure
    bar.show_success("Written.")
    assert bar._gone.isActive()
    bar.show_failure("It failed.", "")
    assert not bar._gone.isActive()
    bar.show_success("Found.")
    bar.offer("Show them", lambda: None)
    assert not bar._gone.isActive()


@pytest.mark.parametrize("show", ["show_export", "show_hand_over"])
def test_what_a_dialog_says_of_an_export_is_not_said_above_the_pages_as_well(
    qtbot, window, tmp_path, show
):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 12), tmp_path)
    getattr(window.dialogs, show)()
    window.controller.exports.exported.emit("/there/model.pt", "It is read back.")
    assert "/there/model.pt" in window.dialog.outcome.text()
    assert not window.failure.isVisible()
    window.dialog.reject()
    window.dialogs.show_go_to()
    window.controller.exports.exported.emit("/there/model.pt", "It is read back.")
    assert window.failure.isVisible()  # this dialog says nothing of it
    window.dialog.reject()


@pytest.mark.parametrize("signal", ["told", "all_read"])
def test_what_was_told_of_a_check_goes_once_it_is_judged_by_another_limit(window, signal):
    confirming, bar = window.controller.confirming, window.failure
    getattr(confirming, signal).emit("More than the limit.")
    assert bar.isVisible()
    confirming.judged_anew.emit()
    assert not bar.isVisible()
    bar.show_notice("Something else.")
    confirming.judged_anew.emit()
    assert bar.isVisible()


def test_the_way_to_confirm_the_sure_ones_is_not_offered_where_one_is(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    controller.confirming.all_read.emit("All images have been read.")
    bar = window.failure
    assert bar._offer.isVisible()
    window.pages.show_page(window.pages.confirm)
    assert bar.isVisible()
    assert not bar._offer.isVisible()
    window.pages.leave()
    assert bar._offer.isVisible()
    bar.hide()
    window.pages.show_page(window.pages.confirm)
    window.pages.leave()
    assert bar.isHidden()  # what was closed does not come back


def test_escape_closes_at_the_desk_what_is_told_above_it(qtbot, window, tmp_path):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    window.failure.show_notice("Something has ended.")
    qtbot.keyClick(window, Qt.Key.Key_G)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.keyClick(window, Qt.Key.Key_Escape)  # one closes the grid, the other what is told
    assert window.failure.isHidden()
    assert window.desk.grid.isHidden()
    window.pages.show_page(window.pages.agreement)
    window.failure.show_notice("Something has ended.")
    assert not window.centralWidget()._escape.isEnabled()  # there it leaves the page


@pytest.mark.parametrize("words", ["Something has ended.", "Something has ended. " * 8])
def test_what_is_told_at_the_desk_covers_the_header_and_no_image_of_the_row(
    qtbot, window, tmp_path, words
):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    window.resize(1366, 768)
    desk, bar = window.desk, window.failure
    view = desk.image_view.mapTo(window, QPoint())
    bar.show_notice(words)
    bar.offer("Show them", lambda: None, takes_focus=False)
    lower = bar.mapTo(window, bar.rect().bottomLeft()).y()
    assert lower == desk.header.mapTo(window, desk.header.rect().bottomLeft()).y()
    assert bar.width() < desk.header.width()  # its buttons stay in sight
    assert bar.rect().contains(bar._offer.geometry())
    assert bar.height() >= bar.heightForWidth(bar.width())
    assert desk.image_view.mapTo(window, QPoint()) == view


def test_what_needs_more_room_than_the_header_has_lies_above_the_image(qtbot, window, tmp_path):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    window.resize(1366, 768)
    desk, bar = window.desk, window.failure
    view = desk.image_view.mapTo(window, QPoint())
    bar.show_notice("Something has ended. " * 22)
    lower = bar.mapTo(window, bar.rect().bottomLeft()).y()
    assert lower == desk.strip.mapTo(window, desk.strip.rect().bottomLeft()).y()
    assert desk.image_view.mapTo(window, QPoint()) == view


def test_what_is_said_shows_though_the_mouse_rests_on_a_button(window):
    window.statusBar().showMessage("What the button does")
    window.say("What has just happened.")
    assert not window.statusBar().currentMessage()
