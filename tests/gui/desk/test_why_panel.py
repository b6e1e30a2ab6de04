"""The reason below the image: of random images, and of those that no round asked for."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.queries import Query
from autoal_gui.gui.desk.why.panel import NO_MORE, WhyPanel
from autoal_gui.gui.desk.why.words import asked_by, looks_words, reason, unasked_words
from autoal_gui.gui.widgets.cards import labels_of
from tests.support.checking import idle, label_many, start
from tests.support.gui import QUIET, settings

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def test_of_a_random_image_no_strategy_is_said_to_have_looked_for_it(qtbot, tmp_path):
    alone = Query(1, 1.0, (("random", 1.0, 1.0),), audit=True)
    assert looks_words(alone) == "Drawn by chance: no strategy chose it."
    several = Query(1, 0.8, (("margin", 1.0, 0.6), ("bald", 0.5, 0.4)), audit=True)
    assert "played no part" in looks_words(several)
    panel = WhyPanel(QAction(), settings(tmp_path))
    qtbot.addWidget(panel)
    panel.toggle()
    panel.show_reason(replace(several, audit=False), "pool", 2)
    assert "Share here" in words_of(panel)
    assert not panel._share.isHidden()
    panel.show_reason(several, "pool", 2)  # it looks like one that is asked again
    assert panel._toggle.isHidden()
    assert panel._more.isHidden()
    assert not words_of(panel)
    panel.show_reason(several, "pool", 2, answered=True)
    assert not panel._toggle.isHidden()
    assert "Score" in words_of(panel)
    assert "Share here" not in words_of(panel)
    assert panel._share.isHidden()


def test_before_there_is_a_model_it_is_said_how_the_first_images_are_chosen():
    spread = Query(1, 1.0, (("kmeans", 1.0, 1.0),))
    drawn = replace(spread, audit=True)
    assert reason(spread, "pool", 1, "auto").endswith("spread over all of yours.")
    assert "most typical one of each" in looks_words(spread, "auto")
    assert reason(drawn, "pool", 1, "auto").endswith("drawn by chance.")
    assert "spread over groups that look alike" in looks_words(drawn, "auto")
    later = replace(spread, between=(0, 1))  # there was a model
    assert reason(later, "pool", 2, "auto").startswith("Asked for:")
    assert reason(spread, "pool", 1, "kmeans").startswith("Asked for:")  # chosen by the user


def test_the_details_are_no_slit_in_a_low_window(qtbot, tmp_path):
    panel = WhyPanel(QAction(), settings(tmp_path))
    qtbot.addWidget(panel)
    panel.toggle()
    names = ("margin", "bald", "kmeans", "coreset", "badge", "entropy")
    panel.show_reason(Query(1, 0.8, tuple((name, 1.0, 0.1) for name in names)), "pool", 2)
    panel.resize(600, 10)
    panel.show()
    assert panel._more.isVisible()
    assert panel._more.height() >= 5 * panel.fontMetrics().lineSpacing()


def test_where_the_window_has_the_room_all_strategies_are_in_sight(qtbot, tmp_path):
    window, image = QWidget(), QWidget()
    qtbot.addWidget(window)
    panel = WhyPanel(QAction(), settings(tmp_path))
    image.setMinimumSize(170, 170)
    column = QVBoxLayout(window)
    column.addWidget(image, 1)
    column.addWidget(panel)
    window.resize(745, 560)
    window.show()
    panel.toggle()
    names = ("margin", "bald", "kmeans", "coreset", "badge", "entropy")
    panel.show_reason(Query(1, 0.8, tuple((name, 1.0, 0.1) for name in names)), "pool", 2)
    bar = panel._more.verticalScrollBar()
    last = panel._grid.itemAtPosition(len(names), 0).widget()
    qtbot.waitUntil(lambda: last.isVisible() and bar.maximum() == 0)
    assert last.visibleRegion().boundingRect().height() == last.height()
    window.resize(745, 330)  # the window can be made low again: then they scroll
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert image.height() >= 100


def words_of(panel) -> list[str]:
    return [label.text() for label in labels_of(panel._grid)]


def test_why_an_image_that_no_round_asked_for_is_on_screen():
    asked = Asked(batch=(1, 2, 3), queries={2: Query(2, 0.5)}, stayed=1)
    assert "on screen already" in unasked_words(asked, 1)
    first = Asked(batch=(1, 2, 3), stayed=1, any_answered=False)
    assert "the first image" in unasked_words(first, 1)
    overflowing = Asked(batch=(3, 2), queries={2: Query(2, 0.5)}, stayed=1)
    assert "next in the order of the last round" in unasked_words(overflowing, 3)
    assert "next in the order of the last round" in unasked_words(asked, 3)
    assert unasked_words(asked, 9).endswith("you opened it yourself.")
    assert "next in the order of the last round" in unasked_words(Asked(batch=(1, 2)), 1)
    came, confirmed = (
        Entry(1, "2026", "reader", 1, action, 9, 0, None, None, False, purpose=purpose)
        for action, purpose in (("import", ""), ("label", "confirm"))
    )
    assert unasked_words(Asked(answers={9: came}), 9).endswith("its label came with it.")
    assert unasked_words(Asked(answers={9: confirmed}), 9).endswith("confirmed in bulk.")
    assert unasked_words(Asked((7, 9), undone={9}), 9).endswith("its answer was undone.")
    assert unasked_words(Asked((7, 9), undone={7}), 9).endswith("the order of the last round.")
    told = unasked_words(asked, 9)
    assert reason(None, "pool", 2, unasked=told) == told


class Asked:
    """What is asked, without a project."""

    def __init__(
        self, batch=(), queries=None, answers=None, stayed=None, any_answered=True, undone=()
    ) -> None:
        self.undone = undone
        self.batch, self.stayed, self.any_answered = batch, stayed, any_answered
        self.query = (queries or {}).get
        self.shown_answer = (answers or {}).get


def test_a_reason_that_scrolls_in_a_low_window_is_whole_in_its_tip(qtbot, tmp_path):
    panel = WhyPanel(QAction(), settings(tmp_path))
    qtbot.addWidget(panel)
    panel.show_reason(None, "evaluation", 1)
    assert panel._line.toolTip() == panel.line


def test_escape_closes_the_details_and_is_left_alone_where_there_are_none(qtbot, tmp_path):
    panel = WhyPanel(QAction(), settings(tmp_path))
    qtbot.addWidget(panel)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    several = Query(1, 0.8, (("margin", 1.0, 0.6), ("bald", 0.5, 0.4)))
    panel.show_reason(several, "pool", 2)
    assert not panel._close.isEnabled()
    panel.toggle()
    assert panel._more.isVisible()
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel._more.isVisible()
    assert not panel._close.isEnabled()


def test_where_there_is_no_more_to_tell_the_key_says_so(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    with qtbot.waitSignal(controller.notice) as said:
        qtbot.keyClick(window, Qt.Key.Key_W)
    assert said.args == [NO_MORE]
    label_many(qtbot, window, 1)
    (image,) = controller.project.labels.answers
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert controller.images.undone == {image}


def test_the_image_on_screen_as_the_first_model_came_was_not_asked_for_by_it(
    qtbot, window, tmp_path
):
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    images, project = controller.images, controller.project
    while project.rounds.last_checkpoint() is None:
        label_many(qtbot, window, 1)
        idle(qtbot, controller)
    assert images.stayed == images.current
    cold = Query(images.current, 1.0, (("kmeans", 1.0, 1.0),))
    asked = {images.current: cold, images.batch[1]: replace(cold, between=(0, 1))}
    told = SimpleNamespace(query=asked.get, stayed=images.stayed)
    assert asked_by(told, images.current, project) is None
    assert asked_by(told, images.batch[1], project) is asked[images.batch[1]]
    told.stayed = None
    assert asked_by(told, images.current, project) is cold
