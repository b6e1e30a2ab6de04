"""Every exporter with something to write."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.registry import discover
from tests.support.project import new_project


def prepared(name: str, place: Path) -> tuple[ModuleType, Callable[[Path], object]]:
    """Return an exporter, and what writes by it a model or the labels of a small project.

    Args:
        name: of the exporter.
        place: an empty folder, for the project or the model.
    """
    module = discover("autoal_gui.exporters")[name]
    if module.KIND == "model":
        return module, _of_model(name, place)
    project = new_project(place)
    for image_id in project.pool.images:
        project.labels.answer(image_id, "label", image_id % 2)
    snapshot = Snapshot.of(project)
    return module, lambda target: module.write(target, snapshot)


def _of_model(name: str, place: Path) -> Callable[[Path], object]:
    from autoal_gui.learning.inference.export import export_model
    from autoal_gui.learning.model.checkpoint import save_checkpoint
    from tests.support.learning import CARD, classifier

    place.mkdir(parents=True, exist_ok=True)
    save_checkpoint(place / "model.pt", classifier().eval(), CARD)
    return lambda target: export_model(name, place / "model.pt", target)
