"""Whether more labels are worth their time: what the last rounds gained, and what is to come.

The advice to stop is conservative. It is given only where even the upper end of what is to be
expected of as many rounds again lies below what would be worth them; what noise hides is no reason
to stop. The trend is a straight line over the logarithm of the labels, fitted to the last rounds;
the noise is what scatters about it, which holds what training adds to measuring.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from autoal_gui.core.language import decimal, number, percent, tr, tr_count
from autoal_gui.core.measures.design_effect import NORMAL
from autoal_gui.core.measures.metrics import ByChance, Metrics

SPAN = 3  # rounds whose gain is told, and as many are looked ahead
FEWEST = 5  # measured rounds before stopping is advised
WINDOW = 8  # rounds that the trend is taken from: earlier ones were steeper
WORTH = 0.01  # of balanced accuracy: a gain that is worth three rounds of labelling
WIDE = 0.4  # of balanced accuracy: an interval as wide says nothing of a gain, in numbers or words
COARSE = 0.01  # what one image more or less changes, where the images are too few to measure with
STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45)
"""97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom, up to `WINDOW` - 2."""

Recommendation = Literal["early", "go on", "unclear", "enough"]


@dataclass(frozen=True)
class Point:
    """A measured round."""

    labels: int
    """At least 1."""
    value: float
    """Balanced accuracy, in [0, 1]."""
    grain: float
    """By how much one image more or less changes it."""
    chance: float
    """What guessing would have."""
    error: float = 0.0
    """Standard error of measuring it."""

    @classmethod
    def of(cls, labels: int, metrics: Metrics) -> "Point":
        """Return what a round with so many labels was measured to have."""
        counts = [sum(row) for row in metrics.confusion if sum(row)]
        low, high = metrics.balanced_accuracy_interval
        return cls(
            labels,
            metrics.balanced_accuracy,
            1 / (len(counts) * min(counts)),
            1 / len(counts),
            (high - low) / (2 * NORMAL),
        )


@dataclass(frozen=True)
class Gain:
    """A gain of balanced accuracy with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_noise(self) -> bool:
        """Whether it may as well be none."""
        return self.low <= 0 <= self.high

    @property
    def is_vague(self) -> bool:
        """Whether its interval is too wide to be worth telling."""
        return self.is_noise and self.high - self.low > WIDE


@dataclass(frozen=True)
class Advice:
    """What the curve says of more labels."""

    recommendation: Recommendation
    rounds: int = 0
    """Over which `gain` was."""
    gain: Gain | None = None
    """Of the last rounds; None before there are `FEWEST`."""
    ahead: Gain | None = None
    """What as many labels again are expected to bring."""
    is_coarse: bool = False
    """Whether the images that measure it are few."""


def advise(points: Sequence[Point]) -> Advice:
    """Say whether to go on labelling.

    Args:
        points: of the measured rounds, in their order; a round with the labels of another takes
            its place.
    """
    known = in_order(points)
    if len(known) < FEWEST:
        return Advice("early")
    recent = known[-WINDOW:]
    before, last = known[-1 - SPAN], known[-1]
    slope, error, noise = _trend(recent)
    student = STUDENT[len(recent) - 3]
    gain = _around(last.value - before.value, student * noise * math.sqrt(2))
    reach = math.log2((2 * last.labels - before.labels) / last.labels)
    ahead = _around(slope * reach, student * error * reach)
    above_chance = last.value - student * noise > last.chance
    is_coarse = last.grain >= COARSE
    return Advice(_recommend(gain, ahead, above_chance), SPAN, gain, ahead, is_coarse)


def in_order(points: Sequence[Point]) -> list[Point]:
    """Return points ascending by their labels; a later one takes the place of one with as many."""
    return sorted({point.labels: point for point in points}.values(), key=lambda p: p.labels)


def _recommend(gain: Gain, ahead: Gain, above_chance: bool) -> Recommendation:
    if ahead.high < WORTH and gain.low < WORTH and above_chance:
        return "enough"
    return "go on" if ahead.low > 0 or gain.low > 0 else "unclear"


def _trend(points: Sequence[Point]) -> tuple[float, float, float]:
    """Return slope a doubling of the labels, its standard error, and the scatter about the line."""
    x = np.log2([point.labels for point in points])
    y = np.array([point.value for point in points])
    x = x - x.mean()
    spread = float((x**2).sum())
    slope = float((x * y).sum()) / spread
    rest = y - y.mean() - slope * x
    noise = math.sqrt(float((rest**2).sum()) / (len(points) - 2))
    noise = max(noise, *(point.grain for point in points))  # rounds that agree do so by luck
    return slope, noise / math.sqrt(spread), noise


def _around(value: float, half: float) -> Gain:
    return Gain(value, value - half, value + half)


def sentence(advice: Advice) -> str:
    """Say it in one plain sentence or two."""
    if advice.gain is None:
        return tr("Keep going: the rounds so far are too few to say what more labels bring.")
    helps = tr("Keep going: labels still help.")
    rises = tr("Keep going: over more rounds it still rises.")
    if advice.gain.is_vague:
        gain = vague_sentence(advice.rounds, advice.is_coarse)
        waits = ""
    else:
        gain = gain_sentence(advice.gain, advice.rounds)
        waits = waits_sentence()
    words = {
        "enough": tr("More labels are unlikely to change much."),
        "go on": rises if advice.gain.is_noise else helps,
        "unclear": waits,
        "early": "",
    }
    return f"{gain} {words[advice.recommendation]}".strip()


