"""Why an image is between classes."""

import numpy as np
import pytest

from autoal_gui.core.measures.caution import between_words
from autoal_gui.core.measures.operating.decision import Threshold

BOTH = np.array([True, True])


@pytest.mark.parametrize(
    ("probabilities", "point", "words"),
    [
        ((0.02, 0.98), Threshold(0, 0.01), "its likeliest class is another one"),
        ((0.011, 0.989), Threshold(1, 0.982), "close to the threshold of 98.2%"),
        ((0.47, 0.53), None, "two classes are nearly as likely"),
        (
            (0.009, 0.991),
            None,
            "of the images that measure it about 10% or more had a true class with a probability "
            "of 0.9% or less",
        ),
        (
            (0.00002, 0.99998),
            Threshold(1, 0.5),
            "of the images that measure it about 10% or more had a true class with a probability "
            "of 0.002% or less",
        ),
    ],
)
def test_the_rule_that_makes_several_classes_possible_is_named(probabilities, point, words):
    assert between_words(np.array(probabilities), BOTH, 0.9, point) == words
