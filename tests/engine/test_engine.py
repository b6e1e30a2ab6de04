import os
import threading
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QObject, QThread, Slot

from autoal_gui.core.errors import AutoALError, Cancelled, CheckpointError
from autoal_gui.core.messages import (
    CommandCancelled,
    CommandFailed,
    Exported,
    ExportModel,
    Notice,
    Progress,
)
from autoal_gui.engine import engine as engine_module
from autoal_gui.engine.engine import FAULT, PROGRESS_INTERVAL, Engine, Throttle, throttled, where
from autoal_gui.engine.jobs import Job, OneJob

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before the first application is made

PATIENT = "/data/Doe^Jane/1969-07-20.dcm"
LAST = (Exported, CommandCancelled, CommandFailed)


class Panic(BaseException):
    """What a library written in Rust raises; no `Exception`."""


class Receiver(QObject):
    """Writes down what arrives, and in which thread."""

    def __init__(self):
        super().__init__()
        self.events = []
        self.threads = set()

    @Slot(object)
    def receive(self, event):
        self.events.append(event)
        self.threads.add(QThread.currentThread())

    @Slot(int, int)
    def receive_progress(self, done, total):
        self.receive((done, total))

    @Slot(object)
    def receive_result(self, result):
        self.receive(("result", result))

    @Slot(str)
    def receive_failure(self, sentence):
        self.receive(("failed", sentence))

    @Slot()
    def receive_cancelled(self):
        self.receive(("cancelled",))

    @property
    def outcomes(self):
        return [e for e in self.events if e[0] in ("result", "failed", "cancelled")]

    @property
    def ended(self):
        return [event for event in self.events if isinstance(event, LAST)]


class Backend:
    """Does what each command's test says, and remembers where it was done."""

    def __init__(self, *works):
        self.works = list(works)
        self.threads = set()

    def run(self, command, cancelled):
        self.threads.add(threading.get_ident())
        return self.works.pop(0)(command, cancelled)


def counting(total):
    """Work in `total` steps that looks at its cancel check before each."""

    def work(command, cancelled):
        for done in range(total + 1):
            if cancelled():
                raise Cancelled("The work was cancelled.")
            yield Progress(command.request_id, "FitNet", done, total)
        yield Exported(command.request_id, command.target)

    return work


def waiting(begun):
    """Work that says that it has begun and then goes on until it is cancelled."""

    def work(command, cancelled):
        begun.set()
        yield Progress(command.request_id, "FitNet", 0, 2)
        nap = threading.Event()
        while not cancelled():
            nap.wait(0.001)
        raise Cancelled("The work was cancelled.")

    return work


def failing(error, cause=None):
    def work(command, cancelled):
        yield Progress(command.request_id, "FitNet", 0, 2)
        raise error from cause

    return work


def command(number):
    return ExportModel(number, "pt", "checkpoint", f"target {number}")


@pytest.fixture
def started(qapp):
    """Start engines over backends; in the end none of their threads may be running."""
    engines = []

    def start(make_backend):
        receiver, engine = Receiver(), Engine(make_backend)
        engine.happened.connect(receiver.receive)
        engine.start()
        engines.append(engine)
        return engine, receiver

    yield start
    for engine in engines:
        engine.close()
        assert not engine.isRunning()


def end_of(qtbot, receiver, commands=1):
    qtbot.waitUntil(lambda: len(receiver.ended) >= commands, timeout=60_000)
    return receiver.ended[-1]


# -- commands and events ----------------------------------------------------------------------


def test_work_is_done_in_the_engines_thread_and_told_in_the_windows(started, qtbot, qapp):
    backend = Backend(counting(3))
    engine, receiver = started(lambda: backend)
    engine.submit(command(7))
    assert end_of(qtbot, receiver) == Exported(7, "target 7")
    assert receiver.threads == {qapp.thread()}
    assert threading.get_ident() not in backend.threads
    assert len(backend.threads) == 1


