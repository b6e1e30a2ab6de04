"""The operating point is kept with the project, and chosen anew for each model."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.cli import run
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import ProjectDamaged
from autoal_gui.core.language import decimal, percent, threshold_percent
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimated_share import EstimatedShare
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.decision import decided
from autoal_gui.core.measures.operating.point import OperatingRule
from autoal_gui.core.measures.operating.text import FITTED, threshold_sentence
from autoal_gui.core.messages import Predicted
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.kept_point import changed_words, kept_point, note_replaced
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.project.measured_images import measured_images
from autoal_gui.core.project.measured_rounds import measured_rounds
from autoal_gui.core.project.result_in_use import BY_LIKELIEST, ResultInUse, result_in_use
from autoal_gui.core.registry import discover
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.companions.model_card import model_card
from autoal_gui.exporters.companions.project_part import project_sections
from autoal_gui.exporters.report_html import report
from tests.exporters.test_companions import CARD
from tests.support.project import new_project, reopened, result_of

RULE = OperatingRule(1, 0.9)


def finish_round(project, seed):
    """Have a round measured on the evaluation set by a model that is fairly good."""
    known = dict(project.labels.evaluation())
    rng = np.random.default_rng(seed)
    share = 1 / (1 + np.exp(-rng.normal([1.5 if c else -1.5 for c in known.values()], 1.2)))
    rows = np.stack([1 - share, share], axis=1)
    number = project.rounds.begin()
    file = project.models_folder / f"round-{number:04d}.pt"
    file.write_bytes(b"weights")
    truth = np.array(list(known.values()))
    project.rounds.finish(
        result_of(
            project,
            number,
            str(file),
            metrics=Metrics.of_probabilities(truth, rows),
            measured=Predicted.of(np.array(list(known)), rows),
        )
    )


def measured_project(tmp_path):
    """Return a project with thirty images of each class that measure, and a round."""
    project = new_project(tmp_path, per_class=40, evaluation_images=60)
    for image in project.pool.ids("evaluation"):
        name = project.pool.images[image].key.partition("/")[0]
        project.labels.answer(image, "label", project.classes.names.index(name))
    finish_round(project, 1)
    return project


@pytest.fixture
def project(tmp_path):
    project = measured_project(tmp_path)
    yield project
    project.close()


def words(elements) -> str:
    return " ".join(text for one in elements for text in one.itertext())


def test_the_point_is_that_of_the_last_model_and_comes_back_with_the_project(project):
    assert kept_point(project) is None
    project.settings.operating_point = RULE
    first = kept_point(project)
    known = measured_images(project)
    given = decided(known.probabilities, first.threshold)
    assert first.chosen.sensitivity.found == ((given == 1) & (known.truth == 1)).sum()
    assert first.chosen.specificity.value >= 0.9
    finish_round(project, 2)
    second = kept_point(project)
    assert second.rule == RULE
    assert second.threshold != first.threshold
    again = reopened(project)
    try:
        assert again.settings.operating_point == RULE
        assert kept_point(again) == second
        again.settings.operating_point = None
        assert kept_point(again) is None
    finally:
        again.close()


def test_a_new_model_that_has_another_threshold_says_so_until_the_rule_changes(project):
    project.settings.operating_point = RULE
    first = kept_point(project)
    assert changed_words(project, first) == ""
    note_replaced(project, project.rounds.last + 1)
    assert changed_words(project, first) == ""  # that model is not there yet
    finish_round(project, 2)
    second = kept_point(project)
    now, before = (percent(one.threshold.value, 1) for one in (second, first))
    again = reopened(project)
    try:
        assert f"is {now} now ({before} before)" in changed_words(again, second)
        again.settings.operating_point = OperatingRule(1, 0.8)
        assert changed_words(again, kept_point(again)) == ""
    finally:
        again.close()


def test_a_rule_of_before_there_was_a_sensitivity_asks_for_a_specificity(project):
    project.settings.operating_point = RULE
    stored = "UPDATE setting SET value = ? WHERE name = 'operating_point'"
    for text, rule in (
        ("[1, 0.9]", RULE),
        ('[1, 0.9, "sensitivity"]', OperatingRule(1, 0.9, "sensitivity")),
    ):
        project.close()
        with closing(sqlite3.connect(project.folder / FILE_NAME)) as db, db:
            db.execute(stored, (text,))
        project = reopened(project)
        assert project.settings.operating_point == rule
    project.close()
    with closing(sqlite3.connect(project.folder / FILE_NAME)) as db, db:
        db.execute(stored, ('[1, 0.9, "luck"]',))
    with pytest.raises(ProjectDamaged):
        reopened(project)


def test_a_point_of_a_class_that_is_not_measured_is_none(project):
    project.classes.add("third")
    project.settings.operating_point = OperatingRule(2, 0.9)
    assert kept_point(project) is None
    project.settings.operating_point = OperatingRule(7, 0.9)
    assert kept_point(project) is None


def test_the_result_is_that_at_the_point_which_is_in_use_and_says_so(project):
    known = measured_images(project)
    measured = measured_rounds(project.rounds.finished(), 0)
    likeliest = measured[-1][1]
    assert result_in_use(project, measured, known, None) == ResultInUse(likeliest)
    project.settings.operating_point = OperatingRule(1, 0.99, "sensitivity")
    point = kept_point(project, known)
    found = result_in_use(project, measured, known, point)
    given = decided(known.probabilities, point.threshold)
    assert found.metrics.correct == (given == known.truth).sum() != likeliest.correct
    assert found.metrics.sensitivity_counts(1)[0] == point.chosen.sensitivity.found
    name, value = project.classes.names[1], percent(point.threshold.value, 1)
    low, high = likeliest.accuracy_interval
    interval = f"{decimal(100 * low, 0)} to {percent(high)}"
    assert found.words == (
        f"At the operating point: “{name}” from {value} on. By the highest probability "
        f"{likeliest.correct} of {likeliest.total} would be right ({interval}); these images "
        "chose the point, so the figures at it are a little too good."
    )
    earlier = [(replace(measured[-1][0], number=0), likeliest)]
    other = result_in_use(project, earlier, known, point)  # the point is that of a later model
    assert (other.metrics, other.words) == (likeliest, BY_LIKELIEST)


def test_an_estimate_is_made_anew_at_the_point_from_the_same_answers(project):
    known = measured_images(project)
    known = replace(known, weights=np.linspace(0.5, 1.5, len(known.truth)))
    project.settings.operating_point = OperatingRule(1, 0.99, "sensitivity")
    point, record = kept_point(project, known), project.rounds.finished()[-1]
    estimate = Estimate.of_answers(known.truth, known.probabilities, np.ones(len(known.truth)))
    found = result_in_use(project, [(record, estimate)], known, point)
    right = decided(known.probabilities, point.threshold) == known.truth
    share = EstimatedShare.of_answers(right, known.weights)
    assert found.threshold == point.threshold
    assert isinstance(found.metrics, Estimate)
    assert found.metrics.accuracy == pytest.approx(share.value)
    assert found.metrics.accuracy_interval == pytest.approx(share.interval)
    assert found.metrics.correct == right.sum()
    told = f"By the highest probability about {percent(estimate.accuracy)} of your images would be"
    assert found.words.startswith("At the operating point: “")
    assert told in found.words
    assert "the same answers chose the point" in found.words
    unweighed = result_in_use(project, [(record, estimate)], replace(known, weights=None), point)
    assert (unweighed.metrics, unweighed.threshold) == (estimate, None)
    assert unweighed.words == BY_LIKELIEST


def test_report_and_model_card_tell_the_point_and_whether_probabilities_are_right(project):
    before = words(report(Snapshot.of(project)))
    assert "Operating point" not in before
    assert "Is it as sure as it should be?" in before
    project.settings.operating_point = RULE
    snapshot = Snapshot.of(project)
    found, page = snapshot.operating_point.fresh.sensitivity, words(report(snapshot))
    assert BY_LIKELIEST not in before
    assert "What follows goes by" not in before
    assert page.count(BY_LIKELIEST) == 2  # of the rounds' curve, and of what the model says
    assert page.count("At the operating point: “") == 2  # in short, and above the tables
    assert "What follows goes by the highest probability, not by the operating point:" in page
    assert snapshot.result.threshold == snapshot.operating_point.threshold
    one, among = snapshot.result.metrics.sensitivity_counts(1)
    assert one == snapshot.operating_point.chosen.sensitivity.found
    assert f"{one} of {among}" in page[page.index("By class") :]
    assert "Measured on 60 images of the evaluation set, from which it never learns." in page
    assert "Asked for: a specificity of at least 90.0%." in page
    assert f"{found.found} of {found.count} (" in page
    card = project_sections(snapshot, last_model(project).record)
    assert "## What the threshold finds" in card
    assert "to be expected on new images" in card
    assert card.count("At the operating point, which is told below.") == 1
    assert_told_once(project, snapshot, card)
    finish_round(project, 2)
    newer = Snapshot.of(project)  # the point is that of a later model than the card's
    older = project_sections(newer, project.rounds.finished()[0])
    assert "At the operating point: “" not in older
    assert BY_LIKELIEST in older
    project.settings.operating_point = OperatingRule(1, 0.95, "sensitivity")
    page = words(report(Snapshot.of(project)))
    assert "Asked for: a sensitivity of at least 95.0%." in page
    assert "a specificity of at least" not in page


def assert_told_once(project, snapshot, about):
    """The whole card of the last model names its threshold in one sentence, outside its code."""
    point, exporter = snapshot.operating_point, discover("autoal_gui.exporters")["onnx"]
    threshold = point.threshold.class_index, point.threshold.value
    card = {**CARD, "classes": project.classes.names, "threshold": threshold}
    text = model_card(TrainedModel(project.folder, card, {}), exporter, "model.onnx", about)
    value = threshold_percent(point.threshold.value)
    assert threshold_sentence(project.classes.names, *threshold) in text
    assert text.count("An image is given") == text.count(value) == 1


def test_the_command_line_chooses_says_and_drops_the_point(project, capsys):
    folder = str(project.folder)
    project.close()
    name = project.classes.names[1]
    assert run(["operating-point", folder]) == 0
    assert capsys.readouterr().out.startswith("No threshold is set")
    assert run(["operating-point", folder, "--class", name, "--specificity", "0.8"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].endswith("on, for a specificity of at least 80.0%.")
    assert told[1].startswith("Expected on new images")
    assert told[2:4] == [FITTED, told[3]]
    assert told[3].startswith("Finds ")
    assert run(["operating-point", folder]) == 0
    assert capsys.readouterr().out.splitlines() == told
    assert run(["operating-point", folder, "--class", name, "--sensitivity", "0.95"]) == 0
    assert "on, for a sensitivity of at least 95.0%." in capsys.readouterr().out
    assert run(["operating-point", folder, "--class", "none"]) == 1
    assert "no class named none" in capsys.readouterr().err
    for wrong in ("2", "much"):
        with pytest.raises(SystemExit):
            run(["operating-point", folder, "--class", name, "--specificity", wrong])
        assert "a number from 0 to 1" in capsys.readouterr().err
    assert run(["operating-point", folder, "--none"]) == 0
    assert capsys.readouterr().out.startswith("No threshold is set")


def test_without_an_evaluation_set_models_of_several_rounds_choose_no_point(tmp_path):
    project = new_project(tmp_path, per_class=30)
    for image in project.pool.ids("pool")[:50]:
        project.labels.answer(image, "label", image % 2)
    number = project.rounds.begin()
    file = project.models_folder / "round-0001.pt"
    file.write_bytes(b"weights")
    ids = np.array([image for image, _ in project.labels.training()])
    rows = np.stack([1 - ids % 2 * 0.8, ids % 2 * 0.8], axis=1)
    project.rounds.finish(
        result_of(project, number, str(file), out_of_fold=Predicted.of(ids, rows))
    )
    project.settings.operating_point = RULE
    assert kept_point(project) is None
    assert "Is it as sure" not in words(report(Snapshot.of(project)))
    project.close()
