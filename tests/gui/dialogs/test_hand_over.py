"""A model is handed over: which one, what it lacks, what it waits for, and how far it is."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.measures.operating.point import OperatingRule, operating_point
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.last_model import kept_models
from autoal_gui.core.registry import discover
from autoal_gui.exporters.companions.leaving import Leaving
from autoal_gui.gui.dialogs.hand_over_dialog import HandOverDialog
from autoal_gui.gui.dialogs.model_line import COMES_WITH_LEARNING
from autoal_gui.gui.session import exports
from tests.support.gui import QUIET, draw_folder, run_batches, start_project
from tests.support.session import WARM, create

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def controller(qtbot, window, tmp_path):
    """The controller of a window whose project has a trained model."""
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    run_batches(qtbot, window, 1)
    return controller


def opened(window, tmp_path):
    window.dialogs.show_hand_over()
    window.dialog.target.setText(str(tmp_path / "given"))
    return window.dialog


def press(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("show", ["show_hand_over", "show_export"])
def test_labels_that_are_newer_than_the_model_are_counted_until_it_has_them(
    show, qtbot, window, controller
):
    getattr(window.dialogs, show)()
    line = window.dialog.model
    assert line.newer.isHidden()
    assert line.train.isHidden()
    assert line.waits.isHidden()
    controller.labelling.answer(0)
    assert line.newer.text() == "1 label was given or changed since and is not in it."
    before = controller.project.rounds.last
    press(qtbot, line.train)
    assert line.train.isVisible()  # what lies below it stays where the mouse is
    assert not line.train.isEnabled()
    assert line.waits.text() == f"Round {before + 1} trains a newer model now."
    qtbot.waitUntil(lambda: controller.at_rest and controller.project.rounds.last > before)
    assert f"round {before + 1} " in line.words.text()
    assert line.newer.text() == "It has all labels now."
    assert line.train.isVisible()
    assert not line.train.isEnabled()
    controller.training.notice.emit("The round has ended.")
    assert not window.dialog.outcome.text()  # what is told of a round is nothing of this dialog
    window.dialog.reject()


def test_a_round_that_keeps_it_waiting_can_be_stopped_from_the_dialog(
    qtbot, window, controller, backend, tmp_path
):
    model = controller.project.rounds.last_checkpoint().name
    backend.gate.clear()
    controller.training.train_now()
    dialog = opened(window, tmp_path)
    assert dialog.waiting.isHidden()  # nothing has been asked for
    press(qtbot, dialog.ok)
    number = controller.training.round_number
    told = (
        f"Still to be written: given. This waits for round {number}, which runs: about "
        "3\N{NO-BREAK SPACE}s left. The next hand over is possible after that."
    )
    qtbot.waitUntil(lambda: dialog.waiting.words.text() == told)
    assert dialog.waiting.isVisible()
    press(qtbot, dialog.waiting.go_first)
    qtbot.waitUntil(lambda: (tmp_path / "given").exists() and controller.at_rest)
    assert dialog.waiting.isHidden()
    assert controller.project.rounds.all()[-1].outcome == "cancelled"
    assert controller.project.rounds.last_checkpoint().name == model
    dialog.reject()
    backend.gate.set()


def test_where_another_export_waits_it_is_named_and_nothing_looks_handed_over(
    qtbot, window, controller, backend, tmp_path
):
    backend.gate.clear()
    controller.training.train_now()
    exporter = discover("autoal_gui.exporters")["pt"]
    controller.exports.export_model(exporter, tmp_path / "first.pt")
    controller.exports.export_model(exporter, tmp_path / "second.pt")
    dialog = opened(window, tmp_path)
    assert not dialog.ok.isEnabled()
    said = dialog.waiting.words.text()
    assert said.startswith("Still to be written: first.pt, second.pt. This waits for round ")
    assert said.endswith("The next hand over is possible after that.")
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest and not controller.exports.is_exporting)
    assert controller.exports.waiting == ()
    assert dialog.ok.isEnabled()
    dialog.reject()


def test_what_takes_longer_than_was_said_says_so(
    qtbot, window, controller, backend, tmp_path, monkeypatch
):
    monkeypatch.setattr(exports, "WORTH_TELLING", 0.0)
    controller.project.settings.writing_seconds = dict.fromkeys(("", "pt", "onnx"), 0.01)
    dialog = opened(window, tmp_path)
    backend.export_gate.clear()
    press(qtbot, dialog.ok)
    late = "It takes longer than the 0\N{NO-BREAK SPACE}s that were expected."
    qtbot.waitUntil(lambda: late in dialog.outcome.text())
    assert late in window.desk.training.line.text()
    assert "Closing this window does not stop it." in dialog.outcome.text()
    backend.export_gate.set()
    qtbot.waitUntil(lambda: "Written" in dialog.outcome.text())
    dialog.reject()


def test_learning_from_the_images_pauses_for_it_and_goes_on_afterwards(
    qtbot, window, backend, tmp_path
):
    controller = window.controller
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    qtbot.waitUntil(lambda: controller.at_rest)
    run_batches(qtbot, window, 1)
    backend.gate.clear()
    controller.setup.change_settings(controller.project.settings.run.but(input_size=64))
    assert controller.training.is_warming
    dialog = opened(window, tmp_path)
    press(qtbot, dialog.ok)
    assert dialog.model.waits.text() == COMES_WITH_LEARNING
    begins = "This begins as soon as the work that runs has stopped."
    assert begins in dialog.waiting.words.text()
    assert dialog.waiting.go_first.isHidden()  # nobody has to stop what gives way by itself
    qtbot.waitUntil(lambda: (tmp_path / "given").exists())
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest)
    kinds = [type(command).__name__ for command in backend.commands]
    place = kinds.index("HandOver")
    assert kinds[place - 1] == kinds[place + 1] == "WarmStart"
    dialog.reject()


def test_each_part_is_named_while_it_is_written(qtbot, window, controller, backend, tmp_path):
    window.say("Written: an earlier file.")
    dialog = opened(window, tmp_path)
    assert dialog.progress.isHidden()
    backend.export_gate.clear()
    press(qtbot, dialog.ok)
    first = dialog.chosen[0]
    told = f"Writing {first}\nClosing this window does not stop it."
    qtbot.waitUntil(lambda: dialog.outcome.text() == told)
    assert not dialog.progress.isTextVisible()  # dark on dark; it is said below the bar
    panel = window.desk.training
    assert panel.line.text() == f"Writing {first} · part 1 of {len(dialog.chosen)}"
    assert dialog.progress.isVisible()
    assert dialog.progress.maximum() == len(dialog.chosen)
    assert not dialog.ok.isEnabled()
    dialog.reject()
    assert window.status.text() == f"Writing {first}"  # and not what was written before
    dialog = opened(window, tmp_path)  # what goes on is told where it is opened again
    assert dialog.outcome.text() == told
    backend.export_gate.set()
    qtbot.waitUntil(lambda: "Written" in dialog.outcome.text())
    assert dialog.progress.isHidden()
    assert dialog.ok.isEnabled()
    dialog.reject()


def test_a_single_export_says_that_it_goes_on_and_cannot_be_begun_twice(
    qtbot, window, controller, backend, tmp_path
):
    window.dialogs.show_export()
    dialog = window.dialog
    dialog.buttons["pt"].setChecked(True)
    dialog.target.setText(str(tmp_path / "model.pt"))
    backend.export_gate.clear()
    press(qtbot, dialog.ok)
    qtbot.waitUntil(lambda: "does not stop it" in dialog.outcome.text())
    assert not dialog.ok.isEnabled()
    backend.export_gate.set()
    qtbot.waitUntil(lambda: "Written" in dialog.outcome.text())
    assert dialog.ok.isEnabled()
    assert ". It is the model of" in window.status.text()
    dialog.reject()


def test_of_two_tables_none_is_written_over_the_other(window, controller):
    window.dialogs.show_export()
    dialog, names = window.dialog, set()
    for name in ("csv", "audit"):
        dialog.buttons[name].setChecked(True)
        names.add(dialog.target.text())
    assert len(names) == 2
    assert all(one.endswith(".csv") for one in names)
    dialog.reject()


def test_export_leads_to_hand_over(qtbot, window, controller, tmp_path):
    window.dialogs.show_export()
    press(qtbot, window.dialog.hand_over)
    assert isinstance(window.dialog, HandOverDialog)
    assert window.dialog.isVisible()
    window.dialog.reject()


def test_the_model_of_an_earlier_round_can_be_handed_over(qtbot, window, controller, tmp_path):
    dialog = opened(window, tmp_path)
    assert dialog.model.which.isHidden()  # of one there is no choice
    dialog.reject()
    run_batches(qtbot, window, 1)
    earlier, last = kept_models(controller.project)
    controller.setup.keep_operating_point(OperatingRule(1, 0.8))
    dialog = opened(window, tmp_path)
    which = dialog.model.which
    assert [which.itemText(place).split(",")[0] for place in range(which.count())] == [
        f"The last: {last.name}", earlier.name
    ]  # fmt: skip
    which.setFocus()
    qtbot.keyClick(which, Qt.Key.Key_Down)
    assert f"The model of {earlier.name}" in dialog.model.words.text()
    assert "The operating point does not go along" in dialog.model.words.text()
    count = last.record.labels - earlier.record.labels
    assert dialog.model.newer.text().startswith(f"{count} labels were given or changed since")
    assert not dialog.model.train.isEnabled()  # that would make no other model of this round
    press(qtbot, dialog.ok)
    qtbot.waitUntil(lambda: "Written" in dialog.outcome.text())
    assert f"It is the model of {earlier.name}." in dialog.outcome.text()
    given = next((tmp_path / "given").glob("model.*"))
    assert given.read_bytes() == earlier.file.read_bytes() != last.file.read_bytes()
    report = (tmp_path / "given" / "report.html").read_text(encoding="utf-8")
    assert f"The model handed over with this report is of {earlier.name}." in report
    dialog.reject()


def test_a_model_goes_out_with_the_threshold_that_was_chosen_for_it_alone(
    qtbot, window, controller
):
    run_batches(qtbot, window, 1)
    project = controller.project
    earlier, last = kept_models(project)
    sure = np.linspace(0.05, 0.95, 40)
    point = operating_point(
        OperatingRule(1, 0.8), sure > 0.4, np.stack([1 - sure, sure], axis=1), None
    )
    assert point is not None
    labels = replace(Snapshot.of(project), operating_point=point)
    assert Leaving.of(project, last, labels).threshold == point.threshold
    assert not Leaving.of(project, last, labels).remark
    assert Leaving.of(project, earlier, labels).threshold is None
