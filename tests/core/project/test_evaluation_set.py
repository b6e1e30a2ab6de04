"""The evaluation set can be changed: a sealed act, after which a new curve begins."""

import pytest

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.measures.answers.estimate import Estimate, Said
from autoal_gui.core.measures.metrics import ByChance, Metrics
from autoal_gui.core.measures.outlook import worth_sentences
from autoal_gui.core.measures.stopping_advice import Point
from autoal_gui.core.project.evaluation_set import composition, draw_evaluation_set, largest
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.measured_rounds import (
    chance_words,
    comparable,
    measured_rounds,
    new_class_words,
    other_images_words,
    points_of,
)
from autoal_gui.core.settings import RunSettings
from autoal_gui.exporters import report_html
from tests.core.project.test_metadata import grouped_project
from tests.support.project import new_project, reopened, result_of

FEW, MORE, LAST = Metrics(((6, 0), (1, 5))), Metrics(((8, 7), (2, 13))), Metrics(((9, 6), (2, 13)))


def redrawn(project, wanted):
    sentence = draw_evaluation_set(project, wanted)
    return sentence, reopened(project)


def with_round(project):
    number = project.rounds.begin()
    project.rounds.finish(result_of(project, number))
    return number


def test_another_set_is_drawn_by_classes_and_noted(tmp_path):
    project = new_project(tmp_path, label_use="hidden", evaluation_images=2)
    first = set(project.pool.ids("evaluation"))
    sentence, project = redrawn(project, 6)
    assert sentence.startswith("The evaluation set has 6 images from now on")
    now = set(project.pool.ids("evaluation"))
    assert len(now) == 6
    assert composition(project) == "The evaluation set has 6 images: abnormal 3, normal 3."
    (act,) = project.files.acts
    assert act.kind == "evaluation"
    assert {one.image_id for one in act.changes} == first ^ now
    _, project = redrawn(project, 6)
    assert set(project.pool.ids("evaluation")) != now  # drawn anew, not the same again
    project.close()


def test_a_new_curve_begins_and_earlier_rounds_stay(tmp_path):
    project = new_project(tmp_path, label_use="ignore", evaluation_images=2)
    before = with_round(project)
    _, project = redrawn(project, 4)
    assert project.files.curve_start == before
    rounds = project.rounds.finished()
    assert measured_rounds(rounds, project.files.curve_start) == []
    after = with_round(project)
    measured = measured_rounds(project.rounds.finished(), project.files.curve_start)
    assert [record.number for record, _ in measured] == [after]
    target = tmp_path / "report.html"
    report_html.write(target, Snapshot.of(project))
    assert f"The evaluation set was changed after round {before}" in target.read_text()
    project.close()


def test_labels_go_with_their_images(tmp_path):
    project = new_project(tmp_path, label_use="ignore", evaluation_images=2)
    for image_id in project.pool.images:
        project.labels.answer(image_id, "label", image_id % 2)
    with_round(project)
    _, project = redrawn(project, 5)
    assert len(project.labels.answers) == 12
    measured = {i for i, _ in project.labels.evaluation()}
    assert measured == set(project.pool.ids("evaluation"))
    assert not measured & {i for i, _ in project.labels.training()}
    assert not measured & {*project.rounds.ranking} & {*project.batches.ranking}
    project.close()


def test_labels_that_came_with_the_set_are_learned_from_once_they_measure_no_more(tmp_path):
    project = new_project(tmp_path, label_use="labelled", evaluation_images=4)
    _, project = redrawn(project, 0)
    assert project.pool.ids("evaluation") == ()
    assert len(project.labels.training()) == 12
    assert project.labels.first_broken_seal() is None
    project.close()


def test_groups_stay_whole(tmp_path):
    project = grouped_project(tmp_path)
    _, project = redrawn(project, 6)
    sides = {(one.group, one.split) for one in project.pool.images.values() if one.group}
    assert len(sides) == len({group for group, _ in sides})
    project.close()


def test_at_most_half_of_the_images_measure(tmp_path):
    project = new_project(tmp_path)
    assert largest(project) == 6
    with pytest.raises(ProjectError, match="At most 6 images"):
        draw_evaluation_set(project, 7)
    assert draw_evaluation_set(project, 0) == "The evaluation set stays as it is."
    assert project.files.acts == ()
    project.close()


