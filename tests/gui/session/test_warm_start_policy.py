"""When the warm start runs and what becomes of it, without any widget."""

from pathlib import Path

import pytest

from autoal_gui.core.errors import Cancelled, CheckpointError
from autoal_gui.core.messages import Predict, PredictFinished, WarmStart
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.engine.state import State
from autoal_gui.gui.session.rounds.next_round_words import (
    MAKES_WAY,
    due_words,
    next_round_words,
)
from tests.support.gui import draw_folder
from tests.support.session import (
    BATCH,
    WARM,
    create,
    failures_of,
    finish,
    full_disk,
    idle,
    kinds,
    label,
)


def test_the_first_round_waits_for_the_warm_start_and_labelling_does_not(qtbot, warming, backend):
    drawn = warming.images.batch
    assert warming.images.current == drawn[0]
    label(warming, BATCH)
    assert warming.training.is_warming
    assert warming.training.round_waits
    label(warming, 1)  # a further image of the random order
    assert warming.project.rounds.all() == ()
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    learning, command = backend.commands
    assert command.warm_start == learning.checkpoint == str(warming.project.warm_start.file)
    assert len(command.labelled) == BATCH + 1
    assert not warming.training.round_waits


@pytest.mark.parametrize("given", [0, BATCH - 1])
def test_a_warm_start_that_ends_before_the_batch_asks_for_the_next_images(
    qtbot, warming, backend, given
):
    label(warming, given)
    shown = warming.images.current
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert warming.images.current == shown
    asked = [
        image for image in warming.project.batches.ranking if image not in warming.images.answered
    ]
    assert (
        list(warming.images.batch) == [shown, *(image for image in asked if image != shown)][:BATCH]
    )
    label(warming, BATCH)
    idle(qtbot, warming)
    assert kinds(backend) == ["WarmStart", "RunRound", "RunRound"]
    assert warming.project.warm_start.record.seconds == 180.0


def test_what_the_random_order_showed_measures_the_model(qtbot, warming, backend):
    drawn = list(warming.images.batch)
    label(warming, BATCH + 1)
    drawn.append(warming.labelling.last_answered)
    drawn.append(warming.images.current)  # on screen when the first ranking comes
    finish(qtbot, warming, backend)
    label(warming, BATCH)
    idle(qtbot, warming)
    audited = [a.query.image_id for a in warming.project.rounds.history() if a.query.audit]
    assert audited == drawn
    assert all(warming.images.query(image).audit for image in audited)
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
    assert warming.engine.state is State.IDLE
    assert warming.training.can_continue_learning
    warming.training.continue_learning()
    assert warming.training.is_warming
    idle(qtbot, warming)
    # A model of before saw other features, so that it is trained anew without a new label.
    assert kinds(backend) == ["WarmStart", "RunRound", "WarmStart", "RunRound"]
    assert warming.project.warm_start.record.complete
    assert not warming.training.can_continue_learning
    warming.training.continue_learning()
    assert warming.engine.state is State.IDLE


def test_what_was_continued_goes_on_after_closing(qtbot, warming, backend):
    warming.cancel()
    finish(qtbot, warming, backend)
    backend.gate.clear()
    warming.training.continue_learning()
    folder = warming.project.folder
    said = []
    warming.notice.connect(said.append)
    warming.close_project()
    assert warming.open_project(folder)
    assert warming.training.is_warming
    assert (
        warming.project.warm_start.record.epochs == 12.5
    )  # of before, as long as there is no better
    assert said == []


def test_a_project_whose_warm_start_was_stopped_opens_without_a_round(qtbot, warming, backend):
    warming.cancel()
    finish(qtbot, warming, backend)
    folder, drawn = warming.project.folder, warming.images.batch
    warming.close_project()
    assert warming.open_project(folder)
    assert warming.engine.state is State.IDLE
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert warming.images.batch == drawn


def test_closing_leaves_the_warm_start_to_be_taken_up(qtbot, warming, backend):
    label(warming, BATCH)
    folder = warming.project.folder
    warming.close_project()
    assert warming.open_project(folder)
    assert warming.project.warm_start.record is None
    assert warming.training.is_warming
    assert warming.training.round_waits  # the batch that was complete before
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "WarmStart", "RunRound"]


