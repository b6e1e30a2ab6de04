"""Which method is best over many sets: mean ranks, and what leads where a method does not."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from autoal_gui.core.report.markup import table, tag
from autoal_gui.evaluation.conclusions import interval
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.results import SEARCHES, Comparison, SetResult
from autoal_gui.evaluation.statistics import FEWEST as FEWEST_SEEDS

FEWEST = 3
"""Methods below which an order says no more than their differences do."""
RESAMPLES = 2000
NOTE = (
    "Of each seed the methods are put in order by the area under the curve of balanced accuracy: 1 "
    "is the largest, and equal areas share their ranks. The mean is over seeds, then over sets, so "
    "that each set counts alike. The interval draws the seeds of each set anew, with replacement: "
    "it speaks of these sets and of no others. There is none where a set has fewer than "
    f"{FEWEST_SEEDS} seeds."
)


@dataclass(frozen=True)
class MeanRank:
    """Where a method stands among those that ran on all sets with the same start."""

    method: Method
    mean: float
    """From 1, the best."""
    low: float
    """Of the 95 % interval by resampling seeds within sets; nan where a set has too few."""
    high: float
    by_set: tuple[float, ...]
    """The mean rank on each set."""


@dataclass(frozen=True)
class Ranks:
    """The methods of one start in order, the best first."""

    warm: bool
    methods: tuple[MeanRank, ...]
    sets: tuple[str, ...]
    """Their names."""
    seeds: tuple[int, ...]
    """Of each set, how many all of these methods have."""


def ranks_of(results: Sequence[SetResult], warm: bool) -> Ranks | None:
    """Return the mean ranks of all methods that ran on every set (Demšar 2006, without its test).

    Placebos and other variants of a method are left out: they would share its place.

    Args:
        results: one a set.
        warm: of the methods that begin with the warm start, or of the others.

    Returns:
        None where fewer than `FEWEST` methods share a seed on every set.
    """
    shared = [{m for m in result.methods if m.warm == warm and not m.changes} for result in results]
    methods = sorted(set.intersection(*shared), key=lambda m: m.name) if shared else []
    if len(methods) < FEWEST:
        return None
    tables = [_ranks_on(result, methods) for result in results]
    if not all(map(len, tables)):
        return None
    by_set = np.array([ranks.mean(0) for ranks in tables])
    low, high = _interval(tables)
    columns = zip(methods, by_set.mean(0), low, high, by_set.T, strict=True)
    found = [
        MeanRank(method, float(mean), float(below), float(above), tuple(on.tolist()))
        for method, mean, below, above, on in columns
    ]
    found.sort(key=lambda rank: rank.mean)
    names = tuple(result.name for result in results)
    return Ranks(warm, tuple(found), names, tuple(map(len, tables)))


def _ranks_on(result: SetResult, methods: Sequence[Method]) -> npt.NDArray[np.float64]:
    """Return the ranks of the methods, a row for each seed that all of them have."""
    from scipy.stats import rankdata  # takes a second to load

    areas = [result.methods[method].areas() for method in methods]
    seeds = sorted(set.intersection(*(set(found) for found in areas)))
    if not seeds:
        return np.zeros((0, len(methods)))
    values = np.array([[found[seed] for found in areas] for seed in seeds])
    # Areas that differ by less than what is stored of a score are equal.
    ranks: npt.NDArray[np.float64] = rankdata(-values.round(9), axis=1)
    return ranks


def _interval(tables: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Return low and high ends for each method, by the bootstrap over the seeds of each set."""
    if min(map(len, tables)) < FEWEST_SEEDS:  # drawn anew, they would look surer than they are
        return np.full((2, tables[0].shape[1]), np.nan)
    generator = np.random.default_rng(0)
    means = np.zeros((RESAMPLES, tables[0].shape[1]))
    for ranks in tables:
        drawn = generator.integers(0, len(ranks), (RESAMPLES, len(ranks)))
        means += ranks[drawn].mean(1)
    ends: npt.NDArray[np.float64] = np.percentile(means / len(tables), (2.5, 97.5), axis=0)
    return ends


def leaders(
    results: Sequence[SetResult], ranks: Ranks, method: Method
) -> list[tuple[str, Comparison]]:
    """Return sets and methods with the largest mean area there, where it is not this one's."""
    found = []
    for result in results:
        areas = {rank.method: result.methods[rank.method].areas() for rank in ranks.methods}
        seeds = set.intersection(*(set(values) for values in areas.values()))
        means = {m: statistics.fmean(values[seed] for seed in seeds) for m, values in areas.items()}
        best = max(means, key=means.__getitem__)
        if means[best] > means[method] and (comparison := result.compared(method, best)):
            found.append((result.name, comparison))
    return found


def ranks_section(results: Sequence[SetResult]) -> Iterable[Element]:
    """Yield the mean ranks of each start, and where a search is not first."""
    for warm, start in ((True, "with the warm start"), (False, "from scratch")):
        ranks = ranks_of(results, warm)
        if ranks is None:
            continue
        yield tag("h3", f"Mean rank over all sets, {start}")
        rows: list[list[Element | str]] = [
            [
                rank.method.name,
                _with_interval(rank),
                *(f"{on:.2f}" for on in rank.by_set),
            ]
            for rank in ranks.methods
        ]
        heads = [f"{n} ({_seeds(k)})" for n, k in zip(ranks.sets, ranks.seeds, strict=True)]
        yield table(f"Among {len(rows)} methods", ["method", "mean rank", *heads], rows)
        yield tag("p", NOTE, class_="note")
        sentences = [
            _behind(rank.method, leaders(results, ranks, rank.method))
            for rank in ranks.methods
            if rank.method.mode in SEARCHES
        ]
        if sentences:
            yield tag("ul", *(tag("li", sentence) for sentence in sentences), class_="verdict")


def _with_interval(rank: MeanRank) -> str:
    if math.isnan(rank.low):
        return f"{rank.mean:.2f}"
    return f"{rank.mean:.2f} ({rank.low:.2f} to {rank.high:.2f})"


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def _behind(method: Method, ahead: Sequence[tuple[str, Comparison]]) -> str:
    if not ahead:
        return f"{method.name} has the largest mean area on every set."
    named = "; ".join(
        f"{name}: {comparison.other.name}, to which it stands at "
        f"{interval(comparison.difference.spread)}"
        for name, comparison in ahead
    )
    return f"{method.name} does not have the largest mean area on these sets. {named}."


def ranks_as_plain(results: Sequence[SetResult]) -> list[dict[str, Any]]:
    """Return the mean ranks of each start as plain values; an empty list where there are none."""
    found = (ranks_of(results, warm) for warm in (True, False))
    return [
        {
            "warm": ranks.warm,
            "sets": ranks.sets,
            "seeds": ranks.seeds,
            "methods": [{**asdict(rank), "method": rank.method.name} for rank in ranks.methods],
        }
        for ranks in found
        if ranks
    ]
