"""CIFAR-10, CIFAR-100, SVHN or TinyImageNet, in torchvision's layout on disk, or downloaded.

The location is the folder that holds the set, or the set's own in it. Options: `set` ("cifar10",
"cifar100", "svhn" or "tinyimagenet") and `download` ("yes" allows network access where the set is
not there). The training images are the pool, the test images (of TinyImageNet those of `val`) the
evaluation set. Arrays are copied into the workspace and memory-mapped there; the images of
TinyImageNet stay files, and are listed without being read.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import (
    ImageReader,
    ListedImage,
    Listing,
    ProgressCallback,
    SourceSpec,
)
from autoal_gui.core.language import tr
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.sources.downloads.resumed import download
from autoal_gui.sources.folder import FolderReader
from autoal_gui.sources.natural_sets import cifar, svhn
from autoal_gui.sources.natural_sets.catalogue import SETS, NaturalSet
from autoal_gui.sources.natural_sets.parts import SIDE, SIZE, ArrayPart, ArraySet
from autoal_gui.sources.natural_sets.tiny_imagenet import list_tiny_imagenet
from autoal_gui.sources.natural_sets.unpack import unpack_tar, unpack_zip
from autoal_gui.sources.npz_files.arrays import ArrayReader, Stack, kept_stack, listed
from autoal_gui.sources.npz_files.copies import copy_file, record, record_file, recorded_stacks
from autoal_gui.sources.ticks import Ticks

NAME = "natural"
LABEL = "CIFAR, SVHN or TinyImageNet"
ORDER = 15
FOLDER = Path("~/.autoal-sets")
"""To which the window downloads."""
HERE = ("", "data")  # folders in which a set is looked for that is named
TINY = "tinyimagenet"
_TINY_FILES = re.compile(
    r"(wnids|words)\.txt|val/val_annotations\.txt|(val|train/n\d{8})/images/\w+\.JPEG"
)


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """List the set, downloaded first if the option allows it; see `Source.list_images`.

    While it downloads, `progress` counts bytes.
    """
    wanted, folder = _wanted(spec)
    if wanted.place_in(folder) is None and spec.option("download") == "yes":
        download_set(wanted.name, folder, progress)
    place = _place(wanted, folder)
    if wanted.name == TINY:
        return list_tiny_imagenet(place, progress)
    found = _read(wanted.name, place)
    ticks = Ticks(progress, 2 * sum(len(part.labels) for part in found.parts))
    fingerprint, names = _fingerprint(wanted.name, place), [part.name for part in found.parts]
    stacks = _copies(found, fingerprint, workspace, ticks)
    record(record_file(workspace, Path(wanted.name)), fingerprint, names)
    images: list[ListedImage] = []
    for part in found.parts:
        images += listed(part.name, stacks[part.name], part.labels, part.split, ticks)
    return Listing(found.classes, tuple(images))


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open a set that was listed before, without the network; see `Source.open_images`.

    Of arrays the copies in the workspace do; the set itself is needed only where they are missing.
    """
    wanted, folder = _wanted(spec)
    if wanted.name == TINY:
        return FolderReader(_place(wanted, folder).resolve())
    recorded, stacks = recorded_stacks(workspace, Path(wanted.name))
    if stacks:
        return ArrayReader(stacks)
    place = _place(wanted, folder)
    fingerprint = _fingerprint(wanted.name, place)
    if recorded and recorded != fingerprint:
        raise SourceError(tr("The set is not the one that this project was made from."))
    found = _read(wanted.name, place)
    ticks = Ticks(lambda done, total: None, sum(len(part.labels) for part in found.parts))
    return ArrayReader(_copies(found, fingerprint, workspace, ticks))


def is_named(name: str) -> bool:
    """Tell whether the command line means one of these sets: "cifar10", "cifar10:FOLDER"."""
    return name.partition(":")[0].strip().lower() in SETS


