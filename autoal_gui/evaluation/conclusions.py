"""What the numbers allow to say, in plain sentences."""

import statistics

from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.results import SEARCHES, Comparison, SetResult
from autoal_gui.evaluation.statistics import FEWEST, MARGIN, Spread
from autoal_gui.strategies.candidates import is_policy

CLAIM = 10  # seeds below which a difference is a hint and no finding

STANDINGS = {
    "better": "better",
    "no worse": f"not told apart, and no worse by {MARGIN} or more",
    "open": "not told apart",
    "worse": "worse",
}
"""What the page calls `Difference.standing`."""
PLACEBOS = {
    "uniform": "the weights of the uniform vote",
    "frozen": "random weights",
    "permuted": "its weights dealt out anew",
    "masks": "its strategies' scores dealt out",
}
"""What a placebo has, by kind. The first alone has all of a method but what its search finds."""


def conclusions(result: SetResult) -> list[str]:
    """Return what one set shows, a paragraph each.

    Whether asking pays at all and whether a search does, by start; then the warm start.
    """
    found = []
    for warm in (True, False):
        if any(method.warm == warm for method in result.methods):
            found += [_about_asking(result, warm), _about_searches(result, warm)]
    found += [_about_warm_start(result), _about_seeds(result)]
    return [" ".join(sentences) for sentences in found if sentences]


def signed(value: float) -> str:
    """Return a difference of areas as the page writes it."""
    return f"{value:+.3f}".replace("-", "−")


def interval(spread: Spread) -> str:
    """Return a mean difference with its interval; of too few seeds, how many there are instead."""
    if spread.count < FEWEST:
        return f"{signed(spread.mean)} ({few_seeds(spread.count)})"
    return f"{signed(spread.mean)} ({signed(spread.low)} to {signed(spread.high)})"


def few_seeds(count: int) -> str:
    """Return a number of seeds in words, where there are too few for an interval."""
    return "one seed" if count == 1 else f"{count} seeds, too few for an interval"


def what_lines_are(result: SetResult) -> str:
    """Say what is drawn; bands only where there are seeds enough for one."""
    counts = [len(found.seeds) for found in result.methods.values()]
    words = "Lines are means over seeds"
    if max(counts) >= FEWEST:
        words += ", bands their 95% intervals"
    few = "" if min(counts) >= FEWEST else (
        f" Of fewer than {FEWEST} seeds there is no band, which would say nothing: the thin lines "
        "are the single seeds."
    )  # fmt: skip
    return f"{words}.{few}"


def _about_asking(result: SetResult, warm: bool) -> list[str]:
    """Compare all methods of one start with random choice."""
    start = "With the warm start" if warm else "From scratch"
    rivals = {
        method: comparison
        for method in result.methods
        if method.warm == warm and (comparison := result.against(method, "random")) is not None
    }
    if not rivals:
        return [f"{start} there is nothing to hold against random choice."]
    sentences = [_gain_sentence(start, rivals)]
    if worse := _named(rivals, "worse"):
        sentences.append(f"Worse: {worse}.")
    for standing in ("no worse", "open"):
        same = [m.name for m, c in rivals.items() if c.difference.standing == standing]
        if same:
            words = STANDINGS[standing]
            sentences.append(f"{words[0].upper()}{words[1:]}: {', '.join(same)}.")
    return sentences


def _gain_sentence(start: str, rivals: dict[Method, Comparison]) -> str:
    if better := _named(rivals, "better"):
        return f"{start}, better than random choice: {better}."
    (first, *others) = (method.name for method in rivals)
    if all(comparison.difference.negligible for comparison in rivals.values()):
        what = "active learning" if others else first
        return (
            f"{start}, {what} adds nothing here: an area larger by {MARGIN} than that of random "
            "choice is ruled out."
        )
    who = "no method is" if others else f"{first} is not"
    return f"{start}, {who} shown to be better than random choice."


