"""NIfTI volumes by nibabel: each slice across the body is an image, seen as radiologists see it."""

import gzip
import math
import threading
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.pixels import HIGH_PERCENTILE, LOW_PERCENTILE
from autoal_gui.core.images.source import Picture
from autoal_gui.core.language import mark, tr
from autoal_gui.sources.pictures.formats import is_nifti
from autoal_gui.sources.pictures.limits import (
    DAMAGED,
    MAX_PIXELS,
    check_frames,
    check_index,
    check_size,
    explained,
)
from autoal_gui.sources.pixels.grey_numbers import fills, plain_picture
from autoal_gui.sources.pixels.square_pixels import made_square

Values = npt.NDArray[Any]
GZIP = b"\x1f\x8b"
SAMPLED = 2**20  # values that the grey values of a volume are estimated from
BLACK, SPAN = 16384, 32767  # of 16 bits, so that there is something beyond black and white
HEADER = 1024  # bytes
BLOCK = 2**20  # bytes read at a time
MAX_KEPT = 2**28  # bytes of the volume that is kept for its next slice
MAX_VOLUME = 2**30  # bytes of a volume once it is unpacked
FIRST_VOLUME = mark("Only the first volume of a series over time is listed.")
NOT_A_VOLUME = mark("The file is not a NIfTI volume, or it is damaged.")
_KEPT: dict[tuple[str, int, int], Values] = {}
"""The last volume, by path, time and length of its file: its next slice is asked for soon."""
_LOCK = threading.Lock()
TOO_LARGE = mark("The file is too large when it is unpacked.")


class NiftiFile:
    """An opened volume. Slices are counted from the feet up; right is on the left."""

    def __init__(self, stream: BinaryIO, path: Path | None = None) -> None:
        """Read the header.

        Args:
            stream: the file, packed or not.
            path: where it comes from, so that it need not be unpacked for each of its slices.

        Raises:
            ImageUnreadable: it is no volume, or too large.
        """
        self._stream, self._path = stream, path
        with explained():
            header = _header(_unpacked(stream, HEADER))
            shape = tuple(int(side) for side in header.get_data_shape())
            self._orientation = _orientation(header)
        if len(shape) < 2 or min(shape, default=0) < 1:
            raise ImageUnreadable(tr(NOT_A_VOLUME))
        sides = (*shape[:3], 1)[:3]
        zooms = (*(float(side) for side in header.get_zooms()[:3]), 1.0)[:3]
        places = [int(np.flatnonzero(self._orientation[:, 0] == axis)[0]) for axis in range(3)]
        self._width, self._height, self._slices = (sides[place] for place in places)
        self._across, self._down = zooms[places[0]], zooms[places[1]]
        self.note = tr(FIRST_VOLUME) if math.prod(shape[3:]) > 1 else ""
        check_size(self._height, self._width)
        check_frames(self._slices)

    @property
    def frames(self) -> int:
        """How many slices the volume has."""
        return self._slices

    def shape(self, index: int) -> tuple[int, int, int]:
        """Return height, width and channels, see `PictureFile.shape`."""
        return self._height, self._width, 1

    def picture(self, index: int) -> Picture:
        """Return one slice, its window that of the whole volume."""
        check_index(index, self.frames)
        with explained():
            values = np.ascontiguousarray(np.rot90(self._values[:, :, index])[:, ::-1])
            picture = self._shown(values)
        square = made_square(picture.pixels, self._down, self._across, MAX_PIXELS)
        return Picture(square, picture.window)

    @cached_property
    def _values(self) -> Values:
        """(X, Y, Z) measured values, to the right, to the front and up; the whole volume."""
        known = self._known()
        with _LOCK:
            kept = _KEPT.get(known) if known else None
        if kept is not None:
            return kept
        values = _measured(_unpacked(self._stream, MAX_VOLUME), self._orientation)
        if known and values.nbytes <= MAX_KEPT:
            with _LOCK:
                _KEPT.clear()
                _KEPT[known] = values
        return values

    def _known(self) -> tuple[str, int, int] | None:
        try:
            status = None if self._path is None else self._path.stat()
        except OSError:
            return None
        return None if status is None else (str(self._path), status.st_mtime_ns, status.st_size)

    def _shown(self, values: Values) -> Picture:
        """Show a slice by the grey values of the whole volume, so that air stays dark in each."""
        low, high = self._range
        if low >= high:
            return plain_picture(values)
        shares = (np.nan_to_num(values.astype(np.float64), nan=low) - low) / (high - low)
        pixels = np.rint(np.clip(shares, -0.5, 1.5) * SPAN + BLACK).astype(np.uint16)
        return Picture(pixels, (float(BLACK), float(BLACK + SPAN)))

    @cached_property
    def _range(self) -> tuple[float, float]:
        """Return the percentiles of a part of the volume that is spread over all of it."""
        step = max(1, round((self._values.size / SAMPLED) ** (1 / 3)))
        part = self._values[::step, ::step, ::step].ravel()
        part = part[np.isfinite(part)] if part.dtype.kind == "f" else part
        empty = fills(part.reshape(1, -1)) if part.size else None
        seen = part if empty is None else part[~empty[0]]
        if not seen.size:
            raise ImageUnreadable(tr("The image holds no numbers."))
        low, high = np.percentile(seen.astype(np.float64), (LOW_PERCENTILE, HIGH_PERCENTILE))
        return (float(low), float(high)) if low < high else (float(seen.min()), float(seen.max()))