def test_commands_and_their_events_keep_their_order(started, qtbot):
    backend = Backend(counting(2), counting(0), counting(3))
    engine, receiver = started(lambda: backend)
    for number in (3, 1, 2):
        engine.submit(command(number))
    end_of(qtbot, receiver, 3)
    assert [event.request_id for event in receiver.ended] == [3, 1, 2]
    order = [event.request_id for event in receiver.events]
    assert order == sorted(order, key=[3, 1, 2].index)
    for number in (3, 1, 2):
        steps = [
            event.done
            for event in receiver.events
            if isinstance(event, Progress) and event.request_id == number
        ]
        assert steps == sorted(set(steps))


def test_the_backend_is_made_once_and_in_the_engines_thread(started, qtbot):
    made = []

    def make():
        made.append(threading.get_ident())
        return Backend(counting(1), counting(1))

    engine, receiver = started(make)
    assert made == []
    engine.submit(command(1))
    engine.submit(command(2))
    end_of(qtbot, receiver, 2)
    assert len(made) == 1
    assert made[0] != threading.get_ident()


def test_a_backend_that_cannot_be_made_fails_its_command_and_may_be_made_later(started, qtbot):
    errors = [ImportError(f"cannot import {PATIENT}"), CheckpointError("No weights."), None]

    def make():
        error = errors.pop(0)
        if error is not None:
            raise error
        return Backend(counting(1))

    engine, receiver = started(make)
    for number in (1, 2, 3):
        engine.submit(command(number))
    end_of(qtbot, receiver, 3)
    assert [type(event) for event in receiver.ended] == [CommandFailed, CommandFailed, Exported]
    assert [event.sentence for event in receiver.ended[:2]] == [FAULT, "No weights."]


def test_a_warm_up_makes_the_backend_and_says_nothing(started, qtbot):
    errors, made = [ImportError("not yet"), None], []

    def make():
        error = errors.pop(0)
        if error is not None:
            raise error
        made.append(Backend(counting(1)))
        return made[-1]

    engine, receiver = started(make)
    for _ in range(3):  # the first fails, the third has nothing left to do
        engine.warm_up()
    qtbot.waitUntil(lambda: bool(made), timeout=60_000)
    engine.submit(command(1))
    end_of(qtbot, receiver)
    assert [type(event) for event in receiver.ended] == [Exported]
    assert len(made) == 1


# -- cancelling -------------------------------------------------------------------------------


def test_cancel_stops_the_command_and_only_that(started, qtbot):
    begun = threading.Event()
    engine, receiver = started(lambda: Backend(waiting(begun), counting(2)))
    engine.submit(command(1))
    assert begun.wait(60)
    engine.cancel()
    assert end_of(qtbot, receiver) == CommandCancelled(1)
    engine.submit(command(2))
    assert end_of(qtbot, receiver, 2) == Exported(2, "target 2")


def test_cancel_while_nothing_runs_does_nothing(started, qtbot):
    engine, receiver = started(lambda: Backend(counting(2), counting(2)))
    engine.cancel()
    engine.submit(command(1))
    end_of(qtbot, receiver)
    engine.cancel()
    engine.cancel()
    engine.submit(command(2))
    end_of(qtbot, receiver, 2)
    assert receiver.ended == [Exported(1, "target 1"), Exported(2, "target 2")]


def test_a_waiting_command_can_be_cancelled_before_it_begins(started, qtbot):
    begun, go_on = threading.Event(), threading.Event()

    def gated(command, cancelled):
        begun.set()
        assert go_on.wait(60)
        yield Exported(command.request_id, command.target)

    engine, receiver = started(lambda: Backend(gated, counting(2)))
    engine.submit(command(1))
    assert begun.wait(60)
    engine.submit(command(2))
    engine.cancel()
    go_on.set()
    end_of(qtbot, receiver, 2)
    assert receiver.ended == [Exported(1, "target 1"), CommandCancelled(2)]


