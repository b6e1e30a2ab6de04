"""The review page by real keys and mouse."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage, QPainter

from autoal_gui.core.labels.label_errors import Filter
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.readers.audit_trail import changes
from autoal_gui.gui.images.grid_items import _caption_lines
from autoal_gui.gui.review.model_words import ModelCaptions
from autoal_gui.gui.review.review_detail import change_line, facts
from autoal_gui.gui.review.review_page import MEASURES
from autoal_gui.gui.session.rounds.model_in_use import ModelInUse
from tests.support.checking import (
    BACKSPACE,
    CTRL,
    FIRST,
    SECOND,
    SHIFT,
    idle,
    is_bright,
    label_many,
    start,
    truth,
)
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)
ENTER, ESCAPE, RIGHT = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Right


@pytest.fixture
def controller(qtbot, window, tmp_path):
    """A project of twelve answers: the third and the sixth wrong, the last two no label."""
    controller = start(window, tmp_path)
    idle(qtbot, controller)
    for number in range(12):
        right = truth(controller.project, controller.images.current)
        wrong = SECOND if right == FIRST else FIRST
        key = {2: wrong, 5: wrong, 10: Qt.Key.Key_U, 11: Qt.Key.Key_S}.get(number, right)
        label_many(qtbot, window, 1, key)
    controller.training.train_now()
    idle(qtbot, controller)
    return controller


@pytest.fixture
def page(qtbot, window, controller):
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    page = window.pages.review
    assert window.pages.currentWidget() is page
    return page


def choose(page, name, value):
    """Choose a value in a box as the mouse does."""
    box = page.filters.boxes[name]
    place = box.findData(value)
    assert place >= 0
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_every_answered_image_is_shown_and_nothing_else(page, controller):
    assert sorted(page.images) == sorted(controller.project.labels.answers)
    assert "12 images" in page.shown.text()


def test_conditions_say_how_many_images_they_would_show(qtbot, page, controller):
    project = controller.project
    bright = [i for i, e in project.labels.answers.items() if e.class_index == 0]
    box = page.filters.boxes["class_index"]
    assert box.itemText(box.findData(0)) == f"bright ({len(bright)})"
    choose(page, "class_index", 0)
    assert sorted(page.images) == sorted(bright)
    choose(page, "kind", "skip")
    assert page.images == ()
    assert page.none.isVisible()
    qtbot.mouseClick(page.filters.clear, Qt.MouseButton.LeftButton)
    choose(page, "kind", "unsure")
    assert [project.labels.answers[i].action for i in page.images] == ["unsure"]
    assert page.filters.filter == Filter(kind="unsure")


def test_a_key_changes_the_label_in_place_and_goes_on(qtbot, page, controller):
    project = controller.project
    first, second = page.images[:2]
    before = project.labels.answers[first].class_index
    qtbot.keyClick(page.grid, SECOND if before == 0 else FIRST)
    assert project.labels.answers[first].class_index == 1 - before
    assert page.grid.current() == second
    qtbot.keyClick(page.grid, BACKSPACE)
    assert project.labels.answers[first].class_index == before
    assert page.grid.current() == first
    qtbot.keyClick(page.grid, Qt.Key.Key_Z, CTRL | SHIFT)
    assert project.labels.answers[first].class_index == 1 - before


def test_many_selected_images_are_changed_by_one_key(qtbot, page, controller):
    qtbot.keyClick(page.grid, RIGHT, SHIFT)
    qtbot.keyClick(page.grid, RIGHT, SHIFT)
    selected = page.grid.selected()
    assert len(selected) == 3
    assert "3 images selected" in page.class_panel._feedback.text()
    qtbot.keyClick(page.grid, SECOND)
    assert {controller.project.labels.answers[i].class_index for i in selected} == {1}
    qtbot.keyClick(page.grid, Qt.Key.Key_U)
    assert {controller.project.labels.answers[i].action for i in selected} == {"unsure"}
    assert len(page.images) == 12
    qtbot.keyClick(page.grid, BACKSPACE)
    assert {controller.project.labels.answers[i].class_index for i in selected} == {1}
    qtbot.keyClick(page.grid, Qt.Key.Key_Z, CTRL | SHIFT)
    assert {controller.project.labels.answers[i].action for i in selected} == {"unsure"}


def test_what_the_model_disagrees_with_comes_first(qtbot, window, controller, monkeypatch):
    project = controller.project
    sure = {True: np.array([0.9, 0.1]), False: np.array([0.1, 0.9])}  # as a good model is
    shares = {image: sure[is_bright(project, image)] for image in project.labels.answers}
    monkeypatch.setattr(type(project.rounds), "predictions", lambda own: shares)
    wrong = {
        image
        for image, entry in project.labels.answers.items()
        if entry.class_index == int(is_bright(project, image))
    }
    assert len(wrong) == 2
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    page = window.pages.review
    assert set(page.images[:2]) == wrong
    box = page.filters.marks["suspicious"]
    assert box.text().startswith("Likely errors (")
    assert (
        "the model says another class, and is as sure of it as" in page.filters.suspicious.text()
    )  # what is counted
    assert page.filters.suspicious.isVisible()
    assert "(2)" in box.text()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert set(page.images) == wrong


def test_the_side_tells_the_history_and_the_suggestion(qtbot, page, controller):
    project = controller.project
    image = page.images[0]
    qtbot.waitUntil(lambda: page.detail.image_view.picture is not None)
    assert page.detail.image == image
    assert "by reader" in page.detail.facts.text()
    assert page.detail.name.text() == Path(project.pool.images[image].key).name
    assert page.detail.name.isVisible()
    was = project.labels.answers[image]
    other = 0 if was.class_index == 1 else 1
    qtbot.keyClick(page.grid, (FIRST, SECOND)[other])
    page.grid.go_to_row(page.images.index(image))
    lines = page.detail.history.text().splitlines()
    assert len(lines) == len(project.labels.entries_of(image)) == 2
    assert lines[-1].endswith(f"→ {project.classes.names[other]}") or "→" in lines[-1]
    assert facts(project, image, None)[0].startswith(project.classes.names[other])


def test_the_page_says_what_the_rule_in_use_makes_of_an_image(page, controller, monkeypatch):
    project, image = controller.project, page.images[0]
    names, label = project.classes.names, project.labels.answers[image].class_index
    other = 1 - label
    shares = {image: np.array([0.75, 0.25] if label == 0 else [0.25, 0.75], np.float32)}
    threshold = Threshold(other, 0.2)
    monkeypatch.setattr(project.rounds, "predictions", lambda: shares)
    page._load()
    told = f"At your operating point that is: {names[other]}."
    assert told not in page.detail.facts.text()
    untaught = "model that has not learned from this label: "
    assert untaught in page.detail.facts.text()
    assert untaught not in "\n".join(facts(project, project.pool.ids("pool")[-1], shares[image]))
    words = page.grid._words()
    monkeypatch.setattr(ModelInUse, "threshold", threshold)
    monkeypatch.setattr(controller.in_use, "at_point", lambda: {image})
    page._load()
    page.grid.go_to_row(page.images.index(image))
    assert told in page.detail.facts.text()
    captions = page.grid.grid_model.captions
    assert captions[image].split("\n") == [
        f"At your point: {names[other]} ({names[label]}: 75%)",
        f"At your point:\v{names[other]} ({names[label]}: 75%)",  # where there is less room
    ]
    assert page.grid._words() > words  # for which a tile is higher
    assert len(captions) == len(list(captions))
    # A likely error is one by the likeliest class: at the point the model may give the label.
    shares[image] = shares[image][::-1]
    monkeypatch.setattr(ModelInUse, "threshold", Threshold(label, 0.2))
    page._load()
    assert page.grid.grid_model.captions[image].startswith(
        f"Highest probability: {names[other]} 75%"
    )
    shares[image] = shares[image][::-1]
    monkeypatch.setattr(ModelInUse, "threshold", threshold)
    # Of an image that an earlier model predicted the point says nothing.
    monkeypatch.setattr(controller.in_use, "at_point", frozenset)
    page._load()
    assert told not in page.detail.facts.text()
    assert image not in page.grid.grid_model.captions
    shares[image] = shares[image][::-1]
    page._load()
    assert page.grid.grid_model.captions[image].split("\n") == [
        f"Highest probability: {names[other]} 75%",
        f"Most likely:\v{names[other]} 75%",
    ]


def test_flag_and_comment(qtbot, page, controller):
    journal = controller.project.labels.journal
    image = page.images[0]
    page.detail.flag.click()
    assert journal.is_flagged(image)
    qtbot.keyClick(page.grid, Qt.Key.Key_X)
    assert not journal.is_flagged(image)
    qtbot.keyClick(page.grid, Qt.Key.Key_X)
    assert journal.is_flagged(image)
    qtbot.keyClick(page.grid, Qt.Key.Key_T)
    assert page.detail.comment.hasFocus()
    qtbot.keyClicks(page.detail.comment, "edge 1")
    qtbot.keyClick(page.detail.comment, ENTER)
    assert journal.comment(image) == "edge 1"
    assert controller.project.labels.answers[image].purpose == "answer"
    assert len(controller.project.labels.entries_of(image)) == 5
    page.filters.marks["flagged"].click()
    assert page.images == (image,)
    page.filters.marks["commented"].click()
    assert page.images == (image,)


def test_enter_shows_an_image_on_the_desk_and_escape_goes_back(qtbot, window, page, controller):
    image = page.images[3]
    page.grid.go_to_row(3)
    qtbot.keyClick(page.grid, ENTER)
    assert window.pages.currentWidget() is window.desk
    assert controller.images.current == image
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    assert window.pages.currentWidget() is page
    qtbot.keyClick(page.grid, ESCAPE)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.desk)
    qtbot.keyClick(window, SECOND)  # the desk has its keys again
    assert controller.project.labels.answers[image].class_index == 1


def test_images_that_are_asked_for_are_shown_alone_answered_or_not(qtbot, window, controller):
    project = controller.project
    answered, new = next(iter(project.labels.answers)), project.labels.unanswered()[0]
    controller.show_images("True bright, model dark", (answered, new))
    page = window.pages.review
    assert set(page.images) == {answered, new}
    assert page.title.text() == "True bright, model dark"
    assert page.filters.boxes["class_index"].itemText(0) == "Any class (1)"  # of what is shown
    assert page.filters.boxes["kind"].itemText(0) == "Any answer (1)"
    qtbot.mouseClick(page.only, Qt.MouseButton.LeftButton)
    assert len(page.images) == 12
    assert page.filters.boxes["class_index"].itemText(0) == "Any class (12)"
    assert page.title.text() == "Review"


def test_images_whose_class_came_with_the_data_are_told_and_counted(qtbot, window, tmp_path):
    controller = start(window, tmp_path, evaluation_images=9, label_use="hidden")
    idle(qtbot, controller)
    label_many(qtbot, window, 2)
    project, page = controller.project, window.pages.review
    given = project.labels.evaluation()
    assert len(given) == 9
    ids = tuple(image for image, _ in given)
    assert not set(ids) & set(project.labels.answers)
    controller.show_images("True bright, model bright", ids)
    assert sorted(page.images) == sorted(ids)
    bright = sum(c == 0 for _, c in given)
    box = page.filters.boxes["class_index"]
    assert box.itemText(box.findData(0)) == f"bright ({bright})"
    readers = page.filters.boxes["annotator"]
    assert readers.itemText(1) == f"Came with the data ({len(ids)})"
    assert f"({len(ids)})" in page.filters.marks["evaluation"].text()
    name = project.classes.names[dict(given)[page.images[0]]]
    assert page.detail.facts.text().startswith(f"{name}: its class came with the data.")
    assert page.grid.grid_model.answers[page.images[0]].class_index == dict(given)[page.images[0]]
    answers = [entry.class_index for entry in project.labels.answers.values()]
    assert page._counts(2) == (answers.count(0), answers.count(1))  # of answers alone
    said = []
    controller.notice.connect(said.append)
    before = project.labels.evaluation()
    qtbot.keyClick(page.grid, SECOND if is_bright(project, page.grid.current()) else FIRST)
    assert said == [MEASURES]
    assert project.labels.evaluation() == before
    assert len(project.labels.answers) == 2
    choose(page, "class_index", 0)
    assert len(page.images) == bright
    page.only.click()
    assert sorted(page.images) == sorted(project.labels.answers)


def test_undo_of_the_only_answer_sends_the_image_back_to_the_desk(qtbot, page, controller):
    last = controller.project.labels.journal.undoable.image_id
    qtbot.keyClick(page.grid, BACKSPACE)
    assert last not in controller.project.labels.answers
    assert last not in page.images
    assert controller.images.current == last


def test_labels_changed_here_train_the_next_round(qtbot, page, controller):
    image = next(i for i in page.images if controller.project.labels.answers[i].class_index == 0)
    page.grid.go_to_row(page.images.index(image))
    qtbot.keyClick(page.grid, SECOND)
    assert (image, 1) in controller.project.labels.training()


def test_the_first_image_is_selected_although_ctrl_is_still_held(page):
    assert page.grid.selected() == page.images[:1]


def test_order(page):
    order = page.filters.order
    order.setCurrentIndex(order.findData("time"))
    first = page.images
    order.setCurrentIndex(order.findData("newest"))
    assert page.images == first[::-1]


def test_closing_the_project_empties_the_page(window, page, controller):
    controller.close_project()
    assert page.images == ()
    assert window.pages.currentWidget() is window.start_page


def test_a_line_of_the_history_says_what_an_undo_restored(qtbot, page, controller):
    image = page.images[0]
    was = controller.project.classes.names[controller.project.labels.answers[image].class_index]
    qtbot.keyClick(page.grid, Qt.Key.Key_U)
    qtbot.keyClick(page.grid, BACKSPACE)
    last = changes(controller.project.labels.entries_of(image))[-1]
    assert change_line(last, controller.project.classes.names).endswith(
        f"Unsure → {was} (taken back)"
    )


def test_a_batch_that_is_answered_here_is_complete(qtbot, window, controller, backend):
    controller.show_images("the batch", controller.images.batch)
    page, batch = window.pages.review, controller.images.batch
    rounds = len(controller.project.rounds.all())
    page.grid.selectAll()
    qtbot.keyClick(page.grid, FIRST)
    assert {*batch} <= controller.project.labels.answers.keys()
    assert controller.images.current not in controller.project.labels.answers
    assert not {*batch} & {*controller.images.batch}
    idle(qtbot, controller)
    assert len(controller.project.rounds.all()) == rounds + 1
    qtbot.keyClick(page.grid, BACKSPACE)
    following = controller.images.rest[: len(batch)]
    assert {*batch} <= {*controller.images.batch, *following}  # to be asked again


def test_what_an_undo_leaves_without_an_answer_is_asked_again(qtbot, window, controller):
    project = controller.project
    answered, waiting = next(iter(project.labels.answers)), controller.images.batch[0]
    before = project.labels.answers[answered]
    controller.show_images("both", (waiting, answered))
    page = window.pages.review
    page.grid.selectAll()
    qtbot.keyClick(page.grid, SECOND)
    label_many_away(controller)
    assert waiting not in controller.images.batch
    for _ in range(len(project.labels.answers)):
        if waiting in project.labels.answers:
            qtbot.keyClick(page.grid, BACKSPACE)
    assert project.labels.answers[answered] == before
    assert waiting in controller.images.batch
    assert answered not in controller.images.batch


def label_many_away(controller):
    """Answer the rest of the batch and begin the next."""
    for image in [
        one for one in controller.images.batch if one not in controller.project.labels.answers
    ]:
        controller.images.go_to(image)
        controller.labelling.answer(0)


def test_a_caption_that_is_too_long_still_says_how_sure_the_model_is(qapp):
    picture = QImage(200, 40, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    words = "Model: promyelocyte 61%"
    whole = painter.fontMetrics().horizontalAdvance(words)
    assert _caption_lines(painter, words, QRect(0, 0, whole + 5, 20)) == [words]
    (short,) = _caption_lines(painter, words, QRect(0, 0, whole * 3 // 4, 20))
    assert short.startswith("Model: p")
    assert short.endswith("… 61%")
    forms = f"{words}\npromyelocyte 61%"
    assert _caption_lines(painter, forms, QRect(0, 0, whole + 5, 20)) == [words]
    room = QRect(0, 0, whole - 5, 20)
    assert _caption_lines(painter, forms, room) == ["promyelocyte 61%"]
    two = f"{words}\nModel:\vpromyelocyte 61%"
    assert _caption_lines(painter, two, room) == ["Model:", "promyelocyte 61%"]
    assert _caption_lines(painter, two, QRect(0, 0, whole // 2, 20))[1].endswith("… 61%")
    painter.end()


def test_likely_errors_are_shown_from_the_top_when_the_list_has_changed(qtbot, window, page):
    last = page.images[-1]
    page.grid.go_to_row(len(page.images) - 1)
    qtbot.keyClick(page.grid, ESCAPE)
    qtbot.waitUntil(lambda: window.pages.at_desk)
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    assert page.grid.current() == last  # nothing has changed: where it was left
    qtbot.keyClick(page.grid, ESCAPE)
    qtbot.waitUntil(lambda: window.pages.at_desk)
    idle(qtbot, page.controller)
    label_many(qtbot, window, 1)
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    assert last in page.images
    assert page.grid.current() == page.images[0]


def test_a_label_of_a_class_that_the_model_has_not_learned_is_told_as_such(page, monkeypatch):
    image = page.images[0]
    label = page.controller.project.labels.answers[image].class_index
    learned = {image: np.array([c != label for c in (0, 1)])}
    monkeypatch.setattr("autoal_gui.gui.review.review_page.learned_classes", lambda own: learned)
    shares = {image: np.eye(2, dtype=np.float32)[1 - label]}
    monkeypatch.setattr(type(page.controller.project.rounds), "predictions", lambda own: shares)
    page.enter()
    assert page.controller.images.was_told(image)  # no later answer to it is blind
    assert not page.controller.images.was_told(page.controller.images.current)
    assert page.controller.project.classes.names[label] in page.not_learned.text()
    assert page.not_learned.isVisible()
    assert "not learned" in ModelCaptions(page._table, ("a", "b"))[image]
