"""Sections that fold: their titles are whole at any width."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from autoal_gui.gui.widgets.cards import CardColumn, Section, WholeLines
from autoal_gui.gui.widgets.text import text_label
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


def test_lines_that_grow_lie_over_nothing_even_before_the_next_event(qtbot):
    column, chart, label, below = CardColumn(), QWidget(), text_label("short"), text_label("below")
    qtbot.addWidget(column)
    inner = QWidget()
    rows = QVBoxLayout(inner)
    chart.setFixedHeight(150)
    for part in (chart, label, below):
        rows.addWidget(part)
    column.add_card("Title", inner)
    column.resize(300, 240)
    column.show()
    qtbot.waitUntil(lambda: label.height() > 0)
    QApplication.processEvents()
    label.setText(TITLE * 6)
    column.settle()
    assert label.height() >= label.heightForWidth(label.width())
    assert chart.geometry().bottom() < label.geometry().top()
    assert label.geometry().bottom() < below.geometry().top()


def test_the_last_line_in_sight_is_not_cut_in_half(qtbot):
    content = QWidget()
    column = QVBoxLayout(content)
    labels = [QLabel("A line.\nAnother line.") for _ in range(12)]
    for label in labels:
        column.addWidget(label)
    whole = WholeLines(content)
    qtbot.addWidget(whole)
    whole.show()
    line = labels[0].fontMetrics().lineSpacing()
    for high in (100, 107, 114, 121):
        whole.resize(200, high)
        qtbot.waitUntil(lambda: not whole._settled.isActive())
        end = whole.viewport().height()
        assert 0 <= whole.height() - 2 * whole.frameWidth() - end < 2 * line
        inside = [end - label.y() for label in labels if 0 < end - label.y() < label.height()]
        assert all(rest % line == 0 for rest in inside)


def test_a_chart_is_in_sight_whole_or_not_at_all(qtbot):
    content = QWidget()
    column = QVBoxLayout(content)
    charts = [QWidget() for _ in range(5)]
    for chart in charts:
        chart.setFixedHeight(40)
        column.addWidget(chart)
    whole = WholeLines(content)
    qtbot.addWidget(whole)
    whole.show()
    for high in (100, 120, 140):
        whole.resize(200, high)
        qtbot.waitUntil(lambda: not whole._settled.isActive())
        end = whole.viewport().height()
        assert not any(0 < end - chart.y() < chart.height() for chart in charts)
        assert end > charts[0].geometry().bottom()
