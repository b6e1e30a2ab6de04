"""What is said where images measured on are nearly the same as some that a model learned from."""

from autoal_gui.core.language import number, percent, tr, tr_count
from autoal_gui.core.measures.metrics import Metrics, NearlyAlike


def alike_sentence(found: NearlyAlike, measured: Metrics) -> str:
    """Say how many there are, and by how much they may flatter.

    Args:
        found: what is known of them.
        measured: on all images of the evaluation set.
    """
    if found.rest is None:
        return tr(
            "All images measured on are nearly the same as images that the model learned from: the "
            "numbers say nothing of new ones."
        )
    many = tr_count(
        "{count} of {images} images measured on is nearly the same as one that the model learned "
        "from.",
        "{count} of {images} images measured on are nearly the same as some that the model learned "
        "from.",
        found.images,
        images=number(measured.total),
    )
    low, high = found.rest.balanced_accuracy_interval
    rest = tr(
        "Without them the balanced accuracy is {rest} ({low} to {high}), with them {all}. Say "
        "which images belong to one patient, so that they are kept together.",
        rest=percent(found.rest.balanced_accuracy, 1),
        low=percent(low, 1),
        high=percent(high, 1),
        all=percent(measured.balanced_accuracy, 1),
    )
    return f"{many} {rest}"
