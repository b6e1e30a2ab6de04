"""What is said of an operating point: in the window, on the model's card and in the report."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autoal_gui.core.language import (
    certainty,
    decimal,
    mark,
    number,
    percent,
    threshold_percent,
    tr,
    tr_count,
)
from autoal_gui.core.measures.answers.estimated_share import EstimatedShare
from autoal_gui.core.measures.metrics import Share
from autoal_gui.core.measures.operating.decision import Opinion, Threshold, decided
from autoal_gui.core.measures.operating.point import (
    FEWEST,
    FEWEST_GROUPS,
    Bools,
    OperatingPoint,
    OperatingRule,
    Performance,
    Units,
    sides,
)

FITTED = mark("They say less of new images than what stands above.")
MANY = 100  # images from which on a share is told to a tenth of a per cent
TWO = 2  # classes, of which the other one can be named
NOTHING = re.compile(
    r"(?<!non.)(?<!not.)\b(normal|normale|healthy|negative|benign|none|control|controls|no finding"
    r"|gesund|negativ|gutartig|unauffällig|sain|négatif|bénin|sano|negativo|benigno)\b"
    r"|^(正常|阴性|良性)",
    re.IGNORECASE,
)
"""What classes are called, in the languages of the window, by which nothing has been found."""


def says_nothing_is_there(name: str) -> bool:
    """Say whether a class's name tells that nothing was found: it is not what one looks for."""
    return NOTHING.search(name.replace("_", " ")) is not None


def threshold_sentence(classes: Sequence[str], index: int, value: float) -> str:
    """Say from which probability on an image is given a class, and which class it else is given."""
    values = {"name": classes[index], "value": threshold_percent(value)}
    if len(classes) == TWO:
        return tr(
            "An image is given “{name}” where its probability is {value} or more, else “{other}”.",
            **values,
            other=classes[1 - index],
        )
    return tr(
        "An image is given “{name}” where its probability is {value} or more, else the likeliest "
        "of the other classes.",
        **values,
    )


def would_sentence(classes: Sequence[str], index: int, value: float) -> str:
    """Say the same of a threshold that is looked at and not in use."""
    values = {"name": classes[index], "value": threshold_percent(value)}
    if len(classes) == TWO:
        return tr(
            "With this point an image would be given “{name}” where its probability is {value} or "
            "more, else “{other}”.",
            **values,
            other=classes[1 - index],
        )
    return tr(
        "With this point an image would be given “{name}” where its probability is {value} or "
        "more, else the likeliest of the other classes.",
        **values,
    )


def found_sentence(name: str, share: Share) -> str:
    """Say how many images of a class are found."""
    if isinstance(share, EstimatedShare):
        return tr(
            "Finds about {value} of “{name}” (sensitivity; {low} to {high}), estimated from "
            "{count} labels.",
            name=name,
            **_values(share),
        )
    return tr(
        "Finds {found} of {count} “{name}”: sensitivity {value} ({low} to {high}).",
        name=name,
        **_values(share),
    )


def left_sentence(share: Share) -> str:
    """Say how many images of the other classes are not mistaken for it."""
    if isinstance(share, EstimatedShare):
        return tr(
            "Of the others about {value} are rightly not called it (specificity; {low} to {high}), "
            "estimated from {count} labels.",
            **_values(share),
        )
    return tr(
        "Of {count} others {found} are rightly not called it: specificity {value} ({low} to "
        "{high}).",
        **_values(share),
    )


def in_all_sentence(
    truth: npt.NDArray[np.integer],
    probabilities: npt.NDArray[np.floating],
    threshold: Threshold,
    weights: npt.NDArray[np.floating] | None = None,
) -> str:
    """Say how many images of all classes are right at a point, and by the highest probability.

    Args:
        truth: (n,) the class of each image.
        probabilities: (n, C).
        threshold: that of the point.
        weights: (n,) positive, how much of the pool each stands for; None for images that measure.
    """
    at_point, likeliest = (decided(probabilities, one) == truth for one in (threshold, None))
    if weights is None:
        return tr(
            "Of the {count} images that choose it, all classes together, {found} are right with "
            "this point, by the highest probability {other}.",
            found=number(int(at_point.sum())),
            count=number(len(truth)),
            other=number(int(likeliest.sum())),
        )
    found, other = (
        percent(float(weights[right].sum() / weights.sum())) for right in (at_point, likeliest)
    )
    return tr(
        "Of all classes together about {found} of your images are right with this point, by the "
        "highest probability about {other}.",
        found=found,
        other=other,
    )


def precision_sentence(name: str, found: Performance) -> str:
    """Say how often the class is right when it is given, and that this hangs on its share."""
    share = found.precision
    if share is None:
        return ""
    values = {"name": name, "part": percent(found.part), **_values(share)}
    if isinstance(share, EstimatedShare):
        return tr(
            "Of the images given “{name}”, about {value} rightly are ({low} to {high}); where "
            "“{name}” is rarer than here (about {part} of the images), fewer are.",
            **values,
        )
    del values["count"]
    return tr_count(
        "Given “{name}”: {count} image, {found} of it rightly ({value}, {low} to {high}); where "
        "“{name}” is rarer than here ({part} of the images), fewer rightly.",
        "Given “{name}”: {count} images, {found} of them rightly ({value}, {low} to {high}); where "
        "“{name}” is rarer than here ({part} of the images), fewer rightly.",
        share.count,
        **values,
    )


