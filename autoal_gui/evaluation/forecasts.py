"""The command `autoal-gui forecasts`: how often forecasts hold what came later, by finished runs.

Every run that `autoal-gui evaluate` left is stopped at some numbers of labels; the forecast that
the window would make there is held against what was measured later.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.measures.forecast import COVERED, FEWEST, Forecast
from autoal_gui.core.measures.metrics import wilson_interval
from autoal_gui.core.measures.stopping_advice import Point
from autoal_gui.evaluation.records import read_json
from autoal_gui.evaluation.results import Run
from autoal_gui.evaluation.running.runs import Folders

MADE_AT = (40, 60, 100)  # labels
FOR = (100, 200)  # labels
HEAD = f"{'set':<20}{'made at':>8}{'for':>6}{'cases':>7}{'held':>7}{'width':>7}{'off':>8}"


@dataclass(frozen=True)
class Outcome:
    """A forecast, and what came."""

    made_at: int
    """Labels of the last round that it knew."""
    labels: int
    """Labels of the round that it is about."""
    held: bool
    """Whether the later value lies in its interval."""
    width: float
    """Of the interval, in balanced accuracy."""
    off: float
    """The later value minus the one expected."""


def add_forecasts(commands: Any) -> None:
    """Add the command to the parser's."""
    forecasts = commands.add_parser(
        "forecasts", help="how often forecasts of more labels held, by finished runs of evaluate"
    )
    forecasts.add_argument("folder", type=Path, help="what `evaluate --out` was given")
    forecasts.add_argument("--seeds-from", type=int, default=0, metavar="N", help="seeds from N on")
    forecasts.add_argument("--seeds-below", type=int, metavar="N", help="seeds below N alone")
    forecasts.set_defaults(handler=forecasts_command)


def forecasts_command(options: argparse.Namespace) -> int:
    """Print a line for each set and each pair of numbers of labels, and one for all.

    Raises:
        AutoALError: no run reaches both.
    """
    last = options.seeds_below
    found: dict[str, list[Outcome]] = {}
    for file in sorted(Folders(options.folder).runs.glob("*.json")):
        record = read_json(file)
        if record is None:
            continue
        run = Run.of(record)
        if run.seed >= options.seeds_from and (last is None or run.seed < last):
            name = record["set"]["name"]
            points = [Point.of(labels, m) for labels, m in sorted(run.metrics.items())]
            found.setdefault(name, []).extend(outcomes(points))
    everything = [one for outcomes_ in found.values() for one in outcomes_]
    if not everything:
        raise AutoALError("No finished run there has as many labels as a forecast takes.")
    print(HEAD)
    for name, known in sorted(found.items()):
        for (made, labels), part in sorted(_by_labels(known).items()):
            print(_line(name, str(made), str(labels), part))
    print(_line("all", "", "", everything))
    held = sum(one.held for one in everything)
    low, high = wilson_interval(held, len(everything))
    print(
        f"{held} of {len(everything)} later values lie in their interval, which is to hold "
        f"{COVERED:.0%} ({low:.1%} to {high:.1%} if all cases were independent)."
    )
    return 0


def outcomes(
    points: Sequence[Point], made_at: Iterable[int] = MADE_AT, ahead: Iterable[int] = FOR
) -> Iterator[Outcome]:
    """Yield how forecasts made on the way did; nothing where a round is missing.

    Args:
        points: of the rounds of a run.
        made_at: labels at which a forecast is made, from the rounds up to them.
        ahead: labels that it is about.
    """
    measured = {point.labels: point for point in points}
    later = list(ahead)
    for made in made_at:
        known = [point for point in points if point.labels <= made]
        if made not in measured or len(known) < FEWEST:
            continue
        forecast = Forecast(known)
        for labels in (n for n in later if n > made and n in measured):
            expected, value = forecast.at(labels), measured[labels].value
            held = expected.low <= value <= expected.high
            yield Outcome(made, labels, held, expected.high - expected.low, value - expected.value)


def _by_labels(known: Iterable[Outcome]) -> dict[tuple[int, int], list[Outcome]]:
    parts: dict[tuple[int, int], list[Outcome]] = {}
    for one in known:
        parts.setdefault((one.made_at, one.labels), []).append(one)
    return parts


def _line(name: str, made: str, labels: str, part: Sequence[Outcome]) -> str:
    held, width = fmean(one.held for one in part), fmean(one.width for one in part)
    off = fmean(one.off for one in part)
    return (
        f"{name:<20.20}{made:>8}{labels:>6}{len(part):>7}{held:>7.0%}{100 * width:>7.1f}"
        f"{100 * off:>+8.1f}"
    )
