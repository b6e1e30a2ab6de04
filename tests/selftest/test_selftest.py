"""The self-test: every plug-in has a check, and a fault in any ends in a line and a status."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from autoal_gui.cli import run
from autoal_gui.core.registry import discover
from autoal_gui.selftest import selftest
from autoal_gui.selftest.samples import make_project


def test_every_plug_in_and_the_window_have_a_check(tmp_path: Path) -> None:
    names = [name for name, _ in selftest.checks(tmp_path, run)]
    for kind in ("source", "strategy", "exporter"):
        package = {"strategy": "strategies"}.get(kind, f"{kind}s")
        wanted = {f"{kind} {name}" for name in discover(f"autoal_gui.{package}")}
        assert wanted == {name for name in names if name.startswith(kind)}
    known = discover("autoal_gui.backbones").values()
    learned = {f"backbone {one.NAME}" for one in known if one.WEIGHTS}
    assert learned == {name for name in names if name.startswith("backbone")}
    assert {"round", "device", "warm start", "window"} < set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", discover("autoal_gui.sources"))
def test_a_sample_of_each_source_is_read(tmp_path: Path, name: str) -> None:
    assert selftest.check_source(tmp_path, name).endswith(" images")


@pytest.mark.parametrize(
    "name", [n for n, e in discover("autoal_gui.exporters").items() if e.KIND != "model"]
)
def test_what_is_no_model_is_exported_by_the_command_line(tmp_path: Path, name: str) -> None:
    assert selftest.check_exporter(tmp_path, name, run).endswith(" bytes")


@pytest.mark.small_network
def test_a_device_that_says_something_else_than_the_processor_fails(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(selftest, "ROUNDING", 0.0)  # which even the processor itself is not below
    with pytest.raises(RuntimeError, match=r"0\.000 apart from the processor's"):
        selftest.apart_on(tmp_path, "cpu")


def test_the_project_of_the_self_test_is_made_once(tmp_path: Path) -> None:
    first = make_project(tmp_path)
    before = (first / "project.autoal").stat().st_mtime_ns
    assert make_project(tmp_path) == first
    assert (first / "project.autoal").stat().st_mtime_ns == before


def test_one_failure_fails_the_self_test_and_the_rest_still_runs(monkeypatch, capsys) -> None:
    def broken() -> str:
        raise RuntimeError("out of order")

    monkeypatch.setattr(
        selftest, "checks", lambda *_: [("one", broken), ("two", lambda: "all is well")]
    )
    assert selftest.self_test(run) == 1
    output = capsys.readouterr().out
    assert "FAILED  one" in output
    assert "RuntimeError: out of order" in output
    assert "ok      two: all is well" in output
    assert output.endswith("self-test failed\n")


def test_an_export_that_fails_or_writes_nothing_is_noticed(monkeypatch, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="could not export"):
        selftest.check_exporter(tmp_path, "csv", lambda words: 1)
    with pytest.raises(RuntimeError, match="nothing was written"):
        selftest.check_exporter(tmp_path, "csv", lambda words: 0)
    odd = SimpleNamespace(KIND="model", SUFFIX=".odd", missing=lambda: "Install odd first.")
    monkeypatch.setattr(selftest, "discover", lambda package: {"odd": odd})
    assert selftest.check_exporter(tmp_path, "odd", run) == "left out. Install odd first."


def test_scores_that_are_no_numbers_are_noticed(monkeypatch) -> None:
    bad = SimpleNamespace(score=lambda outputs: outputs.probabilities[:, 0] * float("nan"))
    monkeypatch.setattr(selftest, "discover", lambda package: {"bad": bad})
    with pytest.raises(RuntimeError, match="finite"):
        selftest.check_strategy("bad")
