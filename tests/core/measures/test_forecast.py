"""The curve drawn on: its intervals hold what they promise, and few rounds give wide ones."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoal_gui.core.measures.forecast import COVERED, PRIORS, Forecast
from autoal_gui.core.measures.stopping_advice import Point

shares = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def curve(values, batch=20, grain=0.002, error=0.01):
    return [Point(batch * (1 + n), value, grain, 0.5, error) for n, value in enumerate(values)]


@settings(max_examples=30)
@given(shares, st.integers(161, 2000))
def test_an_interval_lies_between_0_and_1_around_its_value_and_a_surer_one_is_wider(found, labels):
    forecast = Forecast(curve(found))
    one, surer = forecast.at(labels), forecast.at(labels, covered=0.99)
    assert 0 <= surer.low <= one.low <= one.value <= one.high <= surer.high <= 1


@settings(max_examples=15)
@given(shares)
def test_neither_the_order_of_rounds_nor_one_that_was_replaced_changes_a_forecast(found):
    points = curve(found)
    replaced = [Point(points[0].labels, 0.3, 0.002, 0.5, 0.01), *points]
    assert Forecast(points).at(400) == Forecast(replaced).at(400)
    assert Forecast(points).at(400) == Forecast(points[::-1]).at(400)


def rising(labels):
    return 0.9 - 0.6 * (labels / 10) ** -0.5


def test_more_rounds_narrow_the_interval_about_the_curve_that_goes_on():
    found = [rising(20 * (1 + n)) for n in range(10)]
    widths = []
    for rounds in (2, 5, 10):
        expected = Forecast(curve(found[:rounds])).at(400)
        assert expected.low < rising(400) < expected.high
        widths.append(expected.high - expected.low)
    assert widths == sorted(widths, reverse=True)
    assert Forecast(curve(found)).at(400).value == pytest.approx(rising(400), abs=0.015)


def test_a_round_that_went_wrong_bends_the_forecast_little():
    found = [rising(20 * (1 + n)) for n in range(8)]
    sound = Forecast(curve(found)).at(300)
    found[3] -= 0.3
    assert Forecast(curve(found)).at(300).value == pytest.approx(sound.value, abs=0.03)


def test_where_everything_is_right_the_interval_reaches_that():
    assert Forecast(curve([1.0, 1.0, 1.0])).at(200).high == 1.0
    assert Forecast(curve([0.0, 0.0, 0.0])).at(200).low == 0.0
    assert Forecast(curve([0.6, 0.68, 0.73])).at(100).high < 0.95


def test_the_further_ahead_the_wider():
    forecast = Forecast(curve([0.6, 0.68, 0.73]))
    widths = [found.high - found.low for found in map(forecast.at, (80, 160, 320, 640))]
    assert widths == sorted(widths)


def test_curves_drawn_from_the_priors_go_on_inside_the_interval_as_often_as_it_says():
    rng = np.random.default_rng(0)
    labels = np.array([20, 40, 60, 80, 200])
    held = 0
    for _ in range(150):
        level = rng.normal(*PRIORS.level)
        slope, noise = rng.normal(*PRIORS.slope), rng.lognormal(math.log(PRIORS.noise[0]), 0.3)
        bend = rng.choice(PRIORS.bends)
        logs = np.log(labels / 100)
        mean = level + slope * (logs if bend == 0 else -np.expm1(-bend * logs) / bend)
        sizes = noise * (labels / 100) ** -PRIORS.shrinks
        apart = np.abs(np.log2(labels)[:, None] - np.log2(labels))
        shared = PRIORS.shared * np.exp(-apart / PRIORS.lasts) + (1 - PRIORS.shared) * np.eye(5)
        odds = mean + sizes * (np.linalg.cholesky(shared) @ rng.standard_normal(5))
        values = 1 / (1 + np.exp(-odds))
        points = [Point(int(n), v, 0.002, 0.5) for n, v in zip(labels[:4], values[:4], strict=True)]
        expected = Forecast(points).at(200)
        held += expected.low <= values[4] <= expected.high
    assert COVERED - 0.06 < held / 150 < COVERED + 0.06
