"""The vote of ranks, against scipy and against its own laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import rankdata, spearmanr

from autoal_gui.strategies import entropy, least_confidence, margin
from autoal_gui.strategies.contract import ModelOutputs, rank
from autoal_gui.strategies.vote import percentiles, redundancy_groups, vote, vote_weights

values = st.sampled_from((-3.0, -0.0, 0.0, 0.25, 1.0, 7.0)) | st.floats(-1e6, 1e6)
rows = arrays(np.float64, st.integers(0, 15), elements=values)
tables = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=8), elements=values)


@given(rows)
def test_percentiles_count_what_is_below_and_half_of_what_is_equal(scores):
    below = (scores[None] < scores[:, None]).sum(axis=1)
    equal = (scores[None] == scores[:, None]).sum(axis=1)
    expected = (below + equal / 2) / max(1, len(scores))
    np.testing.assert_allclose(percentiles(scores), expected)


@given(rows)
def test_percentiles_keep_order_and_ties_and_forget_the_scale(scores):
    result = percentiles(scores)
    np.testing.assert_array_equal(rankdata(result), rankdata(scores))
    np.testing.assert_array_equal(percentiles(rankdata(scores) ** 3), result)
    if len(scores):
        assert result.mean() == pytest.approx(0.5)


def test_one_image_stands_in_the_middle():
    assert percentiles(np.array([3.0])).tolist() == [0.5]


@given(tables.filter(lambda scores: scores.shape[1] > 2), st.sampled_from((-0.5, 0.0, 0.5, 0.98)))
def test_groups_are_the_components_of_scipys_correlations(scores, threshold):
    count = len(scores)
    linked = np.eye(count, dtype=int)
    for i in range(count):
        for j in range(i):
            if np.ptp(scores[i]) and np.ptp(scores[j]):
                correlation = spearmanr(scores[i], scores[j]).statistic
            else:
                correlation = 0.0
            if abs(correlation - threshold) < 1e-9:
                return  # rounding decides
            linked[i, j] = linked[j, i] = correlation > threshold
    reachable = np.linalg.matrix_power(linked, count) > 0
    expected = sorted({tuple(np.flatnonzero(row).tolist()) for row in reachable})
    assert list(redundancy_groups(scores, threshold)) == expected


@given(tables)
def test_weights_are_positive_sum_to_1_and_give_each_group_one_vote(scores):
    weights, groups = vote_weights(scores), redundancy_groups(scores)
    assert sorted(sum(groups, ())) == list(range(len(scores)))
    assert (weights > 0).all()
    assert weights.sum() == pytest.approx(1)
    for group in groups:
        assert weights[list(group)].sum() == pytest.approx(1 / len(groups))


@given(tables)
def test_the_vote_is_the_weighted_mean_of_percentiles(scores):
    result = vote(scores)
    expected = np.average(
        [percentiles(row) for row in scores], axis=0, weights=vote_weights(scores)
    )
    np.testing.assert_allclose(result, expected)
    assert ((result > 0) & (result < 1)).all()


@given(tables, st.data())
def test_permuting_the_images_permutes_the_vote(scores, data):
    order = data.draw(st.permutations(range(scores.shape[1])))
    np.testing.assert_array_equal(vote(scores[:, order]), vote(scores)[order])


@given(tables, st.data())
def test_permuting_the_candidates_changes_no_weight(scores, data):
    order = data.draw(st.permutations(range(len(scores))))
    np.testing.assert_allclose(vote_weights(scores[order]), vote_weights(scores)[order])


@given(rows)
def test_one_candidate_gives_its_own_ranking(scores):
    ids = np.arange(len(scores))[::-1].copy()
    none = np.zeros(len(scores))
    np.testing.assert_array_equal(rank(vote(scores[None]), none, ids), rank(scores, none, ids))


@given(tables, st.integers(1, 3))
def test_repeating_a_candidate_changes_nothing(scores, times):
    if not np.ptp(scores[0]):
        return  # constant scores form no group
    repeated = np.concatenate((scores, scores[:1].repeat(times, axis=0)))
    np.testing.assert_allclose(vote(repeated), vote(scores))


@given(tables)
def test_constant_scores_change_no_order(scores):
    silent = np.concatenate((scores, np.full((1, scores.shape[1]), 2.5)))
    assert redundancy_groups(silent)[-1] == (len(scores),)
    differences = np.subtract.outer(vote(scores), vote(scores))
    silenced = np.subtract.outer(vote(silent), vote(silent))
    share = len(redundancy_groups(scores)) / len(redundancy_groups(silent))
    np.testing.assert_allclose(silenced, share * differences, atol=1e-12)


def test_opposite_rankings_are_not_redundant_and_cancel():
    ascending = np.arange(9.0)
    both = np.stack((ascending, -ascending))
    assert redundancy_groups(both) == ((0,), (1,))
    np.testing.assert_allclose(vote(both), 0.5)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_images_to_compare_are_no_error(n):
    scores = np.zeros((3, n))
    assert redundancy_groups(scores) == ((0,), (1,), (2,))
    assert vote(scores).tolist() == [0.5] * n


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [0.1, 1, 10])
def test_for_two_classes_the_uncertainties_are_one_group(seed, spread):
    rng = np.random.default_rng(seed)
    first = 1 / (1 + np.exp(-rng.normal(0, spread, 300)))
    probabilities = np.stack((first, 1 - first), axis=1).astype(np.float32)
    outputs = ModelOutputs(
        np.arange(300), np.zeros((300, 1), np.float32), probabilities, probabilities[None], 20
    )
    uncertainties = [s.score(outputs) for s in (entropy, margin, least_confidence)]
    scores = np.stack([*uncertainties, rng.random(300)])
    assert redundancy_groups(scores) == ((0, 1, 2), (3,))
    np.testing.assert_allclose(vote_weights(scores), [1 / 6, 1 / 6, 1 / 6, 1 / 2])
