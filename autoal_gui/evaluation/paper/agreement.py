"""Where our runs agree with the paper, in plain words.

They agree only where intervals show all that the paper claims of a set, and do not where one shows
the opposite of a part of it, widened by the number of parts: of many, one lies below 0 by chance.
All else is left open: an interval that holds both, a single repeat, a method that has not been run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.evaluation.conclusions import interval
from autoal_gui.evaluation.methods import Method, method_of, methods_of
from autoal_gui.evaluation.paper.claims import (
    ALWAYS,
    FASTEST,
    FEWER,
    FIGURES,
    FIRST_POINTS,
    PARTS,
    SLOWEST,
    WHOLE,
    Figure,
)
from autoal_gui.evaluation.results import MethodResult, SetResult
from autoal_gui.evaluation.statistics import FEWEST, Difference, Spread

MEASURE = "accuracy"
"""What the paper draws."""
AGREES, DIFFERS, OPEN = "agrees", "does not agree", "leaves it open"


@dataclass(frozen=True)
class Agreement:
    """What the runs on one set say of what the paper says."""

    word: str
    """`AGREES`, `DIFFERS` or `OPEN`; empty where there is no claim to hold them against."""
    sentences: tuple[str, ...]


def agreement(name: str, result: SetResult) -> Agreement:
    """Hold the runs on one set against what the paper says of a figure."""
    if WHOLE_METHOD not in result.methods:
        return Agreement("", ("AutoAL itself has no finished run here.",))
    found = _TELLERS[name](result)
    lacking = () if name == "table2" else (_beside_what_the_paper_lacks(result),)
    more = (*lacking, _without_a_search(result))
    return Agreement(found.word, (*found.sentences, *filter(None, more)))


WHOLE_METHOD = method_of(WHOLE)


def difference(result: SetResult, other: Method) -> Difference | None:
    """Return AutoAL's area under the curve of accuracy minus another's; None without pairs."""
    if other not in result.methods:
        return None
    ours, theirs = (result.methods[m].areas(MEASURE) for m in (WHOLE_METHOD, other))
    return Difference.of(ours, theirs) if ours.keys() & theirs.keys() else None


def _differences(result: SetResult, others: Sequence[Method]) -> dict[Method, Difference]:
    pairs = ((other, difference(result, other)) for other in others if other != WHOLE_METHOD)
    return {other: found for other, found in pairs if found}


def _against_rivals(result: SetResult) -> Agreement:
    """Figure 2: AutoAL above all."""
    always = {method_of(name, False) for name in ALWAYS}
    claimed = [m for m in methods_of(FIGURES["figure2"].methods, False) if m != WHOLE_METHOD]
    others = [m for m in result.methods if m not in (*always, *claimed)]
    return _above_all(result, claimed, others, _first_points(result))


def _against_parts(result: SetResult) -> Agreement:
    """Figure 3: the whole above each part."""
    return _above_all(result, [method_of(text) for text in PARTS])


def _above_all(
    result: SetResult, claimed: Sequence[Method], others: Sequence[Method] = (), *more: str
) -> Agreement:
    """Hold AutoAL against the methods that the paper's claim is of, and tell of others too."""
    found = _differences(result, [*claimed, *others])
    if not found:
        return Agreement("", ("There is nothing yet to hold AutoAL against.", *more))
    standings = {method: one.standing for method, one in found.items()}
    groups = (("Ahead of", "better"), ("Behind", "worse"), ("Not told apart from", ""))
    sentences = []
    for words, standing in groups:
        named = [
            name_of(method)
            for method, kind in standings.items()
            if kind == standing or (not standing and kind in ("open", "no worse"))
        ]
        if named:
            sentences.append(f"{words}: {', '.join(named)}.")
    if lacking := [name_of(method) for method in claimed if method not in found]:
        sentences.append(f"Not run here: {', '.join(lacking)}.")
    return Agreement(_word([found.get(m) for m in claimed]), (*sentences, *more))


def _word(parts: Sequence[Difference | None]) -> str:
    """Return what the parts of a claim come to; None is a part without runs."""
    there = [part for part in parts if part]
    if any(part.worse_among(len(there)) for part in there):
        return DIFFERS
    better = len(there) == len(parts) and all(part.standing == "better" for part in there)
    return AGREES if better else OPEN


def _by_number(result: SetResult) -> Agreement:
    """Figure 4: the more candidates the better."""
    steps, sentences = [], []
    for fewer, more in pairwise(method_of(text) for text in (*FEWER, WHOLE)):
        found = _gain(result, fewer, more)
        steps.append(found)
        counts = f"From {candidates_of(fewer)} to {candidates_of(more)} candidates"
        told = interval(found.spread) if found else "not run here"
        sentences.append(f"{counts}: {told}.")
    if not any(steps):
        return Agreement("", ("There are no two numbers of candidates to compare yet.",))
    return Agreement(_word(steps), tuple(sentences))


def _gain(result: SetResult, fewer: Method, more: Method) -> Difference | None:
    """Return what more candidates gain over fewer; None where there is no pair of runs."""
    if not {fewer, more} <= result.methods.keys():
        return None
    ours, theirs = (result.methods[method].areas(MEASURE) for method in (more, fewer))
    return Difference.of(ours, theirs) if ours.keys() & theirs.keys() else None


def candidates_of(method: Method) -> int:
    """Return how many candidates a method weighs."""
    return len(method.settings(RunSettings(), 0).candidates)


