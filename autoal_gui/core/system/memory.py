"""What the C library does with memory that has been freed: kept while work goes on, then returned.

Only glibc can be told; everything here does nothing elsewhere.
"""

import ctypes
import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from autoal_gui.core.errors import OutOfMemory
from autoal_gui.core.language import mark, tr

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
KEPT = 128 * 2**20  # bytes; with 64 pages still came anew, with 512 no fewer than with this
LARGEST_KEPT = 32 * 2**20  # bytes of one block, the most that glibc allows

TOO_LITTLE = mark(
    "The computer has too little memory for this; a smaller “Image size for training” in the "
    "settings needs less."
)


@contextmanager
def memory_told() -> Iterator[None]:
    """Tell a lack of memory, also where the system says that a file could not be mapped.

    Raises:
        OutOfMemory: there is too little, in one sentence.
    """
    try:
        yield
    except MemoryError as error:
        raise OutOfMemory(tr(TOO_LITTLE)) from error
    except OSError as error:
        if error.errno == errno.ENOMEM:
            raise OutOfMemory(tr(TOO_LITTLE)) from error
        raise


def keep_freed_memory() -> None:
    """Have memory that a batch frees ready for the next; call it before there are threads.

    Else it goes back to the system and comes anew, page by page: measured on 28-pixel images, up to
    a tenth of a training step's time. One arena serves all threads: those of further ones are
    taken apart in steps of 64 MB, whatever the thresholds are.
    """
    _call("mallopt", M_TRIM_THRESHOLD, KEPT)
    _call("mallopt", M_MMAP_THRESHOLD, LARGEST_KEPT)
    _call("mallopt", M_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Hand memory that has been freed back to the system.

    glibc keeps it for the process: measured on 28-pixel images, a warm start and a round left 470
    MB behind of which 330 were free, and what a pool needs came on top of them.
    """
    _call("malloc_trim", 0)


def _call(function: str, *values: int) -> None:
    """Call a function of glibc; other C libraries have none of that name."""
    if sys.platform == "linux":
        found: Any = getattr(ctypes.CDLL(None), function, None)
        if found is not None:
            found(*values)
