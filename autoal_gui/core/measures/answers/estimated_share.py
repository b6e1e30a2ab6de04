"""A share of the pool, estimated from answers that each stand for a part of it.

Weights that differ, and groups, say less than as many images that have nothing to do with each
other: n images of weights w say as much as (sum w)^2 / sum w^2 (Kish 1965), more or less by what
`design_effect` finds of groups and of which weights the errors have. How much scatters is known
from these few alone, so that Student's t takes the place of the normal distribution. And the models
that predict the answers share most of what they learned from, so that they err together, by how
much cannot be known from the answers (Bengio & Grandvalet 2004; Nadeau & Bengio 2003): intervals
are made wider by `SHARED`.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.core.measures.design_effect import NORMAL, design_effect, student
from autoal_gui.core.measures.metrics import Floats, Interval, Share, wilson_interval

SHARED = 1.2
"""By which intervals are wider: that of the accuracy then holds the truth in .92 to 1.00 of
simulated projects, that of the balanced accuracy in .83 to 1.00 (docs/RESULTS.md, table 15)."""


@dataclass(frozen=True)
class EstimatedShare(Share):
    """`found` of `count` answers, and what share of the pool these stand for."""

    share: float = 0.0
    """Of the pool, in [0, 1]."""
    said: float = 0.0
    """As many images, alone and of one weight, would say as much."""

    @classmethod
    def of_answers(
        cls,
        right: npt.NDArray[np.bool_],
        weights: Floats,
        units: npt.NDArray[np.integer] | None = None,
    ) -> "EstimatedShare":
        """Estimate from answers, of which there is at least one.

        Args:
            right: (n,) whether each has what the share is of.
            weights: (n,) positive, how much of the pool each stands for.
            units: (n,) what stays together; None where each image stands alone.
        """
        share = min(1.0, float(weights[right].sum() / weights.sum()))
        said = images_said(right, weights, units)
        return cls(int(right.sum()), len(right), share=share, said=said)

    @property
    def value(self) -> float:
        """The share of the pool, in [0, 1]."""
        return self.share

    @property
    def interval(self) -> Interval:
        """Its 95 % interval."""
        return share_interval(self.share, self.said)


def images_said(
    right: npt.NDArray[np.bool_], weights: Floats, units: npt.NDArray[np.integer] | None
) -> float:
    """Return how many images would say as much, in the interval as in the mean; 0 for none.

    Args:
        right: (n,) whether each has what is measured.
        weights: (n,) positive.
        units: (n,) what stays together; None where each image stands alone.
    """
    if not len(weights):
        return 0.0
    alike = images_alike(weights)
    alone = alike / design_effect(right, units, weights)
    return alone * (NORMAL / student(round(alike) - 1) / SHARED) ** 2


def images_alike(weights: Floats) -> float:
    """Return how many images of one weight would say as much as these of (n,) weights."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def share_interval(share: float, said: float) -> Interval:
    """Return the 95 % interval of a share that so many images would say; all where it is nan."""
    return (0.0, 1.0) if math.isnan(share) else wilson_interval(share * said, said)
