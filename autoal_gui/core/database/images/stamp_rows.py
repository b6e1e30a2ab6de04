"""Size and time of the images' files, as rows of the project file."""

import sqlite3
from collections.abc import Iterable

from autoal_gui.core.images.source import Stamp


def read_stamps(db: sqlite3.Connection) -> dict[int, Stamp]:
    """Return what is known of the file of each image id.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute("SELECT image_id, size, modified FROM stamp").fetchall()
    return {image_id: Stamp(size, modified) for image_id, size, modified in rows}


def store_stamps(db: sqlite3.Connection, stamps: Iterable[tuple[int, Stamp | None]]) -> None:
    """Note how files are now; None forgets it. The caller opens the transaction."""
    known = list(stamps)
    gone = [(image_id,) for image_id, stamp in known if stamp is None]
    db.executemany("DELETE FROM stamp WHERE image_id=?", gone)
    db.executemany(
        "INSERT OR REPLACE INTO stamp VALUES (?, ?, ?)",
        [(image_id, one.size, one.modified) for image_id, one in known if one is not None],
    )
