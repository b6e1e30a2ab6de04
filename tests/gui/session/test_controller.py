"""The controller without any widget: what the user means to do, and the policy of rounds."""

from pathlib import Path

import pytest

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.messages import CommandFailed, ExportModel, RunRound, WarmStart
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import PRESETS
from autoal_gui.engine.state import State
from autoal_gui.gui.panels.training_text import last_round_line
from autoal_gui.gui.session.controller import Controller
from autoal_gui.sources.opening import list_images
from tests.support.gui import CLASSES, NearestMean, begun, draw_folder, services

BATCH = 3


@pytest.fixture
def backend():
    return NearestMean()


@pytest.fixture
def controller(qapp, tmp_path, backend):
    controller = Controller(services(tmp_path / "projects", lambda: backend))
    yield controller
    backend.gate.set()
    controller.close()


@pytest.fixture
def folder(controller, tmp_path):
    """A project of 12 images, its truth hidden, no evaluation set."""
    return create(controller, tmp_path, draw_folder(tmp_path / "images"))


def create(controller, tmp_path, images: Path, **changes) -> Path:
    spec = SourceSpec("folder", str(images), (("labels", "classes"),))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    plan = {
        "name": "cells",
        "spec": spec,
        "classes": listing.classes,
        "settings": PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH),
        "evaluation_images": 0,
        **changes,
    }
    place = tmp_path / "projects" / "cells"
    assert controller.create_project(place, ProjectPlan(**plan), listing)
    return place


def idle(qtbot, controller):
    qtbot.waitUntil(lambda: controller.at_rest)


def label(controller, images: int) -> None:
    """Answer so many images, both classes in turn, so that a model can be trained."""
    for number in range(images):
        controller.answer(number % len(CLASSES))


def test_a_new_project_starts_with_a_cold_round_and_a_batch(qtbot, controller, folder, backend):
    assert len(controller.batch) == BATCH
    assert controller.current == controller.batch[0]
    idle(qtbot, controller)
    (command,) = backend.commands
    assert isinstance(command, RunRound)
    assert command.labelled == ()
    assert len(command.unlabelled) == 12
    assert [r.outcome for r in controller.project.rounds.all()] == ["finished"]


def test_an_answer_is_saved_before_the_next_image_is_shown(qtbot, controller, folder):
    idle(qtbot, controller)
    first = controller.current
    saved = []
    controller.image_changed.connect(
        lambda shown: saved.append(first in controller.project.labels.answers)
    )
    controller.answer(1)
    assert saved == [True]
    assert controller.project.labels.answers[first].class_index == 1
    assert controller.current != first


