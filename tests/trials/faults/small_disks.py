"""Disks that are really full or really read-only: exports and recoveries on them."""

import itertools
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.core.registry import discover
from autoal_gui.exporters import csv_labels
from autoal_gui.sources.opening import list_images, open_images
from tests.support.exporting import prepared
from tests.support.project import no_progress
from tests.trials.faults.bench import Bench, Lost, Tally, Trial, sentence_of, whole
from tests.trials.harness.children import Acknowledge, Child, act, line_of
from tests.trials.harness.mounts import fill, make_read_only, small_disk

DISK = 256 << 20  # bytes; a model takes 45 MB, and twice that while it is written
ROOMS = 4  # full disks that an exporter meets in a try
OLD = b"what was there"


def full_for_exporters(base: Path, draw: random.Random) -> Trial:
    """Every exporter writes to a disk that becomes full at any place of its file."""
    kinds: dict[str, list[str]] = {"labels": [], "report": [], "model": []}
    for name, module in discover("autoal_gui.exporters").items():
        kinds[module.KIND].append(name)
    names = itertools.cycle([*kinds["labels"], *kinds["report"], *kinds["model"]])
    numbers = itertools.count()
    base.mkdir(parents=True)

    def attempt() -> None:
        place = base / f"{next(numbers)}"
        whole(Child(_export_until_full, place, next(names), draw.randrange(10**6)))
        shutil.rmtree(place)

    return Tally("disk full while exporting, every exporter"), attempt


def _export_until_full(acknowledge: Acknowledge, place: Path, name: str, seed: int) -> None:
    draw, disk = random.Random(seed), place / "disk"
    disk.mkdir(parents=True)
    module, write = prepared(name, place / "made")
    small_disk(disk, DISK)
    folder = disk / "exports"
    target = folder / f"export{module.SUFFIX}"
    folder.mkdir()
    write(target)
    wanted = _content(folder)
    size = sum(map(len, wanted.values()))
    for _ in range(ROOMS):
        shutil.rmtree(folder)
        folder.mkdir()
        if module.SUFFIX and draw.random() < 0.5:
            target.write_bytes(OLD)
        before = _content(folder)
        filler = fill(disk, draw.randrange(2 * size))
        try:
            write(target)
        except AutoALError as error:
            sentence_of(lambda error=error: _raise(error))
            if _content(folder) != before:
                raise Lost(f"{name}: what was not written has left something") from error
        else:
            _check_whole(name, module.KIND, _content(folder), wanted)
        filler.unlink()
    acknowledge(name)


def _check_whole(name: str, kind: str, found: dict[str, bytes], wanted: dict[str, bytes]) -> None:
    lengths = [{key: len(value) for key, value in one.items()} for one in (found, wanted)]
    if found.keys() != wanted.keys() or (kind == "labels" and lengths[0] != lengths[1]):
        raise Lost(f"{name}: a part of an export stands under its name")


def _content(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def _raise(error: Exception) -> None:
    raise error


def full_for_recovery(base: Path, draw: random.Random) -> Trial:
    """A damaged project is recovered on a full disk, and again when there is room."""
    bench = Bench.new(base, draw, "disk full while recovering")
    disk = base / "disk"
    disk.mkdir()

    def attempt() -> None:
        bench.tally.acknowledged += len(bench.before)
        lines = whole(Child(_recover_until_full, bench.folder, disk, draw.randrange(10**6)))
        if lines != bench.before:
            raise Lost("the answers that were recovered are not those that were given")

    return bench.tally, attempt


def _recover_until_full(acknowledge: Acknowledge, folder: Path, disk: Path, seed: int) -> None:
    draw, own = random.Random(seed), disk / "project"
    small_disk(disk, DISK)
    shutil.copytree(folder, own)
    _damage(own / FILE_NAME)
    damaged = (own / FILE_NAME).read_bytes()
    filler = fill(disk, draw.randrange(3 * len(damaged)))
    try:
        recover(own, list_images, no_progress)
    except AutoALError as error:
        sentence_of(lambda error=error: _raise(error))
        if (own / FILE_NAME).read_bytes() != damaged:
            raise Lost("a project that was not recovered was written to") from error
        filler.unlink()
        recover(own, list_images, no_progress)
    _tell(acknowledge, own)


def _damage(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE setting SET value=x'ff' WHERE name='name'")


def _tell(acknowledge: Acknowledge, folder: Path) -> None:
    project = Project.open(folder, open_images)
    for entry in project.labels.entries():
        acknowledge(line_of(entry))
    project.close()


def made_read_only(base: Path, draw: random.Random) -> Trial:
    """A disk is mounted again to be read alone, then to be written again."""
    bench = Bench.new(base, draw, "disk mounted read-only")
    disk = base / "disk"
    disk.mkdir()

    def attempt() -> None:
        bench.tally.acknowledged += len(bench.before)
        child = Child(_label_until_read_only, bench.folder, disk, draw.randrange(10**6))
        lines = whole(child)
        if lines[: len(bench.before)] != bench.before:
            raise Lost("answers are gone from a disk that was read-only")

    return bench.tally, attempt


def _label_until_read_only(acknowledge: Acknowledge, folder: Path, disk: Path, seed: int) -> None:
    draw, own = random.Random(seed), disk / "project"
    small_disk(disk, DISK)
    shutil.copytree(folder, own)
    project = Project.open(own, open_images)
    given = [act(project, draw) for _ in range(draw.randrange(1, 9))]
    snapshot = Snapshot.of(project)
    project.close()
    is_damaged = draw.random() < 0.5
    if is_damaged:
        _damage(own / FILE_NAME)
    before = (own / FILE_NAME).read_bytes()
    make_read_only(disk)
    sentence_of(lambda: Project.open(own, open_images))
    sentence_of(lambda: recover(own, list_images, no_progress))
    sentence_of(lambda: csv_labels.write(disk / "labels.csv", snapshot))
    make_read_only(disk, read_only=False)
    if (own / FILE_NAME).read_bytes() != before:
        raise Lost("a file on a disk that is read-only has changed")
    if is_damaged:
        recover(own, list_images, no_progress)
    project = Project.open(own, open_images)
    if [line_of(entry) for entry in project.labels.entries()][-len(given) :] != given:
        raise Lost("answers are gone from a disk that was read-only")
    project.close()
    _tell(acknowledge, own)
