"""Every record that can still be read in a damaged SQLite file, page by page.

SQLite's own reader goes from the root of a table to its leaves, so that one damaged page hides
all those behind it. Here each page is read for itself, and a record is known by its shape: no
two tables of a project have the same. The format is that of https://www.sqlite.org/fileformat2.html.
"""

import json
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from autoal_gui.core.images.source import ProgressCallback

PAGE = 4096  # bytes; what SQLite gives every new file
MAGIC = b"SQLite format 3\0"
LEAF, INDEX_LEAF, INDEX_INNER, TABLE_INNER = 13, 10, 2, 5
Table = Literal["setting", "class", "image", "unreadable", "truth", "round", "ranking", "journal",
                "prediction", "metadata", "act", "stamp", "sqlite_sequence",
                "sqlite_master"]  # fmt: skip
GROWING: frozenset[Table] = frozenset({"journal", "image", "metadata", "truth", "act"})
"""Tables in which nothing is ever changed or deleted: what is left of a row is the row."""
_MOST_COLUMNS = 14  # those of the journal
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # bytes by serial type
Values = tuple[Any, ...]
Place = tuple[int, int, int]
"""(page, start, end)."""


class Unreadable(ValueError):
    """These bytes are no record."""


@dataclass(frozen=True)
class Cell:
    """A record and where it lies."""

    table: Table
    rowid: int
    values: Values
    """By column; the column that is the rowid is None."""
    page: int
    start: int
    end: int


@dataclass
class Salvage:
    """What a file still holds."""

    data: bytes = field(repr=False)
    cells: list[Cell] = field(default_factory=list)
    gaps: list[Place] = field(default_factory=list)
    """Bytes beside readable records that belong to none."""

    def of(self, table: Table) -> Iterator[Cell]:
        """Return the records of a table, those that its pages list first."""
        return (cell for cell in self.cells if cell.table == table)


def salvage(data: bytes, progress: ProgressCallback = lambda done, total: None) -> Salvage:
    """Read every page of a file that is still one.

    Args:
        data: the file.
        progress: called before each page; may raise `Cancelled`.
    """
    found = Salvage(data)
    free = _free_pages(data)
    late: list[Cell] = []
    pages = len(data) // PAGE + (len(data) % PAGE > 0)
    for number in range(1, pages + 1):
        progress(number - 1, pages)
        if number not in free:
            listed, strays, gaps = _read_page(data, number)
            found.cells += listed
            late += strays
            found.gaps += gaps
    found.cells += late
    return found


def _free_pages(data: bytes) -> set[int]:
    """Return the pages that SQLite has put aside: what they hold was deleted or moved."""
    free: set[int] = set()
    trunk = int.from_bytes(data[32:36], "big") if data[:16] == MAGIC else 0
    while trunk and trunk not in free:
        page = page_of(data, trunk)
        if len(page) < PAGE:
            break
        free.add(trunk)
        trunk, count = struct.unpack(">II", page[:8])
        if count <= PAGE // 4 - 2:
            free.update(struct.unpack(f">{count}I", page[8 : 8 + 4 * count]))
    return free


def page_of(data: bytes, number: int) -> bytes:
    """Return a page by its number, from 1; shorter where the file ends."""
    return data[(number - 1) * PAGE : number * PAGE]


def _read_page(data: bytes, number: int) -> tuple[list[Cell], list[Cell], list[Place]]:
    """Return the cells that a page lists, those that only lie there, and what is left."""
    page = page_of(data, number)
    begin = 100 if number == 1 else 0
    if len(page) < begin + 8:
        return [], [], []
    kinds = [LEAF, INDEX_LEAF, INDEX_INNER]
    kinds.sort(key=lambda kind: kind != page[begin])
    for kind in kinds:
        listed, whole = _listed_cells(data, page, number, kind)
        if listed:
            break
    if listed and (whole or kind != LEAF):
        return listed, [], []
    if not listed and page[begin] in (INDEX_LEAF, INDEX_INNER, TABLE_INNER):
        return [], [], []
    strays = list(_strays(data, page, number, listed))
    if not (listed or strays or page[begin] == LEAF):  # a leaf may hold one line, and that damaged
        return [], [], []
    gaps = _uncovered(page, number, listed + strays)
    return listed, strays, [*_pointed_at(page, begin, gaps), *gaps]


