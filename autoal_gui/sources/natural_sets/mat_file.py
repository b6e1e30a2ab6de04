"""MATLAB's files of version 5, as SVHN's are: plain arrays, read piece by piece.

scipy's reader takes as much memory as a file asks for, and all of it twice; here a compressed array
is never held whole. Written from MathWorks' "MAT-File Format" of version 5.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from autoal_gui.core.system.foreign_files import open_foreign

HEAD = 128  # bytes before the first element
BLOCK = 2**16  # bytes inflated at a time
MOST_ELEMENTS = 100
MOST_DIMENSIONS = 4
LONGEST_NAME = 64  # bytes
MATRIX, COMPRESSED = 14, 15
NUMBERS = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
CLASSES = range(6, 16)  # of an array of numbers
COMPLEX = 0x0800
WRONG = (ValueError, LookupError, struct.error, zlib.error, EOFError, OverflowError)
"""What reading a damaged or hostile file ends in."""


@dataclass(frozen=True)
class MatArray:
    """An array of a file as its header declares it; its numbers are stored column by column."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    """Of its numbers as they are stored, which may be smaller than MATLAB's own."""
    nbytes: int
    place: int
    """Where in the file its element begins."""
    skipped: int
    """Bytes of the element, inflated, before its numbers."""


def arrays_of(file: Path, most: int) -> dict[str, MatArray]:
    """Return the arrays of numbers in a file, by name; others are passed over.

    Args:
        file: the file.
        most: bytes that it may have.

    Raises:
        OSError: it cannot be opened, see `open_foreign`; or one of `WRONG`: it is damaged.
    """
    found = {}
    with open_foreign(file, most, file.parent) as stream:
        order = _order(stream)
        place = HEAD
        for _ in range(MOST_ELEMENTS):
            stream.seek(place)
            tag = stream.read(8)
            if len(tag) < 8:
                break
            kind, size = struct.unpack(f"{order}II", tag)
            if kind in (MATRIX, COMPRESSED):
                array = _header(_element(stream, kind, size), order, place)
                if array is not None:
                    found[array.name] = array
            place += 8 + size + (-size % 8 if kind != COMPRESSED else 0)
    return found


def numbers_of(file: Path, array: MatArray, most: int, step: int) -> Iterator[bytes]:
    """Yield the bytes of an array, `step` at a time.

    Raises:
        OSError: see `arrays_of`; or one of `WRONG`: it is damaged.
    """
    with open_foreign(file, most, file.parent) as stream:
        order = _order(stream)
        stream.seek(array.place)
        kind, size = struct.unpack(f"{order}II", stream.read(8))
        element = _element(stream, kind, size)
        element.read(array.skipped)
        left = array.nbytes
        while left:
            yield element.read(min(step, left))
            left -= min(step, left)


class _Element:
    """The bytes of an element, one after the other."""

    def __init__(self, stream: BinaryIO, size: int, packed: bool) -> None:
        self._stream, self._left = stream, size
        self._inflate = zlib.decompressobj() if packed else None
        self._ahead = b""
        self.done = 0
        """Bytes that were read."""

    def read(self, size: int) -> bytes:
        """Return so many bytes.

        Raises:
            EOFError: there are fewer.
        """
        parts = []
        wanted = size
        while wanted:
            if not self._ahead:
                self._ahead = self._more()
            part, self._ahead = self._ahead[:wanted], self._ahead[wanted:]
            parts.append(part)
            wanted -= len(part)
        self.done += size
        return b"".join(parts)

    def _more(self) -> bytes:
        if self._inflate is None:
            return self._raw()
        found = b""
        while not found:
            packed = self._inflate.unconsumed_tail
            if self._inflate.eof:
                raise EOFError
            found = self._inflate.decompress(packed or self._raw(), BLOCK)
        return found

    def _raw(self) -> bytes:
        block = self._stream.read(min(BLOCK, self._left))
        if not block:
            raise EOFError
        self._left -= len(block)
        return block


def _order(stream: BinaryIO) -> str:
    """Return how numbers are stored, in the letters of `struct`."""
    head = stream.read(HEAD)
    order = {b"IM": "<", b"MI": ">"}[head[126:128]]
    if struct.unpack(f"{order}H", head[124:126]) != (0x0100,):
        raise ValueError("another version")
    return order


def _element(stream: BinaryIO, kind: int, size: int) -> _Element:
    """Return the content of a matrix after its tag."""
    element = _Element(stream, size, packed=kind == COMPRESSED)
    if kind == COMPRESSED:
        element.read(8)
    return element


def _header(element: _Element, order: str, place: int) -> MatArray | None:
    """Return what an array is; None where it is none of real numbers."""
    begun = element.done  # of a compressed one, the tag of the matrix itself was read
    (flags,) = struct.unpack(f"{order}I", _part(element, order, 8)[:4])
    sides = _part(element, order, 4 * MOST_DIMENSIONS)
    shape = struct.unpack(f"{order}{len(sides) // 4}I", sides)
    name = _part(element, order, LONGEST_NAME).decode("ascii")
    if flags & 0xFF not in CLASSES or flags & COMPLEX:
        return None
    kind, nbytes, _ = _tag(element, order)
    dtype = np.dtype(f"{order}{NUMBERS[kind]}")
    if math.prod(shape) * dtype.itemsize != nbytes:
        raise ValueError("not as long as its shape says")
    return MatArray(name, shape, dtype, nbytes, place, element.done - begun)


def _tag(element: _Element, order: str) -> tuple[int, int, int]:
    """Return the kind of a part, its bytes, and how many follow them to fill it up."""
    (kind,) = struct.unpack(f"{order}I", element.read(4))
    if kind >> 16:  # a short one: the content stands in the tag
        size = kind >> 16
        if size > 4:
            raise ValueError("a long short part")
        return kind & 0xFFFF, size, 4 - size
    (size,) = struct.unpack(f"{order}I", element.read(4))
    return kind, size, -size % 8


def _part(element: _Element, order: str, most: int) -> bytes:
    _, size, rest = _tag(element, order)
    if size > most:
        raise ValueError("a long part")
    content = element.read(size)
    element.read(rest)
    return content
