"""Tables that come with a set: CSV, TSV, XLSX and JSON, as rows of text.

A cell is the text that the user sees: `7`, not `7.0`. Nothing is computed, and no macro or formula
is run: an XLSX file gives the values that were saved with it.
"""

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr
from autoal_gui.core.sets.tables.cells import meant

ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".json")
UNREAD = (".xls", ".xlsb", ".ods", ".numbers", ".sav", ".dta", ".rds", ".parquet", ".feather")
LARGEST = 256 << 20  # bytes
MOST_CELLS = 50_000_000
DELIMITERS = ",;\t|"
SAMPLE = 64 << 10  # characters in which the delimiter is looked for
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Table:
    """Rows of text under named columns; every row is as long as the header."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of a column.

        Raises:
            SourceError: there is no such column.
        """
        place = self.place_of(name)
        return tuple(row[place] for row in self.rows)

    def place_of(self, name: str) -> int:
        """Return the place of a column, from 0.

        Raises:
            SourceError: there is no such column.
        """
        if name not in self.columns:
            names = ", ".join(self.columns)
            raise SourceError(
                tr("The table has no column {name}; it has: {names}.", name=name, names=names)
            )
        return self.columns.index(name)


def read_table(file: Path) -> Table:
    """Read a table whose first row names the columns.

    Raises:
        SourceError: it cannot be read, is too large, or has no rows; in one sentence.
    """
    if file.suffix.lower() in UNREAD:
        raise SourceError(tr("Save the table {file} as XLSX or CSV.", file=file.name))
    data = _bytes_of(file)
    try:
        if file.suffix.lower() in (".xlsx", ".xlsm"):
            rows: Iterable[list[str]] = _xlsx_rows(data)
        elif file.suffix.lower() == ".json":
            rows = _json_rows(json.loads(_text(data)))
        else:
            rows = _text_rows(_text(data))
        return _table(rows)
    except SourceError:
        raise
    except (ValueError, KeyError, TypeError, OSError, csv.Error, RecursionError) as error:
        raise SourceError(tr("The table {file} cannot be read.", file=file.name)) from error
    except zipfile.BadZipFile as error:
        raise SourceError(tr("The table {file} cannot be read.", file=file.name)) from error


def _bytes_of(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise SourceError(tr("There is no table {file}.", file=file.name))
        if file.stat().st_size > LARGEST:
            raise SourceError(tr("The table {file} is too large.", file=file.name))
        return file.read_bytes()
    except OSError as error:
        raise SourceError(tr("The table {file} cannot be read.", file=file.name)) from error


def _text(data: bytes) -> str:
    """Decode what a spreadsheet or an editor saved: by its mark, as UTF-8, else as Windows does."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    zeros = data[:SAMPLE].count(0)
    if zeros and zeros * 4 > len(data[:SAMPLE]):  # UTF-16 without a mark
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _text_rows(text: str) -> Iterator[list[str]]:
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
        yield [meant(cell) for cell in row]


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first rows into equally many cells, the most of them."""
    if text[:4].lower() == "sep=" and len(text) > 4:
        return text[4]
    best, score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        rows = list(csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=delimiter))
        rows = [row for row in rows[:50] if row]
        if len(rows) > 1:  # the last one of the sample may be cut off
            rows = rows[:-1] if len(text) > SAMPLE else rows
        if not rows or len(rows[0]) < 2:
            continue
        alike = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        best, score = max((best, score), (delimiter, (alike, len(rows[0]))), key=lambda one: one[1])
    return best


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    """Yield the rows of the first sheet that has any."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            if any(any(row) for row in rows):
                yield from rows
                return
    finally:
        book.close()


def _json_rows(content: Any) -> Iterator[list[str]]:
    """Yield the rows of a list of objects, of an object of lists, or of {image: label}."""
    if isinstance(content, Mapping):
        lists = [value for value in content.values() if _are_objects(value)]
        if len(lists) == 1:
            content = lists[0]
        elif content and all(isinstance(value, list) for value in content.values()):
            yield [str(name) for name in content]
            yield from ([_cell(v) for v in row] for row in zip(*content.values(), strict=True))
            return
        else:
            pairs = [{"image": key, **_fields(value)} for key, value in content.items()]
            content = pairs
    if not _are_objects(content):
        raise ValueError("no list of objects")
    names = list(dict.fromkeys(str(name) for one in content for name in one))
    yield names
    yield from ([_cell(one.get(name)) for name in names] for one in content)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"label": value}


def _cell(value: Any) -> str:
    """Return a value as text: whole numbers without a point, yes and no as 1 and 0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return "|".join(_cell(one) for one in value)
    return str(value).strip()


def _table(rows: Iterable[list[str]]) -> Table:
    """Make a table of rows: the first that is not empty and no mere title names the columns."""
    header: list[str] = []
    kept: list[tuple[str, ...]] = []
    above = 0  # filled cells of the row that was taken for the header
    for row in rows:
        cells = [cell.strip() for cell in row]
        if not any(cells) or (not header and cells[0].lower().startswith("sep=")):
            continue
        filled = sum(map(bool, cells))
        if not header or (not kept and above == 1 < filled):  # one cell above others is a title
            header, above = _named(cells), filled
            continue
        width = len(header)
        kept.append(tuple((cells + [""] * width)[:width]))
        if len(kept) * width > MOST_CELLS:
            raise SourceError(tr("The table has too many cells."))
    if not kept:
        raise SourceError(tr("The table has no rows below its header."))
    return Table(tuple(header), tuple(kept))


def _named(cells: list[str]) -> list[str]:
    """Return names of columns, each different and none empty."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = cell or f"column {place}"
        while name in names:
            name += "'"
        names.append(name)
    return names
