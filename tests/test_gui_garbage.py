"""Cyclic garbage: collected, and never by a worker, which would destroy widgets under Qt."""

import gc
import threading
from itertools import chain, repeat

from PySide6.QtCore import QObject, QTimer

from autoal_gui.gui import garbage


class Noted(QObject):
    """Says which thread ends it; part of a reference cycle, so that only a collection does."""

    def __init__(self, ended: list[str]) -> None:
        super().__init__()
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


def test_garbage_that_has_grown_old_is_collected_too(qtbot, qapp, monkeypatch):
    monkeypatch.setattr(garbage, "INTERVAL", 1)
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
    collector.findChild(QTimer).stop()
    # A second of collecting: not again within 500.
    moments = chain((0.0, 1.0, 400.0, 502.0), repeat(503.0))
    asked = []
    monkeypatch.setattr(garbage, "perf_counter", lambda: next(moments))
    monkeypatch.setattr(
        garbage, "collect_due", lambda *, full: asked.append(full) or (2 if full else None)
    )
    for _ in range(3):
        collector._look()
    collector.deleteLater()
    assert asked == [True, False, True]
