"""Charts as SVG elements: learning curves with bands, and differences with intervals.

Widths and heights are SVG units; a chart scales with the page.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from xml.etree.ElementTree import Element

from autoal_gui.core.language import decimal, percent
from autoal_gui.core.report.markup import tag

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8f7a00", "#56b4e9", "#7a7a7a")
"""Okabe & Ito 2008, which colour-blind people tell apart too."""
DASHES = ("", "7 3", "2 2", "9 3 2 3", "5 2 2 2", "1 3", "12 4")
"""A dash for each series too: colour is never the only sign."""
BAND, THIN = 0.14, 0.6  # opacities
INK, FAINT = "var(--ink)", "var(--rule)"
"""Of the page (`markup.STYLE`), which has others where it is dark; `COLOURS` are seen on both."""
STANDING_COLOURS = {
    "better": "var(--better)",
    "worse": "var(--worse)",
    "no worse": INK,
    "open": "var(--open)",
}


class Spread(Protocol):
    """A value with the ends of its interval; those are nan where it has none."""

    @property
    def mean(self) -> float:
        """The value."""

    @property
    def low(self) -> float:
        """The lower end."""

    @property
    def high(self) -> float:
        """The upper end."""


class Curve(Protocol):
    """Values over the number of labels, or over their share."""

    @property
    def labels(self) -> Sequence[float]:
        """At which it is known, ascending."""

    @property
    def spreads(self) -> Sequence[Spread]:
        """One for each of `labels`."""


@dataclass(frozen=True)
class Line:
    """One curve of a chart, drawn as its place in `COLOURS` and `DASHES` says."""

    name: str
    curve: Curve
    style: int
    singles: Sequence[Curve] = ()
    """Of single repeats, drawn thin in the place of a band."""


@dataclass(frozen=True)
class Scale:
    """Maps values to places, linearly."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value; the middle where all values are alike."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return self.start + share * (self.end - self.start)


