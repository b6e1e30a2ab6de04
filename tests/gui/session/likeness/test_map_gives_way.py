"""Comparing the images runs behind what a reader waits for, and goes on by itself."""

import pytest

from autoal_gui.core.registry import discover
from tests.support.session import BATCH, idle, kinds, label

CANCELLED = "Cancelled."


@pytest.fixture
def comparing(qtbot, controller, folder, backend):
    """A session with a model whose images are being compared until the gate opens."""
    label(controller, BATCH)
    idle(qtbot, controller)
    backend.commands.clear()
    backend.map_gate.clear()
    controller.likeness.want()
    qtbot.waitUntil(lambda: controller.engine.progress is not None)
    yield controller
    backend.map_gate.set()


def rounds(controller) -> int:
    return len(controller.project.rounds.finished())


def test_a_round_that_is_due_goes_before_it_and_it_goes_on_afterwards(qtbot, comparing, backend):
    ready, said, before = [], [], rounds(comparing)
    comparing.likeness.ready.connect(ready.append)
    comparing.likeness.not_made.connect(said.append)
    label(comparing, BATCH)
    qtbot.waitUntil(lambda: rounds(comparing) > before)
    assert not ready
    backend.map_gate.set()
    idle(qtbot, comparing)
    assert kinds(backend) == ["MapImages", "RunRound", "MapImages"]
    assert len(ready) == 1
    assert not said


def test_train_now_does_not_wait_for_it(qtbot, comparing, backend):
    before = rounds(comparing)
    comparing.training.train_now()
    qtbot.waitUntil(lambda: rounds(comparing) > before)
    assert comparing.likeness.is_making


def test_a_model_is_written_before_it(qtbot, comparing, backend, tmp_path):
    comparing.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    qtbot.waitUntil(lambda: (tmp_path / "model.pt").exists())
    backend.map_gate.set()
    idle(qtbot, comparing)
    assert kinds(backend) == ["MapImages", "ExportModel", "MapImages"]


def test_to_want_it_again_meanwhile_does_not_make_it_twice(qtbot, comparing, backend):
    comparing.likeness.want()
    assert not comparing.likeness.is_waiting
    backend.map_gate.set()
    idle(qtbot, comparing)
    assert kinds(backend) == ["MapImages"]


def test_cancel_stops_it_alone_and_it_is_made_when_it_is_wanted_again(qtbot, comparing, backend):
    said = []
    comparing.likeness.not_made.connect(said.append)
    comparing.cancel()
    comparing.likeness.want()  # before it has stopped
    qtbot.waitUntil(lambda: said == [CANCELLED])
    backend.map_gate.set()
    idle(qtbot, comparing)
    assert kinds(backend) == ["MapImages", "MapImages"]
    assert comparing.likeness.kept is not None
