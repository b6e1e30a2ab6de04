"""The fitted head: its regularisation, its weights, and what it says out of fold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoal_gui.learning.training.cross_validation import (
    STRENGTHS,
    TEMPERATURES,
    USUAL_TEMPERATURE,
    folds_of,
    log_loss,
    softmax,
)
from autoal_gui.learning.training.label_rows import Beside, LabelRows, Taught
from autoal_gui.learning.training.label_weights import balanced_weights, judging_weights
from autoal_gui.learning.training.linear_head import fit_head, left_out, represented


def units(count, width=12, seed=0):
    points = np.random.default_rng(seed).normal(size=(count, width))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def blobs(count, classes=3, noise=0.4, seed=0, width=12):
    """Unit vectors around one direction a class, and their classes."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    points = np.eye(width)[labels] + noise * rng.normal(size=(count, width))
    return points / np.linalg.norm(points, axis=1, keepdims=True), labels


labels_lists = st.lists(st.integers(0, 3), min_size=2, max_size=40).filter(
    lambda x: len(set(x)) > 1
)


@settings(max_examples=12)
@given(labels_lists, st.integers(0, 5))
def test_a_head_is_finite_and_calibrated_for_any_labels(labels, seed):
    labels = np.array(labels)
    head = fit_head(units(len(labels), seed=seed), labels, 5, seed)
    assert head.strength in STRENGTHS
    assert head.temperature in TEMPERATURES
    shares = head.probabilities(units(7, seed=seed + 1))
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(head.out_of_fold.sum(1), 1)
    assert np.isfinite(head.weight).all()
    absent = np.setdiff1d(np.arange(5), labels)
    assert shares[:, absent].max(initial=0) < 1e-3


def test_classes_that_are_apart_are_learned_from_two_labels_each():
    known, labels = blobs(6, noise=0.2)
    new, truth = blobs(300, noise=0.2, seed=1)
    assert (fit_head(known, labels, 3, 0).probabilities(new).argmax(1) == truth).mean() > 0.9


def test_the_only_label_of_a_class_does_not_choose_the_temperature():
    known, labels = blobs(90, classes=3, noise=0.25)
    kept = (labels < 2) | (np.cumsum(labels == 2) == 1)
    known, labels = known[kept], labels[kept]
    assert np.bincount(labels).tolist()[2] == 1
    new, truth = blobs(300, classes=3, noise=0.25, seed=1)
    head = fit_head(known, labels, 3, 0)
    assert head.temperature < TEMPERATURES[-1]
    chances = head.probabilities(new[truth < 2])
    right = (chances.argmax(1) == truth[truth < 2]).mean()
    assert chances.max(1).mean() == pytest.approx(right, abs=0.15)  # it was .4 where .9 were right


def test_it_is_the_regression_of_scikit_learn_at_the_strength_that_was_chosen():
    from sklearn.linear_model import LogisticRegression

    features, labels = blobs(40, noise=0.8)
    head = fit_head(features, labels, 3, 0)
    judge = LogisticRegression(
        C=head.strength, class_weight="balanced", max_iter=5000, tol=1e-8
    ).fit(features, labels)
    expected = judge.decision_function(features) / head.temperature
    found = features @ head.weight.T + head.bias
    np.testing.assert_allclose(
        found - found.mean(1, keepdims=True),
        expected - expected.mean(1, keepdims=True),
        atol=0.02,
    )


def test_the_same_seed_gives_the_same_head_whatever_the_order_of_the_pool():
    features, labels = blobs(30)
    pool = units(200, seed=3)
    one = fit_head(features, labels, 3, 0, pool)
    other = fit_head(features, labels, 3, 0, pool[::-1])
    np.testing.assert_array_equal(one.weight, other.weight)


def test_an_image_is_predicted_out_of_fold_without_its_own_label():
    """A wrong label is contradicted by the others, though the head could learn it by heart."""
    features, labels = blobs(60, noise=0.2)
    labels = labels.copy()
    labels[7] = (labels[7] + 1) % 3
    head = fit_head(features, labels, 3, 0)
    assert head.out_of_fold[7].argmax() != labels[7]
    assert (head.out_of_fold.argmax(1) == labels).mean() > 0.9


def test_noise_is_regularised_harder_than_what_is_plain():
    clear, labels = blobs(60, noise=0.05)
    rng = np.random.default_rng(0)
    assert fit_head(units(60), rng.integers(0, 3, 60), 3, 0).strength <= 0.3
    assert fit_head(clear, labels, 3, 0).strength > 0.3


@given(labels_lists, st.integers(2, 6), st.integers(0, 3))
def test_folds_are_even_within_each_class(labels, folds, seed):
    labels = np.array(labels)
    numbers = folds_of(labels, folds, seed)
    for members in (labels == c for c in set(labels)):
        counts = np.bincount(numbers[members], minlength=folds)
        assert counts.max() - counts.min() <= 1
    counts = np.bincount(numbers, minlength=folds)
    assert counts.max() - counts.min() <= 1


@given(labels_lists)
def test_every_class_weighs_the_same(labels):
    labels = np.array(labels)
    weights = balanced_weights(labels, np.ones(len(labels)))
    totals = np.bincount(labels, weights)
    np.testing.assert_allclose(totals[totals > 0], 1 / len(set(labels)))


def test_log_loss_equals_its_definition():
    logits = np.random.default_rng(0).normal(size=(2, 5, 3))
    labels, weights = np.array([0, 1, 2, 1, 0]), np.array([0.1, 0.2, 0.3, 0.2, 0.2])
    shares = softmax(logits)
    expected = -(np.log(shares[:, np.arange(5), labels]) * weights).sum(1).mean()
    assert log_loss(logits, labels, weights) == pytest.approx(expected)


