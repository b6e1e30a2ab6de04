"""The classes from the desk: added, renamed and removed, with a word about what they hold."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from autoal_gui.gui.desk.class_panel import ClassButton
from autoal_gui.gui.keys import class_keys
from tests.gui.window.test_main_window import start
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def controller(qtbot, window, tmp_path):
    return start(window, tmp_path, ("bright", "dark", "grey"))


@pytest.fixture
def dialog(qtbot, window, controller):
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    yield window.dialog
    if window.dialog is not None:
        window.dialog.reject()


def shown(dialog) -> list[tuple[str, str]]:
    items = [dialog.table.topLevelItem(row) for row in range(dialog.table.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items]


def mark(dialog, row):
    dialog.table.setCurrentItem(dialog.table.topLevelItem(row))


def test_a_class_is_added_by_its_name_and_enter(qtbot, window, controller, dialog):
    qtbot.keyClicks(dialog.entry, "odd")
    qtbot.keyClick(dialog.entry, Qt.Key.Key_Return)
    assert controller.project.classes.names == ("bright", "dark", "grey", "odd")
    assert dialog.isVisible()
    dialog.reject()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_4)
    assert [entry.class_index for entry in controller.project.labels.answers.values()] == [3]


def test_a_name_that_is_taken_is_refused_in_a_sentence(qtbot, controller, dialog):
    qtbot.keyClicks(dialog.entry, "dark")
    qtbot.mouseClick(dialog.add_button, Qt.MouseButton.LeftButton)
    assert "already" in dialog.problem.text()
    assert len(controller.project.classes.names) == 3


def test_a_class_is_renamed_in_the_table(qtbot, window, controller, dialog):
    mark(dialog, 1)
    qtbot.mouseClick(dialog.rename_button, Qt.MouseButton.LeftButton)
    field = dialog.table.findChild(QLineEdit)
    field.selectAll()
    qtbot.keyClicks(field, "deep")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: controller.project.classes.names == ("bright", "deep", "grey"))
    assert window.desk.class_panel._buttons[1].accessibleName().startswith("deep")


def test_removing_a_class_says_how_many_labels_it_has(qtbot, window, controller):
    for key in (Qt.Key.Key_3, Qt.Key.Key_1, Qt.Key.Key_3):
        qtbot.keyClick(window, key)
    window.dialogs.show_classes()
    dialog = window.dialog
    assert shown(dialog) == [("bright", "1"), ("dark", "0"), ("grey", "2")]
    mark(dialog, 2)
    qtbot.mouseClick(dialog.remove_button, Qt.MouseButton.LeftButton)
    assert "2 images have the class grey" in dialog.sentence.text()
    qtbot.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)
    assert not dialog.question.isVisible()
    assert shown(dialog)[2] == ("grey", "2")  # kept
    qtbot.mouseClick(dialog.remove_button, Qt.MouseButton.LeftButton)
    dialog.heir.setCurrentIndex(dialog.heir.findData("1"))
    qtbot.mouseClick(dialog.remove_now, Qt.MouseButton.LeftButton)
    assert shown(dialog) == [("bright", "1"), ("dark", "2")]
    dialog.reject()
    qtbot.waitUntil(window.isActiveWindow)
    assert not window.desk.class_panel._buttons[2].isVisible()
    answers = len(controller.project.labels.answers)
    qtbot.keyClick(window, Qt.Key.Key_3)
    assert "grey has been removed" in window.status.text()
    assert len(controller.project.labels.answers) == answers


def test_a_removed_class_comes_back_under_its_name(qtbot, window, controller, dialog):
    mark(dialog, 2)
    dialog.ask_to_remove()
    assert not dialog._heirs.isVisible()  # no label to give away
    dialog.remove()
    assert len(shown(dialog)) == 2
    mark(dialog, 1)
    dialog.ask_to_remove()
    assert "at least two" in dialog.problem.text()
    qtbot.keyClicks(dialog.entry, "grey")
    qtbot.keyClick(dialog.entry, Qt.Key.Key_Return)
    assert len(shown(dialog)) == 3
    assert window.desk.class_panel._buttons[2].isVisibleTo(window.desk)


def test_a_class_moves_up_with_its_key_and_keeps_its_labels(qtbot, window, controller, dialog):
    first = controller.images.current
    controller.labelling.answer(2)
    qtbot.waitUntil(dialog.isActiveWindow)
    mark(dialog, 2)
    qtbot.keyClick(dialog.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert shown(dialog) == [("bright", "0"), ("grey", "1"), ("dark", "0")]
    qtbot.keyClick(dialog.table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)  # still marked
    assert [name for name, _ in shown(dialog)] == ["grey", "bright", "dark"]
    assert not dialog.up.isEnabled()
    dialog.reject()
    buttons = window.desk.class_panel.findChildren(ClassButton)
    by_height = sorted((b for b in buttons if b.isVisible()), key=lambda button: button.y())
    assert [b.accessibleName() for b in by_height] == [
        "grey, key 1", "bright, key 2", "dark, key 3"
    ]  # fmt: skip
    second = controller.images.current
    qtbot.mouseClick(by_height[0], Qt.MouseButton.LeftButton)
    given = {i: entry.class_index for i, entry in controller.project.labels.answers.items()}
    assert given == {first: 2, second: 2}
    assert controller.project.classes.names == ("bright", "dark", "grey")


def test_the_order_of_classes_is_kept_with_the_project_alone(qtbot, window, controller, dialog):
    mark(dialog, 0)
    qtbot.mouseClick(dialog.down, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(dialog.entry, "odd")
    qtbot.keyClick(dialog.entry, Qt.Key.Key_Return)
    assert [name for name, _ in shown(dialog)] == ["dark", "bright", "grey", "odd"]
    dialog.reject()
    folder = controller.project.folder
    controller.close_project()
    assert class_keys(4) == ("1", "2", "3", "4")
    assert controller.open_project(folder)
    assert controller.project.classes.order == (1, 0, 2, 3)
    assert class_keys(4) == ("2", "1", "3", "4")
    assert class_keys(4, new=True) == ("1", "2", "3", "4")
