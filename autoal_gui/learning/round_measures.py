"""What a round measures: on the evaluation set, by its own answers, and by chance alone."""

from collections.abc import Collection, Generator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.raking import standing_for
from autoal_gui.core.measures.metrics import ByChance, Metrics, NearlyAlike
from autoal_gui.core.messages import Predicted, Progress
from autoal_gui.core.queries import Asked
from autoal_gui.learning.data.context import Context, Labels
from autoal_gui.learning.data.model_outputs import as_labelled
from autoal_gui.learning.progress import Check, unchecked
from autoal_gui.learning.training.linear_head import Floats, Head, chances_by, left_out
from autoal_gui.learning.training.task_model import TaskModel
from autoal_gui.strategies.contract import Labelled, ModelOutputs

FEWEST_AUDITED = 5  # images; a share of fewer says nothing
FEWEST_ESTIMATED = 10  # answers; an interval of fewer holds nearly everything
FEWEST_BY_CHANCE = 10  # labels; a model of fewer says nothing


@dataclass(frozen=True)
class RoundMeasures:
    """How good a round's model is, by every measure that there is; nothing where none is trained.

    The fields are those of `autoal_gui.core.messages.RoundFinished`.
    """

    metrics: Metrics | None = None
    audit: Metrics | None = None
    estimate: Estimate | None = None
    measured: Predicted = field(default_factory=Predicted.nothing)
    out_of_fold: Predicted = field(default_factory=Predicted.nothing)
    by_chance: ByChance | None = None
    nearly_alike: NearlyAlike | None = None


def evaluate(
    context: Context, task: TaskModel, evaluation: Labels
) -> Generator[Progress, None, Labelled | None]:
    """Return what the model makes of the evaluation set; None where there is none."""
    if not evaluation:
        return None
    outputs = task.evaluated
    if outputs is None:
        with context.tracker.timed("evaluation"):
            outputs = yield from task.infer([i for i, _ in evaluation], 1, "evaluation")
    return as_labelled(context, outputs, evaluation)


def unanswered(
    task: TaskModel, outputs: ModelOutputs, confirmed: Labels
) -> Generator[Progress, None, npt.NDArray[np.float32]]:
    """Return (n, C) what the model makes of all images of the pool without an answer.

    Those that were confirmed in bulk are among them: without them the surest would be missing.

    Args:
        task: the model.
        outputs: what it makes of the unlabelled images.
        confirmed: the images that were confirmed in bulk.
    """
    if task.head is None or not confirmed:
        return outputs.probabilities
    sure = yield from task.infer([i for i, _ in confirmed], 1, "scoring")
    return np.concatenate((outputs.probabilities, sure.probabilities))


def metrics_of(evaluated: Labelled | None, learned: Collection[int]) -> Metrics | None:
    """Count what is right of the evaluation set; None where there is none.

    Args:
        evaluated: what the model makes of it.
        learned: the classes that the model has learned.
    """
    if evaluated is None:
        return None
    return Metrics.of_probabilities(
        evaluated.labels, evaluated.probabilities, evaluated.units, learned=learned
    )


def measures_of(
    *,
    labelled: Labels,
    known: Labelled | None,
    others: npt.NDArray[np.floating],
    evaluated: Labelled | None,
    head: Head | None,
    history: tuple[Asked, ...],
    classes: int,
    learned: Collection[int],
    alike: frozenset[int],
    seed: int = 0,
    check: Check = unchecked,
) -> RoundMeasures:
    """Measure a trained model.

    Args:
        labelled: what it was trained on.
        known: what it makes of these; None where nobody asked.
        others: (n, C) what it makes of the images of the pool that have no answer.
        evaluated: what it makes of the evaluation set; None where there is none.
        head: how its last layer was fitted; None where every layer was trained.
        history: what earlier rounds asked for.
        classes: their number.
        learned: the classes of which it has learned an image.
        alike: images of the evaluation set that are nearly the same as labelled ones.
        seed: of the folds that predict the labelled images.
        check: called between what takes long.
    """
    unseen = None
    if head is not None and known is not None:
        unseen = left_out(head, known.features, known.labels, seed, check)
    units = None if known is None else known.units
    return RoundMeasures(
        metrics=metrics_of(evaluated, learned),
        audit=audited(unseen, labelled, history, classes, units),
        estimate=estimated(head, unseen, known, others),
        measured=_predicted(evaluated),
        out_of_fold=_out_of_fold(unseen, known),
        by_chance=by_chance(head, known, evaluated, history),
        nearly_alike=nearly_alike(evaluated, alike, learned),
    )


def nearly_alike(
    evaluated: Labelled | None, alike: frozenset[int], learned: Collection[int]
) -> NearlyAlike | None:
    """Measure without images that are nearly the same as labelled ones; None where none is."""
    if evaluated is None or not alike:
        return None
    left = ~np.isin(evaluated.image_ids, list(alike))
    if not left.any():
        return NearlyAlike(len(alike), None)
    units = None if evaluated.units is None else evaluated.units[left]
    rest = Metrics.of_probabilities(
        evaluated.labels[left], evaluated.probabilities[left], units, learned=learned
    )
    return NearlyAlike(len(alike), rest)


