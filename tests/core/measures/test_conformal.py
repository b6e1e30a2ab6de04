"""Sets of classes hold the true one as often as they say, whatever the model is like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures.caution import Rule, guarantee
from autoal_gui.core.measures.conformal import FEWEST, Calibration

SCORES = st.integers(0, 9).map(lambda tenth: tenth / 10)
GROUPS = st.lists(st.lists(SCORES, min_size=1, max_size=4), min_size=2, max_size=8)


def calibration(groups) -> Calibration:
    """Return what groups of scores calibrate; they stand for distances as well."""
    scores = np.array([score for group in groups for score in group])
    units = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return Calibration(scores, scores, units)


def left_out(groups):
    """Yield each image with what the other groups calibrate, and its share among all."""
    for place, group in enumerate(groups):
        others = calibration([*groups[:place], *groups[place + 1 :]])
        for score in group:
            yield score, others, 1 / (len(groups) * len(group))


@given(GROUPS, st.floats(0.05, 0.99))
def test_a_group_that_is_one_of_the_others_has_its_class_in_the_set_as_often_as_the_level(
    groups, level
):
    """The law itself, without chance: each group of a fixed world is once the new one."""
    held = sum(share * (score <= one.threshold(level)) for score, one, share in left_out(groups))
    assert held >= level - 1e-6


@given(GROUPS, st.floats(0.01, 0.9))
def test_a_group_that_is_one_of_the_others_is_seldom_told_to_be_unlike_them(groups, share):
    told = sum(
        part * (one.ordinary(np.array([score]))[0] <= share)
        for score, one, part in left_out(groups)
    )
    assert told <= share + 1e-6


def test_images_alone_are_groups_of_one():
    found = calibration([[score] for score in np.linspace(0, 1, 9)])
    assert found.threshold(0.5) == pytest.approx(0.5)
    assert found.threshold(0.9) == 1.0
    assert found.threshold(0.91) == np.inf  # nine images cannot promise more than nine in ten
    assert found.sets(np.array([[0.99, 0.01]]), 0.91).all()
    assert found.ordinary(np.array([-1.0, 0.5, 2.0])) == pytest.approx([1.0, 0.6, 0.1])


@pytest.mark.parametrize("skill", [0.0, 2.0])
def test_sets_of_a_good_and_of_a_useless_model_hold_the_class_of_new_patients(skill):
    rng, level, held, sizes = np.random.default_rng(0), 0.8, [], []
    for _ in range(60):
        truth, shares, units = patients(rng, 30, skill)
        scores = 1 - shares[np.arange(len(truth)), truth]
        found = Calibration(scores, scores, units)
        new, said, whose = patients(rng, 30, skill)
        inside = found.sets(said, level)
        right = inside[np.arange(len(new)), new]
        held += [right[whose == one].mean() for one in range(30)]
        sizes.append(inside.sum(1).mean())
    error = np.std(held) / np.sqrt(60)  # the patients of one try share their calibration
    assert np.mean(held) >= level - 2 * error
    assert (np.mean(sizes) > 2) == (skill == 0.0)  # and says more where the model knows more


def patients(rng, count, skill):
    """Draw classes and probabilities of some patients with one to six images each."""
    sizes = rng.integers(1, 7, count)
    units = np.repeat(np.arange(count), sizes)
    truth = rng.integers(0, 3, count)[units]
    logits = rng.normal(size=(count, 3))[units] + rng.normal(size=(len(units), 3)) / 2
    logits[np.arange(len(units)), truth] += skill
    shares = np.exp(logits)
    return truth, shares / shares.sum(1, keepdims=True), units


def test_too_few_groups_say_of_nothing_that_it_is_unlike_them():
    far = np.array([9.0, 0.05])
    few = calibration([[0.1]] * (FEWEST - 1))
    assert few.unlike(far).tolist() == [False, False]
    enough = calibration([[0.1]] * FEWEST)
    assert enough.unlike(far).tolist() == [True, False]
    assert enough.chance == pytest.approx(1 / (FEWEST + 1))
    assert calibration([[0.1]] * 200).chance == 0.01


def test_images_that_count_as_one_are_not_called_groups():
    units = np.repeat(np.arange(20), 2)[1:]  # one stands alone, others are twice there
    scores = np.linspace(0, 1, len(units))
    told = guarantee(Calibration(scores, scores, units), Rule(level=0.9))
    assert told.startswith(
        "Measured on 39 images that it has not learned from. Images of one group"
    )
    assert "files that are the same count as one, which leaves 20." in told
    alone = guarantee(Calibration(scores, scores, np.arange(len(units))), Rule(level=0.9))
    assert alone.startswith("Measured on 39 images that it has not learned from.\nSo many classes")


@pytest.mark.parametrize(("count", "level"), [(30, 0.9), (99, 0.8)])
def test_how_often_the_class_is_really_held_is_told_19_times_in_20(count, level):
    """The scores of new images are even in [0, 1], so that the threshold is what they hold."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(2000):
        scores = rng.random(count)
        measure = Calibration(scores, scores, np.arange(count))
        low, high = measure.held(level)
        found.append(low <= measure.threshold(level) <= high)
    assert np.mean(found) == pytest.approx(0.95, abs=0.02)
    assert Calibration(scores[:5], scores[:5], np.arange(5)).held(0.9) == (1.0, 1.0)


def test_weights_make_up_for_hard_images_that_were_asked_for_more_often():
    """Half of the answers are hard, of new images a tenth: their scores are higher."""
    rng = np.random.default_rng(0)
    held, plain = [], []
    for _ in range(300):
        hard = np.arange(120) < 60
        scores = np.where(hard, 0.5 + rng.random(120) / 2, rng.random(120) / 2)
        counts = np.where(hard, 0.2, 1.8)
        new = np.where(rng.random(500) < 0.1, 0.5 + rng.random(500) / 2, rng.random(500) / 2)
        for found, weights in ((held, counts), (plain, None)):
            measure = Calibration(scores, scores, np.arange(120), counts=weights)
            found.append((new <= measure.threshold(0.9)).mean())
    assert np.mean(held) == pytest.approx(0.91, abs=0.02)
    assert np.mean(plain) > 0.96
    assert measure.effective == pytest.approx(120)
    assert 60 < Calibration(scores, scores, np.arange(120), counts=counts).effective < 80
