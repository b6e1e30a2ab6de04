"""Advice on more labels: careful, and the same whatever the order and the scale."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from autoal_gui.core import language
from autoal_gui.core.measures.metrics import ByChance, Metrics
from autoal_gui.core.measures.stopping_advice import (
    FEWEST,
    STUDENT,
    WINDOW,
    WORTH,
    Gain,
    Point,
    advise,
    chance_sentence,
    gain_sentence,
    own_at,
    points,
    sentence,
)


def curve(values, first=20, batch=20, grain=0.002, chance=0.5):
    return [Point(first + batch * i, v, grain, chance) for i, v in enumerate(values)]


values = st.lists(st.floats(0, 1), min_size=0, max_size=14)


@given(values)
def test_the_order_of_the_points_changes_nothing(found):
    assert advise(curve(found)) == advise(curve(found)[::-1])


@given(values)
def test_intervals_hold_their_estimate(found):
    advice = advise(curve(found))
    for gain in (advice.gain, advice.ahead):
        if gain is not None:
            assert gain.low <= gain.value <= gain.high


@given(values)
def test_stopping_is_advised_only_where_the_best_case_is_not_worth_it(found):
    advice = advise(curve(found))
    if advice.recommendation == "enough":
        assert len(found) >= FEWEST
        assert advice.ahead.high < WORTH
        assert found[-1] > 0.5


@given(st.lists(st.floats(0, 1), max_size=FEWEST - 1))
def test_few_rounds_never_stop_anyone(found):
    assert advise(curve(found)).recommendation == "early"
    assert sentence(advise(curve(found))).startswith("Keep going")


@given(st.floats(0.03, 0.1), st.integers(FEWEST, 12), st.integers(0, 2**16))
def test_a_curve_that_rises_clearly_is_never_told_to_stop(slope, count, seed):
    rng = np.random.default_rng(seed)
    rise = [0.55 + slope * math.log2(1 + i) + rng.uniform(-0.002, 0.002) for i in range(count)]
    assert advise(curve(rise)).recommendation != "enough"


@given(st.floats(0.6, 0.99), st.integers(WINDOW, 14))
def test_a_curve_that_has_been_flat_for_long_is_told_so(level, count):
    wobble = [level + 0.001 * (-1) ** i for i in range(count)]
    advice = advise(curve(wobble))
    assert advice.recommendation == "enough"
    assert sentence(advice).endswith("within the noise. More labels are unlikely to change much.")


def test_a_flat_curve_at_the_level_of_guessing_is_no_reason_to_stop():
    assert advise(curve([0.5] * 10)).recommendation == "unclear"


def test_a_flat_curve_measured_on_few_images_is_no_reason_to_stop():
    assert advise(curve([0.8] * 6, grain=0.05)).recommendation == "unclear"
    assert advise(curve([0.8] * 8, grain=0.002)).recommendation == "enough"


def test_rising_curves_go_on():
    advice = advise(curve([0.6, 0.66, 0.7, 0.73, 0.75, 0.77]))
    assert advice.recommendation == "go on"
    assert "Keep going: labels still help." in sentence(advice)
    assert advice.gain.value == pytest.approx(0.07)
    noisy = advise(curve([0.6, 0.66, 0.7, 0.69, 0.75, 0.76, 0.75, 0.79]))
    assert noisy.recommendation == "go on"
    assert sentence(noisy).endswith(
        "within the noise. Keep going: over more rounds it still rises."
    )


def test_random_walks_seldom_stop_anyone():
    rng = np.random.default_rng(1)
    stops = 0
    for _ in range(300):
        truth = 0.6 + 0.04 * np.log2(1 + np.arange(8))  # five points come with three rounds
        stops += advise(curve(truth + rng.normal(0, 0.02, 8))).recommendation == "enough"
    assert stops <= 15


def test_a_round_with_the_same_labels_takes_the_place_of_the_one_before():
    twice = [*curve([0.6, 0.7, 0.8, 0.8, 0.8]), Point(100, 0.9, 0.002, 0.5)]
    assert advise(twice).gain.value == pytest.approx(0.2)


def test_students_quantiles_are_those_of_scipy():
    for freedom, value in enumerate(STUDENT, start=1):
        assert value == pytest.approx(student.ppf(0.975, freedom), abs=0.006)
    assert len(STUDENT) == WINDOW - 2


def test_a_point_knows_what_one_image_is_worth():
    point = Point.of(20, Metrics(((8, 2), (1, 3))))
    assert (point.labels, point.value) == (20, pytest.approx((0.8 + 0.75) / 2))
    assert (point.grain, point.chance) == (1 / (2 * 4), 0.5)


def test_gains_in_words():
    gain = Gain(0.004, -0.012, 0.02)
    assert gain_sentence(gain, 3) == (
        "The last 3 rounds changed balanced accuracy by +0.4 points (−1.2 to +2.0), "
        "within the noise."
    )
    assert "within" not in gain_sentence(Gain(0.04, 0.01, 0.07), 3)
    assert points(-0.01) == "−1.0"
    language.use("de", point=",")
    try:
        assert points(-0.012) == "−1,2"
        assert points(0.0) == "+0,0"
    finally:
        language.use("en")


def test_an_interval_that_says_nothing_is_not_told():
    wild = [0.3, 0.6, 0.35, 0.62, 0.4]
    coarse, fine = advise(curve(wild, grain=0.02)), advise(curve(wild))
    assert coarse.gain.is_vague
    assert sentence(coarse) == (
        "That cannot be told yet: what the last 3 rounds changed may be chance, since few images "
        "measure it. More labels will tell."
    )
    assert sentence(fine) == (
        "That cannot be told yet: the rounds so far differ so much that what the last 3 changed "
        "may be chance. More labels will tell."
    )
    assert not Gain(0.5, 0.2, 0.8).is_vague  # wide, and yet a gain
    assert not Gain(0.0, -0.19, 0.19).is_vague


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(1, 300))
def test_the_curve_between_its_points_lies_between_them(found, labels):
    own = own_at(curve(found), labels)
    last = 20 * len(found)
    assert (own is None) == (labels < 20 or labels > last)
    if own is not None:
        assert min(found) - 1e-12 <= own <= max(found) + 1e-12


def test_what_chance_would_give_in_words():
    by_chance = ByChance(40, Metrics(((30, 10), (5, 35))))
    known = curve([0.7, 0.8, 0.9])
    words = chance_sentence(by_chance, known)
    assert words.startswith(
        "A model taught with 40 images picked at random has a balanced accuracy of 81.2%"
    )
    assert "Between its rounds, this project had about 80.0% with as many labels: −1.2 po" in words
    assert chance_sentence(by_chance, known[-1:]) == ""  # 60 labels against 40 compare nothing


@pytest.mark.parametrize(
    ("share", "told"), [(-0.0004, "+0.0"), (0.0, "+0.0"), (-0.0006, "−0.1"), (0.012, "+1.2")]
)
def test_what_is_no_change_has_no_minus(share, told):
    assert points(share) == told
