"""The task model T: trained from scratch, or a fitted last layer on frozen features."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from autoal_gui.core.labels.layer_trial import (
    FOLDS_COMPARED,
    NOT_TRIED,
    TOO_LONG,
    due,
    next_trial,
)
from autoal_gui.core.language import number, tr
from autoal_gui.core.messages import CancelCheck, Progress, RunRound, Step
from autoal_gui.core.sentences import Sentences
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context, Labels
from autoal_gui.learning.data.features import CHUNK, Features, frozen_features, thinned
from autoal_gui.learning.data.image_decoding import pool_ids
from autoal_gui.learning.data.model_outputs import gather, last_layer
from autoal_gui.learning.model.checkpoint import read_card
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.model.networks import Classifier, SideBySide
from autoal_gui.learning.model.pretrained import told_missing
from autoal_gui.learning.progress import TRAINING_COST
from autoal_gui.learning.training.label_rows import Taught
from autoal_gui.learning.training.label_weights import balanced_weights
from autoal_gui.learning.training.layer_choice import (
    VETOED,
    choice_words,
    every_layer_wins,
    last_layer_measures_better,
    shares_words,
)
from autoal_gui.learning.training.linear_head import POOL_SAMPLE, Head, fit_head
from autoal_gui.learning.training.pool_lesson import taught_by_pool, told_teacher
from autoal_gui.learning.training.starting_model import is_frozen, untrained
from autoal_gui.learning.training.training import Schedule, train_classifier
from autoal_gui.learning.training.view_strengths import Views, choose_strengths, told_views
from autoal_gui.strategies.contract import ModelOutputs

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_TAUGHT = 1000  # confirmed labels that a last layer learns from: more cost much and add little
Infer = Callable[[Sequence[int], int, Step], Generator[Progress, None, ModelOutputs]]
"""(image ids, wanted, step) -> what the model says of these images."""


@dataclass(frozen=True)
class TaskModel:
    """A task model and the way to ask it."""

    model: Classifier
    infer: Infer
    head: Head | None = None
    """How its last layer was fitted, where that alone was trained."""
    notice: str = ""
    """What the user should know of the training, in one sentence."""
    told: Sentences = ()
    """By which views its last layer sees, who taught it and why; none: there was no choice."""
    confirmed: int = 0
    """How many images it learned from whose labels were confirmed in bulk."""
    evaluated: ModelOutputs | None = None
    """What it makes of the evaluation set, where that has been asked already."""


def cold_task(
    context: Context, command: RunRound, readable: list[int]
) -> Generator[Progress, None, TaskModel]:
    """Return the task model before there are labels, of which only the features mean something."""
    frozen = is_frozen(command)
    model = untrained(context, command, unit=frozen)
    if not frozen:
        return TaskModel(model, partial(_pass, context, model))
    features = yield from _features(context, command, model, readable)
    return TaskModel(model, partial(_recall, context, model, features))


def trained_task(
    context: Context,
    command: RunRound,
    readable: list[int],
    labelled: Labels,
    confirmed: Labels = (),
    evaluation: Labels = (),
) -> Generator[Progress, None, TaskModel]:
    """Train the task model on labels of two classes at least.

    Args:
        context: images and settings.
        command: of the round.
        readable: the images that can be read.
        labelled: what it learns from and is judged by.
        confirmed: what it learns from besides.
        evaluation: what measures it, and keeps the last layer where every layer measures worse.
    """
    if not is_frozen(command):
        trained = yield from _trained(context, command, (*labelled, *confirmed))
        return replace(trained, confirmed=len(confirmed))
    fitted = yield from _fitted(context, command, readable, labelled, confirmed)
    assert fitted.head is not None  # noqa: S101 - for the type checker
    wins, notice, told = yield from _all_layers_win(
        context, command, labelled, confirmed, fitted.head
    )
    if not wins:
        return replace(fitted, notice=notice, told=(*fitted.told, *told))
    context.tracker.expect(training_units(context.settings, len(labelled)))
    trained = yield from _trained(context, command, (*labelled, *confirmed))
    trained = replace(trained, notice=notice, told=told, confirmed=len(confirmed))
    if not evaluation or not command.may_veto or context.settings.all_layers != "measured":
        return trained
    return (yield from _measured(context, trained, fitted, evaluation))


def _measured(
    context: Context, trained: TaskModel, fitted: TaskModel, evaluation: Labels
) -> Generator[Progress, None, TaskModel]:
    """Return the one with every layer trained, unless it measures worse than the other."""
    ids, truth = [i for i, _ in evaluation], np.array([c for _, c in evaluation])
    with context.tracker.timed("evaluation"):
        seen = []
        for task in (trained, fitted):
            seen.append((yield from task.infer(ids, 1, "evaluation")))
    right_all, right_head = ((one.probabilities.argmax(1) == truth).astype(float) for one in seen)
    if not last_layer_measures_better(right_all, right_head, context.units(ids)):
        return replace(trained, evaluated=seen[0])
    every, last = shares_words(right_all.mean(), right_head.mean())
    sentence = tr(VETOED, count=number(len(ids)), every=every, last=last)
    return replace(fitted, evaluated=seen[1], notice=sentence)


def training_units(settings: RunSettings, labels: int) -> float:
    """Return the cost of training from scratch, in forward passes of an image."""
    return settings.task_steps * min(settings.train_batch, labels) * TRAINING_COST + labels


def _all_layers_win(
    context: Context, command: RunRound, labelled: Labels, confirmed: Labels, head: Head
) -> Generator[Progress, None, tuple[bool, str, Sentences]]:
    """Decide whether to train every layer; return that, what there is to tell, and to keep told.

    Between two comparisons, and where none is wanted now, a round trains as the one before.
    A backbone that comes with weights is not compared: to train it takes a processor many minutes.
    """
    choice = context.settings.all_layers
    if choice != "measured" or context.settings.is_pretrained:
        return choice == "always", "", ()
    last = read_card(Path(command.previous)) if command.previous else None
    if last is not None and last.architecture != context.settings.backbone:
        last = None  # of before the warm start: another network
    as_before = last is not None and _trained_all(last)
    if not due(len(labelled), last.labels if last else 0, command.trial_owed):
        return as_before, "", ()
    found = yield from _compared(context, command, labelled, confirmed, head)
    if found is None:
        return as_before, "", (TOO_LONG if command.trial_is_long else NOT_TRIED,)
    right_all, right_head, weights, _ = found
    wins = every_layer_wins(*found)
    lead = float((weights * (right_all - right_head)).sum())
    every, alone = shares_words(*(float((weights * right).sum()) for right in found[:2]))
    sentence = tr(
        choice_words(lead, wins),
        count=number(len(right_all)),
        every=every,
        last=alone,
        next=number(next_trial(len(labelled))),
    )
    return wins, sentence, ()


def _trained_all(card: ModelCard) -> bool:
    """Say whether a round on a warm start trained every layer."""
    return RunSettings.from_json(card.settings).warm_start and not card.unit


def _compared(
    context: Context, command: RunRound, labelled: Labels, confirmed: Labels, head: Head
) -> Generator[Progress, None, tuple[Floats, Floats, Floats, Ints] | None]:
    """Return what each way to train has right of the labels held out, their weights and units.

    All four are (h,); the weights sum to 1 and give every class the same. None: the user does not
    want it compared now.
    """
    rights: list[Floats] = []
    held = np.flatnonzero(head.folds < FOLDS_COMPARED)
    trials = min(FOLDS_COMPARED, int(head.folds.max()) + 1)
    tracker, cost = context.tracker, trials * training_units(context.settings, len(labelled))
    done = tracker.done_units
    tracker.expect(cost)
    for fold in range(trials):
        part = tuple(label for label, f in zip(labelled, head.folds, strict=True) if f != fold)
        asked = tuple(label for label, f in zip(labelled, head.folds, strict=True) if f == fold)
        more = _apart(context, confirmed, asked)
        trial = _rights(context, command, (*part, *more), asked)
        right = yield from _of_trials(trial, fold, trials, command.not_now)
        if right is None:
            tracker.skip(cost - (tracker.done_units - done))
            return None
        rights.append(right)
    order = np.argsort(head.folds[held], kind="stable")
    places = held[order]
    truth = np.array([labelled[place][1] for place in places])
    right_head = (head.out_of_fold[places].argmax(1) == truth).astype(float)
    weights = balanced_weights(truth, head.shares[places])
    units = np.arange(len(places)) if head.units is None else head.units[places]
    return np.concatenate(rights), right_head, weights, units


def _apart(context: Context, confirmed: Labels, asked: Labels) -> Labels:
    """Return the confirmed labels of which nothing belongs to what is held out."""
    units = context.units([i for i, _ in (*confirmed, *asked)])
    if units is None:
        return confirmed
    held = set(units[len(confirmed) :].tolist())
    own = units[: len(confirmed)].tolist()
    return tuple(label for label, unit in zip(confirmed, own, strict=True) if unit not in held)


def _rights(
    context: Context, command: RunRound, part: Labels, asked: Labels
) -> Generator[Progress, None, Floats]:
    """Train every layer on a part of the labels; return (h,) what it has right of the others."""
    task = yield from _trained(context, command, part, "comparison")
    seen = _drained(task.infer([i for i, _ in asked], 1, "comparison"))
    truth = np.array([c for _, c in asked])
    rights: Floats = (seen.probabilities.argmax(1) == truth).astype(float)
    return rights


def _of_trials(
    steps: Generator[Progress, None, Floats], number: int, count: int, not_now: CancelCheck
) -> Generator[Progress, None, Floats | None]:
    """Tell how far one of several trials is as a part of all of them: none begins anew at 0.

    None: the user wants no trial now; what had been done of it is dropped.
    """
    while True:
        if not_now():
            steps.close()
            return None
        try:
            one = next(steps)
        except StopIteration as end:
            found: Floats = end.value
            return found
        yield replace(one, done=number * one.total + one.done, total=count * one.total)


def _drained(steps: Generator[Progress, None, ModelOutputs]) -> ModelOutputs:
    """Run to its end what is too short to tell of; it can be cancelled all the same."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: ModelOutputs = end.value
            return found


