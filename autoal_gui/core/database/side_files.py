"""What lies beside a project file, looked at before SQLite is: it obeys what it finds there.

A journal that a kill left is rolled back, as it must be. But one that names a super-journal makes
SQLite delete the file of that name, a pipe is waited for without end, a write-ahead log is written
into the file unasked, and a file that is a link, or has a second name, takes what is written to it
elsewhere. A folder from somebody else may hold any of them.
"""

import contextlib
import os
import stat
from pathlib import Path

from autoal_gui.core.database.database_errors import LINKED, SECOND_NAME, damaged
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.language import tr
from autoal_gui.core.system.files import is_link
from autoal_gui.core.system.foreign_files import open_foreign

FOLDERS = ("models", "cache", "backups")  # in the folder of a project
JOURNAL = "-journal"
SIDES = (JOURNAL, "-wal", "-shm")  # the last two belong to a way of writing that is never used
_END_OF_JOURNAL = bytes.fromhex("d9d505f920a163d7")  # behind the name of a super-journal
_LARGEST = 2**63


def check_side_files(file: Path) -> None:
    """Check that SQLite may open a file: what is beside it is of a kind that this program leaves.

    Raises:
        ProjectDamaged: it is not.
        OSError: it cannot be looked at.
    """
    for side in SIDES:
        beside = file.with_name(f"{file.name}{side}")
        try:
            status = beside.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            raise damaged()
        if (side != JOURNAL and status.st_size) or _names_a_super_journal(beside):
            raise damaged()


def is_unfinished(file: Path) -> bool:
    """Say whether there is a change that SQLite would take back, as a killed program leaves it."""
    try:
        return file.with_name(f"{file.name}{JOURNAL}").lstat().st_size > 0
    except FileNotFoundError:
        return False


def check_links(folder: Path) -> None:
    """Check that a project has its files in its own folder.

    Raises:
        ProjectError: one of them is a link, or is reached by one.
    """
    for name in FOLDERS:
        if _is_link(folder / name):
            raise ProjectError(tr(LINKED, name=name))
        for entry in _entries(folder / name):
            if entry.is_symlink():
                below = f"{name}/{entry.name}"
                raise ProjectError(tr(LINKED, name=below))


def check_no_link(file: Path) -> None:
    """Check that a project file lies where it is named, and there alone.

    Raises:
        ProjectError: it is a link, or has a second name.
    """
    if _is_link(file):
        raise ProjectError(tr(LINKED, name=file.name))
    with contextlib.suppress(OSError):  # there is nothing
        status = file.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
            raise ProjectError(tr(SECOND_NAME))


def _is_link(path: Path) -> bool:
    try:
        return is_link(path)
    except OSError:  # there is nothing
        return False


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # there is no such folder yet
        return []


def _names_a_super_journal(journal: Path) -> bool:
    """Say whether a journal is part of a change of several files; this program changes one."""
    with open_foreign(journal, _LARGEST) as stream:
        length = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, length - len(_END_OF_JOURNAL)))
        return stream.read() == _END_OF_JOURNAL
