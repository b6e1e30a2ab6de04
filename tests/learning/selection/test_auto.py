"""Mode "auto": what it asks for, what it draws at random, and what it learns to trust."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from autoal_gui.core.sentences import said
from autoal_gui.learning.selection import bilevel
from autoal_gui.learning.selection.auto import SPREAD, _reason, auto_acquisition
from autoal_gui.learning.selection.batch import expected_error, telling
from autoal_gui.learning.selection.bilevel import Learned, can_learn, learn_weights, what_lacks
from autoal_gui.learning.training.linear_head import fit_head
from autoal_gui.strategies.contract import Labelled, ModelOutputs
from tests.support.learning import TINY

pytestmark = pytest.mark.small_network

WIDTH = 16
AUTO = TINY.but(mode="auto", audit_share=0.2)


def units(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def crowd(count, classes=2, noise=0.5, seed=0):
    """Unit vectors around a direction a class, and their classes."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    points = np.eye(WIDTH)[labels] + noise * rng.normal(size=(count, WIDTH))
    return units(points).astype(np.float32), labels


def outputs_of(count=80, labelled=24, wanted=10, seed=0, classes=2, noise=0.5):
    """Model outputs over a crowd, and the head fitted to its first images."""
    features, labels = crowd(count + labelled, classes, noise, seed)
    known, unknown = features[:labelled], features[labelled:]
    head = fit_head(known, labels[:labelled], classes, seed, features)
    certain = head.probabilities(unknown).astype(np.float32)
    outputs = ModelOutputs(
        np.arange(labelled + 1, labelled + count + 1),
        unknown,
        certain,
        np.stack([certain] * 3),
        wanted,
        seed,
        Labelled(
            np.arange(1, labelled + 1),
            known,
            head.probabilities(known).astype(np.float32),
            labels[:labelled],
        ),
    )
    return outputs, head


def batch_of(acquisition, wanted):
    return acquisition.image_ids[acquisition.positions()[:wanted]]


# -- the batch ------------------------------------------------------------------------------------


def test_a_batch_has_distinct_images_and_the_audits_share_of_them():
    outputs, head = outputs_of()
    acquisition, _ = auto_acquisition(outputs, head, AUTO)
    queries = acquisition.queries(acquisition.positions()[:10])
    assert len({query.image_id for query in queries}) == 10
    assert sum(query.audit for query in queries) == 2
    assert not any(query.audit for query in acquisition.queries(acquisition.positions()[10:]))


@pytest.mark.parametrize(("share", "audits"), [(0.0, 0), (0.01, 1), (1.0, 10)])
def test_the_audit_draws_its_share(share, audits):
    outputs, head = outputs_of()
    acquisition, _ = auto_acquisition(outputs, head, AUTO.but(audit_share=share))
    assert len(acquisition.audit) == audits


def test_of_batches_of_one_image_a_share_is_drawn_at_random():
    """Were every one, auto would be random choice."""
    audits = 0
    for seed in range(20):
        outputs, head = outputs_of(count=20, labelled=8 + seed % 3, wanted=1)
        settings = AUTO.but(seed=seed, batch_size=1)
        (acquisition, _), (again, _) = (auto_acquisition(outputs, head, settings) for _ in range(2))
        assert acquisition.audit == again.audit
        assert acquisition.audit <= {acquisition.positions()[0]}
        audits += len(acquisition.audit)
    assert 1 <= audits <= 11  # 4 are expected; 4 standard deviations are 7
    for share, expected in ((0.0, 0), (1.0, 1)):
        acquisition, _ = auto_acquisition(outputs, head, settings.but(audit_share=share))
        assert len(acquisition.audit) == expected


def test_audits_are_drawn_evenly_from_the_whole_pool():
    drawn = np.zeros(80)
    outputs, head = outputs_of()
    for seed in range(100):
        acquisition, _ = auto_acquisition(outputs, head, AUTO.but(seed=seed))
        drawn[list(acquisition.audit)] += 1
    assert drawn.sum() == 200
    # 2.5 an image are expected; the chi-square of 79 degrees stays below its 99.9 % point
    assert ((drawn - 2.5) ** 2 / 2.5).sum() < 124


