"""What a request in the engine's queue is said to wait for: everything that goes before it."""

import pytest

from autoal_gui.gui.session.engine_queue import Priority
from autoal_gui.gui.session.rounds.waiting import waiting_words
from tests.support.gui import begun, draw_folder
from tests.support.session import BATCH, WARM, create, idle, kinds, label

ALSO = "Still to come before this:"


def said(controller, priority: Priority) -> str:
    return waiting_words(controller.engine, priority)


def test_a_round_that_is_due_behind_the_one_that_runs_is_named(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    controller.likeness.want()
    assert ALSO not in said(controller, Priority.MAP)
    label(controller, BATCH)
    assert said(controller, Priority.MAP).startswith("This waits for round ")
    assert said(controller, Priority.MAP).endswith(f"{ALSO} the next round.")
    assert ALSO not in said(controller, Priority.PREDICTION)  # which goes before that round
    backend.gate.set()
    idle(qtbot, controller)
    assert kinds(backend)[-3:] == ["RunRound", "RunRound", "MapImages"]


def test_the_round_that_follows_learning_from_the_images_is_named(
    qtbot, controller, tmp_path, backend
):
    backend.gate.clear()
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    controller.likeness.want()
    words = said(controller, Priority.MAP)
    assert words.startswith("This waits for learning from your images: ")
    assert words.endswith(f"{ALSO} the next round.")
    backend.gate.set()
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound", "MapImages"]


@pytest.mark.parametrize("by", ["an export", "the user"])
def test_what_stops_promises_no_beginning_where_more_goes_before(
    qtbot, controller, tmp_path, backend, by
):
    backend.gate.clear()
    create(controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    controller.likeness.want()
    qtbot.waitUntil(lambda: controller.engine.progress is not None)
    if by == "the user":
        controller.cancel()
        names = "the next round"
    else:
        controller.engine.submit(lambda: None, lambda *told: None, Priority.EXPORT)
        names = "writing the model, learning from your images, the next round"
    stops = "The work that runs is being stopped."
    assert said(controller, Priority.MAP) == f"{stops} {ALSO} {names}."
    if by != "the user":
        begins = "This begins as soon as the work that runs has stopped."
        assert said(controller, Priority.EXPORT) == begins
    backend.gate.set()
    idle(qtbot, controller)
