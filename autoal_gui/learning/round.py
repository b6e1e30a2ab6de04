"""One round as a generator of events: search, train, evaluate, rank (Algorithm 1)."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import SettingsError
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.measures.metrics import ByChance, Metrics
from autoal_gui.core.messages import (
    Asked,
    Event,
    Notice,
    Predicted,
    Progress,
    RoundFinished,
    RunRound,
)
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.data.context import Context, Labels
from autoal_gui.learning.data.image_reading import read_images
from autoal_gui.learning.data.model_outputs import as_labelled
from autoal_gui.learning.model.checkpoint import ModelCard, save_checkpoint
from autoal_gui.learning.model.networks import SearchNet
from autoal_gui.learning.progress import TRAINING_COST, ProgressTracker
from autoal_gui.learning.selection.acquisition import (
    Acquisition,
    policy_acquisition,
    searched_acquisition,
    voted_acquisition,
)
from autoal_gui.learning.selection.auto import auto_acquisition
from autoal_gui.learning.selection.search import can_search, search
from autoal_gui.learning.sklearn_import import load_sklearn
from autoal_gui.learning.training.linear_head import Head, chances_by
from autoal_gui.learning.training.task_model import (
    TaskModel,
    cold_task,
    trained_task,
    training_units,
    warm_checkpoint,
)
from autoal_gui.strategies.candidates import is_policy, needs_labelled
from autoal_gui.strategies.contract import Labelled, ModelOutputs

VOTES = ("paper", "vote")  # the modes that weigh the settings' candidates, and nothing else
FEWEST_AUDITED = 5  # images; a share of fewer says nothing
FEWEST_BY_CHANCE = 10  # labels; a model of fewer says nothing
ONE_CLASS = mark("Two classes are needed before a model can be trained; label a few more images.")
TOO_FEW = mark("Too few labels for a search yet; the uniform vote asked this time.")


def run_round(command: RunRound, cancelled: CancelCheck) -> Iterator[Event]:
    """Carry out a round; the last event is its `RoundFinished`.

    With fewer than two classes labelled nothing can be trained: the images are then ranked by
    what an untrained network makes of them, so that the first labels spread over the pool.

    Raises:
        Cancelled, SettingsError, CheckpointError, AutoALError: in one plain sentence.
    """
    check_mode(command.settings)
    load_sklearn()
    work = ProgressTracker(command.request_id, cancelled, "", 0.0)
    context, ids = yield from read_images(command, work, _planned_units(command))
    broken = len(command.pool.images) - len(ids)
    notices = (_left_out(broken),) if broken else ()
    for sentence in notices:
        yield Notice(command.request_id, sentence)
    data = _readable_data(command, ids)
    if len({c for _, c in data.labelled}) < 2:
        yield from _cold_round(command, context, data, notices)
    else:
        yield from _trained_round(command, context, data, notices)


def check_mode(settings: RunSettings) -> None:
    """Check that the mode and the candidates exist, and what is to be compared suits the mode.

    Raises:
        SettingsError: in one sentence.
    """
    if settings.placebo and settings.mode not in ("auto", "paper"):
        raise SettingsError(tr("A placebo is of the modes auto and paper, which search."))
    if settings.ablation and settings.mode != "paper":
        raise SettingsError(tr("An ablation is of the mode paper."))
    known = discover("autoal_gui.strategies")
    for name in (*settings.candidates, settings.mode):
        if name not in known and name not in ("auto", "paper", "vote"):
            raise SettingsError(tr("There is no mode or strategy named {name}.", name=name))


@dataclass(frozen=True)
class _Data:
    """The readable images of a round."""

    readable: list[int]
    unlabelled: list[int]
    labelled: Labels
    evaluation: Labels


def _readable_data(command: RunRound, ids: list[int]) -> _Data:
    readable = set(ids)
    return _Data(
        ids,
        [image_id for image_id in command.unlabelled if image_id in readable],
        tuple(label for label in command.labelled if label[0] in readable),
        tuple(label for label in command.evaluation if label[0] in readable),
    )


def _planned_units(command: RunRound) -> float:
    settings, labels = command.settings, len(command.labelled)
    units = float(len(command.unlabelled) + len(command.evaluation))
    units += labels if _looks_at_labelled(settings) else 0
    if not warm_checkpoint(command):
        units += training_units(settings, labels)
    if settings.mode == "paper" and can_search(command.labelled):
        fit = settings.fit_steps * min(settings.train_batch, labels // 2) * TRAINING_COST
        batch = min(settings.search_batch, labels // 4)
        turns = settings.search_steps * batch * (2 + 2 * TRAINING_COST)
        units += settings.cycles * (fit + turns + labels) + len(command.unlabelled)
    return units


def _left_out(broken: int) -> str:
    return tr_count(
        "{count} image cannot be read and is left out.",
        "{count} images cannot be read and are left out.",
        broken,
    )


def _cold_round(
    command: RunRound,
    context: Context,
    data: _Data,
    notices: tuple[str, ...],
) -> Iterator[Event]:
    """Rank without a trained model: by clusters of the features that there are."""
    task = yield from cold_task(context, command, data.readable)
    mode = "random" if command.settings.mode == "random" else "kmeans"
    with context.work.timed("scoring"):
        outputs = yield from task.display(data.unlabelled, _wanted(context, data), "scoring")
        acquisition = voted_acquisition(outputs, (mode,))
    notices = (*notices, tr(ONE_CLASS)) if data.labelled else notices
    nothing = np.empty((0, len(command.classes)), np.float32)
    trained = _Trained(nothing, None, None, "", "", len(data.labelled))
    result = _finished(command, context, acquisition, trained, notices)
    # No strategy has been weighed against another yet: the panel's curves begin later.
    yield replace(result, weights=(), plain_weights=())


@dataclass(frozen=True)
class _Trained:
    """What the trained task model leaves."""

    probabilities: npt.NDArray[np.float32]
    metrics: Metrics | None
    audit: Metrics | None
    checkpoint: str
    sha256: str
    labels: int


def _trained_round(
    command: RunRound, context: Context, data: _Data, notices: tuple[str, ...]
) -> Iterator[Event]:
    settings = context.settings
    net = None
    # The search comes first: it needs nothing of the task model, which would lie in its way.
    if settings.mode == "paper" and data.unlabelled:
        if can_search(data.labelled):
            net = yield from search(context, data.labelled, len(command.classes), settings.seed)
        else:
            notices = (*notices, tr(TOO_FEW))
            yield Notice(command.request_id, tr(TOO_FEW))
    task = yield from trained_task(context, command, data.readable, data.labelled)
    if task.notice:
        notices = (*notices, task.notice)
        yield Notice(command.request_id, task.notice)
    seen = yield from _evaluate(context, task, data.evaluation)
    metrics = _measured(seen)
    with context.work.timed("scoring"):
        outputs = yield from task.display(data.unlabelled, _wanted(context, data), "scoring")
        known = yield from _known(context.settings, task, data.labelled)
        outputs = replace(outputs, labelled=known, history=command.history)
        acquisition, reason = yield from _acquisition(context, outputs, net, task.head)
    card = _card(command, context, data.labelled, task, metrics)
    digest = save_checkpoint(Path(command.checkpoint), task.model, card)
    audit = audited(task.head, data.labelled, command.history, len(command.classes))
    trained = _Trained(
        outputs.probabilities, metrics, audit, command.checkpoint, digest, len(data.labelled)
    )
    yield replace(
        _finished(command, context, acquisition, trained, notices),
        reason=reason,
        measured=_predicted(seen),
        out_of_fold=_out_of_fold(task.head, known),
        by_chance=by_chance(task.head, known, seen, command.history),
    )


def _wanted(context: Context, data: _Data) -> int:
    return min(context.settings.batch_size, max(1, len(data.unlabelled)))


def _looks_at_labelled(settings: RunSettings) -> bool:
    """Whether what the mode asks by compares with the labelled images."""
    if settings.mode == "auto":
        return True
    return needs_labelled(settings.weighed if settings.mode in VOTES else (settings.mode,))


def _known(
    settings: RunSettings, task: TaskModel, labelled: Labels
) -> Generator[Progress, None, Labelled | None]:
    """Return what strategies that compare with labelled images look at; None where none does.

    Beside a fitted last layer it is always there: its features are kept, and it measures.
    """
    if task.head is None and not _looks_at_labelled(settings):
        return None
    seen = yield from task.display([i for i, _ in labelled], 1, "scoring")
    return as_labelled(seen, labelled)


def _evaluate(
    context: Context, task: TaskModel, evaluation: Labels
) -> Generator[Progress, None, Labelled | None]:
    """Return what the model makes of the evaluation set; None where there is none."""
    if not evaluation:
        return None
    with context.work.timed("evaluation"):
        outputs = yield from task.display([i for i, _ in evaluation], 1, "evaluation")
    return as_labelled(outputs, evaluation)


def _measured(seen: Labelled | None) -> Metrics | None:
    return Metrics.of_probabilities(seen.labels, seen.probabilities) if seen else None


def _predicted(seen: Labelled | None) -> Predicted:
    return Predicted.of(seen.image_ids, seen.probabilities) if seen else Predicted.nothing()


def _out_of_fold(head: Head | None, known: Labelled | None) -> Predicted:
    if head is None or known is None:
        return Predicted.nothing()
    return Predicted.of(known.image_ids, head.out_of_fold)


def by_chance(
    head: Head | None, known: Labelled | None, seen: Labelled | None, history: tuple[Asked, ...]
) -> ByChance | None:
    """Measure what the labels of the images drawn at random give alone.

    Those are a fair sample of the pool, so that a head fitted to them alone is what random choice
    would have given at as many labels. It is held as strongly as the head of all labels.

    Returns:
        None where every layer was trained, where nothing is there to measure on, where fewer than
        `FEWEST_BY_CHANCE` or all labels were drawn at random, or where they are of one class.
    """
    if head is None or known is None or seen is None:
        return None
    drawn = [asked.query.image_id for asked in history if asked.query.audit]
    inside = np.isin(known.image_ids, drawn)
    labels = known.labels[inside]
    enough = FEWEST_BY_CHANCE <= len(labels) < len(known.labels)
    if not enough or len(np.unique(labels)) < 2:
        return None
    found = chances_by(
        known.features[inside], labels, seen.probabilities.shape[1], head.strength, seen.features
    )
    return ByChance(len(labels), Metrics.of_probabilities(seen.labels, found))


def audited(
    head: Head | None, labelled: Labels, history: tuple[Asked, ...], classes: int
) -> Metrics | None:
    """Measure on the labelled images that were drawn at random, by models blind to their labels.

    The method did not choose these images, so that what is right of them estimates, without bias,
    what is right of the pool. Where only the last layer was fitted, heads fitted without them
    predict them; else the models that asked for them have predicted them before.

    Returns:
        None with fewer than `FEWEST_AUDITED` such images.
    """
    drawn = {a.query.image_id: a.suggested for a in history if a.query.audit}
    rows = [
        (c, int(head.out_of_fold[place].argmax()) if head else drawn[image_id])
        for place, (image_id, c) in enumerate(labelled)
        if image_id in drawn
    ]
    known = [(c, predicted) for c, predicted in rows if predicted is not None]
    if len(known) < FEWEST_AUDITED:
        return None
    truth, predicted = np.array(known).T
    return Metrics.of(truth, predicted, classes)


def _acquisition(
    context: Context, outputs: ModelOutputs, net: SearchNet | None, head: Head | None
) -> Generator[Progress, None, tuple[Acquisition, str]]:
    """Return what the mode asks for, and its reason where the mode does not say it all."""
    if net is not None:
        return (yield from searched_acquisition(context, net, outputs)), ""
    settings = context.settings
    mode, candidates = settings.mode, settings.weighed
    if mode == "auto":
        return auto_acquisition(outputs, head, settings, context.work.check)
    if is_policy(mode):
        return policy_acquisition(outputs, mode, candidates), ""
    if mode in VOTES:
        return voted_acquisition(outputs, candidates, settings.pinned_on), ""
    return voted_acquisition(outputs, (mode,)), ""


def _card(
    command: RunRound,
    context: Context,
    labelled: Labels,
    task: TaskModel,
    metrics: Metrics | None,
) -> ModelCard:
    settings, cache = context.settings, context.feed.cache
    return ModelCard(
        classes=command.classes,
        input_size=cache.size,
        channels=cache.channels,
        mean=context.feed.normalise.mean,
        deviation=context.feed.normalise.deviation,
        stem=settings.stem,
        dropout=settings.dropout,
        mode=settings.mode,
        round_number=command.round_number,
        labels=len(labelled),
        data_hash=command.pool.data_hash,
        confusion=metrics.confusion if metrics else (),
        settings=settings.to_json(),
        unit=task.model.unit,
    )


def _finished(
    command: RunRound,
    context: Context,
    acquisition: Acquisition,
    trained: _Trained,
    notices: tuple[str, ...],
) -> RoundFinished:
    positions = acquisition.positions()
    ranking = acquisition.image_ids[positions]
    probabilities = trained.probabilities
    if len(probabilities):
        probabilities = probabilities[positions]
    for array in (ranking, probabilities):
        array.flags.writeable = False
    return RoundFinished(
        command.request_id,
        command.round_number,
        command.settings.mode,
        ranking,
        probabilities,
        acquisition.queries(positions[: command.settings.batch_size]),
        acquisition.shares(),
        acquisition.plain_weights(),
        trained.metrics,
        trained.audit,
        trained.checkpoint,
        trained.sha256,
        trained.labels,
        tuple(context.work.seconds.items()),
        context.device.label,
        notices,
    )
