"""The journal of a damaged project, put together from what is left of its lines and its seals.

The seal of a line is a hash over the line and the seal before it. So a line that was read whole is
known to be right where the seal before it is left, and of a damaged one each single byte can be
tried until its seal holds again.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import get_args

from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.labels.journal import UNSEALED, Action, Entry, Journal, Purpose, sealed
from autoal_gui.core.recovery.sqlite_pages import (
    LEAF,
    Cell,
    Place,
    Salvage,
    Unreadable,
    cell_at,
    number_at,
    page_of,
)

BYTES = 800  # that are tried in all, at up to five milliseconds each
MOST_CLASSES = 10_000  # a name is made up for each that has lost its own
LONGEST = 600  # bytes of a line that is tried
_NUMBER = 18  # bytes of a line's length and number, at most
_PURPOSE = 12


@dataclass(frozen=True)
class Line:
    """A line of the journal as it was found."""

    entry: Entry
    seal: str
    """Empty in files of version 1, which knew none."""
    cell: Cell | None = field(default=None, repr=False)
    """Where it lies in the damaged file; None for one from elsewhere."""


@dataclass(frozen=True)
class Chain:
    """What is left of a journal."""

    entries: tuple[Entry, ...]
    """Ascending by sequence, such that they can be replayed."""
    repaired: int
    """How many of them were damaged and made whole again."""
    lost: int
    """How many lines there must have been besides."""


def line_from(cell: Cell) -> Line:
    """Return the line of the journal that a record holds."""
    values = cell.values
    purpose, seal = values[_PURPOSE:] if len(values) > _PURPOSE else ("answer", "")
    entry = Entry(*(cell.rowid, *values[1:_PURPOSE], purpose))
    confidence = None if entry.confidence is None else float(entry.confidence)
    return Line(replace(entry, shown=bool(entry.shown), confidence=confidence), seal, cell)


def rebuilt(
    found: Salvage, elsewhere: Iterable[Line], last: int, progress: ProgressCallback
) -> Chain:
    """Put the journal together.

    Args:
        found: what the damaged file holds.
        elsewhere: lines from copies of it.
        last: the highest sequence that is known to have been given.
        progress: called before each attempt to repair a line; may raise `Cancelled`.
    """
    lines: dict[int, list[Line]] = {}
    for line in (*map(line_from, found.of("journal")), *elsewhere):
        lines.setdefault(line.entry.sequence, []).append(line)
    kept, repaired = _Links(found, lines, last, progress).followed()
    kept = [entry for entry in kept if _is_possible(entry)]
    entries = replayable(kept)
    last = max((last, *(entry.sequence for entry in kept)))
    return Chain(tuple(entries), repaired, last - len(entries))


class _Links:
    """Follows the seals from line to line."""

    def __init__(
        self,
        found: Salvage,
        lines: dict[int, list[Line]],
        last: int,
        progress: ProgressCallback,
    ) -> None:
        self._found = found
        self._last = last
        self._progress = progress
        self._lines = lines
        self._bytes = BYTES
        self._places = [*found.gaps, *self._doubtful()]

    def _doubtful(self) -> Iterator[Place]:
        """Return where lines lie whose seals do not hold; their numbers may be what is damaged."""
        seals = [UNSEALED]
        for sequence in sorted(self._lines):
            for line in self._lines[sequence]:
                if line.cell and not _holds(line, seals):
                    yield _place(line.cell)
            seals = [line.seal for line in self._lines[sequence]]

    def followed(self) -> tuple[list[Entry], int]:
        """Return the entries that hold, or that nothing speaks against; how many were repaired."""
        kept: list[Entry] = []
        repaired, before = 0, 0
        seals, sure = [UNSEALED], True  # what the line before may have for a seal; if it is there
        near = {n + step for n in self._lines for step in (-1, 0, 1)}  # a number may be damaged
        for sequence in sorted({*near, 1, self._last} - {0}):
            sure = sure and sequence == before + 1
            before = sequence
            candidates = self._lines.get(sequence, [])
            line = next((one for one in candidates if _holds(one, seals)), None)
            if line is None:
                line = self._repaired(sequence, seals)
                repaired += line is not None
            holds = line is not None
            if line is None and not sure and (not self._last or sequence <= self._last):
                line = next(iter(self._lines.get(sequence, [])), None)
            if line is not None:
                kept.append(line.entry)
                seals = [line.seal]
            elif candidates:
                seals = [one.seal for one in candidates]
            sure = holds
        return kept, repaired

    def _repaired(self, sequence: int, seals: list[str]) -> Line | None:
        """Change each byte of what does not hold until it is the line wanted."""
        own = [_place(line.cell) for line in self._lines.get(sequence, []) if line.cell]
        for place in own or self._places:
            number, start, end = place
            if end - start > LONGEST:
                continue
            part = page_of(self._found.data, number)[start:end]
            tried = cost = end - start
            if number_at(part, 0) != sequence:  # then that is where the damaged byte must be
                tried, cost = _NUMBER, 1  # seldom more than the number has to be read
            self._bytes -= cost
            if self._bytes < 0:
                return None
            self._progress(0, 0)
            for cell in _variants(self._found.data, part, number, tried, sequence):
                line = line_from(cell)
                if line.seal and _holds(line, seals):
                    self._forget(place)
                    return line
        return None

    def _forget(self, place: Place) -> None:
        """Leave out what was found in a place that has turned out to hold another line."""
        for sequence, lines in self._lines.items():
            self._lines[sequence] = [
                line for line in lines if not line.cell or _place(line.cell) != place
            ]


def is_class(index: int) -> bool:
    """Say whether it can be the index of a class; a damaged one may be any number."""
    return 0 <= index < MOST_CLASSES


def _is_possible(entry: Entry) -> bool:
    """Say whether the table would take it; one that no seal speaks for may be anything."""
    return (
        entry.action in get_args(Action)
        and entry.purpose in get_args(Purpose)
        and (entry.class_index is None or is_class(entry.class_index))
        and (entry.action in ("label", "import")) == (entry.class_index is not None)
        and (entry.action in ("undo", "redo", "withdraw")) == (entry.target is not None)
    )


def _place(cell: Cell) -> Place:
    return cell.page, cell.start, cell.end


def _holds(line: Line, seals: list[str]) -> bool:
    return not line.seal or any(sealed(line.entry, before) == line.seal for before in seals)


def _variants(data: bytes, part: bytes, number: int, tried: int, sequence: int) -> Iterator[Cell]:
    """Yield each line of that number that a part of a page is, if one of its first bytes differs.

    Args:
        data: the whole file.
        part: from where the line is to start.
        number: the page's.
        tried: how many bytes are changed, one at a time.
        sequence: the line's.
    """
    changed = bytearray(part)
    for place, original in enumerate(part[:tried]):
        for value in range(256):
            changed[place] = value
            if number_at(changed, 0) != sequence:
                continue
            with contextlib.suppress(Unreadable):
                cell = cell_at(data, bytes(changed), number, 0, LEAF)
                if cell.table == "journal":
                    yield cell
        changed[place] = original


def replayable(entries: list[Entry]) -> list[Entry]:
    """Leave out what cannot be replayed because other lines are lost.

    An answer that was taken back stays out, even where what lay between is lost: nobody is to find
    an answer standing that they took back.
    """
    while True:
        journal = Journal()
        for entry in entries:
            try:
                journal.apply(entry)
            except ValueError:
                taken_back = entry.target if entry.action in ("undo", "withdraw") else None
                out = {entry.sequence, taken_back}
                entries = [other for other in entries if other.sequence not in out]
                break
        else:
            return entries
