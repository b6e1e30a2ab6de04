"""Which predictions a model does not stand by, why, and which a person should look at first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import clauses, mark, number, percent, tr, tr_count
from autoal_gui.core.measures.conformal import FEWEST, Calibration

Reason = Literal["unlike", "several", "unsure", "differ"]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""The most pressing first; the last alone does not keep a model from answering."""
NO_REASON = len(REASONS)
NEARLY_ALL = 0.9  # of the images: what is unlike is then said of all of them together
Mask = npt.NDArray[np.bool_]

REASON_WORDS: dict[Reason, str] = {
    "unlike": mark("unlike anything it has learned from"),
    "several": mark("between several classes"),
    "unsure": mark("less certain than asked for"),
    "differ": mark("named differently by the models"),
}


@dataclass(frozen=True)
class Rule:
    """When a model is not to answer."""

    least: float = 0.0
    """Certainty below which it does not, in [0, 1]."""
    level: float = 0.9
    """How often the set of classes is to hold the true one, in (0, 1); used where there is a
    `Calibration`."""


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
        given: npt.NDArray[np.intp] | None = None,
    ) -> "Caution":
        """Judge predictions.

        Args:
            probabilities: (n, C).
            rule: when not to answer.
            calibration: of the model; None where nothing measures it.
            distances: (n,) from what it learned from; None where that is not known.
            differ: (n,) whether another model gives another class; None for no other model.
            given: (n,) the class that each image is given, which is possible for that; None: the
                likeliest.
        """
        no = np.zeros(len(probabilities), np.bool_)
        found: dict[Reason, Mask] = {"unsure": probabilities.max(1, initial=0.0) < rule.least}
        sets = ordinary = None
        if calibration is not None:
            sets = calibration.sets(probabilities, rule.level)
            if given is not None and len(given):
                sets[np.arange(len(given)), given] = True
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
            "The {count} image needs no look.", "None of {count} images needs a look.", total
        )
    return tr_count(
        "Needs a look: {found} of {count} image",
        "Needs a look: {found} of {count} images",
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


def guarantee(calibration: Calibration | None, level: float) -> str:
    """Say what holds of the sets of classes, and of what is told to be unlike all.

    Args:
        calibration: None where no image measures the model.
        level: of the sets.
    """
    if calibration is None or not calibration.groups:
        return tr(
            "How sure the model may be is not known here: that takes the project whose last model "
            "it is, with an evaluation set."
        )
    groups, images = calibration.groups, len(calibration.units)
    told = tr_count(
        "Measured on {count} image that it has not learned from.",
        "Measured on {count} images that it has not learned from.",
        images,
    )
    if groups < images:
        told = tr_count(
            "Measured on {images} images that it has not learned from. Images of one group, such "
            "as a patient, and files that are the same count as one, which leaves {count}.",
            "Measured on {images} images that it has not learned from. Images of one group, such "
            "as a patient, and files that are the same count as one, which leaves {count}.",
            groups,
            images=number(images),
        )
    held = tr(
        "Of images that come as these did, at least {level} have their class among those named as "
        "possible: over all of them together, not for each class, and not for images from "
        "elsewhere.",
        level=percent(level),
    )
    few = tr(
        "To say which images are unlike anything it has learned from takes at least {fewest}.",
        fewest=number(FEWEST),
    )
    chance = tr(
        "Of such images at most {chance} are called unlike anything it has learned from by chance. "
        "Images of another device, hospital or age group may look alike and not be called so.",
        chance=percent(calibration.chance, 1),
    )
    return " ".join((told, held, few if groups < FEWEST else chance))
