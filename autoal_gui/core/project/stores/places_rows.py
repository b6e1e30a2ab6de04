"""Where the sets of a project are, as its settings say it."""

import sqlite3
from collections.abc import Sequence

from autoal_gui.core.database.setting_rows import SettingRows, read_setting
from autoal_gui.core.project.files.places import Place
from autoal_gui.core.project.stores import stored_settings as stored


def read_places(db: sqlite3.Connection) -> tuple[Place, ...]:
    """Return the sets of a project file, the first one first.

    Raises:
        ProjectDamaged: they are not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    first = read_setting(db, stored.SOURCE)
    sets = (("", first), *read_setting(db, stored.MORE_SOURCES))
    near = (*read_setting(db, stored.NEAR), *("" for _ in sets))
    return tuple(Place(spec, name, way) for (name, spec), way in zip(sets, near, strict=False))


def put_places(rows: SettingRows, places: Sequence[Place]) -> None:
    """Store them, in one transaction of the caller's.

    Raises:
        ProjectError: it could not be saved.
    """
    first, *more = places
    rows.put(stored.SOURCE, first.spec)
    rows.put(stored.MORE_SOURCES, tuple((place.name, place.spec) for place in more))
    rows.put(stored.NEAR, tuple(place.near for place in places))
