"""Finds the images that a cell of a table is about: by path, name, number, hash or group."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from autoal_gui.core.sets.layout import file_of

TRIED = 20  # cells of a column that tell whether it is one of hashes
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_HASH = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,18}")


class ImageNames:
    """The images of a set, by what a table may call them."""

    def __init__(
        self,
        keys: Sequence[str],
        hashes: Mapping[str, str] | None = None,
        groups: Mapping[str, str] | None = None,
    ) -> None:
        """Know images by their keys, and by the SHA-256 and the group of each where it is known."""
        self.keys = tuple(keys)
        self._found: dict[str, list[str]] = defaultdict(list)
        self._by_number: dict[int, list[str]] = defaultdict(list)
        for key in keys:
            self._add(key)
        self._by_hash: dict[str, list[str]] = defaultdict(list)
        for key, sha256 in (hashes or {}).items():
            if sha256:
                self._by_hash[sha256].append(key)
        self._by_group = _by_group(groups or {})

    def _add(self, key: str) -> None:
        plain = _plain(file_of(key))
        parts = plain.split("/")
        names = {"/".join(parts[place:]) for place in range(len(parts))}
        names |= {_ENDING.sub("", name) for name in names}
        names.add(_plain(key))
        for name in names:
            self._found[name].append(key)
        stem = _ENDING.sub("", parts[-1])
        if _NUMBER.fullmatch(stem):
            self._by_number[int(stem)].append(key)

    def find(self, cell: str) -> tuple[list[str], bool]:
        """Return the images that a cell may name, and whether a row can be of all of them.

        A cell names images by hash, path, the end of a path, name or number (a spreadsheet makes
        `12` of `0012`). A file with several frames or pages is one; of several files that bear the
        name, none is meant.
        """
        plain = _plain(cell)
        if _HASH.fullmatch(plain):
            return self._by_hash.get(plain, []), True
        found = self._named(plain)
        if not found and _NUMBER.fullmatch(plain):
            found = self._by_number.get(int(plain), [])
        return found, _are_one_file(found)

    def of_group(self, cell: str) -> list[str]:
        """Return the images of the group that a cell names: a patient, a slide."""
        plain = _plain(cell)
        found = self._by_group.get(plain)
        if found is None and _NUMBER.fullmatch(plain):
            found = self._by_group.get(str(int(plain)))
        return found or []

    def _named(self, plain: str) -> list[str]:
        parts = plain.split("/")
        for place in range(len(parts)):
            name = "/".join(parts[place:])
            found = self._found.get(name) or self._found.get(_ENDING.sub("", name), [])
            if found:
                return found
        return []


def has_hashes(cells: Sequence[str]) -> bool:
    """Say whether most cells of a column are SHA-256 hashes."""
    some = cells[:TRIED]
    return 2 * sum(bool(_HASH.fullmatch(_plain(cell))) for cell in some) > len(some)


def _by_group(groups: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the images of each group; one whose name is a number without its zeros, too."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, group in groups.items():
        if group:
            found[_plain(group)].append(key)
    short: dict[str, list[str]] = defaultdict(list)
    for name in found:
        if _NUMBER.fullmatch(name):
            short[str(int(name))].append(name)
    alone = {number: found[names[0]] for number, names in short.items() if len(names) == 1}
    return {**alone, **found}


def _are_one_file(keys: Sequence[str]) -> bool:
    return bool(keys) and (len(keys) == 1 or len({file_of(key) for key in keys}) == 1)


def _plain(text: str) -> str:
    """Return a path in one spelling: slashes, composed characters, small letters."""
    path = unicodedata.normalize("NFC", text.strip()).replace("\\", "/").casefold()
    return path.removeprefix("./").strip("/")
