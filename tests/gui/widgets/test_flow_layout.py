"""A row that goes on in further lines: as high as its items need at any width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget

from autoal_gui.gui.widgets.flow_layout import FlowLayout
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
