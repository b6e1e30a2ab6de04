"""Labelled images as a MedMNIST-style .npz file, which this program opens again as a set.

`train_images` (n, S, S) or (n, S, S, 3) uint8 and `train_labels` (n, 1) uint8 are the labelled
images of the pool; `test_images` and `test_labels` those of the evaluation set; `val_*` are there
and empty, since readers of the layout ask for them. Class k is the k-th class of the project;
`class_names` has the names. 16-bit images are stretched to 8 bits as the networks see them; a set
with any colour image is a colour set. The layout knows one size: images of other sizes are scaled
by choice, or refused. Volumes are written whole, (n, D, S, S), not as the mosaics that stand for
them here; with an axis more, (n, D, S, S, 1), where their sides could be taken for colours.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import ImageUnreadable, ProjectError
from autoal_gui.core.images.pixels import to_uint8
from autoal_gui.core.images.source import ProgressCallback, Split
from autoal_gui.core.images.volumes import FEWEST
from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.export_snapshot import NO_CHOICES, Choices, Snapshot, no_progress
from autoal_gui.core.system.files import replacing
from autoal_gui.exporters.images import images_text, scaled

NAME = "npz"
LABEL = mark("MedMNIST file (.npz)")
ABOUT = mark(
    "All labelled images and their labels in one file, as the MedMNIST sets are; volumes whole."
)
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
        pixels = _pixels(labels, image_id, side)
        if pixels is None:
            continue
        found[image_id] = pixels
        size += found[image_id].nbytes
        if size > MOST_BYTES:
            raise ProjectError(
                tr("These images are too many for one file; choose a size for them.")
            )
    _check_sizes([image.shape[:-1] for image in found.values()])
    return found


def _pixels(labels: Snapshot, image_id: int, side: int) -> Image | None:
    """Return an image as (H, W, C), a whole volume as (D, H, W, C); None where it is unreadable."""
    try:
        volume = labels.pool.volume(image_id)
    except ImageUnreadable:
        return None
    if volume is not None:
        slices = np.stack([_scaled(one, side) for one in to_uint8(volume)])
        return slices[..., np.newaxis] if slices.ndim == 3 else slices
    pixels = labels.read_in_8_bits(image_id)
    if pixels is None:
        return None
    image = _scaled(pixels, side)
    return image[..., np.newaxis] if image.ndim == 2 else image


def _scaled(pixels: Image, side: int) -> Image:
    return scaled(pixels, side).astype(np.uint8)


def _check_sizes(sizes: Sequence[tuple[int, ...]]) -> None:
    """Refuse images that do not fit into one array.

    Raises:
        ProjectError: they differ in size, volumes perhaps in their number of slices.
    """
    if len({size[-2:] for size in sizes}) > 1:
        raise ProjectError(
            tr("The images differ in size, and this file has one size; choose one for all of them.")
        )
    if len(set(sizes)) > 1:
        raise ProjectError(tr("The volumes differ in their number of slices; this file has one."))


def _arrays(labels: Snapshot, images: dict[int, Image]) -> dict[str, npt.NDArray[np.generic]]:
    channels = max(image.shape[-1] for image in images.values())
    some = next(iter(images.values()))
    nothing = np.zeros((0, *some.shape[:-1], channels), np.uint8)
    kind = np.uint8 if len(labels.classes) <= 256 else np.int64
    known = dict(labels.handed_over)
    arrays: dict[str, npt.NDArray[np.generic]] = {"class_names": np.array(labels.classes)}
    for name, split in PARTS:
        ids = [i for i in images if labels.pool.images[i].split == split]
        pictures = [np.repeat(images[i], channels // images[i].shape[-1], axis=-1) for i in ids]
        arrays[f"{name}_images"] = _in_layout(np.stack(pictures) if pictures else nothing)
        arrays[f"{name}_labels"] = np.array([known[i] for i in ids], kind).reshape(-1, 1)
        if labels.confirmed and split == "pool":
            arrays[f"{name}_in_bulk"] = np.array([labels.is_in_bulk(i) for i in ids], np.bool_)
    return arrays


def _in_layout(stack: Image) -> Image:
    """Return images without the axis of an only channel, where it is not needed to tell volumes."""
    may_be_colours = stack.ndim == 5 and min(stack.shape[1], stack.shape[3]) < FEWEST
    return stack if stack.shape[-1] > 1 or may_be_colours else stack[..., 0]
