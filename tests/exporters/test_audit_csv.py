import csv
import sqlite3
from contextlib import closing

from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.readers.audit_trail import COLUMNS
from autoal_gui.exporters import audit_csv
from tests.support.project import file_of, new_project


def table_of(project, tmp_path):
    target = tmp_path / "audit.csv"
    told = audit_csv.write(target, Snapshot.of(project))
    with target.open(newline="", encoding="utf-8-sig") as file:
        found = list(csv.DictReader(file))
    assert told.startswith(f"{len(found)} line")
    return found


def test_each_line_says_who_did_what_and_what_stood_before_and_after(tmp_path):
    project = new_project(tmp_path)
    one, two = project.classes.names
    project.labels.answer(1, "label", 0, Suggestion(1, 0.75))
    project.labels.answer(1, "label", 1)
    project.labels.undo()
    project.labels.flag(1)
    project.labels.comment_on(1, "=1+1")
    project.labels.answer(1, "label", 1, purpose="second", annotator="Dr B")
    project.labels.answer(2, "unsure")
    lines = table_of(project, tmp_path)
    assert tuple(lines[0]) == COLUMNS
    assert [(line["action"], line["before"], line["after"]) for line in lines] == [
        ("label", "", one),
        ("label", one, two),
        ("undo", two, one),
        ("flag", "", "flag"),
        ("comment", "", "'=1+1"),
        ("label", "", two),
        ("unsure", "", "unsure"),
    ]
    assert [line["purpose"] for line in lines] == ["answer"] * 5 + ["second", "answer"]
    assert [line["annotator"] for line in lines] == ["reader"] * 5 + ["Dr B", "reader"]
    assert (lines[0]["suggested"], lines[0]["confidence"]) == (two, "0.7500")
    assert lines[0]["suggestion_shown"] == "0"
    assert lines[2]["takes_back"] == "2"
    assert {line["image_id"] for line in lines} == {"1", "2"}
    project.close()


def test_the_seals_are_those_of_the_project_file(tmp_path):
    project = new_project(tmp_path)
    for image in (1, 2, 3):
        project.labels.answer(image, "label", image % 2)
    project.labels.undo()
    lines = table_of(project, tmp_path)
    project.close()
    with closing(sqlite3.connect(file_of(project))) as db:
        seals = [seal for (seal,) in db.execute("SELECT seal FROM journal ORDER BY sequence")]
    assert [line["seal"] for line in lines] == seals


def test_an_empty_journal_is_an_empty_table(tmp_path):
    project = new_project(tmp_path)
    assert table_of(project, tmp_path) == []
    project.close()
