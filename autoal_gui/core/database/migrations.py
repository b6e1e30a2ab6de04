"""Project files of earlier versions, brought up to date when they are opened.

Each step is one transaction: a kill leaves the old file or the new one.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from autoal_gui.core.database import schema
from autoal_gui.core.database.journal_rows import insert_entry
from autoal_gui.core.labels.journal import UNSEALED, Entry


def version_of(db: sqlite3.Connection) -> int:
    """Return the version of the schema that a file says it has."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection) -> None:
    """Bring a sound project file up to the version of this program, a version at a time."""
    for version in range(version_of(db), schema.SCHEMA_VERSION):
        try:
            STEPS[version](db)
            db.execute(f"PRAGMA user_version={version + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _seal_the_journal(db: sqlite3.Connection) -> None:
    """1 to 2: the journal knows flags, comments, second readers and seals."""
    rows = db.execute(
        "SELECT sequence, at, annotator, round_number, action, image_id, class_index,"
        " suggested, confidence, shown, target, comment FROM journal ORDER BY sequence"
    ).fetchall()
    # The journal refers to itself alone, so nothing else loses what it points to.
    db.executescript(
        "BEGIN IMMEDIATE; DROP TABLE journal;"
        f"{schema.JOURNAL_2} {schema.GUARDS} {schema.PREDICTION}"
    )
    seal = UNSEALED
    for row in rows:
        entry = Entry(*row)
        seal = insert_entry(db, replace(entry, shown=bool(entry.shown)), seal)


def _make_room_for_groups(db: sqlite3.Connection) -> None:
    """2 to 3: images have groups, parts and columns; nothing is known of those of before."""
    db.executescript(f"BEGIN IMMEDIATE; {schema.METADATA}")


def _make_room_for_acts(db: sqlite3.Connection) -> None:
    """3 to 4: what becomes of the images is noted; of files of before no stamp is known."""
    db.executescript(f"BEGIN IMMEDIATE; {schema.ACTS}")


def _make_room_for_bulk(db: sqlite3.Connection) -> None:
    """4 to 5: the journal knows what was confirmed in bulk; no line and no seal changes."""
    rows = db.execute("SELECT * FROM journal ORDER BY sequence").fetchall()
    db.executescript(f"BEGIN IMMEDIATE; DROP TABLE journal;{schema.JOURNAL} {schema.GUARDS}")
    db.executemany(f"INSERT INTO journal VALUES ({', '.join('?' * 14)})", rows)  # noqa: S608


STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {
    1: _seal_the_journal,
    2: _make_room_for_groups,
    3: _make_room_for_acts,
    4: _make_room_for_bulk,
}
"""What brings each version to the next, in a transaction that it begins."""
