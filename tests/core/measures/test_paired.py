"""Two models on the same images: the test is McNemar's, and the interval holds the truth."""

from dataclasses import replace
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures import paired
from autoal_gui.core.measures.paired import (
    Difference,
    Paired,
    chance_of,
    difference_words,
    paired_sentence,
    surely_different,
)

FEW = st.integers(0, 9)


def models(truth, first, second, units=None):
    return Paired.of(
        np.array(truth), np.array(first, bool), np.array(second, bool),
        None if units is None else np.array(units),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(paired, "DRAWS", 200)


@given(st.integers(0, 60), st.integers(0, 60))
def test_where_images_stand_alone_the_test_is_mcnemars_exact_one(fewer, more):
    gains = np.array([-1] * fewer + [1] * more + [0] * 5)
    differ = fewer + more
    as_few = sum(comb(differ, heads) for heads in range(min(fewer, more) + 1)) / 2**differ
    assert chance_of(gains) == pytest.approx(min(1.0, 2 * as_few), abs=1e-9)


@given(st.lists(st.integers(-4, 4), max_size=8))
def test_groups_are_tossed_as_a_whole(gains):
    sums = [sum(s * abs(g) for s, g in zip(signs, gains, strict=True))
            for signs in product((-1, 1), repeat=len(gains))]  # fmt: skip
    far = [abs(one) >= abs(sum(gains)) for one in sums]
    assert chance_of(np.array(gains, np.int64)) == pytest.approx(np.mean(far))


def test_of_very_many_images_the_normal_distribution_is_near_enough(monkeypatch):
    gains = np.repeat([-1, 1], (2450, 2580))
    exact = chance_of(gains)
    monkeypatch.setattr(paired, "EXACT", 0)
    assert chance_of(gains) == pytest.approx(exact, abs=1e-4)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans(), FEW), min_size=1))
def test_whoever_is_called_the_first_the_models_differ_by_the_same(images):
    truth, first, second, units = zip(*images, strict=True)
    one, other = models(truth, first, second, units), models(truth, second, first, units)
    assert (one.first_only, one.second_only) == (other.second_only, other.first_only)
    assert one.chance == pytest.approx(other.chance)
    assert one.accuracy.value == pytest.approx(-other.accuracy.value)
    for part in (one.accuracy, one.balanced_accuracy):
        assert -1 <= part.low <= part.value <= part.high <= 1


def test_the_differences_are_those_of_the_two_accuracies():
    found = models([0, 0, 0, 1], [1, 1, 0, 0], [1, 0, 0, 1])
    assert (found.first_only, found.second_only, found.images, found.groups) == (1, 1, 4, 0)
    assert found.accuracy.value == 0
    assert found.balanced_accuracy.value == pytest.approx((-1 / 3 + 1) / 2)


def test_models_that_never_differ_are_not_the_same_for_certain():
    found = models([0, 1] * 20, [1] * 40, [1] * 40)
    assert found.chance == 1.0
    assert found.accuracy.low < 0 < found.accuracy.high
    few = models([0, 1] * 3, [1] * 6, [1] * 6)
    assert few.accuracy.high > found.accuracy.high


def test_copies_of_an_image_in_its_group_make_nothing_surer():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 60)
    first, second = rng.random(60) < 0.7, rng.random(60) < 0.8
    alone = models(truth, first, second)
    four = (np.repeat(part, 4) for part in (truth, first, second, np.arange(60)))
    copied = models(*four)
    assert copied.chance == pytest.approx(alone.chance)
    assert copied.groups == 60
    widths = [one.accuracy.high - one.accuracy.low for one in (alone, copied)]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


@pytest.mark.parametrize("size", [1, 5])
def test_the_interval_holds_the_true_difference_nineteen_times_in_twenty(size):
    """Images of a group are right or wrong together, mostly."""
    rng, held, tries = np.random.default_rng(1), 0, 80
    true = 0.25 * (1 - 2 * 0.625)  # a quarter of the answers is turned round
    for _ in range(tries):
        groups = rng.random((60, 1)) * 0.8 + rng.random((60, size)) * 0.2
        first, second = groups < 0.6, (groups < 0.6) ^ (rng.random((60, 1)) < 0.25)
        truth = np.zeros(60 * size, int)
        units = np.repeat(np.arange(60), size)
        found = models(truth, first.ravel(), second.ravel(), units if size > 1 else None)
        held += found.accuracy.low <= true <= found.accuracy.high
    assert held / tries > 0.88  # of so few tries


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_the_more_models_are_compared_the_surer_a_difference_has_to_be(chances):
    alike = Paired(9, 0, 1, 1, 1.0, Difference(0, 0, 0), Difference(0, 0, 0))
    sure = surely_different([replace(alike, chance=chance) for chance in chances])
    for one, told in zip(chances, sure, strict=True):
        assert not told or one < 0.05
    assert any(sure) == (min(chances) * len(chances) < 0.05)


def test_a_comparison_is_told_in_plain_words():
    none = Difference(0.025, -0.01, 0.06)
    found = Paired(100, 0, 6, 14, 0.115, none, none)
    assert paired_sentence("A", "B", found, sure=False) == (
        "B was right on 14 images where A was wrong, A on 6 where B was wrong; "
        "that can be chance (p = 0.115)."
    )
    surely = paired_sentence("A", "B", replace(found, chance=0.0001), sure=True)
    assert surely.endswith("; chance hardly does that (p < 0.001).")
    same = paired_sentence("A", "B", replace(found, first_only=0, second_only=0), sure=False)
    assert same == "B and A are right on the same images."
    assert difference_words(none) == "+2.5 (−1.0 to +6.0%)"
