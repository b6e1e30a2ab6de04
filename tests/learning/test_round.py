"""A round from command to result: what it learns from, what it asks for, and what it leaves."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.errors import (
    AutoALError,
    Cancelled,
    CheckpointError,
    SettingsError,
    SourceError,
)
from autoal_gui.core.messages import STEPS, Notice, Progress, RoundFinished
from autoal_gui.learning import round as rounds
from autoal_gui.learning.data.context import Feed
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.model.checkpoint import load_checkpoint, save_checkpoint
from autoal_gui.learning.model.networks import SearchNet
from autoal_gui.learning.selection import search
from autoal_gui.learning.selection.acquisition import (
    Acquisition,
    searched_acquisition,
    voted_acquisition,
)
from autoal_gui.learning.training import task_model as tasks
from autoal_gui.strategies import entropy
from autoal_gui.strategies.contract import ModelOutputs
from tests.support.learning import (
    SIDE,
    TINY,
    classifier,
    command_of,
    context_of,
    events_of,
    exhausted,
    picture,
    pool_of,
    result_of,
    same_results,
    same_state,
    state_of,
)
from tests.support.long_form import first_of

pytestmark = pytest.mark.small_network

PAPER = TINY.but(mode="paper")
NOT_OF_THE_PAPER = {"features", "warm start", "comparison", "finishing"}
OTHERS = tuple(name for name in TINY.candidates if name != "kmeans")


def settings_of(command, **changes):
    return replace(command, settings=command.settings.but(**changes))


def without_images(command, ids):
    """The same command where these images cannot be read."""
    command.pool.reader.broken.update(str(i) for i in ids)
    return command


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """One round of the paper's mode with all its events: (command, events)."""
    command = command_of(tmp_path_factory.mktemp("paper"), PAPER)
    return command, events_of(command)


@pytest.fixture(scope="module")
def voted(tmp_path_factory):
    command = command_of(tmp_path_factory.mktemp("voted"))
    return command, events_of(command)


# -- the result ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["paper", "voted"])
def test_a_result_is_complete_and_consistent(mode, request):
    command, events = request.getfixturevalue(mode)
    result = events[-1]
    assert isinstance(result, RoundFinished)
    assert sorted(result.ranking.tolist()) == list(command.unlabelled)
    assert result.probabilities.shape == (9, 2)
    np.testing.assert_allclose(result.probabilities.sum(1), 1, rtol=1e-5)
    assert not result.ranking.flags.writeable
    assert not result.probabilities.flags.writeable
    assert [q.image_id for q in result.queries] == result.ranking[:3].tolist()
    assert (result.request_id, result.round_number, result.labels) == (7, 1, 12)
    assert result.metrics.total == 6
    assert result.device == "cpu, fp32"
    for weights in (result.weights, result.plain_weights):
        assert [name for name, _ in weights] == list(TINY.candidates)
        assert sum(share for _, share in weights) == pytest.approx(1)
        assert all(share >= 0 for _, share in weights)
    for query in result.queries:
        assert sum(w for _, _, w in query.strategies) == pytest.approx(1)
        mixed = sum(w * s for _, s, w in query.strategies)
        assert query.score == pytest.approx(mixed)


@pytest.mark.parametrize(
    ("mode", "candidates", "looked_at"),
    [
        ("entropy", TINY.candidates, False),
        ("coreset", TINY.candidates, True),
        ("vote", TINY.candidates, False),
        ("vote", (*TINY.candidates, "coreset"), True),
        ("paper", TINY.candidates, False),
        ("auto", TINY.candidates, True),
        ("albl", TINY.candidates, True),
    ],
)
def test_labelled_images_are_scored_where_a_strategy_looks_at_them(
    mode, candidates, looked_at, tmp_path, monkeypatch
):
    real, seen = rounds.as_labelled, []

    def listened(context, outputs, labels):
        seen.append(labels)
        return real(context, outputs, labels)

    monkeypatch.setattr(rounds, "as_labelled", listened)
    command = command_of(tmp_path, TINY.but(mode=mode, candidates=candidates))
    events_of(command)
    assert (command.labelled in seen) == looked_at


