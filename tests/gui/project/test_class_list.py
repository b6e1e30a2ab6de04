"""The names of classes: typed, pasted, put in order."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication

from autoal_gui.gui.project.class_list import ClassList

NAMES = ("neutrophil", "lymphocyte", "monocyte")


@pytest.fixture
def classes(qtbot):
    found = ClassList()
    qtbot.addWidget(found)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "neutrophil, lymphocyte, monocyte",
        "neutrophil\nlymphocyte\nmonocyte",
        "neutrophil\r\nlymphocyte\r\n\r\nmonocyte\r\n",
        "neutrophil;lymphocyte\tmonocyte, lymphocyte",
    ],
)
def test_names_pasted_with_commas_or_one_a_line_are_classes_each(qtbot, classes, text):
    QGuiApplication.clipboard().setText(text)
    classes.entry.paste()
    assert classes.list.count() == 3
    assert classes.names() == NAMES
    assert classes.entry.text() == ""


def test_a_comma_ends_a_name_and_what_stands_in_the_field_counts(qtbot, classes):
    qtbot.keyClicks(classes.entry, "benign, malignant")
    assert classes.list.count() == 1
    assert classes.names() == ("benign", "malignant")
    assert classes.problem() == ""
    qtbot.keyClick(classes.entry, Qt.Key.Key_Return)
    assert classes.list.count() == 2
    assert classes.names() == ("benign", "malignant")


def test_classes_are_moved_unless_the_images_brought_them(classes):
    classes.set_classes(NAMES, 0)
    top = QModelIndex()
    assert classes.list.model().moveRow(top, 2, top, 0)
    assert classes.names() == ("monocyte", "neutrophil", "lymphocyte")
    assert classes.list.dragDropMode() == ClassList.DRAG
    classes.set_classes(NAMES, 3)
    assert classes.list.dragDropMode() == ClassList.STILL
