"""A model's word counts only of classes that other images had taught it by then."""

from dataclasses import replace
from types import SimpleNamespace

from autoal_gui.core.project import measured_images as measuring
from autoal_gui.core.project.learned_classes import classes_taught, learned_classes
from autoal_gui.core.project.measured_images import measured_images
from tests.support.project import new_project


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