def test_without_the_warm_start_that_failed_rounds_go_on(qtbot, controller, tmp_path, backend):
    backend.fail = RuntimeError("secret value")
    with qtbot.waitSignal(controller.failed) as failed:
        create(controller, tmp_path, draw_folder(tmp_path / "images"), settings=WARM)
    assert "Training goes on without it" in failed.args[0]
    assert controller.engine.state is State.IDLE
    backend.fail = None
    label(controller, BATCH)
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert backend.commands[1].warm_start == ""
    assert controller.project.rounds.last == 1
    controller.training.continue_learning()
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
    warming.setup.change_settings(settings.but(warm_start=False))
    idle(qtbot, warming)
    assert warming.project.warm_start.record is None
    assert not warming.training.can_continue_learning
    warming.setup.change_settings(settings)
    assert warming.training.is_warming
    warming.setup.change_settings(settings.but(batch_size=BATCH + 1))
    assert warming.engine.state is State.RUNNING  # which is of use to those settings as well
    warming.setup.change_settings(settings.but(input_size=64))
    qtbot.waitUntil(lambda: len(backend.commands) == 3)
    finish(qtbot, warming, backend)
    learned = [c.settings for c in backend.commands if isinstance(c, WarmStart)]
    assert [settings.input_size for settings in learned] == [28, 28, 64]
    assert warming.project.warm_start.record.input_size == 64
    warming.setup.change_settings(settings.but(input_size=64, mode="entropy", warm_seconds=60.0))
    assert warming.engine.state is State.IDLE
    warming.setup.change_settings(settings)
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
    assert not controller.training.can_continue_learning


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


def test_a_warm_start_whose_result_cannot_be_saved_ends_in_a_sentence(qtbot, warming, backend):
    failures = failures_of(warming)
    with full_disk(warming):
        backend.gate.set()
        qtbot.waitUntil(lambda: not warming.training.is_warming)
    (told,) = (sentence for sentence in failures if "Training goes on without it" in sentence)
    assert "could not be saved" in told
    assert not warming.training.is_warming
    assert warming.at_rest  # it is not begun again and again
    label(warming, BATCH)
    idle(qtbot, warming)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert warming.project.rounds.all()[-1].outcome == "finished"
    warming.training.continue_learning()
    idle(qtbot, warming)
    assert warming.project.warm_start.record.complete


def test_a_stop_of_the_warm_start_that_cannot_be_saved_holds_until_the_end(
    qtbot, controller, tmp_path, backend
):
    backend.fail = Cancelled("The work was cancelled.")
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    failures = failures_of(controller)
    with full_disk(controller):
        qtbot.waitUntil(lambda: not controller.training.is_warming)
        assert any("could not be saved" in sentence for sentence in failures)
        assert controller.at_rest
    backend.fail = None
    label(controller, BATCH)
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound"]


def test_a_lost_warm_start_that_cannot_be_noted_is_told_and_the_round_ends(qtbot, warming, backend):
    finish(qtbot, warming, backend)
    backend.gate.clear()
    warming.training.train_now()
    warming.project.warm_start.file.unlink()
    backend.fail_round = CheckpointError("That file is damaged.")
    failures = failures_of(warming)
    with full_disk(warming):
        backend.gate.set()
        qtbot.waitUntil(lambda: any("damaged" in sentence for sentence in failures))
    assert any("could not be saved" in sentence for sentence in failures)
    assert warming.at_rest


@pytest.fixture
def at_once(controller, tmp_path, backend):
    """A project whose first batch a network with weights chooses; the backend is held at first."""
    backend.gate.clear()
    settings = WARM.but(before="efficientnet_lite0")
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=settings)
    return controller


def test_the_warm_start_begins_behind_the_round_that_chooses_the_first_batch(
    qtbot, at_once, backend
):
    finish(qtbot, at_once, backend)
    assert kinds(backend) == ["RunRound", "WarmStart", "RunRound"]
    first, learning, joined = backend.commands
    assert (first.settings.backbone, first.warm_start) == ("efficientnet_lite0", "")
    assert first.sample > 0
    assert learning.settings.backbone == joined.settings.backbone == "resnet18"
    assert (joined.warm_start, joined.sample) == (learning.checkpoint, 0)
    assert not at_once.training.chooses_before