def _pointed_at(page: bytes, begin: int, gaps: list[Place]) -> Iterator[Place]:
    """Return those parts of gaps that start where the page says that a cell does."""
    count = min(int.from_bytes(page[begin + 3 : begin + 5], "big"), PAGE // 2)
    for place in range(begin + 8, begin + 8 + 2 * count, 2):
        at = int.from_bytes(page[place : place + 2], "big")
        yield from ((number, at, end) for number, start, end in gaps if start < at < end)


def _listed_cells(data: bytes, page: bytes, number: int, kind: int) -> tuple[list[Cell], bool]:
    """Read the cells that a page points to; say whether each of them is one, without holes."""
    begin = 100 if number == 1 else 0
    count = int.from_bytes(page[begin + 3 : begin + 5], "big")
    first = begin + (12 if kind == INDEX_INNER else 8)
    cells, spoilt, refused = [], count > (PAGE - first) // 2, set[int]()
    for place in range(first, min(first + 2 * count, len(page) - 1), 2):
        at = int.from_bytes(page[place : place + 2], "big")
        if at in refused:  # a page of text points to one place a thousand times
            continue
        try:
            cells.append(cell_at(data, page, number, at, kind))
        except Unreadable:
            refused.add(at)
    spoilt = (spoilt or bool(refused)) and not (kind == INDEX_INNER and page[begin] == kind)
    room = sum(cell.end - cell.start for cell in cells)
    start = min((cell.start for cell in cells), default=PAGE)
    stated = int.from_bytes(page[begin + 5 : begin + 7], "big")  # where they start, says the page
    return cells, not spoilt and page[begin] == kind and room == PAGE - start and stated == start


def _strays(data: bytes, page: bytes, number: int, listed: list[Cell]) -> Iterator[Cell]:
    """Find rows that nothing points to any more, in what lies between the others."""
    starts = _starts_of_rows(page)
    for _, start, end in _uncovered(page, number, listed):
        free = start
        for at in starts:
            if not free <= at < end:
                continue
            try:
                cell = cell_at(data, page, number, at, LEAF)
            except Unreadable:
                continue
            if cell.table in GROWING:
                yield cell
                free = cell.end


_HEAD = re.compile(rb"[\x03-\x7f]\0")
"""How a record of a growing table begins: the size of its header, and its number left out."""


def _starts_of_rows(page: bytes) -> list[int]:
    """Return all places of a page at which a row of a growing table could start, ascending.

    Before its record stand its size and its number, one to nine bytes each. Most pages that hold
    no row have few such places, and reading at every byte takes a hundredth of a second a page.
    """
    starts: set[int] = set()
    for head in _HEAD.finditer(page):
        starts.update(range(max(0, head.start() - 18), head.start() - 1))
    return sorted(starts)


def _uncovered(page: bytes, number: int, cells: list[Cell]) -> list[Place]:
    gaps: list[Place] = []
    at = 108 if number == 1 else 8
    for cell in sorted(cells, key=lambda cell: cell.start):
        if cell.start > at:
            gaps.append((number, at, cell.start))
        at = max(at, cell.end)
    if at < len(page):
        gaps.append((number, at, len(page)))
    return gaps


def cell_at(data: bytes, page: bytes, number: int, at: int, kind: int) -> Cell:
    """Read the record at a place of a page.

    Args:
        data: the whole file, for what does not fit on the page.
        page: the page's bytes.
        number: the page's number.
        at: where the cell starts.
        kind: LEAF, INDEX_LEAF or INDEX_INNER.

    Raises:
        Unreadable: there is none that a table of a project could hold.
    """
    try:
        size, here = _varint(page, at + 4 if kind == INDEX_INNER else at)
        rowid = 0
        if kind == LEAF:
            rowid, here = _varint(page, here)
        if not 2 <= size <= len(data) or rowid < 0:
            raise Unreadable
        payload, end = _payload(data, page, here, size, kind)
        values = _record(payload)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise Unreadable from error
    table = _table_of(values, kind)
    if table is None:
        raise Unreadable
    return Cell(table, rowid, values, number, at, max(end, at + 4))


def number_at(page: bytes | bytearray, at: int) -> int | None:
    """Return the number of the row at a place of a leaf, be the rest readable or not."""
    try:
        _, here = _varint(page, at)
        return _varint(page, here)[0]
    except IndexError:
        return None


def _varint(data: bytes | bytearray, at: int) -> tuple[int, int]:
    value = 0
    for place in range(at, at + 8):
        byte = data[place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    value = value << 8 | data[at + 8]
    return value - (value >> 63 << 64), at + 9


def _payload(data: bytes, page: bytes, at: int, size: int, kind: int) -> tuple[bytes, int]:
    """Return a record's bytes, with those on overflow pages, and where it ends on its page."""
    largest = PAGE - 35 if kind == LEAF else (PAGE - 12) * 64 // 255 - 23
    if size <= largest:
        if at + size > len(page):
            raise Unreadable
        return page[at : at + size], at + size
    smallest = (PAGE - 12) * 32 // 255 - 23
    local = smallest + (size - smallest) % (PAGE - 4)
    local = local if local <= largest else smallest
    end = at + local + 4
    parts, missing = [page[at : at + local]], size - local
    following = int.from_bytes(page[end - 4 : end], "big")
    while missing > 0:
        rest = page_of(data, following) if following else b""
        if len(rest) < PAGE:
            raise Unreadable
        parts.append(rest[4 : 4 + missing])
        missing -= PAGE - 4
        following = int.from_bytes(rest[:4], "big")
    return b"".join(parts), end


def _record(payload: bytes) -> Values:
    size, at = _varint(payload, 0)
    kinds, room = [], len(payload) - size
    while at < size:
        kind, at = _varint(payload, at)
        kinds.append(kind)
        room -= (kind - 12) // 2 if kind > 11 else _INTEGERS.get(kind, 0)
        if room < 0 or len(kinds) > _MOST_COLUMNS:  # most of what is tried ends here
            raise Unreadable
    if at != size or len(kinds) < 2:
        raise Unreadable
    values = []
    for kind in kinds:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise Unreadable
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (0, 8, 9):
        return {0: None, 8: 0, 9: 1}[kind], at
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8])[0], at + 8
    if kind in (10, 11) or kind < 0:
        raise Unreadable
    size = _INTEGERS[kind] if kind < 12 else (kind - 12) // 2
    part = payload[at : at + size]
    if len(part) < size:
        raise Unreadable
    if kind < 12:
        return int.from_bytes(part, "big", signed=True), at + size
    return (part if kind % 2 == 0 else part.decode()), at + size


