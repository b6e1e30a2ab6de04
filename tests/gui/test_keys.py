"""Keys that the user chooses, and keys that work whatever has the focus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui import keys
from autoal_gui.gui.keys import KeyMap, class_keys, conflict
from autoal_gui.gui.window.commands.table import COMMANDS
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support.gui import QUIET, draw_folder, focusable, focused, services, settings

pytestmark = pytest.mark.qt_log_ignore(QUIET)
NAMES = ("bright", "dark", "grey")


@pytest.fixture(autouse=True)
def usual_keys():
    keys.use(KeyMap())
    yield
    keys.use(KeyMap())


def start(qtbot, window, tmp_path, classes=NAMES):
    spec = folder_spec(draw_folder(tmp_path / "images", 40))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    chosen = PRESETS["cpu"].in_mode("paper").but(batch_size=30)
    plan = ProjectPlan("cells", spec, classes, chosen, "ignore", evaluation_images=0)
    assert window.controller.create_project(tmp_path / "projects" / "cells", plan, listing)
    controller = window.controller
    qtbot.waitUntil(lambda: controller.at_rest and not controller.checks.running)
    return controller


def opened_dialog(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_Question)
    sheet = window.dialog
    qtbot.mouseClick(sheet.change, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.dialog is not None and window.dialog is not sheet)
    return window.dialog


def give_key(qtbot, dialog, target, key: str) -> None:
    dialog.select(target)
    dialog.edit.setKeySequence(QKeySequence(key))
    qtbot.mouseClick(dialog.take, Qt.MouseButton.LeftButton)


def close(qtbot, window) -> None:
    window.dialog.reject()
    qtbot.waitUntil(window.isActiveWindow)


def test_a_class_and_a_command_get_other_keys_at_once_and_for_good(
    qtbot, window, tmp_path, backend
):
    controller = start(qtbot, window, tmp_path)
    dialog = opened_dialog(qtbot, window)
    give_key(qtbot, dialog, 1, "K")
    give_key(qtbot, dialog, "unsure", "Ctrl+U")
    assert dialog.sentence.text() == "Changed; it applies from now on."
    close(qtbot, window)
    first, second, third = controller.images.batch[:3]
    qtbot.keyClick(window, Qt.Key.Key_2)  # no key any more
    qtbot.keyClick(window, Qt.Key.Key_U)
    assert dict(controller.project.labels.answers) == {}
    qtbot.keyClick(window, Qt.Key.Key_K)
    qtbot.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_1)
    answers = controller.project.labels.answers
    assert [answers[i].class_index for i in (first, second, third)] == [1, None, 0]
    assert window.desk.class_panel._buttons[1].toolTip() == "dark: press k"
    assert "Ctrl+U" in window.actions_table["unsure"].toolTip()

    other = MainWindow(services(tmp_path / "projects", lambda: backend), settings(tmp_path))
    assert class_keys(3) == ("1", "k", "3")
    assert other.actions_table["unsure"].shortcut() == QKeySequence("Ctrl+U")
    other.close()


def test_a_key_that_is_taken_is_refused_in_one_sentence(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path)
    dialog = opened_dialog(qtbot, window)
    for target, key, sentence in (
        (0, "U", "U is the key of “Unsure”; choose another or change that first."),
        (0, "2", "2 is the key of “dark”; choose another or change that first."),
        ("flag", "1", "1 is the key of “bright”; choose another or change that first."),
        ("flag", "Tab", "Tab is needed to move about the window; choose another key."),
        ("flag", "", "Press the new key first."),
    ):
        give_key(qtbot, dialog, target, key)
        assert dialog.sentence.text() == sentence
    assert keys.in_use() == KeyMap()


def test_one_key_or_all_are_as_the_program_came(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path)
    dialog = opened_dialog(qtbot, window)
    give_key(qtbot, dialog, "flag", "9")
    give_key(qtbot, dialog, 0, "X")
    dialog.select("flag")
    qtbot.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert "X is the key of “bright”" in dialog.sentence.text()
    dialog.select(0)
    qtbot.mouseClick(dialog.reset, Qt.MouseButton.LeftButton)
    assert class_keys(3) == ("1", "2", "3")
    qtbot.mouseClick(dialog.reset_all, Qt.MouseButton.LeftButton)
    assert keys.in_use() == KeyMap()
    assert window.actions_table["flag"].shortcut() == QKeySequence("X")


@given(
    st.dictionaries(st.integers(0, 40), st.sampled_from("012345abcxyzg"), max_size=6),
    st.dictionaries(
        st.sampled_from(["flag", "grid"]), st.sampled_from("345hq").map(lambda k: (k,)), max_size=2
    ),
    st.integers(2, 40),
)
def test_no_two_classes_share_a_key_whatever_was_chosen(classes, commands, count):
    distinct = {}
    for index, key in classes.items():  # the dialog lets no key be chosen twice
        if key not in distinct.values():
            distinct[index] = key
    try:
        keys.use(KeyMap(distinct, commands))
        found = [key for key in class_keys(count) if key]
        assert len(class_keys(count)) == count
        assert len(set(found)) == len(found)
        for index, key in distinct.items():
            if index < count:
                assert class_keys(count)[index] == key
        assert KeyMap.from_json(keys.in_use().to_json()) == keys.in_use()
    finally:
        keys.use(KeyMap())


@pytest.mark.parametrize("text", ["", "nonsense", "[]", '{"classes": 3, "commands": {}}', "null"])
def test_settings_that_cannot_be_read_change_nothing(text):
    assert KeyMap.from_json(text) == KeyMap()


def test_the_program_s_own_keys_do_not_collide():
    own = [(key, command.name) for command in COMMANDS for key in command.keys]
    for key, name in own:
        others = [(k, n) for k, n in own if n != name] + [(k, "class") for k in class_keys(40) if k]
        if key not in ("Up", "Down"):
            assert conflict(key, others) == ""


def test_keys_work_with_the_focus_in_every_part_of_the_desk(qtbot, window, tmp_path):
    controller = start(qtbot, window, tmp_path)
    tried = 0
    for widget in focused(focusable(window.desk)[:28]):
        before = len(controller.project.labels.answers)
        qtbot.keyClick(widget, Qt.Key.Key_3)
        assert len(controller.project.labels.answers) == before + 1, type(widget).__name__
        tried += 1
    assert tried > 10
