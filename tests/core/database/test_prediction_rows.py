"""What models make of images is kept for each image, by a model that never saw its label."""

from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.core.database.round_rows import query_from
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import ByChance, Metrics, NearlyAlike
from autoal_gui.core.messages import Predicted
from autoal_gui.core.project.measured_rounds import measured_rounds
from autoal_gui.core.queries import LearnedWeights, Query
from tests.support.project import new_project, reopened, result_of

ROWS = np.array([[0.75, 0.25], [0.125, 0.875]], np.float32)


@pytest.fixture
def project(tmp_path):
    project = new_project(tmp_path, per_class=8, evaluation_images=2)
    yield project
    project.close()


def finished(project, **values):
    result = result_of(project, project.rounds.begin(), "round.pt", **values)
    project.rounds.finish(result)
    return result


def label(project, count):
    for image_id in project.labels.unanswered()[:count]:
        project.labels.answer(image_id, "label", image_id % 2)


def same(row, expected):
    assert row.dtype == np.float32
    assert row.tolist() == list(expected)


def test_evaluation_and_labelled_images_are_predicted_and_others_are_not_told(project):
    label(project, 2)
    labelled = np.array([i for i, _ in project.labels.training()])
    evaluation = np.array(project.pool.ids("evaluation"))
    finished(
        project,
        measured=Predicted.of(evaluation, ROWS),
        out_of_fold=Predicted.of(labelled, ROWS[::-1]),
    )
    project = reopened(project)
    found = project.rounds.predictions()
    assert found.keys() == {*evaluation.tolist(), *labelled.tolist()}
    same(found[int(evaluation[0])], ROWS[0])
    same(found[int(labelled[0])], ROWS[1])
    project.close()


def test_an_image_keeps_what_the_model_before_its_label_made_of_it(project):
    first = finished(project)
    asked = int(first.ranking[0])
    project.labels.answer(asked, "label", 0)
    second = finished(project)  # trained in all layers: nothing out of fold
    same(project.rounds.predictions()[asked], first.probabilities[0])
    later = int(second.ranking[0])
    project.labels.answer(later, "label", 1)
    same(project.rounds.predictions()[later], second.probabilities[0])


def test_the_newer_prediction_takes_the_place_of_the_older(project):
    first = finished(project)
    asked = first.ranking[:2]
    for image_id in asked.tolist():
        project.labels.answer(image_id, "label", 0)
    for rows in (ROWS, ROWS[::-1]):
        finished(project, out_of_fold=Predicted.of(asked, rows))
    same(project.rounds.predictions()[int(asked[0])], ROWS[1])


def test_a_round_that_trains_nothing_leaves_the_predictions_of_before(project):
    first = finished(project)
    asked = int(first.ranking[0])
    project.labels.answer(asked, "label", 0)
    nothing = np.empty((0, 2), np.float32)
    project.rounds.finish(result_of(project, project.rounds.begin(), probabilities=nothing))
    same(project.rounds.predictions()[asked], first.probabilities[0])


def test_a_rounds_areas_and_what_chance_gives_come_back(project):
    metrics = Metrics.of_probabilities(np.array([0, 1, 1, 0]), np.tile(ROWS, (2, 1)))
    by_chance = ByChance(12, Metrics.of_probabilities(np.array([0, 1]), ROWS))
    finished(project, metrics=metrics, by_chance=by_chance)
    record = project.rounds.finished()[0]
    assert record.metrics == metrics
    assert record.metrics.auroc is not None
    assert record.by_chance == by_chance


def test_an_estimate_from_the_answers_comes_back_and_measures_where_nothing_else_does(project):
    rows, weights = np.tile(ROWS, (2, 1)), np.array([1.0, 2.0, 1.0, 0.5])
    estimate = Estimate.of_answers(np.array([0, 1, 1, 0]), rows, weights, np.array([0, 0, 1, 2]))
    audit = Metrics(((1, 0), (0, 1)))
    finished(project, metrics=None, audit=audit)
    finished(project, metrics=None, audit=audit, estimate=estimate)
    records = project.rounds.finished()
    assert records[1].estimate == estimate
    assert [metrics for _, metrics in measured_rounds(records)] == [audit, estimate]
    finished(project, metrics=Metrics(((4, 1), (0, 2))), estimate=estimate)
    assert [record.number for record, _ in measured_rounds(project.rounds.finished())] == [3]


@pytest.mark.parametrize("rest", [Metrics(((3, 1), (0, 2)), design=1.5), None])
def test_what_is_right_without_near_duplicates_comes_back(project, rest):
    metrics = Metrics(((4, 1), (0, 2)))
    finished(project, metrics=metrics, nearly_alike=NearlyAlike(1, rest))
    finished(project, metrics=metrics)
    assert [one.nearly_alike for one in project.rounds.finished()] == [NearlyAlike(1, rest), None]


@pytest.mark.parametrize("trusted", [True, False])
def test_what_the_search_learned_comes_back_trusted_or_not(project, trusted):
    learned = LearnedWeights((("kmeans", 0.25), ("margin", 0.75)), -0.01, 0.02, trusted)
    finished(project, learned=learned)
    finished(project)
    assert [one.learned for one in project.rounds.finished()] == [learned, None]


def test_the_two_classes_that_the_model_hesitates_between_come_back(project):
    query = Query(1, 0.5, (("margin", 1.0, 1.0),))
    assert query_from(1, '[0.5, [["margin", 1.0, 1.0]], null, false]') == query  # as before
    assert query_from(1, '[0.5, [["margin", 1.0, 1.0]], null]') == query
    asked = replace(query, between=(1, 0))
    assert query_from(1, '[0.5, [["margin", 1.0, 1.0]], null, false, [1, 0]]') == asked
    result = result_of(project, 1)
    told = tuple(replace(query, between=(1, 0)) for query in result.queries)
    finished(project, queries=told)
    assert project.rounds.query(told[0].image_id) == told[0]


def test_what_was_predicted_cannot_be_changed():
    rows = ROWS.copy()
    found = Predicted.of(np.array([1, 2]), rows)
    rows[0] = 0
    assert found.probabilities[0, 0] == 0.75
    with pytest.raises(ValueError, match="read-only"):
        found.probabilities[0, 0] = 1