def _trained(
    context: Context, command: RunRound, labelled: Labels, step: Step = "task model"
) -> Generator[Progress, None, TaskModel]:
    """Train every layer, from scratch or from a checkpoint."""
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
    with context.tracker.timed(step):
        yield from train_classifier(
            context, model, schedule.adam(model), labelled, schedule, settings.seed, step
        )
    return TaskModel(model, partial(_pass, context, model))


def _fitted(
    context: Context,
    command: RunRound,
    readable: list[int],
    labelled: Labels,
    confirmed: Labels,
) -> Generator[Progress, None, TaskModel]:
    """Fit the last layer to the frozen features."""
    settings = context.settings
    model = untrained(context, command, unit=True)
    features = yield from _features(context, command, model, readable)
    with context.tracker.timed("task model"):
        yield context.tracker.advance("task model", 0, 1, 0)
        targets = np.array([c for _, c in labelled], np.int64)
        ids, sample = [i for i, _ in labelled], thinned(pool_ids(command, readable), POOL_SAMPLE)
        more = thinned([i for i, _ in confirmed], MOST_TAUGHT)
        check, units = context.tracker.check, context.units([*ids, *more])
        units, others = _parted(units, len(ids))
        classes, told, found = len(command.classes), told_missing(settings), None
        if isinstance(model.backbone, SideBySide):
            likenesses = Views.of(features.unit(ids), features.unit(sample), features.widths)
            chosen = choose_strengths(likenesses, targets, classes, settings.seed, check, units)
            model.get_buffer("strengths").copy_(torch.tensor(chosen.strengths))
            features = replace(features, strengths=chosen.strengths)
            told, found = (told_views(chosen, settings.beside),), chosen.found
        known, pool = features.unit(ids), features.unit(sample)
        taught = None
        if more:
            of_class = dict(confirmed)
            given = np.array([of_class[i] for i in more], np.int64)
            taught = Taught(features.unit(more), given, others)
            found = None  # what teaches besides counts in all folds
        head = fit_head(known, targets, classes, settings.seed, pool, check, units, taught, found)
        if settings.pool_teaches == "measured":
            asked = set(ids)
            unasked = features.unit([i for i in sample if i not in asked])
            lesson = taught_by_pool(head, known, targets, unasked, check)
            head, told = lesson.head, (*told, *told_teacher(lesson))
        _put(head, model)
        yield context.tracker.advance("task model", 1, 1, 0)
    infer = partial(_recall, context, model, features)
    return TaskModel(model, infer, head, told=told, confirmed=len(more))


def _parted(units: Ints | None, first: int) -> tuple[Ints | None, Ints | None]:
    """Part the units of labels that judge from those of labels that only teach."""
    return (None, None) if units is None else (units[:first], units[first:])


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
) -> Generator[Progress, None, ModelOutputs]:
    """Pass images through the whole network."""
    return (yield from gather(context, model, ids, wanted, context.settings.seed, step))


def _recall(
    context: Context,
    model: Classifier,
    features: Features,
    ids: Sequence[int],
    wanted: int,
    step: Step,
) -> Generator[Progress, None, ModelOutputs]:
    """Pass kept features through the last layer."""
    seed = context.settings.seed
    yield context.tracker.advance(step, 0, len(ids), 0.0)
    with last_layer(context, model, len(ids), seed, np.float16) as head:
        for start in range(0, len(ids), CHUNK):
            unit = features.unit(ids[start : start + CHUNK]).astype(np.float32)
            head.add(torch.from_numpy(unit).to(context.device.device))
        outputs = head.outputs(ids, wanted, seed)
    yield context.tracker.advance(step, len(ids), len(ids), 0.0)
    return outputs
