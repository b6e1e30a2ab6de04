"""What no model at all would have right: always saying the commonest class."""

from collections.abc import Sequence

from autoal_gui.core.language import percent, tr
from autoal_gui.core.measures.metrics import Metrics


def better_words(metrics: Metrics, classes: Sequence[str]) -> str:
    """Say that a model is not shown to be better than no model; "" where it is."""
    index, share = metrics.commonest
    if metrics.accuracy_interval[0] > share:
        return ""
    return tr(
        "That is not shown to be better than always saying “{name}” ({share}).",
        name=classes[index],
        share=percent(share),
    )


def baseline_words(metrics: Metrics, classes: Sequence[str]) -> str:
    """Say what always saying the commonest class has right, and whether the model has more."""
    index, share = metrics.commonest
    words = tr(
        "Always saying “{name}” would have {share}.",
        name=classes[index],
        share=percent(share, 1),
    )
    if metrics.accuracy_interval[0] > share:
        return words
    return f"{words} {tr('The model is not shown to be better than that.')}"
