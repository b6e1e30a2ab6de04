"""The bi-level search of AutoAL over FitNet and SearchNet (Eq. 1, Algorithm 1)."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional
from torch.optim import Optimizer

from autoal_gui.core.messages import Progress
from autoal_gui.core.sets.folds import deal_units
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context, Labels
from autoal_gui.learning.data.model_outputs import as_labelled, gather
from autoal_gui.learning.model.networks import Classifier, SearchNet
from autoal_gui.learning.progress import TRAINING_COST
from autoal_gui.learning.selection import placebo, relaxation
from autoal_gui.learning.selection.pins import floors_of, hold
from autoal_gui.learning.training.training import (
    Schedule,
    descend,
    finite,
    same_start,
    shuffled_batches,
    train_classifier,
    update_batch_norm,
)
from autoal_gui.strategies.candidates import candidate_scores, top_masks

FEWEST = 4  # labels in a search part: two batches of two
Units = npt.NDArray[np.int64] | None
STILL = 1e-4  # mean weights that move less than this over `patience` steps have settled


@dataclass(frozen=True)
class Split:
    """The labels of one cycle, in two disjoint parts."""

    fit: Labels
    """Plays the labelled images: FitNet is trained on it."""
    search: Labels
    """Plays the unlabelled pool: whatever scores it has not been trained on it."""


def split_labels(labels: Labels, seed: int, units: Units = None) -> Split:
    """Halve labels at random within each class; a class's odd one goes to the fit part.

    What stays together goes into one part as a whole, and the classes as even as that allows: else
    the search part would play a pool that the fit part has seen.

    Args:
        labels: m of them.
        seed: the same seed halves alike.
        units: (m,) what stays together, by a number each; None where each stands alone.
    """
    if units is not None:
        return _split_by_units(labels, seed, units)
    generator = np.random.default_rng(seed)
    fit: list[tuple[int, int]] = []
    search: list[tuple[int, int]] = []
    for class_index in sorted({c for _, c in labels}):
        members = [label for label in labels if label[1] == class_index]
        order = generator.permutation(len(members)).tolist()
        half = (len(members) + 1) // 2
        fit += [members[i] for i in order[:half]]
        search += [members[i] for i in order[half:]]
    return Split(tuple(sorted(fit)), tuple(sorted(search)))


def _split_by_units(labels: Labels, seed: int, units: npt.NDArray[np.int64]) -> Split:
    halves = deal_units(units.tolist(), [c for _, c in labels], 2, seed)
    both = [
        tuple(sorted(label for label, half in zip(labels, halves, strict=True) if half == number))
        for number in range(2)
    ]
    both.sort(key=len, reverse=True)
    return Split(*both)


def can_search(labels: Labels, units: Units = None) -> bool:
    """Say whether there are enough labels for a search: two classes, and FEWEST to search in."""
    return _is_enough(split_labels(labels, 0, units))


def _is_enough(split: Split) -> bool:
    return len({c for _, c in split.fit}) > 1 and len(split.search) >= FEWEST


def _split_of_cycle(labels: Labels, seed: int, units: Units) -> Split:
    """Halve labels for one cycle; where groups leave too little to search in, as `can_search`."""
    split = split_labels(labels, seed, units)
    return split if _is_enough(split) else split_labels(labels, 0, units)


def selected_share(part: int, labelled: int, batch: int) -> float:
    """Return t for a part that plays the pool: the share b / (M + b), never below two images.

    The published t M with t = b / (M + N) is below one image for few labels (our reading).

    Args:
        part: images in the part.
        labelled: M.
        batch: b.
    """
    wanted = round(part * batch / (labelled + batch))
    return float(np.clip(wanted, 2, max(2, part // 2))) / part


def search(
    context: Context, labels: Labels, classes: int, seed: int
) -> Generator[Progress, None, SearchNet]:
    """Run every cycle and return the trained SearchNet, in eval mode.

    Args:
        context: images, settings and progress.
        labels: those of L; at least what `can_search` asks for.
        classes: C.
        seed: of splits, initial weights and batch order.
    """
    settings, channels = context.settings, context.feed.cache.channels
    build = partial(SearchNet, channels, len(settings.weighed), settings.stem, settings.own_side)
    net = context.device.place(same_start(build, seed))
    units = context.units([i for i, _ in labels])
    optimiser = torch.optim.SGD(
        net.parameters(),
        lr=settings.search_learning_rate,
        momentum=settings.search_momentum,
        fused=True,
    )
    for cycle in range(settings.cycles):
        cycle_seed = seed + 1000 * (cycle + 1)
        split = _split_of_cycle(labels, cycle_seed, units)
        fitted = yield from _fit(context, split.fit, classes, cycle_seed)
        yield from _alternate(context, split, fitted, (net, optimiser), cycle, cycle_seed)
        del fitted  # a network and its optimiser: the next cycle makes its own
    total = settings.cycles * settings.search_steps
    with context.tracker.timed("SearchNet"):
        for images_done in update_batch_norm(context, net, labels, seed):
            yield context.tracker.advance("SearchNet", total, total, images_done)
    return net.eval()


def _fit(
    context: Context, labels: Labels, classes: int, seed: int
) -> Generator[Progress, None, tuple[Classifier, Optimizer]]:
    """First stage: plain cross-entropy on the fit part."""
    settings = context.settings
    build = partial(
        Classifier,
        context.feed.cache.channels,
        classes,
        settings.stem,
        settings.dropout,
        own_side=settings.own_side,
    )
    fitnet = context.device.place(same_start(build, seed))
    schedule = Schedule(
        settings.fit_steps,
        settings.train_batch,
        settings.fit_learning_rate,
        weight_decay=0.0,
        augment=False,
        anneal=False,
    )
    optimiser = schedule.adam(fitnet)
    with context.tracker.timed("FitNet"):
        yield from train_classifier(context, fitnet, optimiser, labels, schedule, seed, "FitNet")
    return fitnet, optimiser


@dataclass
class _Cycle:
    """One split's images, scores and networks while the search alternates."""

    context: Context
    labels: Labels
    scores: Tensor  # (P, K), computed once for the split
    floors: Tensor  # (K,), what pinned candidates keep at least
    size: int
    """B, images in a batch."""
    share: float
    """t, the part of a batch to select: at least two images of it, at most half."""
    fitnet: Classifier
    fit_optimiser: Optimizer  # that of the first stage: a new Adam would begin with a jump
    net: SearchNet
    search_optimiser: Optimizer

    def losses(self, positions: list[int]) -> Tensor:
        """FitNet's cross-entropy on part of the search images: (B,)."""
        chosen = tuple(self.labels[i] for i in positions)
        images = self.context.feed.images([image_id for image_id, _ in chosen])
        with self.context.device.autocast():
            logits = self.fitnet(images).float()
        targets = self.context.feed.targets(chosen)
        return functional.cross_entropy(logits, targets, reduction="none")

    def weigh(self, positions: list[int]) -> tuple[Tensor, Tensor]:
        """SearchNet's weights (B, K) and predicted losses (B,)."""
        images = self.context.feed.images([self.labels[i][0] for i in positions])
        with self.context.device.autocast():
            weights, predicted = self.net(images)
        return hold(weights, self.floors), predicted

    def select(self, weights: Tensor, positions: list[int], temperature: float) -> Tensor:
        """The relaxed selection p (B,)."""
        mixed = relaxation.mix(weights, self.scores[positions])
        return relaxation.select(mixed, self.share, temperature)

    def step_fitnet(self, positions: list[int], temperature: float) -> None:
        """Lower level (Eq. 7): FitNet learns from what the search selects."""
        with torch.no_grad():
            selection = self.select(self.weigh(positions)[0], positions, temperature)
        loss = relaxation.fit_loss(selection, self.losses(positions))
        finite(loss)
        descend(self.fit_optimiser, loss)

    def step_search(self, positions: list[int], temperature: float) -> tuple[float, Tensor]:
        """Upper level (Eq. 8 and 9): both heads, and with them the shared backbone."""
        settings = self.context.settings
        with torch.no_grad():
            losses = self.losses(positions)
        weights, predicted = self.weigh(positions)
        selection = self.select(weights, positions, temperature)
        loss = losses.new_zeros(())
        if settings.ablation != "loss head":
            count = relaxation.count_loss(selection, self.share * len(positions))
            loss = relaxation.search_loss(selection, losses) + settings.count_penalty * count
        if settings.ablation != "backbone":
            loss = loss + relaxation.ranking_loss(predicted, losses, settings.rank_margin)
        descend(self.search_optimiser, loss)
        return finite(loss), weights.detach().mean(0)


