import gc
import os
import sys
import threading
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, settings

from tests.support.processes import small_network

# Before anything imports torch: spinning threads starve each other on a busy machine.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
os.environ["KMP_BLOCKTIME"] = "0"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# Time decides no test: a busy machine is slow without being wrong.
settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("usual", settings.get_profile("thorough"), max_examples=20)
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))
PATIENCE = 60_000  # milliseconds
DECODING = ("pictures", "thumbnails")  # how the names of the threads begin that decode images


def traced(run: Callable[[object], None]) -> Callable[[object], None]:
    """Return a thread's function that coverage follows: Qt starts threads that Python does not."""

    def run_traced(thread: object) -> None:
        sys.settrace(threading.gettrace())
        run(thread)

    return run_traced


@pytest.fixture(scope="session", autouse=True)
def coverage_of_threads() -> None:
    """Let coverage, where it measures, see what the threads of Qt do."""
    if threading.gettrace() is not None:
        from autoal_gui.engine.engine import Engine
        from autoal_gui.engine.jobs import Job

        for thread in (Engine, Job):
            thread.run = traced(thread.run)


def pytest_collection_finish() -> None:
    """Let collections of garbage pass over thousands of tests and what they import: it stays."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin every test with one thread of torch, so that sums are taken in one order.

    And with small networks, if it asks for them. Not a fixture: those of a module or session come
    before those of a function, and would compute with more threads in the first test of a run than
    in a later one.
    """
    asked = item.get_closest_marker("small_network")
    small_network.choose(asked is not None and asked.args != (False,))
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def qapp(qapp):
    """The application collects garbage as the program does, between two events."""
    from autoal_gui.gui.window.garbage_collector import GarbageCollector

    GarbageCollector(qapp)
    return qapp


@pytest.fixture(autouse=True)
def nothing_left():
    """Delete the windows that a test leaves: a collection would take them apart in any order."""
    yield
    if not gc.isenabled():
        from PySide6.QtCore import QCoreApplication, QEvent
        from PySide6.QtWidgets import QApplication

        from autoal_gui.gui.window.garbage_collector import collect_due

        for widget in QApplication.topLevelWidgets():
            if widget.parent() is None:
                widget.close()
                widget.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        collect_due()
        assert not [one for one in threading.enumerate() if one.name.startswith(DECODING)]


@pytest.fixture
def qtbot(qtbot):
    """Wait as long as a busy machine may take: what never comes fails all the same."""
    for name in ("waitUntil", "waitSignal", "waitSignals"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE))
    return qtbot


@pytest.fixture
def backend():
    """A small backend for the window, without torch."""
    from tests.support.gui import NearestMean

    return NearestMean()


@pytest.fixture
def window(qtbot, tmp_path, backend):
    """The main window over that backend; in the end none of its threads may be running."""
    from autoal_gui.gui.window.main_window import MainWindow
    from tests.support.gui import no_thread_left, services, settings

    window = MainWindow(services(tmp_path / "projects", lambda: backend), settings(tmp_path))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    backend.gate.set()
    window.close()
    assert no_thread_left(window)
    window.deleteLater()
