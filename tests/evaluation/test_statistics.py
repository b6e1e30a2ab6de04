"""Areas, intervals and standings, against scipy and by their laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from autoal_gui.evaluation.statistics import FEWEST, MARGIN, Difference, Spread, area

scores = st.floats(0, 1, width=32)
samples = st.lists(scores, min_size=FEWEST, max_size=12)
curves = st.lists(
    st.tuples(st.integers(1, 500), scores), min_size=2, max_size=12, unique_by=lambda p: p[0]
)
pairs = st.lists(st.tuples(scores, scores), min_size=FEWEST, max_size=12)


@given(st.lists(st.floats(0.01, 100), min_size=FEWEST, max_size=12))
def test_ratios_have_an_interval_above_0_that_turns_round_with_them(values):
    spread, inverse = Spread.of_ratios(values), Spread.of_ratios([1 / value for value in values])
    assert spread.mean == pytest.approx(stats.gmean(values))
    assert 0 < spread.low <= spread.mean * (1 + 1e-9)
    turned = (1 / inverse.mean, 1 / inverse.high, 1 / inverse.low)
    assert (spread.mean, spread.low, spread.high) == pytest.approx(turned, rel=1e-6)


@given(samples)
def test_a_spread_equals_that_of_scipy(values):
    spread = Spread.of(values)
    assert (spread.count, spread.mean) == (len(values), pytest.approx(np.mean(values)))
    assert spread.deviation == pytest.approx(np.std(values, ddof=1))
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    half = stats.t(len(values) - 1).ppf(0.975) * error
    assert (spread.low, spread.high) == pytest.approx((spread.mean - half, spread.mean + half))


def test_too_few_numbers_have_no_spread():
    none, one = Spread.of([]), Spread.of([0.25])
    assert none.count == 0
    assert math.isnan(none.mean)
    assert (one.count, one.mean) == (1, 0.25)
    assert all(math.isnan(end) for end in (one.deviation, one.low, one.high))
    two = Spread.of([0.25, 0.35])
    assert (two.mean, two.deviation) == (pytest.approx(0.3), pytest.approx(0.1 / math.sqrt(2)))
    assert math.isnan(two.low)
    assert math.isnan(two.high)


@given(pairs)
def test_a_paired_difference_equals_that_of_scipy(values):
    ours, theirs = ({seed: p[i] for seed, p in enumerate(values)} for i in (0, 1))
    found = Difference.of(ours, theirs)
    gains = np.array([a - b for a, b in values])
    if gains.std():
        interval = stats.ttest_rel(*zip(*values, strict=True)).confidence_interval(0.95)
        assert (found.spread.low, found.spread.high) == pytest.approx(tuple(interval), abs=1e-9)
    assert found.spread.mean == pytest.approx(gains.mean())
    assert (found.wins, found.ties, found.losses) == tuple(
        int(count) for count in ((gains > 0).sum(), (gains == 0).sum(), (gains < 0).sum())
    )
    back = Difference.of(theirs, ours)
    assert back.spread.mean == pytest.approx(-found.spread.mean)
    assert (back.wins, back.losses) == (found.losses, found.wins)
    mirrored = {"better": "worse", "worse": "better"}
    assert mirrored.get(found.standing) == (back.standing if back.standing in mirrored else None)


def test_only_seeds_that_both_have_are_compared():
    found = Difference.of({0: 0.5, 1: 0.6, 7: 0.0}, {1: 0.5, 0: 0.5, 9: 1.0})
    assert (found.spread.count, found.wins, found.ties, found.losses) == (2, 1, 1, 0)
    assert found.spread.mean == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("gains", "standing"),
    [
        ((0.02, 0.03, 0.025), "better"),
        ((-0.02, -0.03, -0.025), "worse"),
        ((-0.0001, 0.0001, 0.0), "no worse"),
        ((0.0, 0.0, 0.0), "no worse"),
        ((-0.05, 0.05, 0.02), "open"),
        ((-MARGIN, 0.0, 0.0), "open"),
        ((0.5, 0.5001), "open"),
        ((0.5,), "open"),
        ((), "open"),
    ],
)
def test_what_an_interval_allows_to_say(gains, standing):
    ours = dict(enumerate(gains))
    assert Difference.of(ours, dict.fromkeys(ours, 0.0)).standing == standing


@given(curves)
def test_an_area_is_the_trapezoid_rule_over_the_span(points):
    labels, values = zip(*sorted(points), strict=True)
    span = labels[-1] - labels[0]
    assert area(labels, values) == pytest.approx(integrate.trapezoid(values, labels) / span)
    assert min(values) - 1e-9 <= area(labels, values) <= max(values) + 1e-9


def test_one_point_is_its_own_area():
    assert area([20], [0.7]) == 0.7
    assert area([20, 40], [0.7, 0.7]) == pytest.approx(0.7)
