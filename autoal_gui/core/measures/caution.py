"""Which predictions a model does not stand by, why, and which a person should look at first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import (
    clauses,
    decimal,
    mark,
    number,
    percent,
    threshold_percent,
    tr,
    tr_count,
)
from autoal_gui.core.measures.answers.estimated_share import EstimatedShare
from autoal_gui.core.measures.conformal import FEWEST, Calibration
from autoal_gui.core.measures.metrics import Share
from autoal_gui.core.measures.operating.decision import CLOSE, Threshold, decided, is_close

Reason = Literal["unlike", "several", "scarce", "unsure", "differ"]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""The most pressing first; the last alone does not keep a model from answering."""
NO_REASON = len(REASONS)
NEARLY_ALL = 0.9  # of the images: what is unlike is then said of all of them together
Mask = npt.NDArray[np.bool_]

REASON_WORDS: dict[Reason, str] = {
    "unlike": mark("unlike anything it has learned from"),
    "several": mark("between classes"),
    "scarce": mark("of a class that it has learned from too few images"),
    "unsure": mark("less certain than asked for"),
    "differ": mark("named differently by the models"),
}

OTHER = mark("its likeliest class is another one")
AT_THRESHOLD = mark("close to the threshold of {value}")
TIED = mark("two classes are nearly as likely")
AS_LOW = mark(
    "of the images that measure it about {part} or more had a true class with a probability of "
    "{share} or less"
)


@dataclass(frozen=True)
class Rule:
    """When a model is not to answer."""

    least: float = 0.0
    """Certainty below which it does not, in [0, 1]."""
    level: float = 0.9
    """How often the set of classes is to hold the true one, in (0, 1); used where there is a
    `Calibration`."""
    scarce: tuple[int, ...] = ()
    """Class indices that it has learned from too few images to give, see `scarce_classes`."""


@dataclass(frozen=True, eq=False)
class Caution:
    """What to make of the predictions of n images."""

    reasons: npt.NDArray[np.int8] = field(repr=False)
    """(n,) the place of the most pressing reason in `REASONS`; `NO_REASON` where there is none."""
    sets: Mask | None = field(default=None, repr=False)
    """(n, C) which classes are possible; None where nothing is calibrated."""
    ordinary: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    """(n,) see `Calibration.ordinary`; None likewise."""

    @classmethod
    def of(
        cls,
        probabilities: npt.NDArray[np.floating],
        rule: Rule,
        calibration: Calibration | None = None,
        distances: npt.NDArray[np.floating] | None = None,
        differ: Mask | None = None,
        threshold: Threshold | None = None,
    ) -> "Caution":
        """Judge predictions.

        Args:
            probabilities: (n, C).
            rule: when not to answer; an image of a scarce class always needs a look.
            calibration: of the model; None where nothing measures it.
            distances: (n,) from what it learned from; None where that is not known.
            differ: (n,) whether another model gives another class; None for no other model.
            threshold: by which an image is given its class, see `decided`.
        """
        no = np.zeros(len(probabilities), np.bool_)
        found: dict[Reason, Mask] = {"unsure": probabilities.max(1, initial=0.0) < rule.least}
        if len(probabilities):
            found["scarce"] = np.isin(decided(probabilities, threshold), rule.scarce)
        sets = ordinary = None
        if calibration is not None:
            sets = calibration.sets(probabilities, rule.level, threshold)
            found["several"] = sets.sum(1) > 1
            if distances is not None:
                ordinary = calibration.ordinary(distances)
                found["unlike"] = calibration.unlike(distances)
        if differ is not None:
            found["differ"] = differ
        reasons = np.full(len(no), NO_REASON, np.int8)
        for place in reversed(range(NO_REASON)):
            reasons[found.get(REASONS[place], no)] = place
        return cls(reasons, sets, ordinary)

    @property
    def answers(self) -> Mask:
        """(n,) whether the model stands by its answer."""
        mask: Mask = self.reasons >= REASONS.index("differ")
        return mask

    @property
    def needs_look(self) -> Mask:
        """(n,) whether there is any reason to look."""
        mask: Mask = self.reasons < NO_REASON
        return mask

    def reason(self, row: int) -> Reason | None:
        """Return why one image is to be looked at."""
        place = int(self.reasons[row])
        return REASONS[place] if place < NO_REASON else None

    def possible(self, row: int, classes: Sequence[str]) -> list[str]:
        """Return the names of the classes that are possible for one image."""
        if self.sets is None:
            return []
        return [name for name, inside in zip(classes, self.sets[row], strict=True) if inside]


