"""Second readings, what is to settle, agreement and merging, by real keys and mouse."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
)

from autoal_gui.core.project.project import Project
from autoal_gui.core.readers import agreement_text
from autoal_gui.engine.jobs import Job
from autoal_gui.gui.keys import KeyMap
from autoal_gui.gui.readers.agreement_page import in_lines
from autoal_gui.gui.session.readers import merge_job as merging
from autoal_gui.sources.opening import open_images
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
)
from tests.support.gui import QUIET, focusable, focused
from tests.tools.seen import cut_off

pytestmark = pytest.mark.qt_log_ignore(QUIET)
ENTER, LEFT = Qt.Key.Key_Return, Qt.Key.Key_Left


@pytest.fixture
def controller(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    idle(qtbot, controller)
    label_many(qtbot, window, 8)
    idle(qtbot, controller)
    return controller


def ask(window):
    window.actions_table["second"].trigger()
    return window.dialog


@pytest.fixture
def reading(qtbot, window, controller):
    """A second reading of all labelled images, just begun."""
    dialog = ask(window)
    qtbot.keyClicks(dialog.name, "Dr B")
    qtbot.mouseClick(dialog.choices["all"], Qt.MouseButton.LeftButton)
    qtbot.keyClick(dialog.name, ENTER)
    page = window.pages.second_reading
    assert window.pages.currentWidget() is page
    return page


def read(qtbot, window, page, key=None, times=1):
    """Answer as a second reader, rightly unless a key is given."""
    for _ in range(times):
        right = FIRST if is_bright(window.controller.project, page.current()) else SECOND
        qtbot.keyClick(window, key or right)


def test_the_dialog_asks_who_and_which(qtbot, window, controller):
    dialog = ask(window)
    dialog.accept()
    assert "name" in dialog.problem.text()
    dialog.name.setText("reader")
    dialog.accept()
    assert "another name" in dialog.problem.text()
    assert "8 images" in dialog.choices["all"].text()
    assert "images" not in dialog.choices["share"].text().replace("labelled images", "")
    assert any(label.text() == "of 8 images" for label in dialog.findChildren(QLabel))
    assert not dialog.choices["flagged"].isEnabled()
    assert dialog.isVisible()
    dialog.reject()
    assert controller.project.readings.all() == ()
    assert window.pages.currentWidget() is window.desk
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    qtbot.mouseClick(window.pages.agreement.second, Qt.MouseButton.LeftButton)
    assert window.dialog is not dialog  # the page of the agreement leads there too
    assert window.dialog.isVisible()
    window.dialog.reject()


def test_a_second_reader_sees_nothing_of_the_first(qtbot, window, controller, reading):
    assert reading.image_view.isVisible()
    assert not window.desk.isVisible()
    assert not any(button.isChecked() for button in reading.class_panel._buttons)
    assert not reading.class_panel._feedback.text()
    assert "reader" not in reading.title.text().replace("Second reading", "")
    assert [button.count for button in reading.class_panel._buttons] == ["0", "0"]
    assert set(reading.second_reading.reading.images) == set(controller.project.labels.answers)
    assert reading.second_reading.reading.images != tuple(controller.project.labels.answers)


def test_its_answers_never_change_the_projects(qtbot, window, controller, reading):
    project = controller.project
    answers, labels = dict(project.labels.answers), project.labels.training()
    assert reading.compare.isHidden()
    read(qtbot, window, reading, SECOND, times=8)
    assert reading.current() is None
    assert "All images of this reading" in reading.image_view.sentence
    assert (dict(project.labels.answers), project.labels.training()) == (answers, labels)
    second = project.labels.journal.second_answers("Dr B")
    assert {entry.class_index for entry in second.values()} == {1}
    assert all(e.suggested is None and e.purpose == "second" for e in second.values())
    assert "8 of 8" in reading.progress.text()
    qtbot.mouseClick(reading.compare, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.pages.agreement


def test_undo_redo_back_and_another_answer(qtbot, window, controller, reading):
    project = controller.project
    first = reading.current()
    qtbot.keyClick(window, SECOND)
    second = reading.current()
    qtbot.keyClick(window, BACKSPACE)
    assert reading.current() == first
    assert not project.labels.journal.second_answers("Dr B")
    qtbot.keyClick(window, BACKSPACE)  # never into the first reader's answers
    assert len(project.labels.answers) == 8
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert reading.current() == second
    qtbot.keyClick(window, LEFT)
    assert reading.current() == first
    assert reading.class_panel._buttons[1].isChecked()
    qtbot.keyClick(window, FIRST)
    assert project.labels.journal.second_answers("Dr B")[first].class_index == 0
    assert reading.current() == second
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert project.labels.journal.second_answers("Dr B")[second].action == "unsure"


def test_it_can_be_left_and_taken_up_after_a_restart(qtbot, window, controller, reading):
    read(qtbot, window, reading, times=3)
    here, folder = reading.current(), controller.project.folder
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.desk)
    undoable = controller.project.labels.journal.undoable
    assert undoable.purpose == "answer"
    controller.close_project()
    assert controller.open_project(folder)
    dialog = ask(window)
    ((button, _),) = dialog.unfinished
    assert "Dr B: 3 of 8 done" in button.text()
    assert button.isChecked()
    dialog.accept()
    assert window.pages.second_reading.current() == here


def test_nobody_reads_twice_what_they_have_read(qtbot, window, controller, reading):
    read(qtbot, window, reading, times=8)
    dialog = ask(window)
    assert dialog.unfinished == []
    dialog.name.setText("Dr B")
    dialog.choices["all"].setChecked(True)
    dialog.accept()
    assert "has answered all" in dialog.problem.text()
    dialog.reject()


# -- agreement and settling -----------------------------------------------------------------------


@pytest.fixture
def disputed(qtbot, window, controller, reading):
    """A second reading that differs on two images."""
    project = controller.project
    for number in range(8):
        image = reading.current()
        right = project.labels.answers[image].class_index
        qtbot.keyClick(window, (FIRST, SECOND)[right if number > 1 else 1 - right])
    return [entry.image_id for entry in project.labels.journal.second_answers("Dr B").values()][:2]


def test_agreement_is_told_in_plain_words(qtbot, window, controller, disputed, monkeypatch):
    monkeypatch.setattr(agreement_text, "LEAST", 8)  # images, as many as were read
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    page = window.pages.agreement
    assert window.pages.currentWidget() is page
    assert page.reader.currentText() == "Dr B"
    assert "The same class on 6 of 8 images: 75% " in page.between.text()
    kappa = page.comparison().agreement(2).kappa()
    assert f"Cohen's kappa {kappa:.2f} (" in page.between.text()
    assert "Weighted" not in page.between.text()
    page.graded.click()
    assert "Weighted kappa" in page.between.text()
    assert "2 images to settle." in page.open_words.text()
    assert "answered twice yet" in page.own.text()
    assert "suggestion" in page.model.text()


def test_of_too_few_images_no_kappa_is_told(qtbot, window, controller, disputed):
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    told = window.pages.agreement.between.text()
    assert "With fewer than 10 images kappa says nothing." in told
    assert "Cohen" not in told


def test_a_readers_long_name_is_whole_on_a_page_shown_before(qtbot, window, controller, disputed):
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    page = window.pages.agreement
    page.reader.setItemText(0, "Dr Bartholomew Longfellow-Montgomery")
    qtbot.waitUntil(lambda: cut_off(page) == [])


def test_a_number_of_the_table_opens_its_images(qtbot, window, controller, disputed):
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    page = window.pages.agreement
    cells = [(r, c) for r in (0, 1) for c in (0, 1) if r != c]
    shown = []
    for row, column in cells:
        if page.table.item(row, column).text() == "0":
            continue
        place = page.table.visualItemRect(page.table.item(row, column)).center()
        qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert window.pages.currentWidget() is window.pages.review
        shown += window.pages.review.images
        qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    assert sorted(shown) == sorted(disputed)


def test_settling_stores_the_final_answer_and_leaves_the_agreement(
    qtbot, window, controller, disputed
):
    project = controller.project
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    agreement = window.pages.agreement
    before = agreement.between.text()
    qtbot.mouseClick(agreement.adjudicate, Qt.MouseButton.LeftButton)
    page = window.pages.adjudication
    assert page.current() == disputed[0]
    assert "reader: " in page.said.text()
    assert "Dr B: " in page.said.text()
    page.comment.setFocus()
    qtbot.keyClicks(page.comment, "1 both possible")
    qtbot.keyClick(page.comment, ENTER)
    assert project.labels.journal.comment(disputed[0]) == "1 both possible"
    qtbot.keyClick(window, SECOND)
    final = project.labels.answers[disputed[0]]
    assert (final.class_index, final.purpose) == (1, "adjudicate")
    assert page.current() == disputed[1]
    qtbot.keyClick(window, BACKSPACE)
    assert page.current() == disputed[0]
    assert project.labels.answers[disputed[0]].purpose == "answer"
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert page.current() == disputed[1]
    qtbot.keyClick(window, FIRST)
    assert page.current() is None
    assert "Nothing is left to settle" in page.image_view.sentence
    qtbot.keyClick(window, BACKSPACE)
    qtbot.keyClick(window, BACKSPACE)
    qtbot.keyClick(window, BACKSPACE)  # the comment and the labels before stay
    assert len(project.labels.answers) == 8
    assert project.labels.journal.comment(disputed[0])
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    assert agreement.between.text() == before


# -- merging --------------------------------------------------------------------------------------


@pytest.fixture
def theirs(qtbot, window, tmp_path, controller):
    """Another reader's project over the same images; ours is open again."""
    ours = controller.project.folder
    start(window, tmp_path, name="theirs")
    window.controller.setup.set_annotator("Dr C")
    idle(qtbot, controller)
    label_many(qtbot, window, 8, SECOND)
    idle(qtbot, controller)
    folder = controller.project.folder
    controller.close_project()
    assert controller.open_project(ours)
    idle(qtbot, controller)
    return folder


