from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.sets.folds import are_alone, deal_units

UNITS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 2)), min_size=1, max_size=40)


@given(UNITS, st.integers(2, 5), st.integers(0, 3))
def test_no_unit_is_torn_and_no_fold_is_empty(images, folds, seed):
    units, classes = zip(*images, strict=True)
    dealt = deal_units(units, classes, folds, seed)
    assert len(set(zip(units, dealt, strict=True))) == len(set(units))
    assert set(dealt) == set(range(min(folds, len(set(units)))))
    assert dealt == deal_units(units, classes, folds, seed)


@pytest.mark.parametrize("seed", range(5))
def test_the_patients_of_each_class_are_spread_over_the_folds(seed):
    units = [patient for patient in range(20) for _ in range(6)]
    classes = [patient % 2 for patient in units]
    dealt = deal_units(units, classes, 5, seed)
    assert set(Counter(zip(dealt, classes, strict=True)).values()) == {12}


def test_other_seeds_deal_otherwise():
    units = [patient for patient in range(20) for _ in range(6)]
    classes = [patient % 2 for patient in units]
    assert len({deal_units(units, classes, 5, seed) for seed in range(5)}) == 5


@pytest.mark.parametrize(
    ("units", "alone"), [(None, True), ((), True), ((3, 1, 2), True), ((3, 1, 3), False)]
)
def test_images_are_alone_where_no_two_share_a_unit(units, alone):
    assert are_alone(units) is alone
