"""Which key does what: the keys of classes and commands, and what the user has changed of them.

Keys belong to a user, not to a project: they are kept with the window's settings.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from autoal_gui.core.language import tr

LETTERS = "abcdehjklopqrvy"
"""Letters for classes beyond the ninth: those that no command uses unless the user says so."""
DIGITS = "123456789"


@dataclass(frozen=True)
class KeyMap:
    """What differs from the keys that the program comes with; a key is written as Qt writes it."""

    classes: Mapping[int, str] = field(default_factory=dict)
    """Key by class index."""
    commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys by the name of a command; the first is the one printed on buttons."""

    def with_class(self, class_index: int, key: str) -> "KeyMap":
        """Return the map with another key of a class; "" for that of the program."""
        others = {i: k for i, k in self.classes.items() if i != class_index}
        return replace(self, classes={**others, class_index: key} if key else others)

    def with_command(self, name: str, keys: tuple[str, ...] | None) -> "KeyMap":
        """Return the map with other keys of a command; None for those of the program."""
        others = {n: k for n, k in self.commands.items() if n != name}
        return replace(self, commands=others if keys is None else {**others, name: keys})

    def to_json(self) -> str:
        """Return the map as text, for the settings."""
        return json.dumps({"classes": list(self.classes.items()), "commands": dict(self.commands)})

    @classmethod
    def from_json(cls, text: str) -> "KeyMap":
        """Read what `to_json` wrote; whatever cannot be read counts as nothing changed."""
        try:
            values: Any = json.loads(text)
            classes = {int(index): str(key) for index, key in values["classes"]}
            commands = {
                str(name): tuple(str(key) for key in keys)
                for name, keys in values["commands"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()
        return cls(classes, commands)


_in_use = KeyMap()
_order: tuple[int, ...] = ()


def use(keys: KeyMap) -> None:
    """Take these keys from now on; who shows keys is told by the window."""
    global _in_use
    _in_use = keys


def use_order(order: tuple[int, ...]) -> None:
    """Give the classes of the open project their keys in this order of class indexes."""
    global _order
    _order = order


def in_use() -> KeyMap:
    """Return what the user has changed."""
    return _in_use


def command_keys(name: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of a command, `own` unless the user chose others."""
    return _in_use.commands.get(name, own)


def class_keys(classes: int, new: bool = False) -> tuple[str, ...]:
    """Return the key of each class by its index; "" where there are more classes than keys.

    The first has 1, of two classes too. What the user chose comes first; a key that it took from
    another class is made up for by one that is free.

    Args:
        classes: how many there are.
        new: they are not those of the open project, whose order may have been changed.
    """
    order = () if new else tuple(i for i in _order if i < classes)
    place = {index: n for n, index in enumerate(dict.fromkeys((*order, *range(classes))))}
    chosen = {i: key.lower() for i, key in _in_use.classes.items() if i < classes}
    taken = {*chosen.values(), *(k.lower() for keys in _in_use.commands.values() for k in keys)}
    usual = (DIGITS + LETTERS)[:classes]
    free = iter([key for key in DIGITS + LETTERS if key not in taken and key not in usual])
    found = []
    for index in range(classes):
        key = chosen.get(index) or usual[place[index] : place[index] + 1]
        if index not in chosen and (key in taken or not key):
            key = next(free, "")
        found.append(key)
    return tuple(found)


def keys_sentence(classes: int) -> str:
    """Say which keys are in use, for when they have changed."""
    keys = [key for key in class_keys(classes) if key]
    return tr(
        "The class keys are now {first} to {last}, as printed on the buttons.",
        first=keys[0],
        last=keys[-1],
    )


NEEDED = frozenset({"esc", "tab", "return", "enter", "space", "shift+tab", "up", "down"})
"""Keys that move about the window and its dialogs."""


def conflict(key: str, others: Collection[tuple[str, str]]) -> str:
    """Say in one sentence why a key cannot be taken, or return "".

    Args:
        key: the key as Qt writes it.
        others: (key, what it does) of everything else.
    """
    if not key:
        return tr("Press the new key first.")
    if key.lower() in NEEDED:
        return tr("{key} is needed to move about the window; choose another key.", key=key)
    for taken, what in others:
        if taken.lower() == key.lower():
            return tr(
                "{key} is the key of “{what}”; choose another or change that first.",
                key=key,
                what=what,
            )
    return ""
