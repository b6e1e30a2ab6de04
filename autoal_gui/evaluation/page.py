"""One HTML page that tells the results by itself: no script, no file beside it, fit to print."""

from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element

from autoal_gui.core.report.charts import (
    Line,
    Row,
    bounds,
    curves_chart,
    differences_chart,
    sample_line,
)
from autoal_gui.core.report.markup import document, table, tag
from autoal_gui.evaluation.conclusions import (
    STANDINGS,
    cold_of,
    conclusions,
    interval,
    signed,
    what_lines_are,
)
from autoal_gui.evaluation.failures import Failure, failed_lines
from autoal_gui.evaluation.last_models import columns_section, medmnist_section
from autoal_gui.evaluation.methods import Method, reference
from autoal_gui.evaluation.plan import Setup
from autoal_gui.evaluation.ranks import ranks_section
from autoal_gui.evaluation.results import (
    MAIN,
    SEARCHES,
    Comparison,
    MethodResult,
    SetResult,
)
from autoal_gui.evaluation.statistics import FEWEST, MARGIN, Spread

SIGNS = {"better": "▲", "worse": "▼", "no worse": "≈", "open": "·"}
"""A sign beside each colour."""
MOST_LINES = 6  # that one chart can show and still be read


def page(
    setup: Setup,
    results: Sequence[SetResult],
    programs: Sequence[Mapping[str, str]],
    failures: Sequence[Failure] = (),
) -> str:
    """Return the page.

    Args:
        setup: what all runs have in common.
        results: one a set, at least one.
        programs: the versions that the runs were made with.
        failures: runs that were tried and are not among the results.
    """
    content = (
        tag("h1", "What choosing the images adds"),
        tag("p", _introduction(setup), class_="lead"),
        *_overview(results, failures),
        *(section for result in results for section in _set_section(result)),
        *_method_section(setup, results, programs),
    )
    return document("AutoAL GUI: evaluation", content)


def _introduction(setup: Setup) -> str:
    return (
        f"Each method chose which images get a label, {setup.budgets}, on sets whose labels are "
        "known. After each batch the model was trained anew and measured on images that no method "
        "could ask for. "
        "With the same seed all methods begin with the same labels and the same weights, so "
        "they are compared in pairs."
    )


def _overview(results: Sequence[SetResult], failures: Sequence[Failure]) -> Iterable[Element]:
    """What is missing, the conclusions, and one table of every method on every set."""
    yield tag("h2", "In short")
    if failures:
        yield tag("p", "WARNING: these runs failed, and are missing from all that follows.")
        yield tag("ul", *(tag("li", line) for line in failed_lines(failures)))
    for result in results:
        yield tag("h3", result.name)
        yield _conclusions(result)
    methods = list(dict.fromkeys(method for result in results for method in result.methods))
    rows: list[list[Element | str]] = [
        [method.name, *(_overview_cell(result, method) for result in results)]
        for method in sorted(methods, key=lambda m: (m.warm, m.name))
        if any(_versus_random(result, method) for result in results)
    ]
    yield table(
        "Area under the curve of balanced accuracy, minus that of random choice",
        ["method", *(result.name for result in results)],
        rows,
    )
    yield _legend_of_standings()
    yield from ranks_section(results)


def _overview_cell(result: SetResult, method: Method) -> Element:
    comparison = _versus_random(result, method)
    return _difference_cell(comparison) if comparison else tag("td", "")


def _versus_random(result: SetResult, method: Method) -> Comparison | None:
    return result.against(method, "random") if method in result.methods else None


def _conclusions(result: SetResult) -> Element:
    return tag("ul", *(tag("li", sentence) for sentence in conclusions(result)), class_="verdict")


def _legend_of_standings() -> Element:
    words = "; ".join(f"{SIGNS[name]} {standing}" for name, standing in STANDINGS.items())
    words += f". In brackets: 95% interval over seeds, where there are {FEWEST} at least."
    return tag("p", words, class_="note")


