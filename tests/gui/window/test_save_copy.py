"""A project whose file is taken away while it is open: nothing is lost, and a copy goes on."""

import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support.gui import QUIET, draw_folder, start_project

pytestmark = [
    pytest.mark.qt_log_ignore(QUIET),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a file that is open"),
]


@pytest.fixture
def gone(qtbot, window, tmp_path):
    """The two answers of an open project whose file is then deleted; a third is refused."""
    images = draw_folder(tmp_path / "images", 24)
    controller = start_project(qtbot, window, images, tmp_path)
    qtbot.waitUntil(lambda: not controller.images._shown.isActive())  # the batch is stored
    for key in (Qt.Key.Key_2, Qt.Key.Key_1):
        qtbot.keyClick(window, key)
    (controller.project.folder / FILE_NAME).unlink()
    answers = dict(controller.project.labels.answers)
    qtbot.keyClick(window, Qt.Key.Key_2)
    assert dict(controller.project.labels.answers) == answers
    return answers


def choose(monkeypatch, place) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(place))


def press_the_offer(qtbot, window) -> None:
    button = QApplication.focusWidget()
    assert button.text() == "Save a copy…"
    qtbot.keyClick(button, Qt.Key.Key_Space)


def test_a_copy_holds_every_answer_and_the_same_keys_go_on_in_it(
    qtbot, window, tmp_path, monkeypatch, gone
):
    assert "Save a copy" in window.failure.sentence
    image = window.controller.images.current
    choose(monkeypatch, tmp_path)
    press_the_offer(qtbot, window)
    project = window.controller.project
    assert project.folder.parent == tmp_path
    assert window.failure.sentence == f"A copy was saved in {project.folder}, and is open now."
    assert {i: e.class_index for i, e in project.labels.answers.items()} == {
        i: e.class_index for i, e in gone.items()
    }
    assert window.controller.images.current == image
    qtbot.keyClick(window, Qt.Key.Key_2)
    window.controller.close_project()
    again = Project.open(project.folder, open_images)
    assert set(again.labels.answers) == {*gone, image}
    again.close()


def test_whoever_cancels_is_offered_a_copy_at_the_next_key(qtbot, window, monkeypatch, gone):
    choose(monkeypatch, "")
    press_the_offer(qtbot, window)
    assert dict(window.controller.project.labels.answers) == gone
    qtbot.keyClick(window, Qt.Key.Key_2)
    assert QApplication.focusWidget().text() == "Save a copy…"


def test_a_copy_that_cannot_be_written_is_offered_again(qtbot, window, tmp_path, monkeypatch, gone):
    file = tmp_path / "a file"
    file.write_bytes(b"")
    choose(monkeypatch, file)
    press_the_offer(qtbot, window)
    assert window.failure.isVisible()
    assert dict(window.controller.project.labels.answers) == gone
    assert QApplication.focusWidget().text() == "Save a copy…"
