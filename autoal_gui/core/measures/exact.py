"""The exact interval of a share of few images."""

import math
from collections.abc import Callable

import numpy as np

from autoal_gui.core.measures.metrics import Interval

STEPS = 60  # of the bisection: each halves what is not known of an end


def exact_interval(found: int, total: int) -> Interval:
    """Return the 95 % interval of a share (Clopper & Pearson 1934); (0, 1) of no images.

    It holds the true share in at least 95 of 100 draws, however few the images and however small
    the share, where approximations are too narrow.

    Args:
        found: how many of the images it is true of.
        total: how many images were drawn at random.
    """
    if not total:
        return (0.0, 1.0)
    low = 0.0 if not found else _end(lambda share: _at_most(found - 1, total, share), 0.975)
    high = 1.0 if found == total else _end(lambda share: _at_most(found, total, share), 0.025)
    return (low, high)


def _end(chance: Callable[[float], float], wanted: float) -> float:
    """Return the share at which a chance that falls with it is as wanted."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > wanted else (low, middle)
    return (low + high) / 2


def _at_most(found: int, total: int, share: float) -> float:
    """Return the chance of so many or fewer, each image with a chance of `share` in (0, 1)."""
    counts = np.arange(found + 1)
    ways = math.lgamma(total + 1) - np.array(
        [math.lgamma(k + 1) + math.lgamma(total - k + 1) for k in counts]
    )
    terms = ways + counts * math.log(share) + (total - counts) * math.log1p(-share)
    return float(np.exp(terms).sum())
