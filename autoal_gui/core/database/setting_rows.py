"""The settings of a project: each one JSON value by its name, all read and checked at opening."""

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.stored_values import parsed

Value = TypeVar("Value")
NEEDED = object()
"""In the place of a default: a project without the setting is damaged."""


@dataclass(frozen=True)
class Setting(Generic[Value]):
    """How one setting is stored."""

    name: str
    read: Callable[[Any], Value]
    """Makes it of what JSON held; raises `ProjectDamaged`."""
    write: Callable[[Value], Any] = lambda value: value
    """Makes of it what JSON can hold."""
    default: Any = NEEDED
    """For projects of before there was such a setting."""

    def text_of(self, value: Value) -> str:
        """Return a value as it is stored."""
        return json.dumps(self.write(value))

    def value_of(self, text: object) -> Value:
        """Return the value that a stored text stands for.

        Raises:
            ProjectDamaged: it stands for none.
        """
        return self.read(parsed(text))


class SettingRows:
    """The settings of an open project, in memory; what is put is saved before `put` returns."""

    def __init__(self, file: ProjectFile, settings: Iterable[Setting[Any]]) -> None:
        """Read all of them.

        Raises:
            ProjectDamaged: one is missing, or is not what this program writes.
            sqlite3.Error: the file cannot be read.
        """
        self._file = file
        stored = _stored(file.connection)
        self._values = {one.name: _value(one, stored) for one in settings}

    def get(self, setting: Setting[Value]) -> Value:
        """Return a setting."""
        return cast(Value, self._values[setting.name])

    def put(self, setting: Setting[Value], value: Value) -> None:
        """Change a setting.

        Raises:
            ProjectError: it could not be saved; it stays as it was.
        """
        self._file.save("INSERT OR REPLACE INTO setting VALUES (?, ?)", setting.name,
                        setting.text_of(value))  # fmt: skip
        self._values[setting.name] = value


def insert_settings(db: sqlite3.Connection, values: Iterable[tuple[Setting[Any], Any]]) -> None:
    """Write the settings of a new project, in the transaction that makes it."""
    rows = ((setting.name, setting.text_of(value)) for setting, value in values)
    db.executemany("INSERT INTO setting VALUES (?, ?)", rows)


def read_setting(db: sqlite3.Connection, setting: Setting[Value]) -> Value:
    """Read one setting of a file that is not open as a project.

    Raises:
        ProjectDamaged: it is missing, or is not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    return _value(setting, _stored(db))


def _stored(db: sqlite3.Connection) -> dict[object, object]:
    return dict(db.execute("SELECT name, value FROM setting").fetchall())


def _value(setting: Setting[Value], stored: dict[object, object]) -> Value:
    if setting.name in stored:
        return setting.value_of(stored[setting.name])
    if setting.default is NEEDED:
        raise damaged()
    return cast(Value, setting.default)
