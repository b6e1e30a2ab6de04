"""An .npz file of the MedMNIST layout (Yang et al. 2023), with any number of images.

Arrays: `train_images` (n, H, W) or (n, H, W, 3), of volumes (n, D, H, W), uint8 or uint16, and
`train_labels` (n, 1) or (n,), integers; the same for `val` and `test`. `train` is the pool and
`test` the evaluation set; `val` takes its place where there is no test and is left out otherwise.
A file with `images` and perhaps `labels` alone is a pool. A volume is read as a mosaic of its
slices, see `core/images/volumes.py`.

An array of images is copied once, uncompressed, into the workspace and memory-mapped there.
Option: `flag`, a MedMNIST name that the classes are called after, if the file is not named so.
"""

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import OutOfMemory, SourceError
from autoal_gui.core.images.source import (
    ImageReader,
    ListedImage,
    Listing,
    ProgressCallback,
    SourceSpec,
    Split,
)
from autoal_gui.core.language import tr
from autoal_gui.core.sets.summary import VALIDATION
from autoal_gui.core.system.archives import open_archive
from autoal_gui.sources.downloads.catalogue import class_names
from autoal_gui.sources.npz_files.arrays import (
    ArrayReader,
    Stack,
    kept_stack,
    listed,
)
from autoal_gui.sources.npz_files.copies import copy_file, record, record_file, recorded_stacks
from autoal_gui.sources.npz_files.labels import (
    LONGEST_NAME,
    MAX_CLASSES,
    Labels,
    check_labels,
    labels_of,
)
from autoal_gui.sources.npz_files.members import (
    NAMES,
    Member,
    check_alike,
    check_images,
    members_of,
)
from autoal_gui.sources.pictures.limits import MAX_PIXELS
from autoal_gui.sources.ticks import Ticks

NAME = "npz"
LABEL = "MedMNIST file (.npz)"
ORDER = 30

BLOCK = 2**20  # bytes read at a time
MOST_BYTES = 2**40


@dataclass(frozen=True)
class Part:
    """The images and labels that belong together."""

    name: str
    split: Split
    images: Member
    labels: Member | None


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """Check the file, copy its images into the workspace and hash them.

    See `Source.list_images`.
    """
    path = _path(spec)
    with _opened(path) as archive:
        members = members_of(archive)
        parts = _parts(members)
        known = _read_names(archive, members) or _names_by_file(spec, path)
        arrays = [_read_labels(archive, part) for part in parts]
        labels = labels_of(arrays, from_zero=bool(known))
        classes = _class_names(labels, known)
        ticks = Ticks(progress, 2 * sum(part.images.shape[0] for part in parts))
        stacks = _copies(archive, parts, workspace, ticks)
    record(record_file(workspace, path), _fingerprint(parts), [part.name for part in parts])
    images: list[ListedImage] = []
    for part, numbers in zip(parts, labels.parts, strict=True):
        images += listed(part.name, stacks[part.name], numbers, part.split, ticks)
    return Listing(classes, tuple(images), passed_over=_passed_over(members, parts))


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open the copies in the workspace; the file itself is needed only where they are missing.

    See `Source.open_images`.
    """
    path = _path(spec)
    recorded, stacks = recorded_stacks(workspace, path)
    if stacks:
        return ArrayReader(stacks)
    with _opened(path) as archive:
        parts = _parts(members_of(archive))
        if recorded and recorded != _fingerprint(parts):
            raise SourceError(tr("The file is not the one that this project was made from."))
        ticks = Ticks(lambda done, total: None, sum(part.images.shape[0] for part in parts))
        return ArrayReader(_copies(archive, parts, workspace, ticks))


def _path(spec: SourceSpec) -> Path:
    if not spec.location:
        raise SourceError(tr("No file has been chosen."))
    return Path(spec.location).expanduser()


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the file; whatever a damaged or hostile one raises becomes one sentence."""
    if not path.is_file():
        raise SourceError(tr("There is no file {path}.", path=path))
    try:
        with open_archive(path, MOST_BYTES) as archive:
            yield archive
    except OutOfMemory:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise SourceError(
            tr("{name} is not an .npz file, or it is damaged.", name=path.name)
        ) from error
    except (OSError, ValueError, OverflowError, MemoryError) as error:
        raise SourceError(tr("{name} cannot be read.", name=path.name)) from error


