"""Images, classes and what is known of them from the start, as rows of the project file.

Each function reads to the end at once: a statement left half read would outlive the closing of the
file, and with it the lock, where what was read turns out to be damaged.
"""

import sqlite3

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.stored_values import as_line
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import Split


def read_images(db: sqlite3.Connection) -> tuple[PoolImage, ...]:
    """Return every image.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute("SELECT image_id, key, sha256, split FROM image").fetchall()
    return tuple(PoolImage(*row) for row in rows)


def read_classes(db: sqlite3.Connection) -> tuple[str, ...]:
    """Return the class names; the position is the class index.

    Raises:
        ProjectDamaged: one is missing.
        sqlite3.Error: the file cannot be read.
    """
    found = db.execute("SELECT class_index, name FROM class ORDER BY class_index").fetchall()
    if [index for index, _ in found] != list(range(len(found))):
        raise damaged()
    return tuple(as_line(name) for _, name in found)


def read_truth(db: sqlite3.Connection, split: Split) -> dict[int, int]:
    """Return the known class index of each image id of a split.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute(
        "SELECT image_id, class_index FROM truth JOIN image USING (image_id) WHERE split=?",
        (split,),
    )
    return dict(rows.fetchall())
