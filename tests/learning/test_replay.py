"""Replays: a set with known labels answers, and no label is seen before it is asked for."""

import json

import numpy as np
import pytest

from autoal_gui.core.errors import EarlyAccess, SourceError
from autoal_gui.core.images.pool import HiddenTruth
from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.messages import RoundFinished
from autoal_gui.core.sets.column_results import measured_as_plain
from autoal_gui.learning.backend import TorchBackend
from autoal_gui.learning.bulk_replay import BulkReader
from autoal_gui.learning.replay import Replay, ReplaySet, as_record, as_report
from tests.support.learning import TINY, Pictures, never, picture, same_results

pytestmark = pytest.mark.small_network

POOL, HELD_OUT = 16, 6
PAPER = TINY.but(mode="paper", batch_size=4)


def listing_of(labels, held_out=HELD_OUT):
    """One image a label; the last `held_out` are the set's own test split."""
    pool = len(labels) - held_out
    images = tuple(
        ListedImage(str(i), f"{i:064d}", "pool" if i < pool else "evaluation", label)
        for i, label in enumerate(labels)
    )
    reader = Pictures({str(i): picture(i % 2, i) for i in range(len(labels))})
    return Listing(("even", "odd"), images), reader


def replay_of(folder, settings=PAPER, initial=9, change=()):
    labels = [i % 2 for i in range(POOL + HELD_OUT)]
    for position in change:
        labels[position] = 1 - labels[position]
    return Replay(ReplaySet.of(*listing_of(labels), seed=0), settings, initial, folder)


class Overhearing:
    """The real backend; notes each command, and that it saw no label too early."""

    def __init__(self, truth):
        self.real, self.truth, self.commands = TorchBackend(threads=1), truth, []

    def run(self, command, cancelled):
        self.commands.append(command)
        hidden = set(command.unlabelled)
        for image_id in hidden:
            with pytest.raises(EarlyAccess):
                self.truth.label(image_id)
        yield from self.real.run(command, cancelled)


def played(replay, rounds):
    backend = Overhearing(replay.data.truth)
    events = []
    results = list(replay.run(backend, rounds, never, events.append))
    assert [event for event in events if isinstance(event, RoundFinished)] == results
    return results, backend.commands


def test_a_replay_asks_answers_and_stops_when_the_pool_is_empty(tmp_path):
    replay = replay_of(tmp_path)
    results, commands = played(replay, 9)
    assert [result.labels for result in results] == [9, 13]
    assert [len(result.queries) for result in results] == [4, 3]
    asked = [query.image_id for result in results for query in result.queries]
    assert len(set(asked)) == 7
    assert sorted([i for i, _ in commands[0].labelled] + asked) == list(range(1, POOL + 1))
    for command in commands:
        assert list(command.labelled) == sorted(command.labelled)
        assert {i for i, _ in command.labelled}.isdisjoint(command.unlabelled)
        assert all(c == (i - 1) % 2 for i, c in command.labelled)
        assert [i for i, _ in command.evaluation] == list(range(POOL + 1, POOL + HELD_OUT + 1))
    assert replay.checkpoint.is_file()
    # What has been asked first is in the ranking's front, and is labelled next time.
    assert set(results[0].ranking[:4].tolist()) <= {i for i, _ in commands[1].labelled}


def test_labels_that_nobody_has_asked_for_change_nothing(tmp_path):
    """The strongest form: other hidden labels, the same first round bit by bit."""
    one = replay_of(tmp_path / "one")
    first, commands = played(one, 1)
    hidden = [i - 1 for i in commands[0].unlabelled]
    other = replay_of(tmp_path / "other", change=hidden)
    again, other_commands = played(other, 1)
    assert other_commands[0].labelled == commands[0].labelled
    asked = first[0].queries[0].image_id
    assert other.data.truth.label(asked) != one.data.truth.label(asked)
    same_results(first[0], again[0])


def test_every_mode_starts_with_the_same_labels_and_seeds_differ(tmp_path):
    starts = {}
    for mode, seed in (("random", 0), ("kmeans", 0), ("random", 1)):
        _, commands = played(replay_of(tmp_path, TINY.but(mode=mode, seed=seed)), 1)
        starts[mode, seed] = commands[0].labelled
    assert starts["random", 0] == starts["kmeans", 0] != starts["random", 1]


@pytest.mark.parametrize(("initial", "labels"), [(0, [0, 8, 16]), (99, [16])])
def test_no_first_label_and_more_than_there_are(initial, labels, tmp_path):
    settings = TINY.but(mode="random", batch_size=8)
    results, _ = played(replay_of(tmp_path, settings, initial), 3)
    assert [result.labels for result in results] == labels[: len(results)]
    assert len(results) == max(1, len(labels) - 1)


def test_a_hidden_label_cannot_be_read():
    truth = HiddenTruth({1: 0, 2: 1})
    with pytest.raises(EarlyAccess):
        truth.label(1)
    truth.ask([1])
    assert truth.label(1) == 0
    with pytest.raises(EarlyAccess):
        truth.label(2)


def test_images_without_a_label_are_left_out_of_a_replay():
    data = ReplaySet.of(*listing_of([0, None, 1, 0, 1, None, 1], held_out=2), seed=0)
    assert len(data.pool.images) == 5
    assert [data.pool.images[i].key for i in data.pool.ids("pool")] == ["0", "2", "3", "4"]
    assert data.evaluation == ((5, 1),)
    assert len(data.truth) == 4


