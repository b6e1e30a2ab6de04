"""`python -m tests.trials.estimates.thresholds --data SET ... --runs 100`: thresholds of answers.

In projects like those of `runs`, each class that can be has a threshold chosen by all answers, for
a specificity or a sensitivity; the table holds what is expected of new images against what the
model does at that threshold on the images outside the pool.
"""

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from autoal_gui.core.measures.metrics import Share
from autoal_gui.core.measures.operating.point import (
    OperatingRule,
    is_measurable,
    operating_point,
    performance_at,
)
from autoal_gui.core.measures.operating.roc import KINDS, Kind
from tests.trials.estimates.__main__ import Summary
from tests.trials.estimates.kept import KeptSet, kept_set
from tests.trials.estimates.runs import Ints, Value, answered, asked_for, divided, units_at

LEAST = 0.9  # of what is asked for
HEAD = (
    "| set, answers | asked for | thresholds of classes | sensitivity | expected less it | covers "
    "| width | specificity | expected less it | covers | width |\n" + "| --- " * 11 + "|"
)


@dataclass(frozen=True)
class Chosen:
    """What is expected at the threshold of a class, and what is true there."""

    answers: int
    kind: Kind
    sensitivity: Value | None = None
    """None where no threshold could be chosen, though the class can be measured outside."""
    specificity: Value | None = None


def thresholds_of(kept: KeptSet, seed: int, totals: tuple[int, ...]) -> Iterator[Chosen]:
    """Run one project to the largest of some numbers of answers; yield what each chooses."""
    random = np.random.default_rng((7, seed))
    pool, test = divided(kept, random)
    asked = asked_for(kept, pool, seed, min(max(totals), len(pool)), random)
    for total in totals:
        known = np.sort(asked[:total])
        if total <= len(asked) and len(np.unique(kept.labels[known])) > 1:
            yield from _chosen(kept, pool, test, known, seed)


def _chosen(kept: KeptSet, pool: Ints, test: Ints, known: Ints, seed: int) -> Iterator[Chosen]:
    head, unseen, weights = answered(kept, pool, known, seed)
    labels, outside = kept.labels[known], head.probabilities(kept.features[test])
    for c in range(kept.classes):
        inside = kept.labels[test] == c
        if not is_measurable(inside, units_at(kept, test)):
            continue
        for kind in KINDS:
            rule = OperatingRule(c, LEAST, kind)
            found = operating_point(rule, labels, unseen, units_at(kept, known), weights)
            if found is None:
                yield Chosen(len(known), kind)
                continue
            value = found.threshold.value
            true = performance_at(inside, outside[:, c], value, units_at(kept, test))
            yield Chosen(
                len(known),
                kind,
                _value(found.fresh.sensitivity, true.sensitivity),
                _value(found.fresh.specificity, true.specificity),
            )


def _value(found: Share, true: Share) -> Value:
    low, high = true.interval
    return Value(found.value, found.interval, true.value, (high - low) / 2)


def line(name: str, rows: list[Chosen]) -> str:
    """Return one line of the table: a set at one number of answers, over all runs."""
    able = [asdict(row) for row in rows if row.sensitivity is not None]
    cells = [
        f"{name} {rows[0].answers}",
        f"{rows[0].kind} of {LEAST:g}",
        f"{len(able)} of {len(rows)}",
    ]
    for key in ("sensitivity", "specificity"):
        found = Summary([row[key] for row in able])
        cells += [
            f"{found.truth:.3f}",
            f"{found.bias:+.3f} (sd {found.scatter:.3f})",
            f"{found.covers_noise:.3f}",
            f"{found.width:.3f}",
        ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", required=True, metavar="SET")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--answers", type=int, nargs="+", default=[60, 100, 200])
    parser.add_argument("--backbone", default="efficientnet_lite0")
    parser.add_argument("--keep", type=Path, default=Path("kept-features"), metavar="DIR")
    options = parser.parse_args()
    print(HEAD)
    with threadpool_limits(limits=1):
        for data in options.data:
            kept = kept_set(data, options.backbone, options.keep)
            rows = [
                row
                for seed in range(options.runs)
                for row in thresholds_of(kept, seed, tuple(options.answers))
            ]
            for answers in options.answers:
                for kind in KINDS:
                    some = [row for row in rows if (row.answers, row.kind) == (answers, kind)]
                    if any(row.sensitivity for row in some):
                        print(line(kept.name, some), flush=True)


if __name__ == "__main__":
    main()
