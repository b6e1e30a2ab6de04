"""Which of two ways to train is kept, by what is held out and by the evaluation set."""

import numpy as np
import pytest

from autoal_gui.learning.training import layer_choice


def test_a_lead_of_every_layer_that_may_be_chance_is_told_as_that():
    outcomes = ((0.1, True), (0.1, False), (0.0, False), (-0.1, False))
    sentences = [layer_choice.choice_words(*outcome) for outcome in outcomes]
    last = layer_choice.LAST_LAYER
    assert sentences == [layer_choice.EVERY_LAYER, layer_choice.BY_CHANCE, last, last]
    assert "may be chance" in layer_choice.BY_CHANCE
    assert layer_choice.shares_words(0.934, 0.929) == ("93.4%", "92.9%")  # 93% and 93% show no lead
    assert layer_choice.shares_words(0.97, 0.93) == ("97%", "93%")
    assert layer_choice.shares_words(0.93, 0.93) == ("93%", "93%")


@pytest.mark.parametrize(
    ("gained", "lost", "images", "expected"),
    [(4, 0, 24, False), (5, 0, 24, False), (6, 0, 24, True), (9, 3, 24, False), (12, 2, 48, True),
     (0, 6, 24, False), (0, 0, 24, False)],
)  # fmt: skip
def test_every_layer_wins_a_trial_only_where_chance_hardly_does_that(
    gained, lost, images, expected
):
    right_all, right_head = np.ones(images), np.ones(images)
    right_head[:gained] = 0
    right_all[gained : gained + lost] = 0
    weights, alone = np.full(images, 1 / images), np.arange(images)
    assert layer_choice.every_layer_wins(right_all, right_head, weights, alone) == expected
    together = np.minimum(alone, 3)  # of four patients, all that was gained of one is one toss
    together[: gained + lost] = 0
    assert not layer_choice.every_layer_wins(right_all, right_head, weights, together)


@pytest.mark.parametrize(
    ("every_only", "last_only", "expected"),
    [(0, 5, False), (0, 6, True), (6, 0, False), (3, 9, False), (2, 12, True), (0, 0, False)],
)
def test_the_last_layer_is_kept_where_it_measures_better_than_chance_explains(
    every_only, last_only, expected
):
    right_all, right_head = np.ones(40), np.ones(40)
    right_all[:last_only] = 0
    right_head[last_only : last_only + every_only] = 0
    better = layer_choice.last_layer_measures_better
    assert better(right_all, right_head, None) == expected
    assert better(right_all, right_head, np.arange(40)) == expected
    assert not better(right_all, right_head, np.minimum(np.arange(40) // 20, 1))  # two patients
