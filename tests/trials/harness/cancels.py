"""Cancelling at every progress step of whatever takes long."""

import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autoal_gui.core.errors import AutoALError, Cancelled
from autoal_gui.core.messages import Predict, RoundFinished, WarmStart, WarmStarted
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import list_images, open_images
from tests.support import project as project_support
from tests.trials.harness.children import line_of

SETTINGS = project_support.SETTINGS.but(
    task_steps=3, fit_steps=2, search_steps=2, cycles=1, train_batch=4, stochastic_passes=2,
    warm_epochs=1, warm_batch=16, mode="paper",
)  # fmt: skip


@dataclass
class Asking:
    """Says once that the user has cancelled: at the `at`-th time that it is asked."""

    at: int
    asked: int = field(default=0)

    def __call__(self, *_: object) -> bool:
        self.asked += 1
        return self.asked > self.at

    def progress(self, done: int, total: int) -> None:
        if self():
            raise Cancelled("The work was cancelled.")


Run = Callable[[Project, Asking], bool]
"""Does the work; says whether it came to its end."""


def cancels(
    base: Path, draw: random.Random, tries: int, bench_of: type
) -> Iterable[tuple[object, Callable]]:
    """Return each kind of work with what tries it."""
    kinds: dict[str, Run] = {
        "a round": run_round,
        "a warm start": run_warm_start,
        "an import": run_import,
        "an export": run_export,
        "a prediction": run_prediction,
    }
    for name, run in kinds.items():
        place = base / run.__name__
        bench = bench_of.new(place, draw, f"cancelled at each step of {name}", settings=SETTINGS)
        if run is run_prediction:
            prepare(bench)
        yield bench, lambda bench, run=run: at_every_step(bench, run, tries)


def prepare(bench: object) -> None:
    """Train the model that predicts."""
    project = Project.open(bench.folder, open_images)
    assert run_round(project, Asking(10**9))
    project.close()


def at_every_step(bench: object, run: Run, tries: int) -> object:
    """Cancel a work at its first step, at its second and so on, at most so many times."""
    project = Project.open(bench.folder, open_images)
    counting = Asking(10**9)
    assert run(project, counting)
    project.close()
    steps = range(counting.asked)
    if len(steps) > tries:
        steps = sorted(bench.draw.sample(steps, tries))
    for step in steps:
        with bench.tally.trying():
            at_step(bench, run, step)
    return bench.tally


def at_step(bench: object, run: Run, step: int) -> None:
    project = Project.open(bench.folder, open_images)
    models = sorted(path.name for path in project.models_folder.iterdir())
    ended = run(project, Asking(step))  # progress goes by the clock: there may be fewer steps
    assert not (ended and step == 0), "it cannot be cancelled"
    entry = project.labels.answer(bench.draw.choice(tuple(project.pool.images)), "unsure")
    left = {path.name for path in project.models_folder.iterdir()} - set(models)
    assert not [name for name in left if ".part" in name], left
    project.close()
    bench.check([line_of(entry)])


def run_round(project: Project, asking: Asking) -> bool:
    number = project.rounds.begin()
    result = last_of(project_support.round_command(project, number), asking)
    if isinstance(result, RoundFinished):
        project.rounds.finish(result)
        return True
    project.rounds.end(number, "cancelled", "The work was cancelled.")
    return False


def run_warm_start(project: Project, asking: Asking) -> bool:
    for file in (*project.models_folder.glob("warm*"), *project.workspace.glob("features*")):
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    settings = project.settings.run.in_mode("auto")
    command = WarmStart(
        request_id=1,
        pool=project.pool,
        classes=project.classes.names,
        settings=settings,
        workspace=str(project.workspace),
        checkpoint=str(project.warm_start.file),
    )
    result = last_of(command, asking)
    return isinstance(result, WarmStarted) and result.complete


def last_of(command: object, asking: Asking) -> object:
    from autoal_gui.learning.backend import TorchBackend

    try:
        return list(TorchBackend(threads=1).run(command, asking))[-1]
    except Cancelled:
        return None


def run_import(project: Project, asking: Asking) -> bool:
    try:
        list_images(project.settings.spec, project.workspace, asking.progress)
    except Cancelled:
        return False
    return True


def run_export(project: Project, asking: Asking) -> bool:
    """An export has no steps of its own: it is cancelled before it starts, or it is whole."""
    from autoal_gui.core.project.export_snapshot import Snapshot
    from autoal_gui.exporters import csv_labels

    if asking():
        return False
    csv_labels.write(project.folder.parent / "labels.csv", Snapshot.of(project))
    return True


def run_prediction(project: Project, asking: Asking) -> bool:
    from autoal_gui.learning.inference.predict import Predictions, predict

    for file in project.workspace.iterdir():
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    ids, model = project.pool.ids("pool"), project.rounds.last_checkpoint()
    if model is None:
        raise AutoALError("There is no model.")
    try:
        command = Predict(0, project.pool, ids, str(model), str(project.workspace), "cpu")
        events = list(predict(command, asking))
    except Cancelled:
        return False
    return isinstance(events[-1], Predictions)
