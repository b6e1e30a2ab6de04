"""The short form of long work; `make endurance` gives ten thousand answers and a hundred rounds."""

from pathlib import Path

import pytest

from tests.support.processes.child import run_child

pytestmark = pytest.mark.small_network

needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="it reads /proc")


@pytest.mark.slow
@needs_proc
def test_answers_and_rounds_leave_nothing_behind():
    done = run_child(["-m", "tests.trials.endurance", "--short"])
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "nothing grew"
