"""What an estimate from all answers rests on, in words."""

from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics

COUNTED_ALIKE = mark("Shares weigh each answer by the images that it stands for; counts do not.")


def estimate_sentence(estimate: Estimate, round_number: int, labels: int) -> str:
    """Say how many answers an estimate rests on, and how each of them counts.

    Args:
        estimate: of a round.
        round_number: which.
        labels: that its model learned from.
    """
    values = {"round": number(round_number), "images": number(estimate.total)}
    if estimate.total < labels:
        return tr(
            "Round {round}: estimated from {images} of {labels} answers (a class with a single "
            "answer cannot be measured). Each image was predicted by a model that had not learned "
            "from it, and counts for as many of your images as are predicted like it.",
            **values,
            labels=number(labels),
        )
    return tr(
        "Round {round}: estimated from the {images} answers given by hand. Each image was "
        "predicted by a model that had not learned from it, and counts for as many of your images "
        "as are predicted like it.",
        **values,
    )


def rests_on(metrics: Metrics, found: int, count: int) -> str:
    """Say how many images a share is of; of an estimate it is no count: each has its own weight."""
    if isinstance(metrics, Estimate):
        return number(count)
    return tr("{found} of {count}", found=number(found), count=number(count))
