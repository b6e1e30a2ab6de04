"""Values read from a project file, which anyone may have written: each is checked before use.

What is not what this program writes is damage, and is told as such wherever it lies. An error of
our own code is none: nothing here catches what it did not expect.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.sentences import Sentence

Value = TypeVar("Value")

MOST = 2**53  # whole numbers up to here are exact in JSON and in every float


def parsed(text: object) -> Any:
    """Read JSON, however deep and whatever its numbers.

    Raises:
        ProjectDamaged: it is none.
    """
    try:
        return json.loads(as_text(text))
    except (ValueError, RecursionError) as error:
        raise damaged() from error


def as_text(value: object) -> str:
    """Return a text.

    Raises:
        ProjectDamaged: it is none.
    """
    if not isinstance(value, str):
        raise damaged()
    return value


def as_line(value: object) -> str:
    """Return a text that can be shown, stored and written in any encoding.

    Raises:
        ProjectDamaged: it is none, or has half a character in it.
    """
    text = as_text(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise damaged() from error
    return text


def as_file_name(value: object) -> str:
    """Return the last part of a path: a project may have been moved, and names its own files.

    Raises:
        ProjectDamaged: no file can have that name.
    """
    text = as_text(value)
    if "\0" in text or Path(text).name == "..":
        raise damaged()
    return Path(text).name


def as_flag(value: object) -> bool:
    """Return true or false.

    Raises:
        ProjectDamaged: it is neither.
    """
    if not isinstance(value, bool):
        raise damaged()
    return value


def as_whole(value: object, low: int = 0, high: int = MOST) -> int:
    """Return a whole number in [low, high].

    Raises:
        ProjectDamaged: it is none, or lies outside.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise damaged()
    return value


def as_number(value: object, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a finite number in [low, high].

    Raises:
        ProjectDamaged: it is none, or lies outside.
    """
    whole_or_not = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not whole_or_not or not low <= value <= high or abs(value) > _LARGEST:  # type: ignore[operator, arg-type]
        raise damaged()
    return float(value)  # type: ignore[arg-type]


def as_share(value: object) -> float:
    """Return a number in [0, 1], give or take what rounding does to a sum of small numbers.

    Raises:
        ProjectDamaged: it is none.
    """
    return as_number(value, -_ROUNDING, 1 + _ROUNDING)


def as_list(value: object, read: Callable[[Any], Value]) -> tuple[Value, ...]:
    """Return every value of a list, each read.

    Raises:
        ProjectDamaged: it is no list, or one of its values is not what `read` takes.
    """
    if not isinstance(value, (list, tuple)):
        raise damaged()
    return tuple(read(one) for one in value)


def as_row(value: object, *reads: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Return a list of a fixed length, each value read by its own reader.

    Raises:
        ProjectDamaged: it has another length, or a value is not what its reader takes.
    """
    if not isinstance(value, (list, tuple)) or len(value) != len(reads):
        raise damaged()
    return tuple(read(one) for read, one in zip(reads, value, strict=True))


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return values by name.

    Raises:
        ProjectDamaged: it is something else.
    """
    if not isinstance(value, dict):
        raise damaged()
    return value


def as_sentence(value: object) -> Sentence:
    """Return the sentence of `Sentence.as_plain`.

    Raises:
        ProjectDamaged: it is none.
    """
    found = as_mapping(value)
    words, shares = as_mapping(found.get("words", {})), as_mapping(found.get("shares", {}))
    return Sentence(
        as_line(found.get("english", "")),
        {name: as_line(one) for name, one in words.items()},
        {name: as_number(one) for name, one in shares.items()},
        as_line(found.get("details", "")),
    )


_LARGEST = 1.7e308
_ROUNDING = 1e-3