def test_a_stopped_first_choice_and_one_that_fails_leave_the_warm_start_to_go_on(
    qtbot, at_once, backend
):
    sentences = failures_of(at_once)
    backend.fail_round = CheckpointError("The weights are damaged.")
    finish(qtbot, at_once, backend)
    assert sentences == ["The weights are damaged."]
    assert kinds(backend) == ["RunRound", "WarmStart", "RunRound"]
    assert at_once.project.rounds.last == 2


@pytest.mark.parametrize("missing", ["", "resnet50_imagenet", "no such network"])
def test_without_such_a_network_the_warm_start_comes_first(
    qtbot, controller, tmp_path, backend, missing
):
    settings = WARM.but(before=missing)
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=settings)
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound"]


@pytest.fixture
def held_learning(qtbot, controller, tmp_path, backend):
    """As `at_once`, but the backend is held in the warm start alone, which runs."""
    backend.hold_at = "no step of a round"
    backend.gate.clear()
    settings = WARM.but(before="efficientnet_lite0")
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=settings)
    qtbot.waitUntil(lambda: controller.training.is_warming)
    return controller


def trained(controller):
    return [r for r in controller.project.rounds.finished() if r.checkpoint]


def test_the_first_model_does_not_wait_for_the_warm_start(qtbot, held_learning, backend):
    said = []
    held_learning.notice.connect(said.append)
    label(held_learning, BATCH)
    qtbot.waitUntil(lambda: len(trained(held_learning)) == 1)
    qtbot.waitUntil(lambda: held_learning.training.is_warming)  # it goes on
    assert held_learning.project.warm_start.record is None
    first = backend.commands[2]
    assert (first.settings.backbone, first.warm_start) == ("efficientnet_lite0", "")
    assert len(first.labelled) == BATCH
    assert first.sample > 0
    assert said == []
    label(held_learning, BATCH)
    assert held_learning.training.is_warming  # once a model is there, rounds wait
    assert held_learning.training.round_waits
    finish(qtbot, held_learning, backend)
    learned = ["RunRound", "WarmStart", "RunRound", "WarmStart", "RunRound"]
    assert kinds(backend) == learned
    last = backend.commands[-1]
    assert (last.settings.backbone, last.sample) == ("resnet18", 0)
    assert last.warm_start == str(held_learning.project.warm_start.file)


def test_a_batch_that_is_complete_before_the_first_choice_trains_before_the_warm_start(
    qtbot, at_once, backend
):
    label(at_once, BATCH)
    finish(qtbot, at_once, backend)
    idle(qtbot, at_once)
    assert kinds(backend) == ["RunRound", "RunRound", "WarmStart", "RunRound"]
    assert len(backend.commands[1].labelled) == BATCH
    assert backend.commands[1].settings.backbone == "efficientnet_lite0"


def test_a_ranking_between_the_first_answers_does_not_put_the_first_model_off(
    qtbot, at_once, backend
):
    label(at_once, 1)
    backend.hold_at = "no step of a round"  # the warm start is held from here on
    qtbot.waitUntil(lambda: at_once.training.is_warming)
    assert len(at_once.images.upcoming[: BATCH - 1]) == at_once.training.answers_left
    for class_index in (1, 0):  # with the first answer as many as a batch
        at_once.labelling.answer(class_index)
    qtbot.waitUntil(lambda: len(trained(at_once)) == 1)
    assert len(backend.commands[2].labelled) == BATCH
    finish(qtbot, at_once, backend)


def test_a_batch_of_one_class_leaves_the_warm_start_alone(qtbot, held_learning, backend):
    for _ in range(BATCH):
        held_learning.labelling.answer(0)
    assert held_learning.training.round_waits
    assert kinds(backend) == ["RunRound", "WarmStart"]


def test_a_round_that_pushes_learning_aside_is_not_said_to_wait_for_it(
    qtbot, held_learning, backend
):
    label(held_learning, BATCH)
    assert held_learning.engine.makes_way
    assert due_words(held_learning) == "The first model is trained next"
    assert next_round_words(held_learning).endswith(MAKES_WAY)
    ask_prediction(held_learning)  # this goes before both
    told = "Go on labelling: the first model is trained after learning"
    assert due_words(held_learning) == told
    finish(qtbot, held_learning, backend)


