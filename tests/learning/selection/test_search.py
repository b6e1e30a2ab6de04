"""The search: splits, what trains on what, and that it moves."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.learning.selection import relaxation, search
from autoal_gui.learning.selection.search import (
    FEWEST,
    STILL,
    annealed,
    can_search,
    converged,
    selected_share,
    split_labels,
)
from tests.support.learning import (
    TINY,
    context_of,
    exhausted,
    picture,
    pool_of,
    same_state,
    state_of,
)

pytestmark = pytest.mark.small_network

LABELS = tuple((i, (i - 1) % 2) for i in range(1, 14))
label_sets = st.lists(st.integers(0, 4), max_size=40).map(
    lambda classes: tuple((3 * i + 1, c) for i, c in enumerate(classes))
)


# -- splits -------------------------------------------------------------------------------------


@given(label_sets, st.integers(0, 2**31))
def test_a_split_is_disjoint_complete_and_by_class(labels, seed):
    split = split_labels(labels, seed)
    assert sorted(split.fit + split.search) == sorted(labels)
    assert split == split_labels(labels, seed)
    for class_index in range(5):
        fit, part = (sum(c == class_index for _, c in half) for half in (split.fit, split.search))
        assert fit - part in (0, 1)  # a class's odd or only one plays the labelled


GROUPED = tuple((i, i % 3) for i in range(1, 61))


@given(st.lists(st.integers(0, 8), min_size=60, max_size=60), st.integers(0, 2**31))
def test_no_group_is_torn_by_a_split(groups, seed):
    units = np.unique(groups, return_inverse=True)[1]
    split = split_labels(GROUPED, seed, units)
    assert sorted(split.fit + split.search) == sorted(GROUPED)
    assert len(split.fit) >= len(split.search)
    unit = dict(zip(GROUPED, units.tolist(), strict=True))
    assert {unit[label] for label in split.fit}.isdisjoint(unit[one] for one in split.search)


def test_groups_are_halved_with_each_class_in_both_parts():
    units = np.repeat(np.arange(20), 3)
    found = [split_labels(GROUPED, seed, units) for seed in range(6)]
    assert len({split.fit for split in found}) > 3
    for split in found:
        assert len(split.fit) == len(split.search) == 30
        assert {c for _, c in split.fit} == {c for _, c in split.search} == {0, 1, 2}


def test_labels_of_one_group_are_no_search():
    assert can_search(GROUPED)
    assert not can_search(GROUPED, np.zeros(60, np.int64))


def test_seeds_split_differently():
    splits = {split_labels(LABELS, seed).fit for seed in range(8)}
    assert len(splits) > 5
    assert {label for fit in splits for label in fit} == set(LABELS)


@given(label_sets)
def test_a_search_needs_two_classes_and_enough_to_search_in(labels):
    counts = np.bincount([c for _, c in labels], minlength=5)
    assert can_search(labels) == ((counts > 0).sum() > 1 and (counts // 2).sum() >= FEWEST)


@given(st.integers(FEWEST, 3000), st.integers(1, 10_000), st.integers(1, 10_000))
def test_the_share_is_that_of_the_round_but_never_below_two_images_nor_above_half(
    part, labelled, batch
):
    share = selected_share(part, labelled, batch)
    wanted = share * part
    assert wanted == pytest.approx(round(wanted))
    assert 2 <= round(wanted) <= max(2, part // 2)
    usual = part * batch / (labelled + batch)
    if 2.5 < usual < part // 2 - 1:
        assert wanted == pytest.approx(usual, abs=0.5)


# -- the schedule -------------------------------------------------------------------------------


def test_the_temperature_falls_from_its_start_to_its_end():
    settings = TINY.but(temperature=0.8, temperature_end=0.2)
    assert [annealed(settings, p) for p in (0, 0.5, 1)] == pytest.approx([0.8, 0.4, 0.2])


def test_the_search_has_settled_when_no_weight_moves():
    still = [torch.full((3,), 1 / 3)] * 5
    assert converged(still, 4)
    assert not converged(still, 5)  # not enough steps to tell
    moved = [*still[:4], torch.tensor([1 / 3 + 2 * STILL, 1 / 3 - 2 * STILL, 1 / 3])]
    assert not converged(moved, 4)


# -- a whole search -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool():
    return pool_of([picture(i % 2, i) for i in range(13)])


def changed(context, **changes):
    return replace(context, settings=TINY.but(**changes))


def searched(context, labels=LABELS, seed=0):
    return exhausted(search.search(context, labels, 2, seed))


@pytest.fixture
def context(tmp_path, pool):
    return context_of(tmp_path, pool)


def test_every_part_of_searchnet_moves(context, monkeypatch):
    starts = []
    real = search.same_start

    def recorded(build, seed):
        net = real(build, seed)
        starts.append(state_of(net))
        return net

    monkeypatch.setattr(search, "same_start", recorded)
    net = searched(context)
    assert not net.training
    parameters = dict(net.named_parameters())
    still = [name for name in parameters if torch.equal(parameters[name], starts[0][name])]
    assert still == ["loss.bias"]  # what ranks pairs says nothing of their common level
    # The start is a uniform vote, which says nothing of the images: it is left within a step.
    assert starts[0]["strategies.weight"].abs().max() == 0


def test_the_search_loss_alone_moves_the_strategies(context):
    """Without the count term -mean(p l) alone reaches their head, which starts at zero."""
    net = searched(changed(context, count_penalty=0.0))
    assert net.strategies.weight.any()
    assert net.strategies.bias.any()


def test_weights_differ_from_image_to_image_and_stay_a_distribution(context):
    net = searched(context)
    with torch.no_grad():
        weights, _ = net(context.feed.images([i for i, _ in LABELS]))
    assert ((weights > 0) & (weights < 1)).all()
    torch.testing.assert_close(weights.sum(1), torch.ones(13))
    assert weights.std(0).max() > 0


def test_what_scores_the_search_part_was_not_trained_on_it(context, monkeypatch):
    """Real training and scoring in two cycles, listened to."""
    context = changed(context, cycles=2)
    heard = []
    train, score = search.train_classifier, search.gather

    def training(*given, **named):
        heard.append([image_id for part in given if _are_labels(part) for image_id, _ in part])
        yield from train(*given, **named)

    def scoring(context, model, ids, *rest):
        heard.append(list(ids))
        return (yield from score(context, model, ids, *rest))

    monkeypatch.setattr(search, "train_classifier", training)
    monkeypatch.setattr(search, "gather", scoring)
    searched(context)
    assert len(heard) == 6
    for trained, scored, known in zip(heard[::3], heard[1::3], heard[2::3], strict=True):
        assert not set(trained) & set(scored)
        assert {*trained, *scored} == {image_id for image_id, _ in LABELS}
        assert known == trained  # what the candidates may compare with
    assert heard[0] != heard[3]  # each cycle has a split of its own


def test_a_rival_scores_the_search_part_knowing_the_fit_part(context, monkeypatch):
    seen = []
    real = search.candidate_scores

    def scores(outputs, candidates):
        seen.append(outputs.labelled)
        return real(outputs, candidates)

    monkeypatch.setattr(search, "candidate_scores", scores)
    searched(changed(context, candidates=("entropy", "ddu")))
    split = split_labels(LABELS, 1000)
    assert seen[0].image_ids.tolist() == [image_id for image_id, _ in split.fit]
    assert seen[0].labels.tolist() == [class_index for _, class_index in split.fit]


def _are_labels(value):
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], tuple)


def test_scoring_leaves_fitnet_bit_by_bit_as_it_was(context, monkeypatch):
    score, unchanged = search.gather, []

    def scoring(context, model, *rest):
        before = state_of(model)
        outputs = yield from score(context, model, *rest)
        unchanged.append(same_state(before, state_of(model)))
        return outputs

    monkeypatch.setattr(search, "gather", scoring)
    searched(context)
    assert unchanged == [True, True]  # the search part and the fit part


def parameters_of(net):
    return [p.detach().clone() for p in net.parameters()]


def unmoved(before, net):
    return all(torch.equal(b, p) for b, p in zip(before, net.parameters(), strict=True))


def test_each_level_moves_its_own_network_on_batches_of_its_own(context, monkeypatch):
    """F learns on batch B + 1, G on batch B; neither step reaches into the other network."""
    turns = []
    for name, own, other in (("step_fitnet", "fitnet", "net"), ("step_search", "net", "fitnet")):
        real = getattr(search._Cycle, name)

        def listened(cycle, positions, temperature, real=real, own=own, other=other):
            nets = getattr(cycle, own), getattr(cycle, other)
            before = [parameters_of(net) for net in nets]
            outcome = real(cycle, positions, temperature)
            moved = [not unmoved(b, net) for b, net in zip(before, nets, strict=True)]
            turns.append((own, positions))
            assert moved == [True, False]
            return outcome

        monkeypatch.setattr(search._Cycle, name, listened)
    searched(changed(context, search_steps=8), LABELS[:11])  # five to search in: an odd number
    assert [own for own, _ in turns] == ["fitnet", "net"] * 8
    batches = [positions for _, positions in turns]
    assert all(not set(b) & set(s) for b, s in zip(batches[::2], batches[1::2], strict=True))
    assert {len(batch) for batch in batches} == {2}


def test_the_upper_level_gets_the_equations_loss(context, monkeypatch):
    """-mean(p l) + lambda |alpha / n - 1| + L_rank, from the parts the step really used."""
    parts = {}
    for name in ("search_loss", "count_loss", "ranking_loss"):
        real = getattr(relaxation, name)

        def heard(*given, name=name, real=real):
            parts[name] = (real(*given), given)
            return parts[name][0]

        monkeypatch.setattr(relaxation, name, heard)
    steps = search.search(changed(context, count_penalty=3.0), LABELS, 2, 0)
    progress = next(event for event in steps if event.step == "SearchNet")
    selection, losses = parts["search_loss"][1]
    wanted = parts["count_loss"][1][1]
    assert 0 < wanted <= len(selection) / 2
    alpha = selection.sum().item()
    ranked = parts["ranking_loss"][0].item()
    expected = -(selection * losses).mean().item() + 3 * abs(alpha / wanted - 1) + ranked
    assert progress.loss == pytest.approx(expected, rel=1e-5)


def test_a_search_that_has_settled_stops(context, monkeypatch):
    monkeypatch.setattr(search, "STILL", 10.0)
    events = list(search.search(changed(context, search_steps=9, patience=2), LABELS, 2, 0))
    assert [e.done for e in events if e.step == "SearchNet" and e.loss is not None] == [1, 2, 3]


def test_after_a_search_eval_mode_agrees_with_training_mode(context):
    """The pool is weighed under the statistics that belong to the final weights."""
    context = changed(context, train_batch=13, stem="3x3/2")
    net = searched(context)
    images = context.feed.images([i for i, _ in LABELS])
    with torch.no_grad():
        in_use, in_training = net.backbone(images), net.train().backbone(images)
    assert (in_use - in_training).norm() < 0.2 * in_training.norm()


def test_a_search_repeats_bit_by_bit(context):
    net = searched(context)
    torch.rand(5)
    assert same_state(state_of(net), state_of(searched(context)))
    assert not same_state(state_of(net), state_of(searched(context, seed=1)))


@pytest.mark.parametrize("count", [8, 9])
def test_the_smallest_sets_can_be_searched(context, count):
    assert can_search(LABELS[:count])
    searched(context, LABELS[:count])
    assert not can_search(LABELS[:7])