def _set_section(result: SetResult) -> Iterable[Element]:
    yield tag("h2", result.name, class_="set")
    yield tag("p", _facts(result))
    yield from _main_curves(result)
    yield from _differences(result)
    yield from _areas(result)
    yield from _all_curves(result)
    yield from _warm_start(result)
    yield from _variants(result)
    yield from _weights(result)
    yield from columns_section(result, list(result.methods)[:MOST_LINES])
    yield from medmnist_section(result)
    yield from _times(result)


def _facts(result: SetResult) -> str:
    classes, pool, held = (result.facts[name] for name in ("classes", "pool", "evaluation"))
    counts = ", ".join(f"{name} {count}" for name, count in zip(classes, pool, strict=True))
    seeds = sorted({len(method.seeds) for method in result.methods.values()})
    each = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
    return (
        f"{sum(pool):,} images to ask for ({counts}) and {sum(held):,} to measure on. "
        f"Seeds a method: {each}."
    )


def _main_curves(result: SetResult) -> Iterable[Element]:
    """The searches, the vote, random choice and the best strategies, by start and measure."""
    for warm, start in STARTS.items():
        chosen = _chosen(result, warm)
        if not chosen:
            continue
        yield tag("h3", f"Learning curves {start}")
        legend, charts = tag("p", class_="legend"), tag("div", class_="charts")
        for style, method in enumerate(chosen):
            legend.append(tag("span", sample_line(style), f" {method.name}"))
        for measure, title in result.measures.items():
            lines = [
                _line(result.methods[method], style, measure) for style, method in enumerate(chosen)
            ]
            limits = bounds(curve for line in lines for curve in (line.curve, *line.singles))
            chart = curves_chart(lines[::-1], limits, f"{title} over labels, {result.name}")
            charts.append(tag("figure", tag("figcaption", title), chart))
        yield legend
        yield charts
    yield tag("p", what_lines_are(result), class_="note")


def _line(found: MethodResult, style: int, measure: str = MAIN) -> Line:
    return Line(found.method.name, found.curve(measure), style, found.singles(measure))


STARTS = {True: "with the warm start", False: "from scratch"}


def _chosen(result: SetResult, warm: bool) -> list[Method]:
    """Return what the large charts show of one start, the most important first."""
    first = [Method(mode, warm) for mode in (*SEARCHES, "vote", "random")]
    there = [method for method in result.methods if method.warm == warm]
    plain = [method for method in there if not method.changes]
    order = [*(method for method in first if method in there), *plain, *there]
    return list(dict.fromkeys(order))[:MOST_LINES]


def _differences(result: SetResult) -> Iterable[Element]:
    pair = tag("div", class_="pair")
    for mode, words in (("random", "random choice"), ("vote", "the uniform vote")):
        found = [
            (method, comparison)
            for method in result.methods
            if (comparison := result.against(method, mode))
        ]
        if not found:
            continue
        found.sort(key=lambda pair: -pair[1].difference.spread.mean)
        rows = [Row(m.name, c.difference.spread, c.difference.standing) for m, c in found]
        title = f"Area under the curve minus that of {words}"
        chart = differences_chart(rows, f"{title}, {result.name}")
        pair.append(tag("figure", tag("figcaption", title), chart))
    if len(pair):
        yield tag("h3", "Paired differences")
        yield pair


def _areas(result: SetResult) -> Iterable[Element]:
    columns = ["method", "seeds", *result.measures.values(), "SD", "minus random", "wins"]
    columns += ["minus vote", "wins"]
    rows = [_area_row(result, found) for found in result.methods.values()]
    yield table("Area under the learning curve", columns, rows)
    words = "SD: standard deviation of the area of balanced accuracy. Wins: seeds won, tied, lost."
    yield tag("p", words, class_="note")


