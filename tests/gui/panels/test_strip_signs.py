"""What the folded panel tells of a trial that runs and of a model that waits to be written."""

import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.labels import layer_trial
from autoal_gui.core.registry import discover
from tests.support.gui import QUIET, draw_folder, run_batches, start_project
from tests.support.session import WARM, create, idle
from tests.tools.seen import cut_off

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def look_of(icon):
    return icon.pixmap(32, 32).toImage()


def test_a_model_that_waits_to_be_written_is_told_on_the_folded_panel_which_a_press_opens(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    run_batches(qtbot, window, 1)
    side = window.desk.side
    if not side.folded:
        side.toggle()
    sign = side.strip.signs.export
    assert not sign.isVisible()
    backend.gate.clear()
    controller.training.train_now()
    controller.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    assert sign.isVisible()
    told = "A model is still to be written. This waits for round"
    assert told in sign.button.accessibleName()
    assert told in sign.button.toolTip()
    qtbot.waitUntil(lambda: cut_off(side.strip) == [])
    qtbot.mouseClick(sign.words, Qt.MouseButton.LeftButton)  # the words as well as the icon
    assert not side.folded
    side.toggle()
    qtbot.mouseClick(sign.button, Qt.MouseButton.LeftButton)
    assert not side.folded
    backend.gate.set()
    idle(qtbot, controller)
    assert sign.isHidden()


def test_a_trial_is_told_on_the_folded_panel_until_it_is_left_out(
    qtbot, window, tmp_path, backend, monkeypatch
):
    controller = window.controller
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    idle(qtbot, controller)
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", 4)
    run_batches(qtbot, window, 1)
    side = window.desk.side
    if not side.folded:
        side.toggle()
    controller.labelling.answer(0)
    backend.gate.clear()
    backend.hold_at = "comparison"
    controller.training.train_now()
    sign = side.strip.signs.trial
    qtbot.waitUntil(sign.isVisible)
    for told in ("training the whole network", "about", "Go on labelling", "Leave it out"):
        assert told in sign.button.toolTip()
    play = window.actions_table["train"].icon()
    assert look_of(sign.button.icon()) != look_of(play)  # which would promise a start
    qtbot.mouseClick(sign.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.desk.training.trial.leave_it, Qt.MouseButton.LeftButton)
    side.toggle()
    assert sign.isHidden()
    backend.gate.set()
    idle(qtbot, controller)


def test_a_click_on_a_figure_of_the_folded_panel_opens_what_says_more_of_it(
    qtbot, window, tmp_path, backend
):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    run_batches(qtbot, window, 2)
    side = window.desk.side
    strip = side.strip
    for part, tab in ((strip.areas, side.weights), (strip.accuracy, side.performance)):
        if not side.folded:
            side.toggle()
        qtbot.waitUntil(part.isVisible)
        middle = part.geometry().center()
        qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=middle)
        assert not side.folded
        assert side.tabs.currentWidget() is tab
