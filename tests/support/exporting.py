"""Every exporter with something to write."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.registry import discover
from tests.support.project import new_project


def prepared(name: str, place: Path) -> tuple[ModuleType, Callable[[Path], object]]:
    """Return an exporter, and what writes by it a model or the labels of a small project.

    Args:
        name: of the exporter.
        place: a folder for the project or the model, made once. So is what takes long to make of
            the model: the exporter is changed for the rest of the process.
    """
    module = discover("autoal_gui.exporters")[name]
    if module.KIND == "model":
        checkpoint = _model(place)
        if hasattr(module, "file_content"):
            module.file_content = _once(module.file_content)
        return module, lambda target: _export(name, checkpoint, target)
    snapshot = _labels(place)
    return module, lambda target: module.write(target, snapshot)


@cache
def _labels(place: Path) -> Snapshot:
    project = new_project(place)
    for image_id in project.pool.images:
        project.labels.answer(image_id, "label", image_id % 2)
    return Snapshot.of(project)


@cache
def _model(place: Path) -> Path:
    from autoal_gui.learning.model.checkpoint import save_checkpoint
    from tests.support.learning import CARD, classifier

    place.mkdir(parents=True, exist_ok=True)
    save_checkpoint(place / "model.pt", classifier().eval(), CARD)
    return place / "model.pt"


def _export(name: str, checkpoint: Path, target: Path) -> None:
    from autoal_gui.learning.inference.export import export_model

    export_model(name, checkpoint, target)


def _once(make: Callable[..., bytes]) -> Callable[..., bytes]:
    """Return a function that makes something once, however often it is called."""
    made: list[bytes] = []

    def give(*given: object) -> bytes:
        made.extend([make(*given)] if not made else [])
        return made[0]

    return give
