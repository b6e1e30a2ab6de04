"""One HTML page of an experiment of the paper: its figure made again, and where both agree."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from autoal_gui.core.report.charts import Line, bounds, curves_chart, sample_line
from autoal_gui.core.report.markup import document, table, tag
from autoal_gui.core.settings import PRESETS
from autoal_gui.evaluation.conclusions import interval
from autoal_gui.evaluation.failures import Failure, failed_lines
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.page import versions_table
from autoal_gui.evaluation.paper.agreement import (
    MEASURE,
    WHOLE_METHOD,
    agreement,
    difference,
    name_of,
    overall,
    time_ratio,
    total_seconds,
)
from autoal_gui.evaluation.paper.claims import FASTEST, FIGURES, SLOWEST, paper_set
from autoal_gui.evaluation.paper.sets import lacking
from autoal_gui.evaluation.plan import Setup
from autoal_gui.evaluation.results import Curve, SetResult
from autoal_gui.evaluation.statistics import FEWEST, Spread

BANDED = 7
"""Lines up to which a chart shows bands as well."""
SIZE = (520, 330)
Pair = tuple[Setup, SetResult]


@dataclass(frozen=True)
class ShareCurve:
    """Values over the per cent of the pool that has a label."""

    labels: tuple[float, ...]
    spreads: tuple[Spread, ...]


def page(
    figure: str,
    pairs: Sequence[Pair],
    programs: Sequence[Mapping[str, str]],
    failures: Sequence[Failure] = (),
) -> str:
    """Return the page.

    Args:
        figure: of `claims.FIGURES`.
        pairs: each set with the set-up of its runs, at least one.
        programs: the versions that the runs were made with.
        failures: runs that were tried and are not among the results.
    """
    known = FIGURES[figure]
    draw = {"figure5": _share_charts, "table2": _times}.get(figure, _curve_charts)
    content = (
        tag("h1", known.title),
        tag("p", f"{known.draws} Made again with AutoAL GUI.", class_="lead"),
        *_in_short(figure, pairs, failures),
        tag("h2", "As the paper draws it"),
        *draw(pairs),
        *(() if figure == "table2" else _accuracies(pairs)),
        tag("h2", "Budgets"),
        _budgets(pairs),
        *_how(pairs, programs),
    )
    return document(f"AutoAL GUI: {figure} of the paper", content)


def title_of(result: SetResult) -> str:
    """Return what the page calls a set."""
    known = paper_set(result.name)
    return known.title if known else result.name


def _in_short(figure: str, pairs: Sequence[Pair], failures: Sequence[Failure]) -> Iterable[Element]:
    yield tag("h2", "In short")
    if failures:
        yield tag("p", "WARNING: these runs failed, and are missing from all that follows.")
        yield tag("ul", *(tag("li", line) for line in failed_lines(failures)))
    held = [(result, agreement(figure, result)) for _, result in pairs]
    yield tag("p", overall(FIGURES[figure], [one.word for _, one in held]))
    items = []
    for result, one in held:
        words = f" {one.word} with the paper" if one.word == "agrees" else f" {one.word}"
        head = f"{title_of(result)}{words if one.word else ''}. "
        items.append(tag("li", tag("b", head), " ".join(one.sentences)))
    yield tag("ul", *items, class_="verdict")
    if words := lacking([result.name for _, result in pairs]):
        yield tag("p", words)
    yield tag("p", _note(figure, pairs), class_="note")


def _note(figure: str, pairs: Sequence[Pair]) -> str:
    seeds = {len(found.seeds) for _, result in pairs for found in result.methods.values()}
    each = f"{min(seeds)}" if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)}"
    areas = (
        "Methods are held against AutoAL by the paired difference in the area under the curve of "
        "accuracy, with its 95% interval. Of 40 such intervals one lies above 0 and one below by "
        "chance alone. "
    )
    lacks = "Random choice and the uniform vote are not in the paper."
    return f"Repeats of each run: {each}. {'' if figure == 'table2' else areas}{lacks}"


def _curve_charts(pairs: Sequence[Pair]) -> Iterable[Element]:
    """Figures 2 to 4: a chart a set, with all methods."""
    methods = list(dict.fromkeys(m for _, result in pairs for m in result.methods))
    methods.sort(key=lambda method: method != WHOLE_METHOD)
    legend, charts = tag("p", class_="legend"), tag("div", class_="pair")
    for style, method in enumerate(methods):
        legend.append(tag("span", sample_line(style), f" {name_of(method)}"))
    for _, result in pairs:
        lines = [
            _line(result, method, style, len(methods) <= BANDED)
            for style, method in enumerate(methods)
            if method in result.methods
        ]
        charts.append(_chart(result, lines, "Accuracy"))
    yield legend
    yield charts
    words = "Lines are means over repeats."
    if len(methods) <= BANDED:
        words = (
            "Lines are means over repeats, bands their 95% intervals. Of fewer than "
            f"{FEWEST} repeats there is no band, which would say nothing: the thin lines are the "
            "single repeats."
        )
    yield tag("p", words, class_="note")


def _chart(result: SetResult, lines: Sequence[Line], what: str) -> Element:
    title = f"{what} over the per cent of the pool that has a label, {title_of(result)}"
    limits = bounds(curve for line in lines for curve in (line.curve, *line.singles))
    chart = curves_chart(lines[::-1], limits, title, SIZE, across="% labelled")
    return tag("figure", tag("figcaption", title_of(result)), chart)


def _line(result: SetResult, method: Method, style: int, bands: bool) -> Line:
    """Return a method's line; of too few repeats for a band each one alone, thin, in its place."""
    found = result.methods[method]
    singles = found.singles(MEASURE) if bands else ()
    thin = tuple(share_curve(result, single, bands=False) for single in singles)
    curve = share_curve(result, found.curve(MEASURE), bands)
    return Line(name_of(method), curve, style, thin)