def _named(comparisons: dict[Method, Comparison], standing: str) -> str:
    return ", ".join(
        f"{method.name} {interval(comparison.difference.spread)}"
        for method, comparison in comparisons.items()
        if comparison.difference.standing == standing
    )


def _about_searches(result: SetResult, warm: bool) -> list[str]:
    """Say what each search adds, and hold its mode against placebos, vote and best strategy."""
    sentences = []
    for mode in SEARCHES:
        method = Method(mode, warm)
        if method in result.methods:
            sentences += [_search_sentence(result, method), *_standings(result, method)]
    return sentences


def _search_sentence(result: SetResult, method: Method) -> str:
    """Say what a search adds to the weights that it starts from, all else being the same."""
    comparison = result.compared(method, placebo_of(method, "uniform"))
    search = f"The search of {method.name}"
    if comparison is None:
        return f"What the search of {method.name} adds by itself was not measured."
    words = f"{PLACEBOS['uniform']}: {interval(comparison.difference.spread)}."
    if comparison.difference.standing == "better":
        return f"{search} adds to {words}"
    if comparison.difference.standing == "worse":
        return f"{search} loses against {words}"
    if comparison.difference.negligible:
        return f"{search} adds nothing to {words}"
    return f"{search} is not shown to add to {words}"


def _standings(result: SetResult, method: Method) -> list[str]:
    """Say how a search's mode stands beside what differs from it in more than the search."""
    found = [("the uniform vote", result.against(method, "vote"))]
    for kind, words in PLACEBOS.items():
        if kind != "uniform":
            other = placebo_of(method, kind)
            found.append((f"its placebo {other.name} ({words})", result.compared(method, other)))
    if best := best_single(result, method):
        found.append((f"{best.other.name}, the best single strategy in hindsight", best))
    return [_standing_sentence(method, other, held) for other, held in found if held]


def _standing_sentence(method: Method, other: str, comparison: Comparison) -> str:
    relation = {"better": "ahead of", "worse": "behind"}
    words = relation.get(comparison.difference.standing, "not told apart from")
    return f"{method.name} is {words} {other}: {interval(comparison.difference.spread)}."


def placebo_of(method: Method, kind: str) -> Method:
    """Return the method with a placebo and nothing else changed."""
    return Method(method.mode, method.warm, (("placebo", kind),))


def best_single(result: SetResult, method: Method) -> Comparison | None:
    """Hold a method against the strategy with the largest mean area and the same start.

    The mean is over the seeds that all of those strategies have: others are easier or harder. None
    where they share none.
    """
    areas = {
        other: found.areas()
        for other, found in result.methods.items()
        if other.warm == method.warm and not other.changes and is_single(other.mode)
    }
    shared = set.intersection(*(set(found) for found in areas.values())) if areas else set()
    if not shared:
        return None
    means = {m: statistics.fmean(found[seed] for seed in shared) for m, found in areas.items()}
    return result.compared(method, max(means, key=means.__getitem__))


def is_single(mode: str) -> bool:
    """Say whether a mode asks by one strategy; random choice is none, and bandits weigh several."""
    return mode not in (*SEARCHES, "vote", "random") and not is_policy(mode)


def _about_warm_start(result: SetResult) -> list[str]:
    """Compare each method with itself, once warm and once from scratch."""
    gains = {
        method: comparison
        for method in result.methods
        if method.warm and (comparison := result.compared(method, cold_of(method))) is not None
    }
    if not gains:
        return []
    named = ", ".join(
        f"{method.mode} {interval(comparison.difference.spread)}"
        for method, comparison in gains.items()
    )
    return [f"The warm start against training from scratch: {named}."]


def cold_of(method: Method) -> Method:
    """Return the same method without a warm start."""
    return Method(method.mode, False, method.changes)


def _about_seeds(result: SetResult) -> list[str]:
    fewest = min(len(method.seeds) for method in result.methods.values())
    if fewest >= CLAIM:
        return []
    seeds = "one seed" if fewest == 1 else f"{fewest} seeds"
    return [f"Some methods have only {seeds}; {CLAIM} are needed to claim anything."]
