"""What sets that the program draws itself have in common: options, and a copy in the workspace."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import (
    ImageReader,
    ListedImage,
    Listing,
    ProgressCallback,
    SourceSpec,
    Split,
)
from autoal_gui.core.language import tr
from autoal_gui.sources.npz_files.arrays import ArrayReader, Stack, kept_stack, listed
from autoal_gui.sources.ticks import Ticks

Seed = tuple[int, ...]
_SPLITS: tuple[tuple[Split, str], ...] = (("pool", "images"), ("evaluation", "evaluation"))


@dataclass(frozen=True)
class Drawing:
    """A set of images that is drawn from a seed, with known truth.

    Options of its `SourceSpec`: `images` (in the pool), `evaluation`, `seed` and `size` (pixels a
    side). The same options give the same images; more of them leave the first ones as they are.
    """

    name: str
    edition: int
    """Raised when the drawing changes, so that a copy in a workspace is not mistaken for it."""
    classes: tuple[str, ...]
    defaults: Mapping[str, int]
    sizes: tuple[int, int]
    """Smallest and largest size."""
    block: int
    """Images drawn at a time."""
    draw_block: Callable[[Seed, int, int], npt.NDArray[np.uint8]] = field(repr=False)
    """(seed, number of the block, size) -> (block, S, S) or (block, S, S, 3)."""
    draw_labels: Callable[[Seed, int], npt.NDArray[np.int64]] = field(repr=False)
    """(seed, count) -> (count,) class indices."""
    colours: bool = True

    def list_images(self, spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
        """Draw and list the set, see `Source.list_images`."""
        wanted = self._wanted(spec)
        ticks = Ticks(progress, 2 * (wanted["images"] + wanted["evaluation"]))
        images: list[ListedImage] = []
        stacks = self._stacks(wanted, workspace, ticks)
        for split, stack in stacks.items():
            labels = self.draw_labels(_seed(wanted, split), len(stack)).tolist()
            images += listed(split, stack, labels, split, ticks)
        return Listing(self.classes, tuple(images))

    def open_images(self, spec: SourceSpec, workspace: Path) -> ImageReader:
        """Open the set, drawn again where the workspace has lost it; see `Source.open_images`."""
        wanted = self._wanted(spec)
        ticks = Ticks(lambda done, total: None, wanted["images"] + wanted["evaluation"])
        stacks = self._stacks(wanted, workspace, ticks)
        return ArrayReader({str(split): stack for split, stack in stacks.items()})

    def _wanted(self, spec: SourceSpec) -> dict[str, int]:
        ranges = {
            "images": (1, 100_000),
            "evaluation": (0, 100_000),
            "seed": (0, 2**31 - 1),
            "size": self.sizes,
        }
        wanted = {}
        for name, (low, high) in ranges.items():
            text = spec.option(name, str(self.defaults[name]))
            if not re.fullmatch("[0-9]{1,10}", text) or not low <= int(text) <= high:
                raise SourceError(
                    tr(
                        "The option {name!r} must be a number from {low:,} to {high:,}.",
                        name=name,
                        low=low,
                        high=high,
                    )
                )
            wanted[name] = int(text)
        return wanted

    def _stacks(self, wanted: dict[str, int], workspace: Path, ticks: Ticks) -> dict[Split, Stack]:
        """Return the images of each split memory-mapped, drawn first where they are missing."""
        stacks: dict[Split, Stack] = {}
        for split, option in _SPLITS:
            count, size, seed = wanted[option], wanted["size"], _seed(wanted, split)
            if count:
                words = f"{self.name}{self.edition}-{wanted['seed']}-{split}-{count}-{size}.npy"
                shape = (count, size, size, 3) if self.colours else (count, size, size)
                blocks = self._blocks(seed, count, size, ticks)
                target = workspace / words
                stacks[split] = kept_stack(target, shape, np.dtype(np.uint8), blocks, ticks)
        return stacks

    def _blocks(self, seed: Seed, count: int, size: int, ticks: Ticks) -> Iterator[bytes]:
        for block in range(-(-count // self.block)):
            images = self.draw_block(seed, block, size)[: count - block * self.block]
            yield images.tobytes()
            ticks.add(len(images))


def _seed(wanted: dict[str, int], split: Split) -> Seed:
    """Return a seed for each split, so that more images in one do not change the other."""
    return (wanted["seed"], int(split == "evaluation"))
