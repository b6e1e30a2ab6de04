"""Volumes: nine slices of each, side by side, are the one image that readers and networks see.

The slices lie evenly around the middle, along the first axis: they are the middles of nine equal
parts of the middle two thirds, since the ends are often empty. They stand in reading order, three
in a row; of at most nine slices all are shown. Where one lies depends on the depth alone, never on
what is in a volume: volumes stay comparable.
"""

import math
from typing import Protocol, runtime_checkable

import numpy as np

from autoal_gui.core.images.source import ImageReader, Pixels
from autoal_gui.core.language import tr

SLICES = 9
FEWEST = 5  # along the first or the last axis of an array; of fewer nobody knows: colours, slices?


@runtime_checkable
class VolumeReader(ImageReader, Protocol):
    """A reader that may have volumes, each of which it reads as its mosaic."""

    def volume(self, key: str) -> Pixels | None:
        """Read a whole volume: (D, H, W) or (D, H, W, 3); None where the image is none.

        Raises:
            ImageUnreadable: there is no such image.
        """

    def depths(self) -> frozenset[int]:
        """Return how many slices its volumes have; nothing where it has none."""


def shown_slices(depth: int) -> tuple[int, ...]:
    """Return which slices of a volume are shown, ascending.

    Args:
        depth: how many it has, at least 1.
    """
    if depth <= SLICES:
        return tuple(range(depth))
    step = max(27, 2 * depth)  # in 27ths of a slice: at least one slice
    return tuple((27 * depth + 2 * (place - 4) * step) // 54 for place in range(SLICES))


def grid(depth: int) -> tuple[int, int]:
    """Return how many rows and columns the mosaic of a volume has."""
    shown = min(depth, SLICES)
    columns = math.ceil(math.sqrt(shown))
    return math.ceil(shown / columns), columns


def mosaic(volume: Pixels) -> Pixels:
    """Copy the slices that are shown out of a volume; where there is no slice left it is black.

    Args:
        volume: (D, H, W) or (D, H, W, 3), perhaps mapped: no other slice is read.

    Returns:
        (rows * H, columns * W) or (rows * H, columns * W, 3), native byte order, C-contiguous.
    """
    depth, height, width = volume.shape[:3]
    rows, columns = grid(depth)
    size = (rows * height, columns * width, *volume.shape[3:])
    picture = np.zeros(size, volume.dtype.newbyteorder("="))
    for place, number in enumerate(shown_slices(depth)):
        top, left = place // columns * height, place % columns * width
        picture[top : top + height, left : left + width] = volume[number]
    return picture


def about_volumes(reader: ImageReader) -> str:
    """Say how the volumes of a set are shown; empty where it has none."""
    depths = reader.depths() if isinstance(reader, VolumeReader) else frozenset()
    if not depths:
        return ""
    if max(depths) > SLICES:
        return tr("Each volume is one image: it is shown as nine slices around its middle.")
    return tr("Each volume is one image: it is shown as all of its slices, side by side.")
