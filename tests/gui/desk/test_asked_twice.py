"""Images that were asked twice: told at the end of the round, and decided by the reader."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QDialog

from autoal_gui.core.readers.agreement_text import consistency_words
from autoal_gui.gui.desk import round_card
from autoal_gui.gui.desk.grid_panel import WAITS
from autoal_gui.gui.desk.round_card import MISSED_BY
from autoal_gui.gui.desk.round_words import twice_words
from autoal_gui.gui.desk.why.words import DRAWN
from autoal_gui.gui.project.new_project_text import next_words
from tests.gui.session.test_hidden_repeats import reach_a_repeat
from tests.support.checking import FIRST, SECOND, idle, label_many, start
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def controller(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    controller.setup.set_repeat_every(6)
    idle(qtbot, controller)
    label_many(qtbot, window, 2, FIRST)
    label_many(qtbot, window, 2, SECOND)  # of two classes: a model is trained
    idle(qtbot, controller)
    return controller


def answer_again(qtbot, window, *, alike: bool) -> int:
    """Answer the next image that comes twice, and go on to the card of the round after it."""
    controller = window.controller
    image = reach_a_repeat(qtbot, window)
    first = controller.project.labels.answers[image].class_index
    qtbot.keyClick(window, FIRST if alike == (first == 0) else SECOND)
    label_many(qtbot, window, controller.training.answers_left)
    idle(qtbot, controller)
    return image


def test_the_card_of_the_round_tells_of_another_second_answer_and_leads_to_it(
    qtbot, window, controller
):
    image = answer_again(qtbot, window, alike=False)
    card, project = window.desk.stage.card, controller.project
    assert card.twice.text() == (
        "1 image was asked twice; 1 answer differs from your first. "
        "The first answer is the label until you change it."
    )
    first = project.labels.answers[image]
    qtbot.mouseClick(card.look, LEFT)
    review = window.pages.review
    assert window.pages.currentWidget() is review
    assert card.isHidden()
    assert review.images == (image,)
    qtbot.keyClick(review.grid, SECOND if first.class_index == 0 else FIRST)
    assert project.labels.answers[image].class_index == 1 - first.class_index
    assert image in dict(project.labels.training())


def test_why_does_not_tell_an_image_that_comes_again_from_a_random_one(qtbot, window, controller):
    reach_a_repeat(qtbot, window)
    assert window.desk.why.line == DRAWN
    qtbot.keyClick(window, "s")
    label_many(qtbot, window, controller.training.answers_left)
    idle(qtbot, controller)
    told = consistency_words(controller.project.labels.journal, 2, False)
    assert told[-1].startswith("1 more image was asked twice and got no class one of the times")


def test_answers_that_agree_are_told_without_a_button(qtbot, window, controller):
    answer_again(qtbot, window, alike=True)
    card = window.desk.stage.card
    assert card.twice.text() == "1 image was asked twice; your answers agree."
    assert card.look.isHidden()


def test_each_is_told_once(qtbot, window, controller):
    answer_again(qtbot, window, alike=False)
    controller.setup.set_repeat_every(0)
    label_many(qtbot, window, controller.training.answers_left)
    idle(qtbot, controller)
    assert twice_words(controller.project) == ("", ())
    assert window.desk.stage.card.twice.isHidden()


def test_once_the_batch_is_left_the_label_is_shown_and_not_the_second_answer(
    qtbot, window, controller
):
    image = answer_again(qtbot, window, alike=False)
    assert image not in controller.images.batch
    label = controller.project.labels.answers[image]
    assert controller.images.shown_answer(image) == label
    window.desk.show_in_grid("One", (image,))
    assert window.desk.grid.grid.grid_model.answers[image] == label


def test_what_waits_is_listed_and_counted_without_an_image_that_comes_twice(
    qtbot, window, controller
):
    image = reach_a_repeat(qtbot, window)
    waits = controller.project.labels.unanswered()
    qtbot.keyClick(window, Qt.Key.Key_G)
    grid = window.desk.grid
    assert image in grid.grid.images  # of the batch, as any other
    grid.which.setCurrentIndex(WAITS)
    assert image not in grid.grid.images
    left = [i for i in grid.grid.images if i not in controller.project.labels.answers]
    assert set(left) == set(waits)
    assert grid.count.text().startswith(f"{len(grid.grid.images)} images")


def test_the_card_waits_behind_the_grid_until_it_can_be_read(qtbot, window, controller):
    if not window.desk.side.folded:  # else it lies on the panel, in sight
        qtbot.keyClick(window, Qt.Key.Key_Comma)
    qtbot.keyClick(window, Qt.Key.Key_G)
    card = window.desk.stage.card
    card.say("A round has ended", "", "")
    assert not card._gone.isActive()
    qtbot.keyClick(window.desk.grid.grid, Qt.Key.Key_G)
    assert card.isVisible()
    assert card._gone.isActive()


def test_the_card_does_not_go_behind_a_dialog(qtbot, window, controller, monkeypatch):
    monkeypatch.setattr(round_card, "SHOWN", 50)
    monkeypatch.setattr(round_card, "READ_ON", 20)
    card = window.desk.stage.card
    dialog = QDialog(window)
    qtbot.addWidget(dialog)
    card.say("A round has ended", "", "")
    dialog.open()
    for _ in range(3):
        with qtbot.waitSignal(card._gone.timeout):
            pass
        assert card.isVisible()
    monkeypatch.setattr(round_card, "SHOWN", 100_000)
    dialog.close()
    with qtbot.waitSignal(card._gone.timeout):
        pass
    assert card.isVisible()  # from now on it can be read
    assert card._gone.interval() == 100_000


def test_before_a_project_is_made_it_is_said_that_images_come_twice():
    assert "a few images come twice" in next_words(20, "Ann")
    assert "Settings can stop that" in next_words(20, "Ann")
    assert "under the name “Ann”" in next_words(20, "Ann")


def test_the_card_stays_under_the_mouse_and_no_click_meant_for_it_falls_through(
    qtbot, window, controller, monkeypatch
):
    card, at = window.desk.stage.card, [QPoint(3, 3)]
    monkeypatch.setattr(QCursor, "pos", lambda: at[0])
    card.say("A round has ended", "", "")
    assert card.isVisible()
    card.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    at[0] = QPoint(4, 3)  # somebody has moved it there
    card._gone.timeout.emit()
    assert card.isVisible()
    card.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    place, ground = card.geometry().center(), card.parentWidget()
    card._gone.timeout.emit()
    assert not card.isVisible()
    held = ground.childAt(place)
    assert held is card._shield
    assert held.testAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
    assert card._held.interval() == MISSED_BY  # a hand that had set out comes as late
    qtbot.waitUntil(lambda: ground.childAt(place) is not held)


def test_the_card_goes_where_it_came_under_a_mouse_that_rests(window, controller, monkeypatch):
    card = window.desk.stage.card
    monkeypatch.setattr(QCursor, "pos", lambda: QPoint(-500, -500))
    card.say("A round has ended", "", "")
    card.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    card._gone.timeout.emit()
    assert not card.isVisible()


def test_the_card_stays_for_a_mouse_that_comes_to_it_and_not_for_one_that_rests(
    qtbot, window, controller, monkeypatch
):
    card, at = window.desk.stage.card, [QPoint()]
    monkeypatch.setattr(QCursor, "pos", lambda: at[0])
    card.say("A round has ended", "", "")
    for step in (40, 20):  # pixels from its edge
        at[0] = card.mapToGlobal(QPoint(-step, 5))
        card._gone.timeout.emit()
        assert card.isVisible()
    card._gone.timeout.emit()
    assert not card.isVisible()


def test_an_answer_to_what_was_looked_for_raises_its_count_by_one(qtbot, window, controller):
    asked, grid = window.controller.images, window.desk.grid
    while not asked.repeats or asked.current in asked.repeats:  # on screen it would stay by that
        label_many(qtbot, window, 1)
        idle(qtbot, controller)
    (image,) = asked.repeats
    everything = (image, *(i for i in controller.project.pool.images if i != image))
    window.desk.show_in_grid("Some", everything)
    unasked = [i for i in everything if i not in asked.batch and i not in asked.answered][:5]
    shown = sum(i in asked.answered for i in everything)
    assert f"{shown} with an answer" in grid.count.text()
    for count, other in enumerate(unasked, start=1):
        controller.labelling.select((other,))
        qtbot.keyClick(window, FIRST)
        idle(qtbot, controller)  # a batch of fewer, and a round, leave the second asking alone
        assert f"{count} of them answered by now" in grid.count.text()
        assert asked.shown_answer(image) is None
    assert controller.project.rounds.last > 1
    qtbot.keyClick(window, Qt.Key.Key_G)
    assert window.desk.grid.isHidden()
    assert len(asked.upcoming) > 0
