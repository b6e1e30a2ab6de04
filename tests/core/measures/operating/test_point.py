"""A threshold chosen by a share that is asked for: what is measured there, and what to expect."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.language import percent
from autoal_gui.core.measures.metrics import wilson_interval
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.measures.operating.point import (
    FEWEST,
    FEWEST_GROUPS,
    FOLDS,
    OperatingRule,
    Performance,
    cross_fitted,
    dealt,
    is_measurable,
    operating_point,
    performance_at,
)
from autoal_gui.core.measures.operating.text import (
    changed_sentence,
    found_sentence,
    fresh_sentence,
    in_all_sentence,
    left_sentence,
    precision_sentence,
    threshold_sentence,
    why_not,
    would_sentence,
)


def drawn(images=100, overlap=1.0, seed=0):
    """(n,) of the class or not, and (n,) probabilities; the smaller the overlap, the surer."""
    rng = np.random.default_rng(seed)
    inside = np.arange(images) % 2 == 0
    logits = rng.normal(np.where(inside, 1, -1), overlap)
    return inside, 1 / (1 + np.exp(-logits))


def rows(scores):
    return np.stack([1 - scores, scores], axis=1)


def test_the_threshold_has_the_specificity_that_was_asked_for_and_finds_most():
    inside, scores = drawn()
    point = operating_point(OperatingRule(1, 0.9), inside.astype(int), rows(scores))
    assert point.threshold.class_index == 1
    assert point.chosen.specificity.value >= 0.9
    given_it = scores >= point.threshold.value
    assert point.chosen.sensitivity.found == (given_it & inside).sum()
    assert point.chosen.specificity.found == (~given_it & ~inside).sum()
    better = [t for t in scores if (~(scores >= t) & ~inside).sum() >= 45]
    most = max((inside & (scores >= t)).sum() for t in better)
    assert point.chosen.sensitivity.found == most


def test_intervals_are_wilsons_and_groups_widen_them():
    inside, scores = drawn()
    alone = performance_at(inside, scores, 0.5)
    share = alone.sensitivity
    assert share.interval == wilson_interval(share.found, share.count)
    groups = np.repeat(np.arange(10), 10)
    scores = np.where(groups % 3 == 0, 1 - scores, scores)  # of a patient all is wrong, or right
    alone, grouped = (performance_at(inside, scores, 0.5, units) for units in (None, groups))
    for name in ("sensitivity", "specificity"):
        narrow, wide = getattr(alone, name).interval, getattr(grouped, name).interval
        assert wide[0] < narrow[0]
        assert wide[1] > narrow[1]


def test_the_share_that_is_right_when_it_is_said_counts_both_sides():
    inside = np.array([True, True, False, False, False])
    found = Performance.of(inside, np.array([True, False, True, True, False]))
    assert (found.precision.found, found.precision.count) == (1, 3)
    assert Performance.of(inside, np.zeros(5, bool)).precision is None
    assert precision_sentence("x", Performance.of(inside, np.zeros(5, bool))) == ""


@given(st.integers(0, 10_000), st.floats(0.0, 1.0))
def test_each_image_is_counted_once_where_others_choose(seed, asked):
    inside, scores = drawn(40 + seed % 17, 2.0, seed)
    found = cross_fitted(inside, scores, OperatingRule(1, asked))
    assert found.sensitivity.count == inside.sum()
    assert found.specificity.count == (~inside).sum()


def test_no_group_chooses_the_threshold_that_it_is_measured_by():
    units = np.repeat(np.arange(30), np.arange(30) % 4 + 1)
    folds = dealt(units % 3 == 0, units)
    assert all(len(set(folds[units == unit])) == 1 for unit in range(30))
    assert set(folds) == set(range(FOLDS))


def test_the_sides_are_spread_over_the_folds():
    inside = np.arange(100) % 5 == 0
    folds = dealt(inside)
    assert np.bincount(folds[inside]).tolist() == [2] * FOLDS
    assert np.bincount(folds[~inside]).tolist() == [8] * FOLDS


def test_where_probabilities_say_nothing_a_chosen_threshold_flatters_and_a_fresh_one_does_not():
    """Over many sets of noise, what is found by others' thresholds is what chance finds."""
    excess = {"chosen": [], "fresh": []}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        inside, scores = np.arange(60) % 2 == 0, rng.random(60)
        point = operating_point(OperatingRule(1, 0.6), inside.astype(int), rows(scores))
        for name, found in excess.items():
            shares = getattr(point, name)
            found.append(shares.sensitivity.value + shares.specificity.value - 1)
    assert np.mean(excess["chosen"]) > 0.03
    assert abs(np.mean(excess["fresh"])) < 0.03