def named(name: str) -> SourceSpec:
    """Return a set that the command line names; it is never downloaded.

    Without a folder it is looked for in the current one, in `data` below it, then in `FOLDER`.

    Raises:
        SourceError: it is in none of them.
    """
    word, _, folder = name.partition(":")
    wanted = SETS[word.strip().lower()]
    here = [Path(folder)] if folder else [*(Path.cwd() / one for one in HERE), FOLDER]
    for place in here:
        if found := wanted.place_in(place.expanduser()):
            return _spec(wanted, found)
    if folder:
        raise _missing(wanted, Path(folder))
    raise SourceError(
        tr(
            "{title} is neither in this folder nor in {folder}. Name its folder as {name}:FOLDER, "
            "or download it in the window: choose “Published set” on the start page.",
            title=wanted.title,
            folder=FOLDER.expanduser(),
            name=wanted.name,
        )
    )


def set_at(path: Path) -> SourceSpec | None:
    """Return the set whose layout a folder has; None where it has none.

    Raises:
        SourceError: it holds several.
    """
    found = [(one, place) for one in SETS.values() if (place := one.place_in(path))]
    if len(found) > 1:
        raise SourceError(
            tr(
                "The folder holds several sets ({names}): choose the folder of one of them.",
                names=", ".join(one.title for one, _ in found),
            )
        )
    return _spec(*found[0]) if found else None


def download_set(name: str, folder: Path, progress: ProgressCallback) -> None:
    """Download a set, check its MD5 and unpack it; what was cut is continued.

    Args:
        name: such as "cifar10".
        folder: where the set's own folder is made.
        progress: told bytes, then files; may raise `Cancelled`.

    Raises:
        SourceError: no network, no room, or the checksum is wrong.
    """
    wanted = SETS[name]
    for one in wanted.published:
        file = folder / one.name
        if not file.is_file():
            download(one.url, one.md5, file, progress)
        if one.name.endswith(".tar.gz"):
            unpack_tar(file, wanted.folder, cifar.files_of(name), progress)
        elif one.name.endswith(".zip"):
            unpack_zip(file, wanted.folder, _TINY_FILES, progress)
        else:
            continue
        file.unlink(missing_ok=True)


def title_of(spec: SourceSpec) -> str:
    """Return what a set is called, such as "CIFAR-10"."""
    return SETS[spec.option("set")].title if spec.option("set") in SETS else spec.location


def _spec(wanted: NaturalSet, place: Path) -> SourceSpec:
    return SourceSpec(NAME, str(place.resolve()), (("set", wanted.name),))


def _wanted(spec: SourceSpec) -> tuple[NaturalSet, Path]:
    """Return the set and the folder that it is in.

    Raises:
        SourceError: there is no such set, or no folder was said.
    """
    name = spec.option("set")
    if name not in SETS:
        raise SourceError(tr("There is no set {name!r}.", name=name))
    if not spec.location:
        raise SourceError(tr("No folder has been chosen."))
    return SETS[name], Path(spec.location).expanduser()


def _place(wanted: NaturalSet, folder: Path) -> Path:
    found = wanted.place_in(folder)
    if found is None:
        raise _missing(wanted, folder)
    return found


def _missing(wanted: NaturalSet, folder: Path) -> SourceError:
    return SourceError(
        tr(
            "{title} is not in {folder}; choose its folder, or download it.",
            title=wanted.title,
            folder=folder,
        )
    )


def _read(name: str, place: Path) -> ArraySet:
    return svhn.read_svhn(place) if name == "svhn" else cifar.read_cifar(name, place)


def _fingerprint(name: str, place: Path) -> str:
    """Return 16 hex digits that stand for the content of a set's files."""
    files = svhn.FILES.values() if name == "svhn" else cifar.files_of(name)
    digest = hashlib.sha256()
    try:
        for file in files:
            digest.update(sha256_of(place / file, folder=place).encode())
    except OSError as error:
        raise SourceError(tr("{name} cannot be read.", name=file)) from error
    return digest.hexdigest()[:16]


def _copies(found: ArraySet, fingerprint: str, workspace: Path, ticks: Ticks) -> dict[str, Stack]:
    """Return the images of each part memory-mapped, copied first where that was not yet done."""
    return {
        part.name: kept_stack(
            copy_file(workspace, fingerprint, part.name),
            (len(part.labels), SIDE, SIDE, 3),
            np.dtype(np.uint8),
            _ticked(part, ticks),
            ticks,
        )
        for part in found.parts
    }


def _ticked(part: ArrayPart, ticks: Ticks) -> Iterator[bytes]:
    for block in part.blocks():
        yield block
        ticks.add(len(block) // SIZE)