def test_an_image_that_is_asked_to_measure_is_asked_once(tmp_path):
    project = new_project(tmp_path, label_use="ignore", evaluation_images=2)
    with_round(project)
    _, project = redrawn(project, 5)
    order = project.batches.ranking
    assert len(order) == len(set(order)) == 12
    assert set(order[1:10:2]) == set(project.pool.ids("evaluation"))
    assert Metrics(((3, 1), (0, 2))) in [record.metrics for record in project.rounds.finished()]
    project.close()


def measured_by(*found, **last):
    """Return rounds of 10, 20, ... labels with what measured them."""
    records = [
        RoundRecord(n, "finished", RunSettings(), "", "", 10 * n, metrics=metrics)
        for n, metrics in enumerate(found, start=1)
    ]
    return measured_rounds([*records[:-1], RoundRecord(**{**vars(records[-1]), **last})])


def test_rounds_that_fewer_images_measured_give_no_advice():
    measured = measured_by(FEW, MORE, LAST)
    assert [record.number for record, _ in comparable(measured)] == [2, 3]
    assert [point.labels for point in points_of(measured)] == [20, 30]
    assert other_images_words(measured).startswith("1 earlier round was measured on other images")
    assert other_images_words(measured[1:]) == ""


def test_one_image_more_of_many_does_not_end_a_curve_but_one_more_of_few_does():
    many, one_more = Metrics(((40, 10), (5, 45))), Metrics(((41, 10), (5, 45)))
    assert len(comparable(measured_by(many, one_more))) == 2
    few, one_more = Metrics(((40, 10), (1, 3))), Metrics(((40, 10), (1, 4)))
    assert len(comparable(measured_by(few, one_more))) == 1
    new_class = Metrics(((40, 10, 0), (5, 45, 0), (0, 0, 1)))
    assert len(comparable(measured_by(many, new_class))) == 1


def estimated_by(*found):
    """Return rounds of 10, 20, ... labels with what their answers say of them."""
    records = [
        RoundRecord(n, "finished", RunSettings(), "", "", 10 * n, estimate=as_estimate(metrics))
        for n, metrics in enumerate(found, start=1)
    ]
    return measured_rounds(records)


def as_estimate(metrics):
    rows = metrics.confusion
    shares = tuple(tuple(count / metrics.total for count in row) for row in rows)
    said = tuple(map(float, map(sum, rows)))
    return Estimate(rows, shares=shares, said=Said(float(metrics.total), said, said))


def test_estimates_from_all_answers_stand_for_the_same_pool():
    assert len(comparable(estimated_by(FEW, LAST))) == 2


def test_a_class_that_is_measured_newly_makes_no_fall():
    two = Metrics(((9, 1, 0), (1, 9, 0), (0, 0, 0)))
    three = Metrics(((9, 1, 0), (1, 9, 0), (1, 1, 0)))
    measured, names = estimated_by(two, two, three, three), ("a", "b", "eosinophil")
    assert measured[-1][1].balanced_accuracy < measured[0][1].balanced_accuracy
    assert [record.number for record, _ in comparable(measured)] == [3, 4]
    told = " ".join(worth_sentences(points_of(measured), None))
    assert "fell" not in told
    apart = [Point.of(record.labels, metrics) for record, metrics in measured]
    assert "fell" in " ".join(worth_sentences(apart, None))
    assert other_images_words(measured) == (
        "2 earlier rounds were measured on other classes, mostly fewer, than the last one: their "
        "values do not compare."
    )
    assert new_class_words(measured, names) == (
        "Since round 3 one more class is measured: eosinophil. Values of earlier rounds do not "
        "compare."
    )
    assert new_class_words(measured[:2], names) == new_class_words(measured[2:], names) == ""
    assert new_class_words(estimated_by(three, two), names) == (
        "Since round 2 other classes are measured than before: values of earlier rounds do not "
        "compare."
    )
    assert new_class_words(estimated_by(two, *[three] * 4), names) == ""  # long ago


def test_random_images_are_compared_only_with_rounds_that_the_same_images_measured():
    by_chance = ByChance(15, Metrics(((9, 6), (9, 6))))
    # At 15 labels other images measured it.
    assert chance_words(measured_by(FEW, MORE, LAST, by_chance=by_chance)) == ""
    words = chance_words(measured_by(MORE, MORE, LAST, by_chance=by_chance))
    assert "this project had about 70.0% with as many labels: +20.0 points" in words
    assert chance_words(measured_by(FEW)) == ""