def bounds(curves: Iterable[Curve]) -> tuple[float, float]:
    """Return a range that holds the bands of curves, a little wider."""
    ends = [
        end
        for curve in curves
        for spread in curve.spreads
        for end in (spread.mean, spread.low, spread.high)
        if not math.isnan(end)
    ]
    room = max(0.01, 0.05 * (max(ends) - min(ends)))
    return max(0.0, min(ends) - room), min(1.0, max(ends) + room)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers between two, at least one and at most `most`, which is 3 or more."""
    if low == high:
        return [low]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power * factor for factor in (1, 2, 5, 10, 20)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [round(n * step, 10) for n in range(first, last + 1)]


def curves_chart(
    lines: Sequence[Line],
    limits: tuple[float, float],
    title: str,
    size: tuple[int, int] = (360, 260),
    bare: bool = False,
    across: str = "labels",
) -> Element:
    """Draw learning curves over the number of labels.

    Args:
        lines: the last one on top.
        limits: of the vertical axis.
        title: read out in the chart's place.
        size: width and height.
        bare: with few numbers on the axes and no words, for a chart among many.
        across: the word below the horizontal axis.
    """
    width, height = size
    labels = [n for line in lines for n in line.curve.labels]
    x = Scale(min(labels), max(labels), 38, width - 14)
    y = Scale(*limits, height - (22 if bare else 36), 8)
    chart = tag("svg", tag("title", title), viewBox=f"0 0 {width} {height}", role="img")
    _draw_axes(chart, x, y, 3 if bare else 6)
    if not bare:
        chart.append(_text(across, (x.start + x.end) / 2, height - 4, text_anchor="middle"))
    for line in lines:
        chart.extend(_drawn(line, x, y))
    return chart


def _draw_axes(chart: Element, x: Scale, y: Scale, most: int) -> None:
    for value in ticks(y.low, y.high, most):
        chart.append(_rule(x.start, y(value), x.end, y(value)))
        words = decimal(value, 3).rstrip("0").ljust(4, "0")
        chart.append(_text(words, x.start - 5, y(value) + 4, text_anchor="end"))
    for value in ticks(x.low, x.high, most):
        chart.append(_rule(x(value), y.start, x(value), y.start + 4))
        chart.append(_text(f"{value:g}", x(value), y.start + 16, text_anchor="middle"))


def _drawn(line: Line, x: Scale, y: Scale) -> Iterable[Element]:
    """Return the band and the line of a series; a point where there is one number alone."""
    colour = COLOURS[line.style % len(COLOURS)]
    places = [x(n) for n in line.curve.labels]
    spreads = line.curve.spreads
    if not any(math.isnan(spread.low) for spread in spreads):
        upper = [(px, y(min(y.high, s.high))) for px, s in zip(places, spreads, strict=True)]
        lower = [(px, y(max(y.low, s.low))) for px, s in zip(places, spreads, strict=True)]
        yield tag(
            "polygon", points=_points([*upper, *reversed(lower)]), fill=colour, fill_opacity=BAND
        )
    for single in line.singles:
        thin = [(x(n), y(s.mean)) for n, s in zip(single.labels, single.spreads, strict=True)]
        yield tag(
            "polyline", points=_points(thin), fill="none", stroke=colour, stroke_width=0.8,
            stroke_opacity=THIN, stroke_dasharray=_dash(line.style),
        )  # fmt: skip
    middle = [(px, y(s.mean)) for px, s in zip(places, spreads, strict=True)]
    if len(middle) == 1:
        yield tag("circle", cx=middle[0][0], cy=middle[0][1], r=3, fill=colour)
        return
    yield tag(
        "polyline", tag("title", line.name), points=_points(middle), fill="none", stroke=colour,
        stroke_width=2, stroke_dasharray=_dash(line.style),
    )  # fmt: skip


def _dash(style: int) -> str | None:
    """Return the dash of a series; one with the colour of another has a dash of its own."""
    return DASHES[(style + style // len(COLOURS)) % len(DASHES)] or None


def sample_line(style: int) -> Element:
    """Return a short piece of a series' line, for a legend."""
    return tag(
        "svg",
        tag(
            "line", x1=0, y1=5, x2=34, y2=5, stroke=COLOURS[style % len(COLOURS)], stroke_width=2.5,
            stroke_dasharray=_dash(style),
        ),
        width=34, height=10, aria_hidden="true",
    )  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of a chart of differences."""

    name: str
    spread: Spread
    standing: str


def differences_chart(rows: Sequence[Row], title: str) -> Element:
    """Draw differences as points with their intervals beside a line at 0."""
    ends = [e for row in rows for e in (row.spread.low, row.spread.high, row.spread.mean)]
    known = [end for end in ends if not math.isnan(end)]
    reach = max(0.01, *(abs(end) for end in known)) * 1.08
    height, left = 18 * len(rows) + 34, 185
    x = Scale(-reach, reach, left, 505)
    chart = tag("svg", tag("title", title), viewBox=f"0 0 520 {height}", role="img")
    for value in ticks(-reach, reach, 5):
        chart.append(_rule(x(value), 6, x(value), height - 22))
        words = f"{value:+.3g}".replace("-", "−") if value else "0"
        chart.append(_text(words, x(value), height - 8, text_anchor="middle"))
    chart.append(_rule(x(0), 6, x(0), height - 22, stroke=INK))
    for number, row in enumerate(rows):
        y = 18.0 * number + 16
        colour = STANDING_COLOURS[row.standing]
        chart.append(_text(shortened(row.name, 28), left - 8, y + 4, text_anchor="end", fill=INK))
        if not math.isnan(row.spread.low):
            ends_at = x(row.spread.low), x(row.spread.high)
            chart.append(_rule(ends_at[0], y, ends_at[1], y, stroke=colour, stroke_width=2))
        chart.append(tag("circle", cx=x(row.spread.mean), cy=y, r=4, fill=colour))
    return chart


@dataclass(frozen=True)
class Mark:
    """A point of a square chart and the interval of its height, all shares in [0, 1]."""

    x: float
    y: float
    low: float
    high: float


def square_chart(
    line: Sequence[tuple[float, float]],
    marks: Sequence[Mark],
    words: tuple[str, str],
    title: str,
    side: int = 300,
) -> Element:
    """Draw shares against shares, with the diagonal dashed.

    Args:
        line: (x, y) of a curve in [0, 1], drawn through its points; empty for none.
        marks: points of their own, with intervals.
        words: below the horizontal axis, and along the vertical one.
        title: read out in the chart's place.
        side: of the square that holds the values.
    """
    x, y = Scale(0.0, 1.0, 58, 58 + side), Scale(0.0, 1.0, side + 8, 8)
    chart = tag("svg", tag("title", title), viewBox=f"0 0 {side + 80} {side + 48}", role="img")
    for value in ticks(0.0, 1.0):
        chart.append(_rule(x.start, y(value), x.end, y(value)))
        chart.append(_text(percent(value), x.start - 5, y(value) + 4, text_anchor="end"))
        chart.append(_text(percent(value), x(value), y.start + 16, text_anchor="middle"))
    chart.append(_rule(x(0), y(0), x(1), y(1), stroke=INK, stroke_dasharray="3 4"))
    across, up = words
    chart.append(_text(across, x(0.5), side + 42, text_anchor="middle"))
    turned = f"rotate(-90 12 {y(0.5):.1f})"
    chart.append(_text(up, 12, y(0.5), text_anchor="middle", transform=turned))
    if line:
        places = _points((x(one), y(other)) for one, other in line)
        chart.append(tag("polyline", points=places, fill="none", stroke=COLOURS[0], stroke_width=2))
    for mark in marks:
        place = x(mark.x)
        chart.append(_rule(place, y(mark.low), place, y(mark.high), stroke=COLOURS[1]))
        chart.append(tag("circle", cx=place, cy=y(mark.y), r=4, fill=COLOURS[1]))
    return chart


def shortened(name: str, most: int) -> str:
    """Return a name of at most `most` characters."""
    return name if len(name) <= most else name[: most - 1] + "…"


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _rule(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> Element:
    attributes.setdefault("stroke", FAINT)
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def _text(words: str, x: float, y: float, **attributes: object) -> Element:
    return tag("text", words, x=x, y=y, **attributes)
