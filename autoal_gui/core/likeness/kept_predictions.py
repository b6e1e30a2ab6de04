"""What a round makes of the whole pool, as kept files beside the map.

Of every image without a label what the model makes of it, and of every answer how much of the pool
it stands for. The project file keeps the first of a ranking only; these may be missing.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.mapped_arrays import map_array

KIND = np.dtype([("image", "<i8"), ("class", "<i4"), ("certainty", "<f4")])
PREFIX = "predictions-"
WEIGHT = np.dtype([("image", "<i8"), ("weight", "<f8")])
WEIGHTS = "weights-"


def keep_predictions(
    folder: Path,
    round_number: int,
    image_ids: npt.NDArray[np.int64],
    probabilities: npt.NDArray[np.float32],
) -> None:
    """Keep the likeliest class of images, and how likely it is, in place of those of other rounds.

    Args:
        folder: of kept files.
        round_number: whose model said so.
        image_ids: (n,).
        probabilities: (n, C), with n and C at least 1.

    Raises:
        OSError: the folder cannot be written.
    """
    rows = np.empty(len(image_ids), KIND)
    rows["image"], rows["class"] = image_ids, probabilities.argmax(1)
    rows["certainty"] = probabilities.max(1)
    _keep(folder, PREFIX, round_number, rows)


def keep_weights(
    folder: Path,
    round_number: int,
    image_ids: npt.NDArray[np.int64],
    weights: Sequence[float],
) -> None:
    """Keep how much of the pool answers stand for, in place of those of other rounds.

    Args:
        folder: of kept files.
        round_number: that measured its model by them.
        image_ids: (m,).
        weights: (m,) positive.

    Raises:
        OSError: the folder cannot be written.
    """
    rows = np.empty(len(image_ids), WEIGHT)
    rows["image"], rows["weight"] = image_ids, weights
    _keep(folder, WEIGHTS, round_number, rows)


def _keep(folder: Path, prefix: str, round_number: int, rows: npt.NDArray[np.void]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = _file(folder, prefix, round_number)
    with replacing(target) as beside, beside.open("wb") as stream:
        np.lib.format.write_array(stream, rows, version=(1, 0))
    for other in folder.glob(f"{prefix}*.npy"):
        if other != target:
            with contextlib.suppress(OSError):
                other.unlink()


def read_predictions(folder: Path, round_number: int, classes: int) -> npt.NDArray[np.void] | None:
    """Return rows of `KIND` as a round left them; None where they are not there or damaged."""
    found = map_array(_file(folder, PREFIX, round_number), "r")
    if found is None or found.dtype != KIND or found.ndim != 1:
        return None
    named = (found["class"] >= 0) & (found["class"] < classes)
    known = np.isfinite(found["certainty"])
    return np.array(found) if bool((named & known).all()) else None


class LastPredictions:
    """What the last round makes of single images: its file is read once, not at every answer."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet.

        Args:
            folder: of kept files.
        """
        self._folder = folder
        self._read: tuple[int, npt.NDArray[np.void]] | None = None

    def of(self, image_id: int, round_number: int, classes: int) -> tuple[int, float] | None:
        """Return the likeliest class of an image, and how likely it is; None where not known.

        A look takes 0.1 ms among 100,000 images.
        """
        if self._read is None or self._read[0] != round_number:
            rows = read_predictions(self._folder, round_number, classes)
            if rows is None:
                return None
            self._read = round_number, rows
        rows = self._read[1]
        for place in np.flatnonzero(rows["image"] == image_id)[:1]:
            return int(rows["class"][place]), float(rows["certainty"][place])
        return None


def read_weights(folder: Path, round_number: int) -> dict[int, float] | None:
    """Return how much of the pool each answer stands for; None where that is missing or damaged."""
    found = map_array(_file(folder, WEIGHTS, round_number), "r")
    if found is None or found.dtype != WEIGHT or found.ndim != 1:
        return None
    weights = np.array(found["weight"])
    if not bool((np.isfinite(weights) & (weights > 0)).all()):
        return None
    return dict(zip(found["image"].tolist(), weights.tolist(), strict=True))


def _file(folder: Path, prefix: str, round_number: int) -> Path:
    return folder / f"{prefix}{round_number}.npy"
