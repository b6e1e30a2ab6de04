"""Heads that are fitted together are those that scikit-learn fits one by one."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from autoal_gui.core.errors import Cancelled
from autoal_gui.learning.training.logistic import ABSENT, fit_together

WEAKEST = 3e-4  # penalty


def rows(seed, count, width, classes):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    return random.normal(size=(count, width)) + labels[:, None] / 2, labels, random


def exact(features, labels, weights, penalty):
    """Fit by scikit-learn, far beyond its own tolerance."""
    model = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it asks for more than doubles hold
        model.fit(features, labels, sample_weight=weights)
    return model


@given(
    st.integers(0, 10**6),
    st.integers(2, 5),
    st.integers(1, 4),
    st.sampled_from((WEAKEST, 1e-3, 1e-2, 1.0)),
)
@example(5, 2, 1, WEAKEST)  # scikit-learn's is 0 for an image that counts for nothing
@example(1754, 4, 3, WEAKEST)  # where slopes of 1e-4 are left, a probability is .035 off
@example(460045, 5, 4, WEAKEST)  # 300 steps do not suffice
def test_each_head_is_the_one_that_scikit_learn_fits_alone(seed, classes, heads, penalty):
    features, labels, random = rows(seed, 40, 6, classes)
    weights = random.random((heads, 40)) * (random.random((heads, 40)) > 0.2)
    weights[:, :classes] = 0.5  # each class is there
    weights /= weights.sum(axis=1, keepdims=True)
    coefficients, biases = fit_together(features, labels, weights, classes, np.full(heads, penalty))
    for head in range(heads):
        inside = weights[head] > 0
        model = exact(features[inside], labels[inside], weights[head][inside], penalty)
        logits = features @ coefficients[head].T + biases[head]
        shares = np.exp(logits - logits.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        assert shares == pytest.approx(model.predict_proba(features), abs=0.03)
        # It has found the lowest loss, to the tolerance that both have.
        assert loss(shares, labels, weights[head], penalty, coefficients[head]) == pytest.approx(
            best_loss(model, features, labels, weights[head], penalty), abs=2e-3
        )


def loss(shares, labels, weights, penalty, coefficients):
    held = (coefficients**2).sum() * penalty / 2
    if len(coefficients) == 2:
        held *= 2  # of two classes scikit-learn has one row, the difference of ours
    return -weights @ np.log(shares[np.arange(len(labels)), labels]) + held


def best_loss(model, features, labels, weights, penalty):
    held = (model.coef_**2).sum() * penalty / 2
    chances = model.predict_proba(features)[np.arange(len(labels)), labels]
    return -weights[weights > 0] @ np.log(chances[weights > 0]) + held


def test_a_class_that_a_head_has_no_label_of_lies_far_below_the_others():
    features, labels, _ = rows(0, 30, 4, 3)
    weights = np.ones((2, 30))
    weights[1, labels == 2] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    coefficients, biases = fit_together(features, labels, weights, 3, np.full(2, 0.01))
    assert not coefficients[1, 2].any()
    assert biases[1, 2] == biases[1, :2].min() - ABSENT
    alone = exact(features[labels < 2], labels[labels < 2], weights[1][labels < 2], 0.01)
    logits = features @ coefficients[1, :2].T + biases[1, :2]
    lead = alone.decision_function(features)
    assert logits[:, 1] - logits[:, 0] == pytest.approx(lead, abs=0.05)


def test_a_head_of_one_class_knows_nothing_else():
    features, labels, _ = rows(1, 12, 3, 3)
    weights = (labels == 1)[None] / (labels == 1).sum()
    coefficients, biases = fit_together(features, labels, weights, 3, np.ones(1))
    assert not coefficients.any()
    assert biases[0].tolist() == [-ABSENT, 0.0, -ABSENT]


def test_a_fit_can_be_stopped_between_two_steps():
    features, labels, _ = rows(2, 30, 4, 3)

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        fit_together(features, labels, np.full((1, 30), 1 / 30), 3, np.array([1e-4]), stop)
