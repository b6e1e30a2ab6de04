"""Labels confirmed in bulk in a real project: marked, measured by nothing, taken back as one."""

import csv
import json

import numpy as np
import pytest

from autoal_gui.core.database.image_rows import Checked
from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.project.class_removal import remove_class
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.project_merge import _readings
from autoal_gui.core.queries import Query
from autoal_gui.core.readers.double_reading import candidates
from autoal_gui.core.readers.suggestion_use import suggestion_use
from autoal_gui.exporters import class_folders, csv_labels, json_labels, npz_labels
from autoal_gui.exporters.report_sections import counts_section
from tests.support.project import new_project, reopened, result_of

SURE = Suggestion(0, 0.99)


@pytest.fixture
def project(tmp_path):
    """A project with a round that has finished, twenty images, and a lenient limit."""
    project = new_project(tmp_path, per_class=10)
    for image in (1, 2, 11, 12):
        project.labels.answer(image, "label", int(image > 10))
    number = project.rounds.begin()
    project.rounds.finish(result_of(project, number, str(project.models_folder / "round-0001.pt")))
    project.bulk.limit = 0.2
    yield project
    project.close()


def read_table(file):
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def read_alone(project, images, wrong=0):
    for place, image in enumerate(images):
        project.labels.answer(
            image, "label", int(place < wrong), SURE, purpose="check", round_number=1
        )


def confirm(project, images):
    project.bulk.confirm(dict.fromkeys(images, SURE), (), 1)


def test_confirmed_labels_teach_only_while_their_check_holds(project):
    read_alone(project, range(3, 8))
    confirm(project, (8, 9, 13))
    assert project.bulk.training() == ((8, 0), (9, 0), (13, 0))
    assert project.bulk.check.verdict == "holds"
    read_alone(project, (14, 15), wrong=2)
    assert project.bulk.check.verdict == "fails"
    assert project.bulk.training() == ()
    assert len(project.bulk.confirmed) == 3  # nothing was deleted
    project.bulk.begin_anew(project.labels.entries()[-1].sequence)
    read_alone(project, (16, 17, 18, 19, 20))
    assert project.bulk.training() == ()  # the new check says nothing of labels before it
    project.bulk.limit = 0.05  # stricter: now nothing is known
    assert project.bulk.check.verdict == "unknown"


def test_the_report_counts_what_was_confirmed_by_class(project):
    read_alone(project, range(3, 8))
    confirm(project, (8, 9))
    project.bulk.confirm({13: Suggestion(1, 0.99)}, (), 1)
    found = list(counts_section(Snapshot.of(project)))[1]
    rows = ["".join(row.itertext()) for row in found.iter("tr")]
    normal, abnormal = project.classes.names
    assert f"Confirmed in bulk: {normal}202" in rows
    assert f"Confirmed in bulk: {abnormal}101" in rows


def test_nothing_that_was_confirmed_enters_a_measurement(project):
    history, before = project.rounds.history(), project.labels.training()
    use = suggestion_use(project.labels.journal, 2)
    confirm(project, (8, 9, 13))
    journal = project.labels.journal
    assert project.labels.training() == before
    assert project.labels.evaluation() == ()
    assert project.rounds.history() == history
    assert suggestion_use(journal, 2) == use
    assert not {8, 9, 13} & journal.readings.keys()
    assert not {8, 9, 13}.intersection(candidates(journal, "all"))
    counts = project.labels.counts
    assert (counts.labels["pool"], counts.confirmed.total()) == (4, 3)
    assert 8 not in project.labels.unanswered()


def test_what_later_rounds_draw_at_random_is_no_longer_told_to_be_a_sample(project):
    def asked(number):
        number = project.rounds.begin()
        queries = (Query(17, 0.0, audit=True), Query(18, 0.0, audit=False))
        order = {"ranking": np.array([17, 18]), "probabilities": np.full((2, 2), 0.5, np.float32)}
        project.rounds.finish(result_of(project, number, queries=queries, **order))
        return {a.query.image_id: a.query.audit for a in project.rounds.history()}

    confirm(project, (8, 9))
    assert asked(2)[17] is False
    project.bulk.withdraw()
    assert asked(3)[17] is False  # that round began without them, or may have
    assert asked(4)[17] is True


