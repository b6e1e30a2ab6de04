"""What was measured, as values with intervals and in words."""

import math
from dataclasses import dataclass

from autoal_gui.core.language import decimal, mark, number, percent, tr_count
from autoal_gui.core.measures.metrics import Area, Metrics

MEASURES = (mark("Balanced accuracy"), mark("Accuracy"), mark("AUROC"))
TIPS = (
    mark("The mean of the sensitivities: every class counts the same, however rare it is."),
    mark("The share of images that the model classifies correctly."),
    mark(
        "The area under the ROC curve, each class against the rest, the mean over classes: how "
        "often an image of a class is ranked before one of another. Intervals by DeLong's method."
    ),
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
        words = tr_count(
            "{found} of {count} image", "{found} of {count} images", count, found=number(found)
        )
        shares.append((Value(value, *interval) if count else UNKNOWN, words))
    area = metrics.auroc.classes[class_index] if metrics.auroc else None
    return [*shares, (Value.of_area(area), "")]
