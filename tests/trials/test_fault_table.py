"""The short form of the fault table; `make faults` prints the long one."""

import sys

import pytest

from tests.support.processes.child import run_child

pytestmark = pytest.mark.small_network


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_no_fault_loses_an_answer():
    """In a process of its own: it forks, which a program with threads must not."""
    done = run_child(["-m", "tests.trials.faults", "--short"])
    print(done.stdout)
    assert done.returncode == 0, done.stderr[-3000:]
    rows = done.stdout.splitlines()
    assert rows[-1].endswith("; 0 times something was lost")
    assert len(rows) >= 16
