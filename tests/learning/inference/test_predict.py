"""Predicting with a checkpoint gives what its round showed, here and in a program of its own."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from autoal_gui.core.errors import AutoALError, Cancelled, CheckpointError, ImageUnreadable
from autoal_gui.core.images.learned import Learned
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.messages import Predict, Progress
from autoal_gui.learning.backend import TorchBackend
from autoal_gui.learning.data.image_cache import square
from autoal_gui.learning.inference.export import export_model
from autoal_gui.learning.inference.predict import Predictions, predict
from autoal_gui.learning.model.checkpoint import load_checkpoint, load_model, save_checkpoint
from autoal_gui.learning.training import task_model as tasks
from autoal_gui.sources.opening import list_images
from tests.support.learning import (
    TINY,
    classifier,
    command_of,
    never,
    picture,
    pool_of,
    result_of,
)
from tests.support.processes.child import run_child

pytestmark = pytest.mark.small_network

# bf16 is the choice of "auto" for the small stems alone.
CONTRAST = TINY.but(mode="random", task_steps=6, train_batch=8, stem="3x3/2")


@pytest.fixture(scope="module", params=["fp32", "bf16"])
def finished(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    command = command_of(folder, CONTRAST.but(precision=request.param), evaluation=12)
    heard, real = [], tasks.gather

    def listened(*given):
        heard.append((yield from real(*given)))
        return heard[-1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tasks, "gather", listened)
        result = result_of(command)
    return command, result, heard[0]  # the model outputs of the evaluation set comes first


def predictions_of(file, pool, ids, folder, cancelled=never):
    command = Predict(0, pool, tuple(ids), str(file), str(folder), "cpu")
    events = list(predict(command, cancelled))
    assert all(isinstance(event, Progress) for event in events[:-1])
    assert isinstance(events[-1], Predictions)
    return events[-1]


@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_predictions_on_the_evaluation_set_are_the_rounds_own(kind, finished, tmp_path):
    command, result, outputs = finished
    file = tmp_path / f"model.{kind}"
    export_model(kind, Path(result.checkpoint), file)
    found = predictions_of(file, command.pool, (i for i, _ in command.evaluation), tmp_path)
    np.testing.assert_array_equal(found.probabilities, outputs.probabilities)
    truth = np.array([c for _, c in command.evaluation])
    metrics = Metrics.of_probabilities(truth, found.probabilities)
    assert metrics == result.metrics
    assert found.card.confusion == metrics.confusion
    assert found.card.classes == command.classes


def test_other_images_are_scaled_and_turned_grey_like_those_of_the_training(finished, tmp_path):
    _, result, _ = finished
    grey = picture(1, 3)
    colour = np.repeat(np.kron(grey, np.ones((2, 2), np.uint8))[:, :, None], 3, 2)
    pool = pool_of([grey, colour, np.ascontiguousarray(colour[:30, :20, 0])])
    found = predictions_of(result.checkpoint, pool, (1, 2, 3), tmp_path)
    assert found.image_ids == (1, 2, 3)
    np.testing.assert_allclose(found.probabilities.sum(1), 1, rtol=1e-5)
    ready = square(colour, 1, found.card.input_size)[0]
    direct = predictions_of(result.checkpoint, pool_of([ready]), (1,), tmp_path / "direct")
    np.testing.assert_allclose(found.probabilities[1], direct.probabilities[0], atol=1e-2)


def test_broken_images_are_left_out(finished, tmp_path):
    command, result, _ = finished
    pool = pool_of([picture(0, i) for i in range(4)])
    pool.reader.broken.add("2")
    found = predictions_of(result.checkpoint, pool, (1, 2, 3), tmp_path)
    assert found.image_ids == (1, 3)
    assert found.probabilities.shape == (2, len(command.classes))
    assert found.unreadable == ((2, "That image is broken."),)


def test_the_engine_s_command_gives_the_same_with_its_own_request_id(finished, tmp_path):
    command, result, _ = finished
    pool = pool_of([picture(0, i) for i in range(4)])
    pool.reader.broken.add("2")
    asked = Predict(7, pool, (1, 2, 3), result.checkpoint, str(tmp_path), "cpu")
    *progress, last = TorchBackend(1).run(asked, never)
    assert progress
    assert {event.request_id for event in (*progress, last)} == {7}
    found = predictions_of(result.checkpoint, pool, (1, 2, 3), tmp_path / "again")
    np.testing.assert_array_equal(last.predicted.probabilities, found.probabilities)
    assert last.predicted.image_ids.tolist() == [1, 3]
    assert last.classes == command.classes
    assert last.unreadable == ((2, "That image is broken."),)


@pytest.mark.parametrize("ids", [(1, 2), ()])
def test_nothing_to_predict_is_explained(ids, finished, tmp_path):
    pool = pool_of([picture(0, 0), picture(0, 1)])
    pool.reader.broken.update("12")
    with pytest.raises(ImageUnreadable, match="None of the images"):
        predictions_of(finished[1].checkpoint, pool, ids, tmp_path)


@pytest.mark.parametrize("checks", [0, 5])
def test_a_prediction_can_be_cancelled(checks, finished, tmp_path):
    command, result, _ = finished
    left = iter([False] * checks + [True])
    ids = [i for i, _ in command.evaluation]
    with pytest.raises(Cancelled):
        predictions_of(result.checkpoint, command.pool, ids, tmp_path, left.__next__)


def test_weights_that_give_no_numbers_are_explained(finished, tmp_path):
    card, _ = load_checkpoint(Path(finished[1].checkpoint))
    model = classifier(stem="3x3/2")
    with torch.no_grad():
        model.head.weight.fill_(3e38)
    save_checkpoint(tmp_path / "model.pt", model, card)
    with pytest.raises(CheckpointError, match="no usable"):
        predictions_of(tmp_path / "model.pt", pool_of([picture(0, 0)]), (1,), tmp_path)


def test_a_missing_model_is_explained(tmp_path):
    with pytest.raises(AutoALError, match="no such"):
        predictions_of(tmp_path / "none.pt", pool_of([picture(0, 0)]), (1,), tmp_path)


# -- in a program of its own --------------------------------------------------------------------


def test_the_command_line_gives_the_rounds_metrics(tmp_path):
    """A fresh process that knows the files alone: the model and an .npz of the same images."""
    command = command_of(tmp_path / "round", CONTRAST.but(task_steps=3), unlabelled=0)
    images = np.stack([command.pool.read(i) for i in sorted(command.pool.images)])
    labels = np.array([c for _, c in command.labelled + command.evaluation])
    data = tmp_path / "data.npz"
    np.savez(
        data,
        train_images=images[:12], train_labels=labels[:12],
        test_images=images[12:], test_labels=labels[12:],
    )  # fmt: skip
    classes = list_images(SourceSpec("npz", str(data)), tmp_path, lambda done, total: None).classes
    command = replace(command, classes=classes)
    result = result_of(command)
    table = tmp_path / "table.csv"
    words = ["--split", "evaluation", "--device", "cpu", "--out", table, data]
    finished = run_child(["-m", "autoal_gui", "predict", "--model", result.checkpoint, *words])
    assert finished.returncode == 0, finished.stderr
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    confusion = [[0, 0], [0, 0]]
    for row, truth in zip(rows, labels[12:], strict=True):
        assert row["label"] == classes[truth]
        confusion[truth][classes.index(row["predicted"])] += 1
    assert tuple(map(tuple, confusion)) == result.metrics.confusion
    assert f"accuracy {result.metrics.accuracy:.4f}" in finished.stderr
    ids = (i for i, _ in command.evaluation)
    here = predictions_of(result.checkpoint, command.pool, ids, tmp_path)
    there = [[float(row[f"p({name})"]) for name in classes] for row in rows]
    np.testing.assert_allclose(there, here.probabilities, atol=1e-5)


def test_images_unlike_those_that_were_learned_from_are_farther(finished, tmp_path):
    """And what measures the model is compared by the same features."""
    command, result, _ = finished
    labelled = tuple(i for i, _ in command.labelled)
    learned = Learned(command.pool, labelled, command.evaluation, str(tmp_path / "own"))
    noise = np.random.default_rng(0).integers(0, 2, (40, 40)).astype(np.uint8) * 255
    new = pool_of([command.pool.read(labelled[0]), noise])
    asked = Predict(0, new, (1, 2), result.checkpoint, str(tmp_path), "cpu", learned)
    *progress, found = predict(asked, never)
    assert {event.step for event in progress} == {"reading", "evaluation", "features"}
    assert found.distances[1] > 2 * found.distances[0]
    own = predictions_of(
        result.checkpoint, command.pool, (i for i, _ in command.evaluation), tmp_path / "again"
    )
    truth = [c for _, c in command.evaluation]
    given = own.probabilities[np.arange(len(truth)), truth]
    np.testing.assert_allclose(found.calibration.scores, 1 - given, atol=1e-6)
    assert found.calibration.groups == len(truth)
    assert (found.calibration.distances >= 0).all()


def test_where_none_is_set_aside_answers_measure_as_if_not_learned_from(finished, tmp_path):
    command, result, _ = finished
    labelled = tuple(i for i, _ in command.labelled)
    drawn = tuple((i, truth, (0.25, 0.75), 1.0 + i) for i, truth in command.labelled[:4])
    learned = Learned(command.pool, labelled, (), str(tmp_path / "own"), drawn)
    asked = Predict(0, command.pool, labelled, result.checkpoint, str(tmp_path), "cpu", learned)
    *_, found = predict(asked, never)
    own = found.calibration
    assert own.scores.tolist() == [1 - shares[truth] for _, truth, shares, _ in drawn]
    assert own.truth.tolist() == [truth for _, truth, *_ in drawn]
    assert own.counts.tolist() == [1.0 + i for i, *_ in drawn]
    assert not own.is_apart
    places = [found.image_ids.index(i) for i, *_ in drawn]
    assert (own.distances > found.distances[places]).all()  # compared with the others alone


def test_a_class_that_the_model_does_not_know_is_in_no_set(finished, tmp_path):
    command, result, _ = finished
    (first, _), *_ = command.evaluation
    learned = Learned(command.pool, (command.labelled[0][0],), ((first, 7),), str(tmp_path / "own"))
    asked = Predict(0, command.pool, (1,), result.checkpoint, str(tmp_path), "cpu", learned)
    *_, found = predict(asked, never)
    assert found.calibration.scores.tolist() == [np.inf]


def test_what_was_learned_from_can_be_away(finished, tmp_path):
    command, result, _ = finished
    away = pool_of([picture(0, 0)])
    away.reader.broken.add("1")
    learned = Learned(away, (1,), (), str(tmp_path / "own"))
    asked = Predict(0, command.pool, (1,), result.checkpoint, str(tmp_path), "cpu", learned)
    *_, found = predict(asked, never)
    assert found.image_ids == (1,)
    assert found.distances is None


def test_a_model_that_is_loaded_is_not_loaded_again(finished, tmp_path):
    command, result, _ = finished
    loaded = load_model(Path(result.checkpoint))
    asked = Predict(0, command.pool, (1, 2), str(tmp_path / "gone.pt"), str(tmp_path), "cpu")
    *_, found = predict(asked, never, loaded)
    assert found.image_ids == (1, 2)
