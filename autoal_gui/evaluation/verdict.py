"""What the numbers allow to say, in plain sentences."""

from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.results import SEARCHES, Comparison, SetResult
from autoal_gui.evaluation.statistics import MARGIN, Spread

CLAIM = 10  # seeds below which a difference is a hint and no finding

STANDINGS = {
    "better": "better",
    "no worse": f"not told apart, and no worse by {MARGIN} or more",
    "open": "not told apart",
    "worse": "worse",
}
"""What the page calls `Difference.standing`."""


def verdict(result: SetResult) -> list[str]:
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
    """Return a mean difference with its interval; without one for a single seed."""
    if spread.count < 2:
        return f"{signed(spread.mean)} (one seed)"
    return f"{signed(spread.mean)} ({signed(spread.low)} to {signed(spread.high)})"


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
    if len(rivals) == 1:
        return f"{start}, {next(iter(rivals)).name} is not better than random choice."
    return f"{start}, active learning adds nothing here: no method is better than random choice."


def _named(comparisons: dict[Method, Comparison], standing: str) -> str:
    return ", ".join(
        f"{method.name} {interval(comparison.difference.spread)}"
        for method, comparison in comparisons.items()
        if comparison.difference.standing == standing
    )


def _about_searches(result: SetResult, warm: bool) -> list[str]:
    """Compare each search with the vote, its placebos, and the best single strategy."""
    sentences = []
    for mode in SEARCHES:
        method = Method(mode, warm)
        if method not in result.methods:
            continue
        if vote := result.against(method, "vote"):
            sentences.append(_search_sentence(method, "the uniform vote", vote))
        for other in result.methods:
            if other.plain == method and "placebo" in dict(other.changes):
                comparison = result.compared(method, other)
                if comparison:
                    name = f"its placebo {other.name}"
                    sentences.append(_search_sentence(method, name, comparison))
        if best := best_single(result, method):
            words = f"{best.other.name}, the best single strategy in hindsight"
            sentences.append(_search_sentence(method, words, best))
    return sentences


def _search_sentence(method: Method, other: str, comparison: Comparison) -> str:
    told = interval(comparison.difference.spread)
    if comparison.difference.standing == "better":
        return f"The search of {method.name} adds to {other}: {told}."
    if comparison.difference.standing == "worse":
        return f"The search of {method.name} loses against {other}: {told}."
    return f"The search of {method.name} adds nothing over {other} that can be told: {told}."


def best_single(result: SetResult, method: Method) -> Comparison | None:
    """Hold a method against the strategy with the largest mean area and the same start."""
    singles = (
        other
        for other in result.methods
        if other.warm == method.warm
        and not other.changes
        and other.mode not in (*SEARCHES, "vote", "random")
    )
    return result.compared(method, next(singles, None))


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
