"""Processes that work for another one."""

import os
import signal
import threading
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnContext

from autoal_gui.core.system.memory import keep_freed_memory
from autoal_gui.core.system.scratch import remove_own

ENDING = tuple(  # signals that ask a program to end
    number
    for name in ("SIGTERM", "SIGHUP")
    if (number := getattr(signal, name, None)) is not None  # Windows has no SIGHUP
)


def spawning() -> SpawnContext:
    """Return how processes are started: not forked, since neither Qt nor torch survives a fork."""
    return get_context("spawn")


def begin_process() -> None:
    """Make this process, just started, keep memory as the program does, and end with its parent.

    It ends in the middle of its work: a parent that is killed cannot end its children, and nobody
    would await what they do.
    """
    keep_freed_memory()  # first: it must come before there are threads
    if threading.current_thread() is threading.main_thread():
        for number in ENDING:
            signal.signal(number, _end)
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        _end()


def _end(number: int = 0, frame: object = None) -> None:
    """End in the middle of the work: files are written whole or not at all."""
    remove_own()
    os._exit(128 + number if number else 1)
