"""Images, classes and what is known of them from the start, as rows of the project file.

A large folder is listed first, and its files are checked beside the labelling. An image whose file
has not been read yet has an empty SHA-256. One that turns out to be unreadable is listed with the
reason and tried again when the project is opened: a drive may have been away.

Each function reads to the end at once: a statement left half read would outlive the closing of the
file, and with it the lock, where what was read turns out to be damaged.
"""

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.stored_values import as_line
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import Listing, Split


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


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one file: its hash, or the reason why it cannot be used."""

    image_id: int
    key: str
    sha256: str
    """Lower-case hex; empty where it cannot be used."""
    reason: str = ""


def unchecked(db: sqlite3.Connection) -> tuple[tuple[int, str], ...]:
    """Return (image id, key) of the images whose file has not been read yet, ascending."""
    rows = db.execute("SELECT image_id, key FROM image WHERE sha256='' ORDER BY image_id")
    return tuple(rows.fetchall())


def unusable(db: sqlite3.Connection) -> set[int]:
    """Return the ids of images that are known to be unreadable."""
    return {i for (i,) in db.execute("SELECT image_id FROM image JOIN unreadable USING (key)")}


def unreadable(db: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    """Return (key, reason) of the files that cannot be used, ascending by key."""
    return tuple(db.execute("SELECT key, reason FROM unreadable ORDER BY key").fetchall())


def store(db: sqlite3.Connection, found: Sequence[Checked]) -> None:
    """Store what came of some files; the caller opens the transaction."""
    sound = [(one.sha256, one.image_id, one.key) for one in found if not one.reason]
    broken = [(one.key, one.reason) for one in found if one.reason]
    db.executemany("UPDATE image SET sha256=? WHERE image_id=?", [row[:2] for row in sound])
    db.executemany("DELETE FROM unreadable WHERE key=?", [row[2:] for row in sound])
    db.executemany("INSERT OR REPLACE INTO unreadable VALUES (?, ?)", broken)


def identity_of(listing: Listing) -> str:
    """Return what a project's images are known by for as long as it lives, see `ImagePool`.

    Empty where every file has been read, since their hashes then say it.
    """
    if all(image.sha256 for image in listing.images):
        return ""
    digest = hashlib.sha256()
    for image in listing.images:
        digest.update(f"{image.key}\0{image.sha256}\0".encode())
    return digest.hexdigest()
