"""The program is killed while it works."""

import random
import shutil
import time
from pathlib import Path

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support import project as project_support
from tests.support.paths import FIXTURES
from tests.trials.faults.bench import Bench, Escaped, Lost, Tally, Trial
from tests.trials.harness.children import (
    Child,
    create,
    export,
    label,
    line_of,
    merge,
    migrate,
    train,
)

FIXTURE = FIXTURES / "project-1" / FILE_NAME


def kill_while_labelling(base: Path, draw: random.Random) -> Trial:
    bench = Bench.new(base, draw, "killed while labelling")

    def attempt() -> None:
        child = Child(label, bench.folder, draw.randrange(10**6))
        child.wait_for(draw.randrange(1, 30))
        time.sleep(draw.uniform(0, 0.01))
        bench.check(child.kill())

    return bench.tally, attempt


def kill_while_training(base: Path, draw: random.Random) -> Trial:
    from autoal_gui.core.system.foreign_files import sha256_of
    from autoal_gui.learning.model.checkpoint import load_model

    settings = project_support.SETTINGS.but(
        task_steps=3, fit_steps=2, search_steps=2, cycles=1, train_batch=4, stochastic_passes=2,
        mode="paper", warm_start=False,
    )  # fmt: skip
    bench = Bench.new(base, draw, "killed while training", settings=settings)

    def attempt() -> None:
        child = Child(train, bench.folder, draw.randrange(10**6))
        child.wait_for(draw.randrange(1, 40))
        time.sleep(draw.uniform(0, 0.3))
        bench.check(child.kill())
        project = Project.open(bench.folder, open_images)
        checkpoint, finished = project.rounds.last_checkpoint(), project.rounds.finished()
        project.close()
        # A round whose labels are all of one class puts the images in order and has no model.
        wanted = [record for record in finished if record.checkpoint][-1:]
        if wanted and checkpoint != project.models_folder / wanted[0].checkpoint:
            raise Lost(f"the model of round {wanted[0].number} is gone")
        if checkpoint is not None:
            load_model(checkpoint)
            if sha256_of(checkpoint) != wanted[0].checkpoint_sha256:
                raise Lost(f"{checkpoint.name} is not what was trained")

    return bench.tally, attempt


def kill_while_exporting(base: Path, draw: random.Random) -> Trial:
    bench = Bench.new(base, draw, "killed while exporting")
    target = base / "labels.csv"

    def attempt() -> None:
        child = Child(export, bench.folder, draw.randrange(10**6), target)
        child.wait_for(draw.randrange(1, 12))
        time.sleep(draw.uniform(0, 0.01))
        bench.check(child.kill())
        if target.exists() and len(target.read_text().splitlines()) < 2:
            raise Lost("a part of an export stands under its name")
        for part in base.glob("*.part*"):
            part.unlink()

    return bench.tally, attempt


def kill_while_importing(base: Path, draw: random.Random) -> Trial:
    tally = Tally("killed while importing")
    images = project_support.draw_images(base / "images", 10)
    folder = base / "project"
    started = time.monotonic()
    child = Child(create, folder, images)
    child.end()
    whole = time.monotonic() - started

    def attempt() -> None:
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
                raise Escaped(f"after a kill while importing: {error}") from error
            project = project_support.create(folder, project_support.folder_spec(images))
        tally.worst = max(tally.worst, time.monotonic() - started)
        if len(project.pool.images) != 20:
            raise Lost("images are missing")
        project.close()

    return tally, attempt


def kill_while_migrating(base: Path, draw: random.Random) -> Trial:
    tally = Tally("killed while migrating")
    folder = base / "project"

    def migrated(pause: float | None) -> list[str]:
        """Migrate, killed after so many seconds or not at all; return the journal that is left."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(FIXTURE, folder)
        child = Child(migrate, folder)
        child.wait_for(1)
        if pause is None:
            child.end()
        else:
            time.sleep(pause)
            child.kill()
        started = time.monotonic()
        project = Project.open(folder, open_images)
        tally.worst = max(tally.worst, time.monotonic() - started)
        lines = [line_of(entry) for entry in project.labels.entries()]
        holds = project.labels.first_broken_seal() is None
        project.close()
        if not holds:
            raise Lost("a migration that was cut short broke a seal")
        return lines

    started = time.monotonic()
    wanted = migrated(None)
    longest = 1.2 * (time.monotonic() - started)

    def attempt() -> None:
        if migrated(draw.uniform(0, longest)) != wanted:
            raise Lost("a migration that was cut short changed the journal")
        tally.acknowledged += len(wanted)

    return tally, attempt


def kill_while_merging(base: Path, draw: random.Random) -> Trial:
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

    def attempt() -> None:
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
            raise Lost("a part of another reader's answers came in")
        bench.check(lines[len(before) :])

    return bench.tally, attempt
