"""One contract for every strategy, and what each of the paper's must do."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from autoal_gui.core.registry import discover
from autoal_gui.core.settings import CANDIDATES
from autoal_gui.strategies import (
    bald,
    entropy,
    geometry,
    kmeans,
    least_confidence,
    lpl,
    margin,
    mean_std,
    random_choice,
    refine,
    uncertainty,
    vaal,
    variation_ratio,
)
from autoal_gui.strategies.candidates import is_policy, needs_labelled
from autoal_gui.strategies.contract import chosen_mask, rank, top
from tests.support.strategies import drawn_outputs, labelled_of, outputs_of, reordered, taken

PLUGINS = discover("autoal_gui.strategies")
STOCHASTIC = (bald, mean_std, variation_ratio)
every_strategy = pytest.mark.parametrize("strategy", PLUGINS.values(), ids=PLUGINS)


@pytest.fixture(scope="module", autouse=True)
def brief_training():
    """Networks trained for a few steps obey the contract too, as does a pool filtered little."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lpl, "STEPS", 3)
        patch.setattr(vaal, "STEPS", 3)
        patch.setattr(refine, "DEPTH", 2)
        patch.setattr(refine, "BATCHES", 1)
        patch.setattr(refine, "STRATEGIES", (random_choice, margin))
        yield


# -- the contract of all ----------------------------------------------------------------------


def test_the_published_candidates_and_random_are_found():
    assert {*CANDIDATES, "random"} <= set(PLUGINS)


@every_strategy
def test_a_strategy_introduces_itself(strategy):
    assert strategy.LABEL
    assert strategy.SOURCE
    assert isinstance(strategy.ORDER, int)


@every_strategy
def test_a_strategy_says_whether_it_looks_at_labelled_images(strategy):
    outputs = replace(outputs_of(60), labelled=labelled_of(12))
    alone = strategy.score(replace(outputs, labelled=None))
    looks = not np.array_equal(strategy.score(outputs), alone)
    # A policy looks for what became of its earlier draws; here there are none.
    assert needs_labelled([strategy.NAME]) == (looks or is_policy(strategy.NAME))


@every_strategy
@given(outputs=drawn_outputs())
def test_scores_are_finite_one_an_image_and_repeatable(strategy, outputs):
    before = [outputs.features.copy(), outputs.probabilities.copy(), outputs.stochastic.copy()]
    scores = strategy.score(outputs)
    assert scores.shape == (len(outputs),)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    np.testing.assert_array_equal(strategy.score(outputs), scores)
    after = [outputs.features, outputs.probabilities, outputs.stochastic]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


@every_strategy
@given(outputs=drawn_outputs(), data=st.data())
def test_permuting_the_images_permutes_the_scores(strategy, outputs, data):
    order = np.array(data.draw(st.permutations(range(len(outputs)))), dtype=np.int64)
    permuted = taken(outputs, order)
    if outputs.labelled is not None:
        labels = data.draw(st.permutations(range(len(outputs.labelled))))
        permuted = replace(permuted, labelled=reordered(outputs.labelled, labels))
    np.testing.assert_array_equal(strategy.score(permuted), strategy.score(outputs)[order])


@every_strategy
@pytest.mark.parametrize("labels", [0, 300])
def test_permuting_holds_for_many_images_too(strategy, labels):
    outputs = outputs_of(1501, classes=9, draws=10, features=16)
    if labels:
        outputs = replace(outputs, labelled=labelled_of(labels, 9, 16))
    order = np.random.default_rng(0).permutation(len(outputs))
    permuted = strategy.score(taken(outputs, order))
    np.testing.assert_array_equal(permuted, strategy.score(outputs)[order])


@every_strategy
def test_scores_do_not_depend_on_the_number_of_threads(strategy):
    outputs = replace(outputs_of(3000, features=32, wanted=20), labelled=labelled_of(50, 4, 32))
    scores = []
    for threads in (1, 2, 4):
        with threadpool_limits(limits=threads):
            scores.append(strategy.score(outputs))
    np.testing.assert_array_equal(scores[0], scores[1])
    np.testing.assert_array_equal(scores[0], scores[2])


@every_strategy
@pytest.mark.parametrize("labels", [0, 12])
def test_different_images_get_different_scores(strategy, labels):
    outputs = replace(outputs_of(60), labelled=labelled_of(labels))
    assert len(np.unique(strategy.score(outputs))) > 30


# -- the contract's own functions --------------------------------------------------------------

