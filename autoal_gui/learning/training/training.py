"""Training a classifier on labelled images, as the task model and as FitNet's first stage."""

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import Optimizer

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import mark, tr
from autoal_gui.core.messages import Progress, Step
from autoal_gui.learning.data.context import Context, Labels
from autoal_gui.learning.model.networks import Classifier, SearchNet
from autoal_gui.learning.progress import TRAINING_COST

DIVERGED = mark("Training diverged: the loss is no longer a number; try a lower learning rate.")
SHIFT = 8  # augmentation shifts by at most 1/8 of the side
Model = TypeVar("Model", bound=nn.Module)


def shuffled_batches(count: int, size: int, seed: int) -> Iterator[list[int]]:
    """Yield positions in batches of `size` for ever: pass after pass, shuffled anew each time.

    A batch that ends a pass and begins the next takes no position twice.
    """
    generator = torch.Generator().manual_seed(seed)
    waiting: list[int] = []
    while True:
        while len(waiting) < size:
            order = torch.randperm(count, generator=generator).tolist()
            held = set(waiting)
            waiting += sorted(order, key=held.__contains__)  # what waits already goes last
        yield waiting[:size]
        waiting = waiting[size:]


def augmented(images: Tensor, generator: torch.Generator) -> Tensor:
    """Flip half of the images left to right and shift each by at most 1/SHIFT of the side.

    Args:
        images: (B, C, S, S) normalised, so that the zeros shifted in are the mean.
        generator: on the CPU, so that every device draws the same.
    """
    count, _, side, _ = images.shape
    reach = side // SHIFT
    flip = torch.rand(count, generator=generator) < 0.5
    moves = torch.randint(0, 2 * reach + 1, (count, 2), generator=generator)
    padded = functional.pad(images, (reach,) * 4)
    padded = torch.where(flip.to(images.device).view(-1, 1, 1, 1), padded.flip(3), padded)
    span = torch.arange(side)
    down = (moves[:, :1] + span).to(images.device)  # (B, S)
    across = (moves[:, 1:] + span).to(images.device)  # (B, S)
    row = torch.arange(count, device=images.device)[:, None, None]
    return padded[row, :, down[:, :, None], across[:, None, :]].permute(0, 3, 1, 2)


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a classifier is trained."""

    steps: int
    batch: int
    learning_rate: float
    weight_decay: float
    augment: bool
    anneal: bool
    """Cosine decay of the learning rate to zero, else constant."""

    def adam(self, model: nn.Module) -> Optimizer:
        """Return the optimiser of this schedule.

        In one loop over the weights: 6 ms a step on a CPU, where several loops take 57 ms.
        """
        return torch.optim.Adam(
            model.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay, fused=True
        )


def train_classifier(
    context: Context,
    model: Classifier,
    optimiser: Optimizer,
    labels: Labels,
    schedule: Schedule,
    seed: int,
    step: Step,
) -> Generator[Progress, None, None]:
    """Train with cross-entropy; yield progress after each step.

    Raises:
        AutoALError: the loss is not finite.
        Cancelled: see `ProgressTracker.advance`.
    """
    augmentation = torch.Generator().manual_seed(seed + 1)
    size = min(schedule.batch, len(labels))
    model.train()
    for number, batch in enumerate(shuffled_batches(len(labels), size, seed), start=1):
        if schedule.anneal:
            set_learning_rate(optimiser, schedule.learning_rate, (number - 1) / schedule.steps)
        chosen = tuple(labels[i] for i in batch)
        # Dropout draws from the global generator, which others may use between two steps.
        torch.manual_seed(seed + number)
        images = context.feed.images([image_id for image_id, _ in chosen])
        images = augmented(images, augmentation) if schedule.augment else images
        with context.device.autocast():
            logits = model(images).float()
        loss = functional.cross_entropy(logits, context.feed.targets(chosen))
        descend(optimiser, loss)
        units = size * TRAINING_COST
        yield context.tracker.advance(step, number, schedule.steps, units, finite(loss))
        if number == schedule.steps:
            break
    for images_done in update_batch_norm(context, model, labels, seed):
        yield context.tracker.advance(step, schedule.steps, schedule.steps, images_done)


def update_batch_norm(
    context: Context, model: Classifier | SearchNet, labels: Labels, seed: int
) -> Iterator[int]:
    """Estimate the batch-norm statistics anew under the final weights.

    The running averages of a short training lag behind its weights so far that a network that
    fits its images in training mode can be off by a loss of thousands in eval mode. The batches
    are drawn at random: image ids often go class by class, and the spread within one class is
    not that of the images.

    Yields:
        The images of each batch.
    """
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over the batches that follow
    model.train()
    size = min(context.settings.train_batch, len(labels))
    batches = shuffled_batches(len(labels), size, seed)
    for _ in range(math.ceil(len(labels) / size)):
        chosen = [labels[i][0] for i in next(batches)]
        with torch.no_grad(), context.device.autocast():
            model.backbone(context.feed.images(chosen))
        yield size
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def descend(optimiser: Optimizer, loss: Tensor) -> None:
    """Take one optimiser step down the gradient of `loss`; the gradient is dropped at once.

    It takes as much memory as the model, and several models wait for their turn.
    """
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)


def finite(loss: Tensor) -> float:
    """Return a loss as a number.

    Raises:
        AutoALError: it is not finite; going on would ruin the model.
    """
    value = float(loss.detach())
    if not math.isfinite(value):
        raise AutoALError(tr(DIVERGED))
    return value


def set_learning_rate(optimiser: Optimizer, peak: float, progress: float) -> None:
    """Follow half a cosine from `peak` at progress 0 to zero at progress 1."""
    for group in optimiser.param_groups:
        group["lr"] = peak * (1 + math.cos(math.pi * progress)) / 2


def same_start(build: Callable[[], Model], seed: int) -> Model:
    """Call `build` under a seed without touching the global random state."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build()
