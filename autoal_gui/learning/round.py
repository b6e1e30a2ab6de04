"""One round as a generator of events: search, train, evaluate, rank (Algorithm 1)."""

import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import SettingsError
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import Event, Notice, Progress, RoundFinished, RunRound
from autoal_gui.core.queries import Query
from autoal_gui.core.registry import discover
from autoal_gui.core.sentences import Sentences
from autoal_gui.core.settings import OWN_NETWORK, RunSettings
from autoal_gui.core.trained_model import scarce_classes
from autoal_gui.learning.data.context import Context, Labels, units_in
from autoal_gui.learning.data.image_decoding import decode_images
from autoal_gui.learning.data.model_outputs import as_labelled
from autoal_gui.learning.data.near_duplicates import near_duplicates
from autoal_gui.learning.model.checkpoint import save_checkpoint
from autoal_gui.learning.model.model_card import ModelCard
from autoal_gui.learning.model.networks import SearchNet
from autoal_gui.learning.model.pretrained import beside, told_weights
from autoal_gui.learning.progress import TRAINING_COST, ProgressTracker
from autoal_gui.learning.round_measures import (
    RoundMeasures,
    evaluate,
    measures_of,
    metrics_of,
    unanswered,
)
from autoal_gui.learning.selection.acquisition import (
    Acquisition,
    policy_acquisition,
    searched_acquisition,
    voted_acquisition,
)
from autoal_gui.learning.selection.auto import auto_acquisition, spread_acquisition
from autoal_gui.learning.selection.search import can_search, search
from autoal_gui.learning.sklearn_import import load_sklearn
from autoal_gui.learning.training.linear_head import Head
from autoal_gui.learning.training.starting_model import is_frozen
from autoal_gui.learning.training.task_model import (
    TaskModel,
    cold_task,
    trained_task,
    training_units,
)
from autoal_gui.strategies.candidates import is_policy, needs_labelled
from autoal_gui.strategies.contract import Labelled, ModelOutputs

VOTES = ("paper", "vote")  # the modes that weigh the settings' candidates, and nothing else
ONE_CLASS = mark("Two classes are needed before a model can be trained; label a few more images.")
TOO_FEW = mark(
    "There are too few labels to learn weights yet; all strategies counted the same this time."
)


def run_round(command: RunRound, cancelled: CancelCheck) -> Iterator[Event]:
    """Carry out a round; the last event is its `RoundFinished`.

    With fewer than two classes labelled nothing can be trained: the images are then ranked by
    what an untrained network makes of them, so that the first labels spread over the pool.

    Raises:
        Cancelled, SettingsError, CheckpointError, AutoALError: in one plain sentence.
    """
    check_mode(command.settings)
    load_sklearn()
    tracker = ProgressTracker(command.request_id, cancelled, "", 0.0)
    tracker.ahead, tracker.unwanted = command.trial_seconds, command.not_now
    wanted = None
    if command.sample:
        command = _sampled(command)
        wanted = _used(command)
    context, ids = yield from decode_images(command, tracker, _planned_units(command), wanted)
    broken = len(command.pool.images if wanted is None else wanted) - len(ids)
    notices = (_left_out(broken),) if broken else ()
    for sentence in notices:
        yield Notice(command.request_id, sentence)
    this = _Round.of(command, context, ids)
    if len({c for _, c in this.labelled}) < 2:
        yield from _cold_round(this, notices)
    else:
        yield from _trained_round(this, notices)


def _sampled(command: RunRound) -> RunRound:
    """Return a command that ranks a part of the images, drawn at random.

    Without a model there is nothing to measure.
    """
    ids = command.unlabelled
    drawn = random.Random(command.settings.seed)  # noqa: S311 - no secret
    part = drawn.sample(ids, min(command.sample, len(ids)))
    evaluation = command.evaluation if command.labelled else ()
    return replace(command, unlabelled=tuple(sorted(part)), evaluation=evaluation)


def _used(command: RunRound) -> tuple[int, ...]:
    """Return the ids of the images that a round ranks, learns from and measures on."""
    labels = (*command.labelled, *command.confirmed, *command.evaluation)
    return (*command.unlabelled, *(image_id for image_id, _ in labels))


def check_mode(settings: RunSettings) -> None:
    """Check that the mode and the candidates exist, and what is to be compared suits the mode.

    Raises:
        SettingsError: in one sentence.
    """
    if settings.placebo and settings.mode not in ("auto", "paper"):
        raise SettingsError(
            tr("A placebo can only be used in the modes auto and paper, which search.")
        )
    if settings.ablation and settings.mode != "paper":
        raise SettingsError(tr("An ablation can only be used in the mode paper."))
    if settings.backbone not in discover("autoal_gui.backbones"):
        raise SettingsError(tr("There is no backbone named {name}.", name=settings.backbone))
    if settings.beside:
        _check_beside(settings)
    if settings.is_pretrained and settings.mode == "paper":
        raise SettingsError(
            tr("The mode paper has a network of its own; it can be used with ResNet-18 only.")
        )
    known = discover("autoal_gui.strategies")
    for name in (*settings.candidates, settings.mode):
        if name not in known and name not in ("auto", "paper", "vote"):
            raise SettingsError(tr("There is no mode or strategy named {name}.", name=name))


