"""The SQLite file of a project: the one safe way to make, open and write it.

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
from autoal_gui.core.database.backups import keep_backup
from autoal_gui.core.database.content_check import (
    check_content,
    check_kind,
    has_tables_of,
    is_blank,
    is_unborn,
)
from autoal_gui.core.database.database_errors import (
    EXISTS,
    GONE,
    NO_PROJECT,
    UNREAD,
    UNSAVED,
    UNWRITABLE,
    as_project_error,
)
from autoal_gui.core.database.journal_check import copied
from autoal_gui.core.database.schema import APPLICATION_ID, SCHEMA_VERSION, SCHEMAS
from autoal_gui.core.database.side_files import (
    check_links,
    check_no_link,
    check_side_files,
    is_unfinished,
)
from autoal_gui.core.errors import FileRefused, ProjectError, ProjectGone, ProjectInUse
from autoal_gui.core.language import tr
from autoal_gui.core.system.files import replacing


@dataclass(frozen=True)
class ProjectFile:
    """An open project file, whose lock this program holds until it is closed."""

    path: Path
    connection: sqlite3.Connection
    place: tuple[int, int]
    """Device and inode of the file that was opened."""

    @classmethod
    def of(cls, path: Path, connection: sqlite3.Connection) -> "ProjectFile":
        """Take over a file that is locked and sound."""
        return cls(path, connection, _place_of(path))

    def close(self) -> None:
        """Release the lock. Nothing is saved here: all of it is saved already."""
        self.connection.close()

    def save(self, statement: str, *values: object) -> None:
        """Write by one statement; it is committed when this returns, unless in a transaction.

        Raises:
            ProjectError: it could not be saved.
        """
        with self.saving() as connection:
            connection.execute(statement, values)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Say in one sentence that the block could not read the project.

        Raises:
            ProjectError: with that sentence.
        """
        with _as_sentence(UNREAD):
            yield self.connection

    @contextlib.contextmanager
    def saving(self, sentence: str = UNSAVED) -> Iterator[sqlite3.Connection]:
        """Say in one sentence that the block could not write the project.

        Args:
            sentence: which, in English.

        Raises:
            ProjectGone: the file is no longer where it was opened, so that nothing is saved there.
            ProjectError: with that sentence.
        """
        self._require_place()
        with _as_sentence(sentence):
            yield self.connection
        if not self.connection.in_transaction:
            self._require_place()

    @contextlib.contextmanager
    def transaction(self, sentence: str = UNSAVED) -> Iterator[sqlite3.Connection]:
        """Commit everything in the block at once, or nothing.

        Args:
            sentence: what to say where it could not be saved, in English.

        Raises:
            ProjectError: see `saving`.
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

    def copy_to(self, target: Path) -> None:
        """Write all that the file holds to a place that is free, even if its own is gone.

        Raises:
            ProjectError: it cannot be written there, or there is a file already.
        """
        if target.exists():
            raise ProjectError(tr(EXISTS))
        try:
            with (
                replacing(target) as partial,
                contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as copy,
            ):
                self.connection.backup(copy)
        except (OSError, sqlite3.Error) as error:
            raise ProjectError(tr(UNWRITABLE)) from error

    def _require_place(self) -> None:
        """Raise `ProjectGone` where what is saved would go into a file that nobody finds again."""
        try:
            here = _place_of(self.path) == self.place
        except OSError:
            here = False
        if not here:
            raise ProjectGone(tr(GONE))


def _place_of(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


@contextlib.contextmanager
def _as_sentence(sentence: str) -> Iterator[None]:
    """Turn what SQLite says into one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise ProjectError(tr(sentence)) from error


# -- making -----------------------------------------------------------------------------------


def create(file: Path, fill: Callable[[sqlite3.Connection], None]) -> ProjectFile:
    """Write a new project file, all of it or nothing, and open it.

    Args:
        file: where to write.
        fill: writes the first rows, in the transaction that makes the tables.

    Raises:
        ProjectInUse: another program is making one there.
        ProjectError: there is one already, or the folder cannot be written.
    """
    _claim(file)
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        _require_blank(connection)
    except BaseException:
        connection.close()  # what is there is another program's
        raise
    try:
        connection.executescript(
            f"BEGIN; PRAGMA application_id={APPLICATION_ID};"
            f"PRAGMA user_version={SCHEMA_VERSION}; {SCHEMAS[SCHEMA_VERSION]}"
        )
        fill(connection)
        connection.execute("COMMIT")
        return ProjectFile.of(file, connection)
    except BaseException as error:
        _withdraw(connection, file)
        if isinstance(error, (sqlite3.Error, OSError)):
            raise ProjectError(tr(UNWRITABLE)) from error
        raise


