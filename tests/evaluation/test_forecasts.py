"""How often forecasts held, told by runs that are there."""

import json

import pytest

from autoal_gui.cli import run
from autoal_gui.core.measures.stopping_advice import Point
from autoal_gui.evaluation.forecasts import outcomes

LABELS = range(20, 201, 20)


def finished(folder, seed, values):
    """Write the parts of a run's file that are read."""
    rounds = []
    for labels, value in zip(LABELS, values, strict=True):
        right = round(100 * value)
        confusion = [[right, 100 - right], [100 - right, right]]
        rounds.append(
            {"labels": labels, "confusion": confusion, "wall": 1.0, "weights": {}}
            | {"auroc": None, "plain_weights": {}}
        )
    method = {"name": "auto", "mode": "auto", "warm": None, "changes": []}
    record = {"set": {"name": "cells"}, "method": method, "seed": seed, "rounds": rounds}
    (folder / "runs").mkdir(parents=True, exist_ok=True)
    (folder / "runs" / f"{seed}.json").write_text(json.dumps(record))


def steady(labels):
    return 0.95 - 0.3 * (labels / 20) ** -0.5


def test_a_run_that_went_on_as_it_began_was_forecast_and_one_that_broke_was_not(tmp_path, capsys):
    finished(tmp_path, 0, [steady(n) for n in LABELS])
    finished(tmp_path, 1, [steady(n) if n < 200 else 0.1 for n in LABELS])
    assert run(["forecasts", str(tmp_path), "--seeds-below", "1"]) == 0
    assert "5 of 5 later values" in capsys.readouterr().out
    assert run(["forecasts", str(tmp_path), "--seeds-from", "1"]) == 0
    out = capsys.readouterr().out
    assert "2 of 5 later values" in out
    assert out.splitlines()[1].split()[:5] == ["cells", "40", "100", "1", "100%"]


def test_what_is_there_after_a_forecast_changes_nothing_in_it():
    points = [Point(n, steady(n), 0.005, 0.5, 0.03) for n in LABELS]
    broken = [*points[:-1], Point(200, 0.2, 0.005, 0.5, 0.03)]
    for one, other in zip(outcomes(points), outcomes(broken), strict=True):
        assert one.width == other.width
        assert other.held == (one.held and other.labels != 200)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_too_short_runs_are_told_in_a_sentence(tmp_path, capsys, values):
    if values:
        finished(tmp_path, 0, [0.5] * 10)
        (tmp_path / "runs" / "0.json").write_text("damaged")
    assert run(["forecasts", str(tmp_path)]) == 1
    assert "No finished run there" in capsys.readouterr().err
