"""The command `autoal-gui evaluate`: from words to runs, and from runs to the page.

What it leaves in its folder: runs/ (a file a run), failed/ (a file a run that failed), warm/
(checkpoints), sets/ (caches, which can be deleted at any time), and from these results.csv,
results_by_column.csv (of sets with columns), results.json and report.html. Of MedMNIST sets their
own result files lie in medmnist/.
"""

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.settings import DEVICES, PRESETS
from autoal_gui.core.system.files import write_json, write_text
from autoal_gui.evaluation.failures import keep_failure, read_failures
from autoal_gui.evaluation.methods import GROUPS, Method, methods_of
from autoal_gui.evaluation.plan import DataSet, Job, Setup, jobs_of, slug
from autoal_gui.evaluation.records import read_json
from autoal_gui.evaluation.worker import RunJob, SetJob, carry_out, open_set, start_warm
from autoal_gui.evaluation.worker_pool import WorkerPool
from autoal_gui.exporters.csv_labels import ENCODING
from autoal_gui.sources.opening import spec_of

SetOptions = tuple[tuple[str, str], ...]
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
    add("--batch", type=count, default=20, help="images asked for in a round")
    add("--initial", type=labels, default=20, help="labels drawn at random first")
    add("--warm", action=argparse.BooleanOptionalAction, default=None,
        help="begin all methods so; by default each as in the window")  # fmt: skip
    add("--warm-seeds", type=count, default=1, metavar="N", help="warm starts of each set")
    add("--preset", choices=sorted(PRESETS), default="cpu")
    add("--device", choices=DEVICES, default="auto")
    add("--set", action="append", default=[], metavar="NAME=VALUE", dest="changes",
        help="change one hyper-parameter; may be given several times")  # fmt: skip
    add("--jobs", type=count, default=os.cpu_count() or 1, metavar="N",
        help="processes side by side, of one thread each; by default one a core")  # fmt: skip
    add("--report", action="store_true", help="run nothing; write the page of what has finished")
    add_set_options(evaluate)
    evaluate.set_defaults(handler=evaluate_command)


def evaluate_command(options: argparse.Namespace) -> int:
    """Run what has not been run yet, write the page; 1 if a run failed."""
    setup = setup_of(options)
    folders = Folders(options.out)
    failed = 0
    if not options.report:
        methods = methods_of(options.methods, options.warm)
        with WorkerPool(options.jobs) as workers:
            sets = open_sets(workers, setup, _named_sets(options), methods, folders)
            failed = run_all(workers, list(jobs_of(setup, sets, methods, options.seeds)), folders)
    runs = write_results(setup, folders)
    print(f"{runs} runs are in {folders.report}")
    if failed:
        print("Start again to try once more what failed.", file=sys.stderr)
    return 1 if failed else 0


def setup_of(options: argparse.Namespace) -> Setup:
    """Return what the command line asks of all runs.

    Raises:
        SettingsError: a setting does not exist or has no such value.
    """
    base = PRESETS[options.preset].but(batch_size=options.batch, device=options.device)
    changes = tuple(options.changes)
    return Setup(base, options.initial, options.rounds, options.warm_seeds, changes)


@dataclass(frozen=True)
class Folders:
    """Where things lie in the folder of the results."""

    out: Path

    @property
    def runs(self) -> Path:
        """A file a finished run."""
        return self.out / "runs"

    @property
    def medmnist(self) -> Path:
        """Result files of MedMNIST sets, as their own evaluator reads them."""
        return self.out / "medmnist"

    @property
    def failed(self) -> Path:
        """A file a run that failed."""
        return self.out / "failed"

    @property
    def warm(self) -> Path:
        """Checkpoints of warm starts, and what they took."""
        return self.out / "warm"

    @property
    def report(self) -> Path:
        """The page."""
        return self.out / "report.html"

    def workspace(self, name: str, data: str, options: SetOptions = ()) -> Path:
        """Return the folder of a set's caches."""
        where = str(Path(data).resolve()) if os.path.exists(data) else data  # noqa: PTH110
        said = repr(options) if options else ""
        digest = hashlib.sha256(f"{where}{said}".encode()).hexdigest()[:8]
        return self.out / "sets" / f"{slug(name)}-{digest}"


def _named_sets(options: argparse.Namespace) -> list[tuple[str, SetOptions]]:
    return [(text, options.set_options) for text in dict.fromkeys(options.data)]


def open_sets(
    workers: WorkerPool,
    setup: Setup,
    data: Sequence[tuple[str, SetOptions]],
    methods: Sequence[Method],
    folders: Folders,
) -> list[DataSet]:
    """Open every set, once for all.

    Raises:
        AutoALError: one cannot be used, or a method does not exist.
    """
    jobs = []
    for text, said in data:
        spec_of(text, said)
        name = Path(text).stem or text
        workspace = folders.workspace(name, text, said)
        jobs.append(SetJob(name, text, str(workspace), setup, tuple(methods), said))
    found = {}
    for outcome in workers.run(open_set, jobs):
        if outcome.sentence:
            raise AutoALError(f"{outcome.argument.name}: {outcome.sentence}")
        found[outcome.argument] = outcome.value
        print(f"{outcome.value.name}: {sum(outcome.value.pool):,} images", file=sys.stderr)
    return [found[job] for job in jobs]


def run_all(workers: WorkerPool, jobs: Sequence[Job], folders: Folders) -> int:
    """Carry out the runs that have no result yet; return how many failed.

    Raises:
        AutoALError: a warm start failed.
    """
    runs = [
        RunJob(job, job.target(folders.runs), job.warm_job(folders.warm), folders.medmnist)
        for job in jobs
    ]
    missing = [run for run in runs if (read_json(run.target) or {}).get("key") != run.job.key]
    if len(missing) < len(runs):
        print(f"{len(runs) - len(missing)} runs are there already", file=sys.stderr)
    for warm in workers.run(start_warm, list(dict.fromkeys(r.warm for r in missing if r.warm))):
        if warm.sentence:
            raise AutoALError(f"{warm.argument.data_set.name}: {warm.sentence}")
        cost = f"{warm.value['epochs']:.0f} passes, {warm.value['seconds']:.0f} s"
        print(f"{warm.argument.data_set.name}: warm start, {cost}", file=sys.stderr)
    failed, started = 0, time.monotonic()
    for done, outcome in enumerate(workers.run(carry_out, missing), start=1):
        if outcome.sentence:
            failed += 1
            keep_failure(folders.failed, outcome.argument.job)
        left = (time.monotonic() - started) / done * (len(missing) - done)
        job = outcome.argument.job
        ending = outcome.sentence or f"{sum(r['wall'] for r in outcome.value['rounds']):.0f} s"
        line = f"{done}/{len(missing)}  {job.data_set.name}  {job.method.name}  seed {job.seed}"
        print(f"{line}  {ending}  ({duration(left)} left)", file=sys.stderr, flush=True)
    if failed:
        print(f"{failed} of {len(missing)} runs failed", file=sys.stderr)
    return failed


def duration(seconds: float) -> str:
    """Return a duration in words."""
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


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
