"""NIfTI volumes by nibabel: each slice across the body is an image, seen as radiologists see it."""

import gzip
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
from autoal_gui.sources.grey_numbers import fills, plain_picture
from autoal_gui.sources.pictures.formats import is_nifti
from autoal_gui.sources.pictures.limits import (
    DAMAGED,
    MAX_PIXELS,
    check_frames,
    check_index,
    check_size,
    explained,
)
from autoal_gui.sources.square_pixels import made_square

Values = npt.NDArray[Any]
GZIP = b"\x1f\x8b"
SAMPLED = 2**20  # values that the grey values of a volume are estimated from
MAX_KEPT = 2**28  # bytes of the volume that is kept for its next slice
MAX_VOLUME = 2**30  # bytes of a volume once it is unpacked
FIRST_VOLUME = mark("Only the first volume of a series over time is listed.")
NOT_A_VOLUME = mark("The file is not a NIfTI volume, or it is damaged.")
_KEPT: "dict[tuple[str, int, int], NiftiFile]" = {}
"""The last volume, by path, time and length of its file."""
_LOCK = threading.Lock()
TOO_LARGE = mark("The file is too large when it is unpacked.")


def open_volume(stream: BinaryIO, path: Path | None = None) -> "NiftiFile":
    """Open a volume; one that was opened a moment ago is not unpacked again.

    Raises:
        ImageUnreadable: see `NiftiFile`.
    """
    try:
        status = None if path is None else path.stat()
    except OSError:
        status = None
    known = None if status is None else (str(path), status.st_mtime_ns, status.st_size)
    with _LOCK:
        kept = _KEPT.get(known) if known else None
    if kept is not None:
        return kept
    volume = NiftiFile(stream)
    if known and volume.nbytes <= MAX_KEPT:
        with _LOCK:
            _KEPT.clear()
            _KEPT[known] = volume
    return volume


class NiftiFile:
    """An opened volume. Slices are counted from the feet up; right is on the left."""

    def __init__(self, stream: BinaryIO) -> None:
        """Unpack the file and read its header.

        Raises:
            ImageUnreadable: it is no volume, or too large.
        """
        from nibabel.nifti1 import Nifti1Image
        from nibabel.nifti2 import Nifti2Image

        with explained():
            content = _unpacked(stream)
            if not is_nifti(content[:400]):
                raise ImageUnreadable(tr(NOT_A_VOLUME))
            kind = Nifti1Image if content[344:348] == b"n+1\0" else Nifti2Image
            image: Any = kind.from_bytes(content)
            self._values = _spatial(np.asanyarray(image.dataobj.get_unscaled()))
            slope, intercept = image.dataobj.slope, image.dataobj.inter
            self._slope, self._intercept = float(slope), float(intercept)
            self._turn(image)
            several = len(image.shape) > 3 and int(np.prod(image.shape[3:])) > 1
        self.note = tr(FIRST_VOLUME) if several else ""
        check_size(self._values.shape[1], self._values.shape[0])
        check_frames(self._values.shape[2])

    def _turn(self, image: Any) -> None:
        """Turn the volume so that its axes run to the right, to the front and up."""
        from nibabel.orientations import apply_orientation, io_orientation

        sides = [float(side) for side in image.header.get_zooms()[:3]] + [1.0] * 3
        orientation = io_orientation(image.affine)
        if np.isnan(orientation).any():
            orientation = np.array([[0, 1], [1, 1], [2, 1]])
        self._values = apply_orientation(self._values, orientation)
        places = orientation[:, 0].astype(int)
        turned = [sides[int(np.flatnonzero(places == axis)[0])] for axis in range(3)]
        self._across, self._down = turned[0], turned[1]

    @property
    def nbytes(self) -> int:
        """Bytes of the unpacked volume."""
        return int(self._values.nbytes)

    @property
    def frames(self) -> int:
        """How many slices the volume has."""
        return int(self._values.shape[2])

    def shape(self, index: int) -> tuple[int, int, int]:
        """Return height, width and channels, see `PictureFile.shape`."""
        return int(self._values.shape[1]), int(self._values.shape[0]), 1

    def picture(self, index: int) -> Picture:
        """Return one slice, its window that of the whole volume."""
        check_index(index, self.frames)
        with explained():
            values = np.rot90(self._values[:, :, index])[:, ::-1]
            values = values * self._slope + self._intercept if self._is_scaled else values
            return self._shown(np.ascontiguousarray(values))

    @property
    def _is_scaled(self) -> bool:
        return (self._slope, self._intercept) != (1.0, 0.0)

    def _shown(self, values: Values) -> Picture:
        """Show a slice by the grey values of the whole volume, so that air stays dark in each."""
        low, high = self._range
        if low >= high:
            picture = plain_picture(values)
        else:
            shares = (np.nan_to_num(values.astype(np.float64), nan=low) - low) / (high - low)
            pixels = np.rint(np.clip(shares, -0.5, 1.5) * 32767 + 16384).astype(np.uint16)
            picture = Picture(pixels, (16384.0, 16384.0 + 32767))
        square = made_square(picture.pixels, self._down, self._across, MAX_PIXELS)
        return Picture(square, picture.window)

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
        ends = np.percentile(seen.astype(np.float64), (LOW_PERCENTILE, HIGH_PERCENTILE))
        if ends[0] >= ends[1]:
            ends = np.array([seen.min(), seen.max()], dtype=np.float64)
        low, high = (float(end) * self._slope + self._intercept for end in ends)
        return min(low, high), max(low, high)


def _unpacked(stream: BinaryIO) -> bytes:
    start = stream.read(2)
    stream.seek(0)
    if start != GZIP:
        return stream.read(MAX_VOLUME)
    try:
        with gzip.GzipFile(fileobj=stream) as unpacked:
            content = unpacked.read(MAX_VOLUME + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise ImageUnreadable(tr(DAMAGED)) from error
    if len(content) > MAX_VOLUME:
        raise ImageUnreadable(tr(TOO_LARGE))
    return content


def _spatial(values: Values) -> Values:
    """Return (X, Y, Z) of a volume of 2 to 7 axes: the first moment and component."""
    if values.dtype.kind not in "iuf" or values.ndim < 2:
        raise ImageUnreadable(tr(NOT_A_VOLUME))
    if values.ndim == 2:
        return values[:, :, np.newaxis]
    return values[(slice(None),) * 3 + (0,) * (values.ndim - 3)]
