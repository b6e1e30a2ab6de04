"""A disk is full or read-only, images are gone, bytes are damaged."""

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError, ProjectError, SourceError
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.sources.opening import list_images, open_images
from tests.support import project as project_support
from tests.trials.faults.bench import Bench, Escaped, Lost, Trial, sentence_of, whole
from tests.trials.harness.children import Child, act


def until_refused(acknowledge: Callable[[str], None], folder: Path, seed: int, room: int) -> None:
    """Label until the file may not grow, then once more when it may."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    project, draw = Project.open(folder, open_images), random.Random(seed)
    limit = (folder / FILE_NAME).stat().st_size + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    _until_refused(acknowledge, project, draw)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    acknowledge(act(project, draw))


def _until_refused(
    acknowledge: Callable[[str], None], project: Project, draw: random.Random
) -> None:
    def answer() -> None:
        before = dict(project.labels.answers)
        try:
            acknowledge(act(project, draw))
        except ProjectError:
            if dict(project.labels.answers) != before:
                raise Lost("an answer that was not saved stands") from None
            raise

    def for_ever() -> None:
        while True:
            answer()

    sentence_of(for_ever)
    sentence_of(for_ever)  # a shorter line than the one that was refused may still fit


def full_disk(base: Path, draw: random.Random) -> Trial:
    bench = Bench.new(base, draw, "disk full")

    def attempt() -> None:
        child = Child(until_refused, bench.folder, draw.randrange(10**6), draw.randrange(20_000))
        bench.check(whole(child))

    return bench.tally, attempt


def until_locked(acknowledge: Callable[[str], None], folder: Path, seed: int) -> None:
    """Label until the folder may not be written, then once more when it may."""
    os.setegid(project_support.NOBODY)
    os.seteuid(project_support.NOBODY)
    project, draw = Project.open(folder, open_images), random.Random(seed)
    for _ in range(draw.randrange(5)):
        acknowledge(act(project, draw))
    project.close()
    folder.chmod(0o500)
    (folder / FILE_NAME).chmod(0o400)
    sentence_of(lambda: Project.open(folder, open_images))
    folder.chmod(0o700)
    (folder / FILE_NAME).chmod(0o600)
    project = Project.open(folder, open_images)
    acknowledge(act(project, draw))


def read_only_folder(base: Path, draw: random.Random) -> Trial:
    bench = Bench.new(base, draw, "folder read-only")
    for place in (base, *base.parents):
        if place.stat().st_uid == os.geteuid() and place != Path(tempfile.gettempdir()):
            place.chmod(place.stat().st_mode | 0o055)

    def attempt() -> None:
        for path in (bench.folder, *bench.folder.rglob("*")):
            os.chown(path, project_support.NOBODY, project_support.NOBODY)
        child = Child(until_locked, bench.folder, draw.randrange(10**6))
        bench.check(whole(child))

    return bench.tally, attempt


def images_gone(base: Path, draw: random.Random) -> Trial:
    bench = Bench.new(base, draw, "images removed, renamed, partly deleted")
    away = base / "elsewhere"

    def attempt() -> None:
        project = Project.open(bench.folder, open_images)
        way = draw.choice(("renamed", "emptied", "partly"))
        if way == "renamed":
            bench.images.rename(away)
        else:
            shutil.copytree(bench.images, away)
            files = sorted(bench.images.rglob("*.png"))
            for file in files if way == "emptied" else draw.sample(files, len(files) // 2):
                file.unlink()
        try:
            lines = [act(project, draw) for _ in range(draw.randrange(1, 6))]
            read_all(project)
            project.close()
            project = Project.open(bench.folder, open_images)  # it opens without its images, too
            if way == "renamed" and not project.absent:
                raise Escaped("that the images are gone is not told")
            read_all(project)
            lines.append(act(project, draw))
        finally:
            project.close()
            shutil.rmtree(bench.images, ignore_errors=True)
            away.rename(bench.images)
        bench.check(lines)

    return bench.tally, attempt


def read_all(project: Project) -> None:
    """Read every image; one that cannot be read is told in a sentence."""
    for image_id in project.pool.images:
        try:
            project.pool.read(image_id)
        except AutoALError as error:
            sentence_of(lambda error=error: _raise(error))


def _raise(error: Exception) -> None:
    raise error


def damaged_byte(base: Path, draw: random.Random) -> Trial:
    bench = Bench.new(base, draw, "one byte of the project damaged")
    project = Project.open(bench.folder, open_images)
    lines = [act(project, draw) for _ in range(150)]
    project.close()
    bench.check(lines)
    bench.tally.acknowledged = 0
    file = bench.folder / FILE_NAME
    sound = file.read_bytes()

    def attempt() -> None:
        place = draw.randrange(len(sound))
        changed = bytes([sound[place] ^ draw.randrange(1, 256)])
        file.write_bytes(sound[:place] + changed + sound[place + 1 :])
        started = time.monotonic()
        try:
            Project.open(bench.folder, open_images).close()
        except (ProjectError, SourceError):
            sentence_of(lambda: Project.open(bench.folder, open_images))
            recover(bench.folder, list_images, project_support.no_progress)
        seconds = time.monotonic() - started
        bench.check([], more=0)
        bench.tally.worst = max(bench.tally.worst, seconds)
        bench.tally.acknowledged += len(bench.before)
        for kept in bench.folder.glob("*.damaged-*"):
            kept.unlink()
        file.write_bytes(sound)

    return bench.tally, attempt
