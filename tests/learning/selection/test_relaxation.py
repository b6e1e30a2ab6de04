"""The relaxed selection: threshold, gradients and losses against independent computations."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.mixture import GaussianMixture
from torch.autograd import gradcheck

from autoal_gui.learning.selection import mixture, relaxation
from autoal_gui.learning.selection.mixture import mixture_quantile, threshold
from tests.support.learning import finite_differences

LEVELS = (0.02, 0.5, 0.8, 0.99)


def doubles(values, grad=False):
    return torch.tensor(np.asarray(values), dtype=torch.float64, requires_grad=grad)


def parts_of(seed, components):
    """Weights, means and deviations of a random mixture."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.1, 1, components)
    return weights / weights.sum(), rng.normal(0, 2, components), rng.uniform(0.1, 2, components)


def inverted(weights, means, deviations, level):
    """The quantile by scipy's root finder on scipy's normal distribution."""

    def excess(value):
        return np.dot(weights, norm.cdf((value - means) / deviations)) - level

    reach = 12 * max(deviations)
    return brentq(excess, min(means) - reach, max(means) + reach, xtol=1e-13)


# -- the quantile of a mixture ------------------------------------------------------------------


@given(st.integers(0, 10**6), st.integers(1, 5), st.floats(0.001, 0.999))
def test_quantile_inverts_the_mixtures_distribution(seed, components, level):
    parts = parts_of(seed, components)
    found = mixture_quantile(*map(doubles, parts), level)
    assert found.item() == pytest.approx(inverted(*parts, level), abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("components", [1, 2, 5])
def test_quantiles_gradient_in_weights_means_and_deviations(components, level):
    parts = [doubles(part, grad=True) for part in parts_of(components, components)]
    assert gradcheck(lambda *given: mixture_quantile(*given, level), parts)


def test_quantile_in_a_gap_between_components_has_a_finite_gradient():
    parts = doubles([0.5, 0.5], True), doubles([-1e3, 1e3], True), doubles([1e-3, 1e-3], True)
    mixture_quantile(*parts, 0.5).backward()
    assert all(torch.isfinite(part.grad).all() for part in parts)


# -- the mixture --------------------------------------------------------------------------------


def drawn_scores(kind, count, seed):
    """Scores as a search makes them, in order: smooth, in heaps, skewed, tied."""
    rng = np.random.default_rng([count, seed])
    half = count // 2
    return np.sort({
        "even": lambda: rng.uniform(0, 1, count),
        "heaps": lambda: np.append(rng.normal(0.2, 0.03, half), rng.normal(0.7, 0.1, count - half)),
        "skewed": lambda: rng.exponential(1, count),
        "tied": lambda: rng.integers(0, 8, count) / 7,
        "mixed": lambda: (rng.dirichlet(np.ones(7), count) * rng.integers(0, 2, (count, 7))).sum(1),
    }[kind]())  # fmt: skip


KINDS = ("even", "heaps", "skewed", "tied", "mixed")


def standardised(scores):
    return (scores - scores.mean()) / scores.std()


def parameters(scores, shares):
    """Weights, means and variances of components that hold shares (J, B) of the scores."""
    totals = shares.sum(1)
    means = shares @ scores / totals
    spread = (shares * (scores - means[:, None]) ** 2).sum(1) / totals
    return totals / totals.sum(), means, spread + mixture.VARIANCE_FLOOR


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("steps", [1, 4, 25])
@pytest.mark.parametrize("kind", KINDS)
def test_em_climbs_step_by_step_as_sklearns_from_the_same_start(kind, steps, monkeypatch):
    scores = standardised(drawn_scores(kind, 50, 0))
    starts = mixture._starts(scores)
    monkeypatch.setattr(mixture, "EM_STEPS", steps + 1)  # one to see where it stands
    monkeypatch.setattr(mixture, "EM_TOLERANCE", -1.0)  # never content
    shares, likelihoods = mixture._fitted(scores, starts)
    column = scores[:, None]
    for start, held, likelihood in zip(starts, shares, likelihoods, strict=True):
        count = start.max() + 1
        weights, means, variances = parameters(scores, np.eye(count)[start].T)
        expected = GaussianMixture(
            count, covariance_type="spherical", reg_covar=mixture.VARIANCE_FLOOR, tol=0.0,
            max_iter=steps, weights_init=weights, means_init=means[:, None],
            precisions_init=1 / variances,
        ).fit(column)  # fmt: skip
        assert likelihood == pytest.approx(expected.score(column), abs=1e-9)
        np.testing.assert_allclose(held[:count].T, expected.predict_proba(column), atol=1e-7)
        assert not held[count:].any()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_the_chosen_mixture_is_as_good_as_sklearns_best(kind, seed):
    """By the BIC on the same scores; EM stops within its tolerance of a maximum."""
    scores = standardised(drawn_scores(kind, 31 + 11 * seed, seed))
    column = scores[:, None]
    least = min(
        GaussianMixture(count, reg_covar=mixture.VARIANCE_FLOOR, random_state=0)
        .fit(column)
        .bic(column)
        for count in range(1, 1 + min(mixture.MOST_COMPONENTS, len(np.unique(scores))))
    )
    shares = mixture._responsibilities(scores).T
    np.testing.assert_allclose(shares.sum(0), 1)
    weights, means, variances = parameters(scores, shares)
    density = (weights * norm.pdf(column, means, variances**0.5)).sum(1)
    found = (3 * len(means) - 1) * np.log(len(scores)) - 2 * np.log(density).sum()
    assert found < least + 0.5


@given(st.sampled_from(KINDS), st.integers(30, 64), st.integers(0, 99), st.randoms())
def test_permuting_the_scores_permutes_what_the_components_hold(kind, count, seed, random):
    scores = standardised(drawn_scores(kind, count, seed))
    order = list(range(count))
    random.shuffle(order)
    found = mixture._responsibilities(scores)
    np.testing.assert_allclose(mixture._responsibilities(scores[order]), found[order], atol=1e-12)
    for same in np.unique(scores):  # equal scores are held alike, wherever a start has cut
        held = found[scores == same]
        np.testing.assert_allclose(held, held[:1].repeat(len(held), 0), atol=1e-12)


def test_a_component_that_nothing_starts_in_stays_empty():
    scores = standardised(drawn_scores("heaps", 40, 0))
    starts = np.repeat([[0, 2]], 20, axis=1)
    shares, likelihoods = mixture._fitted(scores, starts)
    assert not shares[0, 1].any()
    filled, expected = mixture._fitted(scores, starts // 2)
    np.testing.assert_array_equal(shares[:, [0, 2]], filled)
    assert likelihoods.tolist() == expected.tolist()


# -- the threshold ------------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=mixture.FEWEST - 1),
    st.floats(0.01, 0.99),
)
def test_few_scores_have_their_empirical_quantile(scores, share):
    found = threshold(doubles(scores), share)
    assert found.item() == pytest.approx(np.quantile(scores, 1 - share), abs=1e-12)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
@pytest.mark.parametrize("seed", range(3))
def test_many_scores_have_the_quantile_of_the_mixture_with_the_least_bic(seed, share):
    rng = np.random.default_rng(seed)
    scores = np.concatenate((rng.normal(0.2, 0.03, 90), rng.normal(0.7, 0.1, 60)))
    column = ((scores - scores.mean()) / scores.std())[:, None]
    fits = [
        GaussianMixture(count, reg_covar=mixture.VARIANCE_FLOOR, random_state=0).fit(column)
        for count in range(1, 6)
    ]
    best = min(fits, key=lambda fit: fit.bic(column))
    quantile = inverted(
        best.weights_, best.means_[:, 0], best.covariances_[:, 0, 0] ** 0.5, 1 - share
    )
    expected = scores.mean() + scores.std() * quantile
    # EM stops when the likelihood has, not when the parameters have.
    assert threshold(doubles(scores), share).item() == pytest.approx(expected, abs=0.01)
    above = np.mean(scores > expected)
    assert above == pytest.approx(share, abs=0.06)


def test_two_heaps_are_told_apart():
    scores = np.concatenate((np.full(60, 0.1), np.full(20, 0.9)))
    scores += np.random.default_rng(0).normal(0, 0.01, 80)
    assert 0.2 < threshold(doubles(scores), 0.25).item() < 0.88
    assert threshold(doubles(scores), 0.5).item() < 0.15


@pytest.mark.parametrize("count", [7, 40])
def test_a_constant_added_to_all_scores_is_added_to_the_threshold(count):
    scores = doubles(np.random.default_rng(count).uniform(0, 1, count), grad=True)
    theta = threshold(scores, 0.2)
    assert threshold(scores + 3, 0.2).item() == pytest.approx(theta.item() + 3, abs=1e-6)
    theta.backward()
    assert scores.grad.sum().item() == pytest.approx(1, abs=1e-9)
    assert scores.grad.abs().max() < 1


@pytest.fixture
def held(monkeypatch):
    """Hold the responsibilities, so that differences see what the gradient is defined by."""

    def hold(count, components=3):
        rng = np.random.default_rng(count)
        shares = rng.dirichlet(np.ones(components), count)
        monkeypatch.setattr(mixture, "_responsibilities", lambda standard: shares)
        # The floor is relative to the spread, which is held as well.
        monkeypatch.setattr(mixture, "VARIANCE_FLOOR", 0.0)

    return hold


@pytest.mark.parametrize(("count", "share"), [(7, 0.3), (12, 0.45), (40, 0.1), (40, 0.5)])
def test_thresholds_gradient_with_the_responsibilities_held(held, count, share):
    held(count)
    scores = doubles(np.random.default_rng(1).uniform(0, 1, count), grad=True)
    assert gradcheck(lambda given: threshold(given, share), scores)


@pytest.mark.parametrize("count", [7, 40])
def test_selections_gradient_equals_finite_differences(held, count):
    held(count)
    scores = doubles(np.random.default_rng(2).uniform(0, 1, count))
    tau = 0.5 * scores.std(correction=0)
    gradient = torch.autograd.functional.jacobian(
        lambda given: relaxation.select(given, 0.3, 0.5), scores
    )
    expected = finite_differences(
        lambda given: torch.sigmoid((given - threshold(given, 0.3)) / tau), scores
    )
    torch.testing.assert_close(gradient, expected, atol=1e-6, rtol=1e-5)


def loss_of(weights, scores, losses, share, tau):
    """L_S as a function of W with the temperature held."""
    mixed = (weights * scores).sum(1)
    selection = torch.sigmoid((mixed - threshold(mixed, share)) / tau)
    return -(selection * losses).mean()


@pytest.mark.parametrize("count", [10, 40])
def test_search_loss_has_a_gradient_in_the_strategy_weights(held, count):
    """What makes the search differentiable at all: zero where selection is a hard mask."""
    held(count)
    rng = np.random.default_rng(count)
    weights = doubles(rng.dirichlet(np.ones(4), count), grad=True)
    scores = doubles(rng.integers(0, 2, (count, 4)))
    losses = doubles(rng.exponential(1, count))
    mixed = relaxation.mix(weights, scores)
    relaxation.search_loss(relaxation.select(mixed, 0.3, 0.4), losses).backward()
    tau = 0.4 * mixed.detach().std(correction=0)
    expected = finite_differences(
        lambda given: loss_of(given, scores, losses, 0.3, tau), weights.detach()
    )
    torch.testing.assert_close(weights.grad, expected, atol=1e-7, rtol=1e-4)
    assert weights.grad.abs().max() > 1e-4


@pytest.mark.parametrize("count", [8, 40])
def test_the_gradient_is_there_from_the_uniform_vote_on(count):
    """Masks, and W as the search begins: the mixture is fitted, nothing is held."""
    rng = np.random.default_rng(count)
    weights = torch.full((count, 7), 1 / 7, requires_grad=True)
    scores = torch.from_numpy(rng.integers(0, 2, (count, 7))).float()
    losses = torch.from_numpy(rng.exponential(1, count)).float()
    selection = relaxation.select(relaxation.mix(weights, scores), 0.25, 0.5)
    relaxation.search_loss(selection, losses).backward()
    assert weights.grad.abs().max() > 1e-4
    assert (weights.grad != 0).any(0).all()  # every candidate is told something
    assert not weights.grad[scores == 0].any()  # an image says nothing of who did not pick it


@given(st.integers(1, 64), st.integers(0, 99), st.floats(0.05, 0.95), st.randoms())
def test_permuting_the_images_permutes_the_selection(count, seed, share, random):
    scores = doubles(drawn_scores("mixed", count, seed))
    order = list(range(count))
    random.shuffle(order)
    permuted = relaxation.select(scores[order], share, 0.3)
    selection = relaxation.select(scores, share, 0.3)
    torch.testing.assert_close(permuted, selection[order], rtol=0, atol=1e-9)


# -- exactly n ----------------------------------------------------------------------------------

top_cases = st.tuples(
    st.lists(st.floats(-3, 3) | st.sampled_from((0.0, 0.5, 1.0)), min_size=1, max_size=40),
    st.floats(0.01, 0.99),
    st.sampled_from((1e-3, 0.1, 1.0, 30.0)),
)


@given(top_cases)
def test_the_top_k_is_a_sigmoid_that_sums_to_the_count(case):
    values, share, tau = case
    scores, count = doubles(values), share * len(values)
    selection = relaxation.top_k(scores, count, tau)
    assert selection.sum().item() == pytest.approx(count, abs=1e-6)
    inside = (selection > 1e-9) & (selection < 1 - 1e-9)
    theta = (scores / tau - torch.logit(selection))[inside]  # one for all
    assert not len(theta) or theta.max() - theta.min() < 1e-5
    order = scores.argsort()
    assert (selection[order].diff() >= 0).all()  # a higher score is never selected less
    assert (selection[order].diff()[scores[order].diff() == 0] == 0).all()  # equal ones alike


@given(top_cases, st.randoms(), st.floats(-100, 100))
def test_the_top_k_follows_a_permutation_and_forgets_a_shift(case, random, shift):
    values, share, tau = case
    scores, count = doubles(values), share * len(values)
    selection = relaxation.top_k(scores, count, tau)
    order = list(range(len(values)))
    random.shuffle(order)
    permuted = relaxation.top_k(scores[order], count, tau)
    torch.testing.assert_close(permuted, selection[order], rtol=0, atol=1e-9)
    shifted = relaxation.top_k(scores + shift, count, tau)
    torch.testing.assert_close(shifted, selection, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("size", "count"), [(1, 0.4), (2, 1.0), (7, 2.0), (40, 0.5), (40, 39.5)])
@pytest.mark.parametrize("tau", [0.3, 2.0])
def test_top_ks_gradient(size, count, tau):
    scores = doubles(np.random.default_rng(size).normal(0, 1, size), grad=True)
    assert gradcheck(lambda given: relaxation.top_k(given, count, tau), scores)
    picked = relaxation.top_k(scores, count, tau) * doubles(np.arange(size) % 3)
    picked.sum().backward()
    assert scores.grad.sum().item() == pytest.approx(0, abs=1e-9)  # a shift changes nothing
    assert size == 1 or scores.grad.abs().max() > 1e-6


@given(st.lists(top_cases, min_size=1, max_size=4))
def test_each_row_is_selected_from_as_if_it_were_alone(cases):
    width = max(len(values) for values, _, _ in cases)
    rows, among = torch.zeros(len(cases), width).double(), torch.zeros(len(cases), width).bool()
    for row, (values, _, _) in enumerate(cases):
        rows[row, : len(values)], among[row, : len(values)] = doubles(values), True
    counts = [share * len(values) for values, share, _ in cases]
    together = relaxation.top_k(rows, doubles(counts), 0.1, among)
    for row, (values, _, _) in enumerate(cases):
        alone = relaxation.top_k(doubles(values), counts[row], 0.1)
        torch.testing.assert_close(together[row, : len(values)], alone, rtol=0, atol=1e-12)
        assert not together[row, len(values) :].any()


def test_the_gradient_of_rows_stays_in_each_row():
    among = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    scores = doubles(np.random.default_rng(0).normal(size=(2, 5)), grad=True)
    counts = doubles([2.0, 1.5])
    assert gradcheck(lambda given: relaxation.top_k(given, counts, 0.3, among), scores)
    (slope,) = torch.autograd.grad(relaxation.top_k(scores, counts, 0.3, among)[1, 0], scores)
    assert not slope[0].any()
    assert not slope[1, 3:].any()
    assert slope[1, 0] > 0


def test_top_ks_gradient_among_ties():
    scores = doubles([0.5, 0.5, 0.1, 0.5, 0.9], grad=True)
    assert gradcheck(lambda given: relaxation.top_k(given, 2, 0.2), scores)


@pytest.mark.parametrize("tau", [1e-4, 1e-17])
def test_a_low_temperature_selects_the_top_n(tau):
    scores = torch.randperm(30, generator=torch.Generator().manual_seed(0)).float()
    scores.requires_grad_()
    selection = relaxation.top_k(scores, 8, tau)
    assert selection.dtype == torch.float32
    torch.testing.assert_close(selection, (scores >= 22).float())
    selection.sum().backward()
    assert not scores.grad.any()  # flat, but a number


@pytest.mark.parametrize(("count", "tau"), [(0, 1.0), (4, 1.0), (-1, 1.0), (2, 0.0)])
def test_a_count_or_temperature_out_of_range_is_refused(count, tau):
    with pytest.raises(ValueError, match="between 0"):
        relaxation.top_k(torch.zeros(4), count, tau)


# -- degenerate scores --------------------------------------------------------------------------

tie = st.sampled_from((0.0, 1 / 7, 2 / 7, 0.2857143, 1.0))
few, many = st.lists(tie, min_size=1, max_size=29), st.lists(tie, min_size=30, max_size=64)


@given(few | many, st.floats(0.02, 0.98), st.sampled_from((1e-3, 0.1, 1.0)))
def test_tied_scores_give_finite_selections_and_gradients(values, share, temperature):
    scores = torch.tensor(values, requires_grad=True)
    selection = relaxation.select(scores, share, temperature)
    assert ((selection >= 0) & (selection <= 1)).all()
    selection.sum().backward()
    assert torch.isfinite(scores.grad).all()


@pytest.mark.parametrize("count", [1, 2, 29, 30, 64])
@pytest.mark.parametrize("value", [0.0, 1 / 7, 1.0])
def test_constant_scores_select_everything_alike(count, value):
    selection = relaxation.select(torch.full((count,), value), 0.25, 0.5)
    torch.testing.assert_close(selection, torch.full((count,), 0.5), atol=1e-3, rtol=0)


@pytest.mark.parametrize(("count", "share"), [(10, 0.2), (20, 0.5), (100, 0.1), (200, 0.3)])
def test_about_the_wanted_share_lies_above_the_threshold(count, share):
    scores = doubles(np.random.default_rng(count).normal(0.5, 0.1, count))
    selection = relaxation.select(scores, share, 0.01)
    assert int((selection > 0.5).sum()) == pytest.approx(share * count, abs=max(1, 0.03 * count))
    order = scores.argsort()
    assert (selection[order].diff() >= 0).all()  # a higher score is never selected less


def test_a_higher_temperature_softens_the_selection():
    scores = doubles(np.random.default_rng(0).uniform(0, 1, 20))
    hard, soft = (relaxation.select(scores, 0.3, tau) for tau in (0.01, 1.0))
    assert (hard - 0.5).abs().mean() > (soft - 0.5).abs().mean() + 0.1


def test_mix_is_the_weighted_sum_of_each_row():
    weights, scores = torch.rand(5, 3), torch.rand(5, 3)
    expected = [sum(w * s for w, s in zip(*rows, strict=True)) for rows in
                zip(weights.tolist(), scores.tolist(), strict=True)]  # fmt: skip
    torch.testing.assert_close(relaxation.mix(weights, scores), torch.tensor(expected))


# -- the losses ---------------------------------------------------------------------------------


def a_batch(count=6, seed=0):
    rng = np.random.default_rng(seed)
    return (
        doubles(rng.uniform(0.05, 0.95, count), grad=True),
        doubles(rng.exponential(1, count), grad=True),
    )


def test_the_two_levels_hold_what_is_not_theirs():
    selection, losses = a_batch()
    mean = np.mean(selection.detach().numpy() * losses.detach().numpy())
    lower = relaxation.fit_loss(selection, losses)
    upper = relaxation.search_loss(selection, losses)
    assert lower.item() == pytest.approx(mean)
    assert upper.item() == pytest.approx(-mean)
    lower.backward()
    assert selection.grad is None
    torch.testing.assert_close(losses.grad, selection.detach() / 6)
    losses.grad = None
    upper.backward()
    assert losses.grad is None
    torch.testing.assert_close(selection.grad, -losses.detach() / 6)


def test_gradients_of_the_levels_losses():
    selection, losses = a_batch()
    held = losses.detach()
    assert gradcheck(lambda given: relaxation.search_loss(given, held), selection)
    assert gradcheck(lambda given: relaxation.fit_loss(selection.detach(), given), losses)


@pytest.mark.parametrize("wanted", [0.5, 2.0, 5.0])
def test_count_loss_is_the_relative_miss_and_pulls_towards_the_count(wanted):
    selection, _ = a_batch()
    loss = relaxation.count_loss(selection, wanted)
    total = selection.sum().item()
    assert loss.item() == pytest.approx(abs(total - wanted) / wanted)
    assert gradcheck(lambda given: relaxation.count_loss(given, wanted), selection)
    loss.backward()
    assert torch.sign(selection.grad).unique().item() == np.sign(total - wanted)


def test_count_loss_is_least_at_the_count():
    values = [relaxation.count_loss(torch.full((8,), p), 2.0).item() for p in (0.1, 0.25, 0.6)]
    assert values[1] == pytest.approx(0, abs=1e-6)
    assert min(values[0], values[2]) > 0.5


@given(st.integers(2, 9), st.integers(0, 999), st.sampled_from((0.0, 0.3, 1.0)))
def test_ranking_loss_is_the_mean_hinge_over_all_pairs(count, seed, margin):
    rng = np.random.default_rng(seed)
    predicted, losses = rng.normal(0, 1, count), rng.exponential(1, count).round(1)
    hinges = [
        max(0.0, margin - np.sign(losses[i] - losses[j]) * (predicted[i] - predicted[j]))
        for i, j in itertools.combinations(range(count), 2)
    ]
    found = relaxation.ranking_loss(doubles(predicted), doubles(losses), margin)
    assert found.item() == pytest.approx(np.mean(hinges))


def test_ranking_loss_gradient_reaches_the_predictions_alone():
    predicted, losses = doubles([0.3, -0.2, 0.9, 0.1], grad=True), doubles([1, 2, 3, 4], grad=True)
    assert gradcheck(lambda given: relaxation.ranking_loss(given, losses.detach(), 1.0), predicted)
    relaxation.ranking_loss(predicted, losses, 1.0).backward()
    assert losses.grad is None
    assert predicted.grad.abs().max() > 0


def test_ranking_loss_of_the_right_order_by_more_than_the_margin_is_zero():
    losses = doubles([0.1, 0.5, 2.0])
    assert relaxation.ranking_loss(doubles([0, 2, 4]), losses, 1.0).item() == 0
    assert relaxation.ranking_loss(doubles([4, 2, 0]), losses, 1.0).item() > 1


@pytest.mark.parametrize("count", [0, 1])
def test_there_is_nothing_to_rank_among_fewer_than_two(count):
    predicted = torch.ones(count, requires_grad=True)
    loss = relaxation.ranking_loss(predicted, torch.ones(count), 1.0)
    loss.backward()
    assert loss.item() == 0
    assert not predicted.grad.any()