def test_the_same_seed_asks_for_the_same_and_another_seed_for_others():
    outputs, head = outputs_of()
    one, other, third = (
        batch_of(auto_acquisition(outputs, head, AUTO.but(seed=seed))[0], 10).tolist()
        for seed in (0, 0, 1)
    )
    assert one == other
    assert one != third


def test_each_of_several_clusters_is_asked_for():
    """Four heaps, one of them tiny: a spread batch has an image of each."""
    rng = np.random.default_rng(0)
    heaps = np.repeat(np.arange(4), (40, 40, 40, 5))
    features = units(np.eye(WIDTH)[heaps] + 0.02 * rng.normal(size=(125, WIDTH)))
    even = np.full((125, 2), 0.5, np.float32)
    outputs = ModelOutputs(
        np.arange(1, 126), features.astype(np.float32), even, np.stack([even] * 2), 4
    )
    acquisition, _ = auto_acquisition(outputs, None, AUTO.but(audit_share=0.0))
    assert sorted(heaps[acquisition.positions()[:4]]) == [0, 1, 2, 3]


def test_copies_of_labelled_images_are_not_asked_for():
    outputs, head = outputs_of()
    copies = outputs.features.copy()
    copies[:40] = outputs.labelled.features[0]
    acquisition, _ = auto_acquisition(
        replace(outputs, features=copies), head, AUTO.but(audit_share=0.0)
    )
    assert batch_of(acquisition, 10).min() > 24 + 40


def test_of_heaps_those_without_a_label_are_asked_for():
    """Ten heaps alike, five of which have a label: a batch of five has one of each other heap."""
    rng = np.random.default_rng(0)
    heaps = np.repeat(np.arange(10), 20)
    features = units(np.eye(WIDTH)[heaps] + 0.05 * rng.normal(size=(200, WIDTH)))
    known = units(np.eye(WIDTH)[:5] + 0.05 * rng.normal(size=(5, WIDTH)))
    even, likewise = (np.full((count, 2), 0.5, np.float32) for count in (200, 5))
    labelled = Labelled(np.arange(1, 6), known.astype(np.float32), likewise, np.arange(5) % 2)
    outputs = ModelOutputs(
        np.arange(6, 206), features.astype(np.float32), even, np.stack([even] * 2), 5, 0, labelled
    )
    acquisition, _ = auto_acquisition(outputs, None, AUTO.but(audit_share=0.0))
    assert sorted(heaps[acquisition.positions()[:5]]) == [5, 6, 7, 8, 9]


def test_a_batch_keeps_away_from_what_chance_has_chosen():
    """Each heap is asked for once, be it by chance."""
    rng = np.random.default_rng(0)
    heaps = np.repeat(np.arange(10), 20)
    features = units(np.eye(WIDTH)[heaps] + 0.01 * rng.normal(size=(200, WIDTH)))
    worth = np.ones(200)
    even, known = np.full((200, 2), 0.5, np.float32), np.full((1, 2), 0.5, np.float32)
    labelled = Labelled(np.array([999]), features[:1], known, np.zeros(1, np.int64))
    outputs = ModelOutputs(np.arange(1, 201), features, even, np.stack([even] * 2), 10, 0, labelled)
    drawn = np.array([25, 45, 65])  # of heaps 1, 2 and 3
    places = np.setdiff1d(np.arange(200), drawn)
    chosen = telling(outputs, places, drawn, worth, 6, rng)
    assert sorted(heaps[chosen]) == [4, 5, 6, 7, 8, 9]