def test_a_confirmation_is_taken_back_as_one_after_the_program_was_closed_too(project):
    before = dict(project.labels.answers)
    confirm(project, (8, 9, 13))
    changed = dict(project.labels.answers)
    again = reopened(project)
    assert again.labels.answers == changed
    assert {e.image_id for e in again.labels.undo_together()} == {8, 9, 13}
    assert again.labels.answers == before
    again.labels.redo_together()
    again.labels.answer(14, "label", 1)
    assert {entry.image_id for entry in again.bulk.withdraw()} == {8, 9, 13}
    assert not again.bulk.confirmed
    assert again.labels.answers.keys() == {*before, 14}
    last = reopened(again)
    assert len(last.labels.undo_together()) == 3
    assert set(last.bulk.confirmed) == {8, 9, 13}
    assert last.labels.first_broken_seal() is None
    last.close()


def test_a_removed_class_leaves_confirmed_images_without_an_answer(project):
    project.classes.add("third")
    confirm(project, (8, 9))
    remove_class(project, 0, 1)
    assert not {8, 9} & project.labels.answers.keys()
    project.labels.undo_together()
    assert set(project.bulk.confirmed) == {8, 9}


def test_exports_mark_what_was_confirmed(project, tmp_path):
    read_alone(project, range(3, 8))
    confirm(project, (8, 9))
    snapshot = Snapshot.of(project)
    csv_labels.write(tmp_path / "labels.csv", snapshot)
    rows = read_table(tmp_path / "labels.csv")
    assert {int(r["image_id"]) for r in rows if r["in_bulk"] == "1"} == {8, 9}
    json_labels.write(tmp_path / "labels.json", snapshot)
    images = json.loads((tmp_path / "labels.json").read_text())["images"]
    assert {i["image_id"] for i in images if i["source"] == "bulk"} == {8, 9}
    class_folders.write(tmp_path / "folders", snapshot)
    rows = read_table(tmp_path / "folders" / "images.csv")
    assert [r["in_bulk"] for r in rows].count("1") == 2
    npz_labels.write(tmp_path / "labels.npz", snapshot)
    with np.load(tmp_path / "labels.npz") as arrays:
        assert arrays["train_in_bulk"].sum() == 2
        assert len(arrays["train_labels"]) == 11
    read_alone(project, (14, 15), wrong=2)
    class_folders.write(tmp_path / "without", Snapshot.of(project))
    rows = read_table(tmp_path / "without" / "images.csv")
    assert [r["in_bulk"] for r in rows].count("1") == 0


def test_another_project_takes_no_confirmed_label_for_a_reading(project):
    confirm(project, (8, 9))
    assert {entry.image_id for entry in _readings(project.labels.journal)} == {1, 2, 11, 12}


def test_what_waits_to_be_read_alone_is_kept_with_what_the_model_said_then(project):
    project.bulk.draw({8: SURE, 9: SURE})
    again = reopened(project)
    assert again.bulk.drawn == {8: SURE, 9: SURE}
    assert again.batches.queue.checks == {8, 9}
    again.labels.answer(8, "label", 0)
    again.bulk.draw({13: SURE})
    assert set(again.bulk.drawn) == {9, 13}
    again.close()


def test_what_was_drawn_waits_until_it_is_answered_or_turns_out_unreadable(project):
    project.bulk.draw(dict.fromkeys((5, 3, 14, 15), SURE))
    assert project.bulk.waiting == (5, 3, 14, 15)
    read_alone(project, (3,))
    assert project.bulk.waiting == (5, 14, 15)
    assert len(project.bulk.readable_drawn) == 4
    key = project.pool.images[15].key
    project.checks.store([Checked(15, key, "", "It is no image.")])
    assert project.bulk.waiting == (5, 14)
    assert len(project.bulk.readable_drawn) == 3
