"""Processes that carry out tasks: what comes back, and what a killed one takes with it."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import active_children
from pathlib import Path

import pytest

from autoal_gui.core.errors import AutoALError
from autoal_gui.evaluation.running.worker_pool import FAULT, LOST, WorkerPool
from tests.support.paths import ROOT

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows the latter ends a process at once


def act(order):
    """What the processes of these tests do: a word, and what it is about."""
    word, what = order
    if word == "die":
        os.kill(os.getpid(), KILL)
    if word == "refuse":
        raise AutoALError("It cannot be done.")
    if word == "break":
        raise ZeroDivisionError(what)
    if word == "sleep":
        time.sleep(600)
    if word == "meet":  # until the others are there too
        (Path(what) / str(os.getpid())).touch()
        while len(list(Path(what).iterdir())) < 2:
            time.sleep(0.01)
    if word == "threads":
        import torch
        from threadpoolctl import threadpool_info

        torch.ones(8) @ torch.ones(8)
        return {pool["num_threads"] for pool in threadpool_info()}, torch.get_num_threads()
    return what, os.getpid()


def outcomes(size, orders):
    with WorkerPool(size) as workers:
        return {outcome.argument[1]: outcome for outcome in workers.run(act, orders)}


def test_each_task_comes_back_once_and_processes_are_used_again():
    orders = [("echo", number) for number in range(7)]
    found = outcomes(2, orders)
    assert {number: outcome.value[0] for number, outcome in found.items()} == {
        number: number for number in range(7)
    }
    assert all(not outcome.sentence for outcome in found.values())
    processes = {outcome.value[1] for outcome in found.values()}
    assert len(processes) == 2
    assert os.getpid() not in processes


def test_two_work_at_the_same_time(tmp_path):
    with WorkerPool(2) as workers:
        met = [outcome.value for outcome in workers.run(act, [("meet", str(tmp_path))] * 2)]
    assert len({process for _, process in met}) == 2


def test_a_killed_process_loses_its_own_task_alone():
    orders = [("echo", 0), ("die", 1), ("echo", 2), ("die", 3), ("echo", 4), ("echo", 5)]
    found = outcomes(2, orders)
    assert {number for number, outcome in found.items() if outcome.sentence == LOST} == {1, 3}
    assert {found[number].value[0] for number in (0, 2, 4, 5)} == {0, 2, 4, 5}


def test_a_process_that_died_idle_is_replaced():
    with WorkerPool(1) as workers:
        (first,) = workers.run(act, [("echo", 1)])
        os.kill(first.value[1], KILL)
        time.sleep(0.2)
        found = list(workers.run(act, [("echo", 2), ("echo", 3)]))
    assert [outcome.sentence for outcome in found] == [LOST, ""]
    assert found[1].value[0] == 3


@pytest.mark.parametrize(
    ("word", "told"), [("refuse", ("It cannot be done.",)), ("break", (FAULT, "ZeroDivisionError"))]
)
def test_an_error_is_told_and_the_rest_goes_on(word, told):
    found = outcomes(1, [(word, 0), ("echo", 1)])
    assert found[0].value is None
    assert all(words in found[0].sentence for words in told)
    assert found[1].value[0] == 1


def test_each_process_has_one_thread():
    (found,) = outcomes(1, [("threads", 0)]).values()
    assert found.value == ({1}, 1), found.sentence


def test_no_process_outlives_the_crew_that_is_left_early():
    with WorkerPool(2) as workers:
        first = next(workers.run(act, [("sleep", 1), ("echo", 2)]))
        assert first.value[0] == 2
        assert len(active_children()) == 2
    assert not active_children()


ORPHANS = """
import os, sys, time
sys.path.insert(0, {tests!r})
from tests.evaluation.running.test_worker_pool import act
from autoal_gui.evaluation.running.worker_pool import WorkerPool
if __name__ == "__main__":
    with WorkerPool(1) as workers:
        for outcome in workers.run(act, [("echo", 0), {then}]):
            print(outcome.value[1], flush=True)
            time.sleep({pause})
"""
MEASURED = """
import os, sys, time
sys.path.insert(0, {tests!r})
from tests.evaluation.running.test_worker_pool import told_and_slept
from autoal_gui.benchmark.fresh import in_fresh_process
if __name__ == "__main__":
    in_fresh_process(told_and_slept)
"""


def told_and_slept():
    """What a process that is measured does: it says who it is, and works for long."""
    print(os.getpid(), flush=True)
    time.sleep(600)


@pytest.mark.parametrize(
    "program",
    [
        ORPHANS.replace("{then}", '("echo", 1)').replace("{pause}", "60"),  # while it is idle
        ORPHANS.replace("{then}", '("sleep", 1)').replace("{pause}", "0"),
        MEASURED,
    ],
)
def test_a_process_ends_with_a_parent_that_is_killed(tmp_path, program):
    script = tmp_path / "parent.py"
    script.write_text(program.format(tests=str(ROOT)))
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    with parent:
        worker = int(parent.stdout.readline())
        time.sleep(0.5)  # it is at its task by then
        parent.kill()
    end = time.monotonic() + 20
    while is_running(worker):
        assert time.monotonic() < end
        time.sleep(0.05)


def is_running(process):
    """Whether a process is there and no zombie that nobody has waited for."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
