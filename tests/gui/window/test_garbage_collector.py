"""Cyclic garbage: collected, and never by a worker, which would destroy widgets under Qt."""

import gc
import subprocess
import sys
import threading
from itertools import chain, repeat

import pytest
from PySide6.QtCore import QAbstractEventDispatcher, QEventLoop, QTimer

from autoal_gui.gui.window import garbage_collector as garbage
from tests.gui.window.test_main_window import start
from tests.support.gui import QUIET
from tests.support.paths import ROOT


class Noted:
    """Says which thread ends it; part of a reference cycle, so that only a collection does."""

    def __init__(self, ended: list[str]) -> None:
        self.itself = self
        self.ended = ended

    def __del__(self) -> None:
        self.ended.append(threading.current_thread().name)


def make_cycles(count: int) -> None:
    for _ in range(count):
        cycle: list[object] = []
        cycle.append(cycle)


def test_a_worker_that_makes_garbage_collects_none_of_the_windows(qtbot):
    ended: list[str] = []
    for _ in range(20):
        Noted(ended)
    worker = threading.Thread(target=make_cycles, args=(100_000,), name="worker")
    worker.start()
    worker.join()
    assert ended == []
    qtbot.waitUntil(lambda: len(ended) == 20)
    assert set(ended) == {threading.main_thread().name}


def test_garbage_that_has_grown_old_is_collected_too(qtbot, qapp):
    collector = garbage.GarbageCollector(qapp)
    ended: list[str] = []
    old = Noted(ended)
    gc.collect()  # what outlives collections is looked at seldom
    del old

    def collected() -> bool:
        make_cycles(20_000)
        return bool(ended)

    qtbot.waitUntil(collected, timeout=60_000)
    collector.deleteLater()


def test_collecting_everything_takes_a_small_share_of_the_time(qapp, monkeypatch):
    collector = garbage.GarbageCollector(qapp)
    # A second of collecting: not again within 500.
    moments = chain((0.0, 1.0, 400.0, 502.0), repeat(503.0))
    asked = []
    monkeypatch.setattr(garbage, "perf_counter", lambda: next(moments))
    monkeypatch.setattr(
        garbage, "collect_due", lambda *, full: asked.append(full) or (2 if full else None)
    )
    for _ in range(3):
        collector._check()
    collector.deleteLater()
    assert asked == [True, False, True]


def wake_ups(seconds: float) -> int:
    """Count how often the window's thread is woken while nothing happens."""
    loop, woken = QEventLoop(), []
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    awake = QAbstractEventDispatcher.instance().awake
    connection = awake.connect(lambda: woken.append(1))
    loop.exec()
    awake.disconnect(connection)
    return len(woken)


def test_an_idle_program_lets_the_computer_sleep(qapp):
    collector = garbage.GarbageCollector(qapp)
    wake_ups(0.5)  # what tests before left is collected
    assert wake_ups(2) < 20  # with a timer of a millisecond there are 1,700
    collector.deleteLater()


@pytest.mark.qt_log_ignore(QUIET)
def test_an_idle_window_lets_the_computer_sleep(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    qtbot.waitUntil(lambda: controller.at_rest and not controller.checks.running)
    wake_ups(0.5)
    assert wake_ups(2) < 40  # a blinking cursor, the clock of the waiting time


def test_garbage_that_a_worker_makes_beside_a_sleeping_window_is_collected(qtbot):
    ended: list[str] = []
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.01):
            Noted(ended)
            make_cycles(200)

    worker = threading.Thread(target=work, name="worker")
    worker.start()
    wake_ups(3)
    stop.set()
    worker.join()
    assert len(ended) > 50
    assert set(ended) == {threading.main_thread().name}


COLLECTED = """
import gc, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.support.gui import NearestMean, services, settings
from PySide6.QtWidgets import QApplication
from autoal_gui.gui.window.main_window import MainWindow

application = QApplication([])
gc.disable()
folder, backend = Path(sys.argv[2]), NearestMean()

def window():
    return MainWindow(services(folder, lambda: backend), settings(folder))

stays = window()
stays.show()
for _ in range(3):
    one = window()
    one.close()
    del one
    gc.collect()
    application.processEvents()
    print(application.primaryScreen().availableSize().width() > 0, flush=True)
"""


def test_a_window_that_is_collected_does_not_take_the_screen_with_it(tmp_path):
    """In a process of its own: where it goes wrong, that process ends with a segmentation fault."""
    here = str(ROOT)
    done = subprocess.run(
        [sys.executable, "-c", COLLECTED, here, str(tmp_path)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.split()) == (0, ["True"] * 3), done.stderr
