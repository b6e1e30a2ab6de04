"""Images, classes and what is known of them from the start, as rows of the project file.

A large folder is listed first, and its files are checked beside the labelling. An image whose file
has not been read yet has an empty SHA-256. One that turns out to be unreadable is listed with the
reason and tried again when the project is opened: a drive may have been away.

Each function reads to the end at once: a statement left half read would outlive the closing of the
file, and with it the lock, where what was read turns out to be damaged.
"""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.stored_values import as_line, as_list, parsed
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import Listing, OfficialSplit, Split, Stamp


def read_images(db: sqlite3.Connection) -> tuple[PoolImage, ...]:
    """Return every image.

    Raises:
        ProjectDamaged: what is known of one is not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute(
        "SELECT image_id, key, sha256, split, group_name, part, columns"
        " FROM image LEFT JOIN metadata USING (image_id)"
    ).fetchall()
    return tuple(
        PoolImage(i, key, sha256, split, group or "", part or None, columns_from(columns or "[]"))
        for i, key, sha256, split, group, part, columns in rows
    )


def columns_from(text: object) -> tuple[str, ...]:
    """Return what the columns of an image say, of their stored text.

    Raises:
        ProjectDamaged: it is not what this program writes.
    """
    return as_list(parsed(text), as_line)


def metadata_of(
    listing: Listing, salt: str
) -> Iterator[tuple[int, str, str, OfficialSplit | Literal[""]]]:
    """Yield the row of each image (1, 2, ... in the order of the listing) of which there is any.

    Args:
        listing: what the source found.
        salt: the project's, for groups that name persons.
    """
    for image_id, image in enumerate(listing.images, start=1):
        group = pseudonym(image.group, salt) if listing.personal_groups else image.group
        if group or image.part or any(image.columns):
            yield image_id, group, json.dumps(image.columns), image.part or ""


def pseudonym(group: str, salt: str) -> str:
    """Return by what a group is known that names a person: in lower-case hex, empty for none."""
    return hmac.digest(salt.encode(), group.encode(), "sha256").hex() if group else ""


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
    stamp: Stamp | None = None
    """How the file was when it was read."""


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
