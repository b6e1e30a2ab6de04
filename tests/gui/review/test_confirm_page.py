"""The page of what the model is sure of, by real keys and mouse."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from autoal_gui.core.labels.bulk import SureImages
from autoal_gui.gui.review.confirm_page import LONGEST
from autoal_gui.gui.review.confirm_words import drawn_words
from tests.support.checking import BACKSPACE, CTRL, idle, is_bright, label_many, start
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)
ENTER, SPACE, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Escape
LEFT = Qt.MouseButton.LeftButton


def click(qtbot, grid, row):
    where = grid.visualRect(grid.grid_model.index(row, 0)).center()
    qtbot.mouseClick(grid.viewport(), LEFT, pos=where)


def show(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_B, CTRL)
    page = window.pages.confirm
    assert window.pages.currentWidget() is page
    return page


@pytest.fixture
def page(qtbot, window, tmp_path):
    """The page once images were read alone, of a model that tells the two classes apart."""
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    page = show(qtbot, window)
    assert "No model" in page.words.text()
    assert not page.how.isVisible()  # there is nothing that Enter could confirm
    qtbot.keyClick(page, ESCAPE)
    train(qtbot, controller)
    page = show(qtbot, window)
    page.limit.setValue(20)
    assert "one by one" in page.words.text()
    assert "If 2 of the first 5 have another class" in page.words.text()
    assert ("hardly" in page.words.text()) == (page._sure.saved(page._due) < 2 * len(page._due))
    assert not page.grid.isVisible()
    due = page._due
    qtbot.keyClick(page.alone, ENTER)
    assert window.pages.at_desk
    assert controller.images.current == due[0]
    assert "lot" in window.pages.desk.why.line
    assert tuple(label_many(qtbot, window, len(due))) == due
    idle(qtbot, controller)
    assert "whole pages may be confirmed now" in window.failure.sentence
    qtbot.mouseClick(window.failure._offer, LEFT)
    assert window.pages.currentWidget() is page
    qtbot.waitUntil(lambda: page.grid.isVisible() and page.grid.all_seen)
    return page


def test_images_read_alone_are_answered_one_by_one_though_a_grid_was_open(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    train(qtbot, controller)
    desk, unanswered = window.pages.desk, controller.project.labels.unanswered()
    found = tuple(unanswered[-3:])
    window.pages._map_grid.show_images("Three of the map", found)
    assert desk.grid.isVisible()

    page = show(qtbot, window)
    page.limit.setValue(20)
    due = page._due
    qtbot.keyClick(page.alone, ENTER)

    assert window.pages.at_desk
    assert not desk.grid.isVisible()
    assert controller.images.current == due[0]
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert controller.project.labels.answers[due[0]].purpose == "check"
    assert not {*found} & controller.project.labels.answers.keys() - {due[0]}


def test_a_check_that_was_left_is_gone_on_with_at_the_desk(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    train(qtbot, controller)
    page = show(qtbot, window)
    page.limit.setValue(5)
    due = page._due
    page.alone.setFocus()
    qtbot.keyClick(page.alone, ENTER)
    label_many(qtbot, window, 2)
    controller.images.go_to(controller.project.labels.unanswered()[-1])

    page = show(qtbot, window)
    count = len(due)
    assert page.words.text().startswith(f"{count - 2} of the {count} images drawn to be read alone")
    assert "still wait" in page.words.text()
    assert page.alone.isVisible()
    assert page.alone.text() == "Go on at the desk"
    qtbot.keyClick(page.alone, ENTER)
    assert window.pages.at_desk
    assert controller.images.current == due[2]
    assert controller.images.batch == due  # it goes on where it was left
    assert tuple(label_many(qtbot, window, count - 2)) == due[2:]
    page = show(qtbot, window)
    assert "still wait" not in page.words.text()


def test_a_limit_that_is_typed_and_entered_begins_nothing(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    train(qtbot, controller)
    page = show(qtbot, window)
    page.limit.setFocus()
    page.limit.selectAll()
    for key in (Qt.Key.Key_1, Qt.Key.Key_0, ENTER, ENTER):
        qtbot.keyClick(window.focusWidget(), key)

    assert window.pages.currentWidget() is page
    assert page.limit.hasFocus()
    assert controller.project.bulk.limit == 0.1
    assert page.alone.isVisible()  # it is offered, by the limit that was typed
    qtbot.keyClick(page.alone, ENTER)
    assert window.pages.at_desk


def train(qtbot, controller):
    """Train a model on four images of each class."""
    for class_index in (0, 1):
        images = [i for i in controller.project.pool.images if kind(controller, i) == class_index]
        controller.labelling.select(tuple(images[:4]))
        controller.labelling.answer(class_index)
    controller.labelling.select(None)
    controller.images.show_following()
    controller.training.train_now()
    idle(qtbot, controller)


def kind(controller, image):
    return int(not is_bright(controller.project, image))


def test_where_there_is_an_operating_point_it_is_told_that_the_list_does_not_go_by_it():
    sure = SureImages.of(np.arange(1, 9), np.arange(8) % 2, np.full(8, 0.97), seed=0)
    listed = len(sure) - 3
    assert "kept for checks" in drawn_words(sure, listed)
    assert "operating point" not in drawn_words(sure, listed)
    told = drawn_words(sure, listed, at_point=True)
    assert told.startswith(drawn_words(sure, listed))
    assert "whatever your operating point" in told
    assert not drawn_words(SureImages.none(), 0, at_point=True)


def test_what_is_shown_is_confirmed_by_one_key_and_taken_back_by_another(qtbot, window, page):
    bulk, grid = window.controller.project.bulk, page.grid
    assert "read alone 0" in page.state.text()
    assert page.how.isVisible()
    listed = sum(len(page._sure.to_confirm(c)) for c in page._offered)
    drawn = len(page._sure) - listed
    assert page.drawn.text() == drawn_words(page._sure, listed)
    assert str(drawn) in page.drawn.text() or not drawn
    assert page.drawn.isVisible() == (drawn > 0)
    row = page.classes.visualItemRect(page.classes.currentItem()).center()
    qtbot.mouseClick(page.classes.viewport(), LEFT, pos=row)
    assert grid.hasFocus()  # after a click on its class Enter confirms what is shown
    shown = tuple(grid.images)
    held = QKeyEvent(QKeyEvent.Type.KeyPress, ENTER, Qt.KeyboardModifier.NoModifier, "", True)
    QApplication.sendEvent(grid, held)
    assert not bulk.confirmed  # a key that is held confirms no further page
    click(qtbot, grid, 1)
    qtbot.keyClick(grid, SPACE)  # the same image is in again
    click(qtbot, grid, 2)
    assert grid.taken_out == (shown[2],)
    assert f"{len(shown) - 1} images" in page.confirm.text()
    qtbot.keyClick(grid, ENTER)
    confirmed = set(bulk.confirmed)
    assert confirmed == {*shown} - {shown[2]}
    assert shown[2] not in grid.images

    qtbot.keyClick(grid, BACKSPACE)
    assert not bulk.confirmed
    qtbot.keyClick(page, Qt.Key.Key_Y, CTRL)
    assert set(bulk.confirmed) == confirmed
    assert "in bulk" in window.pages.desk.header.labels.text()
    qtbot.mouseClick(page.take_back, LEFT)
    assert not bulk.confirmed
    qtbot.keyClick(page, ESCAPE)
    qtbot.waitUntil(lambda: window.pages.at_desk)


def test_words_in_a_wide_window_stay_in_lines_that_read_well(qtbot, window, tmp_path):
    window.resize(2560, 1440)
    start(window, tmp_path)
    page = show(qtbot, window)
    longest = LONGEST * page.fontMetrics().height()
    qtbot.waitUntil(lambda: page.words.width() == longest)
    middle = page.words.geometry().center().x()
    assert abs(middle - page.words.parentWidget().width() // 2) <= 2


def fail_the_check(qtbot, window):
    """Read images alone, and answer wrongly until the check fails; return the images drawn."""
    controller = window.controller
    train(qtbot, controller)
    page = show(qtbot, window)
    page.limit.setValue(20)
    due = page._due
    qtbot.keyClick(page.alone, ENTER)
    QApplication.processEvents()  # the desk is laid out for the first of them
    place = window.desk.image_view.mapTo(window, window.desk.image_view.rect().topLeft())
    size = window.desk.image_view.size()
    while not controller.confirming.has_failed:
        wrong = (
            Qt.Key.Key_2
            if is_bright(controller.project, controller.images.current)
            else (Qt.Key.Key_1)
        )
        qtbot.keyClick(window, wrong)
    QApplication.processEvents()
    return due, (place, size)


def test_a_check_that_fails_while_somebody_keys_moves_no_image(qtbot, window, tmp_path):
    idle(qtbot, start(window, tmp_path, images=60))
    _, before = fail_the_check(qtbot, window)
    view, bar = window.desk.image_view, window.failure
    assert bar.isVisible()
    assert "You go on with the usual images" in bar.sentence
    assert (view.mapTo(window, view.rect().topLeft()), view.size()) == before
    assert bar.mapTo(window, bar.rect().bottomLeft()).y() < before[0].y()
    strip = window.desk.strip
    corner = strip.mapTo(window, strip.rect().bottomRight())
    assert bar.mapTo(window, bar.rect().bottomRight()).y() == corner.y()
    assert bar.childAt(bar._close.geometry().center()) is bar._close
    show(qtbot, window)  # a page without such room makes some
    qtbot.waitUntil(lambda: window.pages.y() == bar.geometry().bottom() + 1)


def test_after_a_newer_model_the_page_says_that_the_failed_check_was_of_another(
    qtbot, window, tmp_path
):
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    fail_the_check(qtbot, window)
    checked = controller.project.rounds.last
    assert "Label on first" in show(qtbot, window).words.text()
    qtbot.keyClick(window.pages.confirm, ESCAPE)
    controller.training.train_now()
    idle(qtbot, controller)
    words = show(qtbot, window).words.text()
    assert f"of models up to that of round {checked}. The model of round {checked + 1}" in words
    assert "Label on first" not in words


def test_after_a_check_that_failed_the_usual_images_come_though_somebody_keys_on(
    qtbot, window, tmp_path
):
    idle(qtbot, start(window, tmp_path, images=60))
    drawn, _ = fail_the_check(qtbot, window)
    assert window.controller.images.current not in drawn
    assert not set(window.controller.project.bulk.waiting) & set(window.controller.images.batch)
    assert "Drawn by lot" not in window.desk.why.line
    qtbot.keyClick(window, Qt.Key.Key_Backspace)  # a slip counts in the check, too
    assert window.controller.confirming.has_failed
