"""What tests let a fresh process do: this module is all that such a process has to import."""

import time
from pathlib import Path

import numpy as np

MEGABYTE = 1_000_000


def held_for_a_moment(megabytes: int) -> int:
    """Hold memory of this process's own, then give it back."""
    block = np.ones(megabytes * MEGABYTE, np.uint8)
    time.sleep(0.2)
    return int(block.sum())


def read_from_the_disk(file: Path) -> int:
    """Read a mapped file from end to end, and keep the map for a while."""
    mapped = np.memmap(file, np.uint8, "r")
    total = int(mapped.sum())
    time.sleep(0.2)
    return total


def raising() -> None:
    raise KeyError("from the other process")