def merge(qtbot, window, monkeypatch, folder):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    page = window.pages.agreement
    qtbot.mouseClick(page.merge, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.merging.is_running)
    return page


def test_another_projects_answers_come_in(qtbot, window, controller, theirs, monkeypatch):
    project = controller.project
    answers = dict(project.labels.answers)
    page = merge(qtbot, window, monkeypatch, theirs)
    assert "8 answers came in as second readings, by Dr C." in page.outcome.text()
    assert page.outcome.isVisible()
    assert page.reader.currentText() == "Dr C"
    assert dict(project.labels.answers) == answers
    assert len(project.labels.journal.second_answers("Dr C")) == 8
    page = merge(qtbot, window, monkeypatch, theirs)
    assert "0 answers came in" in page.outcome.text()
    other = Project.open(theirs, open_images)
    assert other.labels.journal.second_readers == ()
    other.close()


def test_what_cannot_be_merged_is_told_in_a_sentence(
    qtbot, window, controller, tmp_path, monkeypatch
):
    page = merge(qtbot, window, monkeypatch, tmp_path)
    assert "no project" in window.failure.sentence
    assert page.merge.isEnabled()
    merge(qtbot, window, monkeypatch, controller.project.folder)
    assert "this project" in window.failure.sentence
    merge(qtbot, window, monkeypatch, Path("/nowhere"))
    assert "no project" in window.failure.sentence


