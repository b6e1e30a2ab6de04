"""How the files of a set are now, beside how they were: by size and time first, then by hash."""

import os
import stat
from functools import lru_cache
from pathlib import Path, PurePosixPath

from autoal_gui.core.images.source import Stamp
from autoal_gui.sources.files.file_checks import hash_of
from autoal_gui.sources.files.image_files import open_file, sha256_of
from autoal_gui.sources.files.tree import file_and_number

REMEMBERED = 8  # files: the frames of one are asked for one after the other


def stamp_of(root: Path, key: str) -> Stamp | None:
    """Return size and time of the file of an image; None where it is gone.

    Nothing is opened, and no path resolved: 20,000 take a tenth of a second.
    """
    if ".." in PurePosixPath(key).parts:
        return None
    found = _status(f"{root}{os.sep}{key}")
    if found is None:
        file, _, number = key.rpartition("/")
        found = _status(f"{root}{os.sep}{file}") if file and number.isdecimal() else None
    return None if found is None else Stamp(found.st_size, found.st_mtime_ns)


def _status(path: str) -> os.stat_result | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path of each costs more than the question
    except (OSError, ValueError):
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def hash_now(root: Path, key: str, most: int) -> str:
    """Return the SHA-256 by which an image is known, of its file as it is now.

    Args:
        root: the folder of the set.
        key: the image's.
        most: bytes that the file may have.

    Raises:
        ImageUnreadable: it cannot be read.
    """
    path, number = file_and_number(root, key)
    return hash_of(_digest(path, root, most, stamp_of(root, key)), number)


@lru_cache(maxsize=REMEMBERED)
def _digest(path: Path, root: Path, most: int, stamp: Stamp | None) -> str:
    with open_file(path, root, most) as stream:
        return sha256_of(stream)
