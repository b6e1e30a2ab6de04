"""Runs that failed: a file each, so that the page can name them until they have finished."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.system.files import write_json
from autoal_gui.evaluation.plan import Job
from autoal_gui.evaluation.records import read_json
from autoal_gui.sources.npz_files.arrays import make_folder


@dataclass(frozen=True, order=True)
class Failure:
    """A run that has been tried and has no result."""

    set_name: str
    method: str
    seed: int


def keep_failure(folder: Path, job: Job) -> None:
    """Take down that a run failed, but not why: that may name folders of this computer."""
    content = {
        "setup": job.setup.key,
        "key": job.key,
        "set": job.data_set.name,
        "method": job.method.name,
        "seed": job.seed,
    }
    with contextlib.suppress(AutoALError):  # a full disk, say, which has been told already
        make_folder(folder)
        write_json(job.target(folder), content)


def read_failures(folder: Path, setup: str, finished: Collection[str]) -> list[Failure]:
    """Return the failed runs of a set-up, without those whose keys have finished since."""
    notes = (note for file in folder.glob("*.json") if (note := read_json(file)))
    return sorted(
        Failure(note["set"], note["method"], note["seed"])
        for note in notes
        if note.get("setup") == setup and note["key"] not in finished
    )


def failed_lines(failures: Collection[Failure]) -> list[str]:
    """Return a line for each set and method, with its failed seeds."""
    seeds: dict[tuple[str, str], list[str]] = {}
    for failure in failures:
        seeds.setdefault((failure.set_name, failure.method), []).append(str(failure.seed))
    return [
        f"{set_name}, {method}: {'seed' if len(found) == 1 else 'seeds'} {', '.join(found)}"
        for (set_name, method), found in seeds.items()
    ]
