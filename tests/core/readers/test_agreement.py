import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from autoal_gui.core.readers.agreement import Agreement

pairs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=60)


@given(pairs, st.booleans())
def test_kappa_is_that_of_scikit_learn(given_pairs, graded):
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*given_pairs, strict=True)
    assume(len({*first, *second}) > 1)
    expected = cohen_kappa_score(
        first, second, labels=range(4), weights="quadratic" if graded else None
    )
    assert Agreement.of(given_pairs, 4).kappa(graded) == pytest.approx(expected)


@given(pairs)
def test_who_is_first_does_not_matter(given_pairs):
    turned = [(b, a) for a, b in given_pairs]
    for graded in (False, True):
        one, two = (Agreement.of(p, 4).kappa(graded) for p in (given_pairs, turned))
        assert one == pytest.approx(two, nan_ok=True)


@given(pairs)
def test_kappa_is_at_most_the_share_and_one_only_without_a_miss(given_pairs):
    found = Agreement.of(given_pairs, 4)
    kappa = found.kappa()
    assume(not math.isnan(kappa))
    assert kappa <= found.share + 1e-9
    assert (kappa == pytest.approx(1)) == (found.same == found.total)


@given(pairs, st.booleans())
def test_an_interval_holds_its_value(given_pairs, graded):
    found = Agreement.of(given_pairs, 4)
    low, high = found.kappa_interval(graded)
    assert -1 <= low <= high <= 1
    value = found.kappa(graded)
    assert math.isnan(value) or low <= value <= high


def test_ten_images_without_a_miss_are_not_certain_and_a_thousand_nearly():
    few = Agreement(((5, 0), (0, 5))).kappa_interval()
    many = Agreement(((500, 0), (0, 500))).kappa_interval()
    assert few[0] < 0.9 < 0.98 < many[0]
    assert few[1] == many[1] == 1


def test_without_images_or_with_one_class_kappa_is_unknown():
    for counts in (((0, 0), (0, 0)), ((7, 0), (0, 0))):
        assert math.isnan(Agreement(counts).kappa())
        assert Agreement(counts).kappa_interval() == (-1.0, 1.0)
    assert math.isnan(Agreement(((0, 0), (0, 0))).share)
    assert math.isnan(Agreement(()).kappa())


def test_the_interval_holds_the_truth_nineteen_times_of_twenty():
    rng = np.random.default_rng(3)
    truth = np.array([[0.45, 0.08], [0.07, 0.40]])
    expected = 1 - 0.15 / (0.53 * 0.48 + 0.47 * 0.52)
    held = 0
    for _ in range(300):
        table = rng.multinomial(60, truth.ravel()).reshape(2, 2)
        low, high = Agreement(tuple(map(tuple, table.tolist()))).kappa_interval()
        held += low <= expected <= high
    assert 0.92 <= held / 300 <= 0.99


def test_a_miss_by_two_grades_weighs_more_than_two_by_one():
    near = Agreement(((8, 2, 0), (0, 10, 0), (0, 0, 10)))
    far = Agreement(((9, 0, 1), (0, 10, 0), (0, 0, 10)))
    assert near.kappa(graded=True) > far.kappa(graded=True)
    assert near.kappa() < far.kappa()