def _predicted(evaluated: Labelled | None) -> Predicted:
    if evaluated is None:
        return Predicted.nothing()
    return Predicted.of(evaluated.image_ids, evaluated.probabilities)


def _out_of_fold(unseen: Floats | None, known: Labelled | None) -> Predicted:
    if unseen is None or known is None:
        return Predicted.nothing()
    return Predicted.of(known.image_ids, unseen)


def estimated(
    head: Head | None,
    unseen: Floats | None,
    known: Labelled | None,
    others: npt.NDArray[np.floating],
) -> Estimate | None:
    """Estimate from all answers how the model does on the pool.

    Args:
        head: how the last layer was fitted; None where every layer was trained: what has learned
            from an answer cannot measure with it.
        unseen: (m, C) what heads that never saw it make of each labelled image.
        known: the labelled images.
        others: (n, C) what the head makes of the images of the pool that have no answer.

    Returns:
        None where every layer was trained, or with fewer than `FEWEST_ESTIMATED` answers.
    """
    if head is None or unseen is None or known is None or len(known) < FEWEST_ESTIMATED:
        return None
    weights = standing_for(head.shares, unseen, others)
    return Estimate.of_answers(known.labels, unseen, weights, known.units)


def by_chance(
    head: Head | None,
    known: Labelled | None,
    evaluated: Labelled | None,
    history: tuple[Asked, ...],
) -> ByChance | None:
    """Measure what the labels of the images drawn at random give alone.

    Those are a fair sample of the pool, so that a head fitted to them alone is what random choice
    would have given at as many labels. It is held as strongly as the head of all labels.

    Returns:
        None where every layer was trained, where nothing is there to measure on, where fewer than
        `FEWEST_BY_CHANCE` or all labels were drawn at random, or where they are of one class.
    """
    if head is None or known is None or evaluated is None:
        return None
    drawn = [asked.query.image_id for asked in history if asked.query.audit]
    inside = np.isin(known.image_ids, drawn)
    labels = known.labels[inside]
    enough = FEWEST_BY_CHANCE <= len(labels) < len(known.labels)
    if not enough or len(np.unique(labels)) < 2:
        return None
    classes = evaluated.probabilities.shape[1]
    found = chances_by(known.features[inside], labels, classes, head.strength, evaluated.features)
    metrics = Metrics.of_probabilities(
        evaluated.labels, found, evaluated.units, learned=set(labels.tolist())
    )
    return ByChance(len(labels), metrics)


def _first_of_their_group(
    labelled: Labels, history: tuple[Asked, ...], units: npt.NDArray[np.int64]
) -> set[int]:
    """Return the images that were asked for before any of their group was labelled.

    The model that asked for one of the others had seen the group.
    """
    asked = {one.query.image_id: one.round_number for one in history}
    rounds = np.array([asked.get(image_id, 0) for image_id, _ in labelled])
    first = np.full(units.max() + 1, rounds.max())
    np.minimum.at(first, units, rounds)
    fresh = rounds == first[units]
    return {image_id for (image_id, _), is_fresh in zip(labelled, fresh, strict=True) if is_fresh}


def audited(
    unseen: Floats | None,
    labelled: Labels,
    history: tuple[Asked, ...],
    classes: int,
    units: npt.NDArray[np.int64] | None = None,
) -> Metrics | None:
    """Measure on the labelled images that were drawn at random, by models blind to their labels.

    The method did not choose these images, so that what is right of them estimates, without bias,
    what is right of the pool. Where only the last layer was fitted, heads fitted without them
    predict them; else the models that asked for them have predicted them before.

    Args:
        unseen: (m, C) what heads that never saw it make of each labelled image; None where every
            layer was trained.
        labelled: (m) images and their classes.
        history: what earlier rounds asked for.
        classes: their number.
        units: (m,) what stays together, so that the interval is as wide as groups make it; None
            where each image stands alone.

    Returns:
        None with fewer than `FEWEST_AUDITED` such images.
    """
    drawn = {a.query.image_id: a.suggested for a in history if a.query.audit}
    if unseen is None and units is not None:
        drawn = {
            i: drawn[i] for i in drawn.keys() & _first_of_their_group(labelled, history, units)
        }
    rows = [
        (place, c, drawn[image_id] if unseen is None else int(unseen[place].argmax()))
        for place, (image_id, c) in enumerate(labelled)
        if image_id in drawn
    ]
    known = [(place, c, predicted) for place, c, predicted in rows if predicted is not None]
    if len(known) < FEWEST_AUDITED:
        return None
    places, truth, predicted = np.array(known).T
    return Metrics.of(truth, predicted, classes, None if units is None else units[places])
