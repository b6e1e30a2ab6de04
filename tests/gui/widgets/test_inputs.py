"""Lists and numbers to choose from: nothing changes them by accident."""

import re

import pytest
from PySide6.QtWidgets import QComboBox

from autoal_gui.gui.widgets.inputs import StillComboBox, StillSpinBox
from tests.support.gui import QUIET, passes_over
from tests.support.paths import ROOT

pytestmark = pytest.mark.qt_log_ignore(QUIET)

GUI = ROOT / "autoal_gui" / "gui"
MADE = re.compile(r"\bQ(?:ComboBox|SpinBox|DoubleSpinBox|DateEdit|TimeEdit|FontComboBox)\(\)")


def test_the_wheel_changes_neither_a_choice_nor_a_number(qtbot):
    box, number = StillComboBox(), StillSpinBox()
    for widget in (box, number):
        qtbot.addWidget(widget)
    box.addItems(["first", "second"])
    number.setValue(5)
    assert passes_over(box)
    assert passes_over(number)
    assert (box.currentIndex(), number.value()) == (0, 5)


def test_no_list_or_number_that_the_wheel_would_change_is_made_anywhere():
    kinds = GUI / "widgets" / "inputs.py"
    files = (file for file in GUI.rglob("*.py") if file != kinds)
    found = [file.name for file in files if MADE.search(file.read_text(encoding="utf-8"))]
    assert not found


def test_a_list_of_a_fixed_number_of_letters_may_be_narrower_than_its_entries(qtbot):
    plain, still = QComboBox(), StillComboBox()
    for box in (plain, still):
        qtbot.addWidget(box)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(8)
        box.addItem("an entry that is a good deal longer than eight letters")
    assert still.minimumSizeHint() == plain.minimumSizeHint()