def test_a_batch_goes_by_what_the_candidates_make_of_the_pool():
    """Two heaps alike: the one that s(x) rates higher gets the image."""
    rng = np.random.default_rng(0)
    heaps = np.repeat(np.arange(3), 20)
    features = units(np.eye(WIDTH)[heaps] + 0.05 * rng.normal(size=(60, WIDTH)))
    even, known = np.full((60, 2), 0.5, np.float32), np.full((1, 2), 0.5, np.float32)
    labelled = Labelled(np.array([999]), features[:1], known, np.zeros(1, np.int64))
    outputs = ModelOutputs(np.arange(1, 61), features, even, np.stack([even] * 2), 1, 0, labelled)
    none = np.empty(0, np.int64)
    for better in (1, 2):
        mixed = np.where(heaps == better, 0.6, 0.4)
        (chosen,) = telling(outputs, np.arange(60), none, mixed, 1, rng)
        assert heaps[chosen] == better


def test_a_small_heap_that_the_model_is_unsure_of_comes_before_a_large_one_that_it_knows():
    rng = np.random.default_rng(0)
    heaps = np.repeat((1, 2), (100, 20))
    features = units(np.eye(WIDTH)[heaps] + 0.05 * rng.normal(size=(120, WIDTH)))
    said = np.where(np.arange(100)[:, None] % 2 == [0, 1], 0.99, 0.01)
    said = np.concatenate((said, np.full((20, 2), 0.5))).astype(np.float32)
    known = units(np.eye(WIDTH)[:1]).astype(np.float32)
    labelled = Labelled(np.array([999]), known, said[:1], np.zeros(1, np.int64))
    outputs = ModelOutputs(
        np.arange(1, 121), features.astype(np.float32), said, np.stack([said] * 2), 1, 0, labelled
    )
    acquisition, _ = auto_acquisition(outputs, None, AUTO.but(audit_share=0.0))
    assert heaps[acquisition.positions()[0]] == 2


def test_an_image_counts_for_more_the_rarer_its_class():
    common, rare = np.array([[0.9, 0.1]] * 90), np.array([[0.1, 0.9]] * 10)
    errors = expected_error(np.concatenate((common, rare)))
    assert errors[-1] == pytest.approx(errors[0])  # as unsure of the one as of the other
    sure = expected_error(np.concatenate((common, rare, [[0.5, 0.5], [0.9, 0.1], [0.0, 1.0]])))
    assert sure[-3] > sure[-2] > sure[-1] == 0


def test_the_order_of_the_pool_does_not_matter():
    outputs, head = outputs_of()
    order = np.random.default_rng(3).permutation(len(outputs))
    turned = replace(
        outputs,
        image_ids=outputs.image_ids[order],
        features=outputs.features[order],
        probabilities=outputs.probabilities[order],
        stochastic=outputs.stochastic[:, order],
    )
    one, other = (auto_acquisition(given, head, AUTO)[0] for given in (outputs, turned))
    assert batch_of(one, 10).tolist() == batch_of(other, 10).tolist()


@pytest.mark.parametrize("count", [1, 2, 9, 10, 11])
def test_small_pools_are_ranked_whole(count):
    outputs, head = outputs_of(count=count)
    acquisition, _ = auto_acquisition(outputs, head, AUTO)
    assert sorted(acquisition.positions()) == list(range(count))


def test_images_that_are_all_the_same_fill_a_batch_all_the_same():
    outputs, head = outputs_of()
    same = np.repeat(outputs.features[:1], len(outputs), axis=0)
    acquisition, _ = auto_acquisition(replace(outputs, features=same), head, AUTO)
    assert len(set(batch_of(acquisition, 10))) == 10


def test_weights_are_positive_and_named_and_sum_to_one():
    outputs, head = outputs_of()
    acquisition, reason = auto_acquisition(outputs, head, AUTO)
    names, weights = zip(*acquisition.plain_weights(), strict=True)
    assert names[0] == SPREAD
    assert set(names) == set(AUTO.candidates)
    assert min(weights) > 0
    assert sum(weights) == pytest.approx(1)
    assert said(reason).endswith(".")


