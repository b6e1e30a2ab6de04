"""The training panel while it works: every step, its loss, and Cancel in each."""

import pytest
from PySide6.QtCore import QRectF, Qt

from autoal_gui.core.feature_sentences import ALL_KINDS, SIDE_BY_SIDE
from autoal_gui.core.labels import layer_trial
from autoal_gui.core.messages import STEPS, Progress, RunRound
from autoal_gui.core.project.stores.warm_record import state_file
from autoal_gui.core.registry import discover
from autoal_gui.core.sentences import Sentence
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.gui.panels.sparkline import KEPT, Sparkline
from autoal_gui.gui.panels.training_text import STEP_NAMES, predicted_line
from autoal_gui.gui.session.rounds.layer_trial import is_due, is_owed
from autoal_gui.gui.strategy_names import STRATEGY_NOTES, mode_note, strategy_note
from autoal_gui.gui.widgets.cards import WholeLines
from tests.support.gui import CLASSES, QUIET, draw_folder, run_batches, start_project
from tests.support.session import WARM, create

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def trained(qtbot, window, tmp_path):
    """A window whose project has a trained model."""
    start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    run_batches(qtbot, window, 1)
    return window


@pytest.mark.parametrize("step", STEPS)
def test_cancel_works_in_every_step_and_leaves_the_last_good_model(step, qtbot, trained, backend):
    controller, panel = trained.controller, trained.desk.training
    model = controller.project.rounds.last_checkpoint()
    before, labels = sha256_of(model), controller.project.labels.training()
    backend.hold_at = step
    backend.gate.clear()
    qtbot.mouseClick(panel._train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel._step == step)
    told = "%" if step == "warm start" else STEP_NAMES[step]  # that step ends at a time
    assert told in panel.line.text()
    assert "cpu" in panel.line.toolTip()
    qtbot.mouseClick(panel._stop, Qt.MouseButton.LeftButton)
    assert "last good model is kept" in panel.line.text()
    qtbot.waitUntil(lambda: controller.at_rest)
    assert controller.project.rounds.all()[-1].outcome == "cancelled"
    assert controller.project.rounds.last_checkpoint() == model
    assert sha256_of(model) == before
    assert controller.project.labels.training() == labels
    assert "was cancelled" in panel.line.text()


def test_the_panel_names_what_runs_and_how_far_it_is(qtbot, trained, backend, tmp_path):
    controller, panel = trained.controller, trained.desk.training
    backend.export_gate.clear()
    backend.map_gate.clear()
    controller.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    controller.likeness.want()
    assert panel.headline.text() == "Writing the model"
    assert "It is the model of" in panel.line.text()
    assert panel._steps.isHidden()
    assert not panel._stop.isEnabled()  # no exporter looks whether it is to stop
    assert not panel._train.isEnabled()
    for button in (panel._stop, panel._train):
        assert button.toolTip().startswith("Grey while a model is being written")
    backend.export_gate.set()
    qtbot.waitUntil(lambda: "4 of 12" in panel.line.text())
    assert panel.headline.text() == "Comparing your images with each other"
    shown = [step for step, bar in panel._bars.items() if not bar.isHidden()]
    assert shown == ["reading", "features", "finishing"]
    assert panel._train.isEnabled()
    assert panel._train.toolTip().startswith("Start a round")
    qtbot.mouseClick(panel._stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: controller.at_rest)
    assert not controller.likeness.is_making
    assert panel.headline.text() == "Training is idle"
    assert "4 of 12" not in panel.line.text()


def test_a_model_that_waits_to_be_written_is_told_in_the_panel(qtbot, trained, backend, tmp_path):
    controller, panel = trained.controller, trained.desk.training
    backend.gate.clear()
    controller.training.train_now()
    assert panel.waiting.isHidden()
    controller.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    assert not panel.waiting.isHidden()
    told, number = panel.waiting.words.text(), controller.training.round_number
    assert told.startswith(f"A model is still to be written. This waits for round {number}")
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest)
    assert panel.waiting.isHidden()
    assert (tmp_path / "model.pt").exists()


def test_figures_behind_a_remark_are_in_its_tip(qtbot, trained, backend):
    panel = trained.desk.training
    backend.reason = (Sentence("It learned.", {}, {"right": 0.5}, "{right} are right."),)
    run_batches(qtbot, trained, 1)
    assert panel.note.text() == "It learned."
    assert panel.note.toolTip() == "50% are right."
    assert trained.desk.header.mode.toolTip() == "It learned. 50% are right."


