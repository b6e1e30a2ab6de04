"""Opening and closing projects, without any widget."""

from pathlib import Path

from autoal_gui.engine.state import State
from autoal_gui.gui.session.controller import Controller
from tests.support.gui import begun, draw_folder, services
from tests.support.session import BATCH, create, idle, label


def test_reopening_goes_on_at_the_same_image(qtbot, controller, folder):
    idle(qtbot, controller)
    label(controller, BATCH + 1)
    idle(qtbot, controller)
    shown, batch = controller.images.current, controller.images.batch
    answers = dict(controller.project.labels.answers)
    controller.close_project()
    assert controller.open_project(folder)
    assert (controller.images.current, controller.images.batch) == (shown, batch)
    assert dict(controller.project.labels.answers) == answers
    assert controller.engine.state is State.IDLE  # one new label is no batch


def test_closing_in_a_round_lets_it_start_again_when_reopened(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    controller.close_project()
    backend.gate.set()
    assert controller.open_project(folder)
    assert controller.engine.state is State.RUNNING
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


def test_a_full_disk_does_not_keep_a_project_open(qtbot, controller, folder, backend):
    label(controller, 3)
    idle(qtbot, controller)
    backend.gate.clear()
    controller.training.train_now()
    controller.project._file.connection.execute(
        "PRAGMA query_only=ON"
    )  # nothing can be written any more
    controller.close_project()
    assert not controller.is_open
    backend.gate.set()
    assert controller.open_project(folder)
    assert controller.project.rounds.all()[-1].outcome == "interrupted"
    assert len(controller.project.labels.answers) == 3