def share_curve(result: SetResult, curve: Curve, bands: bool) -> ShareCurve:
    """Return a curve of accuracy over the per cent of the pool that has a label."""
    spreads = curve.spreads if bands else tuple(_bare(spread.mean) for spread in curve.spreads)
    return ShareCurve(tuple(_percent(result, n) for n in curve.labels), tuple(spreads))


def _bare(value: float) -> Spread:
    return Spread(1, value, math.nan, math.nan, math.nan)


def _percent(result: SetResult, labels: int) -> float:
    pool: int = sum(result.facts["pool"])
    return round(100 * labels / pool, 2)


def _share_charts(pairs: Sequence[Pair]) -> Iterable[Element]:
    """Figure 5: the candidates' shares, a line each."""
    names = list(dict.fromkeys(name for _, r in pairs for name in _shares(r)))
    legend, charts = tag("p", class_="legend"), tag("div", class_="pair")
    for style, name in enumerate(names):
        legend.append(tag("span", sample_line(style), f" {name_of(Method(name, False))}"))
    for _, result in pairs:
        shares = _shares(result)
        lines = [
            Line(name_of(Method(name, False)), _share_line(result, shares[name]), style)
            for style, name in enumerate(names)
            if name in shares
        ]
        if lines:
            charts.append(_chart(result, lines, "Share of each candidate"))
    yield legend
    yield charts
    words = (
        "The mean over the pool of weight times score, as shares of 1; the mean over repeats. "
        "Candidates with equal weights have equal shares."
    )
    yield tag("p", words, class_="note")


def _shares(result: SetResult) -> Mapping[str, Mapping[int, float]]:
    found = result.methods.get(WHOLE_METHOD)
    return found.shares if found else {}


def _share_line(result: SetResult, row: Mapping[int, float]) -> ShareCurve:
    labels = tuple(_percent(result, n) for n in row)
    return ShareCurve(labels, tuple(_bare(value) for value in row.values()))


def _accuracies(pairs: Sequence[Pair]) -> Iterable[Element]:
    """Two tables: the accuracy after the last query, and what AutoAL's areas are larger by."""
    results = [result for _, result in pairs]
    methods = list(dict.fromkeys(m for result in results for m in result.methods))
    heads = ["method", *(title_of(result) for result in results)]
    rows: list[list[Element | str]] = [
        [name_of(method), *(_last(result, method) for result in results)] for method in methods
    ]
    caption = "Accuracy in per cent at the last budget: mean ± standard deviation over repeats"
    yield table(caption, heads, rows)
    rows = [
        [name_of(method), *(_gain(result, method) for result in results)]
        for method in methods
        if method != WHOLE_METHOD
    ]
    if rows:
        yield table("AutoAL's area under the curve of accuracy, minus the method's", heads, rows)
    yield tag("p", "The program knows no numbers that the paper gives for this.", class_="note")