def look_sentence(caution: Caution) -> str:
    """Say how many images are to be looked at."""
    found, total = int(caution.needs_look.sum()), len(caution.reasons)
    if not found:
        return tr_count(
            "No reason to look at the {count} image first.",
            "No reason to look at any of {count} images first.",
            total,
        )
    return tr_count(
        "Look at these first: {found} of {count} image",
        "Look at these first: {found} of {count} images",
        total,
        found=number(found),
    )


def unlike_sentence(caution: Caution) -> str:
    """Say that (nearly) all images are unlike what was learned from; "" where they are not."""
    total = len(caution.reasons)
    found = int((caution.reasons == REASONS.index("unlike")).sum())
    if not total or found < NEARLY_ALL * total:
        return ""
    if found < total:
        return tr(
            "{found} of {count} images do not look like what the model learned from. Hardly any "
            "answer here can be relied on.",
            found=number(found),
            count=number(total),
        )
    return tr_count(
        "This image does not look like what the model learned from. The answer cannot be relied "
        "on.",
        "None of these images looks like what the model learned from. No answer here can be relied "
        "on.",
        total,
    )


def reasons_sentence(caution: Caution) -> str:
    """Say why images are to be looked at, and how many for each reason; nothing for none."""
    counts = np.bincount(caution.reasons, minlength=NO_REASON + 1)[:NO_REASON]
    words = [
        f"{number(int(count))} {tr(REASON_WORDS[reason])}"
        for reason, count in zip(REASONS, counts, strict=True)
        if count
    ]
    return tr("To look at: {reasons}.", reasons=clauses(words)) if words else ""


def answered_sentence(caution: Caution, rows: npt.NDArray[np.intp], right: Mask) -> str:
    """Say how right a model is where it answers, and where it would not; nothing if it always does.

    Args:
        caution: of all images.
        rows: (m,) the places of images whose class is known.
        right: (m,) whether each of them is predicted right.
    """
    answers = caution.answers[rows]
    if answers.all():
        return ""
    return tr(
        "Of the labelled images it answers {answered} and is right on {right} of these; of the "
        "other {left} it would be right on {guessed}.",
        answered=number(int(answers.sum())),
        right=number(int(right[answers].sum())),
        left=number(int((~answers).sum())),
        guessed=number(int(right[~answers].sum())),
    )


def guarantee(calibration: Calibration | None, rule: Rule) -> str:
    """Say what holds of the sets of classes, and of what is unlike.

    Args:
        calibration: None where no image measures the model.
        rule: when the model is not to answer.
    """
    if calibration is None or not calibration.groups:
        return tr(
            "How sure the model may be is not known here: that takes the project whose last model "
            "it is, with labelled images that measure it."
        )
    held = _held_words(calibration, rule.level)
    few = tr(
        "To say which images are unlike anything it has learned from takes at least {fewest}.",
        fewest=number(FEWEST),
    )
    chance = tr(
        "Of images like these at most {chance} are called unlike anything it has learned from by "
        "mistake. Images of another device, hospital or age group are not always called so.",
        chance=percent(calibration.chance, 1),
    )
    unlike = chance if calibration.tells_unlike else few
    return "\n".join((_measured_words(calibration), held, unlike))


