"""A folder of image files, or one file; sub-folders may be classes.

An image's key is its path below the folder, with slashes. Each page of a TIFF, frame of an
animation and slice of a volume is an image: a slash and its number, from 1, come after the file's
path. Whatever cannot be used is listed with the reason, and what is no image is counted.

Options: `labels` is "classes" (the first-level sub-folder names the class; images beside the
sub-folders have no label) or "ignore" (default: no classes, no labels); `check` is "all" (default:
every file is read before it is listed) or "later" (of a large folder only the first files are, and
the window reads the others beside the labelling).
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import (
    ImageReader,
    ListedImage,
    Listing,
    Picture,
    Pixels,
    ProgressCallback,
    SourceSpec,
    Stamp,
)
from autoal_gui.core.language import tr
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.sources.files.file_checks import Found, check_files, check_images, hash_of
from autoal_gui.sources.files.file_stamps import hash_now, stamp_of
from autoal_gui.sources.files.image_files import open_file, sha256_of
from autoal_gui.sources.files.left_out import NO_ENDING, LeftOut, no_image
from autoal_gui.sources.files.likely_twins import likely_twins
from autoal_gui.sources.files.tree import (
    file_and_number,
    files_of,
    inside,
    keys_of,
    root_of,
)
from autoal_gui.sources.pictures.decode import decoded, open_pictures
from autoal_gui.sources.pictures.formats import (
    ENDINGS,
    NAMES,
    READ,
    SNIFFED,
    STACKS,
    UNREAD,
    kind_of,
    why_unread,
)
from autoal_gui.sources.pictures.limits import PictureFile
from autoal_gui.sources.ticks import Ticks
from autoal_gui.sources.understanding.understood import SetFiles, arranged, understood

NAME = "folder"
LABEL = "Folder of images"
ORDER = 20

CHECKED_FIRST = 200  # files read before a folder is listed whose others may wait
TWINS_READ = 2000  # files more, so that identical ones are known
ANY_SIZE = 2**62  # bytes; only the first are read
MAX_BYTES = 2**30


@dataclass(frozen=True)
class FolderReader:
    """Decodes files of one folder when they are asked for."""

    root: Path

    def read(self, key: str) -> Pixels:
        """Decode one image, see `ImageReader.read`."""
        return self.read_picture(key).pixels

    def read_picture(self, key: str) -> Picture:
        """Decode one image with its window, see `PictureReader.read_picture`."""
        path, number = file_and_number(self.root, key)
        with self._opened(path) as (_, file):
            return decoded(file, max(0, number - 1))

    def shape(self, key: str) -> tuple[int, int, int]:
        """Return height, width and channels, see `ShapeReader.shape`."""
        path, number = file_and_number(self.root, key)
        with self._opened(path) as (_, file):
            return file.shape(min(max(0, number - 1), file.frames - 1))

    def check(self, key: str) -> str:
        """Read one image and return its hash, see `CheckingReader.check`."""
        path, number = file_and_number(self.root, key)
        with self._opened(path) as (stream, file):
            decoded(file, max(0, number - 1))
            return hash_of(sha256_of(stream), number)

    def stamp(self, key: str) -> Stamp | None:
        """Return how an image's file is now, see `FileReader.stamp`."""
        return stamp_of(self.root, key)

    def hash_now(self, key: str) -> str:
        """Return the hash of an image's file as it is now, see `FileReader.hash_now`."""
        return hash_now(self.root, key, MAX_BYTES)

    def check_file(self, key: str, stop: threading.Event) -> Found:
        """Read all images of one file."""
        found = Found(key, stamp=stamp_of(self.root, key))
        try:
            with self._opened(inside(self.root, key)) as (stream, file):
                found.note = file.note
                pictures = (_attempt(file, index) for index in range(file.frames))
                check_images(found, sha256_of(stream), file.frames, pictures, stop)
        except ImageUnreadable as error:
            found.unusable.append((key, str(error)))
        return found

    @contextmanager
    def _opened(self, path: Path) -> Iterator[tuple[BinaryIO, PictureFile]]:
        with open_file(path, self.root, MAX_BYTES) as stream:
            yield stream, open_pictures(stream, path)


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """List every image below the folder, and read what is to be read first.

    See `Source.list_images`.
    """
    root, left_out = root_of(spec), LeftOut()
    files = SetFiles(root, tuple(_find(spec, root, left_out)), tuple(left_out.empty_folders))
    layout, files = understood(spec, files, left_out)
    keys = list(files.keys)
    now = _read_first(root, keys, progress) if _waits(spec) else keys
    read: dict[str, list[ListedImage]] = {}
    for found in check_files(now, FolderReader(root).check_file, Ticks(progress, len(now))):
        left_out.add(found.unusable, found.note)
        read[found.file] = [ListedImage(k, h, stamp=found.stamp) for k, h in found.images]
    images: list[ListedImage] = []
    for key in keys:
        images += read[key] if key in read else _unread(root, key)
    if not images:
        raise SourceError(_why_none(left_out, keys))
    return arranged(spec, layout, files, images, left_out)


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open the folder without reading it, see `Source.open_images`."""
    return FolderReader(root_of(spec))


def _read_first(root: Path, keys: list[str], progress: ProgressCallback) -> list[str]:
    """Return the files that are read at once where the others wait: some, and likely twins."""
    twins = likely_twins(root, keys, Ticks(progress, 0))
    first = {*keys[:CHECKED_FIRST], *[key for key in keys if key in twins][:TWINS_READ]}
    return [key for key in keys if key in first]


def _why_none(left_out: LeftOut, keys: list[str]) -> str:
    if len(keys) <= 1 and len(left_out.unreadable) == 1:
        return left_out.unreadable[0][1]
    if left_out.unreadable:
        return tr("The folder holds no image that can be read.")
    return tr("The folder holds no {kinds} image.", kinds=NAMES)


def _waits(spec: SourceSpec) -> bool:
    """Tell whether most files may be read later.

    Raises:
        SourceError: the option says neither yes nor no.
    """
    check = spec.option("check", "all")
    if check not in {"all", "later"}:
        raise SourceError(tr('The option "check" must be "all" or "later".'))
    return check == "later"


def _find(spec: SourceSpec, root: Path, left_out: LeftOut) -> list[str]:
    """Return the keys of all files that may be images in natural order."""
    if Path(spec.location).expanduser().is_file():  # the user has named it: it is tried
        return keys_of(root, files_of(spec, left_out), left_out)
    paths = files_of(spec, left_out)
    images = (path for path in paths if _may_be_image(root, path, left_out))
    return keys_of(root, images, left_out)


def _may_be_image(root: Path, path: str, left_out: LeftOut) -> bool:
    """Tell by its ending whether a file is taken for an image; by its content where it has none."""
    name = os.path.basename(path).lower()  # noqa: PTH119 - a Path of each costs a second
    if name.endswith(ENDINGS):
        return True
    (key,) = keys_of(root, [path], left_out) or [""]
    stem, dot, ending = name.rpartition(".")
    if not key:
        return False
    if not dot or not stem:
        return _is_image_inside(root, key, left_out)
    if f".{ending}" in UNREAD:
        left_out.name(key, why_unread(UNREAD[f".{ending}"]))
    else:
        left_out.count(no_image(path))
    return False


def _is_image_inside(root: Path, key: str, left_out: LeftOut) -> bool:
    """Tell what a file without an ending is by its first bytes."""
    try:
        with open_foreign(inside(root, key), ANY_SIZE, root) as stream:
            kind = kind_of(stream.read(SNIFFED))
    except (OSError, ImageUnreadable):
        left_out.name(key, tr("The file cannot be opened."))
        return False
    if kind in READ:
        return True
    if kind:
        left_out.name(key, why_unread(kind))
    else:
        left_out.count(tr(NO_ENDING))
    return False


def _unread(root: Path, key: str) -> list[ListedImage]:
    """Return the images of a file that is read later."""
    return [ListedImage(name, "") for name in _unread_names(root, key)]


def _unread_names(root: Path, key: str) -> list[str]:
    """Return the keys of the images of a file that is read later; only stacks are opened."""
    if not key.lower().endswith(STACKS):
        return [key]
    try:
        with open_file(inside(root, key), root, MAX_BYTES) as stream:
            frames = open_pictures(stream, root / key).frames
    except ImageUnreadable:  # it is told when it is read
        return [key]
    return [key] if frames == 1 else [f"{key}/{number}" for number in range(1, frames + 1)]


def _attempt(file: PictureFile, index: int) -> Picture | ImageUnreadable:
    try:
        return decoded(file, index)
    except ImageUnreadable as error:
        return error
