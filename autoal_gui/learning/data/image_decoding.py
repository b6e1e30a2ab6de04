"""Images on their way to the networks: every command begins by reading what is not yet cached."""

from collections.abc import Generator, Sequence
from pathlib import Path

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr
from autoal_gui.core.messages import MapImages, Progress, RunRound, WarmStart
from autoal_gui.learning.data.context import Context, Feed
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.model.device import choose_device
from autoal_gui.learning.model.pretrained import own_scale
from autoal_gui.learning.progress import ProgressTracker

DECODING_COST = 0.2  # decoding a small image, in forward passes of one


def decode_images(
    command: RunRound | WarmStart | MapImages,
    tracker: ProgressTracker,
    planned_units: float,
    only: Sequence[int] | None = None,
) -> Generator[Progress, None, tuple[Context, list[int]]]:
    """Decode what has not been decoded; return what all steps share, and the readable image ids.

    Args:
        command: says which images, at which size, on which device.
        tracker: told of the device and of the units of the whole command.
        planned_units: what the command costs after the reading.
        only: ids of the images that it needs; None: all.

    Raises:
        SettingsError: the machine has no such device.
        SourceError: no image can be read any more.
    """
    settings = command.settings
    device = choose_device(settings)
    tracker.device = device.label
    cache = ImageCache.open(command.pool, settings.input_size, Path(command.workspace))
    ids = sorted(command.pool.images if only is None else only)
    missing = cache.missing(ids)
    tracker.total_units = planned_units + DECODING_COST * missing
    with tracker.timed("reading"):
        for done in cache.fill(ids):
            yield tracker.advance("reading", done, missing, DECODING_COST)
    readable = cache.readable(ids)
    if not readable:
        raise SourceError(tr("None of the images can be read any more."))
    scale = own_scale(settings.backbone, cache.channels)
    scale = scale or cache.normalisation(pool_ids(command, readable) or readable)
    return Context(Feed(cache, scale, device), settings, tracker), readable


def pool_ids(command: RunRound | WarmStart | MapImages, ids: list[int]) -> list[int]:
    """Return those of the image ids that belong to the pool, not to the evaluation set."""
    return [i for i in ids if command.pool.images[i].split == "pool"]
