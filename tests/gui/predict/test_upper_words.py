"""The words above the images of a prediction share the height with them."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from autoal_gui.gui.predict.measured_section import Scrolled
from autoal_gui.gui.predict.upper_words import MOST, WordsAbove
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.text import text_label
from tests.support.gui import QUIET
from tests.tools.seen import cut_off

pytestmark = pytest.mark.qt_log_ignore(QUIET)
LONG = "These are predictions of a model trained in this program, not a diagnosis. " * 6


class Images(QWidget):
    def minimumSizeHint(self):  # noqa: N802 - Qt's name
        return QSize(100, 100)


@pytest.fixture
def place(qtbot):
    images, words = Images(), text_label(LONG)
    place = WordsAbove(images, words)
    qtbot.addWidget(place)
    place.resize(400, 1000)
    place.show()
    return place, words, images


def test_words_are_whole_where_there_is_room(qtbot, place):
    place, words, images = place
    qtbot.waitUntil(lambda: 0 < images.y() < 500)
    assert words.height() >= words.heightForWidth(words.width())
    assert images.height() == place.height() - images.y()
    assert cut_off(place) == []


def test_more_words_than_half_of_a_low_window_scroll_uncut(qtbot, place):
    place, words, images = place
    place.resize(400, 160)
    qtbot.waitUntil(lambda: images.y() == round(MOST * 160))
    qtbot.waitUntil(lambda: place._scroll.verticalScrollBar().maximum() > 0)
    assert words.height() >= words.heightForWidth(words.width())
    assert cut_off(place) == []


def test_images_follow_words_that_grow_shrink_or_stand_alone(qtbot, place):
    place, words, images = place
    qtbot.waitUntil(lambda: images.y() > 0)
    before = images.y()
    words.setText("Few words.")
    qtbot.waitUntil(lambda: 0 < images.y() < before)
    words.setText(LONG)
    qtbot.waitUntil(lambda: images.y() == before)
    images.hide()
    qtbot.waitUntil(lambda: place._scroll.height() == place.height())
    images.show()
    qtbot.waitUntil(lambda: place._scroll.height() == before)


def test_a_section_is_as_high_as_its_words_and_no_higher_than_its_lines(qtbot):
    words = text_label("Few words.")
    part = Scrolled(6, words)
    line = part.fontMetrics().height()
    qtbot.addWidget(part)
    assert line <= part.heightForWidth(300) < 3 * line
    words.setText(LONG)
    assert part.heightForWidth(300) == 6 * line
    part.resize(300, 6 * line)
    part.show()
    qtbot.waitUntil(lambda: part.verticalScrollBar().maximum() > 0)
    assert words.height() >= words.heightForWidth(words.width())


def test_a_section_that_is_opened_is_scrolled_to(qtbot):
    section = Section("Which images need a look")
    section.body.addWidget(text_label(LONG))
    place = WordsAbove(Images(), text_label(2 * LONG), section)
    qtbot.addWidget(place)
    place.resize(400, 300)
    place.show()
    bar = place._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert section.button.visibleRegion().isEmpty()
    section.button.click()
    qtbot.waitUntil(lambda: not section.button.visibleRegion().isEmpty())
