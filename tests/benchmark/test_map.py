"""What the benchmark measures of the map, on a small one."""

from dataclasses import replace
from pathlib import Path

import pytest

from autoal_gui.benchmark import fresh
from autoal_gui.benchmark.fresh import own_bytes
from autoal_gui.benchmark.parts import map as map_part
from autoal_gui.benchmark.plan import Plan
from autoal_gui.benchmark.report import TARGETS
from tests.support.gui import QUIET
from tests.support.processes.child import loaded

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def test_memory_is_told_above_the_window_without_the_map_and_times_by_median_and_maximum():
    times = {"painting": [5.0, 7.0, 6.0], "moving": [1.0], "alike": [20.0, 90.0]}
    times["processor"] = [4.0]
    figures = {"before": 100e6, "after": 140e6, "peak": 190e6, "opening": 300.0, **times}
    found = map_part.ratios(figures)
    assert found["map_memory_mb"] == pytest.approx(40)
    assert found["map_peak_memory_mb"] == pytest.approx(90)
    assert (found["map_painting_p50_ms"], found["map_painting_max_ms"]) == (6, 7)
    assert found["map_alike_p50_ms"] == 55
    assert {name for name in TARGETS if name.startswith("map_")} <= set(found)
    assert not [name for name in map_part.ratios({**figures, "before": None}) if "memory" in name]


@pytest.mark.slow
def test_a_map_is_opened_painted_moved_and_searched(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(fresh, "spawning", loaded)
    monkeypatch.setattr(map_part, "SETTLE", 0.1)
    plan = replace(Plan("demo", labels=12), dots=300)
    (found,) = map_part.measure(plan, tmp_path)
    assert found["images"] == 300
    for kind in ("painting", "processor", "moving", "alike"):
        assert len(found[kind]) == map_part.REPEATS
        assert min(found[kind]) > 0
    assert found["opening"] > 0
    if own_bytes() is not None:
        assert found["peak"] >= found["before"]
