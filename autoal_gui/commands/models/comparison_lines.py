"""How several models compare, and what one would not answer, line by line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from autoal_gui.commands.models.measured_lines import scores
from autoal_gui.core.measures.caution import (
    Caution,
    Rule,
    answered_sentence,
    guarantee,
    look_sentence,
    reasons_sentence,
    sure_words,
)
from autoal_gui.core.measures.paired import Difference, paired_sentence
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.core.sets.comparison import Comparison

if TYPE_CHECKING:
    from autoal_gui.learning.inference.predict import Predictions


def comparison_lines(found: Comparison) -> Iterator[str]:
    """Yield how right each model is, then how each compares with the first."""
    first, images = found.names[0], len(found.measured[0].truth)
    yield f"compared on {images} images whose class all models know:"
    for name, one in zip(found.names, found.measured, strict=True):
        yield f"  {name}: {scores(one.metrics)}"
    for name, pair, sure in zip(found.names[1:], found.paired, found.sure, strict=True):
        accuracy, balanced = _points(pair.accuracy), _points(pair.balanced_accuracy)
        yield f"{name} against {first}: accuracy {accuracy}, balanced accuracy {balanced}"
        yield f"  {paired_sentence(first, name, pair, sure)}"


def caution_lines(
    caution: Caution, found: "Predictions", measured: MeasuredImages, rule: Rule
) -> Iterator[str]:
    """Yield how many images need a look and why, and what is guaranteed of that."""
    yield f"{look_sentence(caution)} {reasons_sentence(caution)}".rstrip()
    if measured.images:
        rows = {image: row for row, image in enumerate(found.image_ids)}
        places = np.array([rows[one.image_id] for one in measured.images], np.intp)
        right = measured.given == measured.truth
        yield from filter(None, [answered_sentence(caution, places, right)])
    yield from filter(None, [sure_words(found.calibration, rule, measured.threshold)])
    yield guarantee(found.calibration, rule)


def _points(found: Difference) -> str:
    return f"{found.value:+.4f} ({found.low:+.4f} to {found.high:+.4f})"
