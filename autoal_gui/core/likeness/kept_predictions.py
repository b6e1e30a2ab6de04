"""What the last model makes of every image without a label, as a kept file beside the map.

The project file keeps the first of a ranking only; this one may be missing and is then not shown.
"""

import contextlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.mapped_arrays import map_array

KIND = np.dtype([("image", "<i8"), ("class", "<i4"), ("certainty", "<f4")])
PREFIX = "predictions-"


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
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(_file(folder, round_number)) as beside, beside.open("wb") as stream:
        np.lib.format.write_array(stream, rows, version=(1, 0))
    for other in folder.glob(f"{PREFIX}*.npy"):
        if other != _file(folder, round_number):
            with contextlib.suppress(OSError):
                other.unlink()


def read_predictions(folder: Path, round_number: int, classes: int) -> npt.NDArray[np.void] | None:
    """Return rows of `KIND` as a round left them; None where they are not there or damaged."""
    found = map_array(_file(folder, round_number), "r")
    if found is None or found.dtype != KIND or found.ndim != 1:
        return None
    named = (found["class"] >= 0) & (found["class"] < classes)
    known = np.isfinite(found["certainty"])
    return np.array(found) if bool((named & known).all()) else None


def _file(folder: Path, round_number: int) -> Path:
    return folder / f"{PREFIX}{round_number}.npy"
