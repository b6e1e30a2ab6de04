"""`python -m tests.trials.estimates.looks --data SET ... --runs 8`: which images need a look.

In projects like those of `runs`, images are given the likeliest class, or one from a threshold on:
each class that can be has one chosen by all answers. Of the images outside the pool the table holds
how many need no look, and how many of these are right: by the conformal sets alone; where, as in
the program, what is close to the threshold, or nearly tied, is between classes too; and with
probabilities as they look from the threshold, where what just reaches it has a half.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from autoal_gui.core.measures.conformal import Calibration
from autoal_gui.core.measures.operating.decision import Threshold, decided
from autoal_gui.core.measures.operating.point import OperatingRule, operating_point
from autoal_gui.core.measures.operating.roc import KINDS
from tests.trials.estimates.kept import KeptSet, kept_set
from tests.trials.estimates.runs import Floats, Ints, answered, asked_for, divided, units_at

LEVEL = 0.9  # how often the true class is to be among the possible ones
LEAST = (0.9, 0.98)  # of a sensitivity or a specificity
OWN = 8  # answers of a class, to have a threshold
WAYS = ("sets alone", "and close ones", "from the threshold")
HEAD = (
    "| set, answers | class by | way | need no look | of these right | the worst case | of those "
    "that need one right | the true class is possible | cases |\n" + "| --- " * 9 + "|"
)


@dataclass(frozen=True)
class Judged:
    """What is made of the images outside the pool at one threshold, as shares."""

    no_look: float
    right_without: float
    """NaN where every image needs a look."""
    right_with: float
    """NaN where none does."""
    held: float


def seen_from(probabilities: Floats, threshold: Threshold) -> Floats:
    """Return (n, C) probabilities as they look from a threshold.

    The odds of its class are divided by those of the threshold (Saerens, Latinne & Decaestecker
    2002); the others keep theirs among each other.
    """
    value = min(max(threshold.value, 1e-6), 1 - 1e-6)
    factors = np.full(probabilities.shape[1], value)
    factors[threshold.class_index] = 1 - value
    seen: Floats = probabilities * factors
    return seen / seen.sum(1, keepdims=True)


def plain_sets(measure: Calibration, said: Floats, given: Ints) -> np.ndarray:
    """Return (n, C) the conformal sets, with the class given and the likeliest."""
    sets = 1 - said <= measure.threshold(LEVEL) + 1e-9
    rows = np.arange(len(sets))
    sets[rows, said.argmax(1)] = sets[rows, given] = True
    return sets


def judged_at(
    measure: Calibration, said: Floats, truth: Ints, threshold: Threshold | None, way: str
) -> Judged:
    """Judge images outside the pool, of which `said` is what the model says."""
    given = decided(said, threshold)
    right = given == truth
    if way == WAYS[1]:
        sets = measure.sets(said, LEVEL, threshold)
    elif way == WAYS[0] or threshold is None:
        sets = plain_sets(measure, said, given)
    elif measure.probabilities is not None and measure.truth is not None:
        known = seen_from(measure.probabilities, threshold)
        scores = 1 - known[np.arange(len(known)), measure.truth]
        sets = plain_sets(replace(measure, scores=scores), seen_from(said, threshold), given)
    alone = sets.sum(1) == 1
    return Judged(
        float(alone.mean()),
        _share(right[alone]),
        _share(right[~alone]),
        float(sets[np.arange(len(sets)), truth].mean()),
    )


def _share(right: np.ndarray) -> float:
    return float(right.mean()) if len(right) else float("nan")


def cases_of(kept: KeptSet, seed: int, total: int) -> Iterator[tuple[tuple[str, str], Judged]]:
    """Run one project to a number of answers; yield what each way makes of other images."""
    random = np.random.default_rng((7, seed))
    pool, test = divided(kept, random)
    known = np.sort(asked_for(kept, pool, seed, min(total, len(pool)), random))
    labels = kept.labels[known]
    if len(np.unique(labels)) < 2:
        return
    head, unseen, weights = answered(kept, pool, known, seed)
    units, said = units_at(kept, known), head.probabilities(kept.features[test])
    count = np.arange(len(known))
    together = count if units is None else units
    zeros = np.zeros(len(known))
    measure = Calibration(1 - unseen[count, labels], zeros, together, unseen, labels, weights)
    truth = kept.labels[test]
    for way in WAYS[:2]:
        yield ("likeliest", way), judged_at(measure, said, truth, None, way)
    for c in range(kept.classes):
        if (labels == c).sum() < OWN:
            continue
        for rule in (OperatingRule(c, least, kind) for kind in KINDS for least in LEAST):
            found = operating_point(rule, labels, unseen, units, weights)
            if found is not None:
                for way in WAYS:
                    judged = judged_at(measure, said, truth, found.threshold, way)
                    yield ("threshold", way), judged


def line(name: str, answers: int, how: tuple[str, str], cases: list[Judged]) -> str:
    """Return one line of the table."""
    values = np.array([astuple(one) for one in cases])
    no_look, without, needing, held = (f"{value:.3f}" for value in np.nanmean(values, axis=0))
    worst = f"{np.nanmin(values[:, 1]):.2f}"
    cells = (f"{name} {answers}", *how, no_look, without, worst, needing, held, str(len(cases)))
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", required=True, metavar="SET")
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--answers", type=int, nargs="+", default=[60, 150])
    parser.add_argument("--backbone", default="efficientnet_lite0")
    parser.add_argument("--keep", type=Path, default=Path("kept-features"), metavar="DIR")
    options = parser.parse_args()
    print(HEAD)
    with threadpool_limits(limits=1):
        for data in options.data:
            kept = kept_set(data, options.backbone, options.keep)
            for total in options.answers:
                found: dict[tuple[str, str], list[Judged]] = defaultdict(list)
                for seed in range(options.runs):
                    for how, judged in cases_of(kept, seed, total):
                        found[how].append(judged)
                for how, cases in found.items():
                    print(line(kept.name, total, how, cases), flush=True)


if __name__ == "__main__":
    main()
