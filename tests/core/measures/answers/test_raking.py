"""Weights that bring answers into line with the pool."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures.answers.raking import HELD, raked, standing_for

SEEDS = st.integers(0, 300)


def answers(seed, count=40):
    random = np.random.default_rng(seed)
    return random.uniform(0.1, 3.0, count), random.normal(size=(count, 3))


def predicted(count, sure, classes=3):
    """Return (count, classes) predictions that are as sure as that, of each class in turn."""
    others = (1 - sure) / (classes - 1)
    return (
        np.full((count, classes), others)
        + (sure - others) * np.eye(classes)[np.arange(count) % classes]
    )


@given(SEEDS)
def test_weights_are_positive_with_a_mean_of_one(seed):
    weights = raked(*answers(seed))
    assert (weights > 0).all()
    assert weights.mean() == pytest.approx(1)


@given(SEEDS)
def test_means_are_met_where_nothing_holds_the_weights(seed):
    start, apart = answers(seed)
    apart -= apart.mean(0)  # so that 0 lies among them
    assert raked(start, apart, held=0.0) @ apart == pytest.approx(0, abs=0.02)


@given(SEEDS)
def test_what_holds_the_weights_leaves_them_part_of_the_way(seed):
    start, apart = answers(seed)
    before, after = (w @ apart / w.sum() for w in (start, raked(start, apart)))
    assert np.linalg.norm(after) <= np.linalg.norm(before) + 1e-6
    assert raked(start, apart, held=1e9) == pytest.approx(start / start.mean(), rel=1e-3)


@given(SEEDS)
def test_of_two_kinds_each_counts_as_it_does_in_the_pool(seed):
    """Raked on one column of two values weights are those of post-stratification."""
    random = np.random.default_rng(seed)
    kind, share = np.arange(40) < random.integers(1, 40), random.uniform(0.1, 0.9)
    start = random.uniform(0.1, 3.0, 40)
    weights = raked(start, (kind - share)[:, None], held=0.0)
    expected = start * np.where(kind, share / start[kind].sum(), (1 - share) / start[~kind].sum())
    assert weights == pytest.approx(expected * 40, rel=0.02)


def test_answers_that_are_like_the_pool_keep_their_weights():
    sure = predicted(30, 0.9)
    assert standing_for(np.ones(30), sure, sure) == pytest.approx(np.ones(30))


def test_hard_answers_count_for_less_where_the_pool_is_easy():
    unseen = np.concatenate((predicted(30, 0.5), predicted(30, 0.9)))
    weights = standing_for(np.ones(60), unseen, predicted(300, 0.9))
    hard = 30 / 360  # the part of the pool that is predicted so
    assert hard < weights[:30].sum() / 60 < 0.2
    many = np.tile(unseen, (20, 1))
    firm = standing_for(np.ones(1200), many, predicted(6000, 0.9))
    assert firm[many.max(1) < 0.6].sum() / 1200 == pytest.approx(600 / 7200, abs=0.02)
    assert HELD > 0


def test_where_nothing_is_left_to_ask_for_weights_stay_nearly_as_they_are():
    random = np.random.default_rng(0)
    unseen = random.dirichlet(np.ones(3), 200)
    weights = standing_for(np.ones(200), unseen, np.empty((0, 3)))
    assert weights == pytest.approx(np.ones(200))
