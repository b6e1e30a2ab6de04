"""The card of a model: what it is for, what it learned from, how good it is, how it is used.

It follows Mitchell et al. 2019, "Model Cards for Model Reporting". Like the report it holds class
names and numbers: no file name of an image, no name of a reader or of the project, no comment.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

import autoal_gui
from autoal_gui.core.language import date_time, mark, number, tr, tr_count
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.text import threshold_sentence
from autoal_gui.core.registry import label_of
from autoal_gui.core.report.markdown import markdown
from autoal_gui.core.report.markup import table, tag
from autoal_gui.core.trained_model import TrainedModel, taught_sentences
from autoal_gui.exporters.companions.how_to_use import named, usage
from autoal_gui.exporters.companions.own_usage import SHELL
from autoal_gui.exporters.companions.preparation import EXACT
from autoal_gui.exporters.report_sections import performance_tables

NOT_A_DIAGNOSIS = mark(
    "This card describes a model for research; it is no evidence for use on patients."
)

COLUMNS = mark(
    "The table has a row for each image: its file (image), its class where files or folders name "
    "one (label), the class of the model (predicted) and the probability of each class (p). In "
    'split, "evaluation" are images that files or folders name so, "new file" all others.'
)
LIKELIEST = mark("The tables above count the likeliest class.")


def model_card(model: TrainedModel, exporter: ModuleType, file: str, about: str) -> str:
    """Return the whole card, in Markdown.

    Args:
        model: as its checkpoint holds it.
        exporter: of its format.
        file: name of the file of the model.
        about: what its project tells, see `project_sections`; empty where there is no project.
    """
    card = model.card
    return "\n".join(
        (
            markdown([*_head(card, file), *_use(card)]),
            about or markdown(_measured(card)),
            markdown(
                [
                    *_decision(card, is_alone=not about),
                    *_preparation(card, exporter, file),
                    *_usage(card, exporter, file),
                    *_licence(card, model),
                    *_origin(card),
                ]
            ),
        )
    )


def _head(card: Mapping[str, Any], file: str) -> Iterable[Element]:
    written = tr(
        "Written on {date} (UTC) by AutoAL GUI {version}.",
        date=date_time(datetime.now(timezone.utc)),
        version=autoal_gui.__version__,
    )
    learned = tr_count(
        "It learned from {count} labelled image, in round {round}.",
        "It learned from {count} labelled images, in round {round}.",
        card["labels"],
        round=number(card["round_number"]),
    )
    told = [tr("Of the model in the file {file}.", file=file), written, learned]
    if confirmed := card.get("confirmed", 0):
        told.append(
            tr_count(
                "It also learned from {count} image whose label was confirmed in bulk.",
                "It also learned from {count} images whose labels were confirmed in bulk.",
                confirmed,
            )
        )
    yield tag("h1", tr("Model card"))
    yield tag("p", " ".join(told))


def _use(card: Mapping[str, Any]) -> Iterable[Element]:
    classes = card["classes"]
    kinds = tr("grey images") if card["channels"] == 1 else tr("colour images")
    yield tag("h2", tr("Intended use"))
    yield tag(
        "p",
        tr(
            "It takes one image and gives the probability of each of these classes: {classes}. It "
            "was trained on {kinds}; others are turned into such.",
            classes=", ".join(classes),
            kinds=kinds,
        ),
    )
    if known := taught_sentences(classes, card.get("unseen", ()), card.get("scarce", ())):
        yield tag("p", known)
    yield tag("p", tr(NOT_A_DIAGNOSIS))
    yield _bullets(
        tr(
            "It is for images like those it learned from: of the same kind of device, taken in the "
            "same way, of the same kind of patients. Before it is used on others, it must be "
            "measured on them."
        ),
        tr(
            "It knows only its own classes: an image that belongs to none of them is given one all "
            "the same."
        ),
        tr(
            "A high probability is no proof. What has been measured, and on which images, is told "
            "below."
        ),
    )


def _measured(card: Mapping[str, Any]) -> Iterable[Element]:
    """What the model's own file tells where there is no project."""
    yield tag("h2", tr("Performance"))
    if not card["confusion"]:
        yield tag("p", tr("Nothing has been measured yet."))
        return
    metrics = Metrics(tuple(tuple(row) for row in card["confusion"]))
    words = tr_count(
        "On the {count} image of the evaluation set, from which it never learned.",
        "On the {count} images of the evaluation set, from which it never learned.",
        metrics.total,
    )
    interval = tr("In brackets: 95% interval.")
    alone = tr("The intervals take each image for a patient of its own.")
    yield tag("p", f"{words} {interval} {alone}")
    yield from performance_tables(metrics, card["classes"])