# -- failing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError(PATIENT), FAULT),
        (FileNotFoundError(2, "No such file", PATIENT), FAULT),
        (KeyError(PATIENT), FAULT),
        (MemoryError(PATIENT), FAULT),
        (Panic(PATIENT), FAULT),
        (AutoALError("None of the images can be read."), "None of the images can be read."),
    ],
)
def test_an_error_is_told_without_any_value(started, qtbot, caplog, error, sentence):
    cause = OSError(5, "Input/output error", PATIENT)
    engine, receiver = started(lambda: Backend(failing(error, cause), counting(1)))
    engine.submit(command(1))
    event = end_of(qtbot, receiver)
    assert (event.request_id, event.sentence) == (1, sentence)
    assert event.details.startswith(f"{type(error).__name__} at work:")
    assert "; OSError at" in event.details
    told = f"{event!r} {caplog.text} {[record.args for record in caplog.records]}"
    for part in ("Doe", "Jane", "1969", ".dcm", "/data", "Input/output"):
        assert part not in told
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert all(record.exc_info is None for record in caplog.records)
    engine.submit(command(2))
    assert end_of(qtbot, receiver, 2) == Exported(2, "target 2")


def test_cancelling_is_no_error_in_the_log(started, qtbot, caplog):
    engine, receiver = started(lambda: Backend(failing(Cancelled("Cancelled."))))
    engine.submit(command(1))
    assert end_of(qtbot, receiver) == CommandCancelled(1)
    assert caplog.records == []


def test_where_names_the_innermost_positions_of_every_cause():
    def inner():
        raise KeyError(PATIENT)

    def outer():
        try:
            inner()
        except KeyError as error:
            raise CheckpointError(PATIENT) from error

    try:
        outer()
    except CheckpointError as error:
        text = where(error)
    first, second = text.split("; ")
    assert first.startswith("CheckpointError at outer:")
    assert second.startswith("KeyError at inner:")
    assert "< outer:" in second
    assert "Doe" not in text


def test_where_ends_on_an_error_that_causes_itself():
    error, other = ValueError("a"), ValueError("b")
    error.__cause__, other.__cause__ = other, error
    assert where(error) == "ValueError at ; ValueError at "


# -- closing ----------------------------------------------------------------------------------


def test_close_while_a_command_runs_ends_the_thread(started, qtbot):
    begun = threading.Event()
    engine, receiver = started(lambda: Backend(waiting(begun)))
    engine.submit(command(1))
    assert begun.wait(60)
    engine.close()
    assert engine.isFinished()
    assert end_of(qtbot, receiver) == CommandCancelled(1)


def test_close_cancels_everything_that_was_submitted(started, qtbot):
    begun, then = threading.Event(), threading.Event()
    engine, receiver = started(lambda: Backend(waiting(begun), waiting(then)))
    engine.submit(command(1))
    assert begun.wait(60)
    engine.submit(command(2))
    engine.close()
    assert engine.isFinished()
    end_of(qtbot, receiver, 2)
    assert receiver.ended == [CommandCancelled(1), CommandCancelled(2)]


def test_close_before_anything_was_submitted(started):
    engine, receiver = started(Backend)
    engine.close()
    assert engine.isFinished()
    assert receiver.events == []


def test_close_twice_and_close_of_what_was_never_started(qapp):
    engine = Engine(Backend)
    engine.close()
    engine.close()
    assert not engine.isRunning()


# -- how often progress is told ---------------------------------------------------------------


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


def spaced(progress, seconds, clock):
    """Give progress, the clock moved on before each."""
    for event, pause in zip(progress, seconds, strict=True):
        clock.now += pause
        yield event


@st.composite
def works(draw):
    """Steps with their progress, and how long each took."""
    events = []
    for step in draw(st.lists(st.sampled_from(("reading", "FitNet", "SearchNet")), max_size=4)):
        total = draw(st.integers(0, 30))
        events += [Progress(1, step, done, total) for done in range(total + 1)]
        if draw(st.booleans()):
            events.append(Notice(1, "A sentence."))
    pauses = draw(
        st.lists(
            st.sampled_from((0.0, 0.001, 0.02, 0.05, 1.0)),
            min_size=len(events),
            max_size=len(events),
        )
    )
    return events, pauses


