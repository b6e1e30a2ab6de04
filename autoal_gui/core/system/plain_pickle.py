"""Pickles of plain values, read without Python's or torch's reader.

Those follow a file wherever it leads: a million nested tuples end the process when one of them is
hashed, a single step asks for gigabytes, and no exception tells of it. Here a step is one of the
few that files of weights, or of arrays, are made of; names stand for what the caller says and for
nothing else, and there is a bound to each: to steps, to the length and nesting of tuples, to the
kinds of keys.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

MOST_STEPS = 2_500_000  # the confusion of a thousand classes takes one million
FOR_A_CONTAINER = 20  # steps that a list or dict counts for: it takes as much memory as them
MOST_MARKS = 100
MOST_IN_TUPLE = 64  # items; those of a tensor's description are six
LONGEST_NAME = 200  # bytes


@dataclass(frozen=True)
class Function:
    """What a name stands for that a pickle may call; it gets plain values and checks them."""

    call: Callable[..., object]


class PlainPickle:
    """One pickle somewhere in a file; read it once."""

    PROTOCOLS: ClassVar[tuple[int, ...]] = (2,)

    def __init__(
        self,
        data: bytes,
        names: Mapping[str, object],
        stored: Callable[[Any], object],
        start: int = 0,
    ) -> None:
        """Make ready to read.

        Args:
            data: the file.
            names: what "module name" stands for; a `Function` may be called.
            stored: gives what a persistent id stands for.
            start: where in the file the pickle begins.
        """
        self.position = start
        """Where the next step begins; after reading, what follows the pickle."""
        self._data = data
        self._names = names
        self._stored = stored
        self._left = MOST_STEPS
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []  # stacks that a mark has put aside
        self._memo: dict[int, Any] = {}

    def read(self) -> Any:
        """Return its value: dicts, lists, tuples, texts, numbers, None, and what names made.

        Raises:
            ValueError, LookupError, TypeError, struct.error: it is cut off, has a step or a name
                of another kind, or is too much of anything.
        """
        start = self._taken(2)
        if start[0] != PROTOCOL or start[1] not in self.PROTOCOLS:
            raise ValueError("another protocol")
        steps = self._steps()
        while (step := self._data[self.position]) != STOP:
            self.position += 1
            self._spend(1)
            steps[step](self)
        self.position += 1
        return self._stack.pop()

    def _steps(self) -> "Mapping[int, Callable[[Any], None]]":
        """Return what each step does."""
        return STEPS

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise ValueError("too many steps")

    def _taken(self, size: int) -> bytes:
        """Return the next bytes."""
        end = self.position + size
        if size < 0 or end > len(self._data):
            raise ValueError("cut off")
        taken = self._data[self.position : end]
        self.position = end
        return taken

    def _number(self, kind: str) -> Any:
        """Return the next number, by its letter of `struct`; without a sign it is big-endian."""
        (number,) = struct.unpack(kind, self._taken(struct.calcsize(kind)))
        return number

    def _line(self) -> str:
        end = self._data.index(b"\n", self.position, self.position + LONGEST_NAME)
        line = self._taken(end - self.position)
        self.position += 1
        return line.decode("ascii")

    def _marked(self) -> list[Any]:
        """Return what was pushed since the last mark."""
        items, self._stack = self._stack, self._below.pop()
        return items

    # -- steps -----------------------------------------------------------------------------------

    def _mark(self) -> None:
        if len(self._below) == MOST_MARKS:
            raise ValueError("too many marks")
        self._below.append(self._stack)
        self._stack = []

    def _container(self, empty: list[Any] | dict[Any, Any]) -> None:
        self._spend(FOR_A_CONTAINER)
        self._stack.append(empty)

    def _text(self, length: str) -> None:
        self._stack.append(self._taken(self._number(length)).decode("utf-8", "surrogatepass"))

    def _old_text(self, length: str) -> None:
        """Push a text of Python 2, which may as well be bytes."""
        self._text(length)

    def _long(self) -> None:
        self._stack.append(int.from_bytes(self._taken(self._number("B")), "little", signed=True))

    def _tuple(self, items: list[Any]) -> None:
        if len(items) > MOST_IN_TUPLE:
            raise ValueError("a long tuple")
        for item in items:
            if isinstance(item, tuple) and any(isinstance(below, tuple) for below in item):
                raise ValueError("nested tuples")
        self._stack.append(tuple(items))

    def _tuple_of(self, count: int) -> None:
        if len(self._stack) < count:
            raise ValueError("nothing to make a tuple of")
        items = self._stack[-count:]
        del self._stack[-count:]
        self._tuple(items)

    def _append(self, items: list[Any]) -> None:
        _required(self._stack[-1], list).extend(items)

    def _set(self, items: list[Any]) -> None:
        target = _required(self._stack[-1], dict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[_key(key)] = value

    def _set_one(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set([key, value])

    def _name(self) -> None:
        module, name = self._line(), self._line()
        self._stack.append(self._names[f"{module} {name}"])

    def _call(self) -> None:
        arguments = _required(self._stack.pop(), tuple)
        function = _required(self._stack.pop(), Function)
        self._spend(sum(len(a) for a in arguments if isinstance(a, list | tuple | dict)))
        self._stack.append(function.call(*arguments))

    def _build(self) -> None:
        """Drop the attributes that are set on an object: those of a state dict say nothing new."""
        self._stack.pop()

    def _persistent(self) -> None:
        self._stack.append(self._stored(self._stack.pop()))

    def _put(self, number: int) -> None:
        self._memo[number] = self._stack[-1]


def dict_of(pairs: Any = ()) -> dict[str | int, Any]:
    """Return an ordered dict's content; Python 2 wrote it as pairs.

    Raises:
        ValueError, TypeError: the pairs are none.
    """
    return {_key(key): value for key, value in _required(pairs, list | tuple)}


def _key(value: Any) -> str | int:
    if type(value) not in (str, int):  # others take long to hash, or end the process
        raise TypeError("a key that is no text")
    key: str | int = value
    return key


def _required(value: Any, kind: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError("another kind")
    return value


PROTOCOL = 0x80
STOP = ord(".")
STEPS: dict[int, Callable[[PlainPickle], None]] = {
    ord(letter): step
    for letter, step in {
        "(": PlainPickle._mark,
        "N": lambda p: p._stack.append(None),
        "\x88": lambda p: p._stack.append(True),
        "\x89": lambda p: p._stack.append(False),
        "}": lambda p: p._container({}),
        "]": lambda p: p._container([]),
        ")": lambda p: p._stack.append(()),
        "J": lambda p: p._stack.append(p._number("<i")),
        "K": lambda p: p._stack.append(p._number("B")),
        "M": lambda p: p._stack.append(p._number("<H")),
        "G": lambda p: p._stack.append(p._number(">d")),
        "\x8a": PlainPickle._long,
        "X": lambda p: p._text("<I"),
        "T": lambda p: p._old_text("<i"),
        "U": lambda p: p._old_text("B"),
        "t": lambda p: p._tuple(p._marked()),
        "\x85": lambda p: p._tuple_of(1),
        "\x86": lambda p: p._tuple_of(2),
        "\x87": lambda p: p._tuple_of(3),
        "a": lambda p: p._append([p._stack.pop()]),
        "e": lambda p: p._append(p._marked()),
        "s": PlainPickle._set_one,
        "u": lambda p: p._set(p._marked()),
        "c": PlainPickle._name,
        "R": PlainPickle._call,
        "b": lambda p: p._build(),
        "Q": PlainPickle._persistent,
        "q": lambda p: p._put(p._number("B")),
        "r": lambda p: p._put(p._number("<I")),
        "h": lambda p: p._stack.append(p._memo[p._number("B")]),
        "j": lambda p: p._stack.append(p._memo[p._number("<I")]),
    }.items()
}
"""What each step of the format does; see Python's `pickletools`."""