def test_scores_fall_along_the_queries(paper):
    scores = [query.score for query in paper[1][-1].queries]
    assert scores == sorted(scores, reverse=True)


def test_the_papers_candidates_each_pick_a_batch(paper):
    """S_k is 1 for a candidate's top b and 0 elsewhere."""
    command, events = paper
    everything = settings_of(command, batch_size=9)
    assert {s for q in result_of(everything).queries for _, s, _ in q.strategies} == {1.0}
    assert {s for q in events[-1].queries for _, s, _ in q.strategies} <= {0.0, 1.0}
    assert all(query.predicted_loss is not None for query in events[-1].queries)


def test_progress_counts_every_step_to_its_end(paper):
    command, events = paper
    progress = [event for event in events if isinstance(event, Progress)]
    assert {p.request_id for p in progress} == {7}
    assert {p.step for p in progress} == set(STEPS) - NOT_OF_THE_PAPER
    assert all(0 < p.done <= p.total and p.device == "cpu, fp32" for p in progress)
    assert {(type(p.done), type(p.total)) for p in progress} == {(int, int)}
    assert all(p.seconds_left is None or p.seconds_left >= 0 for p in progress)
    for step, steps in (
        ("task model", command.settings.task_steps),
        ("SearchNet", command.settings.search_steps),
    ):
        trained = [p.done for p in progress if p.step == step and p.loss is not None]
        assert trained == list(range(1, steps + 1))
    assert progress[-1].seconds_left in (None, 0.0)  # nothing is left that could take a time
    assert {step for step, _ in events[-1].seconds} == set(STEPS) - NOT_OF_THE_PAPER


# -- reproducible -------------------------------------------------------------------------------


class Draws:
    """Draws random numbers at every check for cancel: someone else uses the global generators."""

    def __call__(self):
        torch.rand(3)
        np.random.rand(3)
        return False


def test_the_same_seed_gives_the_same_result_bit_by_bit(paper, tmp_path):
    _, events = paper
    again = command_of(tmp_path, PAPER)
    torch.manual_seed(99)
    same_results(events[-1], events_of(again, Draws())[-1])
    other = result_of(settings_of(again, seed=1))
    assert other.ranking.tolist() != events[-1].ranking.tolist()
    assert (other.probabilities != events[-1].probabilities).any()


@pytest.mark.parametrize("mode", first_of("paper", "random", "kmeans", then=OTHERS))
def test_every_mode_starts_from_the_same_model(mode, voted, tmp_path):
    """The first point of every curve is the same: weights, labels and metrics."""
    result = result_of(command_of(tmp_path, TINY.but(mode=mode)))
    expected = voted[1][-1]
    assert result.metrics == expected.metrics
    order, expected_order = np.argsort(result.ranking), np.argsort(expected.ranking)
    np.testing.assert_array_equal(
        result.probabilities[order], expected.probabilities[expected_order]
    )
    states = [load_checkpoint(Path(r.checkpoint))[1] for r in (result, expected)]
    assert same_state(*states)


def test_the_order_in_which_images_are_given_changes_nothing(paper):
    command, events = paper
    shuffled = np.random.default_rng(0).permutation(command.unlabelled).tolist()
    result = result_of(replace(command, unlabelled=tuple(shuffled)))
    assert result.ranking.tolist() == events[-1].ranking.tolist()


def test_every_label_counts(tmp_path):
    """A fault that loses the labels on their way would still give a plausible result."""
    command = command_of(tmp_path, TINY.but(train_batch=12, task_steps=1, mode="random"))
    expected = result_of(command).probabilities
    for wrong in (1, 7, 12):
        flipped = tuple((i, 1 - c if i == wrong else c) for i, c in command.labelled)
        result = result_of(replace(command, labelled=flipped))
        assert (result.probabilities != expected).any()


