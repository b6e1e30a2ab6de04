"""Files written so that a kill or a full disk leaves the old or the whole new one.

Nothing is replaced that is no regular file, and nothing is written through a link: what others
have put into a folder could else be a device, or lead to a file of the user's elsewhere. What
others have written is read by `autoal_gui.core.system.foreign_files`.
"""

import contextlib
import itertools
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import AutoALError, LeadsOut, NotAFile
from autoal_gui.core.language import tr
from autoal_gui.core.system.foreign_files import BLOCK, open_foreign

PRIVATE = 0o700  # the names of images may name patients


def write_json(target: Path, content: dict[str, Any]) -> None:
    """Write plain values as JSON, one on a line; see `write_text`."""
    write_text(target, json.dumps(content, indent=1))


def write_text(target: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text, its line ends as they are.

    Raises:
        AutoALError: it cannot be written there.
    """
    try:
        with replacing(target) as partial:
            partial.write_text(text, encoding=encoding, newline="")
    except OSError as error:
        raise AutoALError(tr("The result could not be written there.")) from error


def copy_foreign(
    source: Path,
    target: Path,
    most: int,
    folder: Path | None = None,
    *,
    within: Path | None = None,
) -> None:
    """Copy a regular file of at most `most` bytes.

    Args:
        source: read as by `open_foreign`.
        target: written as by `replacing`.
        most: bytes.
        folder: of the target, see `replacing`.
        within: what no link of the source may lead out of, see `open_foreign`.

    Raises:
        OSError: one of them is refused, or the disk fails.
    """
    with (
        open_foreign(source, most, within) as stream,
        replacing(target, folder) as partial,
        partial.open("wb") as copy,
    ):
        shutil.copyfileobj(stream, copy, BLOCK)


@contextlib.contextmanager
def replacing(target: Path, folder: Path | None = None) -> Iterator[Path]:
    """Give a file beside `target` to write to; move it there when the block has succeeded.

    The file is for the user alone, unless it takes the place of one that others may read: labels
    name images, whose names may name patients.

    Args:
        target: missing, or a regular file.
        folder: what no link may lead out of, see `check_target`.

    Raises:
        FileRefused: see `check_target`; nothing is written, and what is there stays.
        OSError: it cannot be written or moved, or `target` is not the name of a file.
    """
    check_target(target, folder)
    partial = _new_beside(target)
    try:
        yield partial
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        check_target(target, folder)  # writing may have taken minutes
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def check_target(target: Path, folder: Path | None = None) -> None:
    """Check that a file may be written under a name.

    Args:
        target: missing, or a regular file.
        folder: what no link may lead out of; None for a place that the user has named, whose
            folders may well be links.

    Raises:
        NotAFile: there is a folder, a pipe, a device or a link of that name.
        LeadsOut: its folder lies elsewhere.
        OSError: its folder is missing, or `target` is not the name of a file.
    """
    _require_name(target)
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(target.lstat().st_mode):
            raise NotAFile(tr("What is there is not a plain file, so it is not replaced."))
    if folder is not None and not target.parent.resolve(strict=True).is_relative_to(
        folder.resolve(strict=True)
    ):
        raise LeadsOut(tr("The link leads out of the folder."))


def make_private_folder(folder: Path) -> None:
    """Make a folder for the user alone, with those above it, unless it is there.

    Raises:
        NotAFile: there is a link of that name, or something else that is no folder.
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True, mode=PRIVATE)
    if is_link(folder) or not folder.is_dir():
        raise NotAFile(tr("The folder {folder} is a link or a file.", folder=folder.name))


def is_link(path: Path) -> bool:
    """Tell whether a path is a link itself: a symbolic one, or a junction of Windows."""
    status = path.lstat()
    reparse = getattr(status, "st_reparse_tag", 0)
    return stat.S_ISLNK(status.st_mode) or reparse == getattr(
        stat, "IO_REPARSE_TAG_MOUNT_POINT", -1
    )


@contextlib.contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Give a new folder beside `target` to write into; it gets that name when the block succeeds.

    Raises:
        FileExistsError: there is something of that name already, be it a link to nowhere.
        OSError: it cannot be written.
    """
    if not target.name or "\0" in str(target):
        raise OSError("not the name of a folder")
    if os.path.lexists(target):
        raise FileExistsError(target.name)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    try:
        yield partial
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _require_name(target: Path) -> None:
    if not target.name or "\0" in str(target):
        raise OSError("not the name of a file")


def _new_beside(target: Path) -> Path:
    """Make an empty file of a name that was free, so that no file of the user's is overwritten."""
    for number in itertools.count(1):
        partial = target.with_name(f"{target.name}.part{number}")
        with contextlib.suppress(FileExistsError):
            partial.touch(mode=0o600, exist_ok=False)
            break
    with contextlib.suppress(OSError):  # there is none yet
        partial.chmod(target.stat().st_mode & 0o777)
    return partial