def test_closing_the_project_while_it_merges_is_harmless(
    qtbot, window, controller, theirs, monkeypatch
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(theirs))
    window.actions_table["merge"].trigger()
    folder = controller.project.folder
    controller.close_project()
    page = window.pages.agreement
    qtbot.waitUntil(lambda: not page.merging.is_running)
    assert controller.open_project(folder)
    assert controller.project.labels.journal.second_readers == ()


def test_a_merge_that_closing_stopped_leaves_the_page_to_the_next_project(
    qtbot, window, tmp_path, controller, monkeypatch
):
    begun = threading.Event()

    def endless(*given):
        while True:
            given[-1](0, 0)
            begun.set()

    monkeypatch.setattr(merging, "_compare", endless)
    page = window.pages.agreement
    window.pages.show_page(page)
    page.merge_project(tmp_path)
    qtbot.waitUntil(begun.is_set)
    assert page.busy.isVisible()
    window.actions_table["home"].trigger()
    start(window, tmp_path, name="second")
    assert window.pages.agreement is page
    window.pages.show_page(page)
    assert page.merge.isEnabled()
    assert not page.busy.isVisible()
    assert not page.stop.isVisible()
    assert page.outcome.text() == ""
    assert not page.merging.is_running


def test_nobody_reads_their_own_answers_as_a_second_reader(qtbot, window, controller):
    first = controller.project.settings.annotator
    controller.setup.set_annotator("Dr B")
    own = controller.images.current
    label_many(qtbot, window, 1)
    dialog = ask(window)
    qtbot.keyClicks(dialog.name, first)
    qtbot.mouseClick(dialog.choices["all"], Qt.MouseButton.LeftButton)
    qtbot.keyClick(dialog.name, ENTER)
    assert window.pages.second_reading.second_reading.reading.images == (own,)


