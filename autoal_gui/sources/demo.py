"""The demo: white blood cells that the program draws itself, with known truth.

Options: `images` (in the pool, default 2,400), `evaluation` (600), `seed` (0) and `size` (64
pixels a side). The same options give the same images. They are drawn once, into the workspace.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from autoal_gui.core.errors import SourceError
from autoal_gui.core.pool import (
    ImageReader,
    ListedImage,
    Listing,
    ProgressCallback,
    SourceSpec,
    Split,
)
from autoal_gui.sources.arrays import (
    ArrayReader,
    Stack,
    kept_stack,
    listed,
)
from autoal_gui.sources.smear import BLOCK, KINDS, draw_block, draw_kinds
from autoal_gui.sources.ticks import Ticks

NAME = "demo"
LABEL = "Demo: blood cells"
ORDER = 40

_DEFAULTS = {"images": 2400, "evaluation": 600, "seed": 0, "size": 64}
_RANGES = {
    "images": (1, 100_000),
    "evaluation": (0, 100_000),
    "seed": (0, 2**31 - 1),
    "size": (32, 128),
}
_EDITION = 1  # raised when the drawing changes, so that a copy in a workspace is not mistaken
_SPLITS: tuple[tuple[Split, str], ...] = (("pool", "images"), ("evaluation", "evaluation"))


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """Draw and list the set, see `Source.list_images`."""
    wanted = _wanted(spec)
    ticks = Ticks(progress, 2 * (wanted["images"] + wanted["evaluation"]))
    images: list[ListedImage] = []
    stacks = _stacks(wanted, workspace, ticks)
    for split, _ in _SPLITS:
        if split in stacks:
            labels = draw_kinds(_seed(wanted, split), len(stacks[split])).tolist()
            images += listed(split, stacks[split], labels, split, ticks)
    return Listing(KINDS, tuple(images))


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open the set, drawn again where the workspace has lost it; see `Source.open_images`."""
    wanted = _wanted(spec)
    ticks = Ticks(lambda done, total: None, wanted["images"] + wanted["evaluation"])
    return ArrayReader(_stacks(wanted, workspace, ticks))


def _wanted(spec: SourceSpec) -> dict[str, int]:
    wanted = {}
    for name, default in _DEFAULTS.items():
        low, high = _RANGES[name]
        text = spec.option(name, str(default))
        if not re.fullmatch("[0-9]{1,10}", text) or not low <= int(text) <= high:
            raise SourceError(f"The option {name!r} must be a number from {low:,} to {high:,}.")
        wanted[name] = int(text)
    return wanted


def _seed(wanted: dict[str, int], split: Split) -> tuple[int, ...]:
    """Return a seed for each split, so that more images in one do not change the other."""
    return (wanted["seed"], int(split == "evaluation"))


def _stacks(wanted: dict[str, int], workspace: Path, ticks: Ticks) -> dict[str, Stack]:
    """Return the images of each split memory-mapped, drawn first where they are missing."""
    stacks: dict[str, Stack] = {}
    for split, option in _SPLITS:
        count, size, seed = wanted[option], wanted["size"], _seed(wanted, split)
        if count:
            target = workspace / f"demo{_EDITION}-{wanted['seed']}-{split}-{count}-{size}.npy"
            shape, blocks = (count, size, size, 3), _blocks(seed, count, size, ticks)
            stacks[split] = kept_stack(target, shape, np.dtype(np.uint8), blocks, ticks)
    return stacks


def _blocks(seed: tuple[int, ...], count: int, size: int, ticks: Ticks) -> Iterator[bytes]:
    for block in range(-(-count // BLOCK)):
        images = draw_block(seed, block, size)[: count - block * BLOCK]
        yield images.tobytes()
        ticks.add(len(images))