def waits_sentence() -> str:
    """Say that it is too early to tell."""
    return tr("Keep going: a few more rounds will tell whether labels still help.")


def vague_sentence(rounds: int, is_coarse: bool) -> str:
    """Say why the gain of the last rounds cannot be told from noise."""
    if is_coarse:
        return tr_count(
            "That cannot be told yet: what the last round changed may be chance, since few images "
            "measure it. More labels will tell.",
            "That cannot be told yet: what the last {count} rounds changed may be chance, since "
            "few images measure it. More labels will tell.",
            rounds,
        )
    return tr_count(
        "That cannot be told yet: the rounds so far differ so much that what the last one changed "
        "may be chance. More labels will tell.",
        "That cannot be told yet: the rounds so far differ so much that what the last {count} "
        "changed may be chance. More labels will tell.",
        rounds,
    )


def gain_sentence(gain: Gain, rounds: int) -> str:
    """Say what the last rounds gained."""
    values = {"gain": points(gain.value), "low": points(gain.low), "high": points(gain.high)}
    if gain.is_noise:
        return tr_count(
            "The last round changed balanced accuracy by {gain} points ({low} to {high}), within "
            "the noise.",
            "The last {count} rounds changed balanced accuracy by {gain} points ({low} to {high}), "
            "within the noise.",
            rounds,
            **values,
        )
    return tr_count(
        "The last round changed balanced accuracy by {gain} points ({low} to {high}).",
        "The last {count} rounds changed balanced accuracy by {gain} points ({low} to {high}).",
        rounds,
        **values,
    )


def fall_sentence(points: Sequence[Point], *, surely: bool = False) -> str:
    """Say that the last rounds fell, and whether measuring alone may explain it; "" if none did.

    They fell where the last lies below one of the `SPAN` before it; told is the highest of these.

    Args:
        points: of rounds that were measured on the same images.
        surely: whether only a fall that measuring does not explain is told.
    """
    fall = _fall(points)
    if fall is None or fall.points < WORTH or (surely and fall.may_be_chance):
        return ""
    said = tr_count(
        "Balanced accuracy fell by {fall} points over the last round",
        "Balanced accuracy fell by {fall} points over the last {count} rounds",
        fall.rounds,
        fall=decimal(100 * fall.points, 0 if fall.points >= 2 * WORTH else 1),
    )
    if fall.may_be_chance:
        return tr("{fell}; that may be chance.", fell=said)
    return tr("{fell}; that is more than chance in measuring explains.", fell=said)


@dataclass(frozen=True)
class _Fall:
    """How far the last round lies below the best of those shortly before it."""

    rounds: int
    points: float
    """Of balanced accuracy, in [0, 1]."""
    may_be_chance: bool
    """Whether measuring alone explains it."""


def _fall(points: Sequence[Point]) -> _Fall | None:
    """Return the fall of the last rounds; None where the last is the best of them."""
    known = in_order(points)
    if len(known) < 2:
        return None
    last, before = known[-1], known[-1 - SPAN : -1]
    highest = max(reversed(before), key=lambda point: point.value)
    if highest.value <= last.value:
        return None
    fall, errors = highest.value - last.value, math.hypot(highest.error, last.error)
    half = max(NORMAL * errors, highest.grain, last.grain)
    return _Fall(len(known) - 1 - known.index(highest), fall, fall <= half)


def points(share: float) -> str:
    """Return a difference of shares in points of a hundred, with its sign."""
    written = round(100 * share, 1)
    return ("−" if written < 0 else "+") + decimal(abs(written), 1)  # also where it is +0.0


def own_at(curve: Sequence[Point], labels: int) -> float | None:
    """Return the curve's value at so many labels, between its points; None beyond them."""
    known = in_order(curve)
    if not known or not known[0].labels <= labels <= known[-1].labels:
        return None
    x = np.log2([point.labels for point in known])
    return float(np.interp(math.log2(labels), x, [point.value for point in known]))


def chance_sentence(by_chance: ByChance, curve: Sequence[Point]) -> str:
    """Say what random choice would have given at as many labels; "" where that is not known.

    Args:
        by_chance: what random choice gave.
        curve: of the rounds that were measured on the same images, and on no others: a value on
            other images is no comparison.
    """
    own = own_at(curve, by_chance.labels)
    if own is None:
        return ""
    low, high = by_chance.metrics.balanced_accuracy_interval
    return tr(
        "A model taught with {labels} images picked at random has a balanced accuracy of {value} "
        "({low} to {high}). Between its rounds, this project had about {own} with as many labels: "
        "{gain} points, as near as the random images can tell.",
        labels=number(by_chance.labels),
        value=percent(by_chance.metrics.balanced_accuracy, 1),
        low=percent(low, 1),
        high=percent(high, 1),
        own=percent(own, 1),
        gain=points(own - by_chance.metrics.balanced_accuracy),
    )
