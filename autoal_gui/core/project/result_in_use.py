"""What a project's model has right as it is used: at the operating point, where one is kept."""

from dataclasses import dataclass, replace

from autoal_gui.core.language import mark, number, percent, tr
from autoal_gui.core.measures.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.measures.operating.point import OperatingPoint
from autoal_gui.core.project.kept_point import kept_point
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.measured_images import measured_images
from autoal_gui.core.project.measured_rounds import Measured
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.column_results import MeasuredImages

BY_LIKELIEST = mark("By the highest probability, not at your operating point.")


@dataclass(frozen=True)
class ResultInUse:
    """The result of the last measured round."""

    metrics: Metrics
    """At the point where they can be told of it, else by the highest probability."""
    words: str = ""
    """By what an image is given its class, and what the other way gives; "" where no point is."""
    brief: str = ""
    """The first half of it."""
    threshold: Threshold | None = None
    """At which the metrics are; None: by the highest probability."""


def last_result(project: Project, measured: Measured) -> ResultInUse:
    """Return `result_in_use` of rounds, at least one; probabilities are read where a point is."""
    if project.settings.operating_point is None:
        return ResultInUse(measured[-1][1])
    known = measured_images(project)
    return result_in_use(project, measured, known, kept_point(project, known))


def result_in_use(
    project: Project,
    measured: Measured,
    known: MeasuredImages,
    point: OperatingPoint | None,
) -> ResultInUse:
    """Return what the last measured round has right, as its model is used.

    An estimate from all answers weighs them by the class that is likeliest: it stays as it is, and
    beside it stands what the images drawn at random say of the point.

    Args:
        project: of the rounds.
        measured: at least one.
        known: `measured_images(project)`.
        point: `kept_point(project, known)`.
    """
    record, metrics = measured[-1]
    if point is None:
        return ResultInUse(metrics)
    by_likeliest = tr(BY_LIKELIEST)
    model = last_model(project)
    if model is None or model.record.number != record.number:  # the point is of another model
        return ResultInUse(metrics, by_likeliest, by_likeliest)
    at_point = replace(known, threshold=point.threshold)
    right, images = int((at_point.given == known.truth).sum()), len(known.truth)
    values = {
        "name": project.classes.names[point.threshold.class_index],
        "value": percent(point.threshold.value, 1),
    }
    if isinstance(metrics, Estimate):
        at = tr(
            "At the point (“{name}” from {value} on) {right} of {images} random images are right.",
            **values,
            right=number(right),
            images=number(images),
        )
        return ResultInUse(metrics, f"{by_likeliest} {at}", by_likeliest)
    brief = tr("At your operating point: “{name}” from {value} on.", **values)
    otherwise = tr(
        "By the highest probability {right} of {images} would be right; these images chose the "
        "point, so the figures at it are a little too good.",
        right=number(int((known.given == known.truth).sum())),
        images=number(images),
    )
    return ResultInUse(at_point.metrics, f"{brief} {otherwise}", brief, point.threshold)
