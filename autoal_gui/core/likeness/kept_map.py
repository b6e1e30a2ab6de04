"""The vectors and places of every image, as files of a project's folder of kept files.

A map is kept under a name that says what it was made of: other images, or another network, have
another. Whatever is missing or damaged is made anew.
"""

import contextlib
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.mapped_arrays import map_array

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

PREFIX = "map-"
FORMAT = "1"  # another one has the files made anew


def map_name(*made_of: object) -> str:
    """Return the name under which a map is kept that was made of these."""
    text = "\n".join((FORMAT, *map(str, made_of)))
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass(frozen=True, eq=False)
class KeptMap:
    """Where every image lies, and the vector that says what it is like. Nothing in it changes."""

    name: str
    ids: Ids = field(repr=False)
    """(N,) image ids, ascending."""
    vectors: Vectors = field(repr=False)
    """(N, K) of unit length, memory-mapped; zeros where the image cannot be read."""
    places: Places = field(repr=False)
    """(N, 2) on the map, nan where the image cannot be read."""
    laid_out: bool = False
    """Whether the places are those of t-SNE; else of the two main directions."""

    def rows(self, image_ids: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return the rows of those images that are on the map, in the order given."""
        wanted = np.asarray(image_ids, np.int64)
        if not len(self.ids) or not len(wanted):
            return np.empty(0, np.intp)
        found = np.searchsorted(self.ids, wanted).clip(max=len(self.ids) - 1)
        rows: npt.NDArray[np.intp] = found[(self.ids[found] == wanted) & self.readable[found]]
        return rows

    @property
    def readable(self) -> npt.NDArray[np.bool_]:
        """(N,) whether an image could be read."""
        there: npt.NDArray[np.bool_] = np.isfinite(self.places[:, 0])
        return there


def write_map(folder: Path, name: str, vectors: Vectors, places: Places) -> None:
    """Keep a map, and nothing of others.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for other in folder.glob(f"{PREFIX}*.npy"):
        if not other.name.startswith(name):
            with contextlib.suppress(OSError):  # Windows removes no file that is mapped
                other.unlink()
    _write(_layout_file(folder, name), None)
    _write(_places_file(folder, name), places)
    _write(_vectors_file(folder, name), vectors)


def write_layout(folder: Path, name: str, places: Places) -> None:
    """Keep the places of t-SNE beside a map.

    Raises:
        OSError: the folder cannot be written.
    """
    _write(_layout_file(folder, name), places)


def read_map(folder: Path, name: str, ids: Ids) -> KeptMap | None:
    """Return the map that is kept under a name; None where it is not there or damaged."""
    vectors = read_vectors(folder, name)
    plain = map_array(_places_file(folder, name), "r")
    if vectors is None or plain is None or not _fits(plain, len(ids)):
        return None
    if len(vectors) != len(ids):
        return None
    layout = map_array(_layout_file(folder, name), "r")
    laid_out = layout is not None and _fits(layout, len(ids))
    places = layout if laid_out and layout is not None else plain
    return KeptMap(name, ids, vectors, np.array(places), laid_out)


def read_vectors(folder: Path, name: str) -> Vectors | None:
    """Return the vectors that are kept under a name, mapped; None where they are not there."""
    found = map_array(_vectors_file(folder, name), "r")
    if found is None or found.dtype != np.float32 or found.ndim != 2:
        return None
    return found


def _fits(places: npt.NDArray[np.generic], images: int) -> bool:
    return places.dtype == np.float32 and places.shape == (images, 2)


def _vectors_file(folder: Path, name: str) -> Path:
    return folder / f"{name}-vectors.npy"


def _places_file(folder: Path, name: str) -> Path:
    return folder / f"{name}-places.npy"


def _layout_file(folder: Path, name: str) -> Path:
    return folder / f"{name}-layout.npy"


def _write(target: Path, values: npt.NDArray[np.float32] | None) -> None:
    if values is None:
        target.unlink(missing_ok=True)
        return
    with replacing(target) as beside, beside.open("wb") as stream:
        np.lib.format.write_array(stream, np.ascontiguousarray(values), version=(1, 0))
