"""A folder of image files; its sub-folders may be classes.

An image's key is its path below the folder, with slashes. Hidden files and files that are not
images by their ending are passed over; whatever else cannot be used is listed with the reason.

Options: `labels` is "classes" (the first-level sub-folder names the class; images beside the
sub-folders have no label) or "ignore" (default: no classes, no labels).
"""

import hashlib
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.pool import (
    ImageReader,
    ListedImage,
    Listing,
    Pixels,
    ProgressCallback,
    SourceSpec,
)
from autoal_gui.sources.decode import ENDINGS, decode, read_bytes
from autoal_gui.sources.ticks import Ticks

NAME = "folder"
LABEL = "Folder of images"
ORDER = 20

THREADS = 4  # Pillow decodes without the interpreter lock; more threads only cost memory

_LEADS_OUT = mark("The link leads out of the folder.")


@dataclass(frozen=True)
class FolderReader:
    """Decodes files of one folder when they are asked for."""

    root: Path

    def read(self, key: str) -> Pixels:
        """Decode one file, see `ImageReader.read`."""
        return decode(read_bytes(_inside(self.root, key)))


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """Decode and hash every image below the folder, see `Source.list_images`."""
    labelled = _labelled(spec)
    root = _root(spec)
    keys, unusable = _find(root)
    classes = _classes(keys) if labelled else ()
    images: list[ListedImage] = []
    for key, sha256, reason in _check(root, keys, Ticks(progress, len(keys))):
        if reason:
            unusable.append((key, reason))
        else:
            images.append(ListedImage(key, sha256, label=_label(key, classes)))
    if not images:
        kinds = "PNG, JPEG, TIFF, BMP or WebP"
        if unusable:
            raise SourceError(tr("The folder holds no image that can be read."))
        raise SourceError(tr("The folder holds no {kinds} image.", kinds=kinds))
    unusable.sort(key=lambda entry: _natural(entry[0]))
    return Listing(classes, tuple(images), tuple(unusable))


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open the folder without reading it, see `Source.open_images`."""
    return FolderReader(_root(spec))


def _labelled(spec: SourceSpec) -> bool:
    labels = spec.option("labels", "ignore")
    if labels not in {"classes", "ignore"}:
        raise SourceError(tr('The option "labels" must be "classes" or "ignore".'))
    return labels == "classes"


def _root(spec: SourceSpec) -> Path:
    if not spec.location:
        raise SourceError(tr("No folder has been chosen."))
    root = Path(spec.location).expanduser()
    if not root.is_dir():
        raise SourceError(tr("There is no folder {root}.", root=root))
    return root.resolve()


def _natural(key: str) -> tuple[tuple[int | str, ...], str]:
    """Sort keys so that image 9 comes before image 10, folder by folder."""
    parts = re.split(r"([0-9]+)", key.casefold().replace("/", "\0"))
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), key


def _find(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the keys of all images below `root` in natural order, and what cannot be used."""
    keys: list[str] = []
    unusable: list[tuple[str, str]] = []
    for path in _walk(root, unusable):
        key = _key(root, path)
        if _is_text(path):
            keys.append(key)
        else:
            unusable.append((key, tr("The name of the file is not proper text.")))
    return sorted(keys, key=_natural), unusable


def _walk(root: Path, unusable: list[tuple[str, str]]) -> Iterator[Path]:
    """Yield every file that is an image by its ending; no link to a folder is followed.

    So no circle can be walked into, and no image is listed twice.
    """
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = [Path(entry.path) for entry in entries if not entry.name.startswith(".")]
        except OSError:
            unusable.append((_key(root, folder), tr("The folder cannot be read.")))
            continue
        for path in found:
            if not path.is_dir():
                if path.suffix.lower() in ENDINGS:
                    yield path
            elif path.resolve() == path:  # not is_symlink(): Windows has junctions besides
                folders.append(path)
            else:
                unusable.append((_key(root, path), tr("Links to folders are not followed.")))


def _key(root: Path, path: Path) -> str:
    """Return the path below `root` with slashes; bytes that are no text are written out."""
    return path.relative_to(root).as_posix().encode("utf-8", "backslashreplace").decode()


def _is_text(path: Path) -> bool:
    """Tell whether a path came from the disk as valid text, which can be saved."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _classes(keys: list[str]) -> tuple[str, ...]:
    names = {key.split("/")[0] for key in keys if "/" in key}
    return tuple(sorted(names, key=_natural))


def _label(key: str, classes: tuple[str, ...]) -> int | None:
    return classes.index(key.split("/")[0]) if classes and "/" in key else None


def _check(root: Path, keys: list[str], ticks: Ticks) -> Iterator[tuple[str, str, str]]:
    """Yield (key, SHA-256 of the file, reason why it cannot be used) in the order of `keys`."""
    with ThreadPoolExecutor(THREADS, "folder") as pool:
        try:
            results = pool.map(lambda key: _check_one(root, key), keys)
            for key, (sha256, reason) in zip(keys, results, strict=True):
                yield key, sha256, reason
                ticks.add()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _check_one(root: Path, key: str) -> tuple[str, str]:
    try:
        data = read_bytes(_inside(root, key))
        decode(data)
    except ImageUnreadable as error:
        return "", str(error)
    return hashlib.sha256(data).hexdigest(), ""


def _inside(root: Path, key: str) -> Path:
    """Return the file of a key, which must lie below the folder whatever a project file says.

    Raises:
        ImageUnreadable: the key leaves the folder.
    """
    relative = PurePosixPath(key)
    path = root / relative
    try:
        inside = ".." not in relative.parts and path.resolve().is_relative_to(root)
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a null character
        raise ImageUnreadable(tr("The file cannot be opened.")) from error
    if not inside:
        raise ImageUnreadable(tr(_LEADS_OUT))
    return path
