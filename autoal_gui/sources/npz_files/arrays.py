"""Images kept as one array in a file: written whole or not at all, hashed, memory-mapped."""

import hashlib
import math
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.pixels import blocks
from autoal_gui.core.images.source import ListedImage, OfficialSplit, Pixels, Split
from autoal_gui.core.images.volumes import mosaic
from autoal_gui.core.language import decimal, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.mapped_arrays import map_array
from autoal_gui.sources.ticks import Ticks

Stack = npt.NDArray[np.generic]
"""(n, H, W), (n, H, W, 1) or (n, H, W, 3), uint8 or uint16; of volumes (n, D, H, W) or
(n, D, H, W, C), see `has_volumes`."""
CHANNELS = (1, 3)
PARTS: dict[str, OfficialSplit] = {"train": "train", "val": "validation", "test": "test"}
"""What MedMNIST calls the parts of a set."""


@dataclass(frozen=True)
class ArrayReader:
    """Reads image 17 of the array "train" by the key "train/17"; a volume as its mosaic."""

    stacks: Mapping[str, Stack] = field(repr=False)

    def read(self, key: str) -> Pixels:
        """Copy one image out of its array, see `ImageReader.read`."""
        return image_of(*self._place(key))

    def volume(self, key: str) -> Pixels | None:
        """Copy a whole volume out of its array, see `VolumeReader.volume`."""
        stack, position = self._place(key)
        return _copied(_item(stack, position)) if has_volumes(stack.shape) else None

    def depths(self) -> frozenset[int]:
        """Return how many slices the volumes have, see `VolumeReader.depths`."""
        shapes = [stack.shape for stack in self.stacks.values()]
        return frozenset(shape[1] for shape in shapes if has_volumes(shape))

    def _place(self, key: str) -> tuple[Stack, int]:
        name, _, number = key.partition("/")
        stack = self.stacks.get(name)
        if stack is None or not (number.isascii() and number.isdecimal()):
            raise ImageUnreadable(tr("The set has no such image."))
        if int(number) >= len(stack):
            raise ImageUnreadable(tr("The set has no such image."))
        return stack, int(number)


def has_volumes(shape: tuple[int, ...]) -> bool:
    """Say whether an array is one of volumes: a last axis of 1 or 3 means grey or colour."""
    return len(shape) == 5 or (len(shape) == 4 and shape[3] not in CHANNELS)


def image_of(stack: Stack, position: int) -> Pixels:
    """Return a copy of one image: (H, W) or (H, W, 3), native byte order, C-contiguous.

    Of a volume it is the mosaic, for which only the slices that it shows are read.
    """
    item = _item(stack, position)
    return mosaic(item) if has_volumes(stack.shape) else _copied(item)


def _item(stack: Stack, position: int) -> Pixels:
    """Return a view of an image or a volume, without the axis of an only channel."""
    item: Pixels = stack[position]
    return item[..., 0] if item.ndim > 2 and stack.shape[-1] == 1 else item


def _copied(item: Pixels) -> Pixels:
    return np.array(item, dtype=item.dtype.newbyteorder("="), order="C")


def sha256_of(pixels: Pixels) -> str:
    """Return the SHA-256 of shape, data type and little-endian bytes of an image or a volume.

    It is taken part by part, so that a large volume is not copied whole.
    """
    kind = pixels.dtype.newbyteorder("<")
    digest = hashlib.sha256(f"{pixels.shape} {kind.str} ".encode())
    for rows in blocks(pixels):
        digest.update(pixels[rows].astype(kind, copy=False).tobytes())
    return digest.hexdigest()


def listed(
    name: str, stack: Stack, labels: Sequence[int | None] | None, split: Split, ticks: Ticks
) -> Iterator[ListedImage]:
    """Hash and list every image of an array, volumes whole; counts one tick an image."""
    for position in range(len(stack)):
        label = None if labels is None else labels[position]
        sha256 = sha256_of(_item(stack, position))
        yield ListedImage(f"{name}/{position}", sha256, split, label, part=PARTS.get(name))
        ticks.add()


def open_stack(path: Path) -> Stack | None:
    """Memory-map an array that was written before; None where it is missing or cut off."""
    stack: Stack | None = map_array(path, "r")
    if stack is None:
        return None
    return stack if stack.ndim in (3, 4, 5) and stack.dtype.kind == "u" else None


def make_folder(folder: Path) -> None:
    """Make a folder with those above it, unless it is there.

    Raises:
        SourceError: the disk must not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(tr("The folder {folder} cannot be made.", folder=folder)) from error


def require_space(folder: Path, wanted: int) -> None:
    """Check that a disk has room.

    Args:
        folder: an existing folder on that disk; see `make_folder`.
        wanted: bytes; a tenth more must be free, for the rest of the project.

    Raises:
        SourceError: it has not, or the folder is gone.
    """
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise SourceError(tr("The folder {folder} cannot be used.", folder=folder)) from error
    if wanted * 1.1 > free:
        raise SourceError(
            tr(
                "This takes {wanted} GB on the disk, but only {free} GB are free.",
                wanted=decimal(wanted / 1e9, 1),
                free=decimal(free / 1e9, 1),
            )
        )


@contextmanager
def written_whole(target: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `target` only if everything has been written.

    Raises:
        SourceError: the disk is full or must not be written to.
    """
    try:
        with replacing(target) as partial, partial.open("wb") as file:
            yield file
    except OSError as error:
        raise SourceError(
            tr("The file {name} cannot be written to its folder.", name=target.name)
        ) from error


def kept_stack(
    target: Path,
    shape: tuple[int, ...],
    dtype: np.dtype[np.generic],
    blocks: Iterable[bytes],
    ticks: Ticks,
) -> Stack:
    """Memory-map an array, which is written first where that was not done before.

    Args:
        target: where it is kept; its folder is made if it is missing.
        shape: as of a `Stack`.
        dtype: uint8 or uint16.
        blocks: the array's bytes in C order, so that it is never held whole; whoever yields them
            ticks n times.
        ticks: counted here where the array is there already.

    Raises:
        SourceError: there is no room, or the disk must not be written to.
    """
    stack = open_stack(target)
    if stack is not None and stack.shape == shape and stack.dtype == dtype:
        ticks.add(len(stack))
        return stack
    make_folder(target.parent)
    require_space(target.parent, math.prod(shape) * dtype.itemsize)
    header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
    with written_whole(target) as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.writelines(blocks)
    stack = open_stack(target)
    if stack is None:
        raise SourceError(tr("The copy of the images in the project cannot be read back."))
    return stack