@given(works())
def test_progress_is_thinned_but_edges_and_everything_else_pass(work):
    events, pauses = work
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "time", clock)
        told = [(event, clock.now) for event in throttled(spaced(events, pauses, clock))]
    passed = [event for event, _ in told]
    rest = iter(events)
    assert all(any(event is other for other in rest) for event in passed)  # in order
    ids = {id(event) for event in passed}
    for number, event in enumerate(events):
        before = [e for e in events[:number] if isinstance(e, Progress)]
        opens = not before or before[-1].step != getattr(event, "step", "")
        ends = isinstance(event, Progress) and 0 < event.total == event.done
        assert not (isinstance(event, Notice) or opens or ends) or id(event) in ids
    between = [
        (event, at)
        for event, at in told
        if isinstance(event, Progress) and 0 < event.done < event.total
    ]
    for number, (_, at) in enumerate(between):
        within = [other for _, other in between[number:] if other - at < 1.0]
        assert len(within) <= 20


@given(st.lists(st.sampled_from((0.0, 0.01, 0.03, 0.05, 0.2)), min_size=1, max_size=50))
def test_what_waited_long_enough_passes(pauses):
    clock, passed = Clock(), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "time", clock)
        throttle = Throttle(PROGRESS_INTERVAL)
        for pause in pauses:
            clock.now += pause
            silent = clock.now - passed[-1] if passed else None
            if throttle.passes(urgent=False):
                assert silent is None or silent >= PROGRESS_INTERVAL
                passed.append(clock.now)
            else:
                assert silent < PROGRESS_INTERVAL


def test_a_flood_of_progress_does_not_reach_the_window(started, qtbot, monkeypatch):
    monkeypatch.setattr(engine_module, "time", SimpleNamespace(monotonic=lambda: 5.0))
    engine, receiver = started(lambda: Backend(counting(20_000)))
    engine.submit(command(1))
    end_of(qtbot, receiver)
    assert [event.done for event in receiver.events[:-1]] == [0, 20_000]


def test_progress_of_unknown_length_is_thinned_too():
    progress = [Progress(1, "reading", done, 0) for done in range(1000)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "time", Clock())
        assert list(throttled(iter(progress))) == progress[:1]


# -- jobs -------------------------------------------------------------------------------------


@pytest.fixture
def job_of(qapp):
    """Make jobs whose signals are written down; in the end none may be running."""
    jobs = []

    def make(work):
        job = Job(work)
        jobs.append(job)
        return job, listening(job)

    yield make
    for job in jobs:
        job.close()
        assert not job.isRunning()


def listening(job):
    """Return what writes down all that a job says."""
    receiver = Receiver()
    job.progress.connect(receiver.receive_progress)
    job.succeeded.connect(receiver.receive_result)
    job.failed.connect(receiver.receive_failure)
    job.cancelled.connect(receiver.receive_cancelled)
    return receiver


def outcome_of(qtbot, job, receiver):
    """Wait for what a job has come to and for its thread, and return what was told."""
    qtbot.waitUntil(lambda: bool(receiver.outcomes), timeout=60_000)
    assert job.wait(60_000)
    QCoreApplication.processEvents()
    assert len(receiver.outcomes) == 1
    assert receiver.threads == {receiver.thread()}
    return receiver.events


def test_a_job_reports_and_returns_its_result(job_of, qtbot, monkeypatch):
    monkeypatch.setattr(engine_module, "time", Clock())
    result, threads = object(), []

    def work(progress):
        threads.append(threading.get_ident())
        for done in range(1, 101):
            progress(done, 100)
        return result

    job, receiver = job_of(work)
    job.start()
    assert outcome_of(qtbot, job, receiver) == [(1, 100), (100, 100), ("result", result)]
    assert threads != [threading.get_ident()]


def test_a_job_of_unknown_length_does_not_flood_the_window(job_of, qtbot, monkeypatch):
    monkeypatch.setattr(engine_module, "time", Clock())

    def work(progress):
        for done in range(10_000):
            progress(done, 0)

    job, receiver = job_of(work)
    job.start()
    assert outcome_of(qtbot, job, receiver) == [(0, 0), ("result", None)]


