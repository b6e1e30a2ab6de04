"""The files of a damaged project: read whole, copied aside, and never led out of their folder."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from autoal_gui.core.database.backups import backups
from autoal_gui.core.database.journal_check import copied
from autoal_gui.core.database.side_files import SIDES, is_unfinished
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.system.files import copy_foreign
from autoal_gui.core.system.foreign_files import read_foreign

LARGEST = 2**31  # bytes of a file that is read; all of it has to fit into memory


def contents(file: Path) -> list[bytes]:
    """Return what a damaged file holds, and what it would if what is unfinished were taken back.

    Which of them is the better one is not known: what is to be taken back may itself be damaged.

    Raises:
        OSError: it cannot be read.
    """
    found = [read_foreign(file, LARGEST, file.parent)]
    if is_unfinished(file):
        with contextlib.suppress(ProjectError, sqlite3.Error, OSError), copied(file) as copy:
            with contextlib.closing(sqlite3.connect(copy)) as db:
                db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            found.insert(0, read_foreign(copy, LARGEST))
    return found


def copies(folder: Path) -> Iterable[bytes]:
    """Read the copies that were made of a project; one that cannot be read is none."""
    for copy in backups(folder):
        with contextlib.suppress(OSError):
            yield read_foreign(copy, LARGEST, folder)


def put_aside(file: Path) -> Path:
    """Copy a damaged file to a name beside it that is free, and return that.

    Raises:
        OSError: there is no room.
    """
    today = date.today().isoformat()
    for number in range(1, 1000):
        target = file.with_name(f"{file.name}.damaged-{today}{f'-{number}' if number > 1 else ''}")
        if not any(map(os.path.lexists, (target, *_sides(target)))):
            break
    copy_foreign(file, target, LARGEST, file.parent, within=file.parent)
    return target


def move_sides(file: Path, kept: Path) -> None:
    """Give what SQLite would apply to a new file to the old one, which is kept.

    Raises:
        OSError: it cannot be moved.
    """
    for side, target in zip(_sides(file), _sides(kept), strict=True):
        with contextlib.suppress(FileNotFoundError):
            status = side.lstat()
            if stat.S_ISREG(status.st_mode) and not status.st_size:  # as every program leaves it
                side.unlink()
            else:
                side.rename(target)


def _sides(file: Path) -> list[Path]:
    return [Path(f"{file}{side}") for side in SIDES]
