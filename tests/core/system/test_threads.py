"""Libraries that compute keep to one thread where that is asked for."""

import importlib
import sys
import types
from threading import Event, Thread

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from autoal_gui.core.system.threads import _libraries, one_thread, wait_until_imported


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


SLOW = """
from {gates} import begun, may_end
begun.set()
assert may_end.wait(60)
Tensor = object
"""


def test_a_module_that_another_thread_imports_is_waited_for(tmp_path, monkeypatch):
    begun, may_end = Event(), Event()
    gates = types.ModuleType("gates_of_this_test")
    gates.begun, gates.may_end = begun, may_end
    monkeypatch.setitem(sys.modules, gates.__name__, gates)
    (tmp_path / "slowly_imported.py").write_text(SLOW.format(gates=gates.__name__))
    monkeypatch.syspath_prepend(tmp_path)
    importing = Thread(target=importlib.import_module, args=("slowly_imported",))
    importing.start()
    assert begun.wait(60)
    assert not hasattr(sys.modules["slowly_imported"], "Tensor")  # as SciPy would find it
    waiting = Thread(target=wait_until_imported, args=("slowly_imported",))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    may_end.set()
    waiting.join(60)
    importing.join(60)
    assert hasattr(sys.modules.pop("slowly_imported"), "Tensor")


def test_a_module_that_nobody_wants_stays_out():
    wait_until_imported("a_module_that_is_nowhere")
    assert "a_module_that_is_nowhere" not in sys.modules
