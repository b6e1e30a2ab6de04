"""When rounds run and what becomes of them, without any widget."""

from autoal_gui.core.messages import CommandFailed, RunRound
from autoal_gui.engine.state import State
from autoal_gui.gui.panels.training_text import last_round_line
from tests.support.gui import begun, draw_folder
from tests.support.session import BATCH, create, full_disk, idle, label


def test_a_new_project_starts_with_a_cold_round_and_a_batch(qtbot, controller, folder, backend):
    assert len(controller.images.batch) == BATCH
    assert controller.images.current == controller.images.batch[0]
    idle(qtbot, controller)
    (command,) = backend.commands
    assert isinstance(command, RunRound)
    assert command.labelled == ()
    assert len(command.unlabelled) == 12
    assert [r.outcome for r in controller.project.rounds.all()] == ["finished"]


def test_a_complete_batch_starts_a_round_with_its_labels(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    assert (
        controller.images.current is not None
    )  # labelling never waits, not even for a round's start
    assert controller.engine.state is State.IDLE
    assert controller.training.round_waits
    begun(qtbot, controller)
    backend.gate.set()
    idle(qtbot, controller)
    assert len(backend.commands[-1].labelled) == BATCH
    assert controller.project.rounds.last == 2
    assert controller.images.current == controller.images.batch[0]


def test_unsure_and_skip_complete_a_batch_but_train_nothing(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    controller.labelling.unsure()
    controller.labelling.skip()
    controller.labelling.unsure()
    assert controller.engine.state is State.IDLE
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
    controller.labelling.answer(0)
    shown = controller.images.current
    backend.gate.set()
    idle(qtbot, controller)
    assert controller.images.current == shown
    assert controller.images.batch[0] == shown


def test_cancel_keeps_the_last_good_round(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    controller.cancel()
    assert controller.engine.state is State.CANCELLING
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
    controller.training.train_now()
    idle(qtbot, controller)
    assert controller.project.rounds.all()[-1].outcome == "finished"


def test_events_of_another_request_are_dropped(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    failures = []
    controller.failed.connect(lambda *words: failures.append(words))
    controller.engine._client._receive(CommandFailed(1, "too late"))
    assert controller.engine.state is State.RUNNING
    assert not failures


def test_a_round_whose_result_cannot_be_saved_ends_in_a_sentence(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    label(controller, 3)
    idle(qtbot, controller)
    # The round of these labels has ranked the images anew: until that batch is saved as well, its
    # failure could be told in the place of the round's.
    qtbot.waitUntil(lambda: not controller.images._shown.isActive())
    backend.gate.clear()
    controller.training.train_now()
    with full_disk(controller):
        with qtbot.waitSignal(controller.failed) as failed:
            backend.gate.set()
        assert "could not be saved" in failed.args[0]
        assert controller.training.round_number is None
    controller.training.train_now()
    idle(qtbot, controller)
    assert controller.project.rounds.all()[-1].outcome == "finished"


def test_a_round_that_cannot_be_begun_is_told(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    with full_disk(controller), qtbot.waitSignal(controller.failed) as failed:
        controller.training.train_now()
    assert "could not be saved" in failed.args[0]
    assert controller.at_rest
    controller.training.train_now()
    idle(qtbot, controller)
    assert controller.project.rounds.last == 2
