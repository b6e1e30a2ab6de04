"""What was measured, as values with intervals and in words."""

import math
from dataclasses import dataclass

from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.areas import Area

MEASURES = (mark("Balanced accuracy"), mark("Accuracy"), mark("AUROC"))
TIPS = (
    mark("The mean of the sensitivities: every class counts the same, however rare it is."),
    mark("The share of images that the model classifies correctly."),
    mark(
        "The area under the ROC curve, each class against the rest, the mean over classes: how "
        "often an image of a class is ranked before one of another. Intervals by DeLong's method."
    ),
)
NOT_LEARNED = mark(
    "The model had no label of this class to learn from when it was trained, so that it ranks "
    "images of it by chance: no AUROC is told, nor does it count into the mean."
)


@dataclass(frozen=True)
class Value:
    """A number and its interval, in [0, 1]; nan where it is not known."""

    value: float
    low: float
    high: float

    @classmethod
    def of_area(cls, area: Area | None) -> "Value":
        """Return an area under the ROC curve."""
        return cls(area.value, area.low, area.high) if area else UNKNOWN

    @property
    def span(self) -> str:
        """The interval in words."""
        return self._written(1)

    @property
    def short_span(self) -> str:
        """The same in whole per cent, for a narrow column."""
        return self._written(0)

    def _written(self, digits: int) -> str:
        if math.isnan(self.value):
            return ""
        return f"{decimal(100 * self.low, digits)}–{percent(self.high, digits)}"


UNKNOWN = Value(math.nan, math.nan, math.nan)


def curve_point(metrics: Metrics, position: int) -> Value:
    """Return the value of a measure of `MEASURES`."""
    if position == 0:
        return Value(metrics.balanced_accuracy, *metrics.balanced_accuracy_interval)
    if position == 1:
        return Value(metrics.accuracy, *metrics.accuracy_interval)
    return Value.of_area(metrics.auroc.macro if metrics.auroc else None)


def curve_span(metrics: Metrics, position: int) -> str:
    """Return the interval of a measure of `MEASURES`, and of which classes it is if not of all."""
    span = curve_point(metrics, position).span
    words = ""
    if position == 0:
        words = _balanced_words(metrics)
    elif MEASURES[position] == "AUROC" and metrics.auroc is not None and metrics.unlearned:
        words = metrics.auroc.mean_words()
    return f"{span}, {words}" if words else span


def _balanced_words(metrics: Metrics) -> str:
    """Say of which classes the mean is, where some are not measured or were never learned."""
    known = [c for c, value in enumerate(metrics.sensitivities) if not math.isnan(value)]
    unlearned = len({*metrics.unlearned}.intersection(known))
    if unlearned:
        return tr_count(
            "mean over {classes} classes, of which {count} was never learned",
            "mean over {classes} classes, of which {count} were never learned",
            unlearned,
            classes=number(len(known)),
        )
    if len(known) == len(metrics.sensitivities):
        return ""
    return tr_count(
        "of the {count} class that is measured",
        "mean over the {count} classes that are measured",
        len(known),
    )


def _counts(metrics: Metrics, found: int, count: int) -> str:
    """Say on how many images a share rests; of an estimate it is no count, each counts its own."""
    if isinstance(metrics, Estimate):
        return tr_count("estimated from {count} image", "estimated from {count} images", count)
    return tr_count(
        "{found} of {count} image", "{found} of {count} images", count, found=number(found)
    )


def class_values(metrics: Metrics, class_index: int) -> list[tuple[Value, str]]:
    """Return sensitivity, specificity and AUROC of a class, each with its counts in words."""
    shares: list[tuple[Value, str]] = []
    for value, (found, count), interval in (
        (
            metrics.sensitivities[class_index],
            metrics.sensitivity_counts(class_index),
            metrics.sensitivity_interval(class_index),
        ),
        (
            metrics.specificities[class_index],
            metrics.specificity_counts(class_index),
            metrics.specificity_interval(class_index),
        ),
    ):
        words = _counts(metrics, found, count)
        shares.append((Value(value, *interval) if count else UNKNOWN, words))
    area = metrics.auroc.classes[class_index] if metrics.auroc else None
    tip = tr(NOT_LEARNED) if class_index in metrics.unlearned else ""
    return [*shares, (Value.of_area(area), tip)]
