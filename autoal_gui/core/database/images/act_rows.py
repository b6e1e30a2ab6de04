"""Acts as rows of the project file, each sealed like a line of the journal."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, get_args

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.stored_values import as_line, as_list, as_row, as_whole, parsed
from autoal_gui.core.images.acts import Act, ActKind, Change
from autoal_gui.core.labels.journal import UNSEALED, seal_over

_COLUMNS = "sequence, at, annotator, line, round_number, kind, images"
_SEALED = f"SELECT {_COLUMNS}, seal FROM act ORDER BY sequence"  # noqa: S608 - our own names
_KINDS = get_args(ActKind)


def add_act(
    db: sqlite3.Connection, at: str, annotator: str, kind: ActKind, changes: Sequence[Change]
) -> Act:
    """Write an act behind the last one; the caller opens the transaction."""
    (line,) = db.execute("SELECT coalesce(max(sequence), 0) FROM journal").fetchone()
    (number,) = db.execute("SELECT coalesce(max(number), 0) FROM round").fetchone()
    (last,) = db.execute("SELECT coalesce(max(sequence), 0) FROM act").fetchone()
    act = Act(last + 1, at, annotator, line, number, kind, tuple(changes))
    insert_act(db, act)
    return act


def insert_act(db: sqlite3.Connection, act: Act) -> None:
    """Write an act as it is, sealed behind the last one."""
    found = db.execute("SELECT seal FROM act ORDER BY sequence DESC LIMIT 1").fetchone()
    images = json.dumps([[one.image_id, one.before, one.after] for one in act.changes])
    row = (act.sequence, act.at, act.annotator, act.line, act.round_number, act.kind, images)
    seal = seal_over(row, found[0] if found else UNSEALED)
    db.execute("INSERT INTO act VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, seal))


def read_acts(db: sqlite3.Connection) -> tuple[Act, ...]:
    """Return every act, ascending by sequence.

    Raises:
        ProjectDamaged: one is not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    return tuple(act_from(*row[:-1]) for row in db.execute(_SEALED).fetchall())


def act_from(*values: Any) -> Act:
    """Return the act of a row without its seal.

    Raises:
        ProjectDamaged: it is not what this program writes.
    """
    sequence, at, annotator, line, number, kind, images = values
    if kind not in _KINDS:
        raise damaged()
    return Act(
        as_whole(sequence, low=1),
        as_line(at),
        as_line(annotator),
        as_whole(line),
        as_whole(number),
        kind,
        as_list(parsed(images), _change),
    )


def _change(value: object) -> Change:
    return Change(*as_row(value, lambda number: as_whole(number, low=1), as_line, as_line))


def first_broken_act(db: sqlite3.Connection) -> int | None:
    """Return the sequence of the first act whose seal does not hold; None where all do."""
    before = UNSEALED
    for *row, seal in db.execute(_SEALED).fetchall():
        if seal_over(row, before) != seal:
            return int(row[0])
        before = seal
    return None
