"""The images that the numbers of a project rest on, with what a model makes of each."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from autoal_gui.core.database.prediction_rows import Probabilities
from autoal_gui.core.images.learned import Learned
from autoal_gui.core.likeness.kept_predictions import read_predictions, read_weights
from autoal_gui.core.measures.answers.estimate import seen_apart
from autoal_gui.core.measures.answers.raking import standing_for
from autoal_gui.core.project.last_model import LastModel, last_model
from autoal_gui.core.project.learned_classes import classes_taught, labelled_before
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.core.sets.partition import units_of


def measured_images(project: Project) -> MeasuredImages:
    """Return the images that parts of the set are measured on, each with its class.

    Those of the evaluation set; where there is none, the labelled ones that chance drew: of a part
    of the set these are a fair sample, and what a method chose is not. Each was predicted by the
    last model that had not seen its label. A label that was given since that model's round began
    counts from the next round on, as in all that is told of the round.
    """
    found, classes = project.rounds.predictions(), len(project.classes.names)
    truth = dict(project.labels.evaluation()) or _drawn(project)
    model = last_model(project)
    learned = None if model is None else classes_taught(project, model.record)
    if model is not None:
        then = labelled_before(project, model.record, truth)
        truth = {image_id: c for image_id, c in truth.items() if image_id in then}
    return MeasuredImages.of(project.pool.images, truth, found, classes, learned=learned)


def weighed_images(project: Project) -> MeasuredImages:
    """Return all images that can measure the last model, each with its class and its weight.

    Those of the evaluation set; where there is none, the answers that an `Estimate` counts, each
    with the part of the pool that it stands for; or else those of `measured_images`.
    """
    model = last_model(project)
    rows = () if model is None else _left_out(project, model)
    if model is None or not rows:
        return measured_images(project)
    truth = {image_id: class_index for image_id, class_index, _, _ in rows}
    found = {image_id: np.array(shares) for image_id, _, shares, _ in rows}
    weights = {image_id: weight for image_id, _, _, weight in rows}
    learned, classes = classes_taught(project, model.record), len(project.classes.names)
    measured = MeasuredImages.of(project.pool.images, truth, found, classes, learned=learned)
    weighed = replace(measured, weights=np.array([weights[i] for i in sorted(truth)]))
    return weighed.only(seen_apart(weighed.truth, weighed.units))


def measured_classes(project: Project) -> dict[int, int]:
    """Return the true class of each image that the last round's numbers count.

    Those of the evaluation set; where there is none, all labelled ones if the round estimates from
    them, or else those that chance drew.
    """
    evaluation = dict(project.labels.evaluation())
    if evaluation:
        return evaluation
    finished = project.rounds.finished()
    if not finished or finished[-1].estimate is None:
        return _drawn(project)
    known = dict(project.labels.training())
    then = labelled_before(project, finished[-1], known)
    return {image_id: c for image_id, c in known.items() if image_id in then}


def what_it_learned(project: Project, model: LastModel) -> Learned:
    """Return what a model learned from, as labels stand now, and what measures it.

    Of an evaluation set that was drawn after it was trained, it may have seen some.
    """
    was_drawn_before = model.record.number > project.files.curve_start
    return Learned(
        project.pool,
        tuple(image_id for image_id, _ in project.labels.training()),
        project.labels.evaluation() if was_drawn_before else (),
        str(project.workspace),
        _left_out(project, model),
    )


def _left_out(
    project: Project, model: LastModel
) -> tuple[tuple[int, int, tuple[float, ...], float], ...]:
    """Return (image id, class, probabilities, how many images it stands for) of the answers.

    Nothing where there is an evaluation set, and of a model that is not the last, or that trained
    every layer: what is kept of each image was then not said by its like. Nor where it is not known
    what each stands for.
    """
    latest = last_model(project)
    is_last = latest is not None and latest.record.number == model.record.number
    if not is_last or model.record.estimate is None or project.pool.ids("evaluation"):
        return ()
    classes, found = len(project.classes.names), project.rounds.predictions()
    known = [(i, c) for i, c in project.labels.training() if len(found.get(i, ())) == classes]
    weights = read_weights(project.workspace, model.record.number)
    if weights is None:
        weights = _weighed(project, model, {i: found[i] for i, _ in known})
    return tuple((i, c, tuple(map(float, found[i])), weights[i]) for i, c in known if i in weights)


def _weighed(
    project: Project, model: LastModel, known: Mapping[int, Probabilities]
) -> dict[int, float]:
    """Return how much of the pool each answer stands for, where the round's weights are lost.

    They are begun with all alike then, since the pool images near each are not known any more.
    Empty where what the model makes of the rest of the pool is not kept.
    """
    classes = len(project.classes.names)
    pool = read_predictions(project.workspace, model.record.number, classes)
    if pool is None or not known:
        return {}
    left = pool[~np.isin(pool["image"], list(known))]
    others = np.zeros((len(left), classes))
    others[np.arange(len(left)), left["class"]] = left["certainty"]  # the others play no part
    weights = standing_for(np.ones(len(known)), np.array(list(known.values())), others)
    return dict(zip(known, weights.tolist(), strict=True))


def _drawn(project: Project) -> dict[int, int]:
    """Return the class of the labelled images that were drawn at random.

    Where every layer is trained, an image is left out if others of its group had a label before it
    was asked for: the model that asked had seen the group.
    """
    labelled = dict(project.labels.training())
    history = project.rounds.history()
    rounds = {one.query.image_id: one.round_number for one in history}
    drawn = {one.query.image_id for one in history if one.query.audit}
    if not project.settings.run.warm_start:
        ids = sorted(labelled)
        units = dict(zip(ids, units_of(project.pool.images, ids), strict=True))
        first: dict[int, int] = {}
        for image_id in ids:
            number = rounds.get(image_id, 0)
            first[units[image_id]] = min(number, first.get(units[image_id], number))
        drawn = {i for i in drawn & units.keys() if rounds[i] == first[units[i]]}
    return {image_id: known for image_id, known in labelled.items() if image_id in drawn}