def test_the_warm_start_goes_on_after_a_first_model_that_fails(qtbot, held_learning, backend):
    sentences = failures_of(held_learning)
    backend.fail_round = CheckpointError("The weights are damaged.")
    label(held_learning, BATCH)
    qtbot.waitUntil(lambda: sentences != [])
    finish(qtbot, held_learning, backend)
    assert sentences == ["The weights are damaged."]
    assert len(trained(held_learning)) == 1
    assert backend.commands[-1].settings.backbone == "resnet18"


def test_a_warm_start_that_ends_as_it_makes_way_is_used(qtbot, held_learning, backend):
    backend.gate.set()
    label(held_learning, BATCH)
    finish(qtbot, held_learning, backend)
    assert held_learning.project.warm_start.record.complete
    assert backend.commands[-1].warm_start


def test_a_user_who_stops_the_first_model_stops_it_alone(qtbot, held_learning, backend):
    backend.hold_at = "reading"
    label(held_learning, BATCH)
    qtbot.waitUntil(lambda: held_learning.training.round_number == 2)
    held_learning.engine.cancel()
    qtbot.waitUntil(lambda: held_learning.training.is_warming)
    assert trained(held_learning) == []
    assert held_learning.project.warm_start.record is None
    backend.hold_at = None
    finish(qtbot, held_learning, backend)


def ask_prediction(controller) -> None:
    """Ask for a prediction of two of the project's images."""
    pool, model = controller.project.pool, controller.project.models_folder / "any.pt"
    ids = tuple(sorted(pool.images))[:2]
    command = Predict(0, pool, ids, str(model), str(controller.project.workspace), "cpu", None)
    assert not controller.inference.predict(lambda: command)  # what runs has to be put down first


def test_a_prediction_goes_before_a_warm_start_which_goes_on_afterwards(qtbot, warming, backend):
    ended, said = [], []
    warming.inference.predicting.connect(lambda event: ended.append(type(event)))
    warming.notice.connect(said.append)
    ask_prediction(warming)
    qtbot.waitUntil(lambda: kinds(backend) == ["WarmStart", "Predict"])
    assert warming.project.warm_start.record is None  # what it has so far is not used
    assert PredictFinished not in ended
    finish(qtbot, warming, backend)
    assert ended[-1] is PredictFinished
    assert kinds(backend) == ["WarmStart", "Predict", "WarmStart", "RunRound"]
    assert warming.project.warm_start.record.complete
    assert said == []


def test_a_prediction_that_is_left_before_it_begins_leaves_the_warm_start_going(
    qtbot, warming, backend
):
    ask_prediction(warming)
    warming.inference.cancel_prediction()
    qtbot.waitUntil(lambda: kinds(backend) == ["WarmStart", "WarmStart"])
    assert warming.training.is_warming
    assert warming.project.warm_start.record is None


def test_a_warm_start_that_the_user_stops_is_stopped_though_a_prediction_waits(
    qtbot, warming, backend
):
    warming.cancel()
    ask_prediction(warming)
    finish(qtbot, warming, backend)
    assert warming.project.warm_start.record.stopped
    assert kinds(backend) == ["WarmStart", "Predict", "RunRound"]


def test_a_continued_warm_start_that_makes_way_is_not_taken_for_a_damaged_one(
    qtbot, warming, backend
):
    warming.cancel()
    finish(qtbot, warming, backend)
    backend.gate.clear()
    warming.training.continue_learning()
    ask_prediction(warming)
    qtbot.waitUntil(lambda: kinds(backend)[-1] == "Predict")
    record = warming.project.warm_start.record
    assert record.pending
    assert record.checkpoint_sha256 == sha256_of(warming.project.warm_start.file)


def test_a_round_asked_for_meanwhile_says_what_it_waits_for(qtbot, warming, backend):
    said = []
    warming.notice.connect(said.append)
    ask_prediction(warming)
    qtbot.waitUntil(lambda: warming.inference.is_predicting)
    warming.training.train_now()
    assert said == ["The round starts when learning from your images has ended."]
