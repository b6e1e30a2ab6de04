"""Labelled images as a MedMNIST-style .npz file, which this program opens again as a set.

`train_images` (n, S, S) or (n, S, S, 3) uint8 and `train_labels` (n, 1) uint8 are the labelled
images of the pool; `test_images` and `test_labels` those of the evaluation set; `val_*` are there
and empty, since readers of the layout ask for them. Class k is the k-th class of the project;
`class_names` has the names. 16-bit images are stretched to 8 bits as the networks see them; a set
with any colour image is a colour set. The layout knows one size: images of other sizes are scaled
by choice, or refused.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import ProgressCallback, Split
from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.export_snapshot import NO_CHOICES, Choices, Snapshot, no_progress
from autoal_gui.core.system.files import replacing
from autoal_gui.exporters.images import images_text, scaled

NAME = "npz"
LABEL = mark("MedMNIST file (.npz)")
ABOUT = mark("All labelled images and their labels in one file, as the MedMNIST sets are.")
SUFFIX = ".npz"
KIND = "labels"
ORDER = 16
OPTIONS = ("side",)

MOST_BYTES = 2**31  # of images in memory
Image = npt.NDArray[np.uint8]
PARTS: tuple[tuple[str, Split | None], ...] = (
    ("train", "pool"),
    ("val", None),
    ("test", "evaluation"),
)


def write(
    target: Path,
    labels: Snapshot,
    choices: Choices = NO_CHOICES,
    progress: ProgressCallback = no_progress,
) -> str:
    """Write the file; see `autoal_gui.exporters.contract`.

    Raises:
        ProjectError: there is no label, the sizes differ, it is too large, or cannot be written.
    """
    images = _read(labels, choices.side, progress)
    if not any(labels.pool.images[i].split == "pool" for i in images):
        raise ProjectError(tr("There is no labelled image to write yet."))
    arrays = _arrays(labels, images)
    try:
        with replacing(target) as partial, partial.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        raise ProjectError(tr("The labels could not be written there.")) from error
    return images_text(len(images), len(labels.handed_over))


def _read(labels: Snapshot, side: int, progress: ProgressCallback) -> dict[int, Image]:
    """Return the labelled images, all of one size."""
    found: dict[int, Image] = {}
    size = 0
    for done, (image_id, _) in enumerate(labels.handed_over):
        progress(done, len(labels.handed_over))
        pixels = labels.read_in_8_bits(image_id)
        if pixels is None:
            continue
        found[image_id] = scaled(pixels, side).astype(np.uint8)
        size += found[image_id].nbytes
        if size > MOST_BYTES:
            raise ProjectError(
                tr("These images are too many for one file; choose a size for them.")
            )
    if len({image.shape[:2] for image in found.values()}) > 1:
        raise ProjectError(
            tr("The images differ in size, and this file has one size; choose one for all of them.")
        )
    return found


def _arrays(labels: Snapshot, images: dict[int, Image]) -> dict[str, npt.NDArray[np.generic]]:
    colour = any(image.ndim == 3 for image in images.values())
    some = next(iter(images.values()))
    shape = (*some.shape[:2], 3) if colour else some.shape[:2]
    kind = np.uint8 if len(labels.classes) <= 256 else np.int64
    known = dict(labels.handed_over)
    arrays: dict[str, npt.NDArray[np.generic]] = {"class_names": np.array(labels.classes)}
    for name, split in PARTS:
        ids = [i for i in images if labels.pool.images[i].split == split]
        pictures = [_in_colour(images[i]) if colour else images[i] for i in ids]
        arrays[f"{name}_images"] = (
            np.stack(pictures) if pictures else np.zeros((0, *shape), np.uint8)
        )
        arrays[f"{name}_labels"] = np.array([known[i] for i in ids], kind).reshape(-1, 1)
        if labels.confirmed and split == "pool":
            arrays[f"{name}_in_bulk"] = np.array([labels.is_in_bulk(i) for i in ids], np.bool_)
    return arrays


def _in_colour(image: Image) -> Image:
    return np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image
