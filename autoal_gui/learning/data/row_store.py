"""Numbers of many images, a row each: in memory, or in a file where they would fill it."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr
from autoal_gui.core.system.memory import memory_told

MANY = 20_000  # images whose features take 20 MB in half precision
Array = npt.NDArray[Any]


class Rows(Protocol):
    """An array that is written from its first row to its last, then read."""

    def add(self, values: Array) -> None:
        """Write the next rows.

        Raises:
            SourceError: the disk is full.
        """

    def whole(self) -> Array:
        """Return the array, all of whose rows have been written.

        Raises:
            SourceError: the disk is full.
        """


@contextmanager
def new_rows(folder: Path, shape: tuple[int, ...], kind: type[np.generic]) -> Iterator[Rows]:
    """Give an array to write: from `MANY` rows on in a file, which is memory-mapped when whole.

    Its pages are the system's, which takes them back when memory is short. The file has no name
    where the system allows that; it is gone with the array, or with a program that is killed.

    Args:
        folder: exists; the file lies in it.
        shape: (n, ...).
        kind: of the numbers.

    Raises:
        SourceError: the disk must not be written to.
    """
    if shape[0] < MANY:
        yield _InMemory(np.empty(shape, kind))
        return
    with ExitStack() as stack:
        with _refusals_in_a_sentence():
            # Without a buffer: it would find out too late that the disk is full.
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder, buffering=0))
        yield _InFile(file, shape, np.dtype(kind))


class _InMemory:
    def __init__(self, array: Array) -> None:
        self._array = array
        self._written = 0

    def add(self, values: Array) -> None:
        end = self._written + len(values)
        self._array[self._written : end] = values
        self._written = end

    def whole(self) -> Array:
        return self._array


class _InFile:
    """Written as a file, and mapped when it is whole.

    To write to a mapped file whose disk is full kills the program without a word.
    """

    def __init__(self, file: IO[bytes], shape: tuple[int, ...], kind: np.dtype[np.generic]) -> None:
        self._file, self._shape, self._kind = file, shape, kind

    def add(self, values: Array) -> None:
        with _refusals_in_a_sentence():
            left = memoryview(values.astype(self._kind, copy=False).tobytes())
            while left:
                left = left[self._file.write(left) :]

    def whole(self) -> Array:
        with _refusals_in_a_sentence(), memory_told():
            return np.memmap(self._file, self._kind, "r", shape=self._shape)


@contextmanager
def _refusals_in_a_sentence() -> Iterator[None]:
    """Turn what the system refuses into one sentence."""
    try:
        yield
    except OSError as error:
        raise SourceError(
            tr("What the model found cannot be kept in the project's folder; is its disk full?")
        ) from error
