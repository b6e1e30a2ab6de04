"""Rows of numbers in memory and in a file."""

import gc
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.benchmark.fresh import own_bytes
from autoal_gui.core.errors import SourceError
from autoal_gui.learning.data import row_store as rows
from tests.tools.limits import files_of_at_most, needs_limits

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells")


def filled(folder, values, parts, kind=np.float32):
    with rows.new_rows(folder, values.shape, kind) as written:
        for part in np.split(values, parts):
            written.add(part)
        return written.whole()


@pytest.fixture
def in_a_file(monkeypatch):
    """Keep even one row in a file."""
    monkeypatch.setattr(rows, "MANY", 1)


@given(st.integers(1, 40), st.lists(st.integers(0, 40), max_size=5), st.sampled_from([1, 1000]))
def test_rows_come_back_as_they_were_written(tmp_path_factory, count, ends, many):
    values = np.random.default_rng(count).normal(size=(count, 3, 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "MANY", many)
        parts = sorted(min(end, count) for end in ends)
        found = filled(tmp_path_factory.getbasetemp(), values, parts, np.float16)
    assert found.dtype == np.float16
    np.testing.assert_array_equal(found, values.astype(np.float16))


@pytest.mark.usefixtures("in_a_file")
def test_a_file_of_rows_has_no_name_once_its_array_is_gone(tmp_path):
    found = filled(tmp_path, np.ones((4, 2)), [2])
    assert found.sum() == 8  # though the file is closed
    assert not found.flags.writeable
    del found
    gc.collect()
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("in_a_file")
@needs_limits
@pytest.mark.parametrize("width", [2, 512])
def test_a_disk_that_is_full_is_told_at_the_first_rows_without_room(tmp_path, width):
    part = np.ones((100, width), np.float32)  # the narrower ones are less than a buffer holds
    fit = 5000 // part.nbytes
    with rows.new_rows(tmp_path, (1000, width), np.float32) as written, files_of_at_most(5000):
        for _ in range(fit):
            written.add(part)
        with pytest.raises(SourceError, match="is its disk full"):
            written.add(part)
    assert not list(tmp_path.iterdir())


@needs_linux
def test_many_rows_are_not_held_in_memory(tmp_path):
    before = own_bytes()
    with rows.new_rows(tmp_path, (rows.MANY, 2000), np.float32) as written:
        for _ in range(rows.MANY // 100):
            written.add(np.ones((100, 2000), np.float32))
        found = written.whole()
    assert found.sum(dtype=np.float64) == rows.MANY * 2000  # all pages have been read
    assert own_bytes() - before < 20e6  # of 160 MB