def test_a_single_candidate_that_is_k_means_is_a_plain_spread():
    outputs, head = outputs_of()
    acquisition, _ = auto_acquisition(outputs, head, AUTO.but(candidates=(SPREAD,)))
    assert acquisition.plain_weights() == ((SPREAD, 1.0),)


# -- the search -----------------------------------------------------------------------------------


def problem(seed=0, count=96):
    """Labels whose helpful images are known: those that one candidate scores high."""
    features, labels = crowd(count, 2, noise=0.15, seed=seed)
    rng = np.random.default_rng(seed)
    spoiled = rng.random(count) < 0.5
    labels = np.where(spoiled, rng.integers(0, 2, count), labels)  # half of them mislabelled
    noise = rng.random(count)
    scores = np.stack(
        (np.ones(count), ~spoiled * 0.5 + 0.5 * noise, spoiled * 0.5 + 0.5 * noise), 1
    )
    return features, labels, np.ones(count), scores


def learned_from(features, labels, shares, scores, seed=0):
    return learn_weights(
        features, labels, shares, scores, np.full(3, 1 / 3), selected=0.3, seed=seed
    )


def test_the_search_trusts_the_candidate_that_helps_and_not_the_one_that_harms():
    learned = learned_from(*problem())
    assert learned.weights[1] > 0.45 > 0.25 > learned.weights[2]
    assert learned.believed


def test_noise_is_not_believed():
    believed = 0
    for seed in range(8):
        features, labels, shares, _ = problem(seed)
        scores = np.random.default_rng(seed).random((len(labels), 3))
        believed += learned_from(features, labels, shares, scores, seed).believed
    assert believed <= 2


def test_weights_are_held_against_the_vote_and_not_against_random_choice():
    """A vote that helps by itself is not the search's merit."""
    features, labels, shares, scores = problem()
    alike = np.repeat(scores[:, 1:2], 3, axis=1)  # all candidates say the same: nothing to learn
    learned = learned_from(features, labels, shares, alike)
    assert learned.gain == pytest.approx(0, abs=1e-9)
    assert not learned.believed


def test_the_same_seed_learns_the_same_weights():
    one, other = learned_from(*problem()), learned_from(*problem())
    np.testing.assert_array_equal(one.weights, other.weights)


def test_the_gradient_of_the_held_out_loss_is_that_of_finite_differences():
    features, labels, shares, scores = problem(count=40)
    splits = bilevel._splits(labels, 0, None)
    levels = bilevel._Problem.of(features, labels, shares, scores, 0.3, splits)
    weights = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: levels.losses(w, slice(3)), (weights,))
    (slope,) = torch.autograd.grad(levels.losses(weights, slice(1)).sum(), weights)
    assert slope.abs().max() > 0


def test_the_lower_level_is_the_ridge_solution():
    features, labels, shares, scores = problem(count=30)
    splits = bilevel._splits(labels, 0, None)
    levels = bilevel._Problem.of(features, labels, shares, scores, 0.3, splits)
    fitted, asked = torch.arange(20), torch.arange(20, 30)
    trust = torch.rand(20, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) + 0.1
    roots = torch.zeros(2, 30, dtype=torch.float64)  # the second of two has other labels
    roots[0, fitted], roots[1, asked] = trust.sqrt(), 1.0
    found = levels._ridge(roots)[0, asked]
    # the same as weighted least squares on explicit features of that kernel
    values, vectors = torch.linalg.eigh(levels.kernel)
    explicit = vectors * values.clamp_min(0).sqrt()
    x, w = explicit[fitted], trust[:, None]
    normal = x.T @ (w * x) + bilevel.RIDGE * torch.eye(30, dtype=torch.float64)
    expected = explicit[asked] @ torch.linalg.solve(normal, x.T @ (w * levels.targets[fitted]))
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-6)