few_values = st.sampled_from((-1.0, -0.0, 0.0, 0.5, 2.0))
ranked = st.lists(st.tuples(few_values, few_values), max_size=12).flatmap(
    lambda pairs: st.tuples(st.just(pairs), st.permutations(range(5, 5 + len(pairs))))
)


@given(ranked)
def test_rank_is_by_score_then_tie_score_then_image_id(case):
    pairs, ids = case
    scores, ties = np.array(pairs, dtype=float).reshape(-1, 2).T
    expected = sorted(range(len(ids)), key=lambda i: (-scores[i], -ties[i], ids[i]))
    order = rank(scores, ties, np.array(ids, dtype=np.int64))
    assert order.dtype == np.int64
    assert order.tolist() == expected


@given(ranked, st.integers(1, 15))
def test_top_and_mask_agree_with_rank(case, wanted):
    pairs, ids = case
    scores = np.array([score for score, _ in pairs], dtype=float)
    image_ids = np.array(ids, dtype=np.int64)
    positions = top(scores, image_ids, wanted)
    expected = rank(scores, np.zeros(len(ids)), image_ids)[:wanted]
    assert positions.tolist() == expected.tolist()
    mask = chosen_mask(scores, image_ids, wanted)
    assert set(np.flatnonzero(mask)) == set(expected)
    assert mask.sum() == min(wanted, len(ids))


@pytest.mark.parametrize(
    "change",
    [
        {"image_ids": np.arange(3)},
        {"features": np.zeros((3, 3), np.float32)},
        {"stochastic": np.zeros((5, 3, 4), np.float32)},
        {"stochastic": np.zeros((5, 4, 3), np.float32)},
        {"stochastic": np.zeros((0, 4, 4), np.float32)},
        {"wanted": 0},
    ],
)
def test_outputs_of_different_images_are_refused(change):
    with pytest.raises(ValueError, match=r"match|at least 1"):
        replace(outputs_of(4), **change)


# -- what each must do --------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [1, 2, 3, 17])
def test_certain_and_uniform_predictions_have_the_extreme_uncertainties(classes):
    certain, uniform = np.eye(1, classes), np.full((1, classes), 1 / classes)
    both = np.concatenate((certain, uniform)).astype(np.float32)
    outputs = replace(
        outputs_of(2, classes), probabilities=both, stochastic=both[None].repeat(5, axis=0)
    )
    for strategy, low, high in (
        (entropy, 0, np.log(classes)),
        (margin, -1, 0 if classes > 1 else -1),
        (least_confidence, 0, 1 - 1 / classes),
    ):
        np.testing.assert_allclose(strategy.score(outputs), [low, high], atol=1e-6)


def test_bald_is_the_entropy_of_draws_that_are_certain_of_different_classes():
    draws = np.eye(4, dtype=np.float32)[:, None]  # (R, 1, C): each draw another class
    outputs = replace(outputs_of(1, classes=4, draws=4), stochastic=draws)
    np.testing.assert_allclose(bald.score(outputs), np.log(4))


@pytest.mark.parametrize("strategy", [bald, mean_std])
def test_a_stochastic_head_scores_above_0_and_a_deterministic_one_exactly_0(strategy):
    assert strategy.score(outputs_of(50)).min() > 0
    still = outputs_of(50, draws=10, noise=0.0)
    np.testing.assert_array_equal(strategy.score(still), 0)


def test_different_variation_ratios_keep_their_order():
    draws = np.zeros((5, 3, 2), np.float32)
    for image, of_class_1 in enumerate((0, 1, 2)):
        draws[:of_class_1, image, 1] = 1
        draws[of_class_1:, image, 0] = 1
    certain_where_draws_disagree = np.array([[0.5, 0.5], [0.9, 0.1], [1.0, 0.0]], np.float32)
    outputs = outputs_of(3, classes=2)
    outputs = replace(outputs, probabilities=certain_where_draws_disagree, stochastic=draws)
    assert np.argsort(variation_ratio.score(outputs)).tolist() == [0, 1, 2]


