"""The arrays of an .npz file as their headers declare them, and what their images may be.

Of images (n, H, W), (n, H, W, 1) and (n, H, W, 3) are read, and of volumes (n, D, H, W),
(n, D, H, W, 1) and (n, D, H, W, 3). An only channel may come first, behind n.
"""

import io
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.volumes import FEWEST, grid
from autoal_gui.core.language import tr
from autoal_gui.sources.npz_files.advice import FROM_COLUMNS, on_kind
from autoal_gui.sources.npz_files.arrays import CHANNELS, has_volumes

MAX_IMAGES = 2_000_000
NAMES = "class_names"  # an array of texts, which MedMNIST's own files lack
READ_LONG = np.lib.format.read_array_header_2_0
MOST_HEADER = 2**16  # bytes
ALIASES = {
    f"{letter}_{part}": f"{part}_{what}"
    for letter, what in (("x", "images"), ("y", "labels"))
    for part in ("train", "val", "test")
}
"""Names that other programs give the arrays."""


@dataclass(frozen=True)
class Member:
    """One array of the file, as its header declares it."""

    name: str
    info: zipfile.ZipInfo
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    fortran: bool
    offset: int
    """Bytes of the header."""

    @property
    def nbytes(self) -> int:
        """Bytes of the array itself."""
        return math.prod(self.shape) * self.dtype.itemsize


def members_of(archive: zipfile.ZipFile) -> dict[str, Member]:
    """Read the headers of all arrays that the layout knows, and nothing else."""
    known = {"images", "labels", NAMES} | {
        f"{part}_{what}" for part in ("train", "val", "test") for what in ("images", "labels")
    }
    found = {}
    for info in archive.infolist():
        name = info.filename.removesuffix(".npy")
        name = ALIASES.get(name.lower(), name)
        if name in known:
            found[name] = _member(archive, info, name)
    return found


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise SourceError(
            tr("The array {name} is compressed in a way that numpy does not use.", name=name)
        )
    with archive.open(info) as file:
        start = io.BytesIO(file.read(MOST_HEADER))  # a header may say that it has gigabytes
        try:
            is_short = np.lib.format.read_magic(start) == (1, 0)
            read = np.lib.format.read_array_header_1_0 if is_short else READ_LONG
            shape, fortran, dtype = read(start)
        except ValueError as error:
            raise SourceError(tr("The array {name} has a damaged header.", name=name)) from error
        if name.endswith("images"):
            shape = _without_first_channel(shape)
        member = Member(name, info, shape, dtype, fortran, start.tell())
    if dtype.hasobject:
        raise SourceError(
            tr("The array {name} holds Python objects, which are never loaded.", name=name)
        )
    if any(side < 0 for side in shape) or member.offset + member.nbytes != info.file_size:
        raise SourceError(tr("The array {name} is not as long as its header says.", name=name))
    return member


def check_images(member: Member, most_pixels: int) -> None:
    """Refuse what cannot be images, before it is read.

    Args:
        member: an array of images or volumes.
        most_pixels: of an image; of a volume those that are shown.

    Raises:
        SourceError: in one sentence.
    """
    name, shape = member.name, member.shape
    if member.dtype.newbyteorder("=") not in (np.dtype(np.uint8), np.dtype(np.uint16)):
        raise SourceError(
            tr(
                "The array {name} is {dtype}; it must be uint8 or uint16.",
                name=name,
                dtype=member.dtype,
            )
            + " "
            + on_kind(member.dtype)
        )
    _check_shape(name, shape)
    if member.fortran:
        raise SourceError(
            tr("The array {name} is stored column by column, not image by image.", name=name)
            + " "
            + tr(FROM_COLUMNS)
        )
    if shape[0] > MAX_IMAGES:
        raise SourceError(
            tr(
                "The array {name} holds more than {most:,} images.",
                name=name,
                most=MAX_IMAGES,
            )
        )
    height, width = _size_shown(shape)
    if not 1 <= height * width <= most_pixels:
        raise SourceError(
            tr(
                "The images of {name} are {height} x {width} pixels.",
                name=name,
                height=height,
                width=width,
            )
        )


def check_alike(members: Sequence[Member]) -> None:
    """Refuse a file with images in one array and volumes in another.

    Raises:
        SourceError: in one sentence.
    """
    if len({has_volumes(member.shape) for member in members}) > 1:
        raise SourceError(
            tr(
                "One of the arrays {names} holds volumes and another images; a set is one or the "
                "other.",
                names=", ".join(member.name for member in members),
            )
        )


def _without_first_channel(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without the axis of an only channel that comes first."""
    is_first = len(shape) in (4, 5) and shape[1] == 1 and shape[-1] > max(CHANNELS)
    return (shape[0], *shape[2:]) if is_first else shape


def _check_shape(name: str, shape: tuple[int, ...]) -> None:
    """Refuse what is neither images nor volumes, and what may be colours as well as slices."""
    is_known = len(shape) in (3, 4) or (len(shape) == 5 and shape[4] in CHANNELS)
    is_bare = len(shape) == 4 and shape[3] not in CHANNELS
    if not is_known:
        raise SourceError(
            tr(
                "The array {name} has the shape {shape}; it must be (images, height, width) or "
                "(images, height, width, 3), and of volumes (volumes, depth, height, width).",
                name=name,
                shape=shape,
            )
        )
    if is_bare and (0 < shape[1] < FEWEST or 0 < shape[3] < FEWEST):
        raise SourceError(
            tr(
                "The array {name} has the shape {shape}, which may be colours or slices: write "
                "colours last, as (images, height, width, 3), and volumes as (volumes, depth, "
                "height, width, 1).",
                name=name,
                shape=shape,
            )
        )
    if has_volumes(shape) and not shape[1]:
        raise SourceError(tr("The volumes of {name} have no slice.", name=name))


def _size_shown(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return height and width of an image; of a volume those of its mosaic."""
    if not has_volumes(shape):
        return shape[1], shape[2]
    rows, columns = grid(shape[1])
    return rows * shape[2], columns * shape[3]
