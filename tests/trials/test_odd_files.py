"""The short form of the trial of odd files; `make faults` runs the long one."""

import os
import random

import pytest

from tests.trials.harness.odd_files import readers, try_one, writers


@pytest.mark.skipif(os.name == "nt", reason="Windows has none of these in a folder")
@pytest.mark.timeout(250)
def test_nothing_odd_is_taken_for_a_file_or_replaced(tmp_path):
    draw, uses = random.Random(0), readers() | writers()
    tried = {try_one(tmp_path / "place", draw, uses) for _ in range(120)}
    assert len(tried) > 50
