"""What runs will take: told before the first where runs like it are there, else after it."""

import shutil
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.plan import Job
from autoal_gui.evaluation.records import read_json
from autoal_gui.evaluation.running.worker import RunJob

READ = 3  # results of a kind that are read for its time; there may be thousands
Kind = tuple[str, Method]
"""A set, by its content, and a method: their runs take alike."""


@dataclass
class Costs:
    """What finished runs took, and by that what others will."""

    size: int
    """How many run side by side."""
    _seconds: dict[Kind, list[float]] = field(default_factory=dict)
    _bytes: list[int] = field(default_factory=list)

    @classmethod
    def of_finished(
        cls, jobs: Iterable[Job], missing: Iterable[Job], runs: Path, size: int
    ) -> "Costs":
        """Read what runs took that have a result.

        Args:
            jobs: all runs.
            missing: those of them that are still to be done.
            runs: the folder of the results.
            size: how many run side by side.
        """
        costs, open_keys = cls(size), {job.key for job in missing}
        for job in jobs:
            if job.key not in open_keys and len(costs._seconds.get(_kind(job), ())) < READ:
                record = read_json(job.target(runs))
                if record is not None:
                    costs.take(job, record, job.target(runs))
        return costs

    def take(self, job: Job, record: Mapping[str, Any], file: Path) -> None:
        """Take note of a run that has ended."""
        seconds = sum(one["wall"] for one in record["rounds"])
        self._seconds.setdefault(_kind(job), []).append(seconds)
        if file.is_file():
            self._bytes.append(file.stat().st_size)

    @property
    def are_known(self) -> bool:
        """Whether any run has ended."""
        return bool(self._seconds)

    def left(self, missing: Sequence[Job]) -> float:
        """Return about how many seconds runs will take side by side; warm starts come on top."""
        each = [self._of(job) for job in missing]
        return max(sum(each) / self.size, max(each, default=0.0))

    def left_on_disk(self, missing: Sequence[Job]) -> int:
        """Return about how many bytes the results of runs will take."""
        return round(statistics.fmean(self._bytes) * len(missing)) if self._bytes else 0

    def words(self, missing: Sequence[Job], known: str) -> str:
        """Say what runs will take, judged by others that are named; or when that will be known."""
        if not self.are_known:
            return "How long they take is told once the first has ended."
        time, room = duration(self.left(missing)), in_bytes(self.left_on_disk(missing))
        others = "the others" if len(missing) > 1 else "the other one"
        take = "take" if len(missing) > 1 else "takes"
        return f"By {known}, {others} {take} about {time} here, and {room} on the disk."

    def _of(self, job: Job) -> float:
        """Return the seconds of a run: as others of its kind, else of its set, else of all."""
        content, _ = kind = _kind(job)
        alike = self._seconds.get(kind) or [
            seconds
            for (of, _), found in self._seconds.items()
            if of == content
            for seconds in found
        ]
        return statistics.fmean(alike or [s for found in self._seconds.values() for s in found])


def _kind(job: Job) -> Kind:
    return job.data_set.content, job.method


def plan_words(jobs: Sequence[Job], missing: Sequence[RunJob], costs: Costs, out: Path) -> str:
    """Say before the first run how many there are, and what they will take as far as is known.

    Args:
        jobs: all runs.
        missing: those of them that are still to be done.
        costs: what finished ones took.
        out: the folder of the results.
    """
    sets, methods = {job.data_set for job in jobs}, {job.method for job in jobs}
    counts = (
        f"{counted(len(sets), 'set')}, {counted(len(methods), 'method')}, "
        f"{counted(len({job.seed for job in jobs}), 'seed')}: {counted(len(jobs), 'run')}"
    )
    if not missing:
        return f"{counts}, none to do."
    busy = min(costs.size, len(missing))
    words = [f"{counts}, {len(missing):,} to do, {busy} side by side."]
    warm = {run.warm for run in missing if run.warm and not run.warm.target.is_file()}
    if warm:
        words.append(f"Before them {counted(len(warm), 'warm start')}, whose time comes on top.")
    words.append(costs.words([run.job for run in missing], "the runs that are there"))
    words.append(_disk_words(out))
    return " ".join((*words, "Stop and start again at any time."))


def _disk_words(folder: Path) -> str:
    """Say what the folder of results holds, caches of the sets and all, and how much is free."""
    holds = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    free = shutil.disk_usage(folder).free if folder.is_dir() else 0
    return f"Results and caches take {in_bytes(holds)} by now; {in_bytes(free)} are free."


def duration(seconds: float) -> str:
    """Return a duration in words."""
    if 0 < seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def in_bytes(count: int) -> str:
    """Return a size in words."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(1, round(count / 1e6))} MB"


def counted(number: int, what: str) -> str:
    """Return a number of things."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
