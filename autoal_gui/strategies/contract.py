"""The one contract of every query strategy: pure functions of what one pass of the model left.

A strategy is a module of this package with `NAME`, `LABEL`, `SOURCE` and `score`. Adding one is
adding a file; the contract test runs over all of them.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """What the task model says of n images, taken in one pass (autoal.md B.1). Read-only."""

    features: npt.NDArray[np.float32] = field(repr=False)
    """(n, D) input of the last layer."""
    probabilities: npt.NDArray[np.float32] = field(repr=False)
    """(n, C) class probabilities without dropout; rows sum to 1."""
    stochastic: npt.NDArray[np.float32] = field(repr=False)
    """(R, n, C) class probabilities of R draws of the dropout before the last layer."""
    wanted: int
    """How many images will be taken from the top; at least 1."""
    seed: int = 0
    """For strategies that draw: the same seed gives the same scores."""

    def __len__(self) -> int:
        return len(self.probabilities)


class Strategy(Protocol):
    """The contract of a strategy's module."""

    NAME: str
    """One word, used in settings, files and on the command line."""
    LABEL: str
    """What the window calls it."""
    SOURCE: str
    """Author and year of the method."""

    def score(self, evidence: Evidence) -> Scores:
        """Return (n,) finite scores; higher is asked first. Permuting images permutes scores."""


def top(scores: Scores, wanted: int) -> npt.NDArray[np.int64]:
    """Return the positions of the `wanted` highest scores, best first; ties by position."""
    return np.argsort(-scores, kind="stable")[:wanted].astype(np.int64)


def chosen_mask(scores: Scores, wanted: int) -> npt.NDArray[np.float64]:
    """Return (n,) ones for the top `wanted` scores, zeros elsewhere: S_k in {0, 1} (B.3, paper)."""
    mask = np.zeros(len(scores))
    mask[top(scores, wanted)] = 1.0
    return mask