def test_what_an_earlier_merge_had_read_never_goes_into_another_project(
    qtbot, window, controller, theirs, monkeypatch
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(theirs))
    window.actions_table["merge"].trigger()
    merging = window.pages.agreement.merging
    for job in merging.findChildren(Job):
        assert job.wait(10_000)  # what it has read is on its way to the window
    ours = controller.project.folder
    controller.close_project()
    start(window, ours.parent.parent, name="third")
    third = controller.project
    merging.start(ours)
    qtbot.waitUntil(lambda: not merging.is_running)
    assert set(third.labels.journal.second_readers) == {controller.project.settings.annotator}


def test_keys_and_colours_that_change_reach_a_page_made_before(qtbot, window, reading):
    unsure = reading.local["unsure"]
    before = unsure.icon().cacheKey()
    key = KeyMap().with_command("unsure", ("Q",))
    try:
        window.dialogs.take_keys(key)
        window.theme.choose("dark")
        assert unsure.icon().cacheKey() == window.actions_table["unsure"].icon().cacheKey()
        assert unsure.icon().cacheKey() != before
        image = reading.current()
        qtbot.keyClick(window, Qt.Key.Key_Q)
        assert reading.current() != image
    finally:
        window.dialogs.take_keys(KeyMap())
        window.theme.choose("light")
    assert [k.toString() for k in unsure.shortcuts()] == ["U"]


def test_keys_of_a_second_reading_work_with_the_focus_anywhere(qtbot, window, controller, reading):
    journal, tried = controller.project.labels.journal, 0
    for widget in focused(focusable(reading)):
        qtbot.keyClick(widget, SECOND)
        assert len(journal.second_answers("Dr B")) == 1, type(widget).__name__
        qtbot.keyClick(QApplication.focusWidget(), BACKSPACE)
        assert not journal.second_answers("Dr B"), type(widget).__name__
        tried += 1
    assert tried > 4


def test_keys_of_settling_work_with_the_focus_anywhere(qtbot, window, controller, disputed):
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    qtbot.mouseClick(window.pages.agreement.adjudicate, Qt.MouseButton.LeftButton)
    page, answers, tried = window.pages.adjudication, controller.project.labels.answers, 0
    for widget in focused(focusable(page)):
        image = page.current()
        qtbot.keyClick(widget, SECOND)
        assert answers[image].purpose == "adjudicate", type(widget).__name__
        qtbot.keyClick(QApplication.focusWidget(), BACKSPACE)
        assert answers[image].purpose == "answer", type(widget).__name__
        tried += 1
    assert tried > 4


def test_heads_of_columns_are_broken_between_words():
    assert in_lines("Changed away from it") == "Changed\naway from\nit"
    assert in_lines("Uneinheitlichkeiten") == "Uneinheitlichkeiten"


def test_the_table_of_suggestions_has_room_for_its_broken_heads(qtbot, window, controller):
    window.actions_table["agreement"].trigger()
    table = window.pages.agreement.suggestion_use
    heads = [table.horizontalHeaderItem(place).text() for place in range(table.columnCount())]
    lines = max(head.count("\n") + 1 for head in heads)
    assert lines > 1
    line = table.fontMetrics().height()
    high = table.horizontalHeader().sizeHint().height()
    assert high >= lines * line
    rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
    assert table.height() >= rows + high
