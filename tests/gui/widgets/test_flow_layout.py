"""A row that goes on in further lines: as high as its items need at any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from autoal_gui.gui.widgets.flow_layout import FlowLayout
from autoal_gui.gui.widgets.text import text_label
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def laid_out(texts: list[str]) -> tuple[QWidget, FlowLayout]:
    parent = QWidget()
    layout = FlowLayout(parent)
    for text in texts:
        layout.addWidget(QLabel(text))
    return parent, layout


@given(st.lists(st.text("ab", min_size=1, max_size=8), min_size=1, max_size=6), st.integers(1, 400))
def test_the_height_told_is_that_which_the_items_take(qapp, texts, width):
    _parent, layout = laid_out(texts)
    layout.setGeometry(QRect(0, 0, width, layout.heightForWidth(width)))
    items = [layout.itemAt(place).geometry() for place in range(layout.count())]
    assert max(item.bottom() for item in items) + 1 == layout.heightForWidth(width)


def test_a_text_that_grows_and_an_item_that_is_hidden_change_the_height(qtbot):
    parent, layout = laid_out(["a", "b"])
    qtbot.addWidget(parent)
    parent.show()
    first, second = (layout.itemAt(place).widget() for place in range(2))
    one_line = layout.heightForWidth(200)
    first.setText("a" * 40)
    two_lines = layout.heightForWidth(200)
    assert two_lines > one_line
    second.hide()
    assert layout.heightForWidth(200) == one_line
    second.show()
    assert layout.heightForWidth(200) == two_lines


def baseline(label: QLabel) -> int:
    metrics, place = label.fontMetrics(), label.geometry()
    return place.top() + (place.height() - metrics.height()) // 2 + metrics.ascent()


@pytest.mark.parametrize("high", [60, 61, 90])
def test_words_of_any_size_stand_on_the_baseline_of_words_in_the_middle(qapp, high):
    _parent, layout = laid_out(["a"])
    large, button = text_label("b", size=1.5, bold=True, wrap=False), QPushButton("c")
    for widget in (large, button):
        layout.addWidget(widget)
    layout.setGeometry(QRect(0, 0, 900, high))
    small = layout.itemAt(0).widget()
    assert baseline(large) == baseline(small)
    assert large.geometry().top() < small.geometry().top()
    middles = {2 * one.geometry().top() + one.geometry().height() for one in (small, button)}
    assert max(abs(middle - high) for middle in middles) <= 2
