"""The warm start: features learned from the pool itself before there are labels.

It takes a few minutes while the clinician labels the first batch, is saved as it goes, and goes on
where it was left after a cancelled, closed or killed run.
"""

import contextlib
import itertools
import logging
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import Cancelled
from autoal_gui.core.language import tr
from autoal_gui.core.messages import Event, Progress, WarmStart, WarmStarted
from autoal_gui.core.project.stores.warm_record import state_file
from autoal_gui.core.system.files import replacing
from autoal_gui.learning.data.context import Context
from autoal_gui.learning.data.features import frozen_features
from autoal_gui.learning.data.image_decoding import decode_images, pool_ids
from autoal_gui.learning.model.checkpoint import save_checkpoint
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.model.networks import Classifier, shrunk
from autoal_gui.learning.model.torch_file import read_torch_file
from autoal_gui.learning.progress import TRAINING_COST, Pace, ProgressTracker
from autoal_gui.learning.training.contrastive import Projector, contrast_loss, view
from autoal_gui.learning.training.training import (
    descend,
    finite,
    same_start,
    set_learning_rate,
    shuffled_batches,
    update_batch_norm,
)

log = logging.getLogger(__name__)

LEARNING_RATE = 1e-3  # AdamW, after a few steps of warming up
WARM_UP = 10  # steps
WEIGHT_DECAY = 1e-4
BATCHES = 4  # in a pass over the pool, at least,
SMALLEST_BATCH = 16  # as long as a batch has so many images to tell apart
VIEWS = 2  # of each image, that are to be recognised as one
FEWEST = 8  # images in the pool; with less there is nothing to tell apart
MOST_EPOCHS = 200  # in the time given: a small pool or a fast device gains nothing beyond
BATCH_NORM_IMAGES = 512  # images that the batch-norm statistics are estimated from
SAVE_EVERY = 20.0  # seconds between two saves: what a killed program may lose
STATE_FORMAT = "autoal-gui warm start 1"
MOST_STATE = 2**29  # bytes; what is put down takes 140 million


def warm_start(command: WarmStart, cancelled: CancelCheck) -> Iterator[Event]:
    """Carry out a warm start; the last event is its `WarmStarted`.

    Stopping it is no failure: what was learned so far is written and used.

    Raises:
        Cancelled: before anything was learned.
        SettingsError, CheckpointError, SourceError: in one plain sentence.
    """
    tracker = ProgressTracker(command.request_id, cancelled, "", 0.0)
    context, readable = yield from decode_images(command, tracker, 0.0)
    learner = _Learner.begin(command, context, pool_ids(command, readable), len(readable))
    complete = yield from _learn(learner, command.request_id, cancelled)
    if not learner.step and not complete:
        raise Cancelled(tr("The warm start was stopped before it began."))
    # Not by the tracker: a user who has stopped the learning keeps what was learned.
    label = context.device.label
    yield Progress(command.request_id, "finishing", 0, 1, None, None, label)
    learner.update_batch_norm()
    card = _card(command, context)
    digest = save_checkpoint(Path(command.checkpoint), learner.model, card)
    learner.save()  # also when complete: closed in what follows, nobody has taken note of it
    if complete:
        with contextlib.suppress(Cancelled):  # the first round would compute what is missing
            yield from frozen_features(context, learner.model, readable, learner.ids or readable)
    yield WarmStarted(
        command.request_id,
        command.checkpoint,
        digest,
        learner.epochs,
        learner.spent,
        complete,
        tuple(tracker.seconds.items()),
    )


def _learn(
    learner: "_Learner", request_id: int, cancelled: CancelCheck
) -> Generator[Progress, None, bool]:
    """Learn until the budget is spent; return whether it was, and not the user who stopped it."""
    if len(learner.ids) < FEWEST:
        return True
    if learner.step and learner.done < 1:  # taken up: it says how far before the next batch
        yield learner.progress(request_id, None)
    batches = shuffled_batches(len(learner.ids), learner.size, learner.seed)
    for batch in itertools.islice(batches, learner.step, None):
        if learner.done >= 1:
            break
        if cancelled():
            return False
        loss = learner.learn([learner.ids[i] for i in batch])
        learner.save_now_and_then()
        yield learner.progress(request_id, loss)
    return True


def _card(command: WarmStart, context: Context) -> ModelCard:
    settings, cache = command.settings, context.feed.cache
    return ModelCard(
        classes=command.classes,
        input_size=cache.size,
        own_side=settings.own_side,
        channels=cache.channels,
        mean=context.feed.normalise.mean,
        deviation=context.feed.normalise.deviation,
        stem=settings.stem,
        dropout=settings.dropout,
        mode="warm start",
        round_number=0,
        labels=0,
        data_hash=command.pool.data_hash,
        confusion=(),
        settings=settings.to_json(),
    )


def _identity(command: WarmStart, context: Context) -> str:
    """Name what a saved state must have been learned from to be taken up again."""
    settings, cache = command.settings, context.feed.cache
    parts = (
        command.pool.data_hash,
        settings.seen_side,
        cache.channels,
        settings.stem,
        settings.seed,
        settings.warm_batch,
    )
    return " ".join(map(str, parts))


