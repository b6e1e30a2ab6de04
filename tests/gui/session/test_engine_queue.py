"""What runs in the engine and what waits for it, with a real engine and a backend that waits."""

import threading

import pytest

from autoal_gui.core.errors import Cancelled
from autoal_gui.core.messages import CommandCancelled, Exported, ExportModel, Progress
from autoal_gui.engine.state import State
from autoal_gui.gui.session.engine_client import EngineClient
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority


class Gated:
    """Test double of the backend: each command ends when its gate, named by its target, opens."""

    def __init__(self):
        self.begun = []
        self.gates = {}

    def run(self, command, cancelled):
        self.begun.append(command.target)
        yield Progress(command.request_id, "reading", 0, 1)
        gate = self.gates.setdefault(command.target, threading.Event())
        while not gate.wait(0.005):
            if cancelled():
                raise Cancelled("The work was cancelled.")
        yield Exported(command.request_id, command.target)

    def open(self, *targets):
        for target in targets:
            self.gates.setdefault(target, threading.Event()).set()


@pytest.fixture
def backend():
    return Gated()


@pytest.fixture
def queue(qapp, backend):
    queue = EngineQueue(EngineClient(lambda: backend))
    yield queue
    queue.close()


@pytest.fixture
def said():
    return []


def submit(queue, said, target, priority, delay=0):
    """Submit a command that is told by its target alone."""
    command = ExportModel(0, "pt", "model.pt", target)
    return queue.submit(
        lambda: command,
        lambda command, event: said.append((command.target, type(event))),
        priority,
        delay,
    )


def test_a_free_engine_runs_a_command_at_once(queue, backend, said):
    assert submit(queue, said, "a", Priority.ROUND)
    assert queue.runs(Priority.ROUND)
    assert not queue.runs(Priority.EXPORT, Priority.WARM_START)
    assert queue.running.target == "a"
    assert not queue.at_rest


def test_what_waits_goes_by_its_kind_and_not_by_when_it_came(qtbot, queue, backend, said):
    submit(queue, said, "first", Priority.ROUND)
    for priority in reversed(Priority):
        assert not submit(queue, said, priority.name, priority)
        assert queue.waits(priority)
    assert not queue.makes_way  # a round is lost where it is stopped
    backend.open("first", *(priority.name for priority in Priority))
    qtbot.waitUntil(lambda: queue.at_rest)
    kinds = ("EXPORT", "QUESTION", "PREDICTION", "FIRST", "WARM_START", "ROUND", "MAP")
    order = ["first", *kinds]
    assert backend.begun == order
    assert [target for target, event in said if event is Exported] == order


@pytest.mark.parametrize(
    ("runs", "comes", "gives_way"),
    [
        (Priority.MAP, Priority.ROUND, True),
        (Priority.MAP, Priority.QUESTION, True),
        (Priority.MAP, Priority.WARM_START, True),
        (Priority.MAP, Priority.MAP, False),
        (Priority.WARM_START, Priority.EXPORT, True),
        (Priority.WARM_START, Priority.PREDICTION, True),
        (Priority.WARM_START, Priority.ROUND, False),
        (Priority.WARM_START, Priority.MAP, False),
        (Priority.PREDICTION, Priority.EXPORT, False),
    ],
)
def test_what_keeps_what_it_has_gives_way_to_what_goes_before_it(
    runs, comes, gives_way, queue, backend, said
):
    submit(queue, said, "first", runs)
    submit(queue, said, "second", comes)
    assert queue.makes_way is gives_way


def test_of_one_kind_the_later_waits(qtbot, queue, backend, said):
    submit(queue, said, "first", Priority.ROUND)
    submit(queue, said, "b", Priority.EXPORT)
    submit(queue, said, "c", Priority.EXPORT)
    backend.open("first", "b", "c")
    qtbot.waitUntil(lambda: queue.at_rest)
    assert backend.begun == ["first", "c"]


def test_a_command_is_made_when_its_turn_comes_and_may_be_of_no_use_by_then(
    qtbot, queue, backend, said
):
    made = []
    submit(queue, said, "first", Priority.ROUND)
    queue.submit(lambda: made.append("too late"), said.append, Priority.EXPORT)
    submit(queue, said, "last", Priority.ROUND)
    assert made == []
    backend.open("first", "last")
    qtbot.waitUntil(lambda: queue.at_rest)
    assert made == ["too late"]
    assert backend.begun == ["first", "last"]


def test_what_is_withdrawn_does_not_run(qtbot, queue, backend, said):
    submit(queue, said, "first", Priority.ROUND)
    submit(queue, said, "b", Priority.EXPORT)
    assert queue.withdraw(Priority.EXPORT)
    assert not queue.withdraw(Priority.EXPORT)
    assert queue.runs(Priority.ROUND)  # only what waits can be withdrawn
    assert not queue.withdraw(Priority.ROUND)
    backend.open("first")
    qtbot.waitUntil(lambda: queue.at_rest)
    assert backend.begun == ["first"]


def test_a_cancelled_command_says_so_and_what_waits_follows(qtbot, queue, backend, said):
    submit(queue, said, "first", Priority.ROUND)
    submit(queue, said, "next", Priority.EXPORT)
    queue.cancel()
    assert queue.state is State.CANCELLING
    backend.open("next")
    qtbot.waitUntil(lambda: queue.at_rest)
    assert ("first", CommandCancelled) in said
    assert ("next", Exported) in said


def test_an_abandoned_command_says_nothing_any_more(qtbot, queue, backend, said):
    submit(queue, said, "first", Priority.ROUND)
    qtbot.waitUntil(lambda: said == [("first", Progress)])
    submit(queue, said, "next", Priority.EXPORT)
    queue.abandon()
    assert queue.running is None
    backend.open("first", "next")
    qtbot.waitUntil(lambda: queue.at_rest)
    assert said == [("first", Progress), ("next", Progress), ("next", Exported)]


def test_reset_leaves_nothing(qtbot, queue, backend, said):
    submit(queue, said, "first", Priority.ROUND)
    submit(queue, said, "next", Priority.EXPORT)
    queue.reset()
    assert queue.at_rest
    assert submit(queue, said, "other", Priority.PREDICTION)
    backend.open("first", "next", "other")
    qtbot.waitUntil(lambda: queue.at_rest)
    assert "next" not in backend.begun
    assert ("other", Exported) in said
    assert ("first", Exported) not in said


def test_a_delay_leaves_a_free_engine_alone_for_a_while(qtbot, queue, backend, said):
    assert not submit(queue, said, "a", Priority.ROUND, delay=50)
    assert queue.waits(Priority.ROUND)
    assert queue.state is State.IDLE
    assert not queue.at_rest
    backend.open("a", "b")
    assert submit(queue, said, "b", Priority.EXPORT)  # which does not wait for it
    qtbot.waitUntil(lambda: queue.at_rest)
    assert backend.begun == ["b", "a"]


def test_a_command_that_is_submitted_when_another_ends_takes_its_turn(qtbot, queue, backend, said):
    def again(command, event):
        said.append(type(event))
        if isinstance(event, Exported):
            submit(queue, said, "round", Priority.ROUND)

    queue.submit(lambda: ExportModel(0, "pt", "model.pt", "first"), again, Priority.WARM_START)
    submit(queue, said, "export", Priority.EXPORT)
    backend.open("first", "export", "round")
    qtbot.waitUntil(lambda: queue.at_rest)
    assert backend.begun == ["first", "export", "round"]