def _decision(card: Mapping[str, Any], *, is_alone: bool) -> Iterable[Element]:
    """Say by what an image is given its class.

    Args:
        card: of the model.
        is_alone: whether the tables come from the file alone; a project says what its own count.
    """
    yield tag("h2", tr("Operating point"))
    if threshold := card.get("threshold"):
        class_index, value = threshold
        yield tag("p", threshold_sentence(card["classes"], class_index, value))
        carried = tr(
            "This file carries the threshold, and AutoAL GUI predicts by it, as do the lines "
            "below; other programs must apply it."
        )
        yield tag("p", f"{tr(LIKELIEST)} {carried}" if is_alone else carried)
        return
    yield tag(
        "p",
        tr(
            "No threshold has been set: an image is given the class with the highest probability, "
            "and sensitivity and specificity above are those of this rule. Whoever sets a "
            "threshold must measure both anew, on images that were not used to choose it."
        ),
    )


def _preparation(card: Mapping[str, Any], exporter: ModuleType, file: str) -> Iterable[Element]:
    side = number(card["input_size"])
    you = tr("your program")
    inside = tr("the model itself") if exporter.PREPARES else tr(WHOLE)
    steps = [
        [tr("Turn upright, decode; what is transparent becomes black"), you],
        [tr("DICOM: rescale, window or table, MONOCHROME1, padding"), you],
        [tr("Make pixels square where the file says that they are not"), you],
        [
            tr(
                "Bring 16 bits to 8: by the file's window, else from the 0.5 to the 99.5 "
                "percentile of the image itself"
            ),
            you,
        ],
        [tr("Grey or colour"), inside],
        [tr("Scale to {side} x {side} pixels, both sides apart", side=side), inside],
        [tr("Divide by 255; subtract the mean, divide by the deviation"), inside],
    ]
    rows: list[list[Element | str]] = [
        [str(place), step, who] for place, (step, who) in enumerate(steps, 1)
    ]
    yield tag("h2", tr("How an image must be prepared"))
    yield tag(
        "p",
        tr(
            "The steps must be done in this order and in this way, or the model's answers mean "
            "nothing. {file} has them with all numbers, for programs.",
            file=f"{file}.preprocessing.json",
        ),
    )
    yield table(tr("From file to network"), [tr("step"), tr("what"), tr("done by")], rows)
    if exporter.PREPARES:
        yield tag(
            "p",
            tr(
                "For a PNG, JPEG or other file of 8 bits a program has only to read it (steps 1 to "
                "4 change nothing but its orientation and transparency). The model takes whole "
                "numbers from 0 to 255: do not scale or normalise them."
            ),
        )
    else:
        yield tag("p", tr(WHOLE_DOES))
        yield tag("p", tr("AutoAL GUI does all of them by itself when it predicts."))
    yield tag(
        "p",
        tr("AutoAL GUI does steps 1 to 4 exactly, for every file that it reads:"),
    )
    yield tag("pre", EXACT)


def _usage(card: Mapping[str, Any], exporter: ModuleType, file: str) -> Iterable[Element]:
    yield tag("h2", tr("How to use the file"))
    yield tag("pre", usage(card, exporter, file))
    if not exporter.PREPARES:
        yield tag("p", tr("For a folder of images, in a terminal:"))
        yield tag("pre", named(SHELL, file))
        yield tag("p", tr(COLUMNS))
    if exporter.SCRIPT:
        yield tag(
            "p",
            tr(
                "{script} does so for PNG, JPEG and other files of 8 bits, for 16-bit grey PNG and "
                "for DICOM with a plain window; what it cannot prepare exactly it refuses.",
                script=f"{file}.predict.py",
            ),
        )
    yield tag(
        "p",
        tr(
            "AutoAL GUI may compute with numbers of 16 bits where the processor is faster with "
            "them; its probabilities then differ from those of this file in the third decimal, "
            "and an image between two classes may be given the other."
        ),
    )


