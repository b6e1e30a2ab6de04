"""Apply a trained checkpoint to images."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import CheckpointError, ImageUnreadable
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.language import tr
from autoal_gui.core.messages import Predict, Predicted, PredictFinished, Progress
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context, Feed
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.data.model_outputs import gather
from autoal_gui.learning.model.checkpoint import load_model
from autoal_gui.learning.model.device import choose_device
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.progress import ProgressTracker


@dataclass(frozen=True)
class Predictions:
    """Class probabilities of the images that could be read."""

    card: ModelCard
    image_ids: tuple[int, ...]
    probabilities: npt.NDArray[np.float32]
    """(n, C)."""
    unreadable: tuple[tuple[int, str], ...] = ()
    """(image id, why it could not be read)."""


def answer(command: Predict, cancelled: CancelCheck) -> Iterator[Progress | PredictFinished]:
    """Carry out the window's command.

    Raises:
        CheckpointError, ImageUnreadable, Cancelled: see `predict`.
    """
    for event in predict(
        Path(command.checkpoint),
        command.pool,
        command.image_ids,
        Path(command.workspace),
        command.device,
        cancelled,
        command.request_id,
    ):
        if isinstance(event, Predictions):
            found = Predicted.of(np.array(event.image_ids, np.int64), event.probabilities)
            classes = event.card.classes
            decision = event.card.decision
            yield PredictFinished(command.request_id, classes, found, event.unreadable, decision)
        else:
            yield event


def predict(
    model_file: Path,
    pool: ImagePool,
    image_ids: tuple[int, ...],
    workspace: Path,
    device: str,
    cancelled: CancelCheck,
    request_id: int = 0,
) -> Iterator[Progress | Predictions]:
    """Yield progress, then the predictions.

    The pass is that of a round: the same batches, precision and transform, so that a checkpoint
    gives on its evaluation set what the window showed.

    Raises:
        CheckpointError: the model cannot be used.
        ImageUnreadable: none of the images can be read.
        Cancelled: `cancelled` said so.
    """
    model, card = load_model(model_file)
    settings = RunSettings.from_json(card.settings).but(device=device)
    chosen = choose_device(settings)
    tracker = ProgressTracker(request_id, cancelled, chosen.label, 2.0 * len(image_ids))
    cache = ImageCache.open(pool, card.input_size, workspace, card.channels)
    for done in cache.fill(image_ids):
        yield tracker.advance("reading", done, len(image_ids), 1.0)
    readable = cache.readable(image_ids)
    if not readable:
        raise ImageUnreadable(tr("None of the images can be read."))
    context = Context(Feed(cache, card.normalisation, chosen), settings, tracker)
    outputs = yield from gather(
        context, chosen.place(model), readable, 1, settings.seed, "evaluation"
    )
    if not np.isfinite(outputs.probabilities).all():
        raise CheckpointError(tr("The model gives no usable probabilities for these images."))
    broken = tuple((i, cache.failures[i]) for i in image_ids if i in cache.failures)
    yield Predictions(card, tuple(readable), outputs.probabilities, broken)
