"""Lines of the journal as rows of the project file."""

import sqlite3
from dataclasses import astuple, fields
from typing import Any

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.stored_values import as_share, as_whole
from autoal_gui.core.labels.journal import UNSEALED, Entry, Journal, seal_over, sealed

COLUMNS = tuple(column.name for column in fields(Entry))
# Into these go names of our own alone; what a user gives is bound.
_INSERT = (
    f"INSERT INTO journal ({', '.join(COLUMNS)}, seal) "  # noqa: S608
    f"VALUES ({', '.join('?' * len(COLUMNS))}, ?)"
)
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM journal"  # noqa: S608
_SEALED = f"SELECT {', '.join(COLUMNS)}, seal FROM journal ORDER BY sequence"  # noqa: S608
_SHOWN = COLUMNS.index("shown")


def insert_entry(db: sqlite3.Connection, entry: Entry, before: str) -> str:
    """Write an entry behind the one whose seal is `before`; return its own seal."""
    seal = sealed(entry, before)
    db.execute(_INSERT, (*astuple(entry), seal))
    return seal


def read_entries(db: sqlite3.Connection, image_id: int | None = None) -> list[Entry]:
    """Return the whole journal, or what it says of one image, ascending by sequence."""
    which, values = ("", ()) if image_id is None else (" WHERE image_id=?", (image_id,))
    rows = db.execute(f"{_SELECT}{which} ORDER BY sequence", values).fetchall()
    # Read to the end at once, see `Project`.
    return [_entry(list(row)) for row in rows]


def read_journal(db: sqlite3.Connection) -> Journal:
    """Return what the whole journal adds up to.

    Raises:
        ProjectDamaged: a number of it is none that this program writes, or an undo or redo is
            out of turn.
        sqlite3.Error: the file cannot be read.
    """
    entries = read_entries(db)
    for entry in entries:
        as_whole(entry.sequence, low=1)
        as_whole(entry.round_number)
        if entry.confidence is not None:
            as_share(entry.confidence)
    try:
        return Journal.of(entries)
    except ValueError as error:
        raise damaged() from error


def _entry(values: list[Any]) -> Entry:
    values[_SHOWN] = bool(values[_SHOWN])
    return Entry(*values)


def last_seal(db: sqlite3.Connection) -> tuple[int, str]:
    """Return the sequence and the seal of the last entry; those before the first if none is."""
    row = db.execute("SELECT sequence, seal FROM journal ORDER BY sequence DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, UNSEALED)


def first_broken(db: sqlite3.Connection) -> int | None:
    """Return the sequence of the first entry whose seal does not hold; None where all do.

    An entry that was changed, put in or taken out behind the program's back breaks the seal of
    that place. Whoever can write the file can also seal it anew: what proves that nothing was
    changed is the last seal, kept elsewhere.
    """
    before = UNSEALED
    for *row, seal in db.execute(_SEALED).fetchall():
        row[_SHOWN] = bool(row[_SHOWN])
        if seal_over(row, before) != seal:
            return int(row[0])
        before = seal
    return None
