"""Pickles of dicts, lists, texts and numpy arrays of whole numbers, as CIFAR's files are.

Nothing in such a file is run: a name in it stands for one of the few of `ArrayPickle`, any other
is refused. Texts and bytes are the same, as they were in Python 2, which wrote CIFAR's files; long
ones stay where they are in the file, so that nothing is copied. Files that a later Python wrote are
read as well.
"""

import math
import struct
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.plain_pickle import STEPS, Function, PlainPickle

Numbers = npt.NDArray[np.integer[Any]]
KINDS = {code: np.dtype(code) for code in ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8")}
MOST_DIMENSIONS = 4
LONG = 2**8  # bytes; what is longer is no text
WRONG = (ValueError, LookupError, TypeError, struct.error, OverflowError)
"""What reading a damaged or hostile file ends in."""


def read_array_pickle(data: bytes) -> Any:
    """Return the value of a pickle: dicts, lists, tuples, texts, numbers, None, numpy arrays.

    Raises:
        ValueError, LookupError, TypeError, struct.error, OverflowError: it is cut off, or holds
            anything else, or too much of anything; see `WRONG`.
    """
    found = ArrayPickle(data).read()
    return array_of(found) if isinstance(found, _Array) else found


def array_of(value: Any) -> Numbers:
    """Return an array that a pickle holds, or a list of numbers as one.

    Raises:
        ValueError, TypeError, OverflowError: it is neither.
    """
    if isinstance(value, _Array):
        if value.numbers is None:
            raise ValueError("an array without content")
        return value.numbers
    if not isinstance(value, list) or not all(type(one) is int for one in value):
        raise TypeError("no array")
    return np.array(value, np.int64)


class _Kind:
    """Stands for numpy's dtype."""

    def __init__(self, code: object, *rest: object) -> None:
        self.dtype = KINDS[_text_of(code)]

    def build(self, state: tuple[Any, ...]) -> None:
        """Take the order of the bytes."""
        if _text_of(state[1]) == ">":
            self.dtype = self.dtype.newbyteorder(">")


class _Array:
    """Stands for numpy's array, which a pickle makes empty and then fills."""

    def __init__(self) -> None:
        self.numbers: Numbers | None = None

    def build(self, state: tuple[Any, ...]) -> None:
        """Take the content: (version, shape, kind, whether it is column by column, bytes)."""
        _, shape, kind, by_column, content = state
        self.fill(content, kind, shape, "F" if by_column else "C")

    def fill(self, content: object, kind: object, shape: object, order: object) -> None:
        """Take the content, without a copy."""
        if not isinstance(kind, _Kind) or not isinstance(shape, tuple):
            raise TypeError("another array")
        if not all(type(side) is int and side >= 0 for side in shape):
            raise TypeError("another shape")
        raw = _bytes_of(content)
        wanted = math.prod(shape) * kind.dtype.itemsize
        if len(shape) > MOST_DIMENSIONS or wanted != len(raw):
            raise ValueError("another shape")
        flat = np.frombuffer(raw, kind.dtype) if wanted else np.empty(0, kind.dtype)
        self.numbers = flat.reshape(shape, order="F" if order == "F" else "C")


def _reconstruct(kind: object, shape: object, code: object) -> _Array:
    if kind is not NDARRAY:
        raise TypeError("another array")
    return _Array()


def _from_buffer(content: object, kind: object, shape: object, order: object) -> _Array:
    array = _Array()
    array.fill(content, kind, shape, order)
    return array


class ArrayPickle(PlainPickle):
    """One pickle of arrays; read it once."""

    PROTOCOLS: ClassVar = (2, 3, 4, 5)

    def __init__(self, data: bytes) -> None:
        names = {
            "numpy ndarray": NDARRAY,
            "numpy dtype": Function(_Kind),
            "_codecs encode": Function(self._encoded),
        }
        for room in ("numpy.core", "numpy._core"):
            names[f"{room}.multiarray _reconstruct"] = Function(_reconstruct)
            names[f"{room}.numeric _frombuffer"] = Function(_from_buffer)
        super().__init__(data, names, _no_stored)
        self._view = memoryview(data)
        self._to_encode = len(data)

    def _steps(self) -> Mapping[int, Callable[[Any], None]]:
        return LATER_STEPS

    def _old_text(self, length: str) -> None:
        """Push a text of Python 2, or bytes: what is long stays in the file."""
        size = self._number(length)
        if 0 <= size <= LONG:
            self._stack.append(self._taken(size).decode("latin-1"))
            return
        end = self.position + size
        if size < 0 or end > len(self._view):
            raise ValueError("cut off")
        self._stack.append(self._view[self.position : end])
        self.position = end

    def _encoded(self, text: object, coding: object) -> object:
        """Return bytes, as Python 3 writes them in protocol 2; all together no more than a file."""
        if not isinstance(text, str) or coding != "latin1":
            raise TypeError("another text")
        self._to_encode -= len(text)
        if self._to_encode < 0:
            raise ValueError("too many texts")
        return text if len(text) <= LONG else memoryview(text.encode("latin-1"))

    def _build(self) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if not isinstance(state, tuple) or not isinstance(target, _Array | _Kind):
            raise TypeError("another object")
        target.build(state)

    def _named(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(self._names[f"{_text_of(module)} {_text_of(name)}"])

    def _memoize(self) -> None:
        self._put(len(self._memo))


def _no_stored(found: object) -> object:
    raise ValueError("something stored elsewhere")


def _text_of(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _bytes_of(content: object) -> bytes | memoryview:
    if isinstance(content, str) and len(content) <= LONG:  # else each array would take a copy
        return content.encode("latin-1")
    if not isinstance(content, memoryview):
        raise TypeError("no bytes")
    return content


NDARRAY = object()
LATER_STEPS: dict[int, Callable[[Any], None]] = cast("dict[int, Callable[[Any], None]]", STEPS) | {
    ord(letter): step
    for letter, step in {
        "C": lambda p: p._old_text("B"),
        "B": lambda p: p._old_text("<I"),
        "\x8e": lambda p: p._old_text("<Q"),
        "\x96": lambda p: p._old_text("<Q"),
        "\x8c": lambda p: p._text("B"),
        "\x93": ArrayPickle._named,
        "\x94": ArrayPickle._memoize,
        "\x95": lambda p: p._taken(8),  # how long a frame is, which nobody needs
    }.items()
}
"""Steps of the protocols 2 to 5; see Python's `pickletools`."""