def _alternate(
    context: Context,
    split: Split,
    fitted: tuple[Classifier, Optimizer],
    searching: tuple[SearchNet, Optimizer],
    number: int,
    seed: int,
) -> Generator[Progress, None, None]:
    """Second stage: FitNet and SearchNet in turn, on batches that follow each other."""
    settings = context.settings
    labelled = len(split.fit) + len(split.search)
    share = selected_share(len(split.search), labelled, settings.batch_size)
    wanted = round(share * len(split.search))
    ids = [image_id for image_id, _ in split.search]
    with context.tracker.timed("FitNet"):
        outputs = yield from gather(context, fitted[0], ids, wanted, seed, "FitNet")
        fit_ids = [image_id for image_id, _ in split.fit]
        known = yield from gather(context, fitted[0], fit_ids, 1, seed, "FitNet")
        outputs = replace(outputs, labelled=as_labelled(context, known, split.fit))
        rows = candidate_scores(outputs, settings.weighed)
        masks = top_masks(rows, outputs.image_ids, wanted)
    if settings.placebo == placebo.MASKS:
        masks = placebo.scores_dealt_out(masks, outputs.image_ids, (seed,))
    scores = torch.from_numpy(masks).float().to(context.device.device)
    floors = torch.from_numpy(floors_of(settings.weighed, settings.pinned_on)).to(scores)
    size = min(settings.search_batch, len(ids) // 2)
    batch_share = min(0.5, selected_share(size, labelled, settings.batch_size))
    cycle = _Cycle(context, split.search, scores, floors, size, batch_share, *fitted, *searching)
    # Both networks see the statistics of the batch in work: running averages lag behind steps
    # this large and give losses in the thousands. FitNet's losses are those without dropout.
    cycle.fitnet.train()
    cycle.fitnet.dropout.eval()
    cycle.net.train()
    with context.tracker.timed("SearchNet"):
        yield from _turns(cycle, settings, number, seed)


def _turns(
    cycle: _Cycle, settings: RunSettings, number: int, seed: int
) -> Generator[Progress, None, None]:
    size = cycle.size
    batches = shuffled_batches(len(cycle.labels), 2 * size, seed)
    units = size * (2 + 2 * TRAINING_COST)
    means: list[Tensor] = []
    done = number * settings.search_steps
    total = settings.cycles * settings.search_steps
    for step in range(1, settings.search_steps + 1):
        temperature = annealed(settings, (step - 1) / settings.search_steps)
        both = next(batches)
        cycle.step_fitnet(both[size:], temperature)
        loss, mean = cycle.step_search(both[:size], temperature)
        means.append(mean)
        yield cycle.context.tracker.advance("SearchNet", done + step, total, units, loss)
        if settings.ablation != "loss head" and converged(means, settings.patience):
            cycle.context.tracker.skip(units * (settings.search_steps - step))
            return


def annealed(settings: RunSettings, progress: float) -> float:
    """Return tau at progress in [0, 1]: geometric from `temperature` to `temperature_end`."""
    ratio = settings.temperature_end / settings.temperature
    return float(settings.temperature * ratio**progress)


def converged(means: list[Tensor], patience: int) -> bool:
    """Say whether the mean weights have not moved over the last `patience` steps."""
    if len(means) <= patience:
        return False
    return bool((means[-1] - means[-1 - patience]).abs().max() < STILL)
