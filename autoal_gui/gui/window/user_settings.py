"""Where the window keeps theme, language, geometry and recent projects."""

import contextlib
import sys
from pathlib import Path

from PySide6.QtCore import QSettings


def user_settings() -> QSettings:
    """Return the user's own settings, in a file that nobody else may read where they are a file.

    They list projects, whose names may name patients; Qt would let others read a new file.
    """
    settings = QSettings("autoal-gui", "autoal-gui")
    if sys.platform == "linux":  # else they are in the registry, or in the system's preferences
        make_private(Path(settings.fileName()))
    return settings


def make_private(file: Path) -> None:
    """Let the user alone read a file, which is made if it is missing; Qt keeps it so.

    Where that cannot be done, Qt cannot write there either.
    """
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.chmod(0o600)
