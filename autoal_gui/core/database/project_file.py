"""The SQLite file of a project: its schema and the one safe way to open it.

Measured choices: a rollback journal that is truncated, full synchronisation and an exclusive
lock lose no acknowledged label when the program is killed, are safe to copy as one file, and
refuse a second program at once without a stale lock.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.database import migrations
from autoal_gui.core.database.backups import backups, keep_backup
from autoal_gui.core.database.database_errors import (
    DAMAGED,
    NO_PROJECT,
    UNREAD,
    UNSAVED,
    UNWRITABLE,
    as_project_error,
)
from autoal_gui.core.database.journal_rows import first_broken
from autoal_gui.core.database.schema import SCHEMA_VERSION, SCHEMAS
from autoal_gui.core.errors import ProjectDamaged, ProjectError, ProjectTooNew
from autoal_gui.core.language import tr

APPLICATION_ID = 0x41414C47  # "AALG"


@dataclass(frozen=True)
class ProjectFile:
    """An open project file, whose lock this program holds until it is closed."""

    path: Path
    connection: sqlite3.Connection

    def close(self) -> None:
        """Release the lock. Nothing is saved here: all of it is saved already."""
        self.connection.close()

    def save(self, statement: str, *values: object) -> None:
        """Write by one statement; it is committed when this returns, unless in a transaction.

        Raises:
            ProjectError: it could not be saved.
        """
        with self.saving():
            self.connection.execute(statement, values)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Say in one sentence that the block could not read the project.

        Raises:
            ProjectError: with that sentence.
        """
        with self.saving(UNREAD) as connection:
            yield connection

    @contextlib.contextmanager
    def saving(self, sentence: str = UNSAVED) -> Iterator[sqlite3.Connection]:
        """Say in one sentence that the block could not read or write the project.

        Args:
            sentence: which, in English.

        Raises:
            ProjectError: with that sentence.
        """
        try:
            yield self.connection
        except sqlite3.Error as error:
            raise ProjectError(tr(sentence)) from error

    @contextlib.contextmanager
    def transaction(self, sentence: str = UNSAVED) -> Iterator[sqlite3.Connection]:
        """Commit everything in the block at once, or nothing.

        Args:
            sentence: what to say where it could not be saved, in English.

        Raises:
            ProjectError: with that sentence.
        """
        with self.saving(sentence) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself ends it where the disk is full
                    connection.execute("ROLLBACK")
                raise


def create(file: Path, fill: Callable[[sqlite3.Connection], None]) -> ProjectFile:
    """Write a new project file, all of it or nothing, and open it.

    Args:
        file: where to write.
        fill: writes the first rows, in the transaction that makes the tables.

    Raises:
        ProjectError: there is one already, or the folder cannot be written.
    """
    try:
        file.touch(mode=0o600, exist_ok=False)  # SQLite itself would let others read it
    except FileExistsError:
        if not _is_unborn(file):
            raise ProjectError(tr("There is a project in that folder already.")) from None
    except OSError as error:
        raise ProjectError(tr(UNWRITABLE)) from error
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        _lock(connection)
        connection.executescript(
            f"BEGIN; PRAGMA application_id={APPLICATION_ID};"
            f"PRAGMA user_version={SCHEMA_VERSION}; {SCHEMAS[SCHEMA_VERSION]}"
        )
        fill(connection)
        connection.execute("COMMIT")
    except BaseException as error:
        connection.close()
        for path in (file, file.with_name(f"{file.name}-journal")):
            path.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise ProjectError(tr(UNWRITABLE)) from error
        raise
    return ProjectFile(file, connection)


def _is_unborn(file: Path) -> bool:
    """Say whether a file is what a program left that was killed while it made a project."""
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as db:
            return _is_empty(db, file)
    except sqlite3.Error:
        return False


_HEADER = ("application_id", "user_version")


def _is_empty(connection: sqlite3.Connection, file: Path) -> bool:
    """Say whether there never was anything in a file; else there would be copies of it."""
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone() or backups(file.parent):
        return False
    values = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _HEADER)
    return not any(values)


def open_existing(file: Path) -> ProjectFile:
    """Open a project file, take its lock and check it.

    Raises:
        ProjectInUse: another program has it open.
        ProjectTooNew: a later version of the program wrote it; nothing is changed.
        ProjectDamaged: it is not a sound project file; nothing is changed.
        ProjectError: it is not there, or cannot be opened for writing.
    """
    if not file.is_file():
        raise ProjectError(tr(NO_PROJECT))
    try:
        connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise as_project_error(error) from error
    try:
        _check_kind(connection, file)
        _lock(connection)
        _check_length(connection, file)
        _check_content(connection)
        keep_backup(connection, file)
        migrations.migrate(connection)
    except (sqlite3.Error, UnicodeError) as error:  # damage makes messages that are no text
        connection.close()
        raise as_project_error(error) from error
    except BaseException:
        connection.close()
        raise
    return ProjectFile(file, connection)


def _check_kind(connection: sqlite3.Connection, file: Path) -> None:
    """Check whose file it is before anything is done that may write to it."""
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    if _is_empty(connection, file):
        raise ProjectError(tr(NO_PROJECT))
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = migrations.version_of(connection)
    if application != APPLICATION_ID or version < 1:
        raise ProjectDamaged(tr("That file is not a project of this program."))
    if version > SCHEMA_VERSION:
        raise ProjectTooNew(
            tr("A later version of the program wrote this project; it has been left unchanged.")
        )


def _lock(connection: sqlite3.Connection) -> None:
    connection.executescript(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=TRUNCATE;"
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
        "BEGIN EXCLUSIVE; COMMIT;"  # the lock stays: locking_mode is EXCLUSIVE
    )


def _check_length(connection: sqlite3.Connection, file: Path) -> None:
    """Check that no byte is missing: SQLite reads those of an empty last page as zeros."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    if file.stat().st_size < pages * connection.execute("PRAGMA page_size").fetchone()[0]:
        raise ProjectDamaged(tr(DAMAGED))


def _check_content(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
        raise ProjectDamaged(tr(DAMAGED))
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise ProjectDamaged(tr(DAMAGED))
    version = migrations.version_of(connection)
    if not _has_tables_of(connection, version):
        raise ProjectDamaged(tr(DAMAGED))
    if version > 1 and first_broken(connection) is not None:
        raise ProjectDamaged(tr(DAMAGED))


def is_own(file: Path) -> bool:
    """Say whether a file has the tables of this version, whatever version it says it is of."""
    address = f"{file.resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            return _has_tables_of(connection, SCHEMA_VERSION)
    except sqlite3.Error:
        return False


def _has_tables_of(connection: sqlite3.Connection, version: int) -> bool:
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(SCHEMAS[version])
        return _definitions(connection) == _definitions(fresh)


def _definitions(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Return every table, index and trigger of a database as it was defined."""
    return connection.execute(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY 1, 2"
    ).fetchall()
