"""Pins, placebos and ablations: each does what it says, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.errors import SettingsError
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.selection import auto, bilevel
from autoal_gui.learning.selection import placebo as placebos
from autoal_gui.learning.selection.auto import SPREAD, auto_acquisition, names_of
from autoal_gui.learning.selection.bilevel import Learned
from autoal_gui.learning.selection.pins import floors_of, hold
from autoal_gui.learning.selection.search import search
from tests.learning.selection.test_auto import AUTO, outputs_of
from tests.support.learning import (
    TINY,
    command_of,
    context_of,
    exhausted,
    result_of,
    same_state,
    state_of,
)
from tests.support.long_form import first_of, long_case

pytestmark = pytest.mark.small_network

PAPER = TINY.but(mode="paper")
KINDS = ("uniform", "frozen", "permuted", "masks")
EXACT = 1e-12


@st.composite
def held_weights(draw):
    """Weights of some images over K candidates, of which some are pinned on."""
    count = draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    weights = rng.dirichlet(np.full(count, 0.3), draw(st.integers(1, 5))).clip(1e-9)
    names = tuple("abcdef"[:count])
    pinned = tuple(n for n in names if draw(st.booleans()))
    return weights / weights.sum(1, keepdims=True), names, pinned


# -- pins ---------------------------------------------------------------------------------------


@given(held_weights())
def test_what_is_pinned_on_keeps_an_equal_share_and_rows_still_sum_to_one(case):
    weights, names, pinned = case
    held = hold(weights, floors_of(names, pinned))
    np.testing.assert_allclose(held.sum(1), 1, atol=1e-9)
    assert (held >= 0).all()
    for place, name in enumerate(names):
        if name in pinned:
            assert (held[:, place] >= 1 / len(names) - EXACT).all()
    enough = (weights >= floors_of(names, pinned)).all(1)
    np.testing.assert_allclose(held[enough], weights[enough], atol=1e-9)


@given(held_weights())
def test_what_is_not_pinned_keeps_its_proportions(case):
    weights, names, pinned = case
    free = [place for place, name in enumerate(names) if name not in pinned]
    held = hold(weights, floors_of(names, pinned))
    cross = held[:, free][:, :, None] * weights[:, free][:, None, :]
    np.testing.assert_allclose(cross, cross.transpose(0, 2, 1), atol=1e-9)


@given(held_weights())
def test_tensors_are_held_like_arrays(case):
    weights, names, pinned = case
    floors = floors_of(names, pinned)
    held = hold(torch.from_numpy(weights), torch.from_numpy(floors))
    np.testing.assert_allclose(held.numpy(), hold(weights, floors), atol=EXACT)


@pytest.mark.parametrize("mode", first_of("paper", "auto", then=("vote", "tailor", "albl")))
def test_a_strategy_that_is_pinned_off_is_not_asked(mode, tmp_path):
    settings = TINY.but(mode=mode, pinned_off=("bald", "kmeans"))
    result = result_of(command_of(tmp_path, settings))
    names = {name for name, _ in result.weights}
    assert names >= {"entropy", "margin"}
    assert not names & {"bald", "kmeans"}


@pytest.mark.parametrize("mode", first_of("auto", then=("paper", "vote")))
def test_a_strategy_that_is_pinned_on_keeps_its_share(mode, tmp_path):
    settings = TINY.but(mode=mode, candidates=("entropy", "margin", "least_confidence", "bald"))
    plain = dict(result_of(command_of(tmp_path / "plain", settings)).plain_weights)
    pinned = settings.but(pinned_on=("margin",))
    held = dict(result_of(command_of(tmp_path / "held", pinned)).plain_weights)
    least = 1 / len(held)
    assert plain["margin"] < least or mode == "paper"
    assert held["margin"] >= least - 1e-9
    assert sum(held.values()) == pytest.approx(1)


def test_auto_spreads_the_batch_even_where_k_means_is_pinned_off():
    outputs, head = outputs_of()
    settings = AUTO.but(pinned_off=(SPREAD,))
    assert SPREAD not in names_of(settings)
    acquisition, _ = auto_acquisition(outputs, head, settings)
    assert len(set(acquisition.positions().tolist())) == len(outputs)
    assert names_of(AUTO.but(candidates=("entropy",))) == (SPREAD, "entropy")


def test_the_search_of_auto_holds_what_is_pinned_on():
    outputs, head = outputs_of(labelled=40)
    known = outputs.labelled
    scores = np.random.default_rng(0).random((40, 3))
    start = np.full(3, 1 / 3)
    learned = bilevel.learn_weights(
        known.features, known.labels, head.shares, scores, start, selected=0.2, seed=0,
        floors=floors_of(("a", "b", "c"), ("b",)),
    )  # fmt: skip
    assert learned.weights[1] >= 1 / 3 - EXACT
    assert learned.weights.sum() == pytest.approx(1)


# -- placebos -----------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 99))
def test_dealing_out_keeps_every_value_and_follows_the_images(images, columns, seed):
    rng = np.random.default_rng(seed)
    values, ids = rng.random((images, columns)), rng.permutation(images) + 1
    for deal in (placebos.dealt_over_images, placebos.scores_dealt_out):
        dealt = deal(values, ids, (seed,))
        np.testing.assert_array_equal(np.sort(dealt, 0), np.sort(values, 0))
        order = rng.permutation(images)
        again = deal(values[order], ids[order], (seed,))
        assert again.shape == dealt.shape
        np.testing.assert_array_equal(np.sort(again, 0), np.sort(dealt, 0))


def test_dealing_out_does_not_depend_on_the_order_of_the_pool():
    values, ids = np.random.default_rng(0).random((20, 3)), np.arange(1, 21)
    order = np.random.default_rng(1).permutation(20)
    for deal in (placebos.dealt_over_images, placebos.scores_dealt_out):
        np.testing.assert_array_equal(
            deal(values[order], ids[order], (4,)), deal(values, ids, (4,))[order]
        )


def test_rows_stay_whole_where_weights_are_dealt_out_and_part_where_scores_are():
    values, ids = np.arange(60.0).reshape(20, 3), np.arange(1, 21)
    rows = placebos.dealt_over_images(values, ids, (0,))
    assert (np.diff(rows, axis=1) == 1).all()
    assert not (rows == values).all()
    parts = placebos.scores_dealt_out(values, ids, (0,))
    assert not (np.diff(parts, axis=1) == 1).all()


@given(st.integers(2, 9), st.integers(0, 99))
def test_over_candidates_each_weight_goes_to_another(count, seed):
    weights = np.arange(1.0, count + 1)
    dealt = placebos.dealt_over_candidates(weights, (seed,))
    assert (dealt != weights).all()
    assert sorted(dealt) == sorted(weights)
    assert placebos.dealt_over_candidates(np.ones(1), (seed,)).tolist() == [1]


def test_frozen_weights_are_the_seeds_and_the_same_in_every_round():
    one = placebos.frozen_weights(5, 3)
    np.testing.assert_array_equal(one, placebos.frozen_weights(5, 3))
    assert one.sum() == pytest.approx(1)
    assert not np.allclose(one, placebos.frozen_weights(5, 4))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return result_of(command_of(tmp_path_factory.mktemp("whole"), PAPER, unlabelled=30))


@pytest.mark.parametrize("change", first_of(
    {"placebo": "masks"}, {"ablation": "backbone"},
    then=(*({"placebo": kind} for kind in KINDS if kind != "masks"),
          {"ablation": "loss head"}, {"candidates": ("entropy",)}),
))  # fmt: skip
def test_the_first_point_is_that_of_the_whole_method(change, whole, tmp_path):
    result = result_of(command_of(tmp_path, PAPER.but(**change), unlabelled=30))
    assert result.metrics == whole.metrics
    np.testing.assert_array_equal(np.sort(result.probabilities, 0), np.sort(whole.probabilities, 0))
    assert sorted(result.ranking) == sorted(whole.ranking)


def test_permuted_weights_keep_their_mean_and_frozen_ones_do_not(whole, tmp_path):
    def plain(kind):
        settings = PAPER.but(placebo=kind)
        return result_of(command_of(tmp_path / kind, settings, unlabelled=30)).plain_weights

    assert dict(plain("permuted")) == pytest.approx(dict(whole.plain_weights))
    expected = placebos.frozen_weights(len(PAPER.candidates), PAPER.seed)
    assert [w for _, w in plain("frozen")] == pytest.approx(expected.tolist())


def test_masks_that_are_dealt_out_ask_for_as_many_images_but_others(tmp_path):
    settings = PAPER.but(candidates=("entropy",), batch_size=8)
    true = result_of(command_of(tmp_path / "true", settings, unlabelled=40))
    dealt = result_of(command_of(tmp_path / "dealt", settings.but(placebo="masks"), unlabelled=40))
    assert {query.score for query in dealt.queries} == {query.score for query in true.queries}
    true_batch, dealt_batch = ({q.image_id for q in r.queries} for r in (true, dealt))
    assert true_batch != dealt_batch


def test_a_placebo_of_auto_changes_the_weights_alone():
    outputs, head = outputs_of(count=60, labelled=40)
    plain, _ = auto_acquisition(outputs, head, AUTO)
    for kind in ("frozen", "permuted"):
        acquisition, reason = auto_acquisition(outputs, head, AUTO.but(placebo=kind))
        np.testing.assert_array_equal(acquisition.scores, plain.scores)
        assert not np.allclose(acquisition.weights, plain.weights)
        assert reason == ()
        drawn = acquisition.image_ids[list(acquisition.audit)]
        assert sorted(drawn) == sorted(plain.image_ids[list(plain.audit)])
    masked, _ = auto_acquisition(outputs, head, AUTO.but(placebo="masks"))
    np.testing.assert_array_equal(np.sort(masked.scores, 0), np.sort(plain.scores, 0))
    assert not (masked.scores == plain.scores).all()


def test_uniform_weights_of_auto_are_those_of_auto_before_it_has_learned(monkeypatch):
    """All but the search is the same, so that the difference is what the search adds."""
    outputs, head = outputs_of(count=60, labelled=40)
    found = np.arange(1.0, 1 + len(names_of(AUTO)))
    learned = Learned(found / found.sum(), gain=0.5, error=0.1)
    monkeypatch.setattr(auto, "learn_weights", lambda *values, **named: learned)
    monkeypatch.setattr(auto, "can_learn", lambda *values: True)
    before, _ = auto_acquisition(outputs, None, AUTO)
    after, _ = auto_acquisition(outputs, head, AUTO)
    uniform, reason = auto_acquisition(outputs, head, AUTO.but(placebo="uniform"))
    np.testing.assert_allclose(after.plain_weights()[0][1], found[0] / found.sum())
    np.testing.assert_array_equal(uniform.weights, before.weights)
    np.testing.assert_array_equal(uniform.positions(), before.positions())
    assert uniform.audit == after.audit == before.audit
    assert reason == ()


def test_uniform_weights_of_paper_are_those_of_the_vote(whole, tmp_path):
    uniform = PAPER.but(placebo="uniform")
    found = result_of(command_of(tmp_path / "placebo", uniform, unlabelled=30))
    vote = result_of(command_of(tmp_path / "vote", PAPER.but(mode="vote"), unlabelled=30))
    assert dict(found.plain_weights) == pytest.approx(dict(vote.plain_weights))
    assert dict(found.plain_weights) != pytest.approx(dict(whole.plain_weights))
    strategies = [query.strategies for query in found.queries]
    assert {score for row in strategies for _, score, _ in row} == {0.0, 1.0}  # its masks still


@pytest.mark.parametrize(("mode", "change"), [
    ("vote", {"placebo": "masks"}), ("margin", {"placebo": "frozen"}),
    ("auto", {"ablation": "backbone"}),
])  # fmt: skip
def test_what_has_no_search_has_no_placebo(mode, change, tmp_path):
    with pytest.raises(SettingsError, match=r"(placebo|ablation) can only be used in"):
        result_of(command_of(tmp_path, TINY.but(mode=mode, **change)))


# -- ablations ----------------------------------------------------------------------------------


def test_without_the_loss_head_no_loss_is_predicted(whole, tmp_path):
    result = result_of(command_of(tmp_path, PAPER.but(ablation="backbone"), unlabelled=30))
    assert all(query.predicted_loss is None for query in result.queries)
    assert all(query.predicted_loss is not None for query in whole.queries)


def test_with_the_loss_head_alone_the_images_go_by_their_predicted_loss(tmp_path):
    result = result_of(command_of(tmp_path, PAPER.but(ablation="loss head"), unlabelled=30))
    losses = [query.predicted_loss for query in result.queries]
    assert losses == sorted(losses, reverse=True)


@pytest.mark.parametrize(
    ("ablation", "still"), [("backbone", "loss"), long_case("loss head", "strategies")]
)
def test_an_ablation_leaves_one_head_as_it_began(ablation, still, tmp_path):
    command = command_of(tmp_path)

    def trained(settings: RunSettings):
        context = context_of(tmp_path, command.pool, settings)
        return exhausted(search(context, command.labelled, 2, 0))

    def head_of(net):
        return state_of(getattr(net, still))

    once = trained(PAPER.but(ablation=ablation, search_steps=1))
    longer = trained(PAPER.but(ablation=ablation, search_steps=4))
    whole = trained(PAPER.but(search_steps=4))
    assert same_state(head_of(once), head_of(longer))
    assert not same_state(head_of(whole), head_of(longer))
    assert replace(command, settings=PAPER).settings.ablation == ""