WHOLE = mark("whole_network, see below")
WHOLE_DOES = mark(
    "The lines below give an image of 8 bits to whole_network, which does steps 5 to 7 by itself: "
    "do not scale or normalise the image before. Only a program that uses the weights without "
    "whole_network must do these steps."
)
STARTS = {
    "": mark("Its weights began at random: they come from the project's images alone."),
    "model": mark(
        "Its weights began as those of another model of this program: what that learned from, and "
        "under which terms, is told on its own card."
    ),
    "torchvision": mark(
        "Its weights began as those that torchvision publishes, learned from ImageNet: ImageNet's "
        "terms, research and teaching without profit, may bind whoever uses them."
    ),
    "unknown": mark(
        "Its weights began as those of a file that can no longer be read: ask whoever made the "
        "project for its terms."
    ),
}


IN_WEIGHTS = (mark("; weights: "), mark("; licence: "), mark("; licence not known"))
"""Words of `told_weights`, which a model file keeps in English."""


def _licence(card: Mapping[str, Any], model: TrainedModel) -> Iterable[Element]:
    yield tag("h2", tr("Licence"))
    yield _bullets(
        *_networks(card, model),
        tr(
            "A model may give away what it learned from: who may use it is for the owners of the "
            "project's images to say."
        ),
    )


def _networks(card: Mapping[str, Any], model: TrainedModel) -> Iterable[str]:
    """Say which networks there are, and what the weights of each come from."""
    own = label_of("autoal_gui.backbones", card["architecture"])
    weights, beside = _translated(card.get("weights", "")), card.get("beside", "")
    start = tr("Its weights began as those of {weights}.", weights=weights) if weights else ""
    if not beside:
        yield tr("The network is {name}.", name=own)
        yield start or tr(STARTS[model.started_from])
        return
    other = label_of("autoal_gui.backbones", beside)
    yield _part_of_each(own, other, model.arrays.get("strengths"))
    yield f"{own}: {tr(STARTS[model.started_from])}"
    learned = tr("It has learned from photographs.")
    yield f"{other}: {learned} {start}".rstrip()


def _part_of_each(own: str, other: str, strengths: npt.NDArray[np.generic] | None) -> str:
    """Say which of two networks have a part in what the model says.

    Args:
        own: what was learned from the images.
        other: what stands beside it.
        strengths: of the views, the first of which is `own`'s; None: all count alike.
    """
    if strengths is None or (strengths[0] and strengths[1:].any()):
        both = {"own": own, "other": other}
        return tr("Two networks see each image side by side: {own} and {other}.", **both)
    used, unused = (own, other) if strengths[0] else (other, own)
    return tr(
        "The model goes by {used} alone: the labels spoke against {unused}, which is in the file "
        "and has no part in what the model says.",
        used=used,
        unused=unused,
    )


def _translated(weights: str) -> str:
    """Return what a model file says of weights as the user reads it; names stay as they are."""
    for words in IN_WEIGHTS:
        weights = weights.replace(words, tr(words))
    return weights


def _origin(card: Mapping[str, Any]) -> Iterable[Element]:
    beside = card.get("beside", "")
    yield tag("h2", tr("Settings and versions"))
    rows: list[list[Element | str]] = [[name, found] for name, found in card["versions"]]
    rows += [
        [tr("network"), ", ".join(filter(None, (card["architecture"], card["stem"], beside)))],
        [tr("chosen by"), card["mode"]],
        [tr("SHA-256 over the images of the project"), card["data_hash"]],
    ]
    yield table(tr("Versions"), [tr("what"), tr("which")], rows, "plain")


def _bullets(*lines: str) -> Element:
    return tag("ul", *(tag("li", line) for line in lines))
