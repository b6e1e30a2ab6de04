"""Areas under learning curves, and paired differences over seeds with their intervals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FEWEST = 3  # seeds below which an interval says nothing: of two it is far wider than any score
MARGIN = 0.005  # an area that is lower by less is no loss that anybody would notice


@dataclass(frozen=True)
class Spread:
    """Numbers of several seeds, in short; nan where there are too few for it."""

    count: int
    mean: float
    deviation: float
    """Of the sample, with n - 1."""
    low: float
    """Of the 95 % t interval of the mean; nan below `FEWEST`."""
    high: float

    @classmethod
    def of(cls, values: Sequence[float] | npt.NDArray[np.float64]) -> "Spread":
        """Return mean, standard deviation and 95 % t interval (Student 1908)."""
        array = np.asarray(values, np.float64)
        count = len(array)
        if count == 0:
            return cls(0, math.nan, math.nan, math.nan, math.nan)
        mean = float(array.mean())
        if count == 1:
            return cls(1, mean, math.nan, math.nan, math.nan)
        deviation = float(array.std(ddof=1))
        if count < FEWEST:
            return cls(count, mean, deviation, math.nan, math.nan)
        half = _t_quantile(count - 1) * deviation / math.sqrt(count)
        return cls(count, mean, deviation, mean - half, mean + half)

    @classmethod
    def of_ratios(cls, values: Sequence[float]) -> "Spread":
        """Return the same of positive ratios, by their logarithms: no end is below 0.

        The mean is the geometric one; the deviation stays that of the logarithms.
        """
        logs = cls.of(np.log(values))
        mean, low, high = (math.exp(one) for one in (logs.mean, logs.low, logs.high))
        return cls(logs.count, mean, logs.deviation, low, high)


@dataclass(frozen=True)
class Difference:
    """A method minus another, seed by seed."""

    spread: Spread
    wins: int
    ties: int
    losses: int

    @classmethod
    def of(cls, ours: Mapping[int, float], theirs: Mapping[int, float]) -> "Difference":
        """Compare areas by their seeds; a seed that only one of the two has is left out."""
        pairs = [(ours[seed], theirs[seed]) for seed in sorted(ours.keys() & theirs.keys())]
        gains = np.array([a - b for a, b in pairs], np.float64)
        signs = np.sign(gains)
        wins, ties, losses = (int((signs == sign).sum()) for sign in (1, 0, -1))
        return cls(Spread.of(gains), wins, ties, losses)

    @property
    def tally(self) -> str:
        """Seeds won, tied and lost, as the page writes them."""
        return f"{self.wins}–{self.ties}–{self.losses}"

    @property
    def standing(self) -> str:
        """What the interval allows to say.

        "better" and "worse": it lies on one side of 0; "no worse": it reaches no lower than
        `MARGIN` below 0; "open" otherwise, and where there are fewer seeds than `FEWEST`.
        """
        if self.spread.low > 0:
            return "better"
        if self.spread.high < 0:
            return "worse"
        return "no worse" if self.spread.low > -MARGIN else "open"

    def worse_among(self, many: int) -> bool:
        """Whether it lies below 0 although it is one of so many that were looked at.

        The interval is widened to 1 - 5%/many (Bonferroni): else chance alone would put one of 40
        below 0.
        """
        freedom = self.spread.count - 1
        if self.spread.count < FEWEST:
            return False
        wider = _t_quantile(freedom, 1 - 0.025 / many) / _t_quantile(freedom)
        return self.spread.mean + wider * (self.spread.high - self.spread.mean) < 0

    @property
    def negligible(self) -> bool:
        """Whether the interval rules out an advantage of `MARGIN`: then it adds nothing.

        That an advantage is not shown rules out none.
        """
        return self.spread.high < MARGIN


def area(labels: Sequence[int], scores: Sequence[float]) -> float:
    """Return the area under a learning curve over the budgets, divided by their span.

    The trapezoid rule, so that it is a mean score over budgets (the AUBC of Zhan et al. 2021),
    in the scores' own range.

    Args:
        labels: ascending budgets, at least one.
        scores: one each.
    """
    if len(labels) == 1:
        return float(scores[0])
    x, y = np.asarray(labels, np.float64), np.asarray(scores, np.float64)
    return float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum() / (x[-1] - x[0]))


def _t_quantile(freedom: int, share: float = 0.975) -> float:
    """Return a quantile of Student's t."""
    from scipy.special import stdtrit  # scipy.stats takes a second to load

    return float(stdtrit(freedom, share))
