"""The warm start: what it learns, how it is put down and taken up, and what rounds make of it."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from autoal_gui.core.errors import Cancelled, CheckpointError
from autoal_gui.core.labels import layer_trial
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import Progress, WarmStart, WarmStarted
from autoal_gui.core.queries import Asked, Query
from autoal_gui.learning import round_measures
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.model.checkpoint import load_checkpoint, load_model
from autoal_gui.learning.round import run_round
from autoal_gui.learning.selection.bilevel import learn_weights
from autoal_gui.learning.training import task_model as tasks
from autoal_gui.learning.training.contrastive import contrast_loss, view
from autoal_gui.learning.training.linear_head import fit_head
from autoal_gui.learning.training.warm_start import warm_start
from autoal_gui.strategies.contract import Labelled
from tests.support.learning import (
    TINY,
    command_of,
    events_of,
    never,
    picture,
    pool_of,
    result_of,
    same_results,
)
from tests.support.long_form import first_of
from tests.trials.harness.hostile_models import archive, nested_tuples

pytestmark = pytest.mark.small_network

WARM = TINY.but(warm_start=True, warm_epochs=2, warm_batch=4)


def warm_command(folder, images=12, **changes):
    arrays = [picture(i % 2, i) for i in range(images)]
    settings = WARM.but(**changes)
    return WarmStart(3, pool_of(arrays), ("a", "b"), settings, str(folder), str(folder / "warm.pt"))


def warmed(command, cancelled=lambda: False):
    events = list(warm_start(command, cancelled))
    assert all(isinstance(event, Progress) for event in events[:-1])
    assert isinstance(events[-1], WarmStarted)
    return events[-1]


def after(calls):
    """A cancel check that says yes from a given call on."""
    count = 0

    def cancelled():
        nonlocal count
        count += 1
        return count > calls

    return cancelled


def states_equal(one, other):
    first, second = load_checkpoint(Path(one))[1], load_checkpoint(Path(other))[1]
    return all(torch.equal(first[name], second[name]) for name in first)


# -- the views and the contrast -----------------------------------------------------------------


def test_the_contrast_equals_its_definition_pair_by_pair():
    generator = torch.Generator().manual_seed(0)
    z = functional.normalize(torch.randn(6, 5, generator=generator, dtype=torch.float64), dim=1)
    total = 0.0
    for i in range(6):
        twin = (i + 3) % 6
        powers = [float(torch.exp(z[i] @ z[j] / 0.2)) for j in range(6)]
        total -= np.log(powers[twin] / (sum(powers) - powers[i]))
    assert float(contrast_loss(z)) == pytest.approx(total / 6)


def test_twins_that_agree_cost_less_than_strangers():
    one = functional.normalize(torch.randn(4, 8, generator=torch.Generator().manual_seed(1)), dim=1)
    assert contrast_loss(torch.cat((one, one))) < contrast_loss(torch.cat((one, one.roll(1, 0))))


@pytest.mark.parametrize("channels", [1, 3])
def test_views_differ_from_each_other_and_come_again_from_the_same_seed(channels):
    pixels = torch.rand(5, channels, 20, 20, generator=torch.Generator().manual_seed(2))
    kept = pixels.clone()
    one = view(pixels, torch.Generator().manual_seed(3))
    again = view(pixels, torch.Generator().manual_seed(3))
    other = view(pixels, torch.Generator().manual_seed(4))
    assert one.shape == pixels.shape
    assert torch.equal(pixels, kept)
    assert torch.equal(one, again)
    assert all(not torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_a_view_keeps_the_shade_that_tells_classes_apart():
    dark, bright = torch.full((40, 1, 16, 16), 0.2), torch.full((40, 1, 16, 16), 0.8)
    seen = view(torch.cat((dark, bright)), torch.Generator().manual_seed(5)).mean((1, 2, 3))
    assert seen[:40].max() < seen[40:].min()


# -- learning -----------------------------------------------------------------------------------


def test_the_same_seed_learns_the_same_and_another_seed_another(tmp_path):
    one = warmed(warm_command(tmp_path / "1"))
    other = warmed(warm_command(tmp_path / "2"))
    third = warmed(warm_command(tmp_path / "3", seed=1))
    assert one.complete
    assert one.epochs == 2
    assert states_equal(one.checkpoint, other.checkpoint)
    assert not states_equal(one.checkpoint, third.checkpoint)


@pytest.mark.small_network(False)  # an eighth of the channels learns too little in forty passes
def test_the_contrast_falls(tmp_path):
    command = warm_command(tmp_path, images=16, warm_epochs=40, warm_batch=16)
    losses = [event.loss for event in warm_start(command, lambda: False) if hasattr(event, "loss")]
    losses = [loss for loss in losses if loss is not None]
    assert np.mean(losses[-8:]) < np.mean(losses[:8]) - 0.1


def test_the_evaluation_images_are_not_learned_from(tmp_path):
    plain = warm_command(tmp_path / "1")
    arrays = [picture(i % 2, i) for i in range(12)]
    strange = [np.full((16, 16), 255, np.uint8)] * 3
    pool = pool_of([*arrays, *strange], range(13, 16))
    more = replace(plain, pool=pool, workspace=str(tmp_path), checkpoint=str(tmp_path / "more.pt"))
    assert states_equal(warmed(plain).checkpoint, warmed(more).checkpoint)


def test_what_a_warm_start_does_beside_learning_is_told_in_seconds(tmp_path):
    steps = dict(warmed(warm_command(tmp_path)).steps)
    assert set(steps) == {"reading", "features"}
    assert min(steps.values()) > 0


def test_put_down_and_taken_up_it_ends_where_it_would_have_ended(tmp_path):
    whole = warmed(warm_command(tmp_path / "1"))
    command = warm_command(tmp_path / "2")
    part = warmed(command, after(14))  # twelve images are read first
    assert not part.complete
    assert 0 < part.epochs < 2
    assert not states_equal(whole.checkpoint, part.checkpoint)
    rest = warmed(command)
    assert rest.complete
    assert rest.epochs == 2
    assert rest.seconds > part.seconds
    assert states_equal(whole.checkpoint, rest.checkpoint)


def test_taken_up_it_tells_first_how_far_it_was(tmp_path):
    command = warm_command(tmp_path)
    part = warmed(command, after(14))
    steps = (event for event in warm_start(command, lambda: False) if isinstance(event, Progress))
    first = next(event for event in steps if event.step == "warm start")
    assert first.loss is None  # before it has learned anything more
    assert first.done == int(1000 * part.epochs / 2)
    steps.close()


def test_closed_while_images_are_described_it_is_not_learned_again(tmp_path):
    command, closed = warm_command(tmp_path, infer_batch=4), []
    for event in warm_start(command, lambda: bool(closed)):  # nobody keeps what it brings
        if isinstance(event, Progress) and event.step == "features":
            closed.append(True)
    assert closed
    before = load_checkpoint(Path(command.checkpoint))[1]
    again = list(warm_start(command, lambda: False))
    assert not [event for event in again[:-1] if event.step == "warm start"]
    assert again[-1].complete
    assert again[-1].epochs == 2
    after = load_checkpoint(Path(command.checkpoint))[1]
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize(
    "damage", first_of("cut", "pipe", then=("foreign", "nested", "other seed"))
)
@pytest.mark.timeout(120)
def test_a_state_that_does_not_fit_begins_anew(damage, tmp_path):
    command = warm_command(tmp_path)
    warmed(command, after(14))
    state = Path(f"{command.checkpoint}.state")
    if damage == "cut":
        state.write_bytes(state.read_bytes()[:5000])
    elif damage == "foreign":
        torch.save({"format": "something else"}, state)
    elif damage == "nested":
        state.write_bytes(archive(nested_tuples()))
    elif damage == "pipe":
        state.unlink()
        os.mkfifo(state)
    else:
        command = replace(command, settings=command.settings.but(seed=5))
    fresh = replace(command, workspace=str(tmp_path / "b"), checkpoint=str(tmp_path / "b" / "w.pt"))
    assert states_equal(warmed(command).checkpoint, warmed(fresh).checkpoint)


def test_time_is_the_budget_where_no_epochs_are_set(tmp_path):
    result = warmed(warm_command(tmp_path, warm_epochs=0, warm_seconds=1.0))
    assert result.complete
    assert result.seconds >= 1.0
    assert result.epochs > 0


def test_a_handful_of_images_is_left_as_it_is(tmp_path):
    result = warmed(warm_command(tmp_path, images=5))
    assert result.complete
    assert result.epochs == 0
    assert load_model(Path(result.checkpoint))[1].labels == 0


# -- rounds on a warm start -----------------------------------------------------------------------


def warm_round(folder, start, **changes):
    command = command_of(folder, WARM.but(**changes))
    return replace(command, warm_start=start)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """The checkpoint of a warm start on the images of `command_of`."""
    folder = tmp_path_factory.mktemp("warm")
    pool = command_of(folder).pool
    settings = WARM.but(warm_epochs=4)
    file = str(folder / "warm.pt")
    return warmed(WarmStart(3, pool, ("a", "b"), settings, str(folder), file)).checkpoint


def test_only_the_last_layer_is_trained_on_a_warm_start(start, tmp_path):
    result = result_of(warm_round(tmp_path, start))
    before, after_it = load_checkpoint(Path(start))[1], load_checkpoint(Path(result.checkpoint))[1]
    backbone = [name for name in before if name.startswith("backbone.")]
    assert len(backbone) > 100
    assert all(torch.equal(before[name], after_it[name]) for name in backbone)
    assert not torch.equal(before["head.weight"], after_it["head.weight"])


def test_the_saved_model_predicts_what_the_round_predicted(start, tmp_path):
    command = warm_round(tmp_path, start)
    result = result_of(command)
    model, card = load_model(Path(result.checkpoint))
    cache = ImageCache.open(command.pool, card.input_size, tmp_path)
    ids = result.ranking.tolist()
    with torch.no_grad():
        logits = model(card.normalisation(cache.batch(ids)))
    assert card.unit
    np.testing.assert_allclose(logits.softmax(1).numpy(), result.probabilities, atol=2e-3)


def test_the_features_are_kept_between_rounds_and_give_the_same(start, tmp_path):
    command = warm_round(tmp_path, start)
    first = events_of(command)
    second = events_of(command)
    passed = [[e for e in events if isinstance(e, Progress) and e.step == "features"]
              for events in (first, second)]  # fmt: skip
    assert passed[0]
    assert not passed[1]
    same_results(first[-1], second[-1])


def test_a_warm_start_leaves_no_features_for_the_first_round_to_compute(tmp_path):
    command = warm_round(tmp_path, str(tmp_path / "warm.pt"))
    learning = WarmStart(
        3, command.pool, ("a", "b"), command.settings, command.workspace, command.warm_start
    )
    assert warmed(learning).complete
    steps = {event.step for event in events_of(command) if isinstance(event, Progress)}
    assert "features" not in steps


@pytest.mark.parametrize("cancelled", [lambda: False, "stopped"])
def test_what_comes_after_the_learning_is_a_step_of_its_own_also_where_it_was_stopped(
    tmp_path, cancelled
):
    command = warm_command(tmp_path)
    asked = after(16) if cancelled == "stopped" else cancelled
    events = list(warm_start(command, asked))
    told = [event for event in events if isinstance(event, Progress)]
    end = [event.step for event in told].index("finishing")
    assert told[end - 1].step == "warm start"
    assert told[end].seconds_left is None
    assert "warm start" not in {event.step for event in told[end:]}
    assert isinstance(events[-1], WarmStarted)
    assert events[-1].complete is (cancelled != "stopped")


def test_every_mode_starts_from_the_same_model(start, tmp_path):
    results = [
        result_of(warm_round(tmp_path / mode, start, mode=mode))
        for mode in ("random", "vote", "paper")
    ]
    assert results[0].metrics == results[1].metrics == results[2].metrics
    np.testing.assert_array_equal(
        np.sort(results[0].probabilities, 0), np.sort(results[2].probabilities, 0)
    )


def test_without_two_classes_the_warm_features_spread_the_first_labels(start, tmp_path):
    command = replace(warm_round(tmp_path, start), labelled=())
    result = result_of(command)
    assert result.checkpoint == ""
    assert sorted(result.ranking.tolist()) == list(command.unlabelled)


def test_a_missing_warm_start_is_explained(tmp_path):
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        result_of(warm_round(tmp_path, str(tmp_path / "gone.pt")))


def test_the_audit_measures_on_randomly_drawn_images_alone(start, tmp_path):
    command = warm_round(tmp_path, start)
    drawn = tuple(Asked(1, Query(i, 0.0, audit=i <= 6), None) for i in range(1, 10))
    result = result_of(replace(command, history=drawn))
    assert result.audit.total == 6
    assert result.estimate.total == len(command.labelled)  # those chosen by a method measure too
    assert result.out_of_fold.image_ids.tolist() == [i for i, _ in command.labelled]
    assert result_of(replace(command, history=drawn[:4])).audit is None


def test_labelled_images_are_predicted_by_heads_that_never_saw_their_label(start, tmp_path):
    command = warm_round(tmp_path, start)
    result = result_of(command)
    assert result.out_of_fold.image_ids.tolist() == [i for i, _ in command.labelled]
    np.testing.assert_allclose(result.out_of_fold.probabilities.sum(1), 1, atol=1e-6)


def test_the_evaluation_sets_probabilities_are_those_of_the_metrics(start, tmp_path):
    command = warm_round(tmp_path, start)
    result = result_of(command)
    assert result.measured.image_ids.tolist() == [i for i, _ in command.evaluation]
    truth = np.array([c for _, c in command.evaluation])
    assert Metrics.of_probabilities(truth, result.measured.probabilities) == result.metrics


def test_the_labels_that_chance_drew_give_a_model_of_their_own(start, tmp_path):
    command = warm_round(tmp_path, start)
    drawn = tuple(Asked(1, Query(i, 0.0, audit=i <= 10), None) for i in range(1, 12))
    found = result_of(replace(command, history=drawn)).by_chance
    assert found.labels == 10
    assert found.metrics.total == len(command.evaluation)


def test_what_chance_gives_rests_on_the_images_that_it_drew_alone():
    rng = np.random.default_rng(3)
    truth = np.arange(60) % 2
    features = rng.normal(size=(60, 4)) + 1.5 * truth[:, None]
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    known = Labelled(np.arange(1, 31), features[:30], np.zeros((30, 2), np.float32), truth[:30])
    seen = Labelled(np.arange(31, 61), features[30:], np.zeros((30, 2), np.float32), truth[30:])
    head = fit_head(known.features, known.labels, 2, 0)
    drawn = tuple(Asked(1, Query(i, 0.0, audit=i <= 12), None) for i in range(1, 31))
    found = round_measures.by_chance(head, known, seen, drawn)
    assert found.labels == 12
    others = np.where(known.image_ids > 12, 1 - known.labels, known.labels)
    assert round_measures.by_chance(head, replace(known, labels=others), seen, drawn) == found
    own = np.where(known.image_ids <= 12, 1 - known.labels, known.labels)
    assert round_measures.by_chance(head, replace(known, labels=own), seen, drawn) != found
    assert round_measures.by_chance(None, known, seen, drawn) is None
    assert round_measures.by_chance(head, known, None, drawn) is None


def test_where_chance_drew_all_or_too_few_there_is_nothing_to_compare(start, tmp_path):
    command = warm_round(tmp_path, start)
    ids = [i for i, _ in command.labelled]
    for count in (len(ids), 9):
        drawn = tuple(Asked(1, Query(i, 0.0, audit=True), None) for i in ids[:count])
        assert result_of(replace(command, history=drawn)).by_chance is None


def test_cancelling_in_any_step_of_a_warm_round_keeps_the_older_model(start, tmp_path):
    command = warm_round(tmp_path / "whole", start, mode="auto")
    events = [event for event in events_of(command) if isinstance(event, Progress)]
    steps = list(dict.fromkeys(event.step for event in events))
    assert {"reading", "features", "task model", "scoring"} <= set(steps)
    first = [next(n for n, e in enumerate(events) if e.step == step) for step in steps]
    older = tmp_path / "model.pt"
    older.write_bytes(b"the model of the round before")
    for moment in first:
        folder = tmp_path / str(moment)  # nothing is kept from one try to the next
        fresh = replace(command, workspace=str(folder), checkpoint=str(older))
        with pytest.raises(Cancelled, match="kept"):
            events_of(fresh, after(moment))
        assert older.read_bytes() == b"the model of the round before"


def test_a_head_that_is_being_fitted_and_a_search_of_auto_can_be_cancelled():
    rng = np.random.default_rng(0)
    truth = np.arange(40) % 2
    features = rng.normal(size=(40, 4)) + 1.5 * truth[:, None]
    checked = []
    head = fit_head(features, truth, 2, 0, check=lambda: checked.append(1))
    assert len(checked) >= 5 * 4  # folds, and strengths of the penalty

    def stop():
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fit_head(features, truth, 2, 0, check=stop)
    scores, start = rng.random((40, 2)), np.full(2, 0.5)
    with pytest.raises(Cancelled):
        learn_weights(features, truth, head.shares, scores, start, selected=0.2, seed=0, check=stop)


# -- whether every layer is trained after all ----------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "before", "expected"),
    [(59, 0, False), (60, 0, True), (80, 60, False), (119, 60, False), (125, 119, True),
     (500, 0, True), (240, 239, True), (60, 60, False)],
)  # fmt: skip
def test_the_two_ways_to_train_are_compared_when_the_labels_have_doubled(labels, before, expected):
    assert layer_trial.due(labels, before) is expected


def backbone_moved(start, result):
    before, now = load_checkpoint(Path(start))[1], load_checkpoint(Path(result.checkpoint))[1]
    return any(not torch.equal(before[n], now[n]) for n in before if n.startswith("backbone."))


def test_every_layer_is_trained_on_demand_and_stays_so_until_it_is_measured(start, tmp_path):
    always = result_of(warm_round(tmp_path / "1", start, all_layers="always"))
    assert backbone_moved(start, always)
    assert not load_model(Path(always.checkpoint))[1].unit
    after_it = replace(warm_round(tmp_path / "2", start), previous=always.checkpoint)
    assert backbone_moved(start, result_of(after_it))
    last_only = replace(after_it, settings=after_it.settings.but(all_layers="never"))
    assert not backbone_moved(start, result_of(last_only))


def test_every_layer_is_not_kept_where_the_evaluation_set_measures_it_worse(
    start, tmp_path, monkeypatch
):
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", 12)
    monkeypatch.setattr(tasks, "every_layer_wins", lambda *found: True)
    monkeypatch.setattr(tasks, "last_layer_measures_better", lambda *found: True)
    command = warm_round(tmp_path / "1", start)
    kept = result_of(command)
    assert not backbone_moved(start, kept)
    assert load_model(Path(kept.checkpoint))[1].unit
    (notice,) = kept.notices
    assert f"{len(command.evaluation)} images of the evaluation set" in notice
    assert "only the last layer is trained" in notice
    truth = np.array([c for _, c in command.evaluation])
    assert Metrics.of_probabilities(truth, kept.measured.probabilities) == kept.metrics
    alone = result_of(warm_round(tmp_path / "2", start, all_layers="never"))
    assert kept.metrics == alone.metrics
    for other in (
        replace(command, may_veto=False),
        replace(command, evaluation=()),
        replace(command, settings=command.settings.but(all_layers="always")),
    ):
        assert backbone_moved(start, result_of(other))


def test_what_was_confirmed_in_bulk_is_counted_apart_however_it_is_trained(start, tmp_path):
    command = warm_round(tmp_path, start, all_layers="never")
    (*labelled, one, other) = command.labelled
    command = replace(command, labelled=tuple(labelled), confirmed=(one, other))
    every = replace(command, settings=command.settings.but(all_layers="always"))
    for each in (command, every):
        result = result_of(each)
        assert (result.labels, result.confirmed) == (len(labelled), 2)
        assert load_checkpoint(Path(result.checkpoint))[0].confirmed == 2


def test_a_round_without_a_warm_start_says_nothing_of_rounds_on_one(start, tmp_path):
    cold = result_of(warm_round(tmp_path / "1", start, warm_start=False))
    command = replace(warm_round(tmp_path / "2", start), previous=cold.checkpoint)
    assert not backbone_moved(start, result_of(command))


def test_the_progress_of_a_comparison_never_goes_back(start, tmp_path, monkeypatch):
    """Several trials are one step, told as a part of all of them."""
    monkeypatch.setattr(tasks, "due", lambda *counts: True)
    command = warm_round(tmp_path, start, all_layers="measured")
    events = [e for e in events_of(command) if isinstance(e, Progress) and e.step == "comparison"]
    done, (total,) = [event.done for event in events], {event.total for event in events}
    assert done == sorted(done)
    assert total % command.settings.task_steps == 0
    assert done[-1] == total > command.settings.task_steps


def test_a_trial_that_is_not_wanted_ends_the_round_by_the_last_layer_and_is_owed(
    start, tmp_path, monkeypatch
):
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", 12)
    seen: list[Progress] = []
    command = replace(
        warm_round(tmp_path / "1", start, all_layers="measured"),
        not_now=lambda: any(event.step == "comparison" for event in seen),
    )
    events = []
    for event in run_round(command, never):
        events.append(event)
        seen += [event] if isinstance(event, Progress) else []
    left_out = events[-1]
    tried = [event for event in seen if event.step == "comparison"]
    assert len(tried) == 1  # it ended at the next training batch
    assert left_out.reason[-1] == layer_trial.NOT_TRIED
    assert result_of(replace(command, trial_is_long=True)).reason[-1] == layer_trial.TOO_LONG
    assert not backbone_moved(start, left_out)
    assert load_model(Path(left_out.checkpoint))[1].unit
    after_it = replace(warm_round(tmp_path / "2", start), previous=left_out.checkpoint)
    assert "every layer" not in str(result_of(after_it).notices)  # the labels have not doubled
    assert "every layer" in str(result_of(replace(after_it, trial_owed=True)).notices)


def test_a_first_model_of_another_network_leaves_the_comparison_due(start, tmp_path, monkeypatch):
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", 12)
    first = result_of(warm_round(tmp_path / "1", start, all_layers="never"))
    command = replace(warm_round(tmp_path / "2", start), previous=first.checkpoint)
    assert "every layer" not in str(result_of(command).notices)  # the labels have not doubled
    card = replace(tasks.read_card(Path(first.checkpoint)), architecture="efficientnet_lite0")
    monkeypatch.setattr(tasks, "read_card", lambda path: card)
    assert "every layer" in str(result_of(command).notices)


def test_a_comparison_holds_out_what_it_asks_and_does_as_it_says(start, tmp_path, monkeypatch):
    monkeypatch.setattr(layer_trial, "FIRST_COMPARED", 12)
    trained, asked = [], []
    train, gather = tasks.train_classifier, tasks.gather

    def training(context, model, optimiser, labels, *rest):
        trained.append({image_id for image_id, _ in labels})
        return (yield from train(context, model, optimiser, labels, *rest))

    def looking(context, model, ids, *rest):
        asked.append(set(ids))
        return (yield from gather(context, model, ids, *rest))

    monkeypatch.setattr(tasks, "train_classifier", training)
    monkeypatch.setattr(tasks, "gather", looking)
    command = warm_round(tmp_path, start)
    result = result_of(command)
    everything = {image_id for image_id, _ in command.labelled}
    for part, held in zip(trained[:2], asked[:2], strict=True):
        assert held
        assert part == everything - held
    assert not asked[0] & asked[1]
    (notice,) = result.notices
    assert ("every layer is trained" in notice) is backbone_moved(start, result)


def test_without_a_head_the_audit_takes_what_was_predicted_before(start, tmp_path):
    command = warm_round(tmp_path, start, all_layers="always")
    truth = dict(command.labelled)
    drawn = tuple(
        Asked(1, Query(i, 0.0, audit=True), truth[i] if i < 6 else None) for i in range(1, 9)
    )
    audit = result_of(replace(command, history=drawn)).audit
    assert (audit.total, audit.accuracy) == (5, 1.0)
