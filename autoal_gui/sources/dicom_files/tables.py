"""The look-up tables of DICOM (PS3.3 C.11.1, C.11.2 and C.7.6.3.1.5), as files really hold them.

What a table declares and what it holds may disagree: entries of 8 bits in words of 16, fewer
entries than declared, values that use fewer bits or more, a first number below zero that was
written as if it had no sign. What it holds decides.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset
from pydicom.pixels.processing import apply_color_lut

Values = npt.NDArray[Any]
COLOURS = ("Red", "Green", "Blue")
SPARE = 4  # a table whose values fill less than this share of its bits does not use them all


@dataclass(frozen=True)
class Table:
    """One table: the entry of a value v is the one at v - first, or the nearest there is."""

    entries: npt.NDArray[np.uint16]
    first: int
    """The value that the first entry is for."""
    bits: int
    """Of the entries, 1 to 16."""

    @classmethod
    def of(cls, descriptor: Any, data: Any, values: Values, little_endian: bool = True) -> "Table":
        """Read a table.

        Args:
            descriptor: number of entries, first value, bits of an entry.
            data: bytes, or the entries one by one.
            values: what it is going to be applied to, which tells whether its first value has a
                sign.
            little_endian: order of the bytes of an entry.

        Raises:
            ValueError: it has no entry.
            TypeError: it is no table at all.
        """
        count, first, bits = (int(number) for number in descriptor)
        entries = _entries(data, count % 2**16 or 2**16, bits, little_endian)
        if not len(entries):
            raise ValueError("a table without entries")
        bits = bits if 1 <= bits <= 16 else 16
        return cls(entries, _signed(first, len(entries), values), _wide_enough(entries, bits))

    def apply(self, values: Values) -> npt.NDArray[np.uint16]:
        """Look values up: (H, W) numbers to entries of the table."""
        places = np.rint(values).astype(np.int64) - self.first
        return self.entries[np.clip(places, 0, len(self.entries) - 1)]

    def with_used_bits(self) -> "Table":
        """Return the table with no more bits than its values use, where it has many to spare."""
        largest = int(self.entries.max())
        spare = largest and largest * SPARE < 2**self.bits
        return replace(self, bits=largest.bit_length()) if spare else self

    def in_few_bits(self, values: Values) -> Values:
        """Look values up and scale the table's own bits to all of 8 or 16."""
        top, whole = 2**self.bits - 1, 255 if self.bits <= 8 else 65535
        scaled = self.apply(values).astype(np.int64) * whole // top
        kept: Values = scaled.astype(np.uint8 if self.bits <= 8 else np.uint16)
        return kept


def _entries(data: Any, count: int, bits: int, little_endian: bool) -> npt.NDArray[np.uint16]:
    """Return the entries that are there, at most as many as declared."""
    if isinstance(data, bytes | bytearray):
        if len(data) >= 2 * count or (bits > 8 and len(data) not in (count, count + 1)):
            words = np.frombuffer(data, "<u2" if little_endian else ">u2", len(data) // 2)
            return words[:count].astype(np.uint16)
        plain = np.frombuffer(data, np.uint8)
        if not little_endian and len(plain) % 2 == 0:  # two entries to a word
            plain = plain.reshape(-1, 2)[:, ::-1].ravel()
        return plain[:count].astype(np.uint16)
    numbers = np.atleast_1d(np.asarray(data, dtype=np.int64))
    if bits <= 8 and len(numbers) == (count + 1) // 2 and len(numbers) < count:
        return np.stack([numbers & 255, numbers >> 8 & 255], 1).ravel()[:count].astype(np.uint16)
    return (numbers[:count] & 0xFFFF).astype(np.uint16)


def _signed(first: int, count: int, values: Values) -> int:
    """Return the first value with the sign that lets the table cover most of the values."""
    low, high = float(np.min(values)), float(np.max(values))
    first %= 2**16
    choices = [first] if first < 2**15 else [first, first - 2**16]

    def covered(start: int) -> float:
        return min(high, start + count - 1) - max(low, start)

    return max(choices, key=covered)


def _wide_enough(entries: npt.NDArray[np.uint16], bits: int) -> int:
    return max(bits, int(entries.max()).bit_length())


def applied_modality_table(values: Values, described: Dataset, little_endian: bool) -> Values:
    """Return (H, W) values after the modality's own table."""
    item = described.ModalityLUTSequence[0]
    return Table.of(item.LUTDescriptor, item.LUTData, values, little_endian).apply(values)


def applied_voi_table(values: Values, described: Dataset, little_endian: bool) -> Values | None:
    """Return (H, W) uint8 or uint16 after the table of the values of interest; None without one."""
    for item in described.get("VOILUTSequence") or ():
        try:
            table = Table.of(item.LUTDescriptor, item.LUTData, values, little_endian)
        except (AttributeError, TypeError, ValueError):
            continue  # an optional table that is damaged must not cost the image
        return table.with_used_bits().in_few_bits(values)
    return None


def in_colours(values: Values, header: Dataset, little_endian: bool) -> npt.NDArray[np.uint8]:
    """Return (H, W, 3) of a palette's image.

    Raises:
        AttributeError: the file has no palette.
    """
    if header.get("SegmentedRedPaletteColorLookupTableData"):
        wide = apply_color_lut(values, header)
        return (wide >> (8 * (wide.itemsize - 1))).astype(np.uint8)
    names = [f"{colour}PaletteColorLookupTable" for colour in COLOURS]
    tables = [
        Table.of(
            header[f"{name}Descriptor"].value, header[f"{name}Data"].value, values, little_endian
        )
        for name in names
    ]
    bits = max(table.bits for table in tables)
    if bits > 8 and max(int(table.entries.max()) for table in tables) < 256:
        bits = 8  # values of 8 bits in a palette that is declared to have 16
    looked_up = np.stack([table.apply(values) for table in tables], axis=-1)
    return (looked_up >> max(0, bits - 8)).astype(np.uint8)