def sure_words(
    calibration: Calibration | None, rule: Rule, threshold: Threshold | None = None
) -> str:
    """Say how many errors there are where nothing calls for a look, by the images that measure.

    "" where that is not known.

    Args:
        calibration: None where no image measures the model.
        rule: when the model is not to answer.
        threshold: by which an image is given its class, see `decided`.
    """
    if calibration is None or calibration.probabilities is None or calibration.truth is None:
        return ""
    given = decided(calibration.probabilities, threshold)
    judged = Caution.of(
        calibration.probabilities, rule, calibration, calibration.distances, threshold=threshold
    )
    answers = judged.answers
    if not answers.any():
        return ""
    is_right, units = (given == calibration.truth)[answers], calibration.units[answers]
    images = number(len(calibration.units))
    if calibration.counts is not None:  # hard images were asked for more often than they occur
        about = EstimatedShare.of_answers(is_right, calibration.counts[answers], units)
        low, high = about.interval
        return tr(
            "Images that need no look can be wrong, too: about {value} of them are right ({low} to "
            "{high}). That is estimated in the project, from {images} answers, each judged by a "
            "model that had not learned from it; {count} of those answers need no look.",
            value=percent(about.value),
            low=decimal(100 * low, 0),
            high=percent(high),
            count=number(about.count),
            images=images,
        )
    right = Share.of(is_right, units)
    low, high = right.interval
    return tr_count(
        "Images that need no look can be wrong, too: of the {images} that measure the model, "
        "{count} needs none, and {right} of these is right ({low} to {high}).",
        "Images that need no look can be wrong, too: of the {images} that measure the model, "
        "{count} need none, and {right} of these are right ({low} to {high}).",
        right.count,
        images=images,
        right=number(right.found),
        low=decimal(100 * low, 0),
        high=percent(high),
    )


def _measured_words(calibration: Calibration) -> str:
    """Say which images measure the model."""
    groups, images = calibration.groups, len(calibration.units)
    if calibration.is_apart:
        told = tr_count(
            "Measured on {count} image that it has not learned from.",
            "Measured on {count} images that it has not learned from.",
            images,
        )
    else:
        told = tr_count(
            "Measured on {count} answer, by a model that had not learned from it. Hard images were "
            "asked for more often than they occur, and count for less.",
            "Measured on {count} answers, each by a model that had not learned from it. Hard "
            "images were asked for more often than they occur, and count for less.",
            images,
        )
    if groups == images:
        return told
    together = tr(
        "Images of one group, such as a patient, and files that are the same count as one, which "
        "leaves {count}.",
        count=number(groups),
    )
    return f"{told} {together}"


def _held_words(calibration: Calibration, level: float) -> str:
    """Say how often the class is among those named as possible."""
    low, high = calibration.held(level)
    if low == 1.0:
        return tr("So few images measure the model that all classes are named as possible.")
    return tr(
        "So many classes are named as possible that the true one is among them for at least about "
        "{level} ({low} to {high}) of images like these. That holds over all of them together, not "
        "for each class, and not for images from elsewhere.",
        level=percent(level),
        low=decimal(100 * low, 0),
        high=percent(high),
    )


def between_words(
    probabilities: npt.NDArray[np.floating],
    possible: npt.NDArray[np.bool_],
    level: float,
    point: Threshold | None = None,
) -> str:
    """Say by which rule of `Calibration.sets` several classes are possible for an image.

    A model may be very certain and yet between classes: where it is surer than it should be, true
    classes have low probabilities, too.

    Args:
        probabilities: (C,) of the image.
        possible: (C,) its set, of two classes or more.
        level: that the set was made for, see `Calibration.threshold`.
        point: by which an image is given its class, see `decided`.
    """
    row = probabilities[None]
    second, first = np.sort(probabilities)[-2:]
    if point is not None and int(decided(row, point)[0]) != int(probabilities.argmax()):
        return tr(OTHER)
    if point is not None and is_close(row, point)[0]:
        return tr(AT_THRESHOLD, value=threshold_percent(point.value))
    if CLOSE * second >= first:
        return tr(TIED)
    least = float(probabilities[possible].min())
    return tr(AS_LOW, part=percent(1 - level), share=threshold_percent(least))
