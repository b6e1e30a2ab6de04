"""Files of `torch.save`, new and old, read as plain values and tensors by our own reader.

Torch's own trusts what a file says of the lengths of its parts; see also
`autoal_gui.core.system.plain_pickle`.
"""

import math
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autoal_gui.core.system.archives import open_archive
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.core.system.plain_pickle import Function, PlainPickle, dict_of

ARCHIVE = b"PK\x03\x04"  # how torch, too, tells one
PICKLE = "/data.pkl"
MOST_PICKLE = 2**25  # bytes without the weights; the confusion of 1000 classes takes 3 million
MOST_AXES = 8
OLD = (0x1950A86A20F9469CFC6C, 1001)  # what files of torch before 1.6 begin with
KINDS = {
    "torch DoubleStorage": torch.float64,
    "torch FloatStorage": torch.float32,
    "torch HalfStorage": torch.float16,
    "torch BFloat16Storage": torch.bfloat16,
    "torch LongStorage": torch.int64,
    "torch IntStorage": torch.int32,
    "torch ShortStorage": torch.int16,
    "torch CharStorage": torch.int8,
    "torch ByteStorage": torch.uint8,
    "torch BoolStorage": torch.bool,
}


@dataclass(frozen=True)
class Storage:
    """Numbers in a row that tensors are views of."""

    key: str
    kind: torch.dtype
    items: int


Numbers = Callable[[Storage], bytearray]
"""Gives the bytes of a storage, as many as it says."""


def read_torch_file(file: Path, most: int) -> Any:
    """Return the content of a file of `torch.save`: plain values, and tensors on the CPU.

    Args:
        file: read as by `open_foreign`.
        most: bytes that it may have.

    Raises:
        Exception: of any kind, where it is missing, damaged, packed, too large, or holds anything
            but plain values and tensors.
    """
    if not _is_archive(file, most):
        with open_foreign(file, most) as stream:
            return _read_old(stream.read(most))
    with open_archive(file, most) as archive:
        _check_members(archive, file.stat().st_size)
        if archive.testzip() is not None:
            raise ValueError("a part is damaged")
        return _read_archive(archive, weights=True)


def read_without_weights(file: Path, most: int) -> Any:
    """Return the content of a file of `torch.save` with None for each tensor; quick.

    Raises:
        Exception: see `read_torch_file`; files of torch before 1.6 are not read.
    """
    with open_archive(file, most) as archive:
        _check_members(archive, file.stat().st_size)
        return _read_archive(archive, weights=False)


def _is_archive(file: Path, most: int) -> bool:
    with open_foreign(file, most) as stream:
        return stream.read(len(ARCHIVE)) == ARCHIVE


def _check_members(archive: zipfile.ZipFile, size: int) -> None:
    """Check that the parts of an archive are what they seem.

    Raises:
        ValueError: a part is packed, so that it might unfold to any size, or is there twice.
    """
    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise ValueError("a part is there twice")
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise ValueError("a part is packed")
    if sum(member.file_size for member in members) > size:
        raise ValueError("parts overlap")


def _read_archive(archive: zipfile.ZipFile, weights: bool) -> Any:
    (pickled,) = (name for name in archive.namelist() if name.endswith(PICKLE))
    if archive.getinfo(pickled).file_size > MOST_PICKLE:
        raise ValueError("too much that is no weight")
    folder = pickled.removesuffix(PICKLE)
    if f"{folder}/byteorder" in archive.namelist():
        with archive.open(f"{folder}/byteorder") as member:
            if member.read(10) != b"little":
                raise ValueError("another order of bytes")
    read: dict[str, bytearray] = {}

    def numbers(storage: Storage) -> bytearray:
        if storage.key not in read:
            info = archive.getinfo(f"{folder}/data/{storage.key}")
            with archive.open(info) as member:
                read[storage.key] = _filled(member, info.file_size)
        return read[storage.key]

    return PlainPickle(
        archive.read(pickled), _names(numbers if weights else None), _storage_of
    ).read()


