"""Temporary folders: they may hold decoded images, so none may outlive the work it was made for.

A folder is locked for as long as its process lives. What a killed process has left is found by
that, and removed when the program starts next.
"""

import contextlib
import os
import secrets
import shutil
import stat
import tempfile
import time
from pathlib import Path
from types import TracebackType

from autoal_gui.core.errors import NoRoom
from autoal_gui.core.language import mark, tr

NO_ROOM = mark("There is no room for temporary files on this computer.")
PREFIX = "autoal-gui-work-"
UNLOCKED_PREFIX = "autoal-gui-"  # of versions up to 0.3, which locked none
SETTLED = 60.0  # seconds after which a folder that is being made has been locked
TRIES = 5  # of removing a folder: another thread may write to it still
ABANDONED = 2 * 24 * 3600.0  # seconds after which one that nobody locks is not in use any more

_made: dict[Path, int | None] = {}
"""Folders of this process, and the descriptors that hold their locks."""


class ScratchFolder:
    """A folder for the user alone that goes with the block, with `remove`, or with the process."""

    def __init__(self, parent: Path | None = None, prefix: str = PREFIX) -> None:
        """Make it.

        Args:
            parent: where; by default where the system keeps temporary files.
            prefix: how its name begins; `sweep` looks for that.

        Raises:
            NoRoom: it cannot be made there.
        """
        try:
            place = Path(tempfile.gettempdir()) if parent is None else parent.absolute()
        except OSError as error:
            raise NoRoom(tr(NO_ROOM)) from error
        self.path = place / f"{prefix}{secrets.token_hex(6)}"
        _made[self.path] = None  # before it is there: a signal may end the process at any moment
        try:
            self.path.mkdir(mode=0o700)
            _made[self.path] = _locked(self.path)
        except OSError as error:
            del _made[self.path]
            raise NoRoom(tr(NO_ROOM)) from error

    def remove(self) -> None:
        """Remove it and what is in it; the second time nothing happens."""
        _remove(self.path)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()


def remove_own() -> None:
    """Remove every folder of this process, which is about to end without leaving its blocks."""
    for path in list(_made):
        _remove(path)


def sweep(parent: Path | None = None, prefix: str = PREFIX) -> None:
    """Remove the folders of processes that have ended; see `ScratchFolder`."""
    place = Path(tempfile.gettempdir()) if parent is None else parent
    with contextlib.suppress(OSError):
        for path in sorted(place.glob(f"{prefix}*")):
            with contextlib.suppress(OSError):
                _sweep_one(path, SETTLED)
        if prefix == PREFIX:
            for path in sorted(place.glob(f"{UNLOCKED_PREFIX}*")):
                with contextlib.suppress(OSError):
                    _sweep_one(path, ABANDONED)


def _sweep_one(path: Path, age: float) -> None:
    status = path.lstat()
    own = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
    if path in _made or not own or not stat.S_ISDIR(status.st_mode):
        return
    waited = age if CAN_LOCK else ABANDONED
    if time.time() - status.st_mtime < waited:
        return
    lock = _locked(path)
    if lock is not None or not CAN_LOCK:
        shutil.rmtree(path, ignore_errors=True)
    if lock is not None:
        os.close(lock)


def _remove(path: Path) -> None:
    for _ in range(TRIES):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            break
    lock = _made.pop(path, None)
    if lock is not None:
        os.close(lock)


try:
    import fcntl
except ImportError:  # Windows has no such locks; there what is in use cannot be removed
    CAN_LOCK = False

    def _locked(path: Path) -> int | None:
        return None

else:
    CAN_LOCK = True

    def _locked(path: Path) -> int | None:
        """Lock a folder until the process ends; None where another holds it."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor
