"""Processes that work for another one."""

import os
import sys
import threading
from multiprocessing import parent_process


def leave_pandas_out() -> None:
    """Keep this process from loading pandas, which medmnist brings along and nothing here uses.

    scikit-learn loads it wherever it is installed: a quarter of a second, and 70 MB for good.
    """
    # None has it count as not installed.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]


def begin_helper() -> None:
    """Make a process that has been started to work for this one ready for it."""
    leave_pandas_out()
    end_with_parent()


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
