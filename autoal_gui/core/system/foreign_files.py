"""Files that others may have put there, opened so that they can neither block nor fill memory.

A folder from a colleague may hold a pipe, which is waited for without end, a device, a sparse file
of any length, or a link to a file of the user's that nobody meant to give away. Everything that
this program did not bring along itself is opened here.
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from autoal_gui.core.errors import FileTooLarge, LeadsOut, NotAFile
from autoal_gui.core.language import tr

FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)  # of Windows
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that takes the file's place opens at once, and is seen
)
BLOCK = 2**20  # bytes read at a time
MOST_HASHED = 2**33  # bytes; the largest that is opened at all is a DICOM file of half of them


def open_foreign(file: Path, most: int, folder: Path | None = None) -> BinaryIO:
    """Open a regular file for reading.

    Args:
        file: what to open; a link to a file is followed.
        most: bytes that it may have.
        folder: what no link may lead out of; None for a file that the user has named, who may
            well have named a link.

    Raises:
        NotAFile: it is a folder, a pipe or a device; none of them has been opened.
        FileTooLarge: it has more bytes.
        LeadsOut: it lies elsewhere.
        OSError: it is missing or cannot be read, or its name is none.
    """
    try:
        found = file if folder is None else _inside(file, folder)
        _check(found.stat(), most)
        # What has been resolved is no link any more, unless it was put there a moment ago.
        no_link = 0 if folder is None else getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(found, FLAGS | no_link)
    except ValueError as error:  # a null character
        raise FileNotFoundError("not the name of a file") from error
    try:
        _check(os.fstat(descriptor), most)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_foreign(file: Path, most: int, folder: Path | None = None) -> bytes:
    """Return the content of a regular file, at most `most` bytes whatever its length is said to be.

    Raises:
        OSError: see `open_foreign`.
    """
    with open_foreign(file, most, folder) as stream:
        # To ask for `most` would be to take so much memory for the smallest of files.
        content = stream.read(min(os.fstat(stream.fileno()).st_size, most) + 1)
        while len(content) <= most and (more := stream.read(BLOCK)):
            content += more  # it grew, or is one of those that the system makes up
    if len(content) > most:
        raise FileTooLarge(tr("The file is too large."))
    return content


def sha256_of(file: Path, most: int = MOST_HASHED, folder: Path | None = None) -> str:
    """Return a regular file's SHA-256, lower-case hex.

    Raises:
        OSError: see `open_foreign`.
    """
    digest = hashlib.sha256()
    with open_foreign(file, most, folder) as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _inside(file: Path, folder: Path) -> Path:
    """Return where a file lies, its links followed.

    Raises:
        LeadsOut: that is not below the folder.
        OSError: it is missing, or its links run in a circle.
    """
    try:
        found = file.resolve(strict=True)
        is_inside = found.is_relative_to(folder.resolve(strict=True))
    except RuntimeError as error:  # what Python before 3.13 says of a circle
        raise FileNotFoundError("a circle of links") from error
    if not is_inside:
        raise LeadsOut(tr("The link leads out of the folder."))
    return found


def _check(status: os.stat_result, most: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotAFile(tr("It is not a file."))
    if status.st_size > most:
        raise FileTooLarge(tr("The file is too large."))
