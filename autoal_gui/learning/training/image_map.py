"""What every image is like, by a network that has not seen a label, and where it lies on a map."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.language import tr
from autoal_gui.core.likeness.kept_map import write_map
from autoal_gui.core.likeness.reduction import WIDTH, flat_places, main_directions, shortened
from autoal_gui.core.likeness.search import Vectors
from autoal_gui.core.messages import Event, MapImages, Mapped, Progress
from autoal_gui.learning.data.context import Context
from autoal_gui.learning.data.features import CHUNK, Features, frozen_features, thinned
from autoal_gui.learning.data.image_cache import square
from autoal_gui.learning.data.image_decoding import decode_images, pool_ids
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.learning.progress import ProgressTracker
from autoal_gui.learning.training.starting_model import is_frozen, untrained

GENERAL = "efficientnet_lite0"
"""Looks where nothing has learned from the images yet: its weights come with the program."""
SAMPLE = 20_000  # images that the main directions are found from


def map_images(command: MapImages, cancelled: CancelCheck) -> Iterator[Event]:
    """Work out the vectors and places of all images and keep them; the last event is `Mapped`.

    The network is the one whose features a round would use frozen: what was learned from the
    images themselves, or a backbone that comes with weights.

    Raises:
        Cancelled, SettingsError, CheckpointError, SourceError: in one plain sentence.
    """
    if not is_frozen(command):
        command = replace(command, settings=command.settings.but(backbone=GENERAL))
    tracker = ProgressTracker(command.request_id, cancelled, "", 0.0)
    units = float(len(command.pool.images))
    context, readable = yield from decode_images(command, tracker, units)
    model = untrained(context, command, unit=True)
    pool = pool_ids(command, readable) or readable
    features = yield from frozen_features(context, model, readable, pool)
    directions = yield from _directions(context, features, pool, len(readable))
    yield from _keep(context, features, directions, command, readable)
    outside = _outside(context, model, features, directions, command.outside)
    outside.flags.writeable = False
    yield Mapped(command.request_id, command.name, outside)


def _directions(
    context: Context, features: Features, pool: Sequence[int], images: int
) -> Generator[Progress, None, Vectors]:
    """Return the (K, D) directions that vectors are measured along."""
    sample = thinned(pool, SAMPLE)
    yield context.tracker.advance("finishing", 0, images, 0.0)
    parts = (sample[start : start + CHUNK] for start in range(0, len(sample), CHUNK))
    return main_directions((features.unit(part) for part in parts), WIDTH)


def _keep(
    context: Context,
    features: Features,
    directions: Vectors,
    command: MapImages,
    readable: Sequence[int],
) -> Iterator[Progress]:
    """Keep the vectors of all images and their places, in the order of their ids."""
    rows = features.rows
    vectors = np.zeros((len(rows), len(directions)), np.float32)
    for start in range(0, len(readable), CHUNK):
        chunk = readable[start : start + CHUNK]
        vectors[[rows[i] for i in chunk]] = shortened(features.unit(chunk), directions)
        done = min(start + CHUNK, len(readable))
        yield context.tracker.advance("finishing", done, len(readable), 0.0)
    places = np.full((len(rows), 2), np.nan, np.float32)
    there = [rows[i] for i in readable]
    places[there] = flat_places(vectors[there])
    try:
        write_map(Path(command.workspace), command.name, vectors, places)
    except OSError as error:
        raise SourceError(
            tr("The map cannot be kept in the project's folder; is its disk full?")
        ) from error


def _outside(
    context: Context,
    model: Classifier,
    features: Features,
    directions: Vectors,
    pool: ImagePool | None,
) -> Vectors:
    """Return (m, K) vectors of images that are no part of the project and can be read."""
    cache, device = context.feed.cache, context.device
    found = []
    for image_id in sorted(pool.images if pool else ()):
        try:
            pixels = picture_to_uint8(pool.picture(image_id)) if pool else None
        except ImageUnreadable:
            continue
        if pixels is None:
            continue
        plain = torch.from_numpy(square(pixels, cache.channels, cache.size)[None])
        scaled = context.feed.normalise.scale(plain.to(device.device).float() / 255)
        with torch.inference_mode(), device.autocast():
            found.append(model.backbone(scaled).float().cpu().numpy())
    if not found:
        return np.empty((0, len(directions)), np.float32)
    return shortened(features.unit_of(np.concatenate(found)), directions)