def test_what_the_idle_card_has_no_room_for_stands_in_its_tip_and_nothing_scrolls(
    qtbot, trained, backend
):
    trained.resize(1366, 768)
    side, panel = trained.desk.side, trained.desk.training
    if side.folded:
        side.toggle()
    usual = Sentence(ALL_KINDS), Sentence(SIDE_BY_SIDE, {"network": "EfficientNet-Lite0"})
    more = Sentence("It says much more than there is room for in so low a card. " * 5)
    bar = panel.findChild(WholeLines).verticalScrollBar()
    backend.reason = usual
    run_batches(qtbot, trained, 1)
    qtbot.waitUntil(lambda: panel.note.text() == " ".join(map(str, usual)))
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert panel.note.toolTip() == ""
    high = panel.height()
    backend.reason = (*usual, more)
    run_batches(qtbot, trained, 1)
    qtbot.waitUntil(lambda: panel.note.toolTip() == str(more))
    assert panel.note.accessibleDescription() == str(more)
    assert panel.note.text() == " ".join(map(str, usual))
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert panel.height() == high
    panel.setFixedHeight(2 * high)  # there is room again
    qtbot.waitUntil(lambda: str(more) in panel.note.text())
    assert panel.note.toolTip() == ""


def test_the_loss_is_drawn_while_a_step_runs_and_goes_when_it_ends(qtbot, trained, backend):
    panel = trained.desk.training
    assert panel.losses.isHidden()
    backend.hold_at = STEPS[-1]
    backend.gate.clear()
    trained.controller.training.train_now()
    qtbot.waitUntil(lambda: panel._step == STEPS[-1])
    assert panel.losses.values == (0.5,)  # that of this step alone
    backend.gate.set()
    qtbot.waitUntil(lambda: trained.controller.at_rest)
    assert panel.losses.isHidden()


def test_the_trial_of_every_layer_is_told_before_it_begins_and_can_be_left_out(
    qtbot, window, tmp_path, backend, monkeypatch
):
    controller = window.controller
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    panel = window.desk.training
    qtbot.waitUntil(lambda: controller.at_rest)
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", 4)
    run_batches(qtbot, window, 1)
    assert panel.trial.isHidden()  # there were fewer labels
    controller.labelling.answer(0)
    backend.gate.clear()
    backend.hold_at = "comparison"
    said = []
    controller.notice.connect(said.append)
    controller.training.train_now()
    tries = "This round also tries whether training the whole network"
    assert panel.trial.words.text().startswith(tries)
    assert "the next round follows this one" in panel.trial.words.text()
    (told,) = [sentence for sentence in said if sentence.startswith(tries)]
    assert "Go on labelling" in told
    assert "Leave it out, in the training panel" in told
    assert not panel._bars["comparison"].isHidden()
    assert ": about " in panel.trial.words.text()  # as long as learning from the images says
    qtbot.waitUntil(lambda: panel._step == "comparison")
    assert panel.trial.isVisibleTo(panel)
    (running,) = [c for c in backend.commands[-1:] if isinstance(c, RunRound)]
    assert not running.not_now()
    qtbot.mouseClick(panel.trial.leave_it, Qt.MouseButton.LeftButton)
    assert running.not_now()
    assert "left out" not in panel.trial.words.text()
    assert "as you wished" in panel.trial.words.text()
    assert panel.trial.leave_it.isHidden()
    assert window.status.text() == told
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest)
    assert panel.trial.isHidden()
    assert window.status.text().endswith("every answer is saved.")  # it is over: no more of it


def test_a_trial_that_was_left_out_stays_so_until_it_is_turned_on_again(
    qtbot, window, tmp_path, backend, monkeypatch
):
    controller = window.controller
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    qtbot.waitUntil(lambda: controller.at_rest)
    run_batches(qtbot, window, 2)
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", len(controller.project.labels.training()))
    assert not is_due(controller.project)
    backend.reason = (layer_trial.NOT_TRIED,)
    controller.training.train_now()
    qtbot.waitUntil(lambda: controller.at_rest)
    assert is_due(controller.project)
    panel, trial = window.desk.training, window.desk.training.trial
    assert "as you wished" in trial.words.text()
    assert panel.note.isHidden()  # it would say the same
    controller.training.train_now()
    assert controller.training.trial.is_left_out  # without a question
    assert panel._bars["comparison"].isHidden()
    qtbot.waitUntil(lambda: controller.at_rest)
    assert backend.commands[-1].trial_owed
    qtbot.mouseClick(trial.again, Qt.MouseButton.LeftButton)
    assert (
        trial.words.text() == "The next round tries whether training the whole network is better."
    )
    assert trial.again.isHidden()
    backend.reason = ()
    controller.training.train_now()
    assert not controller.training.trial.is_left_out
    qtbot.waitUntil(lambda: controller.at_rest)
    assert not is_owed(controller.project)
    assert trial.isHidden()


