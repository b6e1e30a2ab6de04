"""Small sets, model outputs and a project for the self-test, all made on the spot."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.settings import RunSettings
from autoal_gui.sources.opening import list_images, open_images
from autoal_gui.strategies.contract import Labelled, ModelOutputs

SMALL = (("images", "12"), ("evaluation", "4"), ("size", "32"))
"""Options of the sets that the program draws itself."""

Gray = npt.NDArray[np.uint8]


def make_sample(kind: str, folder: Path) -> SourceSpec:
    """Return a small set of one kind of source, its files below `folder`.

    A kind without files of its own is taken to draw its images.
    """
    make = SAMPLES.get(kind)
    if make is None:
        return SourceSpec(kind, options=SMALL)
    place = folder / f"{kind} sample"
    place.mkdir()
    return make(place)


def draw(count: int = 8, side: int = 64) -> Gray:
    """Return (count, side, side) random grey images."""
    return np.random.default_rng(0).integers(0, 256, (count, side, side), dtype=np.uint8)


def _pictures(place: Path) -> SourceSpec:
    """One file of each format that a folder may hold."""
    from PIL import Image

    for image, suffix in zip(draw(), ("png", "jpg", "tif", "bmp", "webp"), strict=False):
        Image.fromarray(image).save(place / f"image.{suffix}")
    return SourceSpec("folder", str(place))


def _arrays(place: Path, name: str = "set") -> Path:
    images, labels = draw(), np.arange(8)[:, None] % 2
    file = place / f"{name}.npz"
    np.savez(
        file, train_images=images, train_labels=labels, test_images=255 - images[:4],
        test_labels=labels[:4],
    )  # fmt: skip
    return file


def _npz(place: Path) -> SourceSpec:
    return SourceSpec("npz", str(_arrays(place)))


def _medmnist(place: Path) -> SourceSpec:
    _arrays(place, "breastmnist")
    return SourceSpec("medmnist", "breastmnist", (("folder", str(place)),))


def _natural(place: Path) -> SourceSpec:
    """Photographs in the folders of TinyImageNet."""
    from PIL import Image

    (place / "wnids.txt").write_text("n00000001")
    (place / "words.txt").write_text("n00000001\tsample")
    files = {"train/n00000001/images": "a.JPEG", "val/images": "b.JPEG"}
    for (folder, name), image in zip(files.items(), draw(), strict=False):
        (place / folder).mkdir(parents=True)
        Image.fromarray(image).save(place / folder / name)
    (place / "val" / "val_annotations.txt").write_text("b.JPEG\tn00000001\t0\t0\t9\t9")
    return SourceSpec("natural", str(place), (("set", "tinyimagenet"),))


def _dicom(place: Path) -> SourceSpec:
    """Plain pixels, and one file of each compression that can be written here."""
    from pydicom import uid

    kinds = (
        None, uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEGLosslessSV1,
    )  # fmt: skip
    for number, (image, kind) in enumerate(zip(draw(), kinds, strict=False)):
        _write_dicom(place / f"{number}.dcm", image, kind)
    return SourceSpec("dicom", str(place))


def _write_dicom(file: Path, image: Gray, compression: str | None) -> None:
    from imagecodecs import jpeg8_encode
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.encaps import encapsulate
    from pydicom.uid import (
        ExplicitVRLittleEndian,
        JPEGLosslessSV1,
        SecondaryCaptureImageStorage,
        generate_uid,
    )

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    dataset.Rows, dataset.Columns = image.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = 0
    dataset.PixelData = image.tobytes()
    if compression == JPEGLosslessSV1:  # pydicom knows nobody who writes that
        dataset.PixelData = encapsulate([bytes(jpeg8_encode(image, lossless=True))])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    elif compression is not None:
        dataset.compress(compression)
    dataset.save_as(file, enforce_file_format=True)


SAMPLES: dict[str, Callable[[Path], SourceSpec]] = {
    "dicom": _dicom,
    "folder": _pictures,
    "medmnist": _medmnist,
    "natural": _natural,
    "npz": _npz,
}


def make_evidence(n: int = 24, labelled: int = 12, classes: int = 3) -> ModelOutputs:
    """Return what a model might say of `n` images, and of labelled ones with a label of each."""
    rng = np.random.default_rng(0)

    def shares(*shape: int) -> npt.NDArray[np.float32]:
        return rng.dirichlet(np.ones(classes), shape).astype(np.float32)

    known = Labelled(
        np.arange(1000, 1000 + labelled),
        rng.normal(size=(labelled, 8)).astype(np.float32),
        shares(labelled),
        np.arange(labelled) % classes,
    )
    features = rng.normal(size=(n, 8)).astype(np.float32)
    return ModelOutputs(np.arange(1, n + 1), features, shares(n), shares(4, n), 4, labelled=known)


def make_project(folder: Path) -> Path:
    """Return a project of drawn images of which six are labelled; made at the first call."""
    place = folder / "labelled project"
    if not (place / FILE_NAME).is_file():
        spec = SourceSpec("demo", options=SMALL)
        listing = list_images(spec, folder, lambda done, total: None)
        plan = ProjectPlan("self-test", spec, listing.classes, RunSettings())
        project = Project.create(place, plan, listing, open_images)
        for number, image_id in enumerate(project.batches.ranking[:6]):
            project.labels.answer(image_id, "label", number % 2)
        project.close()
    return place
