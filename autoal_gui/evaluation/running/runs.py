"""The runs of an evaluation: what of them is missing, and carrying that out."""

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autoal_gui.core.errors import AutoALError
from autoal_gui.evaluation.failures import keep_failure
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.plan import DataSet, Job, Setup, slug
from autoal_gui.evaluation.records import read_json
from autoal_gui.evaluation.running.costs import Costs, duration
from autoal_gui.evaluation.running.shards import Shard
from autoal_gui.evaluation.running.worker import RunJob, SetJob, carry_out, open_set, start_warm
from autoal_gui.evaluation.running.worker_pool import Workers
from autoal_gui.sources.opening import spec_of

SetOptions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Folders:
    """Where things lie in the folder of the results."""

    out: Path
    scratch: Path | None = None
    """Where caches lie that go when the program ends; None: in the folder itself, to stay."""

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

    def workspace(self, name: str, data: str, options: SetOptions = (), scale: float = 1.0) -> Path:
        """Return the folder of a set's caches."""
        where = str(Path(data).resolve()) if os.path.exists(data) else data  # noqa: PTH110
        said = (repr(options) if options else "") + (f"/{scale}" if scale < 1 else "")
        digest = hashlib.sha256(f"{where}{said}".encode()).hexdigest()[:8]
        return (self.scratch or self.out / "sets") / f"{slug(name)}-{digest}"


@dataclass(frozen=True)
class NamedSet:
    """A set as the user names it, and what is asked of all runs on it."""

    data: str
    setup: Setup
    options: SetOptions = ()

    @property
    def name(self) -> str:
        """What the page calls it."""
        return Path(self.data).stem or self.data


def open_sets(
    workers: Workers, named: Sequence[NamedSet], methods: Sequence[Method], folders: Folders
) -> list[DataSet]:
    """Open every set, once for all, and return them in the order given.

    Raises:
        AutoALError: one cannot be used, or a method does not exist.
    """
    jobs = []
    for one in named:
        spec_of(one.data, one.options)
        workspace = folders.workspace(one.name, one.data, one.options, one.setup.scale)
        jobs.append(
            SetJob(one.name, one.data, str(workspace), one.setup, tuple(methods), one.options)
        )
    found = {}
    for outcome in workers.run(open_set, jobs):
        if outcome.sentence:
            raise AutoALError(f"{outcome.argument.name}: {outcome.sentence}")
        found[outcome.argument] = outcome.value
        print(f"{outcome.value.name}: {sum(outcome.value.pool):,} images", file=sys.stderr)
    return [found[job] for job in jobs]


def run_all(workers: Workers, missing: Sequence[RunJob], folders: Folders, costs: Costs) -> int:
    """Carry out runs that have no result yet; return how many failed.

    Args:
        workers: carry them out.
        missing: the runs.
        folders: where things lie.
        costs: what runs took until now; it learns from each that ends.

    Raises:
        AutoALError: a warm start failed.
    """
    for warm in workers.run(start_warm, list(dict.fromkeys(r.warm for r in missing if r.warm))):
        if warm.sentence:
            raise AutoALError(f"{warm.argument.data_set.name}: {warm.sentence}")
        cost = f"{warm.value['epochs']:.0f} passes, {warm.value['seconds']:.0f} s"
        print(f"{warm.argument.data_set.name}: warm start, {cost}", file=sys.stderr)
    failed, left = 0, {run.job.key: run.job for run in missing}
    for done, outcome in enumerate(workers.run(carry_out, missing), start=1):
        job, were_known = outcome.argument.job, costs.are_known
        del left[job.key]
        if outcome.sentence:
            failed += 1
            keep_failure(folders.failed, job)
        else:
            costs.take(job, outcome.value, outcome.argument.target)
        ending = outcome.sentence or f"{sum(r['wall'] for r in outcome.value['rounds']):.0f} s"
        line = f"{done}/{len(missing)}  {job.data_set.name}  {job.method.name}  seed {job.seed}"
        to_come = f"  ({duration(costs.left([*left.values()]))} left)" if costs.are_known else ""
        print(f"{line}  {ending}{to_come}", file=sys.stderr, flush=True)
        if left and costs.are_known and not were_known:
            print(costs.words([*left.values()], "this run"), file=sys.stderr, flush=True)
    if failed:
        print(f"{failed} of {len(missing)} runs failed", file=sys.stderr)
    return failed


def missing_runs(jobs: Sequence[Job], folders: Folders, part: Shard | None = None) -> list[RunJob]:
    """Return the runs of a part that have no result yet, and say how many have one."""
    if part:
        jobs, planned = part.of(jobs), len(jobs)
        print(f"Part {part}: {len(jobs)} of {planned} runs", file=sys.stderr)
    mark = part.mark if part else ""
    missing = []
    # Asked once: there may be many.
    runs, warm_starts, results = folders.runs, folders.warm, folders.medmnist
    there = {file.name for file in runs.glob("*.json")}
    for job in jobs:
        target = job.target(runs)
        if target.name not in there or (read_json(target) or {}).get("key") != job.key:
            warm = job.warm_job(warm_starts)
            if warm and mark:
                warm = replace(warm, shard=mark)
            missing.append(RunJob(job, target, warm, results))
    if len(missing) < len(jobs):
        print(f"{len(jobs) - len(missing)} runs are there already", file=sys.stderr)
    return missing
