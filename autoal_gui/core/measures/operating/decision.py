"""Which class an image is given: the likeliest one, or one from a probability on."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

CLOSE = 2.0  # by what factor odds, or two probabilities, may differ to be close to each other


@dataclass(frozen=True)
class Threshold:
    """From a probability on an image is given this class, whatever the others have."""

    class_index: int
    value: float
    """In [0, 1]; as likely is enough."""


def decided(
    probabilities: npt.NDArray[np.floating], threshold: Threshold | None = None
) -> npt.NDArray[np.intp]:
    """Return (n,) the class that each image is given.

    Args:
        probabilities: (n, C).
        threshold: of one class; an image below it is given the likeliest of the others. None: each
            is given the likeliest class, the first of those that are equally likely.
    """
    if not len(probabilities):
        return np.zeros(0, np.intp)
    if threshold is None or probabilities.shape[1] < 2:
        best: npt.NDArray[np.intp] = probabilities.argmax(1)
        return best
    own = threshold.class_index
    others = np.delete(np.arange(probabilities.shape[1]), own)
    likeliest = others[probabilities[:, others].argmax(1)]
    given: npt.NDArray[np.intp] = likeliest
    given[reaches(probabilities[:, own], threshold.value)] = own
    return given


def given_class(
    shares: npt.NDArray[np.floating], classes: int, threshold: Threshold | None = None
) -> int:
    """Return the class that one image is given, as `decided` does.

    Args:
        shares: (c,) its probabilities; a class that the model did not know has none.
        classes: C.
        threshold: of one class, or None.
    """
    row = np.zeros((1, max(classes, len(shares))), shares.dtype)
    row[0, : len(shares)] = shares
    return int(decided(row, threshold)[0])


def is_close(
    probabilities: npt.NDArray[np.floating], threshold: Threshold
) -> npt.NDArray[np.bool_]:
    """Return (n,) which images lie close to a threshold, on either side.

    Close are those whose odds of its class are within a factor of `CLOSE` of the threshold's own.

    Args:
        probabilities: (n, C).
        threshold: of one of the C classes.
    """
    own = probabilities[:, threshold.class_index].astype(np.float64)
    ratio = own * (1 - threshold.value), (1 - own) * threshold.value
    close: npt.NDArray[np.bool_] = (ratio[0] <= CLOSE * ratio[1]) & (ratio[1] <= CLOSE * ratio[0])
    return close


By = Literal["model", "point", "likeliest"]
"""By what a class is told: the highest probability, where no point is in use; the point; or the
highest probability all the same, where a point is in use and nobody knows what it gives."""


@dataclass(frozen=True)
class Opinion:
    """What a model makes of an image, as it is told."""

    class_index: int
    share: float
    """Its probability, in [0, 1]."""
    by: By = "model"
    likelier: tuple[int, float] | None = None
    """The likeliest class and its probability, where a point gives another one."""


def surely_given(
    likeliest: npt.NDArray[np.integer],
    shares: npt.NDArray[np.floating],
    classes: int,
    threshold: Threshold,
) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.floating], npt.NDArray[np.bool_]]:
    """Return what a point gives images of which the likeliest class alone is known.

    Args:
        likeliest: (n,) that class.
        shares: (n,) its probability.
        classes: C. Of two, what one has not the other has.
        threshold: of the point.

    Returns:
        (n,) the class given, (n,) its probability, and (n,) whether that is sure: of the others it
        is the likeliest class.
    """
    own, two = threshold.class_index, classes == 2
    rest = np.maximum(0, 1 - shares)  # no other class has more
    is_own, reached = likeliest == own, reaches(shares, threshold.value)
    could = ~is_own & reaches(rest, threshold.value)
    other = two & ((is_own & ~reached) | could)
    given, share = np.where(other, 1 - likeliest, likeliest), np.where(other, rest, shares)
    return given, share, other | (is_own & reached) | (~is_own & ~could)


def reaches(scores: npt.NDArray[np.floating], value: float) -> npt.NDArray[np.bool_]:
    """Return (n,) whether probabilities reach a threshold, which is not rounded to theirs."""
    reached: npt.NDArray[np.bool_] = scores.astype(np.float64) >= value
    return reached
