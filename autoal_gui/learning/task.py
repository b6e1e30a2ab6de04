"""The task model T: trained from scratch, or a fitted last layer on frozen features."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from autoal_gui.core.messages import Progress, RunRound, Step
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.checkpoint import load_weights
from autoal_gui.learning.evidence import gather
from autoal_gui.learning.features import CHUNK, Features, frozen_features, thinned
from autoal_gui.learning.head import POOL_SAMPLE, Head, fit_head
from autoal_gui.learning.networks import Classifier
from autoal_gui.learning.reading import pool_ids
from autoal_gui.learning.training import Context, Labels, Schedule, same_start, train_classifier
from autoal_gui.learning.work import TRAINING_COST
from autoal_gui.strategies.contract import Evidence

Look = Callable[[Sequence[int], int, Step], Generator[Progress, None, Evidence]]
"""(image ids, wanted, step) -> what the model says of these images."""


@dataclass(frozen=True)
class TaskModel:
    """A task model and the way to ask it."""

    model: Classifier
    look: Look
    head: Head | None = None
    """How its last layer was fitted, with a warm start."""


def warm_checkpoint(command: RunRound) -> str:
    """Return the checkpoint whose features the round uses frozen; empty where it uses none.

    A checkpoint that the user gave to start from takes the place of the project's own warm start.
    """
    return (command.start_from or command.warm_start) if command.settings.warm_start else ""


def untrained(context: Context, command: RunRound) -> Classifier:
    """Return the task model that every mode starts from, on the device."""
    settings, channels = context.settings, context.feed.cache.channels
    warm = warm_checkpoint(command)
    build = partial(
        Classifier,
        channels,
        len(command.classes),
        settings.stem,
        settings.dropout,
        unit=bool(warm),
    )
    model = same_start(build, settings.seed)
    if start := warm or command.start_from:
        load_weights(model, Path(start), command.classes, settings.stem)
    return model.to(context.device.device)


def cold_task(
    context: Context, command: RunRound, readable: list[int]
) -> Generator[Progress, None, TaskModel]:
    """Return the task model before there are labels, of which only the features mean something."""
    model = untrained(context, command)
    if not warm_checkpoint(command):
        return TaskModel(model, partial(_pass, context, model))
    features = yield from _features(context, command, model, readable)
    return TaskModel(model, partial(_recall, context.settings, model, features))


def trained_task(
    context: Context, command: RunRound, readable: list[int], labelled: Labels
) -> Generator[Progress, None, TaskModel]:
    """Train the task model on labels of two classes at least."""
    if warm_checkpoint(command):
        return (yield from _fitted(context, command, readable, labelled))
    return (yield from _trained(context, command, labelled))


def training_units(settings: RunSettings, labels: int) -> float:
    """Return the cost of training from scratch, in forward passes of an image."""
    return settings.task_steps * min(settings.train_batch, labels) * TRAINING_COST + labels


def _trained(
    context: Context, command: RunRound, labelled: Labels
) -> Generator[Progress, None, TaskModel]:
    """Train every layer, from scratch or from the checkpoint that the user gave."""
    settings = context.settings
    model = untrained(context, command)
    schedule = Schedule(
        settings.task_steps,
        settings.train_batch,
        settings.task_learning_rate,
        settings.weight_decay,
        settings.augment,
        anneal=True,
    )
    with context.work.timed("task model"):
        yield from train_classifier(
            context, model, schedule.adam(model), labelled, schedule, settings.seed, "task model"
        )
    return TaskModel(model, partial(_pass, context, model))


def _fitted(
    context: Context, command: RunRound, readable: list[int], labelled: Labels
) -> Generator[Progress, None, TaskModel]:
    """Fit the last layer to the frozen features."""
    settings = context.settings
    model = untrained(context, command)
    features = yield from _features(context, command, model, readable)
    with context.work.timed("task model"):
        yield context.work.advance("task model", 0, 1, 0)
        targets = np.array([c for _, c in labelled], np.int64)
        known = features.unit([i for i, _ in labelled])
        pool = features.unit(thinned(pool_ids(command, readable), POOL_SAMPLE))
        head = fit_head(known, targets, len(command.classes), settings.seed, pool)
        _put(head, model)
        yield context.work.advance("task model", 1, 1, 0)
    return TaskModel(model, partial(_recall, settings, model, features), head)


def _put(head: Head, model: Classifier) -> None:
    with torch.no_grad():
        model.head.weight.copy_(torch.from_numpy(head.weight))
        model.head.bias.copy_(torch.from_numpy(head.bias))


def _features(
    context: Context, command: RunRound, model: Classifier, readable: list[int]
) -> Generator[Progress, None, Features]:
    pool = pool_ids(command, readable) or readable
    features = yield from frozen_features(context, model, readable, pool)
    model.get_buffer("centre").copy_(torch.from_numpy(features.centre))
    return features


def _pass(
    context: Context, model: Classifier, ids: Sequence[int], wanted: int, step: Step
) -> Generator[Progress, None, Evidence]:
    """Pass images through the whole network."""
    return (yield from gather(context, model, ids, wanted, context.settings.seed, step))


def _recall(
    settings: RunSettings,
    model: Classifier,
    features: Features,
    ids: Sequence[int],
    wanted: int,
    step: Step,
) -> Generator[Progress, None, Evidence]:
    """Pass kept features through the last layer."""
    yield from ()  # there is nothing to wait for
    unit = features.unit(ids)
    generator = torch.Generator().manual_seed(settings.seed)
    heads = model.stochastic_heads(settings.stochastic_passes, generator).cpu()  # (R, C, D)
    weight, bias = model.head.weight.detach().cpu(), model.head.bias.detach().cpu()
    certain = np.empty((len(ids), len(bias)), np.float32)
    stochastic = np.empty((len(heads), len(ids), len(bias)), np.float32)
    for start in range(0, len(ids), CHUNK):
        part = slice(start, start + CHUNK)
        found = torch.from_numpy(unit[part].astype(np.float32))
        certain[part] = (found @ weight.T + bias).softmax(-1).numpy()
        drawn = torch.einsum("bd,rcd->rbc", found, heads) + bias
        stochastic[:, part] = drawn.softmax(-1).numpy()
    return Evidence(np.asarray(ids, np.int64), unit, certain, stochastic, wanted, settings.seed)
