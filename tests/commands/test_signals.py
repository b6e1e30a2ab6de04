"""A command that is asked to end takes its decoded images along."""

import os
import signal

import pytest

from tests.support.long_form import long_case
from tests.trials.harness.signals import COMMANDS, left_behind

pytestmark = pytest.mark.small_network

posix = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")


@posix
@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("simulate", "SIGTERM"),
        ("evaluate", "SIGTERM"),
        long_case("simulate", "SIGHUP"),
        long_case("benchmark", "SIGTERM"),
    ],
)
def test_nothing_is_left_in_the_folder_of_temporary_files(command, number, tmp_path):
    assert left_behind(COMMANDS[command], getattr(signal, number), tmp_path, 1.0) == []
