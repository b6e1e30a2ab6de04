"""Apply a trained checkpoint to images."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import CheckpointError, ImageUnreadable
from autoal_gui.core.images.learned import Learned
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.language import tr
from autoal_gui.core.likeness.strangeness import Familiar, left_out_distances
from autoal_gui.core.measures.conformal import Calibration
from autoal_gui.core.messages import Predict, Predicted, PredictFinished, Progress, Step
from autoal_gui.core.sets.partition import units_of
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context, Feed
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.data.model_outputs import gather
from autoal_gui.learning.model.checkpoint import load_model
from autoal_gui.learning.model.device import Device, choose_device
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.learning.progress import ProgressTracker
from autoal_gui.strategies.contract import ModelOutputs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Reading = Generator[Progress, None, tuple[ModelOutputs, tuple[tuple[int, str], ...]]]


@dataclass(frozen=True, eq=False)
class Predictions:
    """Class probabilities of the images that could be read."""

    card: ModelCard
    image_ids: tuple[int, ...]
    probabilities: npt.NDArray[np.float32]
    """(n, C)."""
    unreadable: tuple[tuple[int, str], ...] = ()
    """(image id, why it could not be read)."""
    distances: npt.NDArray[np.float32] | None = None
    """(n,) see `PredictFinished`."""
    calibration: Calibration | None = None


def answer(command: Predict, cancelled: CancelCheck) -> Iterator[Progress | PredictFinished]:
    """Carry out the window's command.

    Raises:
        CheckpointError, ImageUnreadable, Cancelled: see `predict`.
    """
    for event in predict(command, cancelled):
        if isinstance(event, Predictions):
            yield PredictFinished(
                command.request_id,
                event.card.classes,
                Predicted.of(np.array(event.image_ids, np.int64), event.probabilities),
                event.unreadable,
                event.card.decision,
                event.distances,
                event.calibration,
                event.card.unseen,
                event.card.scarce,
            )
        else:
            yield event


def predict(
    command: Predict, cancelled: CancelCheck, loaded: tuple[Classifier, ModelCard] | None = None
) -> Iterator[Progress | Predictions]:
    """Yield progress, then the predictions.

    The pass is that of a round: the same batches, precision and transform, so that a checkpoint
    gives on its evaluation set what the window showed.

    Args:
        command: what to predict.
        cancelled: says whether to stop.
        loaded: what `load_model` returns of the command's checkpoint; None to load it here.

    Raises:
        CheckpointError: the model cannot be used.
        ImageUnreadable: none of the images can be read.
        Cancelled: `cancelled` said so.
    """
    model, card = loaded or load_model(Path(command.checkpoint))
    ids, learned = command.image_ids, command.learned
    settings = RunSettings.from_json(card.settings).but(device=command.device)
    chosen = choose_device(settings)
    compared = len(learned.labelled) + len(learned.evaluation) if learned else 0
    units = 2.0 * (len(ids) + compared)
    tracker = ProgressTracker(command.request_id, cancelled, chosen.label, units)
    model = chosen.place(model)
    read = partial(_outputs, model, card, Shared(settings, chosen, tracker))
    outputs, broken = yield from read(command.pool, ids, Path(command.workspace), "evaluation")
    if not np.isfinite(outputs.probabilities).all():
        raise CheckpointError(tr("The model gives no usable probabilities for these images."))
    found = Predictions(card, tuple(outputs.image_ids.tolist()), outputs.probabilities, broken)
    if learned is not None:
        with contextlib.suppress(ImageUnreadable):  # then nothing can be said beyond the answers
            found = yield from _compared(found, outputs, learned, model.backbone.widths, read)
    yield found


@dataclass(frozen=True)
class Shared:
    """What every pass of one prediction shares."""

    settings: RunSettings
    device: Device
    tracker: ProgressTracker


def _outputs(
    model: Classifier,
    card: ModelCard,
    shared: Shared,
    pool: ImagePool,
    ids: Sequence[int],
    workspace: Path,
    step: Step,
) -> Reading:
    """Return what a model says of images that can be read, and which cannot, with the reason.

    Features are as the backbone gives them: their length tells what is strange.

    Raises:
        ImageUnreadable: none can be.
    """
    cache = ImageCache.open(pool, card.input_size, workspace, card.channels)
    reads: Step = "reading" if step == "evaluation" else step  # the project's own are told apart
    for done in cache.fill(ids):
        yield shared.tracker.advance(reads, done, len(ids), 1.0)
    readable = cache.readable(ids)
    if not readable:
        raise ImageUnreadable(tr("None of the images can be read."))
    feed = Feed(cache, card.normalisation, shared.device)
    context, seed = Context(feed, shared.settings, shared.tracker), shared.settings.seed
    outputs = yield from gather(context, model, readable, 1, seed, step, pooled=True)
    return outputs, tuple((i, cache.failures[i]) for i in ids if i in cache.failures)


def _compared(
    found: Predictions,
    outputs: ModelOutputs,
    learned: Learned,
    widths: Sequence[int],
    read: Callable[..., Reading],
) -> Generator[Progress, None, Predictions]:
    """Return predictions with how far the images are from what was learned, and its measure."""
    folder, truth = Path(learned.workspace), dict(learned.evaluation)
    if not learned.labelled:
        return found
    seen, _ = yield from read(learned.pool, learned.labelled, folder, "features")
    familiar = Familiar.of(seen.features, widths)
    distances = familiar.distances(outputs.features).astype(np.float32)
    if not truth:
        left_out = _left_out_calibration(learned, seen, widths)
        return replace(found, distances=distances, calibration=left_out)
    own, _ = yield from read(learned.pool, tuple(truth), folder, "features")
    ids = own.image_ids.tolist()
    calibration = _calibration(
        own.probabilities.astype(np.float64),
        np.array([truth[i] for i in ids]),
        familiar.distances(own.features),
        units_of(learned.pool.images, ids),
    )
    return replace(found, distances=distances, calibration=calibration)


def _calibration(
    probabilities: Floats,
    truth: Ints,
    distances: Floats,
    units: Sequence[int],
    counts: Floats | None = None,
) -> Calibration:
    shares = np.pad(probabilities, ((0, 0), (0, 1)), constant_values=-np.inf)  # of no known class
    return Calibration(
        scores=1 - shares[np.arange(len(truth)), truth.clip(max=probabilities.shape[1])],
        distances=distances.astype(np.float32).astype(np.float64),
        units=np.array(units, np.int64),
        probabilities=probabilities,
        truth=truth,
        counts=counts,
        is_apart=counts is None,
    )


def _left_out_calibration(
    learned: Learned, seen: ModelOutputs, widths: Sequence[int]
) -> Calibration | None:
    """Return what the images that were learned from say, each by a model without it."""
    known = {image_id: rest for image_id, *rest in learned.left_out}
    ids = seen.image_ids.tolist()
    units = np.array(units_of(learned.pool.images, ids), np.int64)
    rows = np.array([row for row, image_id in enumerate(ids) if image_id in known], np.int64)
    if not len(rows) or len(np.unique(units)) < 2:
        return None
    of_rows = [known[ids[row]] for row in rows]
    return _calibration(
        np.array([shares for _, shares, _ in of_rows]),
        np.array([truth for truth, *_ in of_rows]),
        left_out_distances(seen.features, units, widths)[rows],
        units[rows].tolist(),
        np.array([count for *_, count in of_rows]),
    )
