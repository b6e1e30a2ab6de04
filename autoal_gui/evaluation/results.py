"""What finished runs say together: curves, areas, paired differences, times and weights."""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autoal_gui.core.measures.metrics import Metrics, from_plain
from autoal_gui.evaluation.methods import Method, reference
from autoal_gui.evaluation.records import read_json
from autoal_gui.evaluation.statistics import FEWEST, Difference, Spread, area

MEASURES = {
    "balanced_accuracy": "Balanced accuracy",
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "macro_auroc": "AUROC",
}
"""Properties of `Metrics`, and what the page calls them; the first one decides."""
MAIN = "balanced_accuracy"
SEARCHES = ("auto", "paper")
"""Modes that learn how to weigh strategies."""
ASKING = ("ablation", "audit_share", "candidates", "pinned_off", "pinned_on", "placebo")
"""Settings that decide on what is asked alone: they leave the first point as it is."""


@dataclass(frozen=True)
class Run:
    """One finished run."""

    method: Method
    seed: int
    metrics: dict[int, Metrics] = field(repr=False)
    """By the labels that the model was trained on."""
    seconds: dict[int, float] = field(repr=False)
    """Of each round."""
    weights: dict[int, dict[str, float]] = field(repr=False)
    """The mean over the pool of each strategy's weight W in each round; empty where none had one.

    Not the shares of W x S that the window draws: scores make equal weights look unequal."""
    parts: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict, repr=False)
    """What the last model has right of each part of each column, see
    `core.sets.column_results.measured_as_plain`; empty where the set has no columns."""
    processor: dict[int, float] = field(default_factory=dict, repr=False)
    """Processor seconds of each round; of runs before they were measured, seconds of the clock."""
    shares: dict[int, dict[str, float]] = field(default_factory=dict, repr=False)
    """The share of each strategy in what was asked for, of each round (the paper's figure 5)."""
    medmnist: dict[str, Any] = field(default_factory=dict, repr=False)
    """`name`, `labels`, `auc` and `acc` of a MedMNIST set's test images; empty for another set."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Run":
        """Read a run as `evaluation.running.worker` wrote it."""
        method, rounds = record["method"], record["rounds"]
        changes = tuple((name, value) for name, value in method["changes"])
        return cls(
            Method(method["mode"], method["warm"], changes),
            record["seed"],
            {r["labels"]: _metrics(r) for r in rounds if r["confusion"]},
            {r["labels"]: r["wall"] for r in rounds},
            {r["labels"]: r["plain_weights"] for r in rounds},
            record.get("measured", {}).get("by_column", {}),
            {r["labels"]: r.get("processor", r["wall"]) for r in rounds},
            {r["labels"]: r["weights"] for r in rounds},
            record.get("medmnist", {}),
        )

    def area(self, measure: str) -> float:
        """Return the normalised area under its learning curve."""
        labels = sorted(self.metrics)
        return area(labels, [getattr(self.metrics[n], measure) for n in labels])


@dataclass(frozen=True)
class Curve:
    """A learning curve over several seeds."""

    labels: tuple[int, ...]
    spreads: tuple[Spread, ...]


@dataclass(frozen=True)
class MethodResult:
    """What the runs of one method on one set say."""

    method: Method
    runs: tuple[Run, ...] = field(repr=False)
    """Ascending by seed, at least one."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that have finished."""
        return tuple(run.seed for run in self.runs)

    def areas(self, measure: str = MAIN) -> dict[int, float]:
        """Return the area under the curve of each seed."""
        return {run.seed: run.area(measure) for run in self.runs}

    @cached_property
    def area(self) -> Spread:
        """The area under the curve of balanced accuracy, over seeds."""
        return Spread.of(list(self.areas().values()))

    def curve(self, measure: str = MAIN) -> Curve:
        """Return mean and interval at each number of labels that all seeds have reached."""
        labels = sorted(set.intersection(*(set(run.metrics) for run in self.runs)))
        spreads = (
            Spread.of([getattr(run.metrics[n], measure) for run in self.runs]) for n in labels
        )
        return Curve(tuple(labels), tuple(spreads))

    def singles(self, measure: str = MAIN) -> tuple[Curve, ...]:
        """Return the curve of each seed where they are several, but too few for an interval."""
        if not 1 < len(self.runs) < FEWEST:
            return ()
        alone = (MethodResult(self.method, (run,)) for run in self.runs)
        return tuple(one.curve(measure) for one in alone)

    @property
    def round_seconds(self) -> float:
        """The median over all rounds of all seeds."""
        return statistics.median(s for run in self.runs for s in run.seconds.values())

    @property
    def weights(self) -> dict[str, dict[int, float]]:
        """Strategy by number of labels: its mean weight over the pool, the mean over seeds."""
        return _by_strategy(run.weights for run in self.runs)

    @property
    def shares(self) -> dict[str, dict[int, float]]:
        """Strategy by number of labels: its share in what was asked for, the mean over seeds."""
        return _by_strategy(run.shares for run in self.runs)


