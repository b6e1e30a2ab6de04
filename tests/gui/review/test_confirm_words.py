"""What the page of the sure ones says, without its window."""

from dataclasses import replace

import numpy as np

from autoal_gui.core.labels.bulk import Check, SureImages
from autoal_gui.gui.review.confirm_words import alone_words


def sure(count):
    ids, classes = np.arange(1, count + 1), np.zeros(count, np.int64)
    return SureImages.of(ids, classes, np.full(count, 0.99), 0)


def test_a_check_that_does_not_pay_yet_names_the_limit_with_which_it_does():
    some, check = sure(60), Check()
    due = some.to_check(check, 0, 1)
    assert not some.is_worth(due)
    words = alone_words(some, due, check)
    few = some.to_check(replace(check, limit=0.05), 0, 1)
    assert words.endswith(
        f"set that limit at the lower left: then {len(few)} are read alone first."
    )
    assert "If up to 5% of the labels may be wrong" in words
    assert alone_words(sure(3), sure(3).to_check(check, 0, 1), check).endswith("sure of more.")