def _is(*kinds: type | tuple[type, ...]) -> Callable[[Values], bool]:
    def fits(values: Values) -> bool:
        return len(values) == len(kinds) and all(map(isinstance, values, kinds))

    return fits


_NULL = type(None)


def _ends_in(*words: str) -> Callable[[Values], bool]:
    """Tell three texts of an image by the last of them."""
    return lambda values: _is(_NULL, str, str, str)(values) and values[3] in words


_MAYBE = (int, _NULL)
_LINE = (_NULL, str, str, int, str, int, _MAYBE, _MAYBE, (int, float, _NULL), int, _MAYBE, str)
_ROWS: tuple[tuple[Table, Callable[[Values], bool]], ...] = (
    ("journal", _is(*_LINE, str, str)),
    ("journal", _is(*_LINE)),
    ("image", _ends_in("pool", "evaluation")),
    ("metadata", _ends_in("", "train", "validation", "test")),
    ("class", _is(_NULL, str)),
    ("truth", _is(_NULL, int)),
    ("prediction", _is(_NULL, int, bytes)),
    ("round", _is(_NULL, str, str, str, str, int, str, str)),
    ("act", _is(_NULL, str, str, int, int, str, str, str)),
    ("stamp", _is(_NULL, int, int)),
    ("sqlite_sequence", _is(str, int)),
    ("sqlite_master", _is(str, str, str, int, (str, _NULL))),
)
_KEYED: tuple[tuple[Table, Callable[[Values], bool]], ...] = (
    ("ranking", _is(int, int, int, _MAYBE, (int, float, _NULL), str)),
    ("setting", lambda values: _is(str, str)(values) and _is_json(values[1])),
    ("unreadable", _is(str, str)),
)


def _table_of(values: Values, kind: int) -> Table | None:
    shapes = _ROWS if kind == LEAF else _KEYED
    return next((table for table, fits in shapes if fits(values)), None)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