def _last(result: SetResult, method: Method) -> str:
    if method not in result.methods:
        return ""
    last = result.methods[method].curve(MEASURE).spreads[-1]
    spread = "" if math.isnan(last.deviation) else f" ± {100 * last.deviation:.1f}"
    return f"{100 * last.mean:.1f}{spread}"


def _gain(result: SetResult, method: Method) -> str:
    found = difference(result, method) if WHOLE_METHOD in result.methods else None
    return interval(found.spread) if found else ""


def _times(pairs: Sequence[Pair]) -> Iterable[Element]:
    """Table 2: processor seconds of whole runs, and how many times as long as entropy's."""
    methods = list(dict.fromkeys(m for _, result in pairs for m in result.methods))
    rows: list[list[Element | str]] = []
    for _, result in pairs:
        cells = [
            f"{total_seconds(result.methods[m]):,.0f}" if m in result.methods else ""
            for m in methods
        ]
        ratio = time_ratio(result, WHOLE_METHOD)
        told = f"{ratio.mean:.2f}" if ratio else ""
        rows.append([title_of(result), *cells, told, f"{FASTEST} to {SLOWEST}"])
    heads = ["set", *(name_of(method) for method in methods)]
    heads += ["AutoAL over entropy", "in the paper, over its sets"]
    yield table("The whole process, all rounds: processor seconds, mean over repeats", heads, rows)
    words = (
        "Processor seconds are those in which a core worked for the run, so that other work of the "
        "computer does not count; on a GPU they miss what the GPU does."
    )
    yield tag("p", words, class_="note")


def _budgets(pairs: Sequence[Pair]) -> Element:
    rows: list[list[Element | str]] = []
    for setup, result in pairs:
        pool = sum(result.facts["pool"])
        known = paper_set(result.name)
        labels = [n for found in result.methods.values() for n in found.curve().labels]
        paper = "–" if known is None else f"{known.initial}, {known.batch} more, to {known.last}"
        first = f"{known.labels:,}" if known and known.labels else "–"
        ours = f"{min(labels):,} to {max(labels):,}"
        rows.append([title_of(result), f"{pool:,}", setup.budgets, ours, paper, first])
    heads = ["set", "pool", "budgets here", "labels", "in the paper", "its first labels"]
    return table("Images with a label", heads, rows, "plain")


def _how(pairs: Sequence[Pair], programs: Sequence[Mapping[str, str]]) -> Iterable[Element]:
    yield tag("h2", "How this was made")
    for sentence in (*_departures(pairs), *_DEFINITIONS):
        yield tag("p", sentence)
    settings = pairs[0][0].as_plain()["settings"]
    rows = [[name, str(value)] for name, value in settings.items() if name != "batch_size"]
    yield table("Settings that all runs share", ["setting", "value"], rows, "plain")
    yield from versions_table([result for _, result in pairs], programs)


def _departures(pairs: Sequence[Pair]) -> Iterable[str]:
    """Say in what these runs are not the paper's."""
    setup, published = pairs[0][0], PRESETS["paper"]
    steps = [
        f"{name} {getattr(setup.settings, name)} instead of {getattr(published, name)}"
        for name in ("task_steps", "fit_steps", "search_steps", "cycles", "stochastic_passes")
        if getattr(setup.settings, name) != getattr(published, name)
    ]
    if steps:
        yield f"The schedule is not the published one: {', '.join(steps)}."
    if setup.scale < 1:
        yield f"Of each set only {100 * setup.scale:g}% of the images took part, drawn by class."


_DEFINITIONS = (
    "All methods of a repeat begin with the same labels and the same weights. The network is "
    "trained from scratch in each round, as in the paper.",
    "How each method is read, and in what it differs from the original, stands in docs/METHOD.md: "
    "LPL, VAAL, ENSvarR and DDU read the features of the task model in place of training networks "
    "of their own on the images.",
)