def test_a_trial_that_takes_long_is_made_only_once_it_is_asked_for(
    qtbot, window, tmp_path, backend, monkeypatch
):
    controller = window.controller
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    qtbot.waitUntil(lambda: controller.at_rest)
    run_batches(qtbot, window, 1)
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", 4)
    monkeypatch.setattr("autoal_gui.gui.session.rounds.layer_trial.LONGEST", 0.001)
    panel, trial = window.desk.training, window.desk.training.trial
    controller.labelling.answer(0)
    said = []
    controller.notice.connect(said.append)
    backend.reason = (layer_trial.TOO_LONG,)
    controller.training.train_now()
    qtbot.waitUntil(lambda: controller.at_rest)
    command = backend.commands[-1]
    assert command.not_now()
    assert command.trial_is_long
    assert not any("whole network" in sentence for sentence in said)
    assert trial.words.text().startswith("The whole network is not trained: with few labels")
    assert panel.note.isHidden()  # it would say the same
    controller.training.train_now()
    assert controller.training.trial.is_long
    assert trial.words.text().startswith("The whole network is not trained: with few labels")
    qtbot.waitUntil(lambda: controller.at_rest)
    qtbot.mouseClick(trial.again, Qt.MouseButton.LeftButton)
    backend.reason = ()
    controller.training.train_now()
    assert "whole network" in trial.words.text()
    qtbot.waitUntil(lambda: controller.at_rest)
    command = backend.commands[-1]
    assert not command.not_now()
    assert not command.trial_is_long
    assert not controller.training.trial.is_wanted_again  # it has been made; the next asks anew


def test_learning_that_is_taken_up_shows_no_empty_bars_and_then_how_far_it_is(
    qtbot, window, tmp_path, backend
):
    controller = window.controller
    backend.gate.clear()
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    panel, folder = window.desk.training, controller.project.folder
    qtbot.waitUntil(lambda: panel.value("warm start") > 0)
    state_file(controller.project.warm_start.file).write_bytes(b"what a killed program left")
    controller.close_project()
    assert controller.open_project(folder)
    assert controller.training.is_warming
    assert panel._steps.isHidden()
    assert panel.line.text() == "Looking for what was learned before…"
    qtbot.waitUntil(lambda: panel.value("warm start") == 0.25)
    assert panel.value("reading") == 1
    assert not panel._steps.isHidden()
    controller.close_project()
    backend.gate.set()


def test_images_that_were_read_before_count_as_read_once_learning_tells_of_itself(
    qtbot, trained, backend
):
    panel = trained.desk.training
    backend.gate.clear()
    trained.controller.training.train_now()
    for bar in panel._bars.values():
        bar.setValue(0)
    panel._step = None
    panel._on_progress(Progress(0, "warm start", 100, 1000))
    assert panel.value("reading") == 1
    assert panel.value("warm start") == 0.1
    backend.gate.set()


def test_a_trial_that_an_earlier_version_was_told_to_leave_out_counts_as_left_out():
    assert layer_trial.was_left_out((layer_trial.NOT_TRIED_BEFORE,))
    assert not layer_trial.was_left_out(())


def test_a_round_that_was_interrupted_is_told_beside_the_one_after_it(qtbot, trained, backend):
    controller, panel = trained.controller, trained.desk.training
    backend.gate.clear()
    controller.training.train_now()
    number = controller.training.round_number
    folder = controller.project.folder
    controller.close_project()
    backend.gate.set()
    assert controller.open_project(folder)
    qtbot.waitUntil(lambda: controller.at_rest)
    controller.training.train_now()
    qtbot.waitUntil(lambda: controller.at_rest)
    assert panel.line.text().startswith(f"Round {number} was interrupted. Round {number + 1} (")


