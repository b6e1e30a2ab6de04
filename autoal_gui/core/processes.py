"""Processes that work for another one."""

import os
import threading
from multiprocessing import parent_process


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, in the middle of its work.

    A parent that is killed cannot end its children, and nobody would await what they do.
    """
    threading.Thread(target=_wait_and_end, daemon=True).start()


def _wait_and_end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # files are written whole or not at all
