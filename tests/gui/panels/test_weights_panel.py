"""The weights panel: its three forms, its pins, and what it says of them."""

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.queries import LearnedWeights
from autoal_gui.core.settings import PRESETS, RunSettings
from autoal_gui.gui.panels.learned_weights import LearnedPlot, trust_words
from autoal_gui.gui.panels.strategy_pins import SHARE_TIP, pin_of, pinned_words
from autoal_gui.gui.panels.weights_panel import (
    all_names,
    hint,
    shared_words,
    stacked,
    with_pin,
)
from autoal_gui.gui.project.method_form import scheduled
from autoal_gui.gui.strategy_names import strategy_label
from tests.support.gui import (
    QUIET,
    STRATEGIES,
    draw_folder,
    run_batches,
    start_project,
)

pytestmark = pytest.mark.qt_log_ignore(QUIET)
CANDIDATES = PRESETS["cpu"].candidates


def opened(qtbot, window, tmp_path, **choices):
    images = draw_folder(tmp_path / "images", 40)
    controller = start_project(qtbot, window, images, tmp_path, **choices)
    window.desk.tabs.setCurrentWidget(window.desk.weights)
    return controller


def button(panel, name):
    return next(b for b in panel.forms.buttons() if b.objectName() == name)


def choose(qtbot, box, pin):
    """Choose an entry as a user does, by the keyboard."""
    box.setFocus()
    wanted = box.findData(pin)
    key = Qt.Key.Key_Down if wanted > box.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(wanted - box.currentIndex())):
        qtbot.keyClick(box, key)


# -- forms --------------------------------------------------------------------------------------


def test_the_forms_are_switched_by_mouse_and_by_keys(qtbot, window, tmp_path):
    opened(qtbot, window, tmp_path)
    run_batches(qtbot, window, 2)
    panel = window.desk.weights
    assert panel.form == "lines"
    assert panel.lines.isVisible()
    assert not panel.areas.isVisible()
    qtbot.mouseClick(button(panel, "areas"), Qt.MouseButton.LeftButton)
    assert panel.areas.isVisible()
    assert not panel.lines.isVisible()
    button(panel, "map").setFocus()
    qtbot.keyClick(button(panel, "map"), Qt.Key.Key_Space)
    assert panel.map.isVisible()
    assert panel._scale.isVisible()
    assert not panel.areas.isVisible()
    run_batches(qtbot, window, 1)
    assert panel.form == "map"  # a new round leaves the form as it was


def test_a_tall_window_has_taller_charts_and_no_gap_before_the_bars(qtbot, window, tmp_path):
    opened(qtbot, window, tmp_path)
    run_batches(qtbot, window, 1)
    panel = window.desk.weights
    window.resize(1280, 800)
    low = panel.lines.height()
    assert low == 13 * panel.fontMetrics().height()
    window.resize(2560, 1800)
    assert low < panel.lines.height() < panel.viewport().height() / 3

    def widest():
        bars = panel.pins.findChildren(QProgressBar)
        return max((bar.width() for bar in bars if bar.isVisible()), default=0)

    panel.setMinimumWidth(1000)
    qtbot.waitUntil(lambda: widest() > 150 and panel.pins.width() > 900, timeout=5000)


def test_areas_lie_on_each_other_up_to_a_hundred(qtbot, window, tmp_path):
    opened(qtbot, window, tmp_path)
    run_batches(qtbot, window, 2)
    bands = [i for i in window.desk.weights.areas.getPlotItem().items
             if isinstance(i, pg.FillBetweenItem)]  # fmt: skip
    assert len(bands) == len(STRATEGIES)
    lower = [band.curves[0].getData()[1] for band in bands]
    upper = [band.curves[1].getData()[1] for band in bands]
    assert lower[0].tolist() == [0, 0]
    for under, over in zip(upper, lower[1:], strict=False):
        np.testing.assert_allclose(under, over)
    np.testing.assert_allclose(upper[-1], 100)