# -- what a label stands for --------------------------------------------------------------------


def test_a_label_stands_for_the_images_nearest_to_it():
    known, pool = units(5), units(300, seed=1)
    nearest = np.array([min(range(5), key=lambda k: np.sum((x - known[k]) ** 2)) for x in pool])
    counts = np.bincount(nearest, minlength=5) / 300 + 0.1 / 5
    np.testing.assert_allclose(represented(known, pool), counts / counts.mean())


def test_equal_images_share_what_they_stand_for():
    known = units(4)
    twice = represented(np.concatenate((known, known[:1])), units(200, seed=1))
    assert twice[0] == twice[4]
    assert twice.mean() == pytest.approx(1)


def test_a_crowd_of_doubtful_labels_does_not_outvote_the_rest():
    """Labels along the boundary, most of them wrong, leave the classes where they are."""
    rng = np.random.default_rng(0)
    pool, truth = blobs(400, classes=2, noise=0.3)
    between = np.eye(12)[0] + np.eye(12)[1] + 0.3 * rng.normal(size=(60, 12))
    between /= np.linalg.norm(between, axis=1, keepdims=True)
    features = np.concatenate((pool[:6], between))
    labels = np.concatenate((truth[:6], (between[:, 0] > between[:, 1]).astype(int)))
    fair = fit_head(features, labels, 2, 0, pool).probabilities(pool).argmax(1)
    unfair = fit_head(features, labels, 2, 0).probabilities(pool).argmax(1)
    assert (fair == truth).mean() > max(0.9, (unfair == truth).mean())


# -- groups ----------------------------------------------------------------------------------


def patients(count, images=6, seed=0, width=12):
    """Near-alike images of patients whose class nothing in them tells: features, classes, units."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(count), images)
    points = rng.normal(size=(count, width))[units] + 0.05 * rng.normal(size=(len(units), width))
    return points / np.linalg.norm(points, axis=1, keepdims=True), units % 2, units


def test_what_is_held_out_of_a_patient_is_not_told_by_the_patients_other_images():
    features, labels, units = patients(16)
    alone = fit_head(features, labels, 2, 0)
    whole = fit_head(features, labels, 2, 0, units=units)
    right = [(head.out_of_fold.argmax(1) == labels).mean() for head in (alone, whole)]
    assert right[0] > 0.95
    assert right[1] < 0.8
    assert whole.temperature > alone.temperature
    assert len(set(zip(units, whole.folds, strict=True))) == 16


def test_without_groups_folds_and_head_are_what_they_were():
    _, labels = blobs(12)
    assert folds_of(labels, 5, 3).tolist() == [0, 1, 1, 3, 4, 3, 2, 0, 0, 1, 2, 4]
    features, labels = blobs(30)
    alone = np.arange(30) + 7
    assert fit_head(features, labels, 3, 0).units is None
    one, other = fit_head(features, labels, 3, 0), fit_head(features, labels, 3, 0, units=None)
    np.testing.assert_array_equal(one.weight, other.weight)
    np.testing.assert_allclose(judging_weights(labels, one.shares, alone), 1 / 30)


def test_classes_of_one_patient_each_say_nothing_of_strength_and_temperature():
    features, labels, units = patients(2)
    assert not judging_weights(labels, np.ones(12), units).any()
    head = fit_head(features, labels, 2, 0, units=units)
    assert np.isfinite(head.weight).all()
    assert abs(np.log10(head.temperature / USUAL_TEMPERATURE)) < 0.05


def test_the_images_of_a_single_patient_are_still_fitted_to():
    features, labels, units = patients(1)
    labels = np.arange(6) % 2
    head = fit_head(features, labels, 2, 0, units=units)
    assert np.isfinite(head.weight).all()
    assert len(set(head.folds)) == 5


def test_an_answer_is_never_measured_by_a_head_that_learned_from_its_twin():
    random = np.random.default_rng(0)
    units = np.arange(60) // 2
    features = random.normal(size=(30, 20))[units]
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    labels = random.integers(2, size=30)[units]  # nothing of the features tells them
    head = fit_head(features, labels, 2, 0)
    assert (left_out(head, features, labels, 0).argmax(1) == labels).mean() > 0.8
    grouped = fit_head(features, labels, 2, 0, units=units)
    assert (left_out(grouped, features, labels, 0).argmax(1) == labels).mean() < 0.7


def test_labels_that_only_teach_move_the_head_and_judge_nothing():
    features, labels = blobs(30)
    more, given = blobs(60, seed=1)
    alone = fit_head(features, labels, 3, 0, pool=more)
    head = fit_head(features, labels, 3, 0, pool=more, taught=Taught(more, given))
    assert not np.allclose(head.weight, alone.weight)
    assert len(head.out_of_fold) == len(head.shares) == 30
    np.testing.assert_allclose(head.shares, alone.shares)
    fresh, truth = blobs(300, seed=2)
    assert (head.probabilities(fresh).argmax(1) == truth).mean() > (
        alone.probabilities(fresh).argmax(1) == truth
    ).mean()
    assert left_out(head, features, labels, 0).shape == (30, 3)


def test_a_label_that_only_teaches_is_held_out_with_its_group():
    features, labels = blobs(12)
    groups = np.arange(12) // 2
    beside = Beside(
        features[:4], labels[:4], np.ones(4), np.ones(12), np.array([0, 0, 5, 9]), groups
    )
    data = LabelRows(features, labels, np.ones(12), 3, beside)
    assert np.count_nonzero(data.counting(groups != 0)) == 10 + 2
    assert np.count_nonzero(data.counting(groups != 3)) == 10 + 4
    rotated, _ = data.rotated()
    np.testing.assert_allclose(
        rotated.features @ rotated.beside.features.T, features @ features[:4].T, atol=1e-9
    )
