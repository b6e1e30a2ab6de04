"""What a model says against how often it is right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.language import decimal, percent
from autoal_gui.core.measures.calibration import (
    FEWEST,
    MOST_BINS,
    WIDE,
    bin_sentence,
    calibration,
    calibration_sentence,
)


def case(images, levels, seed, share=None):
    """Classes and probabilities of two; `share` of the images are right, else as many as said."""
    rng = np.random.default_rng(seed)
    said = 0.5 + rng.integers(0, levels + 1, images) / (2 * levels)
    right = rng.random(images) < (said if share is None else share)
    return np.where(right, 0, 1), np.stack([said, 1 - said], axis=1)


@given(st.integers(0, 200), st.integers(1, 30), st.integers(0, 1000))
def test_every_image_is_in_one_part_and_parts_are_in_order(images, levels, seed):
    truth, rows = case(images, levels, seed)
    found = calibration(truth, rows)
    if found is None:
        assert images < 2 * FEWEST or len(np.unique(rows.max(1))) < images
        return
    assert 2 <= len(found.bins) <= MOST_BINS
    assert sum(one.right.count for one in found.bins) == images == found.whole.right.count
    assert all(one.right.count >= FEWEST for one in found.bins)
    assert sum(one.right.found for one in found.bins) == found.whole.right.found
    said = [one.said for one in found.bins]
    assert said == sorted(said)
    total = sum(one.said * one.right.count for one in found.bins)
    assert total / images == pytest.approx(rows.max(1).mean())
    assert found.whole.right.found == (rows.argmax(1) == truth).sum()


def test_images_of_one_probability_stay_in_one_part():
    said = np.repeat((0.6, 0.7, 1.0), (15, 15, 70))
    found = calibration(np.zeros(100, int), np.stack([said, 1 - said], axis=1))
    assert [one.right.count for one in found.bins] == [15, 15, 70]
    assert [one.said for one in found.bins] == pytest.approx([0.6, 0.7, 1.0])


def test_parts_that_would_read_alike_are_one():
    said = np.repeat((0.7, 0.99962, 0.99991), (20, 20, 20))
    truth = np.repeat((0, 1, 0), (20, 2, 38))
    found = calibration(truth, np.stack([said, 1 - said], axis=1))
    assert [bin_sentence(one).partition(" (")[0] for one in found.bins] == [
        "When it says about 70%, it is right on 20 of 20",
        "When it says about 100.0%, it is right on 38 of 40",
    ]


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.55, "It is surer than it should be"),
        (0.99, "It is right more often than it says"),
        (None, "Nothing shows that it is right more or less often than it says"),
    ],
)
def test_it_is_said_whether_the_model_is_as_right_as_it_says(share, told):
    found = calibration(*case(300, 20, 5, share))
    assert calibration_sentence(found).startswith(told)


def test_a_mean_over_all_images_is_not_said_of_one():
    found = calibration(*case(300, 20, 5, 0.55))
    low, high = found.whole.right.interval
    said, right = percent(found.whole.said), percent(found.whole.right.value)
    assert calibration_sentence(found).endswith(
        f"on average over all images it says {said} and is right on {right} "
        f"({decimal(100 * low, 0)} to {percent(high)})."
    )


def test_few_images_and_images_of_one_probability_are_not_compared():
    assert calibration(*case(2 * FEWEST - 1, 20, 0)) is None
    rows = np.tile((0.8, 0.2), (50, 1))
    assert calibration(np.zeros(50, int), rows) is None


def test_groups_widen_the_interval_of_a_part():
    truth, rows = case(200, 20, 3)
    units = np.arange(200) // 20
    truth = np.where(units % 3 == 0, 1, 0)  # of a patient all is wrong, or all is right
    alone, grouped = calibration(truth, rows), calibration(truth, rows, units)
    low, high = alone.whole.right.interval
    wide_low, wide_high = grouped.whole.right.interval
    assert wide_low < low < high < wide_high


def test_a_part_is_told_in_plain_words():
    said = np.repeat((0.6, 0.9), (20, 100))
    truth = np.where(np.arange(120) % 10 < 2, 1, 0)
    surest = calibration(truth, np.stack([said, 1 - said], axis=1)).bins[-1]
    assert bin_sentence(surest).startswith("When it says about 90%, it is right on 80 of 100 (")


@given(st.integers(0, 2**16))
def test_answers_that_stand_for_many_are_told_as_shares_of_all(seed):
    truth, rows = case(60, 30, seed, 0.7)
    weights = np.random.default_rng(seed).uniform(0.3, 3, 60)
    found, alike = calibration(truth, rows, weights=weights), calibration(truth, rows)
    right = rows.argmax(1) == truth
    assert found.whole.right.value == pytest.approx(np.average(right, weights=weights))
    assert found.whole.said == pytest.approx(np.average(rows.max(1), weights=weights))
    assert sum(one.right.count for one in found.bins) == 60
    low, high = calibration(truth, rows, weights=np.ones(60)).whole.right.interval
    assert low < alike.whole.right.interval[0] < alike.whole.right.interval[1] < high
    told = bin_sentence(found.bins[0])
    assert told.endswith(f"estimated from {found.bins[0].right.count} answers.")
    assert f"right on about {percent(found.bins[0].right.value)} (" in told


def test_a_wide_interval_does_not_tell_that_a_model_is_right_as_often_as_it_says():
    few = calibration(*case(20, 20, 0))
    low, high = few.whole.right.interval
    assert low < few.whole.said < high
    assert high - low > WIDE
    assert calibration_sentence(few).startswith("It cannot be told yet")
