"""What a training reads from: labels, images in batches, settings and progress."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.sets.folds import are_alone
from autoal_gui.core.sets.partition import units_of
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.model.device import Device
from autoal_gui.learning.model.normalisation import Normalisation
from autoal_gui.learning.progress import ProgressTracker

Labels = tuple[tuple[int, int], ...]
"""(image id, class index)."""


def units_in(pool: ImagePool, image_ids: Sequence[int]) -> npt.NDArray[np.int64] | None:
    """Return (m,) what stays together of some images of a pool; None where each stands alone."""
    units = units_of(pool.images, image_ids)
    return None if are_alone(units) else np.array(units, np.int64)


@dataclass(frozen=True)
class Feed:
    """Turns image ids into network input on the device."""

    cache: ImageCache
    normalise: Normalisation
    device: Device

    def images(self, ids: list[int]) -> Tensor:
        """Return (B, C, S, S) normalised floats."""
        return self.normalise.scale(self.pixels(ids))

    def pixels(self, ids: list[int]) -> Tensor:
        """Return (B, C, S, S) floats in [0, 1]."""
        return self.cache.batch(ids).to(self.device.device).float() / 255

    def targets(self, labels: Labels) -> Tensor:
        """Return (B,) class indices."""
        return torch.tensor([c for _, c in labels], device=self.device.device)


@dataclass(frozen=True)
class Context:
    """What every step of a round shares."""

    feed: Feed
    settings: RunSettings
    tracker: ProgressTracker

    def units(self, image_ids: Sequence[int]) -> npt.NDArray[np.int64] | None:
        """Return (m,) what stays together of some images, by a number each, see `join_groups`.

        None where each stands alone.
        """
        return units_in(self.feed.cache.pool, image_ids)

    @property
    def device(self) -> Device:
        """Where the networks run."""
        return self.feed.device
