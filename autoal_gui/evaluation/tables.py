"""The results for other programs: a CSV of every point, and JSON of all numbers."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from autoal_gui.core.sets.tables.cells import plain
from autoal_gui.evaluation.conclusions import conclusions
from autoal_gui.evaluation.failures import Failure
from autoal_gui.evaluation.last_models import means_by_part
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.plan import Setup
from autoal_gui.evaluation.ranks import ranks_as_plain
from autoal_gui.evaluation.results import MEASURES, Comparison, MethodResult, SetResult

PARTS = ("set", "method", "mode", "warm", "seed", "labels", "column", "part", "images", "groups",
         "accuracy", "low", "high", "enough")  # fmt: skip
COLUMNS = ("set", "method", "mode", "warm", "seed", "labels", *MEASURES, "seconds")


def as_csv(results: Sequence[SetResult]) -> str:
    """Return one line a run and budget, with a header; see `exporters.csv_labels` for its form."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for result in results:
        for method, found in result.methods.items():
            for run in found.runs:
                head = (plain(result.name), plain(method.name), plain(method.mode))
                for labels, metrics in sorted(run.metrics.items()):
                    scores = (f"{getattr(metrics, measure):.6f}" for measure in MEASURES)
                    seconds = f"{run.seconds[labels]:.3f}"
                    writer.writerow((*head, int(method.warm), run.seed, labels, *scores, seconds))
    return text.getvalue()


def columns_as_csv(results: Sequence[SetResult]) -> str:
    """Return one line a run, column and part: what its last model has right, with the interval."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(PARTS)
    for result in results:
        for method, found in result.methods.items():
            for run in found.runs:
                names = (plain(result.name), plain(method.name), plain(method.mode))
                head = (*names, int(method.warm), run.seed, max(run.metrics))
                for column, parts in run.parts.items():
                    for name, part in parts.items():
                        counts = (part["images"], part["groups"])
                        scores = (f"{value:.6f}" for value in part["accuracy"])
                        cells = (plain(column), plain(name), *counts, *scores, int(part["enough"]))
                        writer.writerow((*head, *cells))
    return text.getvalue()


def as_json(
    setup: Setup,
    results: Sequence[SetResult],
    programs: Sequence[Mapping[str, str]],
    failures: Sequence[Failure] = (),
) -> dict[str, Any]:
    """Return all numbers of the page as plain values; what is not known is null."""
    different = {tuple(sorted(program.items())) for program in programs}
    content = {
        "setup": setup.as_plain(),
        "programs": [dict(items) for items in sorted(different)],
        "failed": [asdict(failure) for failure in failures],
        "ranks": ranks_as_plain(results),
        "sets": [_set_as_plain(result) for result in results],
    }
    found: dict[str, Any] = _known(content)
    return found


def _set_as_plain(result: SetResult) -> dict[str, Any]:
    return {
        "facts": dict(result.facts),
        "warm_starts": [dict(start) for start in result.warm_starts],
        "starts_agree": result.starts_agree,
        "verdict": conclusions(result),
        "methods": [_method_as_plain(result, found) for found in result.methods.values()],
    }


def _method_as_plain(result: SetResult, found: MethodResult) -> dict[str, Any]:
    method = found.method
    held = {
        "random": result.against(method, "random"),
        "vote": result.against(method, "vote"),
        "whole method": result.compared(method, method.plain),
        "from scratch": result.compared(method, Method(method.mode, False, method.changes)),
    }
    return {
        "name": method.name,
        **asdict(method),
        "seeds": found.seeds,
        "areas": {measure: found.areas(measure) for measure in MEASURES},
        "area": asdict(found.area),
        "curves": {measure: _curve_as_plain(found, measure) for measure in MEASURES},
        "against": {name: _comparison_as_plain(c) for name, c in held.items() if c},
        "round_seconds": found.round_seconds,
        "over_entropy": result.time_ratio(method),
        "weights": found.weights,
        "by_column": means_by_part(found),
    }


def _curve_as_plain(found: MethodResult, measure: str) -> list[dict[str, Any]]:
    curve = found.curve(measure)
    points = zip(curve.labels, curve.spreads, strict=True)
    return [{"labels": labels, **asdict(spread)} for labels, spread in points]


def _comparison_as_plain(comparison: Comparison) -> dict[str, Any]:
    difference = comparison.difference
    return {
        "method": comparison.other.name,
        **asdict(difference),
        "standing": difference.standing,
    }


def _known(value: Any) -> Any:
    """Return plain values for JSON, which knows no nan: null in its place."""
    if isinstance(value, Mapping):
        return {str(name): _known(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_known(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
