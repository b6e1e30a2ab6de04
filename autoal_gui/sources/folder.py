"""A folder of image files; its sub-folders may be classes.

An image's key is its path below the folder, with slashes. Hidden files and files that are not
images by their ending are passed over; whatever else cannot be used is listed with the reason.

Options: `labels` is "classes" (the first-level sub-folder names the class; images beside the
sub-folders have no label) or "ignore" (default: no classes, no labels); `check` is "all" (default:
every file is read before it is listed) or "later" (of a large folder only the first files are, and
the window reads the others beside the labelling).
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import (
    ImageReader,
    ListedImage,
    Listing,
    Pixels,
    ProgressCallback,
    SourceSpec,
)
from autoal_gui.core.language import tr
from autoal_gui.sources.decode import ENDINGS, decode, read_bytes
from autoal_gui.sources.ticks import Ticks
from autoal_gui.sources.tree import (
    classes_of,
    inside,
    is_labelled,
    keys_of,
    label_of,
    natural,
    root_of,
    walk,
)

NAME = "folder"
LABEL = "Folder of images"
ORDER = 20

CHECKED_FIRST = 200  # files read before a folder is listed whose others may wait
THREADS = 4  # Pillow decodes without the interpreter lock; more threads only cost memory


@dataclass(frozen=True)
class FolderReader:
    """Decodes files of one folder when they are asked for."""

    root: Path

    def read(self, key: str) -> Pixels:
        """Decode one file, see `ImageReader.read`."""
        return decode(read_bytes(inside(self.root, key)))

    def check(self, key: str) -> str:
        """Read one file and return its hash, see `CheckingReader.check`."""
        data = read_bytes(inside(self.root, key))
        decode(data)
        return hashlib.sha256(data).hexdigest()


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """List every image below the folder, and read what is to be read first.

    See `Source.list_images`.
    """
    labelled = is_labelled(spec)
    root = root_of(spec)
    keys, unusable = _find(root)
    classes = classes_of(keys) if labelled else ()
    images: list[ListedImage] = []
    now = keys[:CHECKED_FIRST] if _waits(spec) else keys
    for key, sha256, reason in _check(root, now, Ticks(progress, len(now))):
        if reason:
            unusable.append((key, reason))
        else:
            images.append(ListedImage(key, sha256, label=label_of(key, classes)))
    images += [ListedImage(key, "", label=label_of(key, classes)) for key in keys[len(now) :]]
    if not images:
        kinds = "PNG, JPEG, TIFF, BMP or WebP"
        if unusable:
            raise SourceError(tr("The folder holds no image that can be read."))
        raise SourceError(tr("The folder holds no {kinds} image.", kinds=kinds))
    unusable.sort(key=lambda entry: natural(entry[0]))
    return Listing(classes, tuple(images), tuple(unusable))


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open the folder without reading it, see `Source.open_images`."""
    return FolderReader(root_of(spec))


def _waits(spec: SourceSpec) -> bool:
    """Tell whether most files may be read later.

    Raises:
        SourceError: the option says neither yes nor no.
    """
    check = spec.option("check", "all")
    if check not in {"all", "later"}:
        raise SourceError(tr('The option "check" must be "all" or "later".'))
    return check == "later"


def _find(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the keys of all images below `root` in natural order, and what cannot be used."""
    unusable: list[tuple[str, str]] = []
    images = (path for path in walk(root, unusable) if path.lower().endswith(ENDINGS))
    return keys_of(root, images, unusable), unusable


def _check(root: Path, keys: list[str], ticks: Ticks) -> Iterator[tuple[str, str, str]]:
    """Yield (key, SHA-256 of the file, reason why it cannot be used) in the order of `keys`."""
    with ThreadPoolExecutor(THREADS, "folder") as pool:
        try:
            results = pool.map(partial(_check_one, FolderReader(root)), keys)
            for key, (sha256, reason) in zip(keys, results, strict=True):
                yield key, sha256, reason
                ticks.add()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _check_one(reader: FolderReader, key: str) -> tuple[str, str]:
    try:
        return reader.check(key), ""
    except ImageUnreadable as error:
        return "", str(error)
