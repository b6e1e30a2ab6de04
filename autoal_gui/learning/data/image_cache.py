"""Images as the networks read them: small uint8 squares in one memory-mapped file.

Each image is decoded once in the life of a project. Nothing is ever held as floats but the batch
in work.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.pixels import picture_to_uint8, to_channels, to_uint8
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Pixels
from autoal_gui.core.language import tr
from autoal_gui.core.system.files import check_target, replacing
from autoal_gui.core.system.mapped_arrays import STATES, map_array
from autoal_gui.core.system.memory import memory_told
from autoal_gui.learning.model.normalisation import Normalisation
from autoal_gui.sources.npz_files.arrays import require_space

SAMPLED = 2048  # images that the normalisation is estimated from
Bytes = npt.NDArray[np.uint8]
COPIED = 4096  # rows at a time
READ = 1  # state of an image whose pixels are in the cache


@dataclass
class ImageCache:
    """The images of a pool at one size. Owned by the engine's thread."""

    pool: ImagePool = field(repr=False)
    squares: npt.NDArray[np.uint8] = field(repr=False)
    """(N, C, S, S), memory-mapped."""
    states: npt.NDArray[np.uint8] = field(repr=False)
    """(N,) READ or 0, memory-mapped."""
    rows: dict[int, int] = field(repr=False)
    """Row of each image id."""
    folder: Path
    """Where the cache files are, and what else can be computed again."""
    name: str
    """Of the cache files: it says which images they hold, and how."""
    failures: dict[int, str] = field(default_factory=dict, repr=False)
    """Why an image could not be read, by its id."""

    @classmethod
    def open(
        cls, pool: ImagePool, size: int, workspace: Path, channels: int | None = None
    ) -> "ImageCache":
        """Open the cache file in `workspace`, or begin one.

        Args:
            pool: the images.
            size: pixels a side.
            workspace: folder of the cache.
            channels: 1 or 3; None to see whether the images have colour.

        Raises:
            SourceError: the folder cannot be written, or its disk has no room.
        """
        ids = sorted(pool.images)
        channels = channels or (3 if pool.has_colour else 1)
        name = f"images-{size}-{channels}-{pool.kept_under[:16]}"
        squares, states = map_files(workspace, name, (len(ids), channels, size, size), np.uint8)
        rows = {image_id: row for row, image_id in enumerate(ids)}
        return cls(pool, squares, states, rows, workspace, name)

    @property
    def channels(self) -> int:
        """1 for grey, 3 for colour."""
        return int(self.squares.shape[1])

    @property
    def size(self) -> int:
        """Pixels a side."""
        return int(self.squares.shape[2])

    def fill(self, ids: Sequence[int]) -> Iterator[int]:
        """Decode what has not been decoded yet, yielding the number done after each image.

        What could not be read is tried again each time: a drive may have been away.
        """
        missing = [i for i, read in zip(ids, self._read(ids), strict=True) if not read]
        for done, image_id in enumerate(missing, start=1):
            row = self.rows[image_id]
            try:
                pixels = picture_to_uint8(self.pool.picture(image_id))
            except ImageUnreadable as error:
                self.failures[image_id] = str(error)
            else:
                self.squares[row] = square(pixels, self.channels, self.size)
                self.states[row] = READ  # after the pixels: a killed program decodes again
            yield done

    def missing(self, ids: Sequence[int]) -> int:
        """Count the images that `fill` would decode."""
        return len(ids) - int(np.count_nonzero(self._read(ids)))

    def readable(self, ids: Sequence[int]) -> list[int]:
        """Return the ids whose images could be decoded."""
        return [i for i, read in zip(ids, self._read(ids), strict=True) if read]

    def _read(self, ids: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Return (n,) whether each image has been decoded: all at once, for pools of 100,000s."""
        found: npt.NDArray[np.bool_] = self.states[[self.rows[i] for i in ids]] == READ
        return found

    def batch(self, ids: Sequence[int]) -> Tensor:
        """Return (B, C, S, S) uint8."""
        return torch.from_numpy(self.squares[[self.rows[i] for i in ids]])

    def normalisation(self, ids: Sequence[int]) -> "Normalisation":
        """Estimate the mean and standard deviation of each channel over these images."""
        sample = ids[:: -(-len(ids) // SAMPLED)]
        total, squares, count = np.zeros(self.channels), np.zeros(self.channels), 0
        for image_id in sample:  # one at a time: as floats, large ones would fill the memory
            pixels = self.squares[self.rows[image_id]].astype(np.float64) / 255
            total += pixels.sum((1, 2))
            squares += (pixels**2).sum((1, 2))
            count += pixels[0].size
        mean = total / count
        variance = (squares - count * mean**2).clip(0) / max(1, count - 1)
        deviation = np.sqrt(variance).clip(1e-3)  # a constant set has no spread
        return Normalisation(tuple(mean.tolist()), tuple(deviation.tolist()))


def square(pixels: Pixels, channels: int, size: int) -> npt.NDArray[np.uint8]:
    """Return an image as (channels, size, size) uint8; the sides are scaled apart.

    First across, then down, each rounded to 8 bits: Pillow's own order depends on its version and
    on the image, and an exported model (`autoal_gui.learning.inference.prepared_image`) has one.
    """
    plain = to_channels(to_uint8(pixels), channels)
    if plain.shape[:2] != (size, size):
        image = Image.fromarray(plain)
        across = image.resize((size, image.height), Image.Resampling.BILINEAR)
        plain = np.asarray(across.resize((size, size), Image.Resampling.BILINEAR))
    return np.ascontiguousarray(plain.reshape(size, size, channels).transpose(2, 0, 1))


def map_files(
    folder: Path, name: str, shape: tuple[int, ...], kind: type[np.generic]
) -> tuple[npt.NDArray[Any], Bytes]:
    """Map an array of N rows and the states of its rows, READ or 0, both kept in `folder`.

    Where both have fewer rows, since images have come to the set, the rows are kept. Where one of
    the two is missing or unusable, both are begun again.

    Raises:
        SourceError: the folder cannot be written, or its disk has no room.
        OutOfMemory: the array does not fit into what the program may address.
    """
    file, marks = folder / f"{name}.npy", folder / f"{name}{STATES}"
    rows, states = _mapped(file, shape, kind), _mapped(marks, shape[:1], np.uint8)
    whole = rows is not None and states is not None and len(rows) == len(states)
    if rows is not None and states is not None and len(rows) == len(states) == shape[0]:
        return rows, states
    del rows, states  # Windows replaces no file that is mapped
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A mapped file that outgrows its disk kills the program without a word.
        require_space(folder, math.prod(shape) * np.dtype(kind).itemsize)
        if whole:
            return _grown(file, shape, kind), _grown(marks, shape[:1], np.uint8)
        # The states first: rows that are gone must not pass for rows that have been written.
        for one in (marks, file):
            check_target(one)
            one.unlink(missing_ok=True)  # else a second name of it would be written to as well
        with memory_told():
            states = np.lib.format.open_memmap(marks, "w+", np.uint8, shape[:1])
            rows = np.lib.format.open_memmap(file, "w+", kind, shape)
    except OSError as error:
        raise SourceError(
            tr("The images cannot be kept in the project's folder; is it read-only?")
        ) from error
    return rows, states


def _grown(file: Path, shape: tuple[int, ...], kind: type[np.generic]) -> npt.NDArray[Any]:
    """Put an array of more rows in the place of one, whose rows come first."""
    with replacing(file) as beside, memory_told():
        before = np.lib.format.open_memmap(file, "r")
        rows = np.lib.format.open_memmap(beside, "w+", kind, shape)
        for start in range(0, len(before), COPIED):
            rows[start : min(start + COPIED, len(before))] = before[start : start + COPIED]
        rows.flush()
        del before, rows
    found = map_array(file, "r+")
    if found is None:
        raise OSError("the array cannot be mapped")
    return found


def _mapped(file: Path, shape: tuple[int, ...], kind: type[np.generic]) -> npt.NDArray[Any] | None:
    """Map an array that was written before; None where it is missing, damaged or another.

    It may have fewer rows than `shape` says.
    """
    found = map_array(file, "r+")
    if found is None or found.dtype != kind or found.shape[1:] != shape[1:]:
        return None
    return found if found.ndim and len(found) <= shape[0] else None
