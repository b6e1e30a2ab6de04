"""What images without a label may teach, and when they may not."""

import numpy as np
import pytest

from autoal_gui.core.registry import discover
from autoal_gui.learning.teachers.contract import Lesson
from autoal_gui.learning.teachers.neighbours import graph
from autoal_gui.learning.training import pool_lesson
from autoal_gui.learning.training.cross_validation import softmax
from autoal_gui.learning.training.linear_head import fit_head
from autoal_gui.learning.training.pool_lesson import taught_by_pool, told_teacher

TEACHERS = discover("autoal_gui.learning.teachers")


def unit(values):
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def rings(images=300, seed=0):
    """Two classes, each a curved band: what is near is alike, what is far may be as well."""
    random = np.random.default_rng(seed)
    labels = np.arange(images) % 2
    angles = np.pi * random.random(images)
    x = np.where(labels, 1 - np.cos(angles), np.cos(angles))
    y = np.where(labels, 0.4 - np.sin(angles), np.sin(angles))
    points = np.stack((x - 0.5, y - 0.2), 1) + 0.05 * random.normal(size=(images, 2))
    waves = np.concatenate([np.cos(points * k) for k in (1, 2, 4)], 1)
    features = np.concatenate((np.sin(points * 1), np.sin(points * 2), waves), 1)
    return unit(features - features.mean(0)), labels


@pytest.fixture(scope="module")
def taught():
    """Labels of two classes, a pool, and a head fitted to the labels."""
    features, labels = rings()
    head = fit_head(features[:20], labels[:20], 2, seed=0)
    return features, labels, head


@pytest.mark.parametrize("name", TEACHERS)
def test_guesses_are_chances_that_follow_the_labels(name, taught):
    features, labels, head = taught
    chances = softmax(features[20:] @ head.weight.T + head.bias)
    found = TEACHERS[name].guess(Lesson(features[:20], labels[:20], features[20:], chances))
    assert np.allclose(found.sum(1), 1)
    assert (found >= 0).all()
    assert (found.argmax(1) == labels[20:]).mean() > 0.85


@pytest.mark.parametrize("name", TEACHERS)
def test_a_class_without_a_label_is_guessed_of_no_image(name, taught):
    features, labels, _ = taught
    head = fit_head(features[:20], labels[:20], 3, seed=0)
    chances = softmax(features[20:] @ head.weight.T + head.bias)
    found = TEACHERS[name].guess(Lesson(features[:20], labels[:20], features[20:], chances))
    assert found[:, 2].max() < 1e-6


def test_the_graph_joins_both_ways_and_no_image_to_itself():
    features, _ = rings(60)
    joined = graph(features).toarray()
    assert np.array_equal(joined, joined.T)
    assert not joined.diagonal().any()
    assert (joined > 0).sum(1).min() >= 10


def test_a_student_that_passes_is_one_head_and_says_of_held_out_labels_what_it_was_judged_by(
    taught, monkeypatch
):
    features, labels, head = taught
    monkeypatch.setattr(pool_lesson, "LEAD", -100.0)  # every student passes
    found = taught_by_pool(head, features[:20], labels[:20], features[20:])
    student = found.head
    assert found.teacher in TEACHERS
    for fold in range(student.folds.max() + 1):
        inside = student.folds == fold
        logits = features[:20][inside] @ student.fold_weights[fold].T + student.fold_biases[fold]
        assert np.allclose(softmax(logits), student.out_of_fold[inside], atol=1e-6)
    assert (student.probabilities(features).argmax(1) == labels).mean() > 0.85


def test_where_the_labels_say_nothing_the_head_stays(taught):
    features, _, _ = taught
    noise = np.random.default_rng(1).integers(0, 2, 20)
    head = fit_head(features[:20], noise, 2, seed=0)
    found = taught_by_pool(head, features[:20], noise, features[20:])
    assert found.head is head
    assert told_teacher(found) == ()


def test_without_a_pool_or_a_second_label_of_two_classes_nobody_teaches(taught):
    features, labels, head = taught
    assert taught_by_pool(head, features[:20], labels[:20], features[:0]).head is head
    alone = np.r_[np.zeros(19, int), 1]
    single = fit_head(features[:20], alone, 2, seed=0)
    assert taught_by_pool(single, features[:20], alone, features[20:]).head is single