@dataclass
class _Learner:
    """A contrastive training that can be put down and taken up again."""

    context: Context
    model: Classifier
    projector: Projector
    optimiser: torch.optim.Optimizer
    ids: list[int]
    seed: int
    state_file: Path
    identity: str
    """What a saved state must have been learned from to be taken up again."""
    images: int
    """How many images are described once the learning has ended."""
    step: int = 0
    spent: float = 0.0
    """Seconds of learning."""
    _saved: float = field(default_factory=time.monotonic)
    _pace: Pace = field(default_factory=lambda: Pace(0.0))  # in seconds of learning

    @classmethod
    def begin(cls, command: WarmStart, context: Context, ids: list[int], images: int) -> "_Learner":
        """Start from the seed, or where a run that was put down has left off."""
        settings, channels = command.settings, context.feed.cache.channels
        build = partial(
            Classifier,
            channels,
            len(command.classes),
            settings.stem,
            settings.dropout,
            own_side=settings.own_side,
        )
        model = context.device.place(same_start(build, settings.seed))
        projector = same_start(partial(Projector, model.backbone), settings.seed)
        projector = context.device.place(projector)
        optimiser = torch.optim.AdamW(
            projector.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True
        )
        learner = cls(
            context,
            model,
            projector,
            optimiser,
            ids,
            settings.seed,
            state_file(command.checkpoint),
            _identity(command, context),
            images,
        )
        learner._resume()
        return learner

    @property
    def size(self) -> int:
        """Images in a batch: of a small pool fewer, or it would take few steps in its time."""
        few = max(SMALLEST_BATCH, len(self.ids) // BATCHES)
        return min(self.context.settings.warm_batch, len(self.ids), few)

    @property
    def epochs(self) -> float:
        """Passes over the pool so far."""
        return self.step * self.size / len(self.ids)

    @property
    def done(self) -> float:
        """The share of the training that is done, in [0, 1]: by epochs, or by time."""
        settings = self.context.settings
        if settings.warm_epochs:
            return min(1.0, self.epochs / settings.warm_epochs)
        return min(1.0, max(self.spent / settings.warm_seconds, self.epochs / MOST_EPOCHS))

    def learn(self, batch: list[int]) -> float:
        """Take one step on a batch of image ids; return the loss."""
        started = time.perf_counter()
        warming = min(1.0, (self.step + 1) / WARM_UP)
        set_learning_rate(self.optimiser, LEARNING_RATE * warming, self.done)
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.step)
        pixels = self.context.feed.pixels(batch)
        if self.context.settings.seen_side < pixels.shape[3]:  # views of large images cost much
            pixels = shrunk(pixels, self.context.settings.seen_side)
        views = torch.cat([view(pixels, generator) for _ in range(VIEWS)])
        self.projector.train()
        with self.context.device.autocast():
            features = self.projector.backbone(self.context.feed.normalise.scale(views)).float()
        loss = contrast_loss(self.projector(features))
        descend(self.optimiser, loss)
        self.step += 1
        self.spent += time.perf_counter() - started
        return finite(loss)

    def update_batch_norm(self) -> None:
        """Make the backbone fit for use: its batch norm has seen crops, and will see images."""
        every = max(1, len(self.ids) // BATCH_NORM_IMAGES)
        sample = tuple((image_id, 0) for image_id in self.ids[::every][:BATCH_NORM_IMAGES])
        for _ in update_batch_norm(self.context, self.model, sample, self.seed):
            pass

    def progress(self, request_id: int, loss: float | None) -> Progress:
        """Tell how far the training is, in thousandths: its end is a time, not a step."""
        self._pace.note(self.spent, self.done)
        left = self._pace.seconds_left(self.done, 1 - self.done)
        if left is not None:
            left += self._seconds_of_features()
        done = int(1000 * self.done)
        return Progress(request_id, "warm start", done, 1000, left, loss, self.context.device.label)

    def _seconds_of_features(self) -> float:
        """Return about how long describing all images takes, which follows the learning."""
        seen = VIEWS * self.step * self.size
        return self.images * self.spent / seen / TRAINING_COST

    def save(self) -> None:
        """Put the training down, so that it can be taken up again; a full disk only skips it."""
        content = {
            "format": STATE_FORMAT,
            "identity": self.identity,
            "step": self.step,
            "spent": self.spent,
            "projector": self.projector.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        with contextlib.suppress(OSError, RuntimeError), replacing(self.state_file) as partial_file:
            torch.save(content, partial_file)
        self._saved = time.monotonic()

    def save_now_and_then(self) -> None:
        """Save if the last time is a while ago."""
        if time.monotonic() - self._saved > SAVE_EVERY:
            self.save()

    def _resume(self) -> None:
        """Take up what was put down, if it is of this program, these images and settings."""
        try:
            content = read_torch_file(self.state_file, MOST_STATE)
            if content["format"] != STATE_FORMAT or content["identity"] != self.identity:
                return
            self.projector.load_state_dict(content["projector"])
            self.optimiser.load_state_dict(content["optimiser"])
            self.step, self.spent = int(content["step"]), float(content["spent"])
        except Exception:  # foreign or damaged bytes make the reader raise anything
            log.info("There is no warm start to go on with.")
