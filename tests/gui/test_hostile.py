"""Names that look like markup, formats or commands are shown and stored as they are."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import QLabel, QWidget

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.gui.panels.performance.confusion_matrix import ConfusionMatrix
from autoal_gui.gui.widgets.text import plain_tip
from autoal_gui.gui.window.start_page import recent_item
from tests.support.checking import BACKSPACE, FIRST, SECOND, idle, label_many, start
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)
MARKUP = "<b>bold & <img src='x'>"
FORMAT = "{0} {name} %s %1 \"'\N{RIGHT-TO-LEFT OVERRIDE}"


def as_shown(tip: str) -> str:
    """What Qt shows of a tooltip."""
    return QTextDocumentFragment.fromHtml(tip).toPlainText() if "<" in tip else tip


@pytest.mark.parametrize("text", [MARKUP, FORMAT, "a & b", "one\n<two>", "&lt;", "3 < 4"])
def test_a_tooltip_shows_a_text_as_it_is(text):
    assert as_shown(plain_tip(text)) == text


@pytest.fixture
def controller(qtbot, window, tmp_path):
    controller = start(window, tmp_path, classes=(MARKUP, FORMAT))
    controller.setup.set_annotator("<u>Dr</u> {B}")
    idle(qtbot, controller)
    return controller


def labels_with_markup(widget: QWidget) -> list[str]:
    """The labels that would show markup in place of the text."""
    rich = Qt.TextFormat.PlainText
    labels = widget.findChildren(QLabel)
    return [one.text() for one in labels if "<" in one.text() and one.textFormat() != rich]


def test_such_names_of_classes_are_shown_as_they_are(qtbot, window, controller):
    names = controller.project.classes.names
    buttons = window.desk.class_panel._buttons
    assert sorted(names) == sorted((MARKUP, FORMAT))
    for name, button in zip(names, buttons, strict=True):
        assert as_shown(button.toolTip()).startswith(name)
    label_many(qtbot, window, 2, FIRST)
    label_many(qtbot, window, 2, SECOND)
    assert names[1] in window.desk.image_bar.said.text()
    controller.setup.rename_class(0, "<i>other</i> {count}")
    controller.labelling.comment_on("{0} <b>comment</b>")
    qtbot.keyClick(window, BACKSPACE)
    idle(qtbot, controller)
    assert labels_with_markup(window) == []
    assert not window.failure.isVisible()


def test_such_names_are_shown_as_they_are_on_every_page(qtbot, window, controller):
    label_many(qtbot, window, 4, FIRST)
    idle(qtbot, controller)
    label_many(qtbot, window, 4, SECOND)
    idle(qtbot, controller)
    pages = window.pages
    for page in (pages.review, pages.agreement, pages.adjudication):
        pages.show_page(page)
        assert labels_with_markup(page) == []
    assert not window.failure.isVisible()


def test_a_confusion_matrix_and_a_recent_project_show_them(qtbot, window):
    matrix = ConfusionMatrix(window.theme)
    qtbot.addWidget(matrix)
    matrix.show_counts(Metrics.of(np.array([0, 1]), np.array([0, 0]), 2), (MARKUP, FORMAT))
    assert MARKUP in as_shown(matrix.horizontalHeaderItem(0).toolTip())
    assert f"{FORMAT} are taken for {MARKUP}" in as_shown(matrix.item(1, 0).toolTip())
    item = recent_item("/home/<b>ward</b>", window.theme.colours)
    assert as_shown(item.toolTip()) == "/home/<b>ward</b>"