def _area_row(result: SetResult, found: MethodResult) -> list[Element | str]:
    cells: list[Element | str] = [found.method.name, str(len(found.seeds))]
    cells += [_number(Spread.of(list(found.areas(m).values())).mean) for m in result.measures]
    cells.append(_number(found.area.deviation) if len(found.seeds) > 1 else "")
    for mode in ("random", "vote"):
        comparison = result.against(found.method, mode)
        cells.append(_difference_cell(comparison) if comparison else "")
        cells.append(comparison.difference.tally if comparison else "")
    return cells


def _times(result: SetResult) -> Iterable[Element]:
    rows: list[list[Element | str]] = []
    for method, found in result.methods.items():
        ratio = result.time_ratio(method)
        rows.append([method.name, f"{found.round_seconds:.2f}", f"{ratio:.2f}" if ratio else ""])
    yield tag("h3", "What a round takes")
    columns = ["method", "seconds", "over entropy sampling with the same start"]
    yield table(
        "Median over rounds and seeds; processes may have shared the machine", columns, rows
    )


def _all_curves(result: SetResult) -> Iterable[Element]:
    """One small chart a method, with random choice behind it; one range for each start."""
    yield tag("h3", "Each method beside random choice")
    grid = tag("div", class_="small")
    for warm in STARTS:
        there = {m: found for m, found in result.methods.items() if m.warm == warm}
        for method, found in there.items():
            lines = [_line(found, 0)]
            if other := reference(method, "random", result.methods):
                lines.insert(0, _line(result.methods[other], 6))
            limits = bounds(c for one in there.values() for c in (one.curve(), *one.singles()))
            title = f"{method.name}, {result.name}"
            chart = curves_chart(lines, limits, title, (210, 130), bare=True)
            grid.append(tag("figure", tag("figcaption", method.name), chart))
    yield grid
    words = "Balanced accuracy over labels. Blue: the method; grey, dashed: random choice."
    yield tag("p", words, class_="note")


def _warm_start(result: SetResult) -> Iterable[Element]:
    """Each method that ran both ways, and what the warm start cost."""
    rows = [
        _warm_row(result, method, comparison)
        for method in result.methods
        if method.warm and (comparison := result.compared(method, cold_of(method)))
    ]
    if not rows and not result.warm_starts:
        return
    yield tag("h3", "Warm start")
    costs = ", ".join(
        f"{start['epochs']:.0f} passes over the pool in {start['seconds']:.0f} s"
        for start in result.warm_starts
    )
    if costs:
        yield tag("p", f"Learned without labels, once for all methods and seeds: {costs}.")
    if rows:
        columns = ["method", "first point, warm", "from scratch", "area, warm", "from scratch"]
        columns += ["gain in area", "wins"]
        yield table("Balanced accuracy with the warm start and without it", columns, rows)


def _warm_row(result: SetResult, method: Method, comparison: Comparison) -> list[Element | str]:
    both = result.methods[method], result.methods[cold_of(method)]
    firsts = [_number(found.curve().spreads[0].mean) for found in both]
    areas = [_number(found.area.mean) for found in both]
    return [method.name, *firsts, *areas, _difference_cell(comparison), comparison.difference.tally]


def _variants(result: SetResult) -> Iterable[Element]:
    """Placebos and ablations: the method itself minus the variant."""
    rows: list[list[Element | str]] = []
    for variant in result.methods:
        comparison = result.compared(variant.plain, variant)
        if comparison is not None:
            area = _number(result.methods[variant].area.mean)
            cells: list[Element | str] = [_difference_cell(comparison), comparison.difference.tally]
            rows.append([variant.name, area, *cells])
    if rows:
        yield tag("h3", "Placebos and ablations")
        columns = ["variant", "its area", "the whole method minus the variant", "wins"]
        yield table("What the parts of a method add", columns, rows)


def _weights(result: SetResult) -> Iterable[Element]:
    maps = tag("div", class_="maps")
    for method, found in result.methods.items():
        if len(weights := found.weights) > 1 and method.mode != "vote":
            maps.append(_heat_map(method, weights))
    if not len(maps):
        return
    yield tag("h3", "Strategy weights")
    yield maps
    words = (
        "The mean weight over the pool in percent, by labels; the mean over seeds. Blue: more than "
        "an equal weight; orange: less. In a uniform vote strategies that rank alike share one "
        "weight."
    )
    yield tag("p", words, class_="note")


