"""What a model makes of images, as CSV: of the command line and of the window."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import tr
from autoal_gui.core.measures.operating.decision import Threshold, decided
from autoal_gui.core.sets.tables.cells import plain
from autoal_gui.core.system.files import replacing
from autoal_gui.exporters.csv_labels import ENCODING


def save_predictions(
    target: Path,
    listing: Listing,
    classes: Sequence[str],
    image_ids: Sequence[int],
    probabilities: npt.NDArray[np.float32],
    threshold: Threshold | None = None,
) -> None:
    """Write a file of predictions; see `write_predictions`.

    Raises:
        ProjectError: it cannot be written; a file that was there is left as it was.
    """
    try:
        with (
            replacing(target) as partial,
            partial.open("w", newline="", encoding=ENCODING) as file,
        ):
            write_predictions(file, listing, classes, image_ids, probabilities, threshold)
    except OSError as error:
        raise ProjectError(tr("The predictions could not be written there.")) from error


def write_predictions(
    file: IO[str],
    listing: Listing,
    classes: Sequence[str],
    image_ids: Sequence[int],
    probabilities: npt.NDArray[np.float32],
    threshold: Threshold | None = None,
) -> None:
    """Write a row an image: name, split, known label if any, predicted class, probabilities.

    Args:
        file: opened for text, without translation of line ends.
        listing: its images have the ids 1, 2, ...
        classes: of the model.
        image_ids: n images.
        probabilities: (n, C).
        threshold: which class an image is given, see `decided`.
    """
    writer = csv.writer(file)
    writer.writerow(("image", "split", "label", "predicted", *(plain(f"p({c})") for c in classes)))
    names = [plain(name) for name in classes]
    given = decided(probabilities, threshold).tolist()
    for image_id, row, index in zip(image_ids, probabilities, given, strict=True):
        image = listing.images[image_id - 1]
        label = "" if image.label is None else plain(listing.classes[image.label])
        shares = (f"{p:.6f}" for p in row.tolist())
        writer.writerow((plain(image.key), image.split, label, names[index], *shares))
