"""What the tests of a session share: a small project, answers, and waiting for the engine."""

import contextlib
from pathlib import Path

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.sources.opening import list_images
from tests.support.gui import CLASSES

BATCH = 3
WARM = PRESETS["cpu"].in_mode("margin").but(batch_size=BATCH, before="")


def create(controller, tmp_path, images: Path, **changes) -> Path:
    spec = SourceSpec("folder", str(images), (("labels", "classes"),))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    plan = {
        "name": "cells",
        "spec": spec,
        "classes": listing.classes,
        "settings": PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH),
        "evaluation_images": 0,
        **changes,
    }
    place = tmp_path / "projects" / "cells"
    assert controller.create_project(place, ProjectPlan(**plan), listing)
    return place


def idle(qtbot, controller):
    qtbot.waitUntil(lambda: controller.at_rest)


def label(controller, images: int) -> None:
    """Answer so many images, both classes in turn, so that a model can be trained."""
    for number in range(images):
        controller.labelling.answer(number % len(CLASSES))


def finish(qtbot, controller, backend):
    """Let the warm start and what waits for it come to their end."""
    backend.gate.set()
    qtbot.waitUntil(lambda: not controller.training.is_warming)
    idle(qtbot, controller)


def kinds(backend) -> list[str]:
    return [type(command).__name__ for command in backend.commands]


@contextlib.contextmanager
def full_disk(controller):
    """Let nothing be written to the project any more."""
    controller.project._file.connection.execute("PRAGMA query_only=ON")
    yield
    controller.project._file.connection.execute("PRAGMA query_only=OFF")


def failures_of(controller) -> list[str]:
    """Return a list to which every sentence of a failure is added from now on."""
    failures: list[str] = []
    controller.failed.connect(lambda sentence, details: failures.append(sentence))
    return failures
