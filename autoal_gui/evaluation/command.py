"""The command `autoal-gui evaluate`: from words to runs, and from runs to the page.

What it leaves in its folder: runs/ (a file a run), failed/ (a file a run that failed), warm/
(checkpoints), sets/ (caches, which can be deleted at any time), and from these results.csv,
results_by_column.csv (of sets with columns), results.json and report.html. Of MedMNIST sets their
own result files lie in medmnist/.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.settings import DEVICES, PRESETS
from autoal_gui.core.system.files import write_json, write_text
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.evaluation.failures import read_failures
from autoal_gui.evaluation.methods import GROUPS, methods_of
from autoal_gui.evaluation.plan import Budget, Percent, Setup, jobs_of
from autoal_gui.evaluation.running.runs import Folders, SetOptions, open_sets, run_all
from autoal_gui.evaluation.running.shards import shard
from autoal_gui.evaluation.running.worker_pool import WorkerPool
from autoal_gui.exporters.csv_labels import ENCODING

METHODS = ("random", "candidates", "vote", "auto", "random+cold", "vote+cold", "paper")

DESCRIPTION = """\
Replay sets with known labels under every method with every seed, and write what comes out as
results.csv, results.json and report.html. Each finished run is kept: started again with the same
folder, it goes on, and other methods, seeds or sets are added to the same page."""


def add_evaluate(
    commands: Any,
    count: Callable[[str], int],
    labels: Callable[[str], int],
    add_set_options: Callable[[argparse.ArgumentParser], None],
) -> None:
    """Add the command to the parser's.

    Args:
        commands: of the parser.
        count: reads a number from 1.
        labels: reads a number from 0.
        add_set_options: lets it take `set_options`, which hold for each of the sets.
    """
    groups = ", ".join((*GROUPS, "strategies"))
    evaluate = commands.add_parser(
        "evaluate", help="compare methods on sets with known labels", description=DESCRIPTION
    )
    add = evaluate.add_argument
    add("--data", nargs="+", required=True, metavar="DATA",
        help=".npz files, folders, MedMNIST names, demo, synthetic")  # fmt: skip
    add("--out", type=Path, required=True, metavar="DIR", help="folder of the results")
    add("--methods", nargs="+", default=METHODS, metavar="METHOD",
        help="MODE[+warm|+cold][:NAME=VALUE]..., or a group: " + groups)  # fmt: skip
    add("--seeds", type=count, default=3, metavar="N", help="seeds 0 to N - 1")
    add("--rounds", type=count, default=10, help="points of each curve")
    add("--batch", type=_budget_by(count), default=20, metavar="N|P%%",
        help="images asked for in a round, or so many per cent of the pool")  # fmt: skip
    add("--initial", type=_budget_by(labels), default=20, metavar="N|P%%",
        help="labels drawn at random first, or so many per cent of the pool")  # fmt: skip
    add("--scale", type=_share, default=1.0, metavar="S",
        help="take this share of each set's images, such as 0.1")  # fmt: skip
    add("--warm", action=argparse.BooleanOptionalAction, default=None,
        help="begin all methods so; by default each as in the window")  # fmt: skip
    add("--warm-seeds", type=count, default=1, metavar="N", help="warm starts of each set")
    add("--preset", choices=sorted(PRESETS), default="cpu")
    add("--device", choices=DEVICES, default="auto")
    add("--set", action="append", default=[], metavar="NAME=VALUE", dest="changes",
        help="change one hyper-parameter; may be given several times")  # fmt: skip
    add("--jobs", type=count, default=os.cpu_count() or 1, metavar="N",
        help="processes side by side, of one thread each; by default one a core")  # fmt: skip
    add("--shard", type=shard, metavar="K/N",
        help="do one of N parts of the runs; others do theirs in the same folder")  # fmt: skip
    add("--report", action="store_true", help="run nothing; write the page of what has finished")
    add_set_options(evaluate)
    evaluate.set_defaults(handler=evaluate_command)


def evaluate_command(options: argparse.Namespace) -> int:
    """Run what has not been run yet, write the page; 1 if a run failed."""
    setup = setup_of(options)
    failed = 0 if options.report else _run(options, setup)
    folders = Folders(options.out)
    runs = write_results(setup, folders)
    print(f"{runs} runs are in {folders.report}")
    if failed:
        print("Start again to try once more what failed.", file=sys.stderr)
    return 1 if failed else 0


def _run(options: argparse.Namespace, setup: Setup) -> int:
    """Run what has not been run yet; return how many runs failed."""
    methods = methods_of(options.methods, options.warm)
    with contextlib.ExitStack() as stack:
        # What others decode at the same time in the same folder must not come in between.
        scratch = stack.enter_context(ScratchFolder()) if options.shard else None
        folders = Folders(options.out, scratch)
        workers = stack.enter_context(WorkerPool(options.jobs))
        sets = open_sets(workers, setup, _named_sets(options), methods, folders)
        jobs = list(jobs_of(setup, sets, methods, options.seeds))
        return run_all(workers, jobs, folders, options.shard)


def _budget_by(count: Callable[[str], int]) -> Callable[[str], Budget]:
    """Return what reads a number as `count` does, or per cent such as 4%."""

    def budget(text: str) -> Budget:
        if not text.endswith("%"):
            return count(text)
        value = float(text.removesuffix("%"))
        if not 0 < value <= 100:
            raise argparse.ArgumentTypeError("must be above 0% and at most 100%")
        return Percent(value)

    return budget


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("must be above 0 and at most 1")
    return value


def setup_of(options: argparse.Namespace) -> Setup:
    """Return what the command line asks of all runs.

    Raises:
        SettingsError: a setting does not exist or has no such value.
    """
    base, batch = PRESETS[options.preset].but(device=options.device), None
    if isinstance(options.batch, Percent):
        batch = options.batch
    else:
        base = base.but(batch_size=options.batch)
    return Setup(
        base, options.initial, options.rounds, options.warm_seeds, tuple(options.changes), batch,
        options.scale,
    )  # fmt: skip


def _named_sets(options: argparse.Namespace) -> list[tuple[str, SetOptions]]:
    return [(text, options.set_options) for text in dict.fromkeys(options.data)]


def write_results(setup: Setup, folders: Folders) -> int:
    """Write the tables and the page of all finished runs of a set-up; return how many there are.

    Raises:
        AutoALError: there is none, or they cannot be written.
    """
    from autoal_gui.evaluation.page import page
    from autoal_gui.evaluation.results import read_results
    from autoal_gui.evaluation.tables import as_csv, as_json, columns_as_csv

    records, results = read_results(folders.runs, setup.key)
    if not records:
        raise AutoALError("No run with these settings has finished yet.")
    programs = [record["program"] for record in records]
    failures = read_failures(folders.failed, setup.key, {record["key"] for record in records})
    write_text(folders.out / "results.csv", as_csv(results), ENCODING)
    if any(run.parts for result in results for m in result.methods.values() for run in m.runs):
        write_text(folders.out / "results_by_column.csv", columns_as_csv(results), ENCODING)
    write_json(folders.out / "results.json", as_json(setup, results, programs, failures))
    write_text(folders.report, page(setup, results, programs, failures))
    return len(records)