def name_of(method: Method) -> str:
    """Return what the page calls a method that begins from scratch."""
    changes = dict(method.changes)
    if ablation := changes.get("ablation"):
        return f"{ablation} only"
    if method.mode == WHOLE_METHOD.mode:
        count = candidates_of(method)
        fewer = f", {count} candidate{'' if count == 1 else 's'}" if "candidates" in changes else ""
        return f"AutoAL{fewer}"
    if method.mode == "vote":
        return "Uniform vote"
    plugin = discover("autoal_gui.strategies").get(method.mode)
    return str(plugin.LABEL) if plugin else method.name


def _shares(result: SetResult) -> Agreement:
    """Figure 5: the largest share of the first and of the last round."""
    shares = result.methods[WHOLE_METHOD].shares
    if not shares:
        return Agreement("", ("No round has weighed its candidates yet.",))
    sentences = []
    labels = sorted({n for row in shares.values() for n in row})
    for words, place in (("first", labels[0]), ("last", labels[-1])):
        rows = {name: row[place] for name, row in shares.items() if place in row}
        top = max(rows, key=rows.__getitem__)
        label = name_of(Method(top, False))
        sentences.append(f"In the {words} round {label} has the largest share, {rows[top]:.0%}.")
    equal = f"An equal share is {1 / len(shares):.0%}."
    return Agreement("", (*sentences, equal))


def _times(result: SetResult) -> Agreement:
    """Table 2: how many times as long."""
    ratio = time_ratio(result, WHOLE_METHOD)
    if ratio is None:
        return Agreement("", ("Entropy sampling has no finished run here.",))
    words = f"The whole process takes {ratio.mean:.2f} times as long as entropy sampling"
    if ratio.count < FEWEST:
        return Agreement(OPEN, (f"{words}, in too few repeats for an interval.",))
    words += f" ({ratio.low:.2f} to {ratio.high:.2f})"
    if ratio.high < FASTEST:
        return Agreement(DIFFERS, (f"{words}, less than in the paper.",))
    if ratio.low > SLOWEST:
        return Agreement(DIFFERS, (f"{words}, more than in the paper.",))
    if ratio.low >= FASTEST and ratio.high <= SLOWEST:
        return Agreement(AGREES, (f"{words}, as in the paper.",))
    return Agreement(OPEN, (f"{words}, in part as in the paper.",))


_TELLERS = {
    "figure2": _against_rivals,
    "figure3": _against_parts,
    "figure4": _by_number,
    "figure5": _shares,
    "table2": _times,
}


def time_ratio(result: SetResult, method: Method) -> Spread | None:
    """Return a method's whole time over that of entropy sampling from scratch, seed by seed.

    None where there are no such pairs.
    """
    entropy = result.methods.get(method_of("entropy", False))
    if entropy is None or method not in result.methods:
        return None
    ours, theirs = _whole_times(result.methods[method]), _whole_times(entropy)
    ratios = [ours[seed] / theirs[seed] for seed in sorted(ours.keys() & theirs.keys())]
    return Spread.of_ratios(ratios) if ratios else None


def total_seconds(found: MethodResult) -> float:
    """Return the processor seconds of all rounds, the mean over runs."""
    return Spread.of(list(_whole_times(found).values())).mean


def _whole_times(found: MethodResult) -> dict[int, float]:
    """Return the processor seconds of all rounds of each seed."""
    return {run.seed: sum(run.processor.values()) for run in found.runs}


def _beside_what_the_paper_lacks(result: SetResult) -> str:
    words = {"random": "random choice", "vote": "the uniform vote"}
    found = _differences(result, [method_of(name, False) for name in ALWAYS])
    named = [f"{words[m.mode]} {interval(one.spread)}" for m, one in found.items()]
    return f"Against what the paper lacks: {', '.join(named)}." if named else ""


def _without_a_search(result: SetResult) -> str:
    """Say how often AutoAL had too few labels for a search: then it weighs all the same."""
    rounds = [row for run in result.methods[WHOLE_METHOD].runs for row in run.weights.values()]
    alike = sum(len(set(row.values())) == 1 for row in rounds)
    if not alike:
        return ""
    return (
        f"In {alike} of {len(rounds)} rounds AutoAL had too few labels to search, and asked as the "
        "uniform vote does."
    )


def _first_points(result: SetResult) -> str:
    """Say by how much the curves differ before any method has asked for an image."""
    by_seed: dict[int, list[float]] = {}
    for found in result.methods.values():
        for run in found.runs:
            first = run.metrics[min(run.metrics)]
            by_seed.setdefault(run.seed, []).append(getattr(first, MEASURE))
    apart = 100 * max(max(points) - min(points) for points in by_seed.values())
    return (
        f"Before the first query the curves of one repeat differ by {apart:.1f} points, in the "
        f"paper by up to {FIRST_POINTS}."
    )


def overall(figure: Figure, words: Sequence[str]) -> str:
    """Say on how many sets our runs agree with the paper's claim."""
    if not figure.claim:
        return "The program knows no claim or number of the paper to hold this against."
    told = [word for word in words if word]
    if not told:
        return f"The paper: {figure.claim} No set here can be held against that yet."
    *others, last = [
        f"{words} on {told.count(word)}" for word, words in _SETS.items() if word in told
    ]
    listed = f"{', '.join(others)} and {last}" if others else last
    of = "one set" if len(told) == 1 else f"{len(told)} sets"
    return f"The paper: {figure.claim} Of {of} here, our runs {listed}."


_SETS = {AGREES: "agree", DIFFERS: "do not agree", OPEN: "leave it open"}
