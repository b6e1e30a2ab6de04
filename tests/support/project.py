"""What the project's tests share: real images on disk, projects over them, results of rounds."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import RoundFinished, RunRound
from autoal_gui.core.project.plan import ProjectPlan, make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.queries import Query
from autoal_gui.core.sentences import Sentence
from autoal_gui.core.settings import PRESETS, RunSettings
from autoal_gui.sources.opening import list_images, open_images

SETTINGS = PRESETS["cpu"].but(batch_size=4, input_size=16, device="cpu", precision="fp32")
NOBODY = 65534


def no_progress(done: int, total: int) -> None:
    """Take no notice."""


def draw_images(folder: Path, per_class: int, classes=("normal", "abnormal"), loose: int = 0):
    """Write small PNG files that differ, a folder a class; `loose` more without a label."""
    rng = np.random.default_rng(0)
    places = [f"{name}/{n:03d}.png" for name in classes for n in range(per_class)]
    for key in (*places, *(f"{n:03d}.png" for n in range(loose))):
        file = folder / key
        file.parent.mkdir(parents=True, exist_ok=True)
        bright = 60 if file.parent.name == classes[0] else 0
        values = rng.integers(bright, 160 + bright, (16, 20), dtype=np.uint8)
        Image.fromarray(values).save(file)
    return folder


def folder_spec(folder: Path) -> SourceSpec:
    return SourceSpec("folder", str(folder), (("labels", "classes"),))


def plan_for(spec: SourceSpec, classes: tuple[str, ...], **choices) -> ProjectPlan:
    choices = {"name": "Study", "settings": SETTINGS, "label_use": "ignore", **choices}
    return ProjectPlan(spec=spec, classes=classes, **choices)


def create(folder: Path, spec: SourceSpec, annotator: str = "reader", **choices) -> Project:
    """Make a project over any source, listing it as the program does."""
    listing = list_images(spec, make_folders(folder), no_progress)
    classes = choices.pop("classes", listing.classes)
    return Project.create(
        folder, plan_for(spec, classes, **choices), listing, open_images, annotator
    )


def new_project(base: Path, per_class: int = 6, loose: int = 0, **choices) -> Project:
    """Make a project in `base`/project over PNG files in `base`/images."""
    images = draw_images(base / "images", per_class, loose=loose)
    choices = {"evaluation_images": 0, **choices}
    return create(base / "project", folder_spec(images), **choices)


def reopened(project: Project) -> Project:
    project.close()
    return Project.open(project.folder, open_images)


def round_command(project: Project, number: int) -> RunRound:
    """Return what the window asks of the engine for a round that `begin_round` has numbered."""
    return RunRound(
        request_id=number,
        round_number=number,
        pool=project.pool,
        classes=project.classes.names,
        labelled=project.labels.training(),
        unlabelled=project.labels.unanswered(),
        evaluation=project.labels.evaluation(),
        settings=project.settings.run,
        workspace=str(project.workspace),
        checkpoint=str(project.models_folder / f"round-{number:04d}.pt"),
    )


def result_of(project: Project, number: int, checkpoint: str = "", **values) -> RoundFinished:
    """Return what a round over the project's unanswered images might bring."""
    ids = np.array(project.labels.unanswered(), dtype=np.int64)
    rng = np.random.default_rng(number)
    rng.shuffle(ids)
    shares = rng.dirichlet(np.ones(len(project.classes.names)), len(ids)).astype(np.float32)
    queries = tuple(
        Query(int(i), 1.5 - n, (("entropy", 1.0, 0.25), ("margin", 0.5, 0.75)), 0.125 * n)
        for n, i in enumerate(ids[: project.settings.run.batch_size])
    )
    fields = {
        "request_id": 1,
        "round_number": number,
        "mode": "paper",
        "ranking": ids,
        "probabilities": shares,
        "queries": queries,
        "weights": (("entropy", 0.5), ("margin", 0.5)),
        "plain_weights": (("entropy", 0.25), ("margin", 0.75)),
        "metrics": Metrics(((3, 1), (0, 2))),
        "audit": Metrics(((1, 0), (1, 2))),
        "checkpoint": checkpoint,
        "checkpoint_sha256": "0" * 64 if checkpoint else "",
        "labels": len(project.labels.training()),
        "seconds": (("task model", 1.25), ("FitNet", 0.5)),
        "device": "cpu, fp32",
        "notices": ("One image cannot be read.",),
        "reason": (Sentence("Auto spreads the batch."),),
    }
    return RoundFinished(**{**fields, **values})


def copied(file: Path, target: Path) -> Path:
    """Copy a file from another process: closing it in this one would drop SQLite's lock."""
    code = "import shutil, sys; shutil.copyfile(*sys.argv[1:])"
    subprocess.run([sys.executable, "-c", code, file, target], check=True, timeout=60)
    return target


def file_of(project: Project) -> Path:
    return project.folder / FILE_NAME


needs_permissions = pytest.mark.skipif(sys.platform == "win32", reason="Windows has others")


def everything_in(place: Path) -> list[Path]:
    return [place, *place.rglob("*")]


@contextmanager
def as_ordinary_user(*paths: Path):
    """Take away root's right to write anywhere; the paths are then the user's own."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    for path in paths:
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def settings_with(**changes) -> RunSettings:
    return SETTINGS.but(**changes)
