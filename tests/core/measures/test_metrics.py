import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics, wilson_interval
from autoal_gui.core.measures.operating.decision import Threshold

answers = st.integers(1, 20).flatmap(
    lambda classes: st.tuples(
        st.just(classes),
        st.lists(st.tuples(*[st.integers(0, classes - 1)] * 2), min_size=1, max_size=60),
    )
)
shares = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def metrics_of(classes, pairs, dtype=np.int64):
    truth, predicted = np.array(pairs, dtype=dtype).reshape(-1, 2).T
    return Metrics.of(truth, predicted, classes), truth, predicted


@given(answers)
def test_counts_and_accuracies_equal_those_of_sklearn(case):
    import sklearn.metrics as sk

    classes, pairs = case
    metrics, truth, predicted = metrics_of(classes, pairs)
    with warnings.catch_warnings():  # sklearn warns of one class, and of classes only predicted
        warnings.simplefilter("ignore", UserWarning)
        confusion = sk.confusion_matrix(truth, predicted, labels=range(classes))
        balanced = sk.balanced_accuracy_score(truth, predicted)
        occurring = np.unique(truth)
        f1 = sk.f1_score(truth, predicted, labels=occurring, average="macro", zero_division=0)
    assert metrics.confusion == tuple(map(tuple, confusion.tolist()))
    assert metrics.total == len(pairs)
    assert metrics.accuracy == pytest.approx(sk.accuracy_score(truth, predicted))
    assert metrics.balanced_accuracy == pytest.approx(balanced)
    assert metrics.macro_f1 == pytest.approx(f1)


@given(shares)
def test_wilson_interval_equals_scipys(share):
    found, count = share
    expected = binomtest(found, count).proportion_ci(0.95, method="wilson")
    assert wilson_interval(found, count) == pytest.approx((expected.low, expected.high), abs=1e-7)


@given(answers)
def test_intervals_hold_their_estimate_and_stay_in_the_unit_interval(case):
    metrics, _, _ = metrics_of(*case)
    for value, (low, high) in (
        (metrics.accuracy, metrics.accuracy_interval),
        (metrics.balanced_accuracy, metrics.balanced_accuracy_interval),
    ):
        assert 0 <= low <= value + 1e-12
        assert value - 1e-12 <= high <= 1


def test_more_images_make_the_intervals_narrower():
    few, many = Metrics(((8, 2), (1, 9))), Metrics(((80, 20), (10, 90)))
    for name in ("accuracy_interval", "balanced_accuracy_interval"):
        low, high = getattr(few, name)
        narrow_low, narrow_high = getattr(many, name)
        assert narrow_high - narrow_low < (high - low) / 2


def test_a_class_of_one_image_is_not_certain():
    low, high = Metrics(((1, 0), (0, 1))).balanced_accuracy_interval
    assert low < 0.7
    assert high == 1


def test_an_absent_class_has_no_sensitivity_and_does_not_count():
    metrics = Metrics(((3, 0, 1), (0, 0, 0), (0, 2, 2)))
    assert metrics.sensitivities[0] == 0.75
    assert math.isnan(metrics.sensitivities[1])
    assert metrics.balanced_accuracy == pytest.approx((0.75 + 0.5) / 2)


def test_no_image_says_nothing():
    metrics = Metrics.of(np.array([], dtype=np.int64), np.array([], dtype=np.int64), 2)
    assert metrics.confusion == ((0, 0), (0, 0))
    assert math.isnan(metrics.accuracy)
    assert math.isnan(metrics.balanced_accuracy)
    assert math.isnan(metrics.macro_f1)
    assert metrics.accuracy_interval == metrics.balanced_accuracy_interval == (0, 1)
    assert wilson_interval(0, 0) == (0, 1)


def test_small_integers_do_not_wrap():
    metrics, _, _ = metrics_of(20, [(19, 18), (19, 19)], dtype=np.uint8)
    assert metrics.confusion[19][18] == metrics.confusion[19][19] == 1


@pytest.mark.parametrize("pairs", [[(0, 2)], [(2, 0)], [(0, -1)], [(-1, 1)]])
def test_an_index_that_is_no_class_is_refused(pairs):
    with pytest.raises(ValueError, match="out of range"):
        metrics_of(2, pairs)


def test_lengths_must_match():
    with pytest.raises(ValueError, match="do not match"):
        Metrics.of(np.array([0, 1]), np.array([0]), 2)


def test_metrics_of_probabilities_take_the_likeliest_class():
    truth = np.array([0, 1, 1])
    probabilities = np.array([[0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], np.float32)
    metrics = Metrics.of_probabilities(truth, probabilities)
    assert metrics.confusion == ((1, 0), (1, 1))
    assert metrics.auroc.macro.value == 0.5  # one of the two pairs is in order
    assert metrics.auroc.classes[0] == metrics.auroc.classes[1]


def test_specificity_is_the_sensitivity_of_the_other_class_where_there_are_two():
    metrics = Metrics(((8, 2), (1, 9)))
    assert metrics.specificities == metrics.sensitivities[::-1]
    assert metrics.specificity_interval(0) == metrics.sensitivity_interval(1)
    assert metrics.specificity_counts(0) == (9, 10)


@given(answers)
def test_specificity_counts_each_image_outside_the_class(case):
    metrics, truth, predicted = metrics_of(*case)
    for c, value in enumerate(metrics.specificities):
        outside = truth != c
        if not outside.any():
            assert math.isnan(value)
        else:
            assert value == pytest.approx(1 - (predicted[outside] == c).mean())


@pytest.mark.parametrize("weights", [None, np.linspace(0.2, 3, 90)])
def test_a_threshold_changes_no_area_and_no_interval_of_it(weights):
    rng = np.random.default_rng(1)
    truth, own = np.arange(90) % 2, rng.uniform(0.2, 0.8, 90)
    own += 0.2 * truth
    rows, units = np.stack([1 - own, own], axis=1), np.arange(90) // 3
    areas = set()
    for threshold in (None, Threshold(1, 0.3), Threshold(0, 0.9)):
        if weights is None:
            found = Metrics.of_probabilities(truth, rows, units, threshold)
        else:
            found = Estimate.of_answers(truth, rows, weights, units, threshold)
        areas.add(found.auroc)
    assert len(areas) == 1
