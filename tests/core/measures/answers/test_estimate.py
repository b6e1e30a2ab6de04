"""What is estimated of a pool from answers that stand for unequal parts of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimated_share import SHARED
from autoal_gui.core.measures.design_effect import NORMAL, student
from autoal_gui.core.measures.metrics import Metrics, wilson_interval

SIZE = 40


def drawn(seed, classes=3):
    random = np.random.default_rng(seed)
    truth = random.integers(classes, size=SIZE)
    powers = np.exp(random.normal(size=(SIZE, classes)) + 2 * np.eye(classes)[truth])
    return truth, powers / powers.sum(1, keepdims=True), random.uniform(0.1, 3.0, SIZE)


@given(st.integers(0, 200))
def test_answers_that_count_alike_are_plain_shares_with_students_interval(seed):
    truth, found, _ = drawn(seed)
    plain = Metrics.of_probabilities(truth, found)
    estimate = Estimate.of_answers(truth, found, np.full(SIZE, 0.7))
    assert estimate.confusion == plain.confusion
    assert estimate.accuracy == pytest.approx(plain.accuracy)
    assert estimate.sensitivities == pytest.approx(plain.sensitivities, nan_ok=True)
    assert estimate.specificities == pytest.approx(plain.specificities, nan_ok=True)
    assert estimate.balanced_accuracy == pytest.approx(plain.balanced_accuracy)
    assert estimate.macro_f1 == pytest.approx(plain.macro_f1)
    assert estimate.macro_auroc == pytest.approx(plain.macro_auroc)
    widened = (SHARED * student(SIZE - 1) / NORMAL) ** 2
    assert estimate.accuracy_interval == pytest.approx(
        wilson_interval(plain.correct, SIZE, widened)
    )


@given(st.integers(0, 200), st.integers(0, SIZE - 1))
def test_an_answer_of_twice_the_weight_counts_like_two(seed, place):
    truth, found, weights = drawn(seed)
    twice = np.append(np.arange(SIZE), place)
    heavy = weights.copy()
    heavy[place] *= 2
    one = Estimate.of_answers(truth, found, heavy)
    two = Estimate.of_answers(truth[twice], found[twice], weights[twice])
    assert one.accuracy == pytest.approx(two.accuracy)
    assert one.balanced_accuracy == pytest.approx(two.balanced_accuracy)
    assert one.macro_auroc == pytest.approx(two.macro_auroc)


@given(st.integers(0, 200))
def test_groups_only_widen_an_interval(seed):
    truth, found, weights = drawn(seed)
    units = np.arange(SIZE) // 4
    alone = Estimate.of_answers(truth, found, weights).said.images
    assert Estimate.of_answers(truth, found, weights, units).said.images <= alone
    for low, high in (
        Estimate.of_answers(truth, found, weights, units).accuracy_interval,
        Estimate.of_answers(truth, found, weights, units).balanced_accuracy_interval,
    ):
        assert 0 <= low <= high <= 1


@given(st.integers(0, 200))
def test_errors_that_count_for_little_widen_an_interval_less(seed):
    truth, found, _ = drawn(seed)
    right = found.argmax(1) == truth
    light = Estimate.of_answers(truth, found, np.where(right, 2.0, 0.5)).said.images
    heavy = Estimate.of_answers(truth, found, np.where(right, 0.5, 2.0)).said.images
    assert right.all() or heavy < light


def test_what_the_pool_has_more_of_counts_more():
    truth = np.array([0] * 10 + [1] * 10)
    found = np.eye(2)[np.zeros(20, int)] * 0.8 + 0.1  # takes everything for class 0
    weights = np.array([9.0] * 10 + [1.0] * 10)
    estimate = Estimate.of_answers(truth, found, weights)
    assert estimate.accuracy == pytest.approx(0.9)
    assert estimate.balanced_accuracy == pytest.approx(0.5)
    assert estimate.confusion == ((10, 0), (10, 0))


def test_twins_of_one_group_do_not_pass_for_two():
    truth, found, _ = drawn(3)
    twice = np.repeat(np.arange(SIZE), 2)
    alone = Estimate.of_answers(truth, found, np.ones(SIZE))
    twins = Estimate.of_answers(truth[twice], found[twice], np.ones(2 * SIZE), twice)
    assert twins.said.images <= alone.said.images * 1.1


def test_a_class_with_one_answer_is_not_known_and_costs_nothing():
    """A model that never saw its only answer cannot find it, which says nothing of the pool."""
    truth, found, weights = drawn(5)
    more, rare = np.append(truth, 3), np.append(weights, 9.0)
    wider = np.pad(found, ((0, 1), (0, 1)), constant_values=0.0)
    wider[-1, 0] = 1.0
    one = Estimate.of_answers(more, wider, rare)
    assert one.accuracy == pytest.approx(Estimate.of_answers(truth, found, weights).accuracy)
    assert np.isnan(one.sensitivities[3])
    twins = np.append(np.arange(SIZE), [SIZE, SIZE])
    both = Estimate.of_answers(more[twins], wider[twins], rare[twins], twins)
    assert np.isnan(both.sensitivities[3])  # two images of one patient are no more


def test_where_every_class_has_one_answer_all_count():
    found = Estimate.of_answers(np.array([0, 1]), np.eye(2)[::-1], np.ones(2))
    assert found.accuracy == 0
