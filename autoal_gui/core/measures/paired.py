"""Two models on the same images: by how much one is better, and whether chance alone does that.

The interval of a difference comes from the bootstrap (Efron 1979; percentiles): groups are drawn
with replacement, images where each stands alone (Davison & Hinkley 1997, section 3.8). As Agresti &
Min (2005) do for paired shares, half a group is added of which the first model alone is right, and
half a one of which the second is: without, models that never differ would differ by nothing for
certain. Of few groups the interval is widened, see `few_groups`.

The test is McNemar's (1947), exact: where the models are equally good, whichever alone is right is
a coin's toss. A group is tossed as a whole, so that its images do not count as many tosses.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import decimal, number, percent_sign, tr, tr_count
from autoal_gui.core.measures.design_effect import few_groups

DRAWS = 2000
AT_ONCE = 2**22  # numbers of a matrix of draws
EXACT = 10_000  # images on which two models differ; of more the normal distribution is near enough
LEVEL = 0.05  # below this, chance hardly does it
Right = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """How much better the second model is, with a 95 % interval, all in [-1, 1]."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Paired:
    """What two models have right of the same images."""

    images: int
    groups: int
    """0 where each image stands alone."""
    first_only: int
    """Images on which the first model alone is right."""
    second_only: int
    chance: float
    """How often models that are equally good differ by as much, in [0, 1]."""
    accuracy: Difference
    balanced_accuracy: Difference

    @classmethod
    def of(
        cls, truth: npt.NDArray[np.integer], first: Right, second: Right, units: Ints | None = None
    ) -> "Paired":
        """Compare two models.

        Args:
            truth: (n,) class indices, n at least 1.
            first: (n,) whether the first model is right.
            second: (n,) whether the second is.
            units: (n,) what stays together, by a number each; None where each image stands alone.
        """
        gains = second.astype(np.int64) - first
        sizes, gained, counts = _kinds(truth.astype(np.int64), gains, units)
        groups = 0 if units is None else len(sizes)
        widened = math.sqrt(few_groups(groups, len(truth))) if groups else 1.0
        of_all = sizes.sum(1, keepdims=True), gained.sum(1, keepdims=True)
        return cls(
            images=len(truth),
            groups=groups,
            first_only=int((gains < 0).sum()),
            second_only=int((gains > 0).sum()),
            chance=chance_of(np.repeat(gained.sum(1), counts)),
            accuracy=_difference(*of_all, counts, widened),
            balanced_accuracy=_difference(sizes, gained, counts, widened),
        )


def chance_of(gains: Ints) -> float:
    """Return how often coins give a sum as far from 0, each with its size on one of two sides.

    Args:
        gains: (m,) what the second model has right more of each group, or image; the signs are
            what is tossed.
    """
    sizes = np.abs(gains[gains != 0])
    observed, total = abs(int(gains.sum())), int(sizes.sum())
    if not total:
        return 1.0
    if total > EXACT:
        deviation = math.sqrt(float((sizes.astype(np.float64) ** 2).sum()))
        return math.erfc(max(0.0, observed - 1) / deviation / math.sqrt(2))  # half a step of two
    shares = np.ones(1)
    for size, count in zip(*np.unique(sizes, return_counts=True), strict=True):
        heads = np.zeros(size * count + 1)
        heads[::size] = _coins(int(count))
        shares = np.convolve(shares, heads)
    sums = 2 * np.arange(total + 1) - total
    return min(1.0, float(shares[np.abs(sums) >= observed].sum()))


def _coins(count: int) -> Floats:
    """Return (count + 1,) the probability of each number of heads of so many coins."""
    ways = [math.lgamma(heads + 1) + math.lgamma(count - heads + 1) for heads in range(count + 1)]
    return np.exp(math.lgamma(count + 1) - np.array(ways) - count * math.log(2))


def _kinds(truth: Ints, gains: Ints, units: Ints | None) -> tuple[Ints, Ints, Ints]:
    """Return what the groups are like, each kind once.

    Returns:
        (K, C) images of each class; (K, C) what the second model has right more of them; (K,) how
        many groups are so.
    """
    classes = int(truth.max()) + 1
    if units is None:
        codes, counts = np.unique(truth * 3 + gains + 1, return_counts=True)
        places = np.arange(len(codes)), codes // 3
        sizes, gained = np.zeros((2, len(codes), classes), np.int64)
        sizes[places], gained[places] = 1, codes % 3 - 1
        return sizes, gained, counts
    names, rows = np.unique(units, return_inverse=True)
    sizes, gained = np.zeros((2, len(names), classes), np.int64)
    np.add.at(sizes, (rows.reshape(-1), truth), 1)
    np.add.at(gained, (rows.reshape(-1), truth), gains)
    return sizes, gained, np.ones(len(names), np.int64)


