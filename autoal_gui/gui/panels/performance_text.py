"""What the performance panel says of where its numbers come from."""

import math

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import decimal, mark, number, percent, tr, tr_count
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimate_text import estimate_sentence
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.project.last_model import learned_from
from autoal_gui.core.project.measured_rounds import Measured, measured_rounds
from autoal_gui.core.project.project import Project

NO_EVALUATION = mark("This project has no evaluation set, so that performance cannot be measured.")
AUDIT_TO_COME = mark(
    "This project has no evaluation set. Numbers appear once a few random images have a label."
)
ESTIMATE_TO_COME = mark(
    "No image is set aside: the model learns from every answer, and its performance is estimated "
    "from the same answers. Numbers appear after the first round that trains a model."
)
BY_CHANCE = mark(
    "The two figures are of different images and may differ by chance alone; go by the one above."
)
APART = mark(
    "They differ by more than chance: the evaluation set may be of another kind, or from another "
    "place, than the images you label. Go by the figure above for images like the evaluation set."
)
WAS = mark("The model before: {right}.")
WAS_CHANCE = mark("The model before: {right}. So small a difference may be chance.")


def measured_of(project: Project) -> Measured:
    """Return the rounds that were measured, since the evaluation set is what it is."""
    return measured_rounds(project.rounds.finished(), project.files.curve_start)


def hint(project: Project, measured: Measured) -> str:
    """Say what the numbers rest on, or why there are none."""
    evaluated = len(project.pool.ids("evaluation"))
    if measured:
        return measured_words(*measured[-1])
    run = project.settings.run
    if evaluated == 0 and run.measures_by_answers:
        return tr(ESTIMATE_TO_COME)
    if evaluated == 0:
        audited = run.warm_start or run.is_pretrained
        return tr(AUDIT_TO_COME if audited else NO_EVALUATION)
    missing = len(project.labels.unanswered_evaluation())
    wait = tr_count(
        " {count} of them waits for its label.", " {count} of them wait for their label.", missing
    )
    return tr_count(
        "The evaluation set has {count} image.{wait} "
        "Numbers appear after the first round that trains a model.",
        "The evaluation set has {count} images.{wait} "
        "Numbers appear after the first round that trains a model.",
        evaluated,
        wait=wait if missing else "",
    )


def measured_words(record: RoundRecord, metrics: Metrics) -> str:
    """Say which round is shown, and which images it was measured on."""
    values = {"round": number(record.number), "labels": learned_from(record)}
    if record.metrics is not None:
        return tr_count(
            "Round {round} ({labels}), measured on {count} image of the evaluation set, "
            "which is never trained on.",
            "Round {round} ({labels}), measured on {count} images of the evaluation set, "
            "which are never trained on.",
            metrics.total,
            **values,
        )
    if isinstance(metrics, Estimate):
        return estimate_sentence(metrics, record.number, record.labels)
    return tr_count(
        "Round {round} ({labels}), measured on {count} random image, by a model that had "
        "not seen its label.",
        "Round {round} ({labels}), measured on {count} random images, each by a model that "
        "had not seen its label.",
        metrics.total,
        **values,
    )


def basis_words(images: int, answers: int) -> str:
    """Say which images count where what a method chose would not be a fair sample.

    Args:
        images: that were drawn at random and measured on.
        answers: all that there are.
    """
    return tr_count(
        "Of your {answers} labels {count} counts here: of an image drawn at random. What a method "
        "chose is no fair sample.",
        "Of your {answers} labels {count} count here: of images drawn at random. What a method "
        "chose is no fair sample.",
        images,
        answers=number(answers),
    )


def estimated_words(images: int) -> str:
    """Say for what answers count, see `basis_words`."""
    return tr_count(
        "Estimated from {count} answer, like the share at the top: it was predicted by a model "
        "that had not learned from it, and counts for as many of your images as are predicted "
        "like it.",
        "Estimated from {count} answers, like the share at the top: each was predicted by a model "
        "that had not learned from it, and counts for as many of your images as are predicted "
        "like it.",
        images,
    )


def right_words(metrics: Metrics) -> str:
    """Say in half a sentence how many images are right; by an estimate, of all."""
    if isinstance(metrics, Estimate):
        low, high = metrics.accuracy_interval
        return tr(
            "about {share} ({low} to {high}) of your images right",
            share=percent(metrics.accuracy),
            low=decimal(100 * low, 0),
            high=percent(high),
        )
    values = {"right": number(metrics.correct), "images": number(metrics.total)}
    return tr("right on {right} of {images}", **values)


def change_words(metrics: Metrics, earlier: Metrics) -> str:
    """Say what the model before had right on the same images."""
    before, now = right_words(earlier), right_words(metrics)
    if before == now:
        return tr("The model before had as many right.")
    low, high = earlier.accuracy_interval
    told = WAS_CHANCE if low <= metrics.accuracy <= high else WAS
    return tr(told, right=before)


def audit_words(measured: Metrics, audit: Metrics) -> str:
    """Say how the model does on images drawn at random, and why that may not be the headline.

    Args:
        measured: on the evaluation set; it stands above.
        audit: on images drawn at random from the pool.
    """
    low, high = audit.accuracy_interval
    told = tr_count(
        "For comparison, {right} of {count} random image that you labelled is right: "
        "accuracy {accuracy} ({low} to {high}).",
        "For comparison, {right} of {count} random images that you labelled are "
        "right: accuracy {accuracy} ({low} to {high}).",
        audit.total,
        right=number(audit.correct),
        accuracy=percent(audit.accuracy, 1),
        low=decimal(100 * low, 0),
        high=percent(high),
    )
    return f"{told} {tr(APART if differ(measured, audit) else BY_CHANCE)}"


def differ(one: Metrics, other: Metrics) -> bool:
    """Say whether two accuracies, of different images, differ by more than chance.

    That is so where the 95 % interval of their difference lacks 0 (Newcombe 1998, from both of
    their own intervals); intervals that overlap a little would not tell.
    """
    lower, higher = sorted((one, other), key=lambda metrics: metrics.accuracy)
    below = higher.accuracy - higher.accuracy_interval[0]
    above = lower.accuracy_interval[1] - lower.accuracy
    return higher.accuracy - lower.accuracy > math.hypot(below, above)
