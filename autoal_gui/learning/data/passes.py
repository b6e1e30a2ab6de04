"""Images passed through a network without learning from them, as many at a time as fit."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from autoal_gui.learning.data.context import Context
from autoal_gui.learning.model.device import empty_caches
from autoal_gui.learning.model.device_memory import images_that_fit, is_out_of_memory

log = logging.getLogger(__name__)

Found = TypeVar("Found")


def as_they_are(most: int) -> int:
    """Take as many images as fit: of a network that does not enlarge them."""
    return most


def passed(
    context: Context,
    look: Callable[[Tensor], Found],
    ids: Sequence[int],
    at_once: Callable[[int], int] = as_they_are,
) -> Iterator[tuple[list[int], Found]]:
    """Yield the ids part by part, in order, each part with what `look` makes of its images.

    How many make a part changes the numbers by rounding alone, so it follows from the device's
    free memory. If that was too optimistic, the part is halved, and what follows has its size.

    Args:
        context: images, settings and device.
        look: maps network input (B, C, S, S) on the device to what is wanted of it.
        ids: readable image ids.
        at_once: see `Backbone.at_once`.

    Raises:
        RuntimeError, MemoryError: there is no room for a single image, see `is_out_of_memory`.
    """

    def inferred(images: Tensor) -> Found:
        with torch.inference_mode(), context.device.autocast():
            return look(images)

    size = at_once(pass_size(context, inferred, ids)) if len(ids) else 1
    start = 0
    while start < len(ids):
        part = list(ids[start : start + size])
        try:
            found = inferred(context.feed.images(part))
        except (RuntimeError, MemoryError) as error:
            if len(part) == 1 or not is_out_of_memory(error):
                raise
            size = len(part) // 2
        else:
            start += len(part)
            yield part, found
            continue
        log.info("Too little memory; images are passed %d at a time from now on.", size)
        empty_caches()  # here: the error has let go of what it held


def pass_size(context: Context, look: Callable[[Tensor], object], ids: Sequence[int]) -> int:
    """Return how many images to pass at a time: what the settings say, or as many as fit.

    Args:
        context: images, settings and device.
        look: maps network input (B, C, S, S) on the device to anything, in inference mode.
        ids: of readable images, at least one.
    """
    if context.settings.infer_batch:
        return context.settings.infer_batch
    return images_that_fit(context.device.device, look, lambda: context.feed.images([ids[0]]))
