"""The table of commands: each row is whole, and nothing beside it connects or enables a command."""

import ast
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.images.display_window import BASES, PRESETS
from autoal_gui.core.images.source import Picture
from autoal_gui.gui.images.image_pyramid import levels
from autoal_gui.gui.widgets.actions import When
from autoal_gui.gui.window.commands.table import COMMANDS, WAYS
from autoal_gui.gui.window.start_page import WAYS as SHOWN_WAYS
from tests.gui.window.test_main_window import start
from tests.support.gui import QUIET
from tests.support.paths import ROOT

pytestmark = pytest.mark.qt_log_ignore(QUIET)
TABLES = {"actions", "actions_table", "_actions"}
"""What code calls the actions by name."""
ONLY_HERE = {"triggered", "setEnabled", "setDisabled", "setShortcut", "setShortcuts", "setText"}
"""What a row decides; `gui.widgets.actions` alone does it."""
GREYS = np.arange(4096, dtype=np.uint16).reshape(64, 64)


class Recorder:
    """Stands for any part of the window, and keeps what is called."""

    def __init__(self, name: str, calls: list[str]) -> None:
        self._name, self._calls = name, calls

    def __getattr__(self, name: str) -> "Recorder":
        return Recorder(f"{self._name}.{name}", self._calls)

    def __call__(self, *args: object) -> "Recorder":
        self._calls.append(self._name)
        return self


@pytest.fixture
def controller(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    qtbot.waitUntil(lambda: controller.at_rest)
    return controller


def effects(does) -> list[str]:
    calls: list[str] = []
    does(Recorder("window", calls))
    return calls


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_an_effect_and_no_other_has_it(command):
    calls = effects(command.does)
    assert calls
    if not command.name.startswith("look_"):  # which differ in the window that they name
        same = [other.name for other in COMMANDS if effects(other.does) == calls]
        others = {
            "predict",
            "agreement",
            "map",
            "confirm",
        }  # which differ in the page that they show
        assert set(same) <= {command.name, *others}


def test_names_are_given_once():
    assert max(Counter(command.name for command in COMMANDS).values()) == 1


def test_every_command_is_found_in_the_menu_bar_once_and_in_the_right_menu(window):
    found = Counter()
    for menu, title in zip(window.menuBar().actions(), window.actions_table.menus, strict=True):
        assert menu.text() == title
        names = [action.objectName() for action in menu.menu().actions() if action.objectName()]
        assert names == [command.name for command in COMMANDS if command.menu == title]
        found.update(names)
    assert found == Counter(command.name for command in COMMANDS)


def enabled(window) -> set[str]:
    return {c.name for c in COMMANDS if window.actions_table[c.name].isEnabled()}


def ruled(*rules: When) -> set[str]:
    return {command.name for command in COMMANDS if command.when in rules}


def test_a_command_is_enabled_when_its_row_says_so(qtbot, window, tmp_path):
    assert enabled(window) == ruled(When.ALWAYS)
    controller = start(window, tmp_path)
    qtbot.waitUntil(lambda: controller.at_rest)
    open_ = (When.ALWAYS, When.IN_PROJECT, When.CAN_TRAIN)
    assert enabled(window) == ruled(*open_, When.AT_DESK)
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert enabled(window) == ruled(*open_, When.AT_DESK, When.CAN_UNDO)
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert enabled(window) == ruled(*open_, When.AT_DESK, When.CAN_REDO)
    window.actions_table["review"].trigger()
    assert enabled(window) == ruled(*open_)
    window.actions_table["home"].trigger()
    assert enabled(window) == ruled(When.ALWAYS)


def test_every_rule_is_used_and_known():
    assert {command.when for command in COMMANDS} == set(When) - {When.WARMING, When.WRITING}
    others = [[other.when for other in c.instead] for c in COMMANDS if c.instead]
    assert others == [[When.WRITING], [When.WARMING, When.WRITING]]


def test_windows_of_computed_tomography_are_offered_for_it_alone(qtbot, window, controller):
    view, actions = window.desk.image_view, window.actions_table
    view.show_picture(levels(Picture((GREYS // 16).astype(np.uint8))))
    for base in BASES:
        assert actions[f"look_{base}"].isEnabled() == (base not in PRESETS)
    scan = Picture(GREYS, window=(984, 1383), slope=1.0, intercept=-1024.0, unit="HU")
    view.show_picture(levels(scan))
    assert all(actions[f"look_{base}"].isEnabled() for base in BASES)
    view.show_sentence("Reading the image…")
    assert not actions["look_lung"].isEnabled()


def test_every_way_of_the_start_page_has_an_effect(window):
    assert [way for way, *_ in SHOWN_WAYS] == list(WAYS)
    assert all(effects(does) for does in WAYS.values())


def meddling(source: str) -> list[int]:
    """Return the lines that connect, enable, name or give keys to an action of the table."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in ONLY_HERE:
            table = node.value.value if isinstance(node.value, ast.Subscript) else None
            name = getattr(table, "attr", None) or getattr(table, "id", None)
            if name in TABLES:
                found.append(node.lineno)
    return found


def test_nothing_beside_the_table_connects_enables_or_names_a_command():
    folder = ROOT / "autoal_gui" / "gui"
    files = [file for file in folder.rglob("*.py") if file.name != "actions.py"]
    assert len(files) > 60
    assert {str(file): lines for file in files if (lines := meddling(Path(file).read_text()))} == {}


@pytest.mark.parametrize(
    "planted",
    [
        'actions["undo"].triggered.connect(controller.labelling.undo)',
        'self._actions["train"].setEnabled(True)',
        'window.actions_table["flag"].setShortcut("X")',
    ],
)
def test_a_command_that_is_connected_elsewhere_is_noticed(planted):
    assert meddling(planted) == [1]