@pytest.mark.parametrize("strategy", STOCHASTIC)
def test_draws_are_not_copied_at_once(strategy):
    outputs = outputs_of(1000, draws=100)
    strategy.score(outputs)  # imports and caches are not counted
    tracemalloc.start()
    strategy.score(outputs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < outputs.stochastic.nbytes / 2


@pytest.mark.parametrize("strategy", [bald, mean_std])
def test_parts_of_the_pool_are_measured_alike_and_one_at_a_time(strategy, monkeypatch):
    outputs = outputs_of(3001, classes=9)
    expected = strategy.score(outputs)
    monkeypatch.setattr(uncertainty, "PART", 100)
    tracemalloc.start()
    scores = strategy.score(outputs)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(scores, expected)
    assert peak < outputs.probabilities.nbytes  # of one draw for all images


def test_random_follows_its_seed_and_favours_nobody():
    outputs = outputs_of(4)
    draws = [random_choice.score(replace(outputs, seed=seed)) for seed in range(2000)]
    assert len({tuple(scores) for scores in draws}) == len(draws)
    first = np.bincount(np.argmax(draws, axis=1), minlength=4)
    assert np.abs(first - 500).max() < 100  # five standard deviations


def test_random_asks_in_every_round_anew():
    """Not the neighbours of the last batch, whose class would be the same in a sorted folder."""
    left, steps = outputs_of(3000), []
    last = np.empty(0)
    for _ in range(5):
        batch = np.argsort(-random_choice.score(left))[:20]
        asked = left.image_ids[batch]
        steps += [np.abs(last - image).min() for image in asked if len(last)]
        left, last = taken(left, np.setdiff1d(np.arange(len(left)), batch)), asked
    assert np.median(steps) > 20  # of 20 in 3,000, the nearest is some 37 away


# -- k-means --------------------------------------------------------------------------------------

all_and_a_sample = pytest.mark.parametrize("lloyd_images", [geometry.LLOYD_IMAGES, 10])


def blobs(sizes, features=8):
    """Model outputs whose images lie in far-apart blobs, and the blob of each, in mixed order."""
    rng = np.random.default_rng(3)
    blob = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    centres = 100 * np.eye(len(sizes), features)
    points = (centres[blob] + rng.normal(0, 1, (len(blob), features))).astype(np.float32)
    outputs = outputs_of(len(blob), features=features, wanted=len(sizes))
    return replace(outputs, features=points), blob


def test_kmeans_asks_for_the_middle_of_each_cluster_the_largest_first():
    outputs, blob = blobs((5, 30, 12, 20))
    scores = kmeans.score(outputs)
    chosen = top(scores, outputs.image_ids, 4)
    assert blob[chosen].tolist() == [1, 3, 2, 0]
    for position in chosen:
        members = np.flatnonzero(blob == blob[position])
        points = outputs.features[members].astype(np.float64)
        distances = np.linalg.norm(points - points.mean(axis=0), axis=1)
        assert members[distances.argmin()] == position
        others = members != position
        np.testing.assert_allclose(scores[members[others]], -distances[others], rtol=1e-4)


def test_kmeans_of_a_sample_asks_in_every_blob(monkeypatch):
    monkeypatch.setattr(kmeans, "LLOYD_IMAGES", 60)
    outputs, blob = blobs((300, 200, 100))
    chosen = top(kmeans.score(outputs), outputs.image_ids, 3)
    assert blob[chosen].tolist() == [0, 1, 2]


@all_and_a_sample
@given(outputs=drawn_outputs())
def test_kmeans_puts_what_it_chose_above_all_others(lloyd_images, outputs):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kmeans, "LLOYD_IMAGES", lloyd_images)
        scores = kmeans.score(outputs)
    chosen = scores > 0
    distinct = len(np.unique(outputs.features, axis=0))
    assert sorted(scores[chosen]) == list(range(1, chosen.sum() + 1))
    assert chosen.sum() <= min(outputs.wanted, distinct)
    assert chosen.any() == (len(outputs) > 0)


@given(outputs=drawn_outputs(smallest=1))
def test_kmeans_with_enough_clusters_asks_for_every_distinct_image(outputs):
    distinct, kinds = np.unique(outputs.features, axis=0, return_inverse=True)
    scores = kmeans.score(replace(outputs, wanted=len(outputs)))
    chosen = np.flatnonzero(scores > 0)
    assert sorted(kinds.ravel()[chosen]) == list(range(len(distinct)))
    for position in chosen:  # of images that coincide, the lowest id
        same = kinds.ravel() == kinds.ravel()[position]
        assert outputs.image_ids[position] == outputs.image_ids[same].min()


def test_kmeans_survives_huge_and_tiny_features():
    outputs = outputs_of(40, wanted=6)
    for scale in (1e-30, 1e15):
        scaled = replace(outputs, features=outputs.features * np.float32(scale))
        assert np.isfinite(kmeans.score(scaled)).all()
