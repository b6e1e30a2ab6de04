import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.areas import areas_of


@st.composite
def rankings(draw):
    """Classes of a few images and their probabilities, many of which coincide."""
    classes = draw(st.integers(2, 5))
    images = draw(st.integers(2, 40))
    truth = np.array(draw(st.lists(st.integers(0, classes - 1), min_size=images, max_size=images)))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    scores = rng.integers(1, 6, (images, classes)).astype(float)
    return truth, scores / scores.sum(1, keepdims=True)


@given(rankings())
def test_areas_equal_those_of_sklearn(case):
    from sklearn.metrics import roc_auc_score

    truth, probabilities = case
    areas = areas_of(truth, probabilities)
    present = np.unique(truth)
    if len(present) < 2:
        assert areas is None
        return
    expected = {c: roc_auc_score(truth == c, probabilities[:, c]) for c in present.tolist()}
    assert areas.macro.value == pytest.approx(np.mean(list(expected.values())))
    for c, area in enumerate(areas.classes):
        if c not in expected:
            assert area is None
            continue
        assert area.value == pytest.approx(expected[c])
        assert 0 <= area.low <= area.value + 1e-12
        assert area.value - 1e-12 <= area.high <= 1


def delong_deviation(truth, scores):
    """The standard error of DeLong et al. 1988, pair by pair."""
    inside, outside = scores[truth], scores[~truth]
    pairs = (inside[:, None] > outside) + 0.5 * (inside[:, None] == outside)
    own, other = pairs.mean(1), pairs.mean(0)
    return math.sqrt(own.var(ddof=1) / len(own) + other.var(ddof=1) / len(other))


def binormal(images, seed, apart=1.0):
    rng = np.random.default_rng(seed)
    truth = np.arange(images) % 2
    scores = 1 / (1 + np.exp(-(rng.normal(size=images) + apart * truth)))
    return truth, np.stack((1 - scores, scores), axis=1)


def test_the_interval_is_delongs_where_there_are_many_images():
    truth, probabilities = binormal(2000, 0)
    area = areas_of(truth, probabilities).macro
    expected = 1.959964 * delong_deviation(truth == 1, probabilities[:, 1])
    assert (area.high - area.low) / 2 == pytest.approx(expected, rel=0.02)


def test_the_interval_of_few_images_is_wider_than_delongs_and_holds_the_truth():
    held, truth_value = 0, 0.7602499389065233  # Phi(1 / sqrt 2)
    for seed in range(400):
        truth, probabilities = binormal(40, seed)
        area = areas_of(truth, probabilities).macro
        half = 1.959964 * delong_deviation(truth == 1, probabilities[:, 1])
        assert area.low < area.value - half or area.low == 0
        held += area.low <= truth_value <= area.high
    assert held / 400 > 0.92


def test_the_mean_over_classes_has_an_interval_that_holds_the_truth():
    rng = np.random.default_rng(5)

    def drawn(images):
        truth = np.arange(images) % 3
        logits = rng.normal(size=(images, 3)) + np.eye(3)[truth]
        powers = np.exp(logits)
        return areas_of(truth, powers / powers.sum(1, keepdims=True)).macro

    limit = drawn(200_000).value
    held = sum(area.low <= limit <= area.high for area in (drawn(60) for _ in range(300)))
    assert held / 300 > 0.92


def test_a_perfect_ranking_of_few_images_is_not_certain():
    truth = np.array([0] * 5 + [1] * 5)
    area = areas_of(truth, np.eye(2)[truth]).macro
    assert area.value == area.high == 1
    assert area.low < 0.85


TRUTH = np.array([0, 0, 1, 1, 2])
FOUND = np.array([[0.8, 0.2, 0], [0.3, 0.5, 0.2], [0.4, 0.6, 0], [0.1, 0.9, 0], [0.5, 0.1, 0.4]])


def test_a_class_that_the_model_has_not_learned_has_no_area_and_is_not_in_the_mean():
    every, learned = areas_of(TRUTH, FOUND), areas_of(TRUTH, FOUND, learned={0, 1})
    assert every.classes[2].value == 1  # of a class of which it has seen nothing
    assert learned.classes[:2] == every.classes[:2]
    assert learned.classes[2] is None
    assert learned.macro.value == np.mean([area.value for area in every.classes[:2]])
    assert areas_of(TRUTH, FOUND, learned=()) is None


def test_classes_that_are_measured_without_being_learned_are_told():
    metrics = Metrics.of_probabilities(TRUTH, FOUND, learned={0, 1})
    assert metrics.unlearned == (2,)
    assert metrics.auroc.mean_words() == "mean over the 2 classes that it has learned"
    assert Metrics.of_probabilities(TRUTH[:4], FOUND[:4], learned={0, 1}).unlearned == ()
    assert Metrics.of_probabilities(TRUTH, FOUND).unlearned == ()
