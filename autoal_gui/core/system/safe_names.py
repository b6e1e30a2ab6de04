"""Names for files and folders that every file system takes, whatever they are made from."""

import unicodedata

LONGEST = 80  # characters: with accents and a number, below the 255 bytes of most file systems
RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)
"""Names that Windows keeps for devices, with whatever ending."""


def safe_name(text: str, otherwise: str = "unnamed") -> str:
    """Return a text as the name of a file or folder; never empty, hidden or a way out of a folder.

    Letters, digits, spaces and "-_.()+" stay, everything else becomes "-". The name is composed
    (NFC), so that it is the same name on every system.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c if c.isalnum() or c in "-_ .()+" else "-" for c in composed)
    name = kept.strip(" .-")[:LONGEST].rstrip(" .-") or otherwise
    return f"{name}-" if name.split(".")[0].strip().lower() in RESERVED else name


class FreeNames:
    """Gives every name once; the second of a kind gets "-2". Case makes no other name."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def take(self, name: str, suffix: str = "") -> str:
        """Return a free name that begins with `name` and ends with `suffix`, and take it."""
        key = f"{name}{suffix}".casefold()
        free, number = f"{name}{suffix}", self._next.get(key, 2)
        while free.casefold() in self._taken:
            free = f"{name}-{number}{suffix}"
            number += 1
        self._next[key] = number
        self._taken.add(free.casefold())
        return free
