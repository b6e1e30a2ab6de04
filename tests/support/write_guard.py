"""Notes which code of the window writes to a project: only gui/session may."""

import sqlite3
import sys
from collections.abc import Callable

WINDOW = "autoal_gui/gui/"
SESSION = f"{WINDOW}session/"
WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER")
Connect = Callable[..., sqlite3.Connection]


class WriteGuard:
    """Watches every statement that SQLite runs, in whatever thread.

    What the window has called last before a statement that writes is to be a module of gui/session;
    a test that writes by itself, without the window, is free to.
    """

    def __init__(self) -> None:
        self.trespassers: set[str] = set()
        """Modules of the window that wrote to a project, from `autoal_gui` on."""

    def watched(self, connect: Connect) -> Connect:
        """Return `sqlite3.connect` with a watch on each connection that it makes."""

        def watch(*args: object, **values: object) -> sqlite3.Connection:
            connection = connect(*args, **values)
            connection.set_trace_callback(self._check)
            return connection

        return watch

    def _check(self, statement: str) -> None:
        if statement.lstrip().upper().startswith(WRITING):
            module = _last_of_the_window()
            if module and not module.startswith(SESSION):
                self.trespassers.add(module)


def _last_of_the_window() -> str:
    """Return the module of the window that was entered last, or an empty string."""
    frame = sys._getframe(2)
    while frame is not None:
        _, found, module = frame.f_code.co_filename.replace("\\", "/").rpartition(WINDOW)
        if found:
            return found + module
        frame = frame.f_back
    return ""
