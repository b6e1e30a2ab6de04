"""Processes that work for another one."""

import os
import threading
from multiprocessing import parent_process

from autoal_gui.core.system.memory import keep_freed_memory


def begin_process() -> None:
    """Make this process, just started, keep memory as the program does, and end with its parent.

    It ends in the middle of its work: a parent that is killed cannot end its children, and nobody
    would await what they do.
    """
    keep_freed_memory()  # first: it must come before there are threads
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # files are written whole or not at all
