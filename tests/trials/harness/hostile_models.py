"""Files of weights that are made to end a program, to fill its memory or to hold it up."""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator

START, STOP = b"\x80\x02", b"."
FLOATS = b"ctorch\nFloatStorage\n"
REBUILD = b"ctorch._utils\n_rebuild_tensor_v2\n"
ORDERED = b"ccollections\nOrderedDict\n"
MANY = 1_000_000


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def whole(value: int) -> bytes:
    if 0 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    return b"\x8a\x08" + struct.pack("<q", value)


def entries(*items: tuple[str, bytes]) -> bytes:
    """A dict of texts."""
    return b"}(" + b"".join(text(name) + value for name, value in items) + b"u"


def nested_tuples(depth: int = MANY) -> bytes:
    return b")" + b"\x85" * depth


def storage(items: int, old: bool = False) -> bytes:
    parts = text("storage") + FLOATS + text("0") + text("cpu") + whole(items)
    return b"(" + parts + (b"N" if old else b"") + b"tQ"


def tensor(items: int, shape: int, stride: int = 1, offset: int = 0, old: bool = False) -> bytes:
    shapes = whole(shape) + b"\x85" + whole(stride) + b"\x85"
    return (
        REBUILD + b"(" + storage(items, old) + whole(offset) + shapes + b"\x89" + ORDERED + b")RtR"
    )


def archive(pickled: bytes, numbers: bytes = bytes(16), **more: bytes) -> bytes:
    """A file of `torch.save` since 1.6."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as members:
        members.writestr("archive/data.pkl", START + pickled + STOP)
        members.writestr("archive/byteorder", b"little")
        members.writestr("archive/data/0", numbers)
        for name, content in more.items():
            members.writestr(f"archive/{name}", content)
    return stream.getvalue()


def old(pickled: bytes, keys: bytes = b"]", numbers: bytes = b"") -> bytes:
    """A file of `torch.save` before 1.6."""
    magic = b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little")
    parts = (magic, whole(1001), entries(("little_endian", b"\x88")), pickled, keys)
    return b"".join(START + part + STOP for part in parts) + numbers


def of_card(value: bytes) -> bytes:
    """A file that says it is of this program, with such a card."""
    return archive(
        entries(("format", text("autoal-gui checkpoint 1")), ("card", value), ("state", b"}"))
    )


def long_directory() -> bytes:
    """An archive of twelve megabytes that lists a quarter of a million members."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                        0, 0, 0, 0, 0, 0) + b"a"  # fmt: skip
    count = 250_000
    size = len(entry) * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, size, 4, 0)
    return b"PK\x03\x04" + entry * count + end


def safetensors(header: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header


ENDS: dict[str, Callable[[], bytes]] = {
    "nested tuples": lambda: archive(nested_tuples()),
    "nested tuples as a key": lambda: archive(b"}" + nested_tuples() + b"Ns"),
    "nested tuples as a pair's key": lambda: archive(
        ORDERED + b"](" + nested_tuples() + b"Nte\x85R"
    ),
    "nested tuples to call": lambda: archive(nested_tuples() + b")R"),
    "nested tuples, old": lambda: old(nested_tuples()),
    "nested tuples as a key, old": lambda: old(b"}" + nested_tuples() + b"Ns"),
    "nested tuples as classes": lambda: of_card(entries(("classes", nested_tuples()))),
    "nested tuples in a memo": lambda: archive(b")q\0" + b"h\0\x85q\0" * MANY + b"}h\0Ns"),
    "a tuple of tuples of tuples": lambda: archive(b")" + b"2" * 9 + b"\x87" * 3 + b"}"),
    "nested lists as a card": lambda: of_card(
        entries(("classes", b"]" * 100_000 + b"a" * 99_999))
    ),
    "a list in itself": lambda: of_card(entries(("classes", b"]q\0h\0a"))),
    "a tensor beyond its numbers": lambda: archive(tensor(2**33, 2**33)),
    "a tensor far beyond its numbers": lambda: archive(tensor(4, 1, offset=2**38)),
    "a tensor with huge steps": lambda: archive(tensor(4, 2, stride=2**38)),
    "a tensor that shows a number often": lambda: archive(tensor(4, 2**36, stride=0)),
    "a negative length": lambda: archive(tensor(4, -5)),
    "a negative offset": lambda: archive(tensor(4, 1, offset=-(2**40))),
    "old numbers without end": lambda: old(
        entries(("conv1.weight", tensor(2**40, 4, old=True))), b"]" + text("0") + b"a",
        struct.pack("<q", 2**40),
    ),
    "old numbers of another length": lambda: old(
        entries(("conv1.weight", tensor(4, 4, old=True))), b"]" + text("0") + b"a",
        struct.pack("<q", 2**40) + bytes(16),
    ),
    "a gigabyte asked for": lambda: archive(
        b"cbuiltins\nbytearray\n" + whole(2**40) + b"\x85R"
    ),
    "a gigabyte asked for, old": lambda: old(
        b"c__builtin__\nbytearray\n" + whole(2**40) + b"\x85R"
    ),
    "a huge place in the memo": lambda: archive(b"Nr\xff\xff\xff\x7f"),
    "a text longer than the file": lambda: archive(b"X\xff\xff\xff\xff"),
    "a frame longer than the file": lambda: archive(b"\x95" + struct.pack("<q", 2**60)),
    "millions of dicts": lambda: archive(b"}" * 5_000_000),
    "millions of marks": lambda: archive(b"(" * 5_000_000),
    "lists made of long lists": lambda: archive(
        b"](" + b"N" * MANY + b"eq\0" + (ORDERED + b"h\0\x85R") * 50_000
    ),
    "a directory of many entries": long_directory,
    "safetensors: a header without end": lambda: safetensors(b"{}", 2**62),
    "safetensors: nested": lambda: safetensors(
        b'{"__metadata__":{"classes":"' + b"[" * MANY + b'"}}'
    ),
    "safetensors: nested outside": lambda: safetensors(b"[" * MANY),
    "safetensors: beyond its numbers": lambda: safetensors(json.dumps(
        {"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
    ).encode()),
    "safetensors: huge metadata": lambda: safetensors(
        b'{"__metadata__":{' + b",".join(b'"%d":"1"' % n for n in range(2_000_000)) + b"}}"
    ),
}  # fmt: skip
"""Named by what each does; those of `safetensors` begin so."""


def hostile_files() -> Iterator[tuple[str, str, bytes]]:
    """Yield (what it does, ending, content)."""
    for name, make in ENDS.items():
        yield name, ".safetensors" if name.startswith("safetensors") else ".pt", make()