def test_what_is_drawn_is_called_a_share_and_not_a_weight(qtbot, window, tmp_path):
    """Weight times score: in auto, equal weights give k-means twice the share of another."""
    opened(qtbot, window, tmp_path)
    run_batches(qtbot, window, 2)
    panel = window.desk.weights
    titles = [label.text() for label in panel.findChildren(QLabel)]
    assert "Shares by round" in titles
    assert "Weights by round" not in titles
    for plot in (panel.lines, panel.areas):
        assert plot.accessibleName().startswith("Shares of the strategies by round")
    assert "larger than that of others of the same weight" in SHARE_TIP
    assert "strategies that rank the images alike share one" in hint("vote", True)


def test_a_single_round_is_a_column():
    x, edges = stacked([4], np.array([[0.25, 0.75]]))
    assert x.tolist() == [3.7, 4.3]
    assert edges.tolist() == [[0, 0], [25, 25], [100, 100]]


def test_a_strategy_keeps_its_colour_when_another_is_pinned_off():
    chosen = RunSettings(mode="vote", candidates=("entropy", "bald", "kmeans"))
    assert all_names([], chosen) == ["entropy", "bald", "kmeans"]
    assert all_names([], chosen.but(pinned_off=("bald",))) == ["entropy", "bald", "kmeans"]
    assert all_names([], chosen.but(mode="margin")) == []


# -- pins ---------------------------------------------------------------------------------------


def test_pins_are_there_before_any_round_has_weighed(qtbot, window, tmp_path):
    opened(qtbot, window, tmp_path)
    panel = window.desk.weights
    assert "No weights yet" in panel.hint.text()
    assert not panel.lines.isVisible()
    assert set(panel.pins.combos) == set(CANDIDATES)
    assert all(box.isVisible() for box in panel.pins.combos.values())


def test_a_pin_is_kept_told_and_given_to_the_next_round(qtbot, window, tmp_path, backend):
    controller = opened(qtbot, window, tmp_path)
    run_batches(qtbot, window, 1)
    panel = window.desk.weights
    box = panel.pins.combos["bald"]
    choose(qtbot, box, "off")
    assert controller.project.settings.run.pinned_off == ("bald",)
    assert panel.pins.combos["bald"] is box  # the row in use stays, and with it the focus
    assert panel.pinned.text() == "From the next round on: BALD off."
    choose(qtbot, panel.pins.combos["margin"], "on")
    assert controller.project.settings.run.pinned_on == ("margin",)
    run_batches(qtbot, window, 1)
    assert backend.commands[-1].settings.pinned_off == ("bald",)
    assert panel.pinned.text() == "Pinned by hand: Margin on, BALD off."
    choose(qtbot, panel.pins.combos["bald"], "")
    choose(qtbot, panel.pins.combos["margin"], "")
    assert panel.pinned.text() == "From the next round on: all strategies free."


def test_the_last_strategy_cannot_be_pinned_off(qtbot, window, tmp_path):
    controller = opened(qtbot, window, tmp_path)
    only = controller.project.settings.run.but(
        candidates=("bald", "margin"), pinned_off=("margin",)
    )
    controller.setup.change_settings(only)
    sentences = []
    controller.notice.connect(sentences.append)
    panel = window.desk.weights
    choose(qtbot, panel.pins.combos["bald"], "off")
    assert controller.project.settings.run.pinned_off == ("margin",)
    assert sentences == ["At least one query strategy must take part."]
    assert panel.pins.combos["bald"].currentData() == "on"  # passed on the way; off is refused


def test_a_bandit_cannot_be_made_to_trust_a_strategy(qtbot, window, tmp_path):
    opened(qtbot, window, tmp_path, mode="tailor")
    boxes = window.desk.weights.pins.combos
    assert {box.findData("on") for box in boxes.values()} == {-1}
    assert all(box.findData("off") >= 0 for box in boxes.values())


def test_a_mode_of_one_strategy_has_no_pins(qtbot, window, tmp_path):
    opened(qtbot, window, tmp_path, mode="margin")
    assert window.desk.weights.pins.combos == {}
    assert not window.desk.weights.pins.isVisible()