def fresh_sentence(found: Performance) -> str:
    """Say what to expect of new images; `FITTED` says why that differs."""
    left = _values(found.specificity)
    if isinstance(found.sensitivity, EstimatedShare):
        return tr(
            "Expected on new images like yours: about {value} ({low} to {high}) of the class "
            "found, and about {left_value} ({left_low} to {left_high}) of the others rightly not "
            "called it. To tell, the threshold was chosen on some of the labels and tried on the "
            "others, in turn.",
            **_values(found.sensitivity),
            **{"left_" + name: value for name, value in left.items()},
        )
    return tr(
        "Expected on new images like those that measure: {found} of {count} ({value}, {low} to "
        "{high}) of the class found, and {left_found} of {left_count} ({left_value}, {left_low} to "
        "{left_high}) of the others rightly not called it. To tell, the threshold was chosen on "
        "some of the images and tried on the others, in turn. Images of another place or device "
        "may do better or worse.",
        **_values(found.sensitivity),
        **{"left_" + name: value for name, value in left.items()},
    )


def kept_sentence(name: str, point: OperatingPoint) -> str:
    """Say which point models are used at."""
    values = {
        "name": name,
        "value": threshold_percent(point.threshold.value),
        "least": percent(point.rule.least, 1),
    }
    if point.rule.kind == "sensitivity":
        return tr(
            "In use: “{name}” from {value} on, for a sensitivity of at least {least}.", **values
        )
    return tr("In use: “{name}” from {value} on, for a specificity of at least {least}.", **values)


def asked_sentence(rule: OperatingRule) -> str:
    """Say what is asked for."""
    least = percent(rule.least, 1)
    if rule.kind == "sensitivity":
        return tr("Asked for: a sensitivity of at least {least}.", least=least)
    return tr("Asked for: a specificity of at least {least}.", least=least)


def changed_sentence(name: str, rule: OperatingRule, now: float, before: float) -> str:
    """Say that a rule chose another threshold for a new model; "" where it looks the same.

    Args:
        name: of the class.
        rule: that chose both.
        now: the threshold of the last model.
        before: that of the model before it.
    """
    values = {"name": name, "now": threshold_percent(now), "before": threshold_percent(before)}
    if values["now"] == values["before"]:
        return ""
    if rule.kind == "sensitivity":
        return tr(
            "The threshold for “{name}” is {now} now ({before} before): chosen anew for this "
            "model, for the same sensitivity.",
            **values,
        )
    return tr(
        "The threshold for “{name}” is {now} now ({before} before): chosen anew for this model, "
        "for the same specificity.",
        **values,
    )


def why_not(name: str, inside: Bools, units: Units = None) -> str:
    """Say why no threshold of a class can be measured; "" where one can.

    Args:
        name: of the class.
        inside: (n,) whether each image is of it.
        units: (n,) what stays together; None where each image stands alone.
    """
    own, others = sides(inside, units)
    if min(own.images, others.images) < FEWEST:
        return tr(
            "Not measured yet: a threshold is chosen by at least {least} images of “{name}” and "
            "{least} of the other classes. Now {own} and {others} count.",
            name=name,
            least=number(FEWEST),
            own=number(own.images),
            others=number(others.images),
        )
    if own.is_enough and others.is_enough:
        return ""
    return tr_count(
        "Not measured: the images come from {count} group, such as a patient; {least} are needed "
        "of “{name}” and of the others to choose a threshold by.",
        "Not measured: the images come from {count} groups, such as patients; {least} are needed "
        "of “{name}” and of the others to choose a threshold by.",
        min(own.groups, others.groups),
        name=name,
        least=number(FEWEST_GROUPS),
    )


def _values(share: Share) -> dict[str, str]:
    low, high = share.interval
    return {
        "found": number(share.found),
        "count": number(share.count),
        "value": percent(share.value, int(share.count >= MANY)),  # 89.7% is not the 90% asked for
        "low": decimal(100 * low, 0),
        "high": percent(high),
    }


def opinion_values(classes: Sequence[str], opinion: Opinion) -> dict[str, str]:
    """Return the class given, and the probability: of a likelier class, where there is one."""
    name = classes[opinion.class_index]
    if opinion.likelier is None:
        return {"name": name, "share": certainty(opinion.share)}
    other, share = opinion.likelier
    return {"name": name, "other": classes[other], "share": certainty(share)}


def opinion_words(classes: Sequence[str], opinion: Opinion) -> str:
    """Say that alone, as it stands below a small image."""
    values = opinion_values(classes, opinion)
    if opinion.likelier is None:
        return f"{values['name']} {values['share']}"
    return tr("{name} ({other}: {share})", **values)
