"""The bar above the desk: its words and its buttons stand on one line."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QToolButton, QWidget

from tests.support.gui import QUIET, draw_folder, start_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def baseline(widget: QWidget, place: QWidget) -> float:
    metrics = widget.fontMetrics()
    top = widget.mapTo(place, QPoint(0, 0)).y()
    return top + (widget.height() - metrics.height()) / 2 + metrics.ascent()


def test_the_words_of_the_bar_share_a_baseline_with_its_buttons(qtbot, window, tmp_path):
    window.resize(1280, 720)
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    header = window.desk.header
    button = next(one for one in header.findChildren(QToolButton) if one.text() == "Review")
    expected = baseline(button, header)
    for label in (header.name, header.mode, header.round, header.labels):
        assert baseline(label, header) == pytest.approx(expected, abs=1)
