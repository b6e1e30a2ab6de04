"""Whether a file is a sound project file, found out by reading alone."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from autoal_gui.core.database.backups import backups
from autoal_gui.core.database.database_errors import NO_PROJECT, damaged
from autoal_gui.core.database.images.act_rows import first_broken_act
from autoal_gui.core.database.journal_rows import first_broken
from autoal_gui.core.database.migrations import version_of
from autoal_gui.core.database.schema import APPLICATION_ID, SCHEMA_VERSION, SCHEMAS
from autoal_gui.core.errors import ProjectDamaged, ProjectError, ProjectTooNew
from autoal_gui.core.language import tr

LARGEST = 2**33  # bytes of a project file; SQLite would make a bitmap of all its pages
_HEADER = ("application_id", "user_version")
_STORED = {"TEXT": "'text'", "INTEGER": "'integer'", "REAL": "'real'", "BLOB": "'blob'"}
"""What `typeof` says of a value, by the type of its column."""


def is_blank(connection: sqlite3.Connection) -> bool:
    """Say whether there is nothing in a file."""
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        return False
    return not any(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _HEADER)


def is_unborn(connection: sqlite3.Connection, file: Path) -> bool:
    """Say whether there never was anything in a file; else there would be copies of it."""
    return is_blank(connection) and not backups(file.parent)


def check_kind(connection: sqlite3.Connection, file: Path) -> None:
    """Check whose file it is.

    Raises:
        ProjectDamaged: it is not this program's.
        ProjectTooNew: it is a later version's.
        ProjectError: it is nobody's yet.
    """
    if is_unborn(connection, file):
        raise ProjectError(tr(NO_PROJECT))
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = version_of(connection)
    if application != APPLICATION_ID or version < 1:
        raise ProjectDamaged(tr("That file is not a project of this program."))
    if version > SCHEMA_VERSION:
        raise ProjectTooNew(
            tr("A later version of the program wrote this project; it has been left unchanged.")
        )


def check_content(connection: sqlite3.Connection, file: Path) -> None:
    """Check that nothing is missing, that nothing else is there, and that the seals hold.

    Raises:
        ProjectDamaged: it is not so.
        sqlite3.Error: it cannot even be read.
    """
    _check_length(connection, file)
    if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise damaged()
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise damaged()
    version = version_of(connection)
    if not has_tables_of(connection, version) or not _has_types(connection):
        raise damaged()
    if version > 1 and first_broken(connection) is not None:
        raise damaged()
    if version > 3 and first_broken_act(connection) is not None:
        raise damaged()


def _check_length(connection: sqlite3.Connection, file: Path) -> None:
    """Check that no byte is missing: SQLite reads those of an empty last page as zeros."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    size = file.stat().st_size
    if size > LARGEST or size < pages * connection.execute("PRAGMA page_size").fetchone()[0]:
        raise damaged()


def _has_types(connection: sqlite3.Connection) -> bool:
    """Say whether every value is of the type of its column, which SQLite itself does not ask."""
    for table, tests in _type_tests(connection):
        # Into it go names of our own alone: the tables are as this program defines them.
        query = f"SELECT 1 FROM {table} WHERE {tests} LIMIT 1"  # noqa: S608
        if connection.execute(query).fetchone() is not None:
            return False
    return True


def _type_tests(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    names = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
    for (table,) in connection.execute(names).fetchall():
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        yield (
            table,
            " OR ".join(
                _type_test(name, kind, needed or key) for _, name, kind, needed, _, key in columns
            ),
        )


def _type_test(name: str, kind: str, needed: int) -> str:
    """Return what is true of a value that its column cannot have."""
    allowed = (_STORED[kind],) if needed else (_STORED[kind], "'null'")
    return f"typeof({name}) NOT IN ({', '.join(allowed)})"


def has_tables_of(connection: sqlite3.Connection, version: int) -> bool:
    """Say whether a file has the tables of a version, as they were defined, and nothing else."""
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(SCHEMAS[version])
        return _definitions(connection) == _definitions(fresh)


def _definitions(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Return every table, index and trigger of a database as it was defined."""
    return connection.execute(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY 1, 2"
    ).fetchall()