def _check_beside(settings: RunSettings) -> None:
    if settings.beside not in discover("autoal_gui.backbones"):
        raise SettingsError(tr("There is no backbone named {name}.", name=settings.beside))
    if settings.beside == OWN_NETWORK:
        raise SettingsError(tr("Only a network that comes with weights can stand beside another."))


@dataclass(frozen=True)
class _Round:
    """What a round works with: what was asked, and of its images those that can be read."""

    command: RunRound
    context: Context
    readable: list[int]
    unlabelled: list[int]
    labelled: Labels
    confirmed: Labels
    evaluation: Labels

    @classmethod
    def of(cls, command: RunRound, context: Context, ids: list[int]) -> "_Round":
        """Keep to the images with these ids, which could be read."""
        readable = set(ids)
        return cls(
            command=command,
            context=context,
            readable=ids,
            unlabelled=[image_id for image_id in command.unlabelled if image_id in readable],
            labelled=tuple(label for label in command.labelled if label[0] in readable),
            confirmed=tuple(label for label in command.confirmed if label[0] in readable),
            evaluation=tuple(label for label in command.evaluation if label[0] in readable),
        )

    @property
    def settings(self) -> RunSettings:
        """Those that the device and the images have been fitted to."""
        return self.context.settings

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.command.classes)

    @property
    def learned(self) -> frozenset[int]:
        """The classes of which there is an image to learn from."""
        return frozenset(c for _, c in (*self.labelled, *self.confirmed))

    @property
    def wanted(self) -> int:
        """How many images the batch holds."""
        return min(self.settings.batch_size, max(1, len(self.unlabelled)))


@dataclass(frozen=True)
class _Trained:
    """What the trained task model leaves; nothing where none was trained."""

    probabilities: npt.NDArray[np.float32]  # (N, C) of the unlabelled images; (0, C) of none
    checkpoint: str = ""
    sha256: str = ""
    measures: RoundMeasures = field(default_factory=RoundMeasures)
    confirmed: int = 0


def _planned_units(command: RunRound) -> float:
    settings, labels = command.settings, len(command.labelled)
    units = float(len(command.unlabelled) + len(command.evaluation))
    units += labels if _compares_with_labelled(settings) else 0
    if not is_frozen(command):
        units += training_units(settings, labels)
    if settings.mode == "paper" and can_search(
        command.labelled, units_in(command.pool, [i for i, _ in command.labelled])
    ):
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


def _cold_round(this: _Round, notices: tuple[str, ...]) -> Iterator[Event]:
    """Rank without a trained model: by clusters of the features that there are."""
    command, context = this.command, this.context
    task = yield from cold_task(context, command, this.readable)
    mode = command.settings.mode
    with context.tracker.timed("scoring"):
        outputs = yield from task.infer(this.unlabelled, this.wanted, "scoring")
        if mode == "auto":  # a part at random, which measures
            acquisition = spread_acquisition(outputs, this.settings, context.tracker.check)
        else:
            acquisition = voted_acquisition(outputs, ("random" if mode == "random" else "kmeans",))
    notices = (*notices, tr(ONE_CLASS)) if this.labelled else notices
    nothing = _Trained(np.empty((0, this.classes), np.float32))
    # No strategy has been weighed against another yet: the panel's curves begin later.
    yield replace(_finished(this, acquisition, nothing, notices), weights=(), plain_weights=())


def _trained_round(this: _Round, notices: tuple[str, ...]) -> Iterator[Event]:
    command, context = this.command, this.context
    net = None
    # The search comes first: it needs nothing of the task model, which would lie in its way.
    if this.settings.mode == "paper" and this.unlabelled:
        if can_search(this.labelled, context.units([i for i, _ in this.labelled])):
            net = yield from search(context, this.labelled, this.classes, this.settings.seed)
        else:
            notices = (*notices, tr(TOO_FEW))
            yield Notice(command.request_id, tr(TOO_FEW))
    labels = this.labelled, this.confirmed, this.evaluation
    task = yield from trained_task(context, command, this.readable, *labels)
    if task.notice:
        notices = (*notices, task.notice)
        yield Notice(command.request_id, task.notice)
    evaluated = yield from evaluate(context, task, this.evaluation)
    with context.tracker.timed("scoring"):
        outputs = yield from task.infer(this.unlabelled, this.wanted, "scoring")
        known = yield from _known(context, task, this.labelled)
        outputs = replace(outputs, labelled=known, history=command.history)
        others = yield from unanswered(task, outputs, this.confirmed)
        acquisition, reason = yield from _acquisition(context, outputs, net, task.head)
    card = _card(this, task, metrics_of(evaluated, this.learned))
    digest = save_checkpoint(Path(command.checkpoint), task.model, card)
    measures = measures_of(
        labelled=this.labelled,
        known=known,
        others=others,
        evaluated=evaluated,
        head=task.head,
        history=command.history,
        classes=this.classes,
        learned=this.learned,
        alike=near_duplicates(
            context,
            [i for i, _ in this.evaluation],
            [i for i, _ in (*this.labelled, *this.confirmed)],
            this.readable,
        ),
        seed=this.settings.seed,
        check=context.tracker.check,
    )
    trained = _Trained(outputs.probabilities, command.checkpoint, digest, measures, task.confirmed)
    yield replace(_finished(this, acquisition, trained, notices), reason=(*reason, *task.told))


