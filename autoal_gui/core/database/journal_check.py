"""A project file read without touching it: from a copy, and whether its seals hold."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from shutil import copyfile

from autoal_gui.core.database.database_errors import NO_PROJECT, as_project_error, damaged
from autoal_gui.core.database.journal_rows import first_broken
from autoal_gui.core.database.migrations import version_of
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.database.side_files import check_no_link, check_side_files
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.language import mark, tr, tr_count

UNSEALED = mark(
    "An earlier version of the program wrote this project, without seals; they are made when it "
    "is opened next."
)
BROKEN = mark(
    "The journal was changed from outside: its line {line} is not what this program wrote."
)


def copy_between(file: Path, copy: Path) -> None:
    """Copy a project file as it is between two transactions; the file itself is only read.

    Raises:
        ProjectError: another program has it open, or it cannot be read.
    """
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
        if "readonly" not in str(error):
            raise as_project_error(error) from error
        # A program was killed while it wrote: the copy is put right in the original's place.
        for name in (file.name, f"{file.name}-journal"):
            copyfile(file.with_name(name), copy.with_name(name))
    except OSError as error:
        raise ProjectError(tr("The other project cannot be read.")) from error


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
    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as place:
        copy = Path(place) / file.name
        copy_between(file, copy)
        with closing(sqlite3.connect(copy)) as db:
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
    (lines,) = db.execute("SELECT count(*) FROM journal").fetchone()
    return True, tr_count(
        "The seal of its {count} line holds: nothing was changed from outside.",
        "The seals of all {count} lines hold: nothing was changed from outside.",
        lines,
    )
