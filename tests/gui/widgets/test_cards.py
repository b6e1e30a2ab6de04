"""Sections that fold: their titles are whole at any width."""

import pytest

from autoal_gui.gui.widgets.cards import Section
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)

TITLE = "Labels are known: right on 15 of 18 (61 to 94%), balanced accuracy 83%"


def shown(section: Section) -> str:
    return super(type(section.button), section.button).text()


def test_a_long_title_goes_on_in_a_second_line_and_comes_back_to_one(qtbot):
    section = Section(TITLE)
    qtbot.addWidget(section)
    section.resize(300, 200)
    section.show()
    assert section.minimumSizeHint().width() <= 300
    lines = shown(section).split("\n")
    assert len(lines) > 1
    assert " ".join(lines) == section.button.text() == TITLE
    assert max(map(section.button.fontMetrics().horizontalAdvance, lines)) < 300
    section.resize(1500, 200)
    qtbot.waitUntil(lambda: shown(section) == TITLE)


def test_a_title_without_spaces_is_broken_as_well(qtbot):
    section = Section("把选中的图像加入项目" * 6)
    qtbot.addWidget(section)
    section.resize(300, 200)
    section.show()
    assert "\n" in shown(section)
