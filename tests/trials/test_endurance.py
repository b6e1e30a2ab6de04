"""The short form of long work; `make endurance` gives ten thousand answers and a hundred rounds."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="it reads /proc")


@pytest.mark.slow
@needs_proc
def test_answers_and_rounds_leave_nothing_behind():
    command = [sys.executable, "-m", "tests.trials.endurance", "--short"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=280, check=False, cwd=ROOT
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert done.stdout.splitlines()[-1] == "nothing grew"
