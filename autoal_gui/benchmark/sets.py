"""The sets of images that are measured: the one that was named, and some written for it."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.images.pool import ImagePool, longest_side
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.plan import ProjectPlan, make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.replay import ReplaySet
from autoal_gui.sources.opening import list_images, open_images, spec_of

BRIGHTEST = 63  # by which the last class lies above the first; with the clouds it makes 254
EVALUATION = 200  # images of the test split: measuring the model costs the same in every set
CHUNK = 2048  # images drawn at a time
Bytes = npt.NDArray[np.uint8]


def write_set(file: Path, images: int, side: int, classes: int = 2) -> None:
    """Write an .npz file of the MedMNIST layout with images that are all different.

    Each image is a window on one large plane of smooth clouds, the brighter the higher its class:
    drawn at the speed of a copy, and no easier to tell apart than real ones.

    Args:
        file: where to write it, uncompressed.
        images: in the pool; the test split has `EVALUATION` more.
        side: pixels a side of each image.
        classes: two or more, of as many images each.
    """
    total = images + EVALUATION
    plane, places = _clouds(side, total), np.random.default_rng(1).permutation(total)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for split, own in (("train", places[:images]), ("test", places[images:])):
            labels = (np.arange(len(own)) % classes).astype(np.uint8)
            _write(archive, f"{split}_labels", (len(own), 1), iter([labels[:, None]]))
            chunks = _windows(plane, own, labels * np.uint8(BRIGHTEST // (classes - 1)), side)
            _write(archive, f"{split}_images", (len(own), side, side), chunks)


def _clouds(side: int, windows: int) -> Bytes:
    """Return a square plane, smooth over a few pixels, with a place for each window."""
    width = side + int(np.ceil(np.sqrt(windows)))
    coarse = np.random.default_rng(0).integers(0, 192, (width // 4 + 1,) * 2, dtype=np.uint8)
    return coarse.repeat(4, 0).repeat(4, 1)[:width, :width]


def _windows(
    plane: Bytes, places: npt.NDArray[np.int64], brighter: Bytes, side: int
) -> Iterator[Bytes]:
    """Yield (chunk, side, side) windows, each brighter by so much; place 0 is the upper left."""
    views = np.lib.stride_tricks.sliding_window_view(plane, (side, side))
    down, across = np.divmod(places, views.shape[1])
    for start in range(0, len(places), CHUNK):
        part = slice(start, start + CHUNK)
        yield views[down[part], across[part]] + brighter[part, None, None]


def _write(
    archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], chunks: Iterator[Bytes]
) -> None:
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
        np.lib.format.write_array_header_1_0(file, header)
        for chunk in chunks:
            file.write(chunk.tobytes())


def replay_set(data: str, folder: Path, seed: int) -> ReplaySet:
    """List a set as the command line names it; what its source copies goes into `folder`."""
    spec = spec_of(data)
    listing = list_images(spec, folder, lambda done, total: None)
    return ReplaySet.of(listing, open_images(spec, folder), seed)


def make_project(
    folder: Path, spec: SourceSpec, settings: Callable[[int], RunSettings], labels: int
) -> None:
    """Write a project whose first images have their true answers.

    Args:
        folder: of the project.
        spec: a set with known labels.
        settings: gives the settings for images of so many pixels a side.
        labels: how many images are answered.
    """
    workspace = make_folders(folder)
    listing = list_images(spec, workspace, lambda done, total: None)
    side = longest_side(ImagePool.of_listing(listing, open_images(spec, workspace)))
    plan = ProjectPlan("benchmark", spec, listing.classes, settings(side).in_mode("paper"))
    project = Project.create(folder, plan, listing, open_images)
    try:
        project.settings.repeat_every = 0  # each key then brings a new image
        truth = project.labels.hidden_truth()
        for image_id in project.batches.ranking[:labels]:
            truth.ask([image_id])
            project.labels.answer(image_id, "label", truth.label(image_id))
    finally:
        project.close()