def test_what_was_confirmed_in_bulk_is_counted_apart_in_result_and_card(tmp_path):
    command = command_of(tmp_path, labels=10)
    (*labelled, one, other) = command.labelled
    result = result_of(replace(command, labelled=tuple(labelled), confirmed=(one, other)))
    assert (result.labels, result.confirmed) == (8, 2)
    card = load_checkpoint(Path(result.checkpoint))[0]
    assert (card.labels, card.confirmed) == (8, 2)


# -- what is asked ------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [
    TINY.but(mode="entropy"),
    TINY.but(mode="vote", candidates=("entropy",)),
    TINY.but(mode="paper", candidates=("entropy",)),
])  # fmt: skip
def test_one_candidate_gives_its_own_ranking(settings, tmp_path):
    result = result_of(command_of(tmp_path, settings))
    logs = np.log(result.probabilities, where=result.probabilities > 0,
                  out=np.zeros_like(result.probabilities))  # fmt: skip
    uncertain = -(result.probabilities * logs).sum(1)
    assert (np.diff(uncertain) <= 1e-6).all()
    assert np.ptp(uncertain) > 0
    assert result.weights == (("entropy", 1.0),)


def test_images_that_all_candidates_pick_are_asked_in_the_order_of_their_ranks(tmp_path):
    """For two classes these three are one ranking: the rounding of W must not order the ties."""
    names = ("entropy", "margin", "least_confidence")
    command = command_of(tmp_path, PAPER.but(candidates=names, batch_size=9), unlabelled=20)
    result = result_of(command)
    assert (np.diff(result.probabilities.max(1)) >= -1e-6).all()
    assert np.ptp(result.probabilities.max(1)) > 0


def test_random_is_a_permutation_that_follows_the_seed(tmp_path):
    one, other = (
        result_of(command_of(tmp_path, TINY.but(mode="random", seed=seed))) for seed in (0, 1)
    )
    assert sorted(one.ranking.tolist()) == sorted(other.ranking.tolist()) == list(range(13, 22))
    assert one.ranking.tolist() != other.ranking.tolist()
    assert one.weights == (("random", 1.0),)


# -- sizes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", first_of("paper", then=("vote",)))
@pytest.mark.parametrize("unlabelled", [0, 1, 2])
def test_pools_of_any_size_are_ranked(mode, unlabelled, tmp_path):
    command = command_of(tmp_path, TINY.but(mode=mode), labels=9, unlabelled=unlabelled)
    result = result_of(command)
    assert result.ranking.tolist() == sorted(command.unlabelled) or unlabelled == 2
    assert len(result.ranking) == len(result.queries) == unlabelled
    assert result.probabilities.shape == (unlabelled, 2)
    assert result.checkpoint
    assert bool(result.weights) == bool(unlabelled)


@pytest.mark.parametrize("mode", first_of("paper", "random", then=("vote",)))
@pytest.mark.parametrize("labels", [0, 1])
def test_without_two_classes_nothing_is_trained_but_images_are_ranked(mode, labels, tmp_path):
    command = command_of(tmp_path, TINY.but(mode=mode), labels=labels)
    events = events_of(command)
    result = events[-1]
    assert sorted(result.ranking.tolist()) == list(command.unlabelled)
    assert result.metrics is None
    assert (result.checkpoint, result.checkpoint_sha256) == ("", "")
    assert not Path(command.checkpoint).exists()
    assert result.probabilities.shape == (0, 2)
    name = "random" if mode == "random" else "kmeans"
    assert result.weights == result.plain_weights == ()  # nothing was weighed yet
    assert {strategy for q in result.queries for strategy, _, _ in q.strategies} == {name}
    assert len(result.queries) == 3
    assert len(result.notices) == labels  # who has labelled is told what is missing
    assert "task model" not in {e.step for e in events if isinstance(e, Progress)}