@pytest.mark.parametrize(
    ("own", "others", "told"),
    [
        (FEWEST - 1, 50, "Now 9 and 50 count."),
        (50, FEWEST - 1, "Now 50 and 9 count."),
        (1, 0, "10 images of “cat” and 10 of the other classes. Now 1 and 0 count."),
        (FEWEST, FEWEST, ""),
    ],
)
def test_few_images_of_either_side_are_not_measured_and_that_is_said(own, others, told):
    inside = np.arange(own + others) < own
    assert is_measurable(inside) is not bool(told)
    assert told in why_not("cat", inside)
    assert bool(why_not("cat", inside)) is bool(told)
    scores = np.where(inside, 0.9, 0.1)
    point = operating_point(OperatingRule(1, 0.5), inside.astype(int), rows(scores))
    assert (point is None) is bool(told)


def test_many_images_of_few_patients_are_not_measured_either():
    inside = np.arange(100) < 50
    few = np.where(inside, np.arange(100) % (FEWEST_GROUPS - 1), 10 + np.arange(100))
    assert not is_measurable(inside, few)
    assert "come from 4 groups" in why_not("cat", inside, few)


def test_a_specificity_that_no_threshold_has_is_not_given():
    inside = np.arange(40) < 20
    scores = np.full(40, 0.7)
    assert operating_point(OperatingRule(1, 0.9), inside.astype(int), rows(scores)) is None
    assert operating_point(OperatingRule(1, 0.0), inside.astype(int), rows(scores)) is not None


def test_of_two_classes_the_other_one_is_named():
    pair, three = ("cat", "dog"), ("cat", "dog", "owl")
    assert threshold_sentence(pair, 1, 0.3) == (
        "An image is given “dog” where its probability is 30.0% or more, else “cat”."
    )
    assert would_sentence(pair, 0, 0.3).endswith("30.0% or more, else “dog”.")
    for told in (threshold_sentence, would_sentence):
        assert told(three, 0, 0.3).endswith("else the likeliest of the other classes.")


def test_what_is_found_is_said_with_counts_and_intervals():
    inside = np.arange(40) < 20
    found = Performance.of(inside, np.arange(40) % 10 != 0)
    assert found_sentence("cat", found.sensitivity) == (
        "Finds 18 of 20 “cat”: sensitivity 90% (70 to 97%)."
    )
    assert left_sentence(found.specificity).startswith("Of 20 others 2 are rightly not")
    assert precision_sentence("cat", found).startswith(
        "Given “cat”: 36 images, 18 of them rightly (50%"
    )
    assert "18 of 20 (90%, 70 to 97%) of the class found, and 2 of 20" in fresh_sentence(found)


def test_a_sensitivity_that_is_asked_for_is_reached_with_the_fewest_mistakes():
    rng = np.random.default_rng(4)
    inside = rng.random(400) < 0.3
    scores = 1 / (1 + np.exp(-rng.normal(np.where(inside, 1.0, -1.0), 1.2)))
    rule = OperatingRule(1, 0.95, "sensitivity")
    point = operating_point(rule, inside.astype(int), rows(scores))
    found = point.chosen
    assert found.sensitivity.value >= 0.95
    higher = scores[scores > point.threshold.value].min()
    stricter = performance_at(inside, scores, np.nextafter(higher, 1))
    assert stricter.sensitivity.value < 0.95
    assert (
        point.threshold.value
        > operating_point(
            OperatingRule(1, 0.99, "sensitivity"), inside.astype(int), rows(scores)
        ).threshold.value
    )


def test_what_is_told_of_a_sensitivity_comes_from_images_that_did_not_choose_the_threshold():
    rng = np.random.default_rng(8)
    chosen, fresh = [], []
    for _ in range(40):
        inside = np.arange(60) < 20
        scores = rng.random(60)  # of no use, so that whatever is found is by chance
        point = operating_point(OperatingRule(1, 0.9, "sensitivity"), inside * 1, rows(scores))
        for shares, told in ((point.chosen, chosen), (point.fresh, fresh)):
            told.append(shares.sensitivity.value + shares.specificity.value - 1)
    assert np.mean(chosen) > 0.02
    assert abs(np.mean(fresh)) < np.mean(chosen)


