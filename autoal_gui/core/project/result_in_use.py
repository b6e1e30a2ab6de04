"""What a project's model has right as it is used: at the operating point, where one is kept."""

from dataclasses import dataclass, replace

from autoal_gui.core.language import decimal, mark, number, percent, threshold_percent, tr
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics, Share
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.measures.operating.point import OperatingPoint
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.measured_rounds import Measured
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.column_results import MeasuredImages

FLATTERED = mark(
    "These images chose the point, too, so that the figures at it are a little too good."
)
AT_POINT = mark("At the operating point, which is told below.")
BY_LIKELIEST = mark("By the highest probability, not at the operating point.")


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

    @property
    def short(self) -> str:
        """The first half of the words, and that what chose a point measures it."""
        return f"{self.brief} {tr(FLATTERED)}" if self.threshold is not None else self.brief

    @property
    def on_card(self) -> "ResultInUse":
        """The same for a card that tells the threshold further below: it is told once."""
        if self.threshold is None:
            return self
        brief = tr(AT_POINT)
        return replace(self, words=self.words.replace(self.brief, brief, 1), brief=brief)


def result_in_use(
    project: Project,
    measured: Measured,
    known: MeasuredImages,
    point: OperatingPoint | None,
) -> ResultInUse:
    """Return what the last measured round has right, as its model is used.

    An estimate is made anew from the same answers, each with what it stands for.

    Args:
        project: of the rounds.
        measured: at least one.
        known: `weighed_images(project)`.
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
    values = {
        "name": project.classes.names[point.threshold.class_index],
        "value": threshold_percent(point.threshold.value),
    }
    brief = tr("At the operating point: “{name}” from {value} on.", **values)
    if isinstance(metrics, Estimate) and known.weights is not None:
        low, high = metrics.accuracy_interval
        otherwise = tr(
            "By the highest probability about {share} of your images would be right ({low} to "
            "{high}); the same answers chose the point, so the figures at it are a little too "
            "good.",
            share=percent(metrics.accuracy),
            low=decimal(100 * low, 0),
            high=percent(high),
        )
        estimate = Estimate.of_answers(
            known.truth, known.probabilities, known.weights, known.units, point.threshold
        )
        return ResultInUse(estimate, f"{brief} {otherwise}", brief, point.threshold)
    if isinstance(metrics, Estimate):  # of a round whose weights are not kept
        return ResultInUse(metrics, by_likeliest, by_likeliest)
    otherwise = tr(
        "By the highest probability {right} of {images} would be right ({low} to {high}); these "
        "images chose the point, so the figures at it are a little too good.",
        **_right(known),
    )
    return ResultInUse(at_point.metrics, f"{brief} {otherwise}", brief, point.threshold)


def _right(known: MeasuredImages) -> dict[str, str]:
    """Return how many of these images are right, with the interval, as words."""
    right = known.given == known.truth
    share = Share.of(right, known.units)
    low, high = share.interval
    return {
        "right": number(share.found),
        "images": number(share.count),
        "low": decimal(100 * low, 0),
        "high": percent(high),
    }
