"""The command itself: which parts are measured, in which order, and where the figures go."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from autoal_gui.benchmark.plan import Plan, announce
from autoal_gui.core.settings import PRESETS
from autoal_gui.core.system.files import write_json
from autoal_gui.core.system.scratch import ScratchFolder

PARTS = ("round", "scoring", "scale", "start", "first_batch", "latency", "map")


def add_benchmark(commands: Any) -> None:
    """Add the command to those of the command line."""
    benchmark = commands.add_parser(
        "benchmark", help="measure what a round, the pool, a start, a key press and the map cost"
    )
    benchmark.add_argument(
        "--data", required=True, help="a set with known labels: an .npz file, a folder, ..."
    )
    benchmark.add_argument("--json", type=Path, metavar="OUT", help="write the figures there")
    benchmark.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part; may be given again"
    )
    benchmark.add_argument("--quick", action="store_true", help="a few minutes, rough figures")
    benchmark.add_argument("--labels", type=int, default=Plan.labels, help="of a measured round")
    benchmark.add_argument("--batch", type=int, default=Plan.batch, help="images asked for")
    benchmark.add_argument("--preset", choices=sorted(PRESETS), default="cpu")
    benchmark.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="changes",
        help="change one hyper-parameter; may be given several times",
    )  # fmt: skip
    benchmark.set_defaults(handler=_benchmark)


def _benchmark(options: argparse.Namespace) -> int:
    changes = tuple(options.changes)
    plan = Plan(options.data, options.preset, changes, options.labels, options.batch)
    plan = plan.quick() if options.quick else plan
    for report, ended in reports(plan, options.only or PARTS):
        if options.json:  # each time, so that a run that is stopped keeps what was measured
            write_json(options.json, report)
        if ended:
            print(ended, flush=True)
    return 0


def reports(plan: Plan, parts: Sequence[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Measure parts; yield the report as it grows, first without any.

    Beside it stands the table of a part that has just ended, else an empty text.

    Raises:
        SourceError, SettingsError: the set or a setting is none, before anything is measured.
    """
    from autoal_gui.benchmark.machine import machine
    from autoal_gui.benchmark.report import table
    from autoal_gui.sources.opening import spec_of

    spec_of(plan.data)
    plan.settings(side=28)
    report: dict[str, Any] = {"machine": machine(), "settings": asdict(plan)}
    report |= {"details": {}, "ratios": {}}
    yield report, ""
    for name in (part for part in PARTS if part in parts):
        announce(name)
        ratios: dict[str, float] = {}
        for details, ratios in measured(name, plan):
            report["details"][name] = {**details, "ended": False}
            report["ratios"] |= ratios
            yield report, ""
        report["details"][name]["ended"] = True
        heading = ", ".join((f"{name}: preset {plan.preset}", *plan.changes))
        yield report, f"{heading}\n{table(ratios, plan.preset)}"


def measured(name: str, plan: Plan) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Measure a part; yield its figures, with the load before and now, and its ratios."""
    from autoal_gui.benchmark.machine import load

    module, before = import_module(f"autoal_gui.benchmark.parts.{name}"), load()
    with ScratchFolder() as folder:
        figures: Iterable[dict[str, Any]] = module.measure(plan, folder)
        for found in figures:
            yield {**found, "load": [before, load()]}, module.ratios(found)
