import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures.design_effect import design_effect, few_groups, student
from autoal_gui.core.measures.metrics import Metrics, as_plain, from_plain, wilson_interval


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=40))
def test_groups_never_make_an_interval_narrower(images):
    right = np.array([one for one, _ in images], bool)
    units = np.array([unit for _, unit in images], int)
    effect = design_effect(right, units)
    sizes = np.bincount(units) if len(units) else np.ones(1, int)
    groups = np.count_nonzero(sizes)
    assert 1 <= effect <= sizes.max() * few_groups(groups, len(units)) + 1e-9


def test_images_that_stand_alone_say_what_they_always_said():
    right = np.arange(30) % 3 > 0
    assert design_effect(right, None) == design_effect(right, np.arange(30)) == 1.0
    alone = Metrics.of(np.zeros(30, int), (~right).astype(int), 2)
    assert alone.accuracy_interval == wilson_interval(20, 30)
    assert as_plain(alone) == {"confusion": alone.confusion, "auroc": None}


@pytest.mark.parametrize("wrong", [0, 2])
def test_of_patients_of_whom_all_or_nothing_is_right_each_counts_as_one_image(wrong):
    units = np.repeat(np.arange(10), 12)
    predicted = (units < wrong).astype(int)
    found = Metrics.of(np.zeros(120, int), predicted, 2, units)
    assert found.accuracy == 1 - wrong / 10
    low, high = found.accuracy_interval
    expected = wilson_interval(10 - wrong, 10, few_groups(10, 120))
    assert (low, high) == pytest.approx(expected, abs=0.05)


def test_weights_say_as_much_as_their_own_scatter():
    """The share of right answers, by weight, over many draws: its variance is what is foretold."""
    rng = np.random.default_rng(0)
    foretold, shares = [], []
    for _ in range(2000):
        heavy = rng.random(100) < 0.5
        weights = np.where(heavy, 2.0, 0.5)
        right = rng.random(100) < np.where(heavy, 0.98, 0.6)
        weights /= weights.sum()
        share = float(weights @ right)
        shares.append(share)
        foretold.append(design_effect(right, None, weights) * share * (1 - share) / 100)
        foretold[-1] *= 100 * float((weights**2).sum())
    assert np.mean(foretold) == pytest.approx(np.var(shares), rel=0.15)


@given(st.lists(st.booleans(), max_size=40))
def test_weights_that_are_all_the_same_change_nothing(right):
    found = design_effect(np.array(right, bool), None, np.full(len(right), 0.3))
    assert found == pytest.approx(1.0)


def test_groups_that_say_nothing_widen_nothing_much():
    rng = np.random.default_rng(0)
    right = rng.random(1200) < 0.7
    assert design_effect(right, np.repeat(np.arange(100), 12)) < 1.6


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_the_interval_holds_the_share_it_is_of_19_times_in_20(share):
    """Patients of twelve images, of which most are right together."""
    rng = np.random.default_rng(1)
    held = []
    for _ in range(400):
        patients = rng.random(20) < share
        right = np.where(
            rng.random((20, 12)) < 0.1, rng.random((20, 12)) < share, patients[:, None]
        )
        truth = np.zeros(240, int)
        found = Metrics.of(truth, (~right.ravel()).astype(int), 2, np.repeat(np.arange(20), 12))
        low, high = found.accuracy_interval
        held.append(low <= share <= high)
    assert np.mean(held) > 0.9


@pytest.mark.parametrize("patients", [4, 5, 8])
def test_of_few_patients_the_interval_holds_what_is_true_all_the_same(patients):
    """The model knows nothing, and a patient's images are right or wrong together."""
    rng = np.random.default_rng(patients)
    held = []
    for _ in range(400):
        right = np.repeat(rng.random(patients) < 0.5, 12) ^ (rng.random(12 * patients) < 0.03)
        units, truth = np.repeat(np.arange(patients), 12), np.zeros(12 * patients, int)
        low, high = Metrics.of(truth, (~right).astype(int), 2, units).accuracy_interval
        held.append(low <= 0.5 <= high)
    assert np.mean(held) > 0.94


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(0, 12.706), (1, 12.706), (10, 2.228), (11, 2.201), (30, 2.042), (1000, 1.962)],
)
def test_students_quantiles_are_those_of_the_tables(freedom, quantile):
    assert student(freedom) == pytest.approx(quantile, abs=2e-3)


def test_the_intervals_of_classes_and_areas_widen_too():
    rng = np.random.default_rng(0)
    units = np.repeat(np.arange(12), 10)
    truth = units % 2
    likely = np.clip(0.5 + 0.3 * (2 * truth - 1) + rng.normal(0, 0.5, 12)[units], 0.01, 0.99)
    shares = np.stack((1 - likely, likely), axis=1)
    alone = Metrics.of_probabilities(truth, shares)
    grouped = Metrics.of_probabilities(truth, shares, units)
    assert grouped.confusion == alone.confusion
    assert grouped.design > 5
    for of in (
        lambda m: m.accuracy_interval,
        lambda m: m.balanced_accuracy_interval,
        lambda m: m.sensitivity_interval(1),
        lambda m: m.specificity_interval(1),
        lambda m: (m.auroc.macro.low, m.auroc.macro.high),
    ):
        assert np.ptp(of(grouped)) > np.ptp(of(alone))
    assert from_plain(as_plain(grouped)) == grouped