def test_the_first_images_asked_spread_over_the_clusters(tmp_path):
    """Three kinds of image; the untrained network tells them apart, and one of each is asked."""
    kinds = [np.full((SIDE, SIDE), 30, np.uint8), picture(1, 0), np.eye(SIDE, dtype=np.uint8) * 250]
    noise = np.random.default_rng(0)
    arrays = [kind // 2 + noise.integers(0, 3, kind.shape).astype(np.uint8)
              for kind in kinds for _ in range(4)]  # fmt: skip
    command = replace(
        command_of(tmp_path, labels=0, unlabelled=12, evaluation=0), pool=pool_of(arrays)
    )
    asked = [query.image_id for query in result_of(command).queries]
    assert {(image_id - 1) // 4 for image_id in asked} == {0, 1, 2}


def test_the_first_round_of_a_sample_reads_and_ranks_no_other_image(tmp_path):
    settings = TINY.but(mode="auto", batch_size=5, audit_share=0.4)
    command = command_of(tmp_path, settings, labels=0, unlabelled=20, evaluation=4)
    result = result_of(replace(command, sample=8))
    assert len(result.ranking) == 8
    assert set(result.ranking.tolist()) <= set(command.unlabelled)
    cache = ImageCache.open(command.pool, settings.input_size, tmp_path)
    assert cache.missing(sorted(command.pool.images)) == 24 - 8
    assert [query.audit for query in result.queries].count(True) == 2  # they measure
    assert result.notices == ()


def test_with_labels_a_sample_is_ranked_and_all_labels_train_and_measure(tmp_path):
    command = command_of(tmp_path)
    result = result_of(replace(command, sample=3))
    assert len(result.ranking) == 3
    assert result.labels == len(command.labelled)
    assert result.metrics.total == len(command.evaluation) > 0
    cache = ImageCache.open(command.pool, command.settings.input_size, tmp_path)
    assert cache.missing(sorted(command.pool.images)) == len(command.unlabelled) - 3


def test_one_class_of_many_is_a_cold_start_with_a_notice(tmp_path):
    command = command_of(tmp_path, labels=6)
    command = replace(command, labelled=tuple((i, 0) for i, _ in command.labelled))
    result = result_of(command)
    assert "Two classes" in result.notices[0]
    assert result.labels == 6


def test_three_labels_are_trained_on_and_the_vote_asks(tmp_path):
    events = events_of(command_of(tmp_path, PAPER, labels=3))
    result = events[-1]
    sentences = [event.sentence for event in events if isinstance(event, Notice)]
    assert sentences == list(result.notices)
    assert "all strategies counted the same" in sentences[0]
    assert result.metrics is not None
    assert result.checkpoint
    voted = result_of(command_of(tmp_path, TINY, labels=3))
    assert result.ranking.tolist() == voted.ranking.tolist()
    assert voted.notices == ()


def test_a_class_without_labels_is_no_error(tmp_path):
    command = replace(command_of(tmp_path), classes=("a", "b", "never seen"))
    result = result_of(command)
    assert result.probabilities.shape == (9, 3)
    assert len(result.metrics.confusion) == 3


def test_a_class_that_taught_no_image_has_no_auroc_in_result_and_card(tmp_path):
    command = command_of(tmp_path)
    *evaluation, (last, _) = command.evaluation
    result = result_of(
        replace(command, classes=("a", "b", "rare"), evaluation=(*evaluation, (last, 2)))
    )
    assert result.metrics.unlearned == (2,)
    assert result.metrics.auroc.classes[2] is None
    assert load_checkpoint(Path(result.checkpoint))[0].unseen == (2,)


def test_a_class_that_was_taught_in_bulk_alone_is_learned(tmp_path):
    command = command_of(tmp_path)
    *unlabelled, confirmed = command.unlabelled
    result = result_of(
        replace(
            command,
            classes=("a", "b", "rare"),
            unlabelled=tuple(unlabelled),
            confirmed=((confirmed, 2),),
        )
    )
    assert load_checkpoint(Path(result.checkpoint))[0].unseen == ()


def test_no_evaluation_set_means_no_metrics(tmp_path):
    result = result_of(command_of(tmp_path, evaluation=0))
    assert result.metrics is None
    assert result.checkpoint
    assert load_checkpoint(Path(result.checkpoint))[0].confusion == ()


def test_duplicates_are_ranked_by_image_id(tmp_path):
    same = picture(0, 1)
    arrays = [picture(i % 2, i) for i in range(12)] + [same] * 7
    command = command_of(tmp_path, PAPER, unlabelled=7, evaluation=0)
    result = result_of(replace(command, pool=pool_of(arrays)))
    np.testing.assert_allclose(np.ptp(result.probabilities, axis=0), 0, atol=1e-6)
    assert sorted(result.ranking.tolist()) == list(command.unlabelled)
    cold = result_of(
        replace(command, pool=pool_of([same] * 7), labelled=(), unlabelled=tuple(range(1, 8)))
    )
    assert cold.ranking.tolist() == list(range(1, 8))


# -- images that cannot be read -----------------------------------------------------------------


def test_unreadable_images_are_left_out_with_a_notice(tmp_path):
    """One labelled, one unlabelled, one of the evaluation set."""
    events = events_of(without_images(command_of(tmp_path), [2, 15, 25]))
    result = events[-1]
    assert 15 not in result.ranking
    assert len(result.ranking) == 8
    assert result.labels == 11
    assert result.metrics.total == 5
    assert result.notices[0].startswith("3 ")
    assert Notice(7, result.notices[0]) in events


@pytest.mark.parametrize("size", [0, 27])
def test_a_pool_without_a_readable_image_is_explained(size, tmp_path):
    command = command_of(tmp_path)
    command = (
        without_images(command, range(1, 28)) if size
        else replace(command, pool=pool_of([]), labelled=(), unlabelled=(), evaluation=())
    )  # fmt: skip
    with pytest.raises(SourceError, match="read"):
        events_of(command)


# -- what scoring must not touch ----------------------------------------------------------------


def test_scoring_and_evaluation_leave_the_task_model_as_training_left_it(tmp_path, monkeypatch):
    states, real = [], tasks.gather

    def listened(context, model, *rest):
        states.append(state_of(model))
        outputs = yield from real(context, model, *rest)
        states.append(state_of(model))
        return outputs

    monkeypatch.setattr(tasks, "gather", listened)
    settings = PAPER.but(candidates=(*PAPER.candidates, "coreset"))
    result = result_of(command_of(tmp_path, settings))
    states.append(load_checkpoint(Path(result.checkpoint))[1])
    assert len(states) == 7  # around evaluation, scoring, the labelled images, and what was saved
    assert all(same_state(states[0], state) for state in states[1:])


# -- cancelling and failing ---------------------------------------------------------------------


@pytest.fixture
def older(tmp_path):
    """A checkpoint file that a failing round must leave alone."""
    file = tmp_path / "model.pt"
    file.write_bytes(b"the model of the round before")
    return file


def test_cancelling_anywhere_stops_the_round_and_keeps_the_older_model(paper, older, tmp_path):
    command, events = paper
    count = sum(isinstance(event, Progress) for event in events)
    reading = sum(isinstance(e, Progress) and e.step == "reading" for e in events)
    moments = sorted({0, 3, *np.linspace(reading, count - 1, 5).astype(int).tolist()})
    for moment in moments:
        folder = tmp_path / str(moment)  # an empty cache: reading can be cancelled as well
        fresh = replace(command, workspace=str(folder), checkpoint=str(older))
        checks = iter([False] * moment + [True])
        with pytest.raises(Cancelled, match="kept"):
            events_of(fresh, checks.__next__)
        assert next(checks, None) is None
        assert older.read_bytes() == b"the model of the round before"
        assert sorted(p.name for p in tmp_path.rglob("model*")) == ["model.pt"]


def test_a_first_round_that_is_cancelled_leaves_no_model(paper, tmp_path):
    command, events = paper
    count = sum(isinstance(event, Progress) for event in events) - len(command.pool.images)
    checks = iter([False] * (count - 1) + [True])  # at the last, when all is trained
    with pytest.raises(Cancelled):
        events_of(replace(command, checkpoint=str(tmp_path / "model.pt")), checks.__next__)
    assert next(checks, None) is None
    assert list(tmp_path.iterdir()) == []


def test_cancel_is_checked_at_every_batch(paper, tmp_path, monkeypatch):
    """Never more than one step's batches between two checks, whatever the step."""
    since, most = 0, Counter()
    real = Feed.images
    command = settings_of(paper[0], train_batch=2, infer_batch=2, search_batch=4)

    def images(feed, ids):
        nonlocal since
        since += 1
        return real(feed, ids)

    def cancelled():
        nonlocal since
        most[since] += 1
        since = 0
        return False

    monkeypatch.setattr(Feed, "images", images)
    events_of(command, cancelled)
    assert most[1] > 10
    assert max(most) <= 4  # a turn of the search: two networks on two batches


def test_a_search_that_diverges_is_explained_and_keeps_the_older_model(older, tmp_path):
    settings = PAPER.but(search_learning_rate=10.0, search_momentum=0.99, search_steps=12)
    command = command_of(tmp_path, settings)
    with pytest.raises(AutoALError, match="lower learning rate"):
        events_of(command)
    assert older.read_bytes() == b"the model of the round before"


@pytest.mark.parametrize("head", ["strategies", "loss"])
def test_a_search_whose_last_step_leaves_no_numbers_is_explained(head, tmp_path):
    """Its losses were numbers to the end: only what the net makes of the pool shows it."""
    context = context_of(tmp_path, pool_of([picture(i % 2, i) for i in range(11)]), PAPER)
    net = SearchNet(1, len(PAPER.candidates), PAPER.stem).eval()
    with torch.no_grad():
        getattr(net, head).weight.fill_(3e38)
    outputs = replace(an_evidence(), image_ids=np.arange(1, 12))
    with pytest.raises(AutoALError, match="lower learning rate"):
        exhausted(searched_acquisition(context, net, outputs))


def test_a_start_from_weights_too_large_is_explained(older, tmp_path):
    command, start = command_of(tmp_path), tmp_path / "start.pt"
    card, _ = load_checkpoint(Path(result_of(command_of(tmp_path / "donor")).checkpoint))
    model = classifier()
    with torch.no_grad():
        model.head.weight.fill_(3e38)
    save_checkpoint(start, model, card)
    with pytest.raises(AutoALError, match="lower learning rate"):
        events_of(replace(command, start_from=str(start)))
    assert older.read_bytes() == b"the model of the round before"


def test_a_disk_that_fails_while_saving_is_explained(older, tmp_path, monkeypatch):
    def full(content, file):
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(CheckpointError, match="disk full"):
        events_of(command_of(tmp_path))
    assert older.read_bytes() == b"the model of the round before"
    assert sorted(p.name for p in tmp_path.glob("model*")) == ["model.pt"]


@pytest.mark.parametrize("changes", [{"mode": "none"}, {"candidates": ("entropy", "none")}])
def test_an_unknown_strategy_is_refused_before_any_work(changes, tmp_path):
    command = command_of(tmp_path, TINY.but(**changes))
    with pytest.raises(SettingsError, match="none"):
        events_of(command)
    assert command.pool.reader.reads == []


# -- acquisitions ------------------------------------------------------------------------------


@st.composite
def acquisitions(draw):
    n, k = draw(st.integers(0, 7)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    return Acquisition(
        rng.permutation(100)[:n].astype(np.int64),
        tuple("abc"[:k]),
        rng.integers(0, 2, (n, k)).astype(float),
        rng.dirichlet(np.ones(k), n),
        rng.integers(1, 4, (n, k)) / 4,
    )


@given(acquisitions())
def test_ballots_rank_by_score_then_mean_rank_then_image_id(acquisition):
    rows = []
    for i, image_id in enumerate(acquisition.image_ids.tolist()):
        weights = acquisition.weights[i]
        mixed, order = (
            (weights * acquisition.scores[i]).sum(),
            (weights * acquisition.order[i]).sum(),
        )
        rows.append((-round(mixed, 9), -round(order, 9), image_id))
    ranked = acquisition.image_ids[acquisition.positions()].tolist()
    assert ranked == [image_id for *_, image_id in sorted(rows)]


@given(acquisitions(), st.integers(0, 99))
def test_permuting_the_images_permutes_the_ballot(acquisition, seed):
    order = np.random.default_rng(seed).permutation(len(acquisition.image_ids))
    permuted = Acquisition(acquisition.image_ids[order], acquisition.candidates,
                           acquisition.scores[order], acquisition.weights[order],
                           acquisition.order[order])  # fmt: skip
    assert (
        permuted.image_ids[permuted.positions()].tolist()
        == acquisition.image_ids[acquisition.positions()].tolist()
    )
    for one, other in zip(permuted.shares(), acquisition.shares(), strict=True):
        assert one == (other[0], pytest.approx(other[1]))


@given(acquisitions())
def test_shares_are_the_mean_of_weight_times_score(acquisition):
    n = len(acquisition.image_ids)
    if not n:
        assert acquisition.shares() == acquisition.plain_weights() == ()
        return
    held = [
        np.mean([acquisition.weights[i, k] * acquisition.scores[i, k] for i in range(n)])
        for k in range(len(acquisition.candidates))
    ]
    shares = [share for _, share in acquisition.shares()]
    plain = [share for _, share in acquisition.plain_weights()]
    np.testing.assert_allclose(plain, acquisition.weights.mean(0))
    np.testing.assert_allclose(shares, np.divide(held, sum(held)) if sum(held) else plain)


def an_evidence(n=11, seed=0):
    rng = np.random.default_rng(seed)
    stochastic = rng.dirichlet(np.ones(3), (4, n)).astype(np.float32)
    return ModelOutputs(
        rng.permutation(50)[:n].astype(np.int64), rng.normal(0, 1, (n, 4)).astype(np.float32),
        stochastic.mean(0), stochastic, wanted=3,
    )  # fmt: skip


def test_permuting_the_evidence_permutes_the_vote():
    one = an_evidence()
    order = np.random.default_rng(1).permutation(11)
    other = ModelOutputs(one.image_ids[order], one.features[order], one.probabilities[order],
                     one.stochastic[:, order], wanted=3)  # fmt: skip
    acquisitions = [voted_acquisition(outputs, TINY.candidates) for outputs in (one, other)]
    rankings = [
        acquisition.image_ids[acquisition.positions()].tolist() for acquisition in acquisitions
    ]
    assert rankings[0] == rankings[1]
    assert acquisitions[0].weights[0].min() > 0
    np.testing.assert_allclose(acquisitions[0].weights.sum(1), 1)


def test_the_vote_of_one_candidate_follows_its_scores():
    outputs = an_evidence()
    acquisition = voted_acquisition(outputs, ("entropy",))
    assert acquisition.positions().tolist() == np.argsort(-entropy.score(outputs)).tolist()


def test_the_trained_searchnet_weighs_every_image_of_the_pool(paper, monkeypatch):
    """W and S of the acquisition are SearchNet's and the candidates', image by image."""
    command, _ = paper
    heard = {}
    real = searched_acquisition

    def listened(context, net, outputs):
        acquisition = yield from real(context, net, outputs)
        with torch.no_grad():
            weights, losses = net(context.feed.images(outputs.image_ids.tolist()))
        heard.update(acquisition=acquisition, weights=weights, losses=losses, training=net.training)
        return acquisition

    monkeypatch.setattr(rounds, "searched_acquisition", listened)
    result = result_of(command)
    acquisition = heard["acquisition"]
    assert not heard["training"]
    np.testing.assert_allclose(acquisition.weights, heard["weights"].numpy(), rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(acquisition.predicted_loss, heard["losses"].numpy(), rtol=1e-4)
    assert acquisition.scores.sum(0).tolist() == [3.0] * len(TINY.candidates)
    assert [q.image_id for q in result.queries] == (
        acquisition.image_ids[acquisition.positions()][:3].tolist()
    )
    assert search.can_search(command.labelled)
