"""Copies of the project file, made each time that it is opened with something new in it.

They are whole files of their own, in `backups/` beside it, for the user alone. Recovery reads
them where the file itself can no longer be read; see `autoal_gui.core.recovery.recovery`.
"""

import contextlib
import logging
import re
import sqlite3
from pathlib import Path

from autoal_gui.core.system.files import replacing

log = logging.getLogger(__name__)

FOLDER = "backups"
KEPT = 3
_NAME = re.compile(r"project-(\d{6,})-(\d+)\.autoal")  # how often; when the file was changed


def backups(folder: Path) -> list[Path]:
    """Return the copies in a project's folder, the last first."""
    with contextlib.suppress(OSError):  # there is no such folder yet
        files = (folder / FOLDER).iterdir()
        return sorted((file for file in files if _NAME.fullmatch(file.name)), reverse=True)
    return []


def keep_backup(db: sqlite3.Connection, file: Path) -> None:
    """Copy a sound project file, unless the last copy has all that it has.

    A copy is never worth a project that does not open: where none can be written, none is.

    Args:
        db: the open project file. It is read through SQLite, since closing another handle of the
            file would release its lock.
        file: where it is.
    """
    kept = backups(file.parent)
    number = int(kept[0].name.split("-")[1]) + 1 if kept else 1
    changed = file.stat().st_mtime_ns
    if kept and kept[0].stem.endswith(f"-{changed}"):
        return
    target = file.parent / FOLDER / f"project-{number:06d}-{changed}.autoal"
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with (
            replacing(target) as partial,
            contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as copy,
        ):
            copy.execute("PRAGMA synchronous=OFF")  # `replacing` sees to it, once
            db.backup(copy)
        for old in kept[KEPT - 1 :]:
            old.unlink()
    except (OSError, sqlite3.Error) as error:
        log.warning("No copy of the project file was made: %s", type(error).__name__)
