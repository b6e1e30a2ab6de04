"""Whether a model is right as often as it says: what it says against what it is, bin by bin.

What it says is the probability of the class that it finds likeliest. Each bin holds about as many
images, so that an interval means something; images of one probability stay in one bin.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import decimal, number, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimated_share import EstimatedShare
from autoal_gui.core.measures.metrics import Floats, Share

MOST_BINS = 6
FEWEST = 10  # images of a bin
WIDE = 0.3  # an interval of what is right as wide does not tell whether that is as often as said
NEARLY_SURE = 0.985  # from here on a whole per cent says too little


@dataclass(frozen=True)
class Bin:
    """Images of which a model is about as certain."""

    said: float
    """The mean of what it says, in [0, 1]."""
    right: Share


@dataclass(frozen=True)
class Calibration:
    """What a model says of images, and how often it is right."""

    bins: tuple[Bin, ...]
    """From the least certain on; what is said differs between them also as it is written."""
    whole: Bin
    """All images."""


def calibration(
    truth: npt.NDArray[np.integer],
    probabilities: npt.NDArray[np.floating],
    units: npt.NDArray[np.integer] | None = None,
    weights: Floats | None = None,
) -> Calibration | None:
    """Compare what is said with what is right.

    Args:
        truth: (n,) class indices.
        probabilities: (n, C).
        units: (n,) what stays together; None where each image stands alone.
        weights: (n,) how much of the pool each stands for; None where images are counted.

    Returns:
        None where there are too few images for two bins, or all have one probability.
    """
    if len(truth) < 2 * FEWEST:
        return None
    said = probabilities.max(1).astype(np.float64)
    right = probabilities.argmax(1) == truth
    places = _places(said)
    kept = [places == place for place in range(places.max() + 1)]
    if len(kept) < 2:
        return None
    bins: list[Bin] = []
    before = np.zeros(len(said), bool)
    for inside in kept:
        now = _bin(said, right, units, weights, inside)
        if bins and said_words(bins[-1]) == said_words(now):  # two lines that read alike are one
            inside = before | inside
            now = _bin(said, right, units, weights, inside)
            bins.pop()
        bins.append(now)
        before = inside
    return Calibration(
        tuple(bins),
        _bin(said, right, units, weights, np.ones(len(said), bool)),
    )


def _places(said: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return (n,) the bin of each image, numbered from the least certain on without a gap."""
    order = np.argsort(said, kind="stable")
    values = said[order]
    ends: list[int] = []
    wanted = min(MOST_BINS, len(said) // FEWEST)
    for place in range(1, wanted):
        end = int(np.searchsorted(values, values[place * len(said) // wanted], side="left"))
        if end - (ends[-1] if ends else 0) >= FEWEST and len(said) - end >= FEWEST:
            ends.append(end)
    places = np.empty(len(said), np.int64)
    places[order] = np.searchsorted(ends, np.arange(len(said)), side="right")
    return places


def _bin(
    said: npt.NDArray[np.float64],
    right: npt.NDArray[np.bool_],
    units: npt.NDArray[np.integer] | None,
    weights: Floats | None,
    inside: npt.NDArray[np.bool_],
) -> Bin:
    own = None if units is None else units[inside]
    if weights is None:
        return Bin(float(said[inside].mean()), Share.of(right[inside], own))
    share = EstimatedShare.of_answers(right[inside], weights[inside], own)
    return Bin(float(np.average(said[inside], weights=weights[inside])), share)


def calibration_sentence(found: Calibration) -> str:
    """Say whether a model is as often right as it says, over all images."""
    low, high = found.whole.right.interval
    said = found.whole.said
    values = {
        "said": percent(said),
        "right": percent(found.whole.right.value),
        "low": decimal(100 * low, 0),
        "high": percent(high),
    }
    if said > high:
        return tr(
            "It is surer than it should be: on average over all images it says {said} and is right "
            "on {right} ({low} to {high}).",
            **values,
        )
    if said < low:
        return tr(
            "It is right more often than it says: on average over all images it says {said} and is "
            "right on {right} ({low} to {high}).",
            **values,
        )
    if high - low > WIDE:
        return tr(
            "It cannot be told yet whether it is right as often as it says: on average it says "
            "{said} and is right on {right} ({low} to {high}).",
            **values,
        )
    return tr(
        "Nothing shows that it is right more or less often than it says: on average it says {said} "
        "and is right on {right} ({low} to {high}).",
        **values,
    )


def said_words(found: Bin) -> str:
    """Return what a model says of a bin, finer where it is nearly sure."""
    return percent(found.said, 1 if found.said >= NEARLY_SURE else 0)


def bin_sentence(found: Bin) -> str:
    """Say of one bin how often what is said is right."""
    low, high = found.right.interval
    if isinstance(found.right, EstimatedShare):
        return tr_count(
            "When it says about {said}, it is right on about {value} ({low} to {high}), estimated "
            "from {count} answer.",
            "When it says about {said}, it is right on about {value} ({low} to {high}), estimated "
            "from {count} answers.",
            found.right.count,
            said=said_words(found),
            value=percent(found.right.value),
            low=decimal(100 * low, 0),
            high=percent(high),
        )
    return tr(
        "When it says about {said}, it is right on {right} of {count} ({low} to {high}).",
        said=said_words(found),
        right=number(found.right.found),
        count=number(found.right.count),
        low=decimal(100 * low, 0),
        high=percent(high),
    )
