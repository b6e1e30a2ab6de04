"""What the sets that are arrays have in common: parts of images of 32 x 32 pixels in colour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from autoal_gui.core.images.source import Split

SIDE = 32  # pixels
SIZE = 3 * SIDE * SIDE  # bytes of an image
AT_ONCE = 256  # images that are turned at a time


@dataclass(frozen=True)
class ArrayPart:
    """The training images of a set, or its test images."""

    name: str
    """"train" or "test"."""
    labels: list[int] = field(repr=False)
    blocks: Callable[[], Iterator[bytes]] = field(repr=False)
    """Gives the images, row by row and with the colours of a pixel together, in whole images."""

    @property
    def split(self) -> Split:
        """What it becomes."""
        return "pool" if self.name == "train" else "evaluation"


@dataclass(frozen=True)
class ArraySet:
    """A set that is arrays."""

    classes: tuple[str, ...]
    parts: tuple[ArrayPart, ...]
