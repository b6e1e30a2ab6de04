"""A project opens soon after it is asked for, and what takes time then is said."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from autoal_gui.gui.window.busy import OPENING
from autoal_gui.gui.window.projects import desk_ahead
from autoal_gui.gui.window.projects.new_projects import folder_spec
from tests.support.gui import QUIET, draw_folder, start_project
from tests.support.processes.child import run_child

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def test_the_desk_is_made_while_images_are_chosen_and_shows_the_project_then(
    qtbot, window, tmp_path
):
    images = draw_folder(tmp_path / "images", 12)
    window.new_projects.show_dialog(folder_spec(images))
    qtbot.waitUntil(lambda: window.pages._desk is not None)
    desk = window.desk
    assert window.pages.currentWidget() is window.start_page
    window.dialog.reject()
    controller = start_project(qtbot, window, images, tmp_path)
    assert window.desk is desk
    assert window.pages.currentWidget() is desk
    qtbot.waitUntil(lambda: desk.strip.isVisible() and controller.images.current is not None)


def test_what_the_desk_is_made_of_is_loaded_by_the_windows_own_thread(qtbot, window, monkeypatch):
    """In another thread classes of Qt would be looked at while the window makes objects of them."""
    loaded = []
    monkeypatch.setattr(
        desk_ahead, "import_module", lambda name: loaded.append((name, threading.current_thread()))
    )
    window.new_projects.begun.emit()
    assert loaded == []  # the dialog comes first
    qtbot.waitUntil(lambda: window.pages._desk is not None)
    assert loaded == [(part, threading.main_thread()) for part in desk_ahead.PARTS]


def test_the_chart_library_is_there_before_any_other_thread():
    code = (
        "import sys, threading\n"
        "import autoal_gui.gui.window.main_window\n"
        "assert 'pyqtgraph' in sys.modules\n"
        "assert threading.active_count() == 1"
    )
    done = run_child(["-c", code])
    assert done.returncode == 0, done.stderr


def test_it_is_said_that_a_project_is_being_opened_until_it_is(qtbot, window, tmp_path):
    told = []
    window.controller.project_opened.connect(
        lambda: told.append((window.status.text(), QApplication.overrideCursor().shape()))
    )
    read, opened = window.controller._opened.read, []

    def seen(folder):
        opened.append(window.status.text())
        return read(folder)

    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 12), tmp_path)
    folder = controller.project.folder
    controller.close_project()
    window.controller._opened.read = seen
    assert window.open_folder(folder)
    assert opened == [OPENING]
    assert told[-1][1] is Qt.CursorShape.WaitCursor
    assert QApplication.overrideCursor() is None
    assert "to label" in window.status.text()
    controller.close_project()
    before = window.status.text()
    assert not window.open_folder(tmp_path / "nothing")
    assert window.status.text() == before
    assert QApplication.overrideCursor() is None
