"""What more labels cost and bring, in plain sentences, and how many images measure how finely."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from autoal_gui.core.language import decimal, duration, mark, number, tr, tr_count
from autoal_gui.core.measures.forecast import FEWEST, Expected, Forecast
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.stopping_advice import (
    WIDE,
    WORTH,
    Advice,
    Gain,
    Point,
    advise,
    fall_sentence,
    in_order,
    sentence,
    waits_sentence,
)

GOAL = 0.02  # of balanced accuracy: the gain whose price is told, where it is in reach
MOST_STEPS = 12  # numbers of labels that are looked at
HALF_WIDTHS = (0.1, 0.05, 0.03, 0.02, 0.01)  # of intervals that may be wanted
FINER = 0.8  # of the half width: what is wanted next is narrower by so much at least
BAND_NOTE = mark(
    "Dashed: how balanced accuracy is expected to go on, nine times in ten inside the pale band."
)
NAMED = 5  # classes that are named
FEWEST_TO_LEARN = 5  # labels of a class, outside the evaluation set
FEW, FEW_SHARE = 20, 0.1  # labels of a class, and their share of the commonest's, to be few
MINUTE, LONG = 60.0, 90  # minutes from which on they are told in hours


@dataclass(frozen=True)
class Outlook:
    """What some more labels are expected to bring, and how long they take."""

    more: int
    """Labels beyond those so far."""
    gain: Gain
    """Of the measured balanced accuracy against the last; holds nine times in ten."""
    seconds: float | None
    """Time to give them; None where it is not known."""
    curve: tuple[Expected, ...]
    """The curve drawn on from the last measured round, which is its first point."""
    given: int = 0
    """How many of those labels have been given since that round."""


def outlook(
    points: Sequence[Point],
    batch: int,
    waiting: int,
    seconds_an_answer: float | None = None,
    given: int = 0,
) -> Outlook | None:
    """Say what more labels bring: as few as are worth `GOAL`, at most as many again as so far.

    Args:
        points: of the measured rounds, in their order.
        batch: images that are asked for in a round.
        waiting: images of the pool without an answer.
        seconds_an_answer: as measured.
        given: labels since the last measured round.

    Returns:
        None where there is too little to say: fewer than two measured rounds, an interval that
        says nothing, or no image left.
    """
    known = in_order(points)
    if len(known) < FEWEST or waiting < 1:
        return None
    forecast, last = Forecast(known), known[-1]
    most = min(waiting + given, last.labels)
    step = min(batch, most) * max(1, -(-most // (batch * MOST_STEPS)))
    ahead = [forecast.at(last.labels + more) for more in range(step, most + 1, step)]
    worth = [found for found in ahead if found.value - last.value >= GOAL]
    chosen = (worth or ahead[-1:])[0]
    gain = Gain(*(end - last.value for end in (chosen.value, chosen.low, chosen.high)))
    if gain.high - gain.low > WIDE:
        return None
    more = chosen.labels - last.labels
    now = Expected(last.labels, last.value, last.value, last.value)
    left = max(0, more - given)
    seconds = None if seconds_an_answer is None else left * seconds_an_answer
    return Outlook(more, gain, seconds, (now, *ahead), min(given, more))


def says_little(found: Outlook, short: Mapping[str, int]) -> bool:
    """Say whether a forecast is worth nothing, since classes have too few labels.

    The curve so far knows nothing of a class without a label; one with a few makes it uncertain.

    Args:
        found: the forecast.
        short: how many labels each class has that has too few to learn from, by name.
    """
    may_be_nothing = found.gain.low <= 0 and found.gain.high >= WORTH
    return bool(short) and (may_be_nothing or min(short.values()) == 0)


def agreed(advice: Advice, found: Outlook | None, short: Collection[str] = ()) -> Advice:
    """Return advice that the forecast does not speak against: where it does, time will tell.

    Without a forecast, classes with too few labels speak against an advice to stop.
    """
    if found is None:
        stops = advice.recommendation == "enough" and bool(short)
        return replace(advice, recommendation="unclear") if stops else advice
    rises = advice.recommendation == "go on" and found.gain.high < WORTH
    stops = advice.recommendation == "enough" and found.gain.low >= WORTH
    return replace(advice, recommendation="unclear") if rises or stops else advice


def worth_sentences(
    points: Sequence[Point],
    found: Outlook | None,
    short: Collection[str] = (),
    rare: str = "",
) -> tuple[str, ...]:
    """Say whether more labels are worth it: the advice, then the forecast where there is one.

    Where there is none since classes have too few labels, these are named. Where it is too early
    for advice, what is said of what is to come stands alone, after a fall of the last rounds.
    `rare` is the class with few labels against the others, see `rare_among`.
    """
    advice = agreed(advise(points), found, short)
    fell = fall_sentence(points, surely=advice.gain is not None)
    lacking = f"{short_sentence(short)} {no_forecast_sentence()}" if short else ""
    ahead = lacking if found is None else outlook_sentence(found)
    if advice.gain is not None and fell:  # what scatters as much is no noise to be told beside it
        before = f"{fell} {waits_sentence()}", ""
    else:
        before = sentence(advice) if advice.gain or not ahead else "", fell
    return tuple(filter(None, (*before, ahead, rare_sentence(rare) if rare else "")))


def rare_among(labels: Mapping[str, int]) -> str:
    """Return the class with the fewest labels, where these are few against the commonest; or "".

    Args:
        labels: how many teach each class in use, by name.
    """
    name = min(labels, key=lambda one: labels[one], default="")
    few = labels.get(name, 0)
    is_rare = FEWEST_TO_LEARN <= few < min(FEW, FEW_SHARE * max(labels.values(), default=0))
    return name if is_rare else ""


def rare_sentence(name: str) -> str:
    """Say which class more labels would help most; without numbers, which each answer changes."""
    return tr(
        "“{name}” has less than a tenth as many labels as the commonest class: more labels of it "
        "are likely to help most.",
        name=name,
    )


def short_sentence(names: Collection[str]) -> str:
    """Say which classes have too few labels: more of these help most."""
    told = ", ".join([*list(names)[:NAMED], *(["…"] if len(names) > NAMED else [])])
    return tr_count(
        "{count} class has too few labels to rely on: {names}. More labels of it help most.",
        "{count} classes have too few labels to rely on: {names}. More labels of these help most.",
        len(names),
        names=told,
    )


def no_forecast_sentence() -> str:
    """Say what a forecast takes, where classes lack labels: some classes may never have enough."""
    return tr(
        "A forecast usually takes {fewest} labels of each class that the model learns from.",
        fewest=number(FEWEST_TO_LEARN),
    )


def outlook_sentence(found: Outlook) -> str:
    """Say it in one plain sentence: labels, time and points."""
    left = found.more - found.given
    cost = tr_count("About {count} more label", "About {count} more labels", left)
    if not left:
        cost = tr("The labels given since the last round")
    elif found.seconds is not None:
        cost = tr("{labels}, {time}", labels=cost, time=_spoken(found.seconds))
    if found.gain.high < WORTH:
        most = decimal(100 * max(0.0, found.gain.high), 1)
        return tr("{cost}, for hardly anything: at most {most} points.", cost=cost, most=most)
    low, high = _points(found.gain.low, found.gain.high)
    if found.gain.low <= -WORTH / 2:  # as many points as are told are not told as none
        lost, _ = _points(-found.gain.low, 0.0)
        sentence = mark("{cost}: may gain up to {high} points, may lose up to {low}.")
        return tr(sentence, cost=cost, high=high, low=lost)
    if found.gain.low <= 0:
        return tr("{cost}: may gain up to {high} points, may gain nothing.", cost=cost, high=high)
    return tr("{cost}, for {low} to {high} points.", cost=cost, low=low, high=high)


def _spoken(seconds: float) -> str:
    minutes = round(seconds / MINUTE)
    if seconds < MINUTE or minutes >= LONG:
        return duration(max(1.0, seconds))
    return tr_count("{count} minute", "{count} minutes", minutes)


def _points(low: float, high: float) -> tuple[str, str]:
    """Return two differences of shares in points of a hundred, whole ones where those differ."""
    digits = 0 if round(100 * low) != round(100 * high) else 1
    return decimal(100 * low, digits), decimal(100 * high, digits)


def images_needed(metrics: Metrics, half_width: float) -> int:
    """Return how many measured images an interval of balanced accuracy takes.

    Its width shrinks with the square root of their number, where the classes stay as they are.

    Args:
        metrics: what was measured so far.
        half_width: of the interval that is wanted, above 0.
    """
    return math.ceil(metrics.total * (_half_width(metrics) / half_width) ** 2)


def measuring_sentence(metrics: Metrics, most: int) -> str:
    """Say how finely is measured, and how many images the next finer interval takes.

    Args:
        metrics: what was measured.
        most: how many images there are.
    """
    half = _half_width(metrics)
    wanted = next((width for width in HALF_WIDTHS if width < FINER * half), None)
    if wanted is None:
        return ""
    needed = images_needed(metrics, wanted)
    values = {
        "images": number(metrics.total),
        "now": decimal(100 * half, 0),
        "wanted": decimal(100 * wanted, 0),
    }
    if needed > most:
        return tr(
            "Measured on {images} images, balanced accuracy is known to ± {now} points; ± {wanted} "
            "would take more images than this project has.",
            **values,
        )
    tens = 10 ** max(0, len(str(needed)) - 2)
    return tr(
        "Measured on {images} images, balanced accuracy is known to ± {now} points; ± {wanted} "
        "would take about {needed} images.",
        **values,
        needed=number(-(-needed // tens) * tens),
    )


def _half_width(metrics: Metrics) -> float:
    low, high = metrics.balanced_accuracy_interval
    return (high - low) / 2