def test_without_a_test_split_a_share_is_set_aside_by_the_seed():
    splits = [ReplaySet.of(*listing_of([0, 1] * 15, held_out=0), seed=seed) for seed in (0, 0, 1)]
    held = [tuple(i for i, _ in data.evaluation) for data in splits]
    assert held[0] == held[1] != held[2]
    assert len(held[0]) == 6
    assert len(splits[0].truth) == 24


@pytest.mark.parametrize("labels", [[0, 0, 0], [None, None], [1, None, 1]])
def test_a_replay_needs_two_classes(labels):
    with pytest.raises(SourceError, match="two classes"):
        ReplaySet.of(*listing_of(labels, held_out=0), seed=0)


def test_a_report_is_plain_json(tmp_path):
    replay = replay_of(tmp_path, TINY.but(mode="random", batch_size=8), initial=0)
    results, _ = played(replay, 2)
    records = [as_record(result) for result in results]
    measured = measured_as_plain(replay.data.measured(results[-1]), ())
    report = as_report("demo", replay.settings, records, measured)
    again = json.loads(json.dumps(report, allow_nan=False))
    assert [record["accuracy"] is None for record in again["rounds"]] == [True, False]
    last = again["rounds"][1]
    assert last["accuracy"] == results[1].metrics.accuracy
    assert last["balanced_accuracy"] == results[1].metrics.balanced_accuracy
    assert (last["round"], last["labels"], again["mode"], again["seed"]) == (2, 8, "random", 0)
    assert again["measured"]["accuracy"][0] == last["accuracy"]
    assert last["weights"] == dict(results[1].weights)
    assert last["plain_weights"] == dict(results[1].plain_weights)
    assert last["queried"] == [query.image_id for query in results[1].queries]
    assert again["settings"]["batch_size"] == 8


@pytest.mark.small_network(False)  # it is to learn, and soon
def test_learning_shows_in_the_curve(tmp_path):
    """Two classes that differ in brightness; inverted labels must teach the opposite."""
    settings = TINY.but(mode="random", task_steps=12, train_batch=8, batch_size=8)
    results, _ = played(replay_of(tmp_path, settings, initial=8), 1)
    assert results[0].metrics.accuracy >= 5 / 6
    inverted, _ = played(replay_of(tmp_path / "2", settings, initial=8, change=range(POOL)), 1)
    assert inverted[0].metrics.accuracy <= 1 / 6


def test_a_round_knows_what_earlier_ones_asked_for(tmp_path):
    """First a round without a model, then one with: the class predicted stands beside the query."""
    replay = replay_of(tmp_path, TINY.but(mode="vote", batch_size=6), initial=0)
    results, commands = played(replay, 3)
    assert commands[0].history == ()
    assert [(a.round_number, a.query) for a in commands[2].history] == [
        (result.round_number, query) for result in results[:2] for query in result.queries
    ]
    for asked in commands[2].history:
        result = results[asked.round_number - 1]
        place = result.ranking.tolist().index(asked.query.image_id)
        predicted = result.probabilities[place].argmax() if result.metrics else None
        assert asked.suggested == predicted
    assert {asked.suggested is None for asked in commands[2].history} == {True, False}


def test_replays_share_a_workspace_and_keep_their_models_apart(tmp_path):
    replays = [replay_of(tmp_path / name, TINY.but(mode=name)) for name in ("random", "vote")]
    for replay in replays:
        replay.folder.mkdir()
        replay.workspace = tmp_path / "shared"
        replay.warm_start = tmp_path / "warm.pt"
        _, commands = played(replay, 1)
        assert (commands[0].workspace, commands[0].warm_start) == (
            str(tmp_path / "shared"), str(tmp_path / "warm.pt")
        )  # fmt: skip
        assert [file.name for file in replay.folder.iterdir()] == ["model.pt"]
    assert not any(file.suffix == ".pt" for file in (tmp_path / "shared").iterdir())


def sure_result(replay, wrong):
    """A round whose model is sure of everything, and wrong of these images."""
    ids = [i for i in replay.data.pool.ids("pool") if i not in replay.labels]
    truth = {i: (i - 1) % 2 for i in ids}
    rows = np.full((len(ids), 2), 0.01, np.float32)
    for row, image in enumerate(ids):
        rows[row, truth[image] ^ (image in wrong)] = 0.99
    return RoundFinished(
        1,
        1,
        "auto",
        np.array(ids),
        rows,
        (),
        (),
        (),
        None,
        None,
        "",
        "",
        len(replay.labels),
        (),
        "",
    )


@pytest.mark.parametrize(("wrong", "holds"), [((), True), (range(1, 400, 7), False)])
def test_a_reader_in_bulk_confirms_until_the_check_fails(tmp_path, wrong, holds):
    data = ReplaySet.of(*listing_of([i % 2 for i in range(400 + HELD_OUT)]), seed=0)
    replay = Replay(data, PAPER, 20, tmp_path)
    replay.answer(data.pool.ids("pool")[:20])
    reader = BulkReader(replay, 0.02)
    reader.read(sure_result(replay, frozenset(wrong)))
    whole = reader.parts[0].check(0.02).whole
    assert whole.asked >= 50 or not holds
    assert whole.asked == len(replay.labels) - 20
    assert not replay.labels.keys() & replay.in_bulk.keys()
    if holds:
        assert len(replay.in_bulk) > 250
        assert replay.teaching == replay.in_bulk
        assert whole.asked >= 0.1 * (len(replay.in_bulk) + whole.asked)
    else:
        assert not replay.teaching
        assert reader.parts[0].check(0.02).verdict == "fails"
    assert reader.wrong == len(replay.in_bulk.keys() & set(wrong))