def test_each_split_has_the_loss_that_it_has_alone():
    features, labels, shares, scores = problem(count=40)
    patients = np.random.default_rng(0).integers(0, 15, 40)  # parts of different sizes
    splits = bilevel._splits(labels, 0, patients)
    levels = bilevel._Problem.of(features, labels, shares, scores, 0.3, splits)
    weights = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    alone = [levels.losses(weights, slice(number, number + 1)) for number in range(len(splits))]
    together = levels.losses(weights, slice(None))
    torch.testing.assert_close(torch.cat(alone), together, rtol=1e-9, atol=0)
    assert len(set(together.tolist())) > len(splits) / 2


@pytest.mark.parametrize(
    ("counts", "enough"),
    [((40, 40), True), ((77, 3), False), ((80,), False), ((10, 10), False)],
)
def test_labels_must_suffice(counts, enough):
    labels = np.repeat(np.arange(len(counts)), counts)
    assert can_learn(labels, 7) is enough


@pytest.mark.parametrize(
    ("labelled", "rare", "told"),
    [(24, 0, "too few labels"), (60, 1, "every class that has a label has at least four")],
)
def test_the_reason_says_what_is_missing_to_learn(labelled, rare, told):
    outputs, head = outputs_of(labelled=labelled, classes=2)
    labels = outputs.labelled.labels.copy()
    labels[:rare] = 2
    known = replace(outputs.labelled, labels=labels)
    settings = AUTO.but(candidates=("margin",))
    if not rare:
        settings = AUTO
        known = replace(
            known,
            labels=labels[:8],
            image_ids=known.image_ids[:8],
            features=known.features[:8],
            probabilities=known.probabilities[:8],
        )
    _, (reason,) = auto_acquisition(replace(outputs, labelled=known), head, settings)
    assert str(reason).startswith("The next images are spread over all of yours")
    assert told in reason.figures


def test_without_a_fitted_layer_no_number_of_labels_is_asked_for():
    outputs, _ = outputs_of(labelled=60)
    _, (reason,) = auto_acquisition(outputs, None, AUTO)
    assert str(reason).startswith("The next images are spread over all of yours")
    assert reason.figures.startswith("While every layer of the network is trained")


def test_the_reason_calls_a_strategy_as_the_window_does():
    weights = np.array([0.2, 0.8])
    told = _reason(Learned(weights, 0.1, 0.02), "", ("margin", "variation_ratio"), weights)
    assert str(told).endswith("(mostly by Variation ratio).")
    assert "10%" in told.figures


def test_a_batch_that_is_spread_out_is_told_without_the_name_of_its_strategy():
    weights = np.array([0.8, 0.2])
    told = _reason(Learned(weights, 0.1, 0.02), "", (SPREAD, "margin"), weights)
    assert str(told) == (
        "The next images are spread over all of yours, so that the model sees every kind."
    )
    assert "10%" in told.figures


def test_of_patients_there_must_be_as_many_as_of_labels():
    labels = np.repeat([0, 1], 40)
    assert can_learn(labels, 3)
    assert what_lacks(labels, 3, np.repeat(np.arange(8), 10)) == "groups"
    assert can_learn(labels, 3, np.repeat(np.arange(16), 5))


@pytest.mark.parametrize("patients", [4, 8, 20])
def test_no_patient_is_on_two_sides_of_a_split(patients):
    units = np.repeat(np.arange(patients), 60 // patients)
    for parts in bilevel._splits(units % 2, 0, units):
        assert len(set(zip(units, parts, strict=True))) == patients
        assert set(parts) == {0, 1, 2}


def test_of_images_that_coincide_a_batch_holds_one():
    outputs, head = outputs_of()
    twins = outputs.features.copy()
    twins[1::2] = twins[::2]
    acquisition, _ = auto_acquisition(
        replace(outputs, features=twins), head, AUTO.but(audit_share=0.0)
    )
    batch = batch_of(acquisition, 10) - outputs.image_ids.min()
    assert len(set((batch // 2).tolist())) == 10
