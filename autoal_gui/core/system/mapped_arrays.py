"""Arrays in files, mapped into memory."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.files import check_target
from autoal_gui.core.system.memory import memory_told

PLAIN = b"\x93NUMPY\x01\x00"  # how numpy's files begin whose header is at most 64 kB long

STATES = ".states.npy"
"""How the files end that say of each image whether something computed of it is kept."""


def forget_rows(folder: Path, rows: Sequence[int]) -> None:
    """Have what is kept of some images computed anew; rows beyond a file's are passed over."""
    if not folder.is_dir():
        return
    for file in folder.glob(f"*{STATES}"):
        states = map_array(file, "r+")
        if states is not None and states.ndim == 1 and states.dtype == np.uint8:
            states[[row for row in rows if row < len(states)]] = 0


def map_array(file: Path, mode: Literal["r", "r+"]) -> npt.NDArray[Any] | None:
    """Map an array that was written before.

    Args:
        file: an .npy file of this program; no link is followed, and none that has another name
            is written to, which would change what somebody keeps there.
        mode: whether it may be written to.

    Returns:
        None where it is missing, damaged, cut off, or no plain file.

    Raises:
        OutOfMemory: it does not fit into what the program may address.
    """
    try:
        check_target(file)
        if mode != "r" and file.stat().st_nlink > 1:
            return None
        with file.open("rb") as stream:
            if stream.read(len(PLAIN)) != PLAIN:
                return None
        with memory_told():
            found: npt.NDArray[Any] = np.lib.format.open_memmap(file, mode)
    except (OSError, ValueError, OverflowError):
        return None
    return found
