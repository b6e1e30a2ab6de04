"""Libraries that compute keep to one thread where that is asked for."""

import sys
import types

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from autoal_gui.core.system.threads import _libraries, one_thread


def most_threads():
    return max(library["num_threads"] for library in threadpool_info())


def test_there_is_one_thread_inside_and_as_many_as_before_after_it():
    assert np.ones(2).sum() == 2  # a library is loaded
    with threadpool_limits(2):
        before = most_threads()
        with one_thread():
            assert most_threads() == 1
        assert most_threads() == before


def test_libraries_are_looked_for_again_when_a_module_has_been_loaded(monkeypatch):
    with one_thread():
        before = _libraries(len(sys.modules))
    assert _libraries(len(sys.modules)) is before
    monkeypatch.setitem(sys.modules, "planted", types.ModuleType("planted"))
    assert _libraries(len(sys.modules)) is not before
