"""Which views take part: by labels held out, and by nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.backbones import efficientnet_lite0 as lite
from autoal_gui.learning.training.cross_validation import Validated
from autoal_gui.learning.training.linear_head import fit_head, represented
from autoal_gui.learning.training.view_strengths import (
    Chosen,
    Views,
    choose_strengths,
    told_views,
)

WIDTHS = (6, 4, 5)


def unit(values):
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def drawn(clear, images=60, seed=0):
    """Features of two classes under three views; those in `clear` tell the classes apart."""
    random = np.random.default_rng(seed)
    labels = np.arange(images) % 2
    views = []
    for place, width in enumerate(WIDTHS):
        view = random.normal(size=(images, width))
        view[:, 0] += 4 * (2 * labels - 1) * (place in clear)
        views.append(unit(view) / len(WIDTHS) ** 0.5)
    return np.concatenate(views, 1), labels


def chosen(clear, units=None):
    features, labels = drawn(clear)
    views = Views.of(features, features, WIDTHS)
    return choose_strengths(views, labels, 2, seed=0, units=units)


def test_a_view_that_tells_the_classes_apart_takes_part():
    found = chosen(clear={1})
    assert found.strengths[1] > 0
    assert found.right > found.right_alone + 0.2
    told = told_views(found, lite.NAME)
    assert "EfficientNet-Lite0" in str(told)
    assert "%" not in str(told)  # a comparison, no second headline
    assert f"your {found.found.logits.shape[1]} labels was held out once" in told.figures
    assert "Performance says how good the model is" in told.figures
    fewer = told_views(replace(found, right=found.right_alone - 0.03), lite.NAME)
    assert "not by this count" in fewer.figures
    assert "not by this count" not in told.figures


def test_a_view_of_noise_leaves_where_it_costs():
    found = chosen(clear={0})
    assert found.strengths[0] == 1
    assert sum(found.strengths) < len(WIDTHS)
    assert found.right > found.right_alone - 0.02


def test_what_cross_validation_found_of_the_views_is_what_a_head_would_find_anew():
    random = np.random.default_rng(5)
    labels = np.arange(45) % 3
    alike = [unit(random.normal(size=(45, 5)) + 2 * np.eye(5)[labels]) for _ in range(2)]
    features = np.concatenate(alike, 1) / 2**0.5
    chosen = choose_strengths(Views.of(features, features, (5, 5)), labels, 3, seed=4)
    assert chosen.strengths == (1, 1)
    reused = fit_head(features, labels, 3, 4, features, found=chosen.found)
    anew = fit_head(features, labels, 3, 4, features)
    assert (reused.strength, reused.temperature) == (anew.strength, anew.temperature)
    assert reused.weight == pytest.approx(anew.weight, abs=1e-9)
    assert reused.out_of_fold == pytest.approx(anew.out_of_fold, abs=1e-3)


def test_it_is_told_which_views_are_left():
    nothing = Validated(1.0, 1.0, [], np.empty((0, 0, 2)), np.empty(0))
    alone = Chosen((1.0, 0.0, 0.0), 0.8, 0.8, nothing)
    told = told_views(alone, lite.NAME)
    assert str(told) == "The model uses what it learned from your images."
    assert "EfficientNet-Lite0 beside it does not help" in told.figures


def test_a_view_that_knows_patients_only_leaves():
    patients = np.arange(12).repeat(5)
    labels = patients % 2
    random = np.random.default_rng(0)
    named = unit(np.eye(12)[patients] + 0.01 * random.normal(size=(60, 12)))
    plain = unit(random.normal(size=(60, 6)) + 1.5 * (2 * labels[:, None] - 1))
    features = np.concatenate((plain, named), 1) / 2**0.5
    views = Views.of(features, features, (6, 12))
    assert choose_strengths(views, labels, 2, seed=0).strengths[1] > 0
    assert choose_strengths(views, labels, 2, seed=0, units=patients).strengths == (1, 0)


def test_where_no_class_has_two_patients_all_views_count_alike():
    assert chosen(clear={1}, units=np.arange(60) % 2).strengths == (1, 1, 1)


@pytest.mark.parametrize("strengths", [(1.0, 0.0, 0.0), (0.5, 1.0, 0.0), (1.0, 0.5, 1.0)])
def test_likenesses_say_of_mixed_views_what_their_features_say(strengths):
    features, _ = drawn(clear={0}, images=20)
    lengths = np.repeat(np.array(strengths) * 3**0.5 / np.linalg.norm(strengths), WIDTHS)
    mixed = features * lengths
    views = Views.of(features[:8], features[8:], WIDTHS)
    found = views.features(strengths)
    assert np.allclose(found @ found.T, mixed[:8] @ mixed[:8].T, atol=1e-5)
    assert np.allclose(views.shares(strengths), represented(mixed[:8], mixed[8:]))
