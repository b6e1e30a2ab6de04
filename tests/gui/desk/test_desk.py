"""The desk: the image has the room, an answer answers back, and a round's end is told in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QRegion

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.registry import discover
from autoal_gui.gui.desk.answer_chip import AnswerChip
from autoal_gui.gui.desk.round_card import class_words
from autoal_gui.gui.panels.side_panel import folds
from autoal_gui.gui.strategy_names import strategy_reason
from autoal_gui.gui.widgets.theme import Theme
from tests.support.gui import QUIET, draw_folder, settings, start_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def test_the_desk_answers_back_and_leaves_the_room_to_the_image(qtbot, window, tmp_path):
    window.resize(1280, 720)
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    desk = window.desk
    assert not desk.side.folded
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    assert desk.side.folded
    assert folds(settings_of(window))
    qtbot.waitUntil(lambda: desk.stage.width() >= 0.7 * window.width())
    shown = controller.images.current
    name = controller.project.pool.images[shown].key.rsplit("/", 1)[-1]
    assert desk.why.name.text() == name  # and not the folder, which is the class
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert desk.why.name.isHidden()
    places = [tool.pos() for tool in desk.class_panel._buttons]
    qtbot.keyClick(window, Qt.Key.Key_2)
    desk.stage.light_up(1)  # once more, should a slow machine have put it out by now
    assert desk.stage.is_lit
    assert desk.image_bar.ring.share == 0.25
    assert desk.image_bar.said.text() == "Last image: dark."
    assert [tool.pos() for tool in desk.class_panel._buttons] == places
    qtbot.waitUntil(lambda: not desk.stage.is_lit)
    window.actions_table["flash"].trigger()
    desk.stage.light_up(1)
    assert not desk.stage.is_lit
    qtbot.waitUntil(lambda: desk.side.strip.left.text() == "3")
    assert desk.stage.card.isHidden()
    assert desk.header.round.text() == "Round 1: no model yet"
    for number in range(3):
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    qtbot.waitUntil(desk.stage.card.isVisible)
    assert desk.stage.card.title.text().startswith("Round 2 (4 labels)")
    assert "This is your first model." in desk.stage.card.next.text()  # why there is no round 1
    assert desk.header.round.text() == "Round 2"
    assert desk.stage.rect().contains(desk.stage.card.geometry())


def settings_of(window):
    return window._settings


class Painted(QObject):
    """Which parts of a widget are painted."""

    def __init__(self):
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched, event):  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self.region = self.region.united(event.region())
        return False


def test_an_answer_repaints_of_the_strip_what_it_changes(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    strip, loader, batch = window.desk.strip, window.desk.loader, controller.images.batch
    qtbot.waitUntil(lambda: all(loader.thumbnail(image) is not None for image in batch))
    qtbot.wait(0)
    painted = Painted()
    strip.viewport().installEventFilter(painted)
    qtbot.keyClick(window, Qt.Key.Key_1)
    items = [strip.visualRect(strip.model().index(row)) for row in range(4)]
    qtbot.waitUntil(lambda: painted.region.contains(items[1]))
    assert painted.region.contains(items[0])
    assert not any(painted.region.intersects(item) for item in items[2:])


def test_the_panel_is_folded_where_the_screen_is_narrow_until_the_user_says_otherwise(
    qapp, tmp_path
):
    kept = settings(tmp_path)
    assert not folds(kept)
    kept.remove("panel")
    wide = qapp.primaryScreen().availableSize().width() >= 1600
    assert folds(kept) is not wide


def test_the_card_names_what_is_found_now_and_what_is_not_yet():
    before = Metrics(((9, 1, 0), (5, 5, 0), (8, 0, 2)))
    now = Metrics(((9, 1, 0), (1, 9, 0), (5, 0, 5)))
    names = ("neutrophil", "eosinophil", "monocyte")
    words = class_words(now, before, names)
    assert words == (
        "Found now: eosinophil. Found: neutrophil. Found about half of the time: monocyte."
    )
    assert class_words(Metrics(((5, 0), (0, 5))), None, names) == ("Every class is found.")
    assert class_words(Metrics(((5, 0), (1, 1))), None, names) == (
        "Every class with enough images is found."
    )
    assert class_words(Metrics(((5, 0), (0, 5))), None, names, short={1}) == (
        "Every class with enough images is found. Too few labels for this round: eosinophil."
    )
    assert class_words(Metrics(((2, 0), (1, 1))), None, names) == ""  # too few to say anything


def test_two_of_three_is_not_called_half():
    names = ("neutrophil", "monocyte")
    assert class_words(Metrics(((5, 0), (2, 4))), None, names) == (
        "Found: neutrophil. Found most of the time, but not well yet: monocyte."
    )
    assert class_words(Metrics(((5, 0), (3, 3))), None, names) == (
        "Found: neutrophil. Found about half of the time: monocyte."
    )


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_the_card_says_nothing_of_classes_with_too_few_images(rows):
    found = class_words(Metrics(tuple(map(tuple, rows))), None, ("anna", "berta", "carla"))
    for name, row in zip(("anna", "berta", "carla"), rows, strict=True):
        assert sum(row) >= 5 or name not in found


def test_every_strategy_has_a_reason_that_a_reader_understands():
    for name in discover("autoal_gui.strategies"):
        words = strategy_reason(name)
        assert words
        assert not words.endswith(".")
    assert strategy_reason("kmeans", "auto") != strategy_reason("kmeans", "paper")


def test_the_last_answer_is_a_word_beside_its_key_where_there_is_little_room(qtbot):
    chip = AnswerChip(Theme())
    qtbot.addWidget(chip)
    chip.show_answer("Last image: dark. And so on, and on.", 0, "1", ("Last image, model", "dark"))
    advance = chip.fontMetrics().horizontalAdvance
    drawn = []
    chip.resize(2 * chip.sizeHint().height() + advance("dark"), chip.sizeHint().height())
    for brief in (("Last image, model", "dark"), ("Last image, model",)):
        chip.show_answer("Last image: dark. And so on, and on.", 0, "1", brief)
        drawn.append(chip.grab().toImage())
    assert drawn[0] != drawn[1]  # the word, and the key alone