def test_a_cancelled_job_stops_at_its_next_report(job_of, qtbot):
    begun, reports = threading.Event(), []

    def work(progress):
        while True:
            progress(len(reports), 0)
            reports.append(1)
            begun.set()

    job, receiver = job_of(work)
    job.start()
    assert begun.wait(60)
    job.cancel()
    assert outcome_of(qtbot, job, receiver)[-1] == ("cancelled",)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(AutoALError("The disk is full."), "The disk is full."), (OSError(2, "gone", PATIENT), FAULT)],
)
def test_a_failing_job_says_one_sentence_and_logs_no_value(job_of, qtbot, caplog, error, sentence):
    def work(progress):
        raise error

    job, receiver = job_of(work)
    job.start()
    assert outcome_of(qtbot, job, receiver) == [("failed", sentence)]
    assert "Doe" not in caplog.text
    assert "gone" not in caplog.text


def test_closing_a_job_ends_its_thread(job_of, qtbot):
    begun = threading.Event()

    def work(progress):
        while True:
            begun.set()
            progress(0, 0)

    job, receiver = job_of(work)
    job.start()
    assert begun.wait(60)
    job.close()
    assert job.isFinished()
    assert outcome_of(qtbot, job, receiver)[-1] == ("cancelled",)


def test_closing_a_job_that_was_never_started(job_of):
    job, receiver = job_of(lambda progress: None)
    job.close()
    assert receiver.events == []


# -- one job at a time ------------------------------------------------------------------------


@pytest.fixture
def one(qapp):
    """An owner of one job at a time, and what it says."""
    owner = OneJob()
    yield owner, listening(owner)
    owner.close()


def heard(qtbot, receiver):
    """Return what an owner said, once it has said what came of its job."""
    qtbot.waitUntil(lambda: bool(receiver.outcomes), timeout=60_000)
    QCoreApplication.processEvents()
    assert receiver.threads == {receiver.thread()}
    return receiver.outcomes


def raising(error):
    def work(progress):
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "outcome"),
    [
        (lambda progress: progress(3, 3), ("result", None)),
        (raising(AutoALError("The disk is full.")), ("failed", "The disk is full.")),
        (raising(Cancelled("It was stopped.")), ("cancelled",)),
        (raising(Panic(PATIENT)), ("failed", FAULT)),
    ],
)
def test_what_comes_of_the_one_job_is_told_once_it_has_ended(one, qtbot, work, outcome):
    owner, receiver = one
    running = []
    for signal in (owner.succeeded, owner.failed, owner.cancelled):
        signal.connect(lambda *_: running.append(owner.running))
    owner.start(work)
    assert owner.running
    assert heard(qtbot, receiver) == [outcome]
    assert running == [False]  # whoever hears it may begin the next
    assert ((3, 3) in receiver.events) == (outcome == ("result", None))


def test_a_new_job_silences_the_one_before_even_where_that_had_ended(one, qtbot):
    owner, receiver = one
    begun = threading.Event()
    for work in (lambda progress: "first", raising(AutoALError("The second."))):
        owner.start(work)
        assert owner._job.wait(60_000)  # its signal waits for this thread

    def endless(progress):
        while True:
            begun.set()
            progress(0, 0)

    owner.start(endless)
    assert begun.wait(60)
    owner.start(raising(AutoALError("The last.")))
    assert heard(qtbot, receiver) == [("failed", "The last.")]
    assert not owner.running


def test_a_cancelled_one_job_says_so_and_a_closed_one_says_nothing(one, qtbot):
    owner, receiver = one
    owner.cancel()  # nothing runs

    def endless(progress):
        while True:
            progress(0, 0)

    owner.start(endless)
    owner.cancel()
    assert heard(qtbot, receiver) == [("cancelled",)]
    owner.start(endless)
    owner.close()
    assert not owner.running
    QCoreApplication.processEvents()
    assert receiver.outcomes == [("cancelled",)]


def test_closing_says_whether_that_kept_the_work_from_its_end(one):
    owner, _ = one
    assert not owner.close()  # nothing was going on
    begun, ended = threading.Event(), threading.Event()

    def endless(progress):
        while True:
            progress(1, 0)
            begun.set()

    owner.start(endless)
    assert begun.wait(60)
    assert owner.close()
    owner.start(lambda progress: ended.set())
    assert ended.wait(60)
    assert not owner.close()  # its result was only not told yet