def _claim(file: Path) -> None:
    """Make an empty file, or find what a kill has left of one."""
    try:
        file.touch(mode=0o600, exist_ok=False)  # SQLite itself would let others read it
    except FileExistsError:
        if not _was_left_unborn(file):
            raise ProjectError(tr(EXISTS)) from None
    except OSError as error:
        raise ProjectError(tr(UNWRITABLE)) from error


def _was_left_unborn(file: Path) -> bool:
    """Say whether a file is what a program left that was killed while it made a project."""
    check_no_link(file)
    try:
        check_side_files(file)
        with _as_it_will_be(file) as content, contextlib.closing(_connect(content)) as db:
            return is_unborn(db, file)
    except (sqlite3.Error, OSError):
        return False


def _require_blank(connection: sqlite3.Connection) -> None:
    """Take the lock, and see that no other program was first."""
    try:
        _lock(connection)
        blank = is_blank(connection)
    except sqlite3.Error as error:
        found = as_project_error(error)
        raise found if isinstance(found, ProjectInUse) else ProjectError(tr(UNWRITABLE)) from error
    if not blank:
        raise ProjectError(tr(EXISTS))


def _withdraw(connection: sqlite3.Connection, file: Path) -> None:
    """Remove what was made of a project, while its lock is held where the system allows that."""
    made = (file, file.with_name(f"{file.name}-journal"))
    with contextlib.suppress(OSError, sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for path in made:
            path.unlink(missing_ok=True)
    connection.close()
    for path in made:  # Windows removes no file that is open
        path.unlink(missing_ok=True)


# -- opening ----------------------------------------------------------------------------------


def open_existing(file: Path) -> ProjectFile:
    """Open a project file, take its lock and check it. Nothing is written to it before.

    Raises:
        ProjectInUse: another program has it open.
        ProjectTooNew: a later version of the program wrote it; nothing is changed.
        ProjectDamaged: it is not a sound project file; nothing is changed.
        ProjectError: it is not there, a part of it is a link, or it cannot be opened for writing.
    """
    connection = _connected(file)
    try:
        _check(connection, file, file)
        _lock(connection)
        keep_backup(connection, file)
        migrations.migrate(connection)
        return ProjectFile.of(file, connection)
    except (sqlite3.Error, UnicodeError) as error:  # damage makes messages that are no text
        connection.close()
        raise as_project_error(error) from error
    except BaseException:
        connection.close()
        raise


def _connected(file: Path) -> sqlite3.Connection:
    check_no_link(file)
    check_links(file.parent)
    if not file.is_file():
        raise ProjectError(tr(NO_PROJECT))
    try:
        check_side_files(file)
        if is_unfinished(file):
            with _as_it_will_be(file) as content, contextlib.closing(_connect(content)) as db:
                _check(db, file, content)
        return _connect(file)
    except FileRefused as error:
        raise ProjectError(str(error)) from error
    except (sqlite3.Error, OSError, UnicodeError) as error:
        raise as_project_error(error) from error


def _connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=0, isolation_level=None)


@contextlib.contextmanager
def _as_it_will_be(file: Path) -> Iterator[Path]:
    """Give a file to look into, or a copy of it where SQLite would write to it at the first look.

    That is so where a killed program left a change unfinished, or where somebody wants it to look
    so: what is to be taken back may be anything.

    Raises:
        ProjectError: see `copied`.
    """
    if is_unfinished(file):
        with copied(file) as copy:
            yield copy
    else:
        yield file


def _check(connection: sqlite3.Connection, file: Path, content: Path) -> None:
    """Check a file that nobody else can write meanwhile, and leave it as it is.

    To begin a transaction is to put the header right, as SQLite sees it; it is never committed.

    Args:
        connection: to the content.
        file: the project's.
        content: the same file, or a copy of it.
    """
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    check_kind(connection, file)
    connection.execute("BEGIN IMMEDIATE")
    try:
        check_content(connection, content)
    finally:
        connection.execute("ROLLBACK")


def _lock(connection: sqlite3.Connection) -> None:
    connection.executescript(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=TRUNCATE;"
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
        "BEGIN EXCLUSIVE; COMMIT;"  # the lock stays: locking_mode is EXCLUSIVE
    )


def is_own(file: Path) -> bool:
    """Say whether a file has the tables of this version, whatever version it says it is of."""
    address = f"{file.resolve().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            return has_tables_of(connection, SCHEMA_VERSION)
    except sqlite3.Error:
        return False