def _by_strategy(
    runs: Iterable[Mapping[int, Mapping[str, float]]],
) -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, list[float]]] = {}
    for run in runs:
        for labels, weights in run.items():
            for name, weight in weights.items():
                found.setdefault(name, {}).setdefault(labels, []).append(weight)
    return {
        name: {n: statistics.fmean(values) for n, values in sorted(row.items())}
        for name, row in found.items()
    }


@dataclass(frozen=True)
class Comparison:
    """A method held against another on the same set and seeds."""

    other: Method
    difference: Difference


@dataclass(frozen=True)
class SetResult:
    """What the runs on one set say."""

    name: str
    facts: Mapping[str, Any] = field(repr=False)
    """The `plan.DataSet` as plain values."""
    methods: Mapping[Method, MethodResult] = field(repr=False)
    """The largest area first."""
    warm_starts: tuple[Mapping[str, Any], ...] = field(repr=False)
    """Epochs and seconds of each."""

    @property
    def measures(self) -> dict[str, str]:
        """Those of `MEASURES` that every point on every curve has."""
        points = [m for r in self.methods.values() for run in r.runs for m in run.metrics.values()]
        return {
            name: title
            for name, title in MEASURES.items()
            if all(math.isfinite(getattr(point, name)) for point in points)
        }

    def against(self, method: Method, mode: str) -> Comparison | None:
        """Hold a method against that of a mode with the same start; None where there is none."""
        return self.compared(method, reference(method, mode, self.methods))

    def compared(self, method: Method, other: Method | None) -> Comparison | None:
        """Hold a method against another; None where one is not there, or they are the same."""
        if other is None or other == method or not {method, other} <= self.methods.keys():
            return None
        ours, theirs = self.methods[method].areas(), self.methods[other].areas()
        if ours.keys().isdisjoint(theirs):
            return None
        return Comparison(other, Difference.of(ours, theirs))

    def time_ratio(self, method: Method) -> float | None:
        """Return how long a round takes, over one of entropy sampling with the same start."""
        entropy = self.methods.get(Method("entropy", method.warm))
        return self.methods[method].round_seconds / entropy.round_seconds if entropy else None

    @property
    def starts_agree(self) -> bool:
        """Whether methods with the same seed and start begin at the same point, as they must.

        Where they begin without labels, all but random choice ask for the same images first.
        """
        first: dict[tuple[int, bool, bool], Metrics] = {}
        for method, result in self.methods.items():
            same_model = all(name in ASKING for name, _ in method.changes)
            for run in result.runs if same_model else ():
                start = min(run.metrics)
                chance = min(run.seconds) < start and method.mode == "random"
                point = run.metrics[start]
                if first.setdefault((run.seed, method.warm, chance), point) != point:
                    return False
        return True


def read_results(folder: Path, setup: str) -> tuple[list[dict[str, Any]], list[SetResult]]:
    """Read every finished run of a set-up; return the records, and what they say of each set."""
    records = [record for file in sorted(folder.glob("*.json")) if (record := read_json(file))]
    records = [r for r in records if r.get("setup") == setup and any_measured(r)]
    by_set: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        by_set.setdefault(record["set"]["content"], []).append(record)
    found = [_set_result(group) for group in by_set.values()]
    return records, sorted(found, key=lambda result: result.name)


def any_measured(record: Mapping[str, Any]) -> bool:
    """Say whether a run has a point on its curve."""
    return any(r["confusion"] for r in record["rounds"])


def _set_result(records: Iterable[dict[str, Any]]) -> SetResult:
    records = list(records)
    runs: dict[Method, dict[int, Run]] = {}
    for run in map(Run.of, records):
        runs.setdefault(run.method, {})[run.seed] = run
    results = [
        MethodResult(method, tuple(found[seed] for seed in sorted(found)))
        for method, found in runs.items()
    ]
    results.sort(key=lambda result: (-result.area.mean, result.method.name))
    warm = {r["warm"]["sha256"]: r["warm"] for r in records if r["warm"]}
    facts = records[0]["set"]
    by_method = {result.method: result for result in results}
    return SetResult(facts["name"], facts, by_method, tuple(warm.values()))


def _metrics(values: Mapping[str, Any]) -> Metrics:
    """Read what a round was measured to have; a single class on the set has no area."""
    area = values.get("auroc")
    return from_plain({"confusion": values["confusion"], "auroc": [area] if area else None})