def test_pins_of_settings():
    base = RunSettings(candidates=("bald", "margin"))
    on = with_pin(base, "bald", "on")
    assert (pin_of(on, "bald"), pin_of(on, "margin")) == ("on", "")
    off = with_pin(on, "bald", "off")
    assert (off.pinned_on, off.pinned_off) == ((), ("bald",))
    assert with_pin(off, "margin", "off") is None
    assert with_pin(off, "bald", "") == base
    assert pinned_words(base, base) == ""
    assert pinned_words(base.but(mode="margin"), off) == ""


def test_another_schedule_leaves_the_pins_as_they_are():
    base = PRESETS["cpu"].but(seed=3, pinned_on=("margin",), pinned_off=("bald",))
    found = scheduled(base, "paper")
    assert (found.pinned_on, found.pinned_off, found.seed) == (("margin",), ("bald",), 3)
    assert found.task_steps == PRESETS["paper"].task_steps


def test_every_row_has_its_name_and_its_box_a_name_of_its_own(qtbot, window, tmp_path):
    opened(qtbot, window, tmp_path)
    pins = window.desk.weights.pins
    shown = [label.text() for label in pins.findChildren(QLabel)]
    for name, box in pins.combos.items():
        assert strategy_label(name) in shown
        assert box.accessibleName() == f"Pin {strategy_label(name)}"


@pytest.mark.parametrize("trusted", [False, True])
def test_what_was_learned_is_dotted_and_a_line_where_it_was_trusted(qtbot, trusted):
    plot, found = LearnedPlot(), LearnedWeights((("margin", 1.0),), 0.1, 0.02, trusted)
    qtbot.addWidget(plot)
    record = RoundRecord(2, "finished", PRESETS["cpu"], "", "", 20, learned=found)
    assert plot.show_rounds([record], ["margin"])
    plot.grab()  # what cannot be drawn would warn
    assert len(plot.plot.listDataItems()) == 1 + trusted


@pytest.mark.parametrize(
    ("gain", "error", "said"),
    [
        (0.006, 0.002, "too little to matter"),
        (0.01, 0.02, "no strategy was shown to help more"),
        (-0.1, 0.02, "error 10.0% larger (± 2.0%)"),
    ],
)
def test_why_weights_are_not_trusted_agrees_with_the_figures(gain, error, said):
    found = LearnedWeights((("margin", 1.0),), gain, error, False)
    record = RoundRecord(2, "finished", PRESETS["cpu"], "", "", 20, learned=found)
    assert said in trust_words(record)
    trusted = replace(record, learned=replace(found, gain=0.2, trusted=True))
    assert "the next images were chosen by its weights" in trust_words(trusted)
    assert trust_words(trusted).endswith(f"error 20.0% smaller (± {100 * error:.1f}%).")


def voted(number, *weights, **settings):
    names = ("entropy", "margin", "bald", "kmeans", "coreset", "badge")
    plain = tuple(zip(names, weights, strict=False))
    run = RunSettings(mode="auto", **settings)
    return RoundRecord(number, "finished", run, "", "", 20, plain_weights=plain)


def test_weights_that_change_without_being_learned_say_why():
    twins = voted(3, 0.2, 0.1, 0.1, 0.2, 0.2, 0.2)
    apart = voted(4, *[1 / 6] * 6)
    both = f"{strategy_label('margin')}, {strategy_label('bald')}"
    said = shared_words([twins])
    assert said.startswith("No strategy has been shown to be better. So all that rank")
    assert said.endswith(f"In round 3 these shared one with others: {both}.")
    changed = shared_words([twins, apart])
    assert "The weights changed in round 4" in changed
    assert changed.endswith(f"some shared one weight: {both}.")
    assert shared_words([apart]) == shared_words([]) == shared_words([twins, apart, apart]) == ""
    assert shared_words([voted(3, 0.2, 0.1, 0.1, 0.2, 0.2, 0.2, pinned_on=("bald",))]) == ""


def test_strategies_that_count_the_same_may_differ_in_weight_and_the_sentence_says_why():
    record = RoundRecord(4, "finished", RunSettings(), "", "", 27)
    assert trust_words(record) == (
        "Round 4: no weights were learned, for too few labels in all or of one class, so that no "
        "strategy was preferred; those that rank the images nearly alike share one weight."
    )
