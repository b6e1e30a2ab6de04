"""The curves of one class against the rest, against counting and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures.operating.decision import Threshold, decided, reaches
from autoal_gui.core.measures.operating.roc import KINDS, Roc


@st.composite
def scored(draw, least=1, levels=8):
    """(n,) of a class or not, at least so many of either, and (n,) probabilities that coincide."""
    own, others = (draw(st.integers(least, 40)) for _ in range(2))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inside = rng.permutation(np.arange(own + others) < own)
    scores = rng.integers(0, levels + 1, own + others) / levels
    return inside, scores.astype(draw(st.sampled_from((np.float32, np.float64))))


@given(scored())
def test_each_threshold_counts_what_reaches_it(case):
    inside, scores = case
    roc = Roc.of(inside, scores)
    for value, found, mistaken in zip(roc.thresholds, roc.found, roc.mistaken, strict=True):
        given_it = reaches(scores, value)
        assert found == (given_it & inside).sum()
        assert mistaken == (given_it & ~inside).sum()


@given(scored())
def test_a_lower_threshold_never_finds_less_nor_errs_less(case):
    roc = Roc.of(*case)
    assert (np.diff(roc.thresholds) < 0).all()
    assert (np.diff(roc.found) >= 0).all()
    assert (np.diff(roc.mistaken) >= 0).all()
    assert (roc.found[0], roc.mistaken[0]) == (0, 0)
    assert (roc.found[-1], roc.mistaken[-1]) == (case[0].sum(), (~case[0]).sum())


@given(scored(), st.integers(0, 2**16))
def test_an_image_that_counts_for_several_is_as_so_many_images(case, seed):
    inside, scores = case
    weights = np.random.default_rng(seed).integers(1, 5, len(scores))
    weighed = Roc.of(inside, scores, weights / 4)
    several = Roc.of(np.repeat(inside, weights), np.repeat(scores, weights))
    assert weighed.thresholds.tolist() == several.thresholds.tolist()
    assert (weighed.inside, weighed.outside) == (several.inside / 4, several.outside / 4)
    for kind in KINDS:
        assert np.allclose(weighed.shares(kind), several.shares(kind))
    assert np.allclose(weighed.precisions[1:], several.precisions[1:])
    assert weighed.corners.tolist() == several.corners.tolist()


@given(scored())
def test_the_curves_are_those_of_sklearn(case):
    from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

    inside, scores = case
    roc = Roc.of(inside, scores)
    mistakes, found, _ = roc_curve(inside, scores, drop_intermediate=False)
    assert np.allclose(1 - roc.specificities, mistakes)
    assert np.allclose(roc.sensitivities, found)
    area = (
        float(np.diff(1 - roc.specificities) @ (roc.sensitivities[1:] + roc.sensitivities[:-1])) / 2
    )
    assert area == pytest.approx(roc_auc_score(inside, scores))
    precision, recall, _ = precision_recall_curve(inside, scores)
    assert np.allclose(roc.precisions[:0:-1], precision[:-1])
    assert np.allclose(roc.sensitivities[:0:-1], recall[:-1])


@given(scored())
def test_corners_are_the_thresholds_that_no_other_beats(case):
    roc = Roc.of(*case)
    points = list(zip(roc.found.tolist(), roc.mistaken.tolist(), strict=True))
    best = {
        (found, mistaken)
        for found, mistaken in points
        if found
        and not any(f >= found and m <= mistaken and (f, m) != (found, mistaken) for f, m in points)
    }
    assert [points[i] for i in roc.corners] == sorted(best)


@given(scored(), st.floats(0, 1))
def test_of_the_thresholds_with_a_specificity_the_one_that_finds_most_is_chosen(case, asked):
    roc = Roc.of(*case)
    enough = [i for i in range(1, len(roc.found)) if roc.specificities[i] >= asked - 1e-9]
    able = [i for i in enough if roc.found[i]]
    corner = roc.corner_at(asked)
    if corner is None:
        assert not able
    else:
        place = roc.corners[corner]
        assert place in able
        assert roc.found[place] == roc.found[able].max()


@given(scored())
def test_a_corner_asked_for_by_its_specificity_is_found_again(case):
    roc = Roc.of(*case)
    specificities = roc.specificities[roc.corners]
    assert [roc.corner_at(s) for s in specificities] == list(range(len(roc.corners)))


@given(scored(levels=1000))
def test_rounding_to_32_bits_moves_no_image_across_a_threshold(case):
    inside, scores = case
    exact = Roc.of(inside, scores.astype(np.float32))
    for value, found in zip(exact.thresholds, exact.found, strict=True):
        assert (reaches(scores.astype(np.float32), value) & inside).sum() == found


# -- which class an image is given --------------------------------------------------------------


def test_without_a_threshold_the_likeliest_class_is_given():
    rows = np.array([[0.5, 0.5], [0.2, 0.8]])
    assert decided(rows).tolist() == [0, 1]


def test_a_class_is_given_from_its_threshold_on_and_else_the_likeliest_other():
    rows = np.array([[0.3, 0.6, 0.1], [0.29, 0.2, 0.51], [0.9, 0.06, 0.04], [0.25, 0.5, 0.25]])
    assert decided(rows, Threshold(0, 0.3)).tolist() == [0, 2, 0, 1]
    assert decided(rows, Threshold(0, 0.95)).tolist() == [1, 2, 1, 1]
    assert decided(rows, Threshold(2, 0.0)).tolist() == [2, 2, 2, 2]


def test_nothing_is_decided_of_no_image():
    assert decided(np.zeros((0, 3)), Threshold(1, 0.5)).tolist() == []
    assert decided(np.zeros((0, 0))).tolist() == []


@given(scored(), st.floats(0, 1))
def test_of_two_classes_a_threshold_gives_what_its_curve_counts(case, value):
    _, scores = case
    rows = np.stack([1 - scores, scores], axis=1)
    assert np.array_equal(decided(rows, Threshold(1, value)) == 1, reaches(scores, value))