def _parts(members: dict[str, Member]) -> list[Part]:
    """Return what becomes the pool and the evaluation set; the pool comes first."""
    if "train_images" in members:
        test = members.get("test_images")
        held_out = "val" if test is None or test.shape[:1] == (0,) else "test"
        wanted: tuple[tuple[str, Split], ...] = (("train", "pool"), (held_out, "evaluation"))
        parts = [
            Part(name, split, members[f"{name}_images"], members.get(f"{name}_labels"))
            for name, split in wanted
            if f"{name}_images" in members
        ]
    elif "images" in members:
        parts = [Part("images", "pool", members["images"], members.get("labels"))]
    else:
        raise SourceError(tr("The file has neither an array train_images nor an array images."))
    for part in parts:
        check_images(part.images, MAX_PIXELS)
        if part.labels is not None:
            labels = part.labels
            count = part.images.shape[0]
            check_labels(labels.name, labels.shape, labels.dtype, count, part.images.name)
    check_alike([part.images for part in parts if part.images.shape[0]])
    if parts[0].images.shape[0] == 0:
        raise SourceError(tr("The array {name} holds no image.", name=parts[0].images.name))
    return [part for part in parts if part.images.shape[0]]


def _passed_over(members: dict[str, Member], parts: list[Part]) -> tuple[tuple[str, int], ...]:
    """Say that validation images are left out where the file has test images as well."""
    val = members.get("val_images")
    if val is None or not val.shape or any(part.name == "val" for part in parts):
        return ()
    return ((tr(VALIDATION), int(val.shape[0])),) if val.shape[0] else ()


def _read_labels(archive: zipfile.ZipFile, part: Part) -> tuple[str, npt.NDArray[Any]] | None:
    """Return the labels as they are stored; None where the file has none."""
    member = part.labels
    if member is None:
        return None
    with archive.open(member.info) as file:
        data = file.read()[member.offset :]
    if len(data) != member.nbytes:
        raise EOFError
    stored: npt.NDArray[Any] = np.frombuffer(data, member.dtype)
    order: Literal["F", "C"] = "F" if member.fortran else "C"
    return member.name, stored.reshape(member.shape, order=order)


def _read_names(archive: zipfile.ZipFile, members: dict[str, Member]) -> tuple[str, ...]:
    """Return the class names that a file brings; none where it has no sound ones."""
    member = members.get(NAMES)
    if member is None or member.dtype.kind != "U" or len(member.shape) != 1:
        return ()
    if member.shape[0] > MAX_CLASSES or member.dtype.itemsize > 4 * LONGEST_NAME:
        return ()
    with archive.open(member.info) as file:
        _skip(file, member.offset)
        names = [str(name).strip() for name in np.frombuffer(file.read(), member.dtype)]
    return tuple(names) if all(names) and len(set(names)) == len(names) else ()


def _names_by_file(spec: SourceSpec, path: Path) -> tuple[str, ...]:
    """Return the names of a MedMNIST set's classes, whose file a browser may have numbered."""
    stem = re.split(r"[ _(]", path.stem.lower(), maxsplit=1)[0]
    return class_names(spec.option("flag") or stem)


def _class_names(labels: Labels, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the labels' own names or the known ones, if they cover all labels.

    Else "class 0", "class 1", ...
    """
    if labels.names or labels.count == 0:
        return labels.names
    if len(known) >= labels.count:
        return known
    return tuple(f"class {number}" for number in range(labels.count))


def _fingerprint(parts: list[Part]) -> str:
    """Return 16 hex digits that stand for the content of the images, from the zip directory."""
    content = [(part.name, part.images.info.CRC, part.images.info.file_size) for part in parts]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def _copies(
    archive: zipfile.ZipFile, parts: list[Part], workspace: Path, ticks: Ticks
) -> dict[str, Stack]:
    """Return the images of each part memory-mapped, copied first where that was not yet done.

    The name of a copy tells its content, so a copy that is mapped is never written over.
    """
    fingerprint, stacks = _fingerprint(parts), {}
    for part in parts:
        member, target = part.images, copy_file(workspace, fingerprint, part.name)
        blocks = _blocks(archive, member, ticks)
        stacks[part.name] = kept_stack(target, member.shape, member.dtype, blocks, ticks)
    return stacks


def _blocks(archive: zipfile.ZipFile, member: Member, ticks: Ticks) -> Iterator[bytes]:
    """Yield the bytes of an array; zipfile checks their CRC at the end."""
    image_bytes = member.nbytes // member.shape[0]
    left, reported = member.nbytes, 0
    with archive.open(member.info) as file:
        _skip(file, member.offset)
        while left:
            block = file.read(min(BLOCK, left))
            if not block:
                raise EOFError
            left -= len(block)
            yield block
            done = (member.nbytes - left) // image_bytes
            ticks.add(done - reported)
            reported = done


def _skip(file: IO[bytes], count: int) -> None:
    while count:
        count -= len(file.read(count)) or count
