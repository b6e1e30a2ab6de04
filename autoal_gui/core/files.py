"""Writing files so that a kill or a full disk leaves the old file or the whole new one."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a name beside `target` to write to; move it there when the block has succeeded.

    Raises:
        OSError: it cannot be written or moved.
    """
    partial = target.with_name(f"{target.name}.part")
    try:
        yield partial
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
