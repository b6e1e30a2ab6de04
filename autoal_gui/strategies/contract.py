"""The one contract of every query strategy: pure functions of what one pass of the model left.

A strategy is a module of this package with `NAME`, `LABEL`, `SOURCE`, `ORDER` and `score`. Adding
one is adding a file; the contract test runs over all of them. A policy is a strategy that weighs
others: it has `draw` as well.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from autoal_gui.core.queries import Asked

Scores = npt.NDArray[np.float64]
ImageIds = npt.NDArray[np.int64]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Labelled:
    """What the task model says of the m labelled images that it was trained on. Read-only."""

    image_ids: ImageIds = field(repr=False)
    """(m,) distinct."""
    features: npt.NDArray[np.floating] = field(repr=False)
    """(m, D)."""
    probabilities: npt.NDArray[np.float32] = field(repr=False)
    """(m, C) class probabilities without dropout."""
    labels: npt.NDArray[np.int64] = field(repr=False)
    """(m,) class indices in [0, C)."""
    units: npt.NDArray[np.int64] | None = field(default=None, repr=False)
    """(m,) what stays together, as a patient's images do, by a number each; None where each stands
    alone."""

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class ModelOutputs:
    """What the task model says of n images, taken in one pass. Read-only.

    Raises:
        ValueError: the arrays do not describe the same images, a fault of the program.
    """

    image_ids: ImageIds = field(repr=False)
    """(n,) distinct; an image is known by its id, not by its position, so ids break ties."""
    features: npt.NDArray[np.floating] = field(repr=False)
    """(n, D) input of the last layer, finite, D >= 1; float16 or float32, perhaps memory-mapped."""
    probabilities: npt.NDArray[np.float32] = field(repr=False)
    """(n, C) class probabilities without dropout; rows sum to 1; C >= 1."""
    stochastic: npt.NDArray[np.float32] = field(repr=False)
    """(R, n, C) class probabilities of R >= 1 draws of the dropout before the last layer."""
    wanted: int
    """How many images will be taken from the top; at least 1."""
    seed: int = 0
    """For strategies that draw: the same seed gives the same scores."""
    labelled: Labelled | None = None
    """What the model was trained on; None before anything was, or where no strategy needs it."""
    history: tuple[Asked, ...] = ()
    """What earlier rounds asked for, in the order of the rounds."""

    def __post_init__(self) -> None:
        n, classes = self.probabilities.shape
        draws = len(self.stochastic)
        shapes = (self.image_ids.shape, self.features.shape[:-1], self.stochastic.shape)
        if shapes != ((n,), (n,), (draws, n, classes)):
            raise ValueError("image_ids, features, probabilities and stochastic do not match")
        if min(draws, classes, self.wanted) < 1:
            raise ValueError("draws, classes and wanted must be at least 1")

    def __len__(self) -> int:
        return len(self.probabilities)

    @property
    def truth(self) -> dict[int, int]:
        """The class of each labelled image, by image id."""
        if self.labelled is None:
            return {}
        ids, labels = self.labelled.image_ids.tolist(), self.labelled.labels.tolist()
        return dict(zip(ids, labels, strict=True))


class Strategy(Protocol):
    """The contract of a strategy's module."""

    NAME: str
    """One word, used in settings, files and on the command line."""
    LABEL: str
    """What the window calls it."""
    SOURCE: str
    """Author and year of the method."""
    ORDER: int
    """Place in lists, ascending."""
    NEEDS_LABELLED: bool
    """Whether it looks at `ModelOutputs.labelled`, which costs a pass over those images;
    a module that does not say so is taken to."""

    def score(self, outputs: ModelOutputs) -> Scores:
        """Return (n,) finite scores; higher is asked first. Permuting images permutes scores."""


@dataclass(frozen=True)
class Draw:
    """What a policy asks for among n images, and what it drew that with.

    S and W of an image that is asked for become its `Query.strategies` and come back in
    `ModelOutputs.history`: all that a policy, which keeps no state, knows of its earlier draws.
    """

    ranking: Scores = field(repr=False)
    """(n,) finite; the higher, the earlier an image is asked for."""
    candidates: tuple[str, ...]
    """K names."""
    scores: Scores = field(repr=False)
    """S (n, K), in [0, 1]."""
    weights: Scores = field(repr=False)
    """W (n, K), in [0, 1], rows sum to 1."""


class Policy(Strategy, Protocol):
    """The contract of a strategy's module that chooses among candidate strategies."""

    def draw(self, outputs: ModelOutputs, candidates: tuple[str, ...]) -> Draw:
        """Weigh the candidates by what became of earlier draws, and draw anew.

        `score` returns the ranking among the paper's candidates.
        """


def rank(scores: Scores, tie_scores: Scores, image_ids: ImageIds) -> Positions:
    """Order images for a query.

    Args:
        scores: (n,) the higher, the earlier.
        tie_scores: (n,) decide between equal scores, the higher the earlier.
        image_ids: (n,) decide between what is still equal, ascending.

    Returns:
        (n,) positions, the one to ask first in front.
    """
    positions: Positions = np.lexsort((image_ids, -tie_scores, -scores)).astype(np.int64)
    return positions


def top(scores: Scores, image_ids: ImageIds, wanted: int) -> Positions:
    """Return the positions of the `wanted` highest scores, best first; ties by image id."""
    positions: Positions = np.lexsort((image_ids, -scores))[:wanted].astype(np.int64)
    return positions


def chosen_mask(scores: Scores, image_ids: ImageIds, wanted: int) -> Scores:
    """Return (n,) ones for the top `wanted` scores, zeros elsewhere: the binary S_k of Eq. 2-3."""
    mask = np.zeros(len(scores))
    mask[top(scores, image_ids, wanted)] = 1.0
    return mask
