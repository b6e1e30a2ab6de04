"""The paper's candidates and the vote against independent libraries.

Random model outputs and every degeneracy: ties, duplicates, certain and flat predictions, one
image, many classes. scikit-activeml judges most; what it measures with limits of its own is judged
again by scipy, scikit-learn or numpy.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from autoal_gui.strategies import (
    bald,
    entropy,
    kmeans,
    least_confidence,
    margin,
    mean_std,
    variation_ratio,
)
from autoal_gui.strategies.candidates import top_masks
from autoal_gui.strategies.contract import top
from autoal_gui.strategies.vote import percentiles
from tests.support.strategies import drawn_outputs, outputs_of

LARGE = (
    outputs_of(400, classes=2, draws=10),
    outputs_of(300, classes=101, draws=20, spread=4.0),
    outputs_of(200, classes=7, draws=1),
    outputs_of(200, classes=3, draws=10, spread=1000.0),  # probabilities of exactly 0 and 1
    outputs_of(200, classes=9, draws=10, spread=0.0, noise=0.0),  # all images alike
)
several_classes = st.sampled_from(LARGE) | drawn_outputs(smallest=1).filter(
    lambda outputs: outputs.probabilities.shape[1] > 1
)


@pytest.fixture(scope="module")
def active_learning():
    """scikit-activeml, imported late because that takes seconds."""
    return pytest.importorskip("skactiveml.pool")


def exact(probabilities):
    """A copy in doubles: some judges change their argument."""
    return probabilities.astype(np.float64)


# -- scikit-activeml ----------------------------------------------------------------------------


@given(outputs=several_classes)
@pytest.mark.parametrize(
    ("strategy", "method", "shift"),
    [
        (entropy, "entropy", 0),
        (margin, "margin_sampling", -1),  # theirs is 1 - (p_(1) - p_(2))
        (least_confidence, "least_confident", 0),
    ],
    ids=["entropy", "margin", "least_confidence"],
)
def test_uncertainties_equal_those_of_scikit_activeml(
    active_learning, strategy, method, shift, outputs
):
    expected = active_learning.uncertainty_scores(exact(outputs.probabilities), method=method)
    np.testing.assert_allclose(strategy.score(outputs), expected + shift, atol=1e-12)


@given(outputs=several_classes)
def test_bald_equals_the_average_divergence_of_scikit_activeml(active_learning, outputs):
    expected = active_learning.average_kl_divergence(exact(outputs.stochastic))
    # It lifts probabilities to 1e-7, which moves a term by up to 1e-7 log 1e7.
    classes = outputs.probabilities.shape[1]
    np.testing.assert_allclose(bald.score(outputs), expected, atol=3e-6 * classes)


@given(outputs=several_classes)
def test_variation_ratio_equals_scikit_activemls_up_to_the_tie_break(active_learning, outputs):
    draws = len(outputs.stochastic)
    expected = active_learning.variation_ratios(outputs.stochastic.argmax(axis=2).T)
    tie_break = variation_ratio.score(outputs) - expected
    closeness = np.clip(1 + margin.score(outputs), 0, 1)
    np.testing.assert_allclose(tie_break, closeness / (2 * draws), atol=1e-12)
    assert tie_break.min() > -1e-12  # less than the step between two ratios
    assert tie_break.max() < 0.5 / draws + 1e-12


# -- scipy, scikit-learn, numpy -----------------------------------------------------------------


@given(outputs=several_classes)
def test_entropy_equals_scipys(outputs):
    expected = stats.entropy(exact(outputs.probabilities), axis=1)
    # scipy divides by the sum of a row, which float32 leaves 1e-7 off.
    np.testing.assert_allclose(entropy.score(outputs), expected, atol=1e-5)


@given(outputs=several_classes)
def test_bald_is_the_information_that_the_draw_holds_on_the_class(outputs):
    """scikit-learn's mutual information of a table of draws and classes, one table an image."""
    from sklearn.metrics import mutual_info_score

    tables = (exact(outputs.stochastic[:, :20]) * 1e7).round().astype(np.int64)  # (R, n, C)
    expected = [mutual_info_score(None, None, contingency=table) for table in tables.swapaxes(0, 1)]
    np.testing.assert_allclose(bald.score(outputs)[:20], expected, atol=1e-5)


@given(outputs=several_classes)
def test_the_modal_share_is_scipys(outputs):
    votes = outputs.stochastic.argmax(axis=2)  # (R, n)
    ratio = 1 - stats.mode(votes, axis=0).count / len(votes)
    steps = (variation_ratio.score(outputs) - ratio) * len(votes)
    assert ((steps > -1e-9) & (steps < 0.5 + 1e-9)).all()


@given(outputs=drawn_outputs())
def test_mean_std_equals_numpys(outputs):
    expected = exact(outputs.stochastic).std(axis=0).mean(axis=1)
    np.testing.assert_allclose(mean_std.score(outputs), expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("duplicates", [False, True])
def test_kmeans_asks_for_what_is_nearest_to_scipys_centroids(seed, duplicates):
    """Clusters far apart, where two programs must find the same ones, of sizes that differ."""
    rng = np.random.default_rng(seed)
    blob = rng.permutation(np.repeat(np.arange(6), [3, 5, 8, 13, 21, 34]))
    points = 50 * np.eye(6, 9)[blob] + rng.normal(0, 1, (84, 9))
    if duplicates:
        points[rng.permutation(84)[:20]] = 50 * np.eye(6, 9)[0]
    outputs = outputs_of(84, features=9, wanted=6, seed=seed)
    outputs = replace(outputs, features=points.astype(np.float32))
    exactly = exact(outputs.features)
    own = exactly.argmax(1)  # the coordinate in which a blob stands out
    means = np.stack([exactly[own == b].mean(0) for b in range(6)])
    centroids, of = kmeans2(exactly, means, minit="matrix", iter=50)
    distances = cdist(exactly, centroids)
    nearest = [
        min(np.flatnonzero(of == b), key=lambda i: (distances[i, b], outputs.image_ids[i]))
        for b in np.argsort(-np.bincount(of), kind="stable")
    ]
    scores = kmeans.score(outputs)
    assert top(scores, outputs.image_ids, 6).tolist() == nearest
    others = np.setdiff1d(np.arange(84), nearest)
    np.testing.assert_allclose(scores[others], -distances[others, of[others]], atol=1e-4)


@given(arrays(np.float64, st.integers(1, 12), elements=st.floats(-9, 9).map(round)))
def test_percentiles_are_scipys(scores):
    expected = stats.percentileofscore(scores, scores, kind="mean") / 100
    np.testing.assert_allclose(percentiles(scores), expected)


@given(outputs=several_classes, wanted=st.integers(1, 20))
def test_masks_hold_what_the_judges_rank_highest(active_learning, outputs, wanted):
    """The paper's S_k is 1 for the top n: no image without is scored higher by the judge."""
    scores = active_learning.uncertainty_scores(
        exact(outputs.probabilities), method="margin_sampling"
    )
    (mask,) = top_masks(margin.score(outputs)[None], outputs.image_ids, wanted).T
    assert mask.sum() == min(wanted, len(scores))
    if 0 < mask.sum() < len(scores):
        assert scores[mask == 1].min() >= scores[mask == 0].max() - 1e-12