def _heat_map(method: Method, weights: Mapping[str, Mapping[int, float]]) -> Element:
    labels = sorted({n for row in weights.values() for n in row})
    rows: list[list[Element | str]] = [
        [name, *(_heat_cell(row.get(n), len(weights)) for n in labels)]
        for name, row in weights.items()
    ]
    return table(method.name, ["strategy", *(str(n) for n in labels)], rows, "heat")


def _heat_cell(value: float | None, strategies: int) -> Element:
    """Return a cell, the darker the further it is from the equal weight."""
    if value is None:
        return tag("td", "")
    excess = max(-1.0, min(1.0, value * strategies - 1))
    colour = "0, 114, 178" if excess > 0 else "213, 94, 0"
    style = f"background: rgba({colour}, {0.75 * abs(excess):.2f})"
    return tag("td", f"{100 * value:.0f}", style=style)


def _method_section(
    setup: Setup, results: Sequence[SetResult], programs: Sequence[Mapping[str, str]]
) -> Iterable[Element]:
    yield tag("h2", "How this was measured")
    agree = all(result.starts_agree for result in results)
    start = (
        "Checked: with the same seed, all methods with the same start begin at the same point."
        if agree
        else "WARNING: methods with the same seed and start do not begin at the same point."
    )
    for sentence in (*_DEFINITIONS, start):
        yield tag("p", sentence)
    rows = [[name, str(value)] for name, value in setup.as_plain()["settings"].items()]
    rows += [
        [name, str(value)]
        for name, value in setup.as_plain().items()
        if name not in ("edition", "settings")
    ]
    yield table("Settings that all runs share", ["setting", "value"], rows, "plain")
    yield from versions_table(results, programs)


def versions_table(
    results: Sequence[SetResult], programs: Sequence[Mapping[str, str]]
) -> Iterable[Element]:
    """Yield what the runs were made with, and a warning where that changed between them."""
    if len({program["code"] for program in programs}) > 1:
        yield tag("p", "WARNING: the program's code changed between runs of this page.")
    if len({program.get("device", "") for program in programs}) > 1:
        yield tag("p", "Runs of this page were made on devices that round differently.")
    names = list(dict.fromkeys(name for program in programs for name in program))
    versions = [
        [name, ", ".join(sorted({program.get(name, "") for program in programs}))] for name in names
    ]
    versions += [[f"content of {r.name}", r.facts["content"]] for r in results]
    yield table("Versions", ["what", "which"], versions, "plain")


_DEFINITIONS = (
    "Area under the curve: the mean of a score over the budgets by the trapezoid rule, so that it "
    "has the score's own range. A model that knows a single class yet always says that class.",
    "Differences are taken seed by seed; their interval is Student's t at 95%, without correction "
    "for the number of comparisons: among twenty methods that do nothing, one will look better or "
    f"worse by chance. No worse: the interval reaches no lower than {MARGIN} below 0.",
    "Balanced accuracy is the mean over classes of the share found; macro-F1 the mean F1 score. "
    "The name of a method ends in +warm or +cold where it does not begin as its mode does in the "
    "window, and tells the settings of its own after a colon.",
)


def _difference_cell(comparison: Comparison) -> Element:
    difference = comparison.difference
    sign, spread = SIGNS[difference.standing], difference.spread
    cell = tag(
        "td", tag("b", f"{sign} {signed(spread.mean)}"), class_=_CLASSES[difference.standing]
    )
    cell.set("title", f"against {comparison.other.name}: {interval(spread)}")
    if spread.count >= FEWEST:
        cell.append(tag("small", f" ({signed(spread.low)} to {signed(spread.high)})"))
    return cell


_CLASSES = {"better": "better", "worse": "worse", "no worse": "even", "open": "open"}


def _number(value: float) -> str:
    return f"{value:.3f}"
