"""How image and answers share the width of the desk."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSplitter, QWidget

from autoal_gui.gui.desk.reading import Reading
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET, "does not support")
IMAGE, LEAST, USUAL = 200, 150, 260  # pixels of width


class Part(QWidget):
    def __init__(self, least):
        super().__init__()
        self._least = least

    def minimumSizeHint(self):  # noqa: N802 - Qt's name
        return QSize(self._least, 10)

    def sizeHint(self):  # noqa: N802 - Qt's name
        return QSize(1000, 10)


@pytest.mark.parametrize(
    ("room", "answers"),
    [(800, USUAL), (IMAGE + USUAL, USUAL), (IMAGE + 200, 200), (IMAGE + LEAST, LEAST)],
)
def test_answers_give_way_before_the_panel_beside_them(qtbot, room, answers):
    part, panel = Part(LEAST), QWidget()
    reading = Reading(QWidget(), Part(IMAGE), part, USUAL)
    splitter = QSplitter()
    qtbot.addWidget(splitter)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(0)
    splitter.addWidget(reading)
    splitter.addWidget(panel)
    splitter.resize(1200, 100)
    splitter.show()
    splitter.setSizes([room, 1200 - room])
    qtbot.waitUntil(lambda: part.width() == answers)
    assert reading.width() == room
    splitter.setSizes([0, 1200])
    assert reading.width() == IMAGE + LEAST
