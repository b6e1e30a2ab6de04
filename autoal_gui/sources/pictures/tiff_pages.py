"""The pages of a TIFF, read from its directories alone: quickly, and without end in none."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.language import tr
from autoal_gui.sources.pictures.limits import DAMAGED, MAX_FRAMES

SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
DESCRIPTION, ORIENTATION, SAMPLES, PLANAR, EXTRA = 270, 274, 277, 284, 338
WANTED = frozenset({SUBFILE, WIDTH, HEIGHT, PHOTOMETRIC, ORIENTATION, SAMPLES, PLANAR, EXTRA, BITS})
SIZES = {1: "B", 3: "H", 4: "L", 16: "Q"}
"""Types of TIFF and their letters: BYTE, SHORT, LONG, LONG8."""
REDUCED, MASK = 1, 4
"""Bits of tag 254: the page is a smaller copy of another, or says what of it is seen through."""
MOST_TAGS = 4096
ALPHA = (1, 2)  # values of tag 338


@dataclass(frozen=True)
class Page:
    """What one directory says."""

    index: int
    height: int
    width: int
    samples: int
    photometric: int
    planar: bool
    orientation: int
    extra: tuple[int, ...]
    """What the samples beyond the colours are; 1 and 2 are transparency."""
    subfile: int

    @property
    def is_copy(self) -> bool:
        """Whether it is a smaller copy of another page, or a mask."""
        return bool(self.subfile & (REDUCED | MASK))

    @property
    def is_grey(self) -> bool:
        """Whether its samples are greys, one or several."""
        return self.photometric in (0, 1)

    @property
    def channels(self) -> int:
        """How many grey images its samples are; 0 where they are one picture in colour."""
        if not self.is_grey:
            return 0
        if not self.planar and self.samples == 3 and not self.extra:
            return 0  # colours that were not called so
        clear = sum(kind in ALPHA for kind in self.extra)
        return max(1, self.samples - clear) if self.samples > 1 else 1


@dataclass(frozen=True)
class _Layout:
    """How numbers are stored in this file."""

    order: str
    count: str
    offset: str
    entry: int
    """Bytes of one entry of a directory."""
    inline: int
    """Bytes of a value that stands in the entry itself."""


def pages_of(stream: BinaryIO) -> list[Page]:
    """Return all pages in their order.

    Raises:
        ImageUnreadable: there is none, or more than can be.
        struct.error: the first directory is cut off.
    """
    layout, offset = _start(stream)
    seen: set[int] = set()
    pages: list[Page] = []
    while offset and offset not in seen:
        if len(pages) >= MAX_FRAMES:
            count = f"{MAX_FRAMES:,}"
            raise ImageUnreadable(
                tr("The file says that it holds more than {count} images.", count=count)
            )
        seen.add(offset)
        try:
            page, offset = _page(stream, layout, offset, len(pages))
        except (struct.error, OverflowError, OSError):
            if not pages:
                raise
            break  # the other pages are gone; those before are whole
        pages.append(page)
    if not pages:
        raise ImageUnreadable(tr(DAMAGED))
    return pages


def _start(stream: BinaryIO) -> tuple[_Layout, int]:
    head = stream.read(16)
    order = "<" if head[:2] == b"II" else ">"
    if struct.unpack_from(f"{order}H", head, 2)[0] == 43:
        layout = _Layout(order, "Q", "Q", 20, 8)
        return layout, struct.unpack_from(f"{order}Q", head, 8)[0]
    layout = _Layout(order, "H", "L", 12, 4)
    return layout, struct.unpack_from(f"{order}L", head, 4)[0]


def _page(stream: BinaryIO, layout: _Layout, offset: int, index: int) -> tuple[Page, int]:
    """Return the page at an offset of the file, and the offset of the next."""
    stream.seek(offset)
    count = _number(layout, layout.count, stream.read(struct.calcsize(f"<{layout.count}")))
    if count > MOST_TAGS:
        raise struct.error("more tags than any file has")
    directory = stream.read(count * layout.entry)
    if len(directory) < count * layout.entry:
        raise struct.error("a directory that is cut off")
    following = stream.read(struct.calcsize(f"<{layout.offset}"))
    tags = dict(_tags(stream, layout, directory))

    def first(tag: int, default: int) -> int:
        return tags.get(tag, (default,))[0]

    page = Page(
        index,
        first(HEIGHT, 0),
        first(WIDTH, 0),
        first(SAMPLES, 1),
        first(PHOTOMETRIC, 1),
        first(PLANAR, 1) == 2 and first(SAMPLES, 1) > 1,
        first(ORIENTATION, 1),
        tags.get(EXTRA, ()),
        first(SUBFILE, 0),
    )
    short = len(following) < struct.calcsize(f"<{layout.offset}")
    return page, 0 if short else _number(layout, layout.offset, following)


def _tags(
    stream: BinaryIO, layout: _Layout, directory: bytes
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield (tag, its numbers) for the tags that are wanted."""
    for at in range(0, len(directory), layout.entry):
        tag, kind = struct.unpack_from(f"{layout.order}HH", directory, at)
        letter = SIZES.get(kind)
        if tag not in WANTED or letter is None:
            continue
        count = _number(layout, layout.offset, directory[at + 4 :])
        size = struct.calcsize(f"<{letter}")
        value = directory[at + layout.entry - layout.inline : at + layout.entry]
        if count < 1 or count > 64:
            continue
        if count * size > layout.inline:
            stream.seek(_number(layout, layout.offset, value))
            value = stream.read(count * size)
        yield tag, struct.unpack_from(f"{layout.order}{count}{letter}", value)


def _number(layout: _Layout, letter: str, data: bytes) -> int:
    return int(struct.unpack_from(f"{layout.order}{letter}", data)[0])
