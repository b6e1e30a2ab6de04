"""The operating point that a project keeps: a rule, which chooses anew for each model."""

from autoal_gui.core.measures.operating.point import (
    OperatingPoint,
    OperatingRule,
    operating_point,
)
from autoal_gui.core.measures.operating.text import changed_sentence
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.measured_images import weighed_images
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.column_results import MeasuredImages


def is_of_one_model(project: Project) -> bool:
    """Say whether the images measured on were predicted as the last model predicts.

    So they are by that model itself, and by heads of the last round that left some answers out;
    not by models of earlier rounds, whose probabilities may be on another scale.
    """
    model = last_model(project)
    if model is None:
        return False
    return bool(project.labels.evaluation()) or model.record.estimate is not None


def kept_point(project: Project, measured: MeasuredImages | None = None) -> OperatingPoint | None:
    """Return the point at which the last model is used.

    Args:
        project: that keeps the rule.
        measured: `weighed_images(project)`, where that is known already.

    Returns:
        None where no rule is kept, or it cannot be carried out with the images of now.
    """
    rule = project.settings.operating_point
    return None if rule is None else point_of(project, rule, measured)


def point_of(
    project: Project, rule: OperatingRule, measured: MeasuredImages | None = None
) -> OperatingPoint | None:
    """Return the point of the last model that a rule asks for, as `kept_point` does."""
    if not is_of_one_model(project):
        return None
    known = weighed_images(project) if measured is None else measured
    if rule.class_index >= known.probabilities.shape[1]:
        return None
    return operating_point(rule, known.truth, known.probabilities, known.units, known.weights)


def note_replaced(project: Project, number: int) -> None:
    """Note the threshold that the model of round `number`, which is not stored yet, replaces.

    Raises:
        ProjectError: it could not be saved.
    """
    point = kept_point(project)
    if point is not None:
        project.settings.replaced_threshold = number, point.threshold.value


def changed_words(project: Project, point: OperatingPoint | None) -> str:
    """Say that the last model has another threshold than the model before it; "" if it has not.

    Args:
        project: that keeps the rule.
        point: `kept_point(project)`.
    """
    replaced, model = project.settings.replaced_threshold, last_model(project)
    if point is None or replaced is None or model is None or model.record.number != replaced[0]:
        return ""
    name = project.classes.names[point.rule.class_index]
    return changed_sentence(name, point.rule, point.threshold.value, replaced[1])