def _compares_with_labelled(settings: RunSettings) -> bool:
    """Whether what the mode asks by compares with the labelled images."""
    if settings.mode == "auto":
        return True
    return needs_labelled(settings.weighed if settings.mode in VOTES else (settings.mode,))


def _known(
    context: Context, task: TaskModel, labelled: Labels
) -> Generator[Progress, None, Labelled | None]:
    """Return what the model makes of the labelled images; None where nothing asks for it.

    Beside a fitted last layer it is always there: its features are kept, and it measures.
    """
    if task.head is None and not _compares_with_labelled(context.settings):
        return None
    outputs = yield from task.infer([i for i, _ in labelled], 1, "scoring")
    return as_labelled(context, outputs, labelled)


def _acquisition(
    context: Context, outputs: ModelOutputs, net: SearchNet | None, head: Head | None
) -> Generator[Progress, None, tuple[Acquisition, Sentences]]:
    """Return what the mode asks for, and its reason where the mode does not say it all."""
    if net is not None:
        return (yield from searched_acquisition(context, net, outputs)), ()
    settings = context.settings
    mode, candidates = settings.mode, settings.weighed
    if mode == "auto":
        return auto_acquisition(outputs, head, settings, context.tracker.check)
    if is_policy(mode):
        return policy_acquisition(outputs, mode, candidates), ()
    if mode in VOTES:
        return voted_acquisition(outputs, candidates, settings.pinned_on), ()
    return voted_acquisition(outputs, (mode,)), ()


def _card(this: _Round, task: TaskModel, metrics: Metrics | None) -> ModelCard:
    command, settings, feed = this.command, this.settings, this.context.feed
    other = beside(settings) if task.head else ""  # a network that is trained stands alone
    return ModelCard(
        classes=command.classes,
        input_size=feed.cache.size,
        channels=feed.cache.channels,
        mean=feed.normalise.mean,
        deviation=feed.normalise.deviation,
        stem=settings.stem,
        dropout=settings.dropout,
        mode=settings.mode,
        round_number=command.round_number,
        labels=len(this.labelled),
        confirmed=task.confirmed,
        unseen=tuple(sorted({*range(len(command.classes))} - this.learned)),
        scarce=scarce_classes(c for _, c in (*this.labelled, *this.confirmed)),
        data_hash=command.pool.data_hash,
        confusion=metrics.confusion if metrics else (),
        settings=settings.to_json(),
        unit=task.model.unit,
        architecture=settings.backbone,
        beside=other,
        own_side=settings.own_side,
        weights=told_weights(other or settings.backbone),
    )


def _told(queries: tuple[Query, ...], probabilities: npt.NDArray[np.float32]) -> tuple[Query, ...]:
    """Return queries with the two likeliest classes of each.

    Args:
        queries: of the first images of the ranking.
        probabilities: (n, C) in the order of the ranking; (0, C) without a model.
    """
    if not len(probabilities) or probabilities.shape[1] < 2:
        return queries
    rows = np.argsort(-probabilities[: len(queries)], axis=1, kind="stable")[:, :2].tolist()
    return tuple(replace(q, between=(a, b)) for q, (a, b) in zip(queries, rows, strict=True))


def _finished(
    this: _Round, acquisition: Acquisition, trained: _Trained, notices: tuple[str, ...]
) -> RoundFinished:
    command, measures = this.command, trained.measures
    positions, probabilities = acquisition.positions(), trained.probabilities
    ranking = acquisition.image_ids[positions]
    probabilities = probabilities[positions] if len(probabilities) else probabilities
    for array in (ranking, probabilities):
        array.flags.writeable = False
    return RoundFinished(
        request_id=command.request_id,
        round_number=command.round_number,
        mode=command.settings.mode,
        ranking=ranking,
        probabilities=probabilities,
        queries=_told(acquisition.queries(positions[: command.settings.batch_size]), probabilities),
        weights=acquisition.shares(),
        plain_weights=acquisition.plain_weights(),
        metrics=measures.metrics,
        audit=measures.audit,
        estimate=measures.estimate,
        checkpoint=trained.checkpoint,
        checkpoint_sha256=trained.sha256,
        labels=len(this.labelled),
        confirmed=trained.confirmed,
        seconds=tuple(this.context.tracker.seconds.items()),
        device=this.context.device.label,
        notices=notices,
        measured=measures.measured,
        out_of_fold=measures.out_of_fold,
        by_chance=measures.by_chance,
        learned=acquisition.learned,
        nearly_alike=measures.nearly_alike,
    )
