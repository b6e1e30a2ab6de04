"""Fresh processes, and the memory that is a process's own."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.system.processes import begin_process, spawning

Result = TypeVar("Result")
INTERVAL = 0.01  # seconds between two looks; to touch 100 MB takes a process longer


def in_fresh_process(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call a function of a module in a new process; an exception comes back as it is."""
    with _one_process() as pool:
        return pool.submit(function, *arguments).result()


def with_peak(function: Callable[..., Result], *arguments: Any) -> tuple[Result, int | None]:
    """Call a function in a new process; return its result and the peak of `own_bytes`."""
    result, sizes = with_sizes(function, *arguments)
    return result, max((size for _, size in sizes), default=None)


def with_sizes(
    function: Callable[..., Result], *arguments: Any
) -> tuple[Result, list[tuple[float, int]]]:
    """Call a function in a new process; return its result and its `own_bytes` all the while.

    They are taken from outside, so that no lock of the process itself can hide them. Each has the
    `time.monotonic()` at which it was taken; there are none where the system does not tell.
    """
    with _one_process() as pool:
        watch = _Watch(pool.submit(os.getpid).result())
        watch.start()
        try:
            result = pool.submit(function, *arguments).result()
        finally:
            watch.stop()
        return result, watch.sizes


def own_bytes(process: int | None = None) -> int | None:
    """Return the memory that a process alone holds; None where the system does not tell.

    On Linux these are the resident anonymous and shared-memory pages (RssAnon and RssShmem in
    /proc/PID/status). Pages of memory-mapped files do not count: they are the disk's cache, which
    the system takes back whenever it likes.

    Args:
        process: its id; None for this one.
    """
    status = Path("/proc") / str(process or "self") / "status"
    try:
        lines = status.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    sizes = dict(line.split(":", 1) for line in lines)
    parts = [sizes[name].split()[0] for name in ("RssAnon", "RssShmem") if name in sizes]
    return sum(1024 * int(kibibytes) for kibibytes in parts) if parts else None


@contextmanager
def _one_process() -> Iterator[ProcessPoolExecutor]:
    """Give a new process for the block.

    Raises:
        AutoALError: it was killed.
    """
    with ProcessPoolExecutor(1, mp_context=spawning(), initializer=begin_process) as pool:
        try:
            yield pool
        except BrokenProcessPool as error:
            raise AutoALError(
                "What was being measured was ended by the system; is there too little memory?"
            ) from error


class _Watch(threading.Thread):
    """Looks at a process's memory until it is told to stop."""

    def __init__(self, process: int) -> None:
        super().__init__(name="memory", daemon=True)
        self._process = process
        self._ended = threading.Event()
        self.sizes: list[tuple[float, int]] = []

    def run(self) -> None:
        while not self._ended.wait(INTERVAL):
            size = own_bytes(self._process)
            if size is not None:
                self.sizes.append((time.monotonic(), size))

    def stop(self) -> None:
        self._ended.set()
        self.join()
