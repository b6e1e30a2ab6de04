"""The fault table: what hurts a program in a hospital, how often it was tried, and what was lost.

`python tests/trials/faults.py` prints it; `--short` is the form of the test suite. After each try
the project must open, or say in one sentence why not and open once the cause is gone; every
answer that was acknowledged must be there; and nothing else may be.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from unittest.mock import patch

from autoal_gui.core.database import round_rows
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError, ProjectError, SourceError
from autoal_gui.core.labels.journal import Journal
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.sources.opening import list_images, open_images
from tests.support import project as project_support
from tests.support.paths import FIXTURES
from tests.trials.harness.children import (
    Child,
    act,
    create,
    export,
    label,
    line_of,
    merge,
    migrate,
    train,
)

FIXTURE = FIXTURES / "project-1" / FILE_NAME
LONGEST_SENTENCE = 250


class Fault(AssertionError):
    """Something was lost, or not told as it should be."""


@dataclass
class Tally:
    """A line of the table."""

    kind: str
    tries: int = 0
    acknowledged: int = 0
    lost: int = 0
    reopened: int = 0
    worst: float = 0.0
    """Seconds to open again."""


@dataclass
class Bench:
    """A project that faults are tried on, and what is known of it."""

    base: Path
    draw: random.Random
    tally: Tally
    before: list[str]

    @classmethod
    def new(cls, base: Path, draw: random.Random, kind: str, **choices: object) -> "Bench":
        project = project_support.new_project(base, per_class=10, **choices)
        for image_id in tuple(project.pool.images)[:12]:
            is_normal = project.pool.images[image_id].key.startswith("normal")
            project.labels.answer(image_id, "label", int(is_normal))
        before = [line_of(entry) for entry in project.labels.entries()]
        project.close()
        return cls(base, draw, Tally(kind), before)

    @property
    def folder(self) -> Path:
        return self.base / "project"

    @property
    def images(self) -> Path:
        return self.base / "images"

    def check(self, acknowledged: list[str], more: int = 1) -> None:
        """Open the project, and count what of the answers is there.

        Args:
            acknowledged: the answers given since the last check.
            more: how many there may be besides, saved but not acknowledged when it was killed.
        """
        tally = self.tally
        tally.tries += 1
        tally.acknowledged += len(acknowledged)
        started = time.monotonic()
        project = Project.open(self.folder, open_images)
        tally.worst = max(tally.worst, time.monotonic() - started)
        tally.reopened += 1
        entries = project.labels.entries()
        lines = [line_of(entry) for entry in entries]
        if dict(project.labels.answers) != dict(Journal.of(entries).answers):
            raise Fault("the answers are not those of the journal")
        expected = self.before + acknowledged
        tally.lost += len(set(expected) - set(lines))
        if lines[: len(expected)] != expected or len(lines) - len(expected) > more:
            raise Fault(f"{self.tally.kind}: the journal is not what was acknowledged")
        project.close()
        self.before = lines


def sentence_of(work: Callable[[], object]) -> str:
    """Return the one plain sentence that something is refused with."""
    try:
        work()
    except AutoALError as error:
        sentence = str(error)
        plain = sentence.endswith((".", "?")) and "\n" not in sentence and "Error" not in sentence
        if not plain or len(sentence) > LONGEST_SENTENCE:
            raise Fault(f"no plain sentence: {sentence}") from error
        return sentence
    raise Fault("it was not refused")


# -- kills ------------------------------------------------------------------------------------


def kill_while_labelling(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "killed while labelling")
    for _ in range(tries):
        child = Child(label, bench.folder, draw.randrange(10**6))
        child.wait_for(draw.randrange(1, 30))
        time.sleep(draw.uniform(0, 0.01))
        bench.check(child.kill())
    return bench.tally


def kill_while_training(base: Path, draw: random.Random, tries: int) -> Tally:
    from autoal_gui.core.system.foreign_files import sha256_of
    from autoal_gui.learning.model.checkpoint import load_model

    settings = project_support.SETTINGS.but(
        task_steps=3, fit_steps=2, search_steps=2, cycles=1, train_batch=4, stochastic_passes=2,
        mode="paper", warm_start=False,
    )  # fmt: skip
    bench = Bench.new(base, draw, "killed while training", settings=settings)
    for _ in range(tries):
        child = Child(train, bench.folder, draw.randrange(10**6))
        child.wait_for(draw.randrange(1, 40))
        time.sleep(draw.uniform(0, 0.3))
        bench.check(child.kill())
        project = Project.open(bench.folder, open_images)
        checkpoint, finished = project.rounds.last_checkpoint(), project.rounds.finished()
        project.close()
        if finished and checkpoint is None:
            raise Fault("the last model is gone")
        if checkpoint is not None:
            load_model(checkpoint)
            if sha256_of(checkpoint) != finished[-1].checkpoint_sha256:
                raise Fault("the last model is not the one that was trained")
    return bench.tally


def kill_while_exporting(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "killed while exporting")
    target = base / "labels.csv"
    for _ in range(tries):
        child = Child(export, bench.folder, draw.randrange(10**6), target)
        child.wait_for(draw.randrange(1, 12))
        time.sleep(draw.uniform(0, 0.01))
        bench.check(child.kill())
        if target.exists() and len(target.read_text().splitlines()) < 2:
            raise Fault("a part of an export stands under its name")
        for part in base.glob("*.part*"):
            part.unlink()
    return bench.tally


def kill_while_importing(base: Path, draw: random.Random, tries: int) -> Tally:
    tally = Tally("killed while importing")
    images = project_support.draw_images(base / "images", 10)
    folder = base / "project"
    started = time.monotonic()
    child = Child(create, folder, images)
    child.end()
    whole = time.monotonic() - started
    for _ in range(tries):
        shutil.rmtree(folder, ignore_errors=True)
        child = Child(create, folder, images)
        child.wait_for(1)
        time.sleep(draw.uniform(0, whole))
        made = "made" in child.kill()
        started = time.monotonic()
        try:
            project = Project.open(folder, open_images)
        except ProjectError as error:
            if made or "no project" not in str(error):
                raise Fault(f"after a kill while importing: {error}") from error
            project = project_support.create(folder, project_support.folder_spec(images))
        tally.worst = max(tally.worst, time.monotonic() - started)
        if len(project.pool.images) != 20:
            raise Fault("images are missing")
        project.close()
        tally.tries, tally.reopened = (
            tally.tries + 1,
            tally.reopened + 1,
        )
    return tally


def kill_while_migrating(base: Path, draw: random.Random, tries: int) -> Tally:
    tally = Tally("killed while migrating")
    folder = base / "project"
    wanted: list[str] = []
    whole = 0.05
    for turn in range(tries + 1):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(FIXTURE, folder)
        child = Child(migrate, folder)
        child.wait_for(1)
        started = time.monotonic()
        if turn:
            time.sleep(draw.uniform(0, whole))
            child.kill()
        else:
            child.end()
            whole = 1.2 * (time.monotonic() - started)
        started = time.monotonic()
        project = Project.open(folder, open_images)
        tally.worst = max(tally.worst, time.monotonic() - started)
        lines = [line_of(entry) for entry in project.labels.entries()]
        wanted = wanted or lines
        if project.labels.first_broken_seal() is not None or lines != wanted:
            raise Fault("a migration that was cut short changed the journal")
        project.close()
        if turn:
            tally.tries, tally.reopened = (
                tally.tries + 1,
                tally.reopened + 1,
            )
            tally.acknowledged += len(wanted)
    return tally


def kill_while_merging(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "killed while merging")
    own = (bench.folder / FILE_NAME).read_bytes()
    shutil.copytree(bench.folder, base / "other")
    other = Project.open(base / "other", open_images)
    other.settings.annotator = "second"
    for image_id in other.pool.images:
        other.labels.answer(image_id, "label", draw.randrange(2))
    other.close()
    started = time.monotonic()
    Child(merge, bench.folder, base / "other").end()
    whole = time.monotonic() - started
    project = Project.open(bench.folder, open_images)
    merged = [line_of(entry) for entry in project.labels.entries()]
    project.close()
    before = bench.before
    for _ in range(tries):
        (bench.folder / FILE_NAME).write_bytes(own)
        bench.before = before
        child = Child(merge, bench.folder, base / "other")
        child.wait_for(1)
        time.sleep(draw.uniform(0, whole))
        done = "merged" in child.kill()
        project = Project.open(bench.folder, open_images)
        lines = [line_of(entry) for entry in project.labels.entries()]
        project.close()
        if lines not in ([merged] if done else [before, merged]):
            raise Fault("a part of another reader's answers came in")
        bench.check(lines[len(before) :])
    return bench.tally


# -- disks and folders ------------------------------------------------------------------------


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
                raise Fault("an answer that was not saved stands") from None
            raise

    def for_ever() -> None:
        while True:
            answer()

    sentence_of(for_ever)
    sentence_of(answer)


def full_disk(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "disk full")
    for _ in range(tries):
        child = Child(until_refused, bench.folder, draw.randrange(10**6), draw.randrange(20_000))
        lines, status = child.end()
        if status:
            raise Fault("a full disk was not borne")
        bench.check(lines)
    return bench.tally


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


def read_only_folder(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "folder read-only")
    for place in (base, *base.parents):
        if place.stat().st_uid == os.geteuid() and place != Path(tempfile.gettempdir()):
            place.chmod(place.stat().st_mode | 0o055)
    for _ in range(tries):
        for path in (bench.folder, *bench.folder.rglob("*")):
            os.chown(path, project_support.NOBODY, project_support.NOBODY)
        child = Child(until_locked, bench.folder, draw.randrange(10**6))
        lines, status = child.end()
        if status:
            raise Fault("a folder that is read-only was not borne")
        bench.check(lines)
    return bench.tally


def images_gone(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "images removed, renamed, partly deleted")
    away = base / "elsewhere"
    for turn in range(tries):
        project = Project.open(bench.folder, open_images)
        way = ("renamed", "emptied", "partly")[turn % 3]
        if way == "renamed":
            bench.images.rename(away)
        else:
            shutil.copytree(bench.images, away)
            files = sorted(bench.images.rglob("*.png"))
            for file in files if way == "emptied" else draw.sample(files, len(files) // 2):
                file.unlink()
        lines = [act(project, draw) for _ in range(draw.randrange(1, 6))]
        for image_id in project.pool.images:
            try:
                project.pool.read(image_id)
            except AutoALError as error:
                sentence_of(lambda error=error: _raise(error))
        project.close()
        if way == "renamed":
            sentence_of(lambda: Project.open(bench.folder, open_images))
            shutil.copytree(away, bench.images)
        bench.check(lines)
        shutil.rmtree(bench.images)
        away.rename(bench.images)
    return bench.tally


def _raise(error: Exception) -> None:
    raise error


def damaged_byte(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "one byte of the project damaged")
    project = Project.open(bench.folder, open_images)
    lines = [act(project, draw) for _ in range(150)]
    project.close()
    bench.check(lines)
    bench.tally.tries = bench.tally.reopened = 0
    file = bench.folder / FILE_NAME
    whole = file.read_bytes()
    for _ in range(tries):
        place = draw.randrange(len(whole))
        changed = bytes([whole[place] ^ draw.randrange(1, 256)])
        file.write_bytes(whole[:place] + changed + whole[place + 1 :])
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
        file.write_bytes(whole)
    bench.tally.acknowledged -= len(lines)
    return bench.tally


# -- programs and clocks ----------------------------------------------------------------------


def two_programs(base: Path, draw: random.Random, tries: int) -> Tally:
    bench = Bench.new(base, draw, "two programs on one project")
    for _ in range(tries):
        child = Child(label, bench.folder, draw.randrange(10**6))
        child.wait_for(draw.randrange(1, 10))
        for _ in range(5):
            sentence = sentence_of(lambda: Project.open(bench.folder, open_images))
            if "another window" not in sentence:
                raise Fault(sentence)
        bench.check(child.kill())
    return bench.tally


def stopped(base: Path, draw: random.Random, tries: int, seconds: float) -> Tally:
    bench = Bench.new(base, draw, f"stopped for {seconds:g} s")
    for _ in range(tries):
        child = Child(label, bench.folder, draw.randrange(10**6), 0.001)
        child.wait_for(draw.randrange(1, 10))
        child.signal(signal.SIGSTOP)
        time.sleep(seconds)
        sentence_of(lambda: Project.open(bench.folder, open_images))
        child.signal(signal.SIGCONT)
        child.wait_for(40)
        bench.check(child.kill())
    return bench.tally


def clock_set_back(base: Path, draw: random.Random, tries: int) -> Tally:
    class AnyYear(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime(draw.randrange(1970, 2100), 1, 1, tzinfo=tz)

    bench = Bench.new(base, draw, "clock set back")
    with patch.object(round_rows, "datetime", AnyYear):
        for _ in range(tries):
            project = Project.open(bench.folder, open_images)
            lines = [act(project, draw) for _ in range(draw.randrange(1, 12))]
            project.rounds.end(project.rounds.begin(), "failed", "A sentence.")
            project.close()
            bench.check(lines)
    return bench.tally


# -- cancel -----------------------------------------------------------------------------------


def cancelled_everywhere(base: Path, draw: random.Random, tries: int) -> list[Tally]:
    from tests.trials.harness.cancels import cancels

    return [run(bench) for bench, run in cancels(base, draw, tries, Bench)]


# -- what others put in the way, and signals ----------------------------------------------------


def odd_places(base: Path, draw: random.Random, tries: int) -> Tally:
    from tests.trials.harness.odd_files import readers, try_one, writers

    tally, uses = Tally("pipe, device, link, sparse file in a place"), readers() | writers()
    for _ in range(tries):
        try_one(base / "place", draw, uses)
        tally.tries, tally.reopened = tally.tries + 1, tally.reopened + 1
    return tally


def asked_to_end(base: Path, draw: random.Random, tries: int) -> Tally:
    from tests.trials.harness.signals import COMMANDS, SIGNALS, left_behind

    tally = Tally("command asked to end by a signal")
    for number in range(tries):
        command, signalled = draw.choice(sorted(COMMANDS)), draw.choice(SIGNALS)
        left = left_behind(COMMANDS[command], signalled, base / f"{number}", draw.uniform(0, 5))
        if left:
            raise Fault(f"{command}, signal {signalled}: {', '.join(left)}")
        tally.tries, tally.reopened = tally.tries + 1, tally.reopened + 1
    return tally


# -- the table --------------------------------------------------------------------------------

SHORT = {
    "label": 8, "train": 2, "export": 4, "import": 5, "migrate": 5, "merge": 3, "full": 4,
    "locked": 2, "images": 3, "bytes": 8, "two": 2, "stopped": 1, "clock": 2, "cancel": 2,
    "odd": 40,
}  # fmt: skip
LONG = {
    "label": 160, "train": 60, "export": 60, "import": 60, "migrate": 60, "merge": 40,
    "full": 40, "locked": 20, "images": 30, "bytes": 300, "two": 20,
    "stopped": 1, "clock": 20, "cancel": 10**6,
    "odd": 2000, "signals": 20,
}  # fmt: skip


def run_all(base: Path, seed: int, tries: dict[str, int], pause: float) -> list[Tally]:
    """Try every kind of fault; raises `Fault` at the first that is not borne."""
    draw = random.Random(seed)
    trials: dict[str, Callable[[Path, random.Random, int], Tally | list[Tally]]] = {
        "label": kill_while_labelling,
        "export": kill_while_exporting,
        "import": kill_while_importing,
        "migrate": kill_while_migrating,
        "merge": kill_while_merging,
        "full": full_disk,
        "images": images_gone,
        "bytes": damaged_byte,
        "two": two_programs,
        "clock": clock_set_back,
        "stopped": lambda base, draw, tries: stopped(base, draw, tries, pause),
        "train": kill_while_training,  # forks come after torch is loaded, but has not computed
        "cancel": cancelled_everywhere,
        "odd": odd_places,  # these two compute or start programs, so that none forks after them
        "signals": asked_to_end,
    }
    if os.geteuid() == 0:
        trials["locked"] = read_only_folder
    tallies: list[Tally] = []
    for name, trial in trials.items():
        if tries.get(name):
            result = trial(base / name, draw, tries[name])
            tallies += result if isinstance(result, list) else [result]
            for tally in tallies[-1:] if not isinstance(result, list) else result:
                print(row(tally), flush=True)
    return tallies


HEAD = ("kind", "tries", "answers", "lost", "reopened", "slowest s")
WIDTHS = (42, 7, 9, 6, 10, 10)


def row(tally: Tally) -> str:
    values = (tally.kind, tally.tries, tally.acknowledged, tally.lost, tally.reopened,
              f"{tally.worst:.2f}")  # fmt: skip
    return aligned(values)


def aligned(values: tuple[object, ...]) -> str:
    first, *rest = (str(value) for value in values)
    return first.ljust(WIDTHS[0]) + "".join(
        value.rjust(width) for value, width in zip(rest, WIDTHS[1:], strict=True)
    )


def main() -> int:
    """Print the table; the exit status says whether anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the form of the test suite")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--only", nargs="*", choices=sorted(LONG), help="kinds of faults")
    options = parser.parse_args()
    tries = SHORT if options.short else LONG
    if options.only:
        tries = {name: tries[name] for name in options.only}
    print(f"seed {options.seed}\n{aligned(HEAD)}")
    with tempfile.TemporaryDirectory(prefix="autoal-faults-") as base:
        tallies = run_all(Path(base), options.seed, tries, 1.0 if options.short else 60.0)
    kills = sum(tally.tries for tally in tallies if tally.kind.startswith("killed"))
    print(f"{kills} kills; {sum(tally.lost for tally in tallies)} answers lost")
    whole = all(tally.lost == 0 and tally.reopened == tally.tries for tally in tallies)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