def _filled(stream: Any, size: int) -> bytearray:
    buffer = bytearray(size)
    if stream.readinto(buffer) != size:
        raise ValueError("a part is cut off")
    return buffer


def _read_old(data: bytes) -> Any:
    """Read a file of torch before 1.6: three pickles of its kind, the content, then its numbers."""
    position, found = 0, []
    for _ in range(3):
        header = PlainPickle(data, {}, _nothing, position)
        found.append(header.read())
        position = header.position
    if tuple(found[:2]) != OLD or found[2].get("little_endian") is not True:
        raise ValueError("another kind of file")
    storages: dict[str, Storage] = {}

    def noted(described: Any) -> Storage:
        storage = _storage_of(described)
        return storages.setdefault(storage.key, storage)

    first = PlainPickle(data, _names(None), noted, position)  # to know what the numbers are
    first.read()
    keys = PlainPickle(data, {}, _nothing, first.position)
    numbers = _old_numbers(data, [storages[key] for key in keys.read()], keys.position)
    return PlainPickle(data, _names(lambda one: numbers[one.key]), _storage_of, position).read()


def _old_numbers(data: bytes, storages: list[Storage], position: int) -> Mapping[str, bytearray]:
    if len({storage.key for storage in storages}) < len(storages):
        raise ValueError("a part is there twice")
    numbers = {}
    for storage in storages:
        start = position + 8
        position = start + storage.items * storage.kind.itemsize
        counted = int.from_bytes(data[start - 8 : start], "little")
        if counted != storage.items or position > len(data):
            raise ValueError("a part is cut off")
        numbers[storage.key] = bytearray(data[start:position])
    return numbers


def _nothing(described: Any) -> object:
    raise ValueError("no place for numbers")


def _storage_of(described: Any) -> Storage:
    """Return the storage that a persistent id describes."""
    match described:
        case ("storage", torch.dtype() as kind, str(key), str(), int(items)) if items >= 0:
            return Storage(key, kind, items)
        case ("storage", torch.dtype() as kind, str(key), str(), int(items), None) if items >= 0:
            return Storage(key, kind, items)
    raise ValueError("no storage")


def _names(numbers: Numbers | None) -> dict[str, object]:
    """Return what the names in a file stand for.

    Args:
        numbers: of the storages; None where tensors are to be None.
    """

    def tensor(storage: Any, offset: Any, shape: Any, stride: Any, *_: object) -> object:
        return None if numbers is None else _tensor(numbers, storage, offset, shape, stride)

    made = Function(tensor)
    return {
        **KINDS,
        "collections OrderedDict": Function(dict_of),
        "torch._utils _rebuild_tensor": made,
        "torch._utils _rebuild_tensor_v2": made,
        "torch._utils _rebuild_parameter": Function(lambda value, *_: value),
        "torch.nn.parameter Parameter": Function(lambda value, *_: value),
    }


def _tensor(numbers: Numbers, storage: Any, offset: Any, shape: Any, stride: Any) -> torch.Tensor:
    """Return the view of a storage that a file describes.

    Raises:
        ValueError: it would reach beyond the storage, or show a number more than once.
    """
    if not isinstance(storage, Storage) or not (_are_counts(shape) and _are_counts(stride)):
        raise ValueError("no tensor")
    if not _are_counts((offset,)) or len(shape) != len(stride):
        raise ValueError("no tensor")
    raw, size = numbers(storage), storage.items * storage.kind.itemsize
    last = offset + sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
    items = math.prod(shape)
    if size > len(raw) or items > storage.items or (items and last >= storage.items):
        raise ValueError("a tensor larger than its numbers")
    if not items:
        return torch.empty(shape, dtype=storage.kind)
    whole = torch.frombuffer(raw, dtype=storage.kind, count=storage.items)
    return whole.as_strided(shape, stride, offset)


def _are_counts(values: Any) -> bool:
    return (
        isinstance(values, tuple)
        and len(values) <= MOST_AXES
        and all(type(value) is int and 0 <= value < 2**40 for value in values)
    )
