"""The search of the screen finds words that nobody can read."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QListWidget, QScrollArea, QTextBrowser, QWidget

from autoal_gui.gui.panels.plots import make_plot
from tests.tools.seen import cut_off, painted, shortened, sideways


def shown(qtbot, widget, wide=300, high=120):
    qtbot.addWidget(widget)
    widget.resize(wide, high)
    widget.show()
    return widget


class Painter(QWidget):
    def paintEvent(self, event):  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Painted by itself")
        painter.end()


def test_a_label_with_too_little_room_is_found(qtbot):
    label = QLabel("Some words that need all of their room", wordWrap=True)
    place = shown(qtbot, QWidget())
    label.setParent(place)
    label.setGeometry(0, 0, 60, 12)
    label.show()
    assert cut_off(place) == [label.text()]
    label.setGeometry(0, 0, 280, 100)
    assert cut_off(place) == []


def test_words_that_a_widget_paints_itself_are_read(qtbot):
    assert painted(shown(qtbot, Painter())) == ["Painted by itself"]


def test_the_words_of_charts_are_read(qtbot):
    place = QWidget()
    plot = make_plot("Accuracy", "Labels")
    plot.setParent(place)
    plot.resize(400, 300)
    shown(qtbot, place, 400, 300)
    qtbot.waitUntil(lambda: {"Accuracy", "Labels"} <= set(painted(place)))


def test_what_a_list_shortens_is_found_and_a_command_with_dots_is_not(qtbot):
    place = shown(qtbot, QWidget(), 300, 200)
    command = QLabel("Open project…", place)
    page = QTextBrowser(place)
    page.setGeometry(100, 0, 200, 200)
    page.setHtml("<p>Press <b>Classes…</b> in the menu Label.</p>")
    page.show()
    entries = QListWidget(place)
    entries.setGeometry(0, 40, 90, 120)
    entries.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    entries.addItem("A name that is far too long for this list")
    entries.addItem("Keys…")
    command.show()
    entries.show()
    (found,) = shortened(place)
    assert found.startswith("A name")


def test_what_has_to_be_scrolled_to_the_side_is_found(qtbot):
    place, area, wide = QWidget(), QScrollArea(), QWidget()
    area.setParent(place)
    area.resize(200, 100)
    wide.resize(300, 50)
    area.setWidget(wide)
    shown(qtbot, place)
    assert sideways(place) == ["QScrollArea"]
    wide.resize(100, 300)
    qtbot.waitUntil(lambda: sideways(place) == [])