def test_it_is_said_after_every_answer_what_the_first_model_waits_for(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    panel, size = window.desk.training, controller.project.settings.run.batch_size
    if_two = "then the first model is trained if two classes have labels."
    assert panel.awaited.text() == f"{size} more answers, {if_two}"
    backend.gate.clear()
    controller.training.train_now()  # only puts the images in order: it is awaited still
    controller.labelling.answer(0)
    left = size - 1
    assert panel.awaited.text().startswith(f"{left} more answer")
    assert panel.awaited.text().endswith(f"is of another class than “{CLASSES[0]}”.")
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest)
    controller.labelling.answer(1)
    if left > 1:
        assert panel.awaited.text().endswith("then the first model is trained.")
    for _ in range(left - 1):
        controller.labelling.answer(1)
    qtbot.waitUntil(lambda: controller.at_rest)
    assert controller.project.rounds.last_checkpoint()
    assert panel.awaited.text().startswith("The next round starts by itself after")


def test_labels_of_one_class_only_put_the_images_in_order(qtbot, window, tmp_path, backend):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    panel = window.desk.training
    controller.labelling.answer(0)
    qtbot.waitUntil(lambda: controller.at_rest)
    backend.gate.clear()
    controller.training.train_now()
    assert panel.headline.text() == "Putting your images in order"
    assert "only one class had labels" in panel.note.text()
    assert panel._bars["task model"].isHidden()
    controller.labelling.answer(1)  # is for the next round
    panel.refresh()
    assert panel.headline.text() == "Putting your images in order"
    assert "When this round began" in panel.note.text()  # there are two by now
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest)
    backend.gate.clear()
    controller.training.train_now()
    assert panel.headline.text() == "Training your first model"
    backend.gate.set()


def test_a_curve_tells_its_values_to_those_who_cannot_see_it(qtbot):
    line = Sparkline()
    qtbot.addWidget(line)
    assert line.accessibleName() == "Training error: nothing yet"
    assert line.points(QRectF(0, 0, 10, 10)) == []
    for value in (2.0, float("nan"), 1.0, 0.0):
        line.add(value)
    assert line.accessibleName() == "Training error, lower is better: from 2.000 to 0.000"
    drawn = [(p.x(), p.y()) for p in line.points(QRectF(0, 0, 10, 10))]
    assert drawn == [(0, 0), (5, 5), (10, 10)]
    line.clear()
    assert line.values == ()


def test_the_curve_says_what_it_is_and_keeps_its_lowest_value_inside(qtbot):
    line = Sparkline()
    qtbot.addWidget(line)
    line.resize(500, line.sizeHint().height())
    for value in (2.0, 1.0, 0.0, 0.0):
        line.add(value)
    assert line.caption() == "Training error (lower is better)"
    image = line.grab().toImage()
    ground = image.pixelColor(0, 0)
    for y in (0, image.height() - 1):  # the line is drawn whole
        assert all(image.pixelColor(x, y) == ground for x in range(image.width()))
    line.resize(100, line.height())
    assert line.caption() == "Training error"


def test_the_curve_is_in_sight_whole_while_a_step_runs(qtbot, trained, backend):
    trained.resize(1366, 768)
    side, panel = trained.desk.side, trained.desk.training
    if side.folded:
        side.toggle()
    backend.hold_at = "SearchNet"
    backend.gate.clear()
    trained.controller.training.train_now()
    qtbot.waitUntil(lambda: panel._step == "SearchNet")
    panel._on_progress(Progress(0, "SearchNet", 1, 10, 30.0, 0.4, "cpu"))
    qtbot.waitUntil(lambda: panel.losses.isVisible() and panel.losses.height() > 0)
    shown = panel.losses.visibleRegion().boundingRect
    qtbot.waitUntil(lambda: shown() == panel.losses.rect())
    backend.gate.set()


def test_a_constant_loss_lies_in_the_middle_and_old_values_go(qtbot):
    line = Sparkline()
    qtbot.addWidget(line)
    for _ in range(KEPT + 5):
        line.add(1.0)
    assert len(line.values) == KEPT
    assert {p.y() for p in line.points(QRectF(0, 0, 100, 10))} == {5.0}


def test_every_strategy_says_what_it_looks_for():
    names = discover("autoal_gui.strategies")
    assert set(names) == set(STRATEGY_NOTES)
    assert strategy_note("entropy").startswith("images on which")
    assert strategy_note("gone") == ""


def test_the_note_of_a_mode_of_one_strategy_says_what_it_looks_for_and_whose_it_is():
    assert mode_note("tcm") == (
        "Looks for typical images at first, unsure ones once there are some labels "
        "(Doucet et al. 2024)."
    )


def test_a_prediction_tells_the_project_s_own_images_from_those_that_were_given():
    assert predicted_line(Progress(0, "evaluation", 40, 80)) == "Predicting 40 of 80"
    own = predicted_line(Progress(0, "features", 352, 624))
    assert own == "Looking at the project's own images, to compare: 352 of 624"
