"""What every threshold of one class would find: its ROC and its precision-recall curve.

The class stands against all others. An image is given it from a probability on; as that falls, more
images of the class are found, and more of the others are mistaken for it. A threshold lies midway
between two probabilities that occur, so that rounding moves no image across it.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Counts = Ints | Floats
"""Numbers of images, or the sums of what these count for."""
Kind = Literal["specificity", "sensitivity"]
"""Of what a least is asked for."""
KINDS: tuple[Kind, ...] = get_args(Kind)
ROUNDING = 1e-9  # by which a share may lie below what is asked for


@dataclass(frozen=True, eq=False)
class Roc:
    """The k thresholds that tell images apart, from the strictest to the laxest."""

    thresholds: Floats = field(repr=False)
    """(k,) descending, from infinity, which nothing reaches, to 0, which all do."""
    found: Counts = field(repr=False)
    """(k,) what the images of the class that reach each count for, from 0 to `inside`."""
    mistaken: Counts = field(repr=False)
    """(k,) what the images of the others that reach each count for, from 0 to `outside`."""

    @classmethod
    def of(
        cls,
        inside: npt.NDArray[np.bool_],
        scores: npt.NDArray[np.floating],
        weights: Floats | None = None,
    ) -> "Roc":
        """Count at every threshold.

        Args:
            inside: (n,) whether each image is of the class; at least one is, and one is not.
            scores: (n,) the probability of the class, in [0, 1].
            weights: (n,) positive, what each image counts for; None where each counts as one.
        """
        values, places = np.unique(-scores.astype(np.float64), return_inverse=True)
        places = places.reshape(-1)
        found, mistaken = (
            np.cumsum(
                np.bincount(
                    places[side] + 1,  # the first threshold is reached by none
                    None if weights is None else weights[side],
                    minlength=len(values) + 1,
                )
            )
            for side in (inside, ~inside)
        )
        between = -(values[:-1] + values[1:]) / 2
        return cls(np.concatenate(([np.inf], between, [0.0])), found, mistaken)

    @property
    def inside(self) -> float:
        """What the images of the class count for; their number where each counts as one."""
        total: float = self.found[-1].item()
        return total

    @property
    def outside(self) -> float:
        """What the images of the others count for."""
        total: float = self.mistaken[-1].item()
        return total

    @property
    def sensitivities(self) -> Floats:
        """(k,) the share of the class that is found, in [0, 1]."""
        return self.found / self.inside

    @property
    def specificities(self) -> Floats:
        """(k,) the share of the others that is not mistaken for it, in [0, 1]."""
        return 1 - self.mistaken / self.outside

    @property
    def precisions(self) -> Floats:
        """(k,) the share of what is given the class that is of it; nan where nothing is."""
        given = self.found + self.mistaken
        shares = np.full(len(given), np.nan)
        np.divide(self.found, given, out=shares, where=given > 0)
        return shares

    @cached_property
    def corners(self) -> Ints:
        """(c,) the places of thresholds worth choosing, from the strictest on; at least one.

        No other threshold finds more of the class with as few mistakes.
        """
        finds = self.found[1:] > self.found[:-1]
        errs_next = np.append(self.mistaken[2:] > self.mistaken[1:-1], True)
        return np.flatnonzero(finds & errs_next) + 1

    def corner_at(self, least: float, kind: Kind = "specificity") -> int | None:
        """Return the best place in `corners` at which a share is at least so much.

        Of a specificity it is the one that finds most, of a sensitivity the one that mistakes
        fewest. None where none reaches it.
        """
        enough = self.shares(kind)[self.corners] >= least - ROUNDING
        if not enough.any():
            return None
        return int(enough.sum()) - 1 if kind == "specificity" else int(enough.argmax())

    def shares(self, kind: Kind) -> Floats:
        """Return (k,) what may be asked for, in [0, 1]."""
        return self.specificities if kind == "specificity" else self.sensitivities