def _difference(sizes: Ints, gained: Ints, counts: Ints, widened: float) -> Difference:
    """Return the mean over the classes that occur of what is gained, with its interval."""
    totals = counts @ sizes
    there = np.flatnonzero(totals)
    totals, sizes, gained = totals[there], sizes[:, there], gained[:, there]
    value = float(((counts @ gained) / totals).mean())
    usual = np.diag((counts @ sizes**2) / totals)  # images of a class that its groups have
    kinds = np.concatenate((sizes, usual, usual)), np.concatenate((gained, -usual, usual))
    shares = np.concatenate((counts, np.full(2 * len(there), 0.5)))
    drawn = _draws(np.concatenate(kinds, axis=1), shares)
    of_each, gains = drawn[:, : len(there)], drawn[:, len(there) :]
    with np.errstate(invalid="ignore"):  # a class that was not drawn counts in no mean
        found = np.nanmean(np.where(of_each > 0, gains / of_each, np.nan), axis=1)
    low, high = np.percentile(found, (2.5, 97.5))
    return Difference(
        value,
        max(-1.0, value - widened * max(0.0, value - float(low))),
        min(1.0, value + widened * max(0.0, float(high) - value)),
    )


def _draws(kinds: Floats, shares: Floats) -> Floats:
    """Return (DRAWS, columns) the sums over as many groups as there are, drawn by their shares."""
    drawing = np.random.default_rng(0)
    wanted, portions = round(shares.sum()), shares / shares.sum()
    at_once = max(1, min(DRAWS, AT_ONCE // len(shares)))
    parts = []
    for start in range(0, DRAWS, at_once):
        size = min(at_once, DRAWS - start)
        parts.append(drawing.multinomial(wanted, portions, size).astype(np.float64) @ kinds)
    return np.concatenate(parts)


def surely_different(found: Sequence[Paired]) -> list[bool]:
    """Return which of several comparisons chance hardly makes, at 5 % for all together (Holm 1979).

    Who compares many models finds one ahead by chance: the more there are, the more is asked.
    """
    order = sorted(range(len(found)), key=lambda place: found[place].chance)
    told = [False] * len(found)
    for done, place in enumerate(order):
        if found[place].chance * (len(found) - done) >= LEVEL:
            break
        told[place] = True
    return told


def paired_sentence(first: str, second: str, found: Paired, sure: bool) -> str:
    """Say on how many images one model alone is right, and whether chance may do that.

    Args:
        first: the name of the first model.
        second: of the second.
        found: how they compare.
        sure: whether chance hardly does it, see `surely_different`.
    """
    if not found.first_only and not found.second_only:
        return tr("{second} and {first} are right on the same images.", first=first, second=second)
    words = tr_count(
        "{second} was right on {count} image where {first} was wrong, {first} on {other} where "
        "{second} was wrong",
        "{second} was right on {count} images where {first} was wrong, {first} on {other} where "
        "{second} was wrong",
        found.second_only,
        first=first,
        second=second,
        other=number(found.first_only),
    )
    chance = "< 0.001" if found.chance < 0.001 else f"= {decimal(found.chance, 3)}"
    if sure:
        return tr("{words}; chance hardly does that (p {chance}).", words=words, chance=chance)
    return tr("{words}; that can be chance (p {chance}).", words=words, chance=chance)


def difference_words(found: Difference) -> str:
    """Return a difference in points of a percentage, with its sign and interval."""
    value, low, high = (_signed(part) for part in (found.value, found.low, found.high))
    return tr("{value} ({low} to {high})", value=value, low=low, high=high + percent_sign())


def _signed(share: float) -> str:
    written = decimal(100 * share, 1)
    return f"+{written}" if share > 0 else written


def paired_as_plain(found: Paired) -> dict[str, object]:
    """Return what JSON holds of a comparison."""
    parts = {"accuracy": found.accuracy, "balanced_accuracy": found.balanced_accuracy}
    return {
        "images": found.images,
        "groups": found.groups,
        "first_alone_right": found.first_only,
        "second_alone_right": found.second_only,
        "p": found.chance,
        **{name: [part.value, part.low, part.high] for name, part in parts.items()},
    }
