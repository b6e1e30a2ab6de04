"""What a model of a project learned from, which images measure it, and of which classes."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autoal_gui.core.likeness.kept_predictions import keep_predictions, keep_weights
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimate_text import COUNTED_ALIKE
from autoal_gui.core.messages import Predicted
from autoal_gui.core.project import measured_images as measuring
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.last_model import kept_models, last_model
from autoal_gui.core.project.learned_classes import classes_taught, learned_classes
from autoal_gui.core.project.measured_images import (
    measured_classes,
    measured_images,
    weighed_images,
    what_it_learned,
)
from autoal_gui.exporters.companions.project_part import project_sections
from tests.support.project import new_project, result_of

ROWS = np.array([(0.9, 0.1), (0.4, 0.6), (0.7, 0.3), (0.2, 0.8)])


def finish_round(project, **values):
    number = project.rounds.begin()
    file = project.models_folder / f"round-{number:04d}.pt"
    file.write_bytes(b"weights")
    project.rounds.finish(result_of(project, number, str(file), metrics=None, **values))


@pytest.fixture
def project(tmp_path):
    """Return a project without an evaluation set whose first four images have an answer."""
    project = new_project(tmp_path, per_class=10, evaluation_images=0)
    for place, image in enumerate(project.batches.ranking[:4]):
        project.labels.answer(image, "label", place % 2)
    yield project
    project.close()


def estimated(project):
    ids, classes = np.array(project.labels.training()).T
    finish_round(
        project,
        estimate=Estimate.of_answers(classes, ROWS, np.ones(4)),
        out_of_fold=Predicted.of(ids, ROWS),
    )
    left = np.array([i for i in project.pool.ids("pool") if i not in ids])
    sure = np.tile((0.95, 0.05), (len(left), 1)).astype(np.float32)
    keep_predictions(project.workspace, project.rounds.last, left, sure)


def test_answers_measure_as_if_they_had_not_been_learned_from(project):
    known = project.labels.training()
    estimated(project)
    learned = what_it_learned(project, last_model(project))
    assert learned.labelled == tuple(image for image, _ in known)
    assert learned.evaluation == ()
    assert [(image, truth) for image, truth, *_ in learned.left_out] == list(known)
    np.testing.assert_allclose([shares for *_, shares, _ in learned.left_out], ROWS, atol=1e-3)
    counts = [count for *_, count in learned.left_out]
    assert np.mean(counts) == pytest.approx(1)
    assert counts[0] == max(counts)  # predicted as surely as those that have no answer
    (project.workspace / f"predictions-{project.rounds.last}.npy").unlink()
    assert what_it_learned(project, last_model(project)).left_out == ()  # nothing to weigh them by


def test_the_report_says_that_shares_are_weighed_and_counts_are_not(project):
    estimated(project)
    card = project_sections(Snapshot.of(project), last_model(project).record)
    assert "estimated from the 4 answers" in card
    assert COUNTED_ALIKE in card


def test_all_answers_choose_a_threshold_each_with_what_it_stands_for(project):
    estimated(project)
    found, learned = weighed_images(project), what_it_learned(project, last_model(project))
    assert [one.image_id for one in found.images] == sorted(i for i, *_ in learned.left_out)
    counts = {image: count for image, *_, count in learned.left_out}
    assert found.weights.tolist() == [counts[one.image_id] for one in found.images]
    assert found.truth.tolist() == [dict(project.labels.training())[i] for i in sorted(counts)]
    first, *others = sorted(counts)
    kept = dict.fromkeys(others, 2.0)  # that one was answered after the round
    keep_weights(project.workspace, project.rounds.last, np.array(others), list(kept.values()))
    found = weighed_images(project)
    assert first not in {one.image_id for one in found.images}
    assert set(found.weights.tolist()) == {2.0}
    (project.workspace / f"weights-{project.rounds.last}.npy").unlink()
    (project.workspace / f"predictions-{project.rounds.last}.npy").unlink()
    fallback = weighed_images(project)  # what chance drew needs no weight
    assert fallback.weights is None
    assert fallback.images == measured_images(project).images


def test_they_measure_neither_an_older_model_nor_one_of_every_layer(project):
    estimated(project)
    finish_round(project, estimate=None)
    assert [what_it_learned(project, model).left_out for model in kept_models(project)] == [(), ()]


def test_beside_an_evaluation_set_they_do_not_measure(tmp_path):
    project = new_project(tmp_path, per_class=10, evaluation_images=4)
    for place, image in enumerate(project.batches.ranking[:12]):
        project.labels.answer(image, "label", place % 2)
    ids, classes = np.array(project.labels.training()).T
    rows = np.resize(ROWS, (len(ids), 2))
    estimate = Estimate.of_answers(classes, rows, np.ones(len(ids)))
    finish_round(project, estimate=estimate, out_of_fold=Predicted.of(ids, rows))
    learned = what_it_learned(project, last_model(project))
    assert (learned.evaluation, learned.left_out) == (project.labels.evaluation(), ())
    project.close()


def test_a_class_is_learned_where_another_image_taught_it_before_the_round(tmp_path, monkeypatch):
    project = new_project(tmp_path, per_class=10)
    for image in (1, 2, 11):
        project.labels.answer(image, "label", int(image > 10))
    number = project.rounds.begin()
    times = {record.number: record.started for record in project.rounds.all()}
    predicted = dict.fromkeys((1, 11, 12), number)
    monkeypatch.setattr(type(project.rounds), "predicted_by", lambda own: predicted)
    found = learned_classes(project)
    assert found[1].tolist() == [True, True]
    assert found[11].tolist() == [True, False]  # the only one of its class
    assert found[12].tolist() == [True, True]
    answers = dict(project.labels.answers)
    assert answers[11].at <= times[number]
    monkeypatch.setattr("autoal_gui.core.database.round_rows.now", lambda: "2000")
    early = project.rounds.begin()  # before every label
    predicted[1] = early
    assert learned_classes(project)[1].tolist() == [False, False]
    project.close()


def test_a_class_whose_first_label_came_after_the_round_is_not_measured_as_learned(
    tmp_path, monkeypatch
):
    project = new_project(tmp_path, per_class=10)
    project.labels.answer(1, "label", 0)
    project.rounds.begin()
    record = project.rounds.all()[-1]
    assert classes_taught(project, replace(record, started="0000")) == set()
    assert classes_taught(project, replace(record, started="9999")) == {0}
    model = SimpleNamespace(record=replace(record, started="9999"))
    monkeypatch.setattr(measuring, "last_model", lambda own: model)
    assert measured_images(project).learned == {0}
    project.close()


def test_a_label_that_came_since_the_round_counts_from_the_next_one_on(project, monkeypatch):
    monkeypatch.setattr(measuring, "_drawn", lambda own: dict(own.labels.training()))
    estimated(project)
    before, counted = measured_images(project), measured_classes(project)
    assert len(before.images) == len(counted) == 4
    new = project.batches.ranking[0]
    project.labels.answer(new, "label", 1)
    found = project.rounds.predictions()
    monkeypatch.setattr(project.rounds, "predictions", lambda: {**found, new: ROWS[0]})
    assert measured_images(project).images == before.images
    assert measured_classes(project) == counted
