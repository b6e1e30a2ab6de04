"""A project file read without touching it: from a copy, and whether its seals hold."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from autoal_gui.core.database.content_check import LARGEST
from autoal_gui.core.database.database_errors import (
    NO_PROJECT,
    UNREAD,
    as_project_error,
    damaged,
)
from autoal_gui.core.database.images.act_rows import first_broken_act
from autoal_gui.core.database.journal_rows import first_broken
from autoal_gui.core.database.migrations import version_of
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.database.side_files import JOURNAL, check_no_link, check_side_files
from autoal_gui.core.errors import FileRefused, NoRoom, ProjectError
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.system.files import copy_foreign
from autoal_gui.core.system.scratch import NO_ROOM, ScratchFolder

UNSEALED = mark(
    "An earlier version of the program wrote this project, without seals; they are made when it "
    "is opened next."
)
BROKEN = mark(
    "The journal was changed from outside: its line {line} is not what this program wrote."
)

BROKEN_ACT = mark(
    "What became of the images was changed from outside: note {line} is not what this program "
    "wrote."
)


@contextmanager
def copied(file: Path) -> Iterator[Path]:
    """Give a copy of a project file as it is between two transactions; the file is only read.

    Raises:
        ProjectError: another program has it open, it cannot be read, or there is no room.
    """
    try:
        scratch = ScratchFolder()
    except NoRoom as error:
        raise ProjectError(str(error)) from error
    with scratch as place:
        copy = place / file.name
        _copy_between(file, copy)
        yield copy


def _copy_between(file: Path, copy: Path) -> None:
    check_no_link(file)
    try:
        check_side_files(file)
        with (
            closing(
                sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", timeout=0, uri=True)
            ) as db,
            closing(sqlite3.connect(copy)) as target,
        ):
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # `backup` would wait
            db.backup(target)
    except sqlite3.Error as error:
        if "is full" in str(error):
            raise ProjectError(tr(NO_ROOM)) from error
        if "readonly" not in str(error):
            raise as_project_error(error) from error
        _copy_unfinished(file, copy)
    except OSError as error:
        raise ProjectError(tr(UNREAD)) from error


def _copy_unfinished(file: Path, copy: Path) -> None:
    """Copy what a killed program left: the copy is put right in the original's place."""
    try:
        for name in (file.name, f"{file.name}{JOURNAL}"):
            copy_foreign(file.with_name(name), copy.with_name(name), LARGEST, within=file.parent)
    except FileRefused as error:
        raise ProjectError(str(error)) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise ProjectError(tr(NO_ROOM if full else UNREAD)) from error


def check_seals(folder: Path) -> tuple[bool, str]:
    """Say whether a line of a project's journal was changed from outside; nothing is opened.

    Returns:
        whether all is as it was written, and that in one sentence.

    Raises:
        ProjectError: it is no project, it is open elsewhere, or it cannot be read.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        raise ProjectError(tr(NO_PROJECT))
    with copied(file) as copy, closing(sqlite3.connect(copy)) as db:
        try:
            return _check_copy(db)
        except sqlite3.Error as error:
            raise as_project_error(error) from error
        except (TypeError, ValueError) as error:
            raise damaged() from error


def _check_copy(db: sqlite3.Connection) -> tuple[bool, str]:
    if version_of(db) == 1:
        return True, tr(UNSEALED)
    broken = first_broken(db)
    if broken is not None:
        return False, tr(BROKEN, line=broken)
    broken = first_broken_act(db) if version_of(db) > 3 else None
    if broken is not None:
        return False, tr(BROKEN_ACT, line=broken)
    (lines,) = db.execute("SELECT count(*) FROM journal").fetchone()
    return True, tr_count(
        "The seal of its {count} line holds: nothing was changed from outside.",
        "The seals of all {count} lines hold: nothing was changed from outside.",
        lines,
    )
