"""One round as a generator of events: train, evaluate, search, rank (Algorithm 1)."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import SettingsError, SourceError
from autoal_gui.core.messages import Event, Notice, Progress, RoundFinished, RunRound
from autoal_gui.core.metrics import Metrics
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.checkpoint import ModelCard, load_weights, save_checkpoint
from autoal_gui.learning.device import choose_device
from autoal_gui.learning.evidence import gather
from autoal_gui.learning.images import ImageCache
from autoal_gui.learning.networks import Classifier, SearchNet
from autoal_gui.learning.query import Ballot, searched_ballot, voted_ballot
from autoal_gui.learning.search import can_search, search
from autoal_gui.learning.training import (
    Context,
    Feed,
    Labels,
    Schedule,
    same_start,
    train_classifier,
)
from autoal_gui.learning.work import TRAINING_COST, Work
from autoal_gui.strategies.contract import Evidence, Labelled

TOO_FEW = "Too few labels for a search yet; the uniform vote asked this time."
READING_COST = 0.2  # decoding a small image, in forward passes of one


def run_round(command: RunRound, cancelled: CancelCheck) -> Iterator[Event]:
    """Carry out a round; the last event is its `RoundFinished`.

    With fewer than two classes labelled nothing can be trained: the images are then ranked by
    what an untrained network makes of them, so that the first labels spread over the pool.

    Raises:
        Cancelled, SettingsError, CheckpointError, AutoALError: in one plain sentence.
    """
    check_mode(command.settings)
    work = Work(command.request_id, cancelled, "", 0.0)
    context, notices = yield from _prepare(command, work)
    for sentence in notices:
        yield Notice(command.request_id, sentence)
    readable = set(context.feed.cache.readable(sorted(command.pool.images)))
    labelled = tuple(label for label in command.labelled if label[0] in readable)
    evaluation = tuple(label for label in command.evaluation if label[0] in readable)
    unlabelled = [image_id for image_id in command.unlabelled if image_id in readable]
    if len({c for _, c in labelled}) < 2:
        yield from _cold_round(command, context, unlabelled, labelled, notices)
    else:
        yield from _trained_round(command, context, unlabelled, labelled, evaluation, notices)


def check_mode(settings: RunSettings) -> None:
    """Check that the mode and the candidates exist.

    Raises:
        SettingsError: with the names that do.
    """
    known = discover("autoal_gui.strategies")
    for name in (*settings.candidates, settings.mode):
        if name not in known and name not in ("paper", "vote"):
            raise SettingsError(f"There is no mode or strategy named {name}.")


def _prepare(
    command: RunRound, work: Work
) -> Generator[Progress, None, tuple[Context, tuple[str, ...]]]:
    """Decode what has not been decoded, and set up what all steps share."""
    settings = command.settings
    device = choose_device(settings)
    work.device = device.label
    cache = ImageCache.open(command.pool, settings.input_size, Path(command.workspace))
    ids = sorted(command.pool.images)
    missing = cache.missing(ids)
    work.total_units = _planned_units(command) + READING_COST * missing
    with work.timed("reading"):
        for done in cache.fill(ids):
            yield work.advance("reading", done, missing, READING_COST)
    readable = cache.readable(ids)
    if not readable:
        raise SourceError("None of the images can be read any more.")
    broken = len(ids) - len(readable)
    notices = (f"{broken} images cannot be read and are left out.",) if broken else ()
    seen = [i for i in readable if command.pool.images[i].split == "pool"]
    feed = Feed(cache, cache.normalisation(seen or readable), device)
    return Context(feed, settings, work), notices


def _planned_units(command: RunRound) -> float:
    settings, labels = command.settings, len(command.labelled)
    units = float(len(command.unlabelled) + len(command.evaluation))
    units += settings.task_steps * min(settings.train_batch, labels) * TRAINING_COST + 2 * labels
    if settings.mode == "paper" and can_search(command.labelled):
        fit = settings.fit_steps * min(settings.train_batch, labels // 2) * TRAINING_COST
        batch = min(settings.search_batch, labels // 4)
        turns = settings.search_steps * batch * (2 + 2 * TRAINING_COST)
        units += settings.cycles * (fit + turns + labels) + len(command.unlabelled)
    return units


def _new_task_model(context: Context, command: RunRound) -> Classifier:
    settings = context.settings
    build = partial(
        Classifier,
        context.feed.cache.channels,
        len(command.classes),
        settings.stem,
        settings.dropout,
    )
    model = same_start(build, settings.seed)
    if command.start_from:
        load_weights(model, Path(command.start_from), command.classes, settings.stem)
    return model.to(context.device.device)


def _cold_round(
    command: RunRound,
    context: Context,
    unlabelled: list[int],
    labelled: Labels,
    notices: tuple[str, ...],
) -> Iterator[Event]:
    """Rank without a trained model: by clusters of an untrained network's features."""
    model = _new_task_model(context, command)
    mode = "random" if command.settings.mode == "random" else "kmeans"
    with context.work.timed("scoring"):
        evidence = yield from _pool_evidence(context, model, unlabelled)
        ballot = voted_ballot(evidence, (mode,))
    sentence = "Two classes are needed before a model can be trained; label a few more images."
    notices = (*notices, sentence) if labelled else notices
    nothing = np.empty((0, len(command.classes)), np.float32)
    trained = _Trained(nothing, None, "", "", len(labelled))
    result = _finished(command, context, ballot, trained, notices)
    # No strategy has been weighed against another yet: the panel's curves begin later.
    yield replace(result, weights=(), plain_weights=())