def _header(start: bytes) -> Any:
    """Return what nibabel reads of a header.

    Raises:
        ImageUnreadable: it is none of a volume in one file.
    """
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    if not is_nifti(start):
        raise ImageUnreadable(tr(NOT_A_VOLUME))
    if start[344:348] == b"n+1\0":
        return Nifti1Header(start[:348])
    return Nifti2Header(start[:540])


def _orientation(header: Any) -> npt.NDArray[np.float64]:
    """Return (3, 2): which axis of the body each axis of the file runs along, and which way."""
    from nibabel.orientations import io_orientation

    found: npt.NDArray[np.float64] = io_orientation(header.get_best_affine())
    return found if np.isfinite(found).all() else np.array([[0.0, 1], [1, 1], [2, 1]])


def _measured(content: bytes, orientation: npt.NDArray[np.float64]) -> Values:
    """Return (X, Y, Z) measured values of a whole file, turned as the body lies."""
    from nibabel.nifti1 import Nifti1Image
    from nibabel.nifti2 import Nifti2Image
    from nibabel.orientations import apply_orientation

    kind = Nifti1Image if content[344:348] == b"n+1\0" else Nifti2Image
    data: Any = kind.from_bytes(content).dataobj
    values = _spatial(np.asanyarray(data.get_unscaled()))
    if (float(data.slope), float(data.inter)) != (1.0, 0.0):
        values = values.astype(np.float32) * np.float32(data.slope) + np.float32(data.inter)
    turned: Values = apply_orientation(values, orientation)
    return turned


def _unpacked(stream: BinaryIO, most: int) -> bytes:
    """Return the beginning of a file, or all of it where that is not too large."""
    stream.seek(0)
    packed = stream.read(2) == GZIP
    stream.seek(0)
    if not packed:
        return _read(stream, most)
    try:
        with gzip.GzipFile(fileobj=stream) as unpacked:
            content = _read(unpacked, most)
            more = most == MAX_VOLUME and unpacked.read(1)
    except (EOFError, OSError, zlib.error) as error:
        raise ImageUnreadable(tr(DAMAGED if most == MAX_VOLUME else NOT_A_VOLUME)) from error
    if more:
        raise ImageUnreadable(tr(TOO_LARGE))
    return content


def _read(stream: BinaryIO | gzip.GzipFile, most: int) -> bytes:
    """Read so many bytes or what there is: asked at once, room is made for all that may come."""
    parts = []
    while most and (part := stream.read(min(most, BLOCK))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _spatial(values: Values) -> Values:
    """Return (X, Y, Z) of a volume of 2 to 7 axes: the first moment and component."""
    if values.dtype.kind not in "iuf" or values.ndim < 2:
        raise ImageUnreadable(tr(NOT_A_VOLUME))
    if values.ndim == 2:
        return values[:, :, np.newaxis]
    return values[(slice(None),) * 3 + (0,) * (values.ndim - 3)]
