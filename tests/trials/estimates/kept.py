"""Features of a labelled set, as the program computes them, kept in a file of their own."""

import tempfile
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.pool import ImagePool, longest_side
from autoal_gui.core.images.source import Listing
from autoal_gui.core.messages import RunRound
from autoal_gui.core.settings import PRESETS, fitted_to
from autoal_gui.learning.progress import ProgressTracker
from autoal_gui.sources.opening import list_images, open_images, spec_of

DIMENSIONS = 64  # principal components: a set's order by nearness and by heads is in these
MOST = 1500  # images of a set that take part

Result = TypeVar("Result")


@dataclass(frozen=True)
class KeptSet:
    """A set of known labels as a frozen network sees it."""

    name: str
    features: npt.NDArray[np.float32] = field(repr=False)
    """(n, d) unit vectors."""
    labels: npt.NDArray[np.int64] = field(repr=False)
    """(n,) class indices."""
    units: npt.NDArray[np.int64] | None = field(repr=False)
    """(n,) what stays together; None where each image stands alone."""
    classes: int


def kept_set(data: str, backbone: str, folder: Path) -> KeptSet:
    """Return a set, computing its features unless the folder has them."""
    name = Path(data).stem or data
    path = folder / f"{name}-{backbone}.npz"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, **_computed(data, backbone))
    with np.load(path, allow_pickle=False) as found:
        arrays = {key: found[key] for key in found.files}
    return _reduced(name, **arrays)


def _reduced(name: str, features: Any, labels: Any, units: Any, classes: Any) -> KeptSet:
    if len(labels) > MOST:
        kept = np.sort(np.random.default_rng(0).choice(len(labels), MOST, replace=False))
        features, labels, units = features[kept], labels[kept], units[kept]
    centred = features.astype(np.float32) - features.astype(np.float32).mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    points = (left * sizes)[:, :DIMENSIONS]
    points /= np.linalg.norm(points, axis=1, keepdims=True).clip(1e-6)
    alone = len(np.unique(units)) == len(units)
    return KeptSet(name, points, labels, None if alone else units, int(classes))


def _computed(data: str, backbone: str) -> dict[str, Any]:
    from autoal_gui.learning.data.context import units_in
    from autoal_gui.learning.data.image_decoding import decode_images
    from autoal_gui.learning.training.task_model import cold_task

    with tempfile.TemporaryDirectory() as place:
        spec = spec_of(data, ())
        listing = list_images(spec, Path(place), lambda done, total: None)
        known = tuple(image for image in listing.images if image.label is not None)
        reader = open_images(spec, Path(place))
        kept = Listing(listing.classes, known)
        ids = range(1, len(known) + 1)
        pool = ImagePool.of_listing(kept, reader, dict.fromkeys(ids, "pool"))
        settings = fitted_to(PRESETS["cpu"].but(backbone=backbone), longest_side(pool))
        command = RunRound(
            1, 1, pool, listing.classes, (), tuple(ids), (), settings, place, f"{place}/model.pt"
        )
        tracker = ProgressTracker(1, lambda: False, "", 0.0)
        context, readable = _last(decode_images(command, tracker, 1.0))
        task = _last(cold_task(context, command, readable))
        seen = _last(task.infer(readable, 1, "scoring"))
        units = units_in(pool, readable)
        return {
            "features": seen.features.astype(np.float16),
            "labels": np.array([known[i - 1].label for i in readable]),
            "units": np.arange(len(readable)) if units is None else units,
            "classes": np.array(len(listing.classes)),
        }


def _last(steps: Generator[Any, None, Result]) -> Result:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Result = end.value
            return found