def test_a_new_threshold_is_told_only_where_it_looks_different():
    rule = OperatingRule(1, 0.95, "sensitivity")
    told = changed_sentence("monocyte", rule, 0.43, 0.51)
    assert told.startswith("The threshold for “monocyte” is 43.0% now (51.0% before)")
    assert told.endswith("for the same sensitivity.")
    assert "specificity" in changed_sentence("monocyte", OperatingRule(1, 0.9), 0.43, 0.51)
    assert changed_sentence("monocyte", rule, 0.43001, 0.43004) == ""


@given(st.integers(0, 2**16))
def test_answers_that_stand_for_many_count_for_as_many(seed):
    random = np.random.default_rng(seed)
    inside = np.arange(60) % 2 == 0
    scores = np.clip(random.normal(np.where(inside, 0.6, 0.4), 0.2), 0, 1)
    weights = random.integers(1, 4, 60)
    found = performance_at(inside, scores, 0.5, weights=weights / 2)
    several = performance_at(*(np.repeat(one, weights) for one in (inside, scores)), 0.5)
    for name in ("sensitivity", "specificity", "precision"):
        one, many = getattr(found, name), getattr(several, name)
        assert one.value == pytest.approx(many.value)
        low, high = one.interval
        assert low <= one.value <= high
        assert one.count < many.count  # the answers themselves are counted
    assert found.part == pytest.approx(several.part)


def test_answers_of_one_weight_choose_the_point_that_as_many_images_do():
    random = np.random.default_rng(4)
    truth = np.arange(80) % 2
    scores = np.clip(random.normal(0.4 + 0.2 * truth, 0.2), 0, 1)
    rule = OperatingRule(1, 0.9)
    counted = operating_point(rule, truth, rows(scores))
    alike = operating_point(rule, truth, rows(scores), weights=np.full(80, 3.0))
    assert alike.threshold == counted.threshold
    for one, other in ((alike.chosen, counted.chosen), (alike.fresh, counted.fresh)):
        assert one.sensitivity.value == pytest.approx(other.sensitivity.value)
        assert one.sensitivity.found == other.sensitivity.found
        low, high = other.sensitivity.interval
        wide_low, wide_high = one.sensitivity.interval
        assert wide_low < low < high < wide_high  # the models share what they learned from


def test_an_estimate_is_told_as_a_share_and_never_as_counts():
    truth = np.arange(40) % 2
    scores = np.where(truth == 1, 0.8, 0.2)
    scores[:4] = 0.5
    weights = np.where(scores == 0.5, 4.0, 1.0)
    point = operating_point(OperatingRule(1, 0.6), truth, rows(scores), weights=weights)
    chosen = point.chosen
    told = (
        found_sentence("cat", chosen.sensitivity),
        left_sentence(chosen.specificity),
        precision_sentence("cat", chosen),
        fresh_sentence(point.fresh),
    )
    for words in told:
        assert "about" in words
        assert " of 20" not in words
    assert told[0].endswith("estimated from 20 labels.")
    assert f"about {percent(chosen.part)} of the images" in told[2]


@pytest.mark.parametrize("kind", ["specificity", "sensitivity"])
def test_of_ten_images_one_may_err_in_the_folds_as_it_may_in_the_whole(kind):
    """Without that 15 of 15 would be found at the point, and 2 of 15 expected of new images."""
    easy, hard = np.linspace(0.1, 0.2, 9), np.linspace(0.6, 0.8, 15)
    scores = np.concatenate((hard, easy, [0.79]))  # one of the others looks like the class
    inside = np.arange(25) < 15
    if kind == "sensitivity":
        inside, scores = ~inside, 1 - scores
    point = operating_point(OperatingRule(1, 0.9, kind), inside * 1, rows(scores))
    other = "sensitivity" if kind == "specificity" else "specificity"
    assert getattr(point.chosen, other).value == 1
    assert getattr(point.fresh, other).value > 0.8
    assert getattr(point.fresh, kind).value >= 0.8


def test_a_point_says_what_it_costs_over_all_classes():
    rows = np.array([[0.9, 0.1, 0], [0.7, 0.3, 0], [0.2, 0.8, 0], [0.1, 0.2, 0.7]])
    truth, low = np.array([0, 0, 1, 2]), Threshold(1, 0.15)
    assert in_all_sentence(truth, rows, low) == (
        "Of the 4 images that choose it, all classes together, 2 are right with this point, by the "
        "highest probability 4."
    )
    weights = np.array([3.0, 1.0, 1.0, 1.0])
    assert in_all_sentence(truth, rows, low, weights) == (
        "Of all classes together about 67% of your images are right with this point, by the "
        "highest probability about 100%."
    )