@dataclass(frozen=True)
class _Trained:
    """What the trained task model leaves."""

    probabilities: npt.NDArray[np.float32]
    metrics: Metrics | None
    checkpoint: str
    sha256: str
    labels: int
    audit: Metrics | None = None


def _trained_round(
    command: RunRound,
    context: Context,
    unlabelled: list[int],
    labelled: Labels,
    evaluation: Labels,
    notices: tuple[str, ...],
) -> Iterator[Event]:
    settings = context.settings
    model = _new_task_model(context, command)
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
    metrics = yield from _evaluate(context, model, evaluation)
    net = None
    if settings.mode == "paper" and unlabelled:
        if can_search(labelled):
            net = yield from search(context, labelled, len(command.classes), settings.seed)
        else:
            notices = (*notices, TOO_FEW)
            yield Notice(command.request_id, TOO_FEW)
    with context.work.timed("scoring"):
        evidence = yield from _pool_evidence(context, model, unlabelled)
        known = yield from _labelled_evidence(context, model, labelled)
        evidence = replace(evidence, labelled=known, history=command.history)
        ballot = yield from _ballot(context, evidence, net)
    card = _card(command, context, labelled, metrics)
    digest = save_checkpoint(Path(command.checkpoint), model, card)
    trained = _Trained(evidence.probabilities, metrics, command.checkpoint, digest, len(labelled))
    yield _finished(command, context, ballot, trained, notices)


def _pool_evidence(
    context: Context, model: Classifier, unlabelled: list[int]
) -> Generator[Progress, None, Evidence]:
    """The one cached pass over the pool that serves all candidates."""
    settings = context.settings
    wanted = min(settings.batch_size, max(1, len(unlabelled)))
    return (yield from gather(context, model, unlabelled, wanted, settings.seed, "scoring"))


def _labelled_evidence(
    context: Context, model: Classifier, labelled: Labels
) -> Generator[Progress, None, Labelled]:
    """What strategies that compare with labelled images look at."""
    ids = [image_id for image_id, _ in labelled]
    seen = yield from gather(context, model, ids, 1, context.settings.seed, "scoring")
    labels = np.array([c for _, c in labelled], np.int64)
    return Labelled(seen.image_ids, seen.features, seen.probabilities, labels)


def _evaluate(
    context: Context, model: Classifier, evaluation: Labels
) -> Generator[Progress, None, Metrics | None]:
    if not evaluation:
        return None
    ids = [image_id for image_id, _ in evaluation]
    with context.work.timed("evaluation"):
        evidence = yield from gather(context, model, ids, 1, context.settings.seed, "evaluation")
    truth = np.array([c for _, c in evaluation])
    predicted = evidence.probabilities.argmax(1)
    return Metrics.of(truth, predicted, evidence.probabilities.shape[1])


def _ballot(
    context: Context, evidence: Evidence, net: SearchNet | None
) -> Generator[Progress, None, Ballot]:
    if net is not None:
        return (yield from searched_ballot(context, net, evidence))
    single = context.settings.mode not in ("paper", "vote")
    candidates = (context.settings.mode,) if single else context.settings.candidates
    return voted_ballot(evidence, candidates)


def _card(
    command: RunRound, context: Context, labelled: Labels, metrics: Metrics | None
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
    )


def _finished(
    command: RunRound,
    context: Context,
    ballot: Ballot,
    trained: _Trained,
    notices: tuple[str, ...],
) -> RoundFinished:
    positions = ballot.positions()
    ranking = ballot.image_ids[positions]
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
        ballot.queries(positions[: command.settings.batch_size]),
        ballot.shares(),
        ballot.plain_weights(),
        trained.metrics,
        trained.audit,
        trained.checkpoint,
        trained.sha256,
        trained.labels,
        tuple(context.work.seconds.items()),
        context.device.label,
        notices,
    )