def test_a_complete_batch_starts_a_round_with_its_labels(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    assert controller.current is not None  # labelling never waits, not even for a round's start
    assert controller.state is State.IDLE
    assert controller.round_waits
    begun(qtbot, controller)
    backend.gate.set()
    idle(qtbot, controller)
    assert len(backend.commands[-1].labelled) == BATCH
    assert controller.project.rounds.last == 2
    assert controller.current == controller.batch[0]


def test_unsure_and_skip_complete_a_batch_but_train_nothing(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    controller.unsure()
    controller.skip()
    controller.unsure()
    assert controller.state is State.IDLE
    assert len(backend.commands) == 1
    assert sorted(e.action for e in controller.project.labels.answers.values()) == [
        "skip",
        "unsure",
        "unsure",
    ]


def test_a_batch_done_while_a_round_runs_starts_the_next_when_it_ends(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    label(controller, BATCH)
    assert len(controller.project.labels.training()) == 2 * BATCH
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.project.rounds.last == 3)
    assert len(backend.commands[-1].labelled) == 2 * BATCH


def test_the_image_on_screen_stays_when_a_ranking_comes(qtbot, controller, tmp_path, backend):
    backend.gate.clear()
    create(controller, tmp_path, draw_folder(tmp_path / "images"))
    controller.answer(0)
    shown = controller.current
    backend.gate.set()
    idle(qtbot, controller)
    assert controller.current == shown
    assert controller.batch[0] == shown


def test_undo_goes_back_over_batches_and_redo_restores(qtbot, controller, folder):
    idle(qtbot, controller)
    first = controller.current
    label(controller, BATCH + 1)
    idle(qtbot, controller)
    for _ in range(BATCH + 1):
        controller.undo()
    assert controller.current == first
    assert not controller.project.labels.answers
    assert controller.current in controller.batch
    for _ in range(BATCH + 1):
        controller.redo()
    assert len(controller.project.labels.answers) == BATCH + 1


def test_undo_with_nothing_to_take_back_says_so(qtbot, controller, folder):
    with qtbot.waitSignal(controller.notice) as said:
        controller.undo()
    assert "no answer" in said.args[0]


def test_back_and_forward_walk_along_the_answers(qtbot, controller, folder):
    idle(qtbot, controller)
    path = [controller.current]
    label(controller, 1)
    path.append(controller.current)
    label(controller, 1)
    here = controller.current
    controller.back()
    assert controller.current == path[1]
    controller.back()
    assert controller.current == path[0]
    controller.back()
    assert controller.current == path[0]
    controller.forward()
    controller.forward()
    assert controller.current == here


def test_an_image_answered_again_gets_the_new_class(qtbot, controller, folder):
    idle(qtbot, controller)
    first = controller.current
    controller.answer(0)
    next_one = controller.current
    controller.back()
    controller.answer(1)
    assert controller.project.labels.answers[first].class_index == 1
    assert controller.current == next_one
    assert len(controller.project.labels.entries()) == 2


def test_a_class_index_that_does_not_exist_is_no_answer(controller, folder):
    controller.answer(7)
    assert not controller.project.labels.answers


def test_cancel_keeps_the_last_good_round(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    controller.cancel()
    assert controller.state is State.CANCELLING
    idle(qtbot, controller)
    assert [r.outcome for r in controller.project.rounds.all()] == ["finished", "cancelled"]
    assert last_round_line(controller.project.rounds.all()[-1]) == "Round 2 was cancelled."
    assert controller.project.rounds.last == 1
    assert len(backend.commands) == 2


def test_a_failed_round_is_told_and_labels_stay(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.fail = RuntimeError("secret value")
    with qtbot.waitSignal(controller.failed) as failed:
        label(controller, BATCH)
    sentence, details = failed.args
    assert "labels" in sentence
    assert "RuntimeError" in details
    assert "secret" not in sentence + details
    assert len(controller.project.labels.training()) == BATCH
    assert controller.project.rounds.all()[-1].outcome == "failed"
    backend.fail = None
    controller.train_now()
    idle(qtbot, controller)
    assert controller.project.rounds.all()[-1].outcome == "finished"


def test_events_of_another_request_are_dropped(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    failures = []
    controller.failed.connect(lambda *words: failures.append(words))
    controller._client._receive(CommandFailed(1, "too late"))
    assert controller.state is State.RUNNING
    assert not failures


def test_reopening_goes_on_at_the_same_image(qtbot, controller, folder):
    idle(qtbot, controller)
    label(controller, BATCH + 1)
    idle(qtbot, controller)
    shown, batch = controller.current, controller.batch
    answers = dict(controller.project.labels.answers)
    controller.close_project()
    assert controller.open_project(folder)
    assert (controller.current, controller.batch) == (shown, batch)
    assert dict(controller.project.labels.answers) == answers
    assert controller.state is State.IDLE  # one new label is no batch


def test_closing_in_a_round_lets_it_start_again_when_reopened(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    controller.close_project()
    backend.gate.set()
    assert controller.open_project(folder)
    assert controller.state is State.RUNNING
    idle(qtbot, controller)
    rounds = controller.project.rounds.all()
    assert [r.outcome for r in rounds] == ["finished", "interrupted", "finished"]
    assert rounds[1].sentence == "The project was closed."


def test_a_project_in_use_is_refused_in_a_sentence(qtbot, controller, folder, tmp_path, backend):
    other = Controller(services(tmp_path / "projects", lambda: backend))
    with qtbot.waitSignal(other.failed) as failed:
        assert not other.open_project(folder)
    assert "another window" in failed.args[0]
    assert not other.is_open
    other.close()


def test_evaluation_images_are_asked_first_and_measure_the_model(
    qtbot, controller, tmp_path, backend
):
    images = draw_folder(tmp_path / "images")
    create(controller, tmp_path, images, label_use="ignore", evaluation_images=4)
    idle(qtbot, controller)
    evaluation = set(controller.project.pool.ids("evaluation"))
    for _ in range(4):
        assert controller.current in evaluation
        label(controller, 1)
    assert controller.current not in evaluation
    label(controller, 2 * BATCH)
    idle(qtbot, controller)
    last = controller.project.rounds.finished()[-1]
    assert last.metrics.total == 4
    assert not evaluation & {i for i, _ in backend.commands[-1].labelled}


def test_every_image_answered_leaves_nothing_to_show(qtbot, controller, folder):
    idle(qtbot, controller)
    while controller.current is not None:
        label(controller, 1)
    assert len(controller.project.labels.answers) == 12
    idle(qtbot, controller)
    assert controller.current is None
    controller.undo()
    assert controller.current is not None


def test_the_suggestion_is_hidden_until_the_answer_unless_wanted(qtbot, controller, folder):
    idle(qtbot, controller)
    label(controller, 2 * BATCH)
    idle(qtbot, controller)
    image = controller.current
    assert controller.visible_suggestion(image) is None
    controller.set_show_suggestions(True)
    assert controller.visible_suggestion(image) is not None
    controller.answer(0)
    entry = controller.project.labels.answers[image]
    assert entry.shown
    assert entry.suggested is not None


def test_mode_and_batch_size_hold_from_the_next_round_on(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    controller.change_settings(controller.project.settings.run.but(mode="random", batch_size=2))
    label(controller, BATCH)
    idle(qtbot, controller)
    assert backend.commands[-1].settings.mode == "random"
    assert len(controller.batch) == 2


def test_a_third_class_changes_the_keys_and_says_so(qtbot, controller, folder):
    with qtbot.waitSignal(controller.notice) as said:
        controller.add_class("grey")
    assert controller.project.classes.names == ("bright", "dark", "grey")
    assert "1 to 3" in said.args[0]
    with qtbot.waitSignal(controller.failed) as failed:
        controller.rename_class(0, "grey")
    assert "already" in failed.args[0]


def test_labels_are_exported_and_read_back(qtbot, controller, folder, tmp_path):
    label(controller, 2)
    target = tmp_path / "labels.csv"
    with qtbot.waitSignal(controller.exported) as done:
        controller.export_labels(discover("autoal_gui.exporters")["csv"], target)
    assert done.args[0] == str(target)
    assert len(target.read_text().splitlines()) == 3
    with qtbot.waitSignal(controller.failed):
        controller.export_labels(discover("autoal_gui.exporters")["csv"], tmp_path / "no" / "a.csv")


def test_a_model_is_exported_only_once_there_is_one(qtbot, controller, folder, tmp_path, backend):
    exporter = discover("autoal_gui.exporters")["pt"]
    idle(qtbot, controller)
    with qtbot.waitSignal(controller.failed):
        controller.export_model(exporter, tmp_path / "model.pt")
    label(controller, BATCH)
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)  # the export waits for the model of this round
    controller.export_model(exporter, tmp_path / "model.pt")
    backend.gate.set()
    qtbot.waitUntil(lambda: (tmp_path / "model.pt").exists())
    idle(qtbot, controller)
    export = next(c for c in backend.commands if isinstance(c, ExportModel))
    assert Path(export.checkpoint).name == "round-0003.pt"


def test_a_checkpoint_to_start_from_becomes_the_projects_own(qtbot, controller, tmp_path, backend):
    given = tmp_path / "given.pt"
    given.write_bytes(b"weights")
    create(controller, tmp_path, draw_folder(tmp_path / "images"), start_from=str(given))
    idle(qtbot, controller)
    given.unlink()
    label(controller, BATCH)
    idle(qtbot, controller)
    used = Path(backend.commands[1].start_from)
    assert used.read_bytes() == b"weights"
    label(controller, BATCH)
    idle(qtbot, controller)
    assert backend.commands[2].start_from == str(used)  # every round starts there


# -- the warm start -----------------------------------------------------------------------------

WARM = PRESETS["cpu"].in_mode("margin").but(batch_size=BATCH)


@pytest.fixture
def warming(controller, tmp_path, backend):
    """A project whose warm start is held until the gate opens."""
    backend.gate.clear()
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    return controller


def finish(qtbot, controller, backend):
    """Let the warm start and what waits for it come to their end."""
    backend.gate.set()
    qtbot.waitUntil(lambda: not controller.is_warming)
    idle(qtbot, controller)


def kinds(backend) -> list[str]:
    return [type(command).__name__ for command in backend.commands]


def test_the_first_round_waits_for_the_warm_start_and_labelling_does_not(qtbot, warming, backend):
    drawn = warming.batch
    assert warming.current == drawn[0]
    label(warming, BATCH)
    assert warming.is_warming
    assert warming.round_waits
    label(warming, 1)  # a further image of the random order
    assert warming.project.rounds.all() == ()
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    learning, command = backend.commands
    assert command.warm_start == learning.checkpoint == str(warming.project.warm_start.file)
    assert len(command.labelled) == BATCH + 1
    assert not warming.round_waits


@pytest.mark.parametrize("given", [0, BATCH - 1])
def test_a_warm_start_that_ends_before_the_batch_asks_for_the_next_images(
    qtbot, warming, backend, given
):
    label(warming, given)
    shown = warming.current
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert warming.current == shown
    asked = [image for image in warming.project.batches.ranking if image not in warming.answered]
    assert list(warming.batch) == [shown, *(image for image in asked if image != shown)][:BATCH]
    label(warming, BATCH)
    idle(qtbot, warming)
    assert kinds(backend) == ["WarmStart", "RunRound", "RunRound"]
    assert warming.project.warm_start.record.seconds == 180.0


def test_what_the_random_order_showed_measures_the_model(qtbot, warming, backend):
    drawn = list(warming.batch)
    label(warming, BATCH + 1)
    drawn.append(warming.last_answered)
    drawn.append(warming.current)  # on screen when the first ranking comes
    finish(qtbot, warming, backend)
    label(warming, BATCH)
    idle(qtbot, warming)
    audited = [a.query.image_id for a in warming.project.rounds.history() if a.query.audit]
    assert audited == drawn
    assert all(warming.query(image).audit for image in audited)
    asked = [a for a in warming.project.rounds.history() if not a.query.audit]
    assert {a.round_number for a in asked} == {1, 2}


def test_a_stop_uses_what_was_learned_and_lasts_until_it_is_continued(qtbot, warming, backend):
    label(warming, BATCH)
    warming.cancel()
    qtbot.waitUntil(lambda: warming.project.warm_start.record is not None)
    record = warming.project.warm_start.record
    assert (record.complete, record.stopped) == (False, True)
    backend.gate.set()
    idle(qtbot, warming)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert backend.commands[1].warm_start
    folder = warming.project.folder
    warming.close_project()
    warming.open_project(folder)
    assert warming.state is State.IDLE
    assert warming.can_continue_learning
    warming.continue_learning()
    assert warming.is_warming
    idle(qtbot, warming)
    # A model of before saw other features, so that it is trained anew without a new label.
    assert kinds(backend) == ["WarmStart", "RunRound", "WarmStart", "RunRound"]
    assert warming.project.warm_start.record.complete
    assert not warming.can_continue_learning
    warming.continue_learning()
    assert warming.state is State.IDLE


def test_what_was_continued_goes_on_after_closing(qtbot, warming, backend):
    warming.cancel()
    finish(qtbot, warming, backend)
    backend.gate.clear()
    warming.continue_learning()
    folder = warming.project.folder
    said = []
    warming.notice.connect(said.append)
    warming.close_project()
    assert warming.open_project(folder)
    assert warming.is_warming
    assert (
        warming.project.warm_start.record.epochs == 12.5
    )  # of before, as long as there is no better
    assert said == []


def test_a_project_whose_warm_start_was_stopped_opens_without_a_round(qtbot, warming, backend):
    warming.cancel()
    finish(qtbot, warming, backend)
    folder, drawn = warming.project.folder, warming.batch
    warming.close_project()
    assert warming.open_project(folder)
    assert warming.state is State.IDLE
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert warming.batch == drawn


def test_closing_leaves_the_warm_start_to_be_taken_up(qtbot, warming, backend):
    label(warming, BATCH)
    folder = warming.project.folder
    warming.close_project()
    assert warming.open_project(folder)
    assert warming.project.warm_start.record is None
    assert warming.is_warming
    assert warming.round_waits  # the batch that was complete before
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "WarmStart", "RunRound"]


def test_without_the_warm_start_that_failed_rounds_go_on(qtbot, controller, tmp_path, backend):
    backend.fail = RuntimeError("secret value")
    with qtbot.waitSignal(controller.failed) as failed:
        create(controller, tmp_path, draw_folder(tmp_path / "images"), settings=WARM)
    assert "Training goes on without it" in failed.args[0]
    assert controller.state is State.IDLE
    backend.fail = None
    label(controller, BATCH)
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert backend.commands[1].warm_start == ""
    assert controller.project.rounds.last == 1
    controller.continue_learning()
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound", "WarmStart", "RunRound"]
    assert backend.commands[3].warm_start


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"damaged")])
def test_a_lost_warm_start_is_made_again(qtbot, warming, backend, damage):
    finish(qtbot, warming, backend)
    folder = warming.project.folder
    damage(warming.project.warm_start.file)
    warming.close_project()
    with qtbot.waitSignal(warming.notice) as said:
        warming.open_project(folder)
    assert "missing or damaged" in said.args[0]
    idle(qtbot, warming)
    assert kinds(backend) == ["WarmStart", "RunRound", "WarmStart", "RunRound"]
    damage(warming.project.warm_start.file)
    failures = []
    warming.failed.connect(lambda *words: failures.append(words))
    backend.fail_round = CheckpointError("That file is damaged.")
    label(warming, BATCH)
    idle(qtbot, warming)
    assert kinds(backend)[4:] == ["RunRound", "WarmStart", "RunRound"]
    assert failures == []


def test_settings_start_and_stop_the_warm_start(qtbot, warming, backend):
    settings = warming.project.settings.run
    warming.change_settings(settings.but(warm_start=False))
    idle(qtbot, warming)
    assert warming.project.warm_start.record is None
    assert not warming.can_continue_learning
    warming.change_settings(settings)
    assert warming.is_warming
    warming.change_settings(settings.but(batch_size=BATCH + 1))
    assert warming.state is State.RUNNING  # which is of use to those settings as well
    warming.change_settings(settings.but(input_size=64))
    qtbot.waitUntil(lambda: len(backend.commands) == 3)
    finish(qtbot, warming, backend)
    learned = [c.settings for c in backend.commands if isinstance(c, WarmStart)]
    assert [settings.input_size for settings in learned] == [28, 28, 64]
    assert warming.project.warm_start.record.input_size == 64
    warming.change_settings(settings.but(input_size=64, mode="entropy", warm_seconds=60.0))
    assert warming.state is State.IDLE
    warming.change_settings(settings)
    idle(qtbot, warming)
    assert kinds(backend)[3:] == ["RunRound", "WarmStart", "RunRound"]


@pytest.mark.parametrize("given", [True, False])
def test_there_is_no_warm_start_in_paper_mode_or_beside_a_checkpoint(
    qtbot, controller, tmp_path, backend, given
):
    file = tmp_path / "given.pt"
    file.write_bytes(b"weights")
    images = draw_folder(tmp_path / "images")
    if given:
        create(controller, tmp_path, images, settings=WARM, start_from=str(file))
    else:
        create(controller, tmp_path, images, settings=WARM.but(mode="paper"))
    idle(qtbot, controller)
    label(controller, BATCH)
    idle(qtbot, controller)
    assert not any(isinstance(command, WarmStart) for command in backend.commands)
    assert all(command.warm_start == "" for command in backend.commands)
    assert not controller.can_continue_learning


def test_labels_that_came_with_the_images_are_trained_on_after_the_warm_start(
    qtbot, controller, tmp_path, backend
):
    images = draw_folder(tmp_path / "images")
    for number in range(4):
        (images / f"{number}.png").write_bytes(next(images.rglob("*/*.png")).read_bytes())
    create(controller, tmp_path, images, settings=WARM, label_use="labelled")
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert len(backend.commands[1].labelled) == 12


def test_an_export_waits_for_the_warm_start_and_goes_before_the_round(
    qtbot, warming, backend, tmp_path
):
    label(warming, BATCH)
    finish(qtbot, warming, backend)
    settings = warming.project.settings.run
    backend.gate.clear()
    warming.change_settings(settings.but(input_size=64))
    assert warming.is_warming
    warming.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    label(warming, BATCH)
    warming.cancel()  # neither the export nor the round is forgotten
    qtbot.waitUntil(lambda: (tmp_path / "model.pt").exists())
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "RunRound", "WarmStart", "ExportModel", "RunRound"]


def test_a_full_disk_does_not_keep_a_project_open(qtbot, controller, folder, backend):
    label(controller, 3)
    idle(qtbot, controller)
    backend.gate.clear()
    controller.train_now()
    controller.project._file.connection.execute(
        "PRAGMA query_only=ON"
    )  # nothing can be written any more
    controller.close_project()
    assert not controller.is_open
    backend.gate.set()
    assert controller.open_project(folder)
    assert controller.project.rounds.all()[-1].outcome == "interrupted"
    assert len(controller.project.labels.answers) == 3


def test_a_round_whose_result_cannot_be_saved_ends_in_a_sentence(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    label(controller, 3)
    backend.gate.clear()
    controller.train_now()
    controller.project._file.connection.execute(
        "PRAGMA query_only=ON"
    )  # nothing can be written any more
    with qtbot.waitSignal(controller.failed) as failed:
        backend.gate.set()
    assert "could not be saved" in failed.args[0]
    assert controller.round_number is None
    controller.project._file.connection.execute("PRAGMA query_only=OFF")
    controller.train_now()
    idle(qtbot, controller)
    assert controller.project.rounds.all()[-1].outcome == "finished"
