"""A table that comes later: labels, groups and columns join a project, and no answer is lost."""

import pytest

from autoal_gui.cli import run
from autoal_gui.core.errors import SourceError
from autoal_gui.core.project.later_table import (
    ProjectFacts,
    compare_table,
    table_sentences,
    write_table,
)
from autoal_gui.core.readers.double_reading import compare
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table
from tests.core.project.test_metadata import grouped_project
from tests.support.project import new_project, reopened

USE = ColumnUse("file", ("dx",), "who")


@pytest.fixture
def project(tmp_path):
    """Twelve images: ids 1 to 6 lie in abnormal/, 7 to 12 in normal/; four are set aside."""
    project = new_project(tmp_path, evaluation_images=4)
    yield project
    project.close()


def table_of(project, said, extra=()):
    """A table that gives each image id a class, a patient, and its sex."""
    images = project.pool.images
    rows = [(images[i].key, name, f"p{i // 2}", "FM"[i // 2 % 2]) for i, name in said.items()]
    return Table(("file", "dx", "who", "sex"), (*rows, *extra))


def read_in(project, table, labels_as, reader="", use=USE):
    found = compare_table(ProjectFacts.of(project), table, use, labels_as, reader)
    write_table(project, found)
    return found, reopened(project)


def test_known_labels_are_answers_that_came_with_the_set(project):
    found, project = read_in(project, table_of(project, {1: "abnormal", 7: "Normal"}), "known")
    answers = project.labels.answers
    names = {i: project.classes.names[entry.class_index] for i, entry in answers.items()}
    assert names == {1: "abnormal", 7: "normal"}
    assert {entry.action for entry in answers.values()} == {"import"}
    assert not project.labels.can_undo
    assert table_sentences(found, done=True)[-1].startswith("Added: 2 labels")
    project.close()


def test_an_answer_stays_where_the_table_says_otherwise_and_that_is_told(project):
    project.labels.answer(1, "label", 0)
    project.labels.answer(2, "unsure")
    key = project.pool.images[1].key
    said = {1: project.classes.names[1], 2: project.classes.names[0], 3: project.classes.names[0]}
    found, project = read_in(project, table_of(project, said), "known")
    assert project.labels.answers[1].class_index == 0
    assert project.labels.answers[2].action == "unsure"
    assert set(project.labels.answers) == {1, 2, 3}
    told = " ".join(table_sentences(found))
    assert f"2 images have another answer already, which stays: {key}" in told
    project.close()


@pytest.mark.parametrize("labels_as", ["known", "second", "hidden"])
def test_the_same_table_read_twice_adds_nothing(project, labels_as):
    table = table_of(project, {1: "abnormal", 2: "odd"})
    first, project = read_in(project, table, labels_as, "Bo")
    assert first.new_classes == ("odd",)
    entries = len(project.labels.entries())
    second, project = read_in(project, table, labels_as, "Bo")
    assert second.is_empty
    assert second.same == 2
    assert table_sentences(second)[-1] == "The table adds nothing."
    assert len(project.labels.entries()) == entries
    assert project.classes.names == ("abnormal", "normal", "odd")
    project.close()


def test_a_second_readers_answers_are_compared_with_the_first(project):
    project.labels.answer(1, "label", 0)
    project.labels.answer(2, "label", 0)
    _, project = read_in(project, table_of(project, {1: "abnormal", 2: "normal"}), "second", "Bo")
    assert project.labels.journal.second_readers == ("Bo",)
    found = compare(project.labels.journal, "Bo")
    assert len(found.pairs) == 2
    assert project.labels.answers[2].class_index == 0
    project.close()


def test_a_second_reader_needs_a_name(project):
    with pytest.raises(SourceError, match="needs a name"):
        compare_table(ProjectFacts.of(project), table_of(project, {1: "x"}), USE, "second", " ")


def test_hidden_truth_measures_and_is_no_answer(project):
    (held, *_) = project.pool.ids("evaluation")
    free = project.pool.ids("pool")[0]
    _, project = read_in(project, table_of(project, {held: "normal", free: "normal"}), "hidden")
    assert not project.labels.answers
    assert project.labels.evaluation() == ((held, 1),)
    assert held not in project.labels.unanswered_evaluation()
    assert free in project.labels.unanswered()
    project.close()


def test_columns_and_groups_join_those_that_are_there(tmp_path):
    project = grouped_project(tmp_path)
    images = project.pool.images
    table = Table(
        ("file", "site", "age"), ((images[1].key, "Bern", "77"), (images[2].key, "Basel", ""))
    )
    found, project = read_in(project, table, "none", use=ColumnUse("file"))
    assert project.settings.columns == ("age", "site")
    images = project.pool.images
    assert images[1].columns == ("77", "Bern")
    assert images[2].columns == ("1", "Basel")
    assert images[3].columns == ("2", "")
    assert images[1].group == "patient 0"
    assert images[1].part == "train"
    assert not found.labels
    project.close()


def test_groups_that_are_the_same_by_other_names_stay(tmp_path):
    project = grouped_project(tmp_path, personal=True)
    before = dict(project.pool.groups)
    rows = [(one.key, f"MRN {(i - 1) // 2}") for i, one in project.pool.images.items() if i <= 10]
    found, project = read_in(project, Table(("f", "who"), tuple(rows)), "none",
                             use=ColumnUse("f", (), "who"))  # fmt: skip
    assert found.is_empty
    assert dict(project.pool.groups) == before
    project.close()


def test_a_group_that_a_table_tears_is_told(project):
    held, free = project.pool.ids("evaluation")[0], project.pool.ids("pool")[0]
    keys = [(project.pool.images[i].key, "one patient") for i in (held, free)]
    table = Table(("f", "who"), tuple(keys))
    found, project = read_in(project, table, "none", use=ColumnUse("f", (), "who"))
    assert found.torn == 1
    assert "draw a new evaluation set" in " ".join(table_sentences(found))
    assert set(project.pool.groups) == {held, free}
    project.close()


def test_rows_and_images_that_do_not_match_are_told(project):
    table = table_of(project, {1: "abnormal"}, extra=(("gone.png", "normal", "p", "F"),))
    told = table_sentences(compare_table(ProjectFacts.of(project), table, USE, "known"))
    assert told[0] == "1 of 12 images has a row in the table."
    assert any("11 images have no row" in line for line in told)
    assert any("gone.png" in line for line in told)
    with pytest.raises(SourceError, match="No row"):
        compare_table(ProjectFacts.of(project), Table(("file",), (("x",),)), USE, "none")
    with pytest.raises(SourceError, match="No column"):
        compare_table(ProjectFacts.of(project), table, ColumnUse(), "known")


def test_the_command_line_shows_the_table_first_and_reads_it_then(project, tmp_path, capsys):
    first, second = (project.pool.images[i].key for i in (1, 2))
    folder = project.folder
    project.close()
    file = tmp_path / "t.csv"
    file.write_text(f"file;dx;patient\n{first};normal;p1\n{second};odd;p2\n")
    assert run(["labels", str(folder), str(file), "--as", "known", "--preview"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["image", "class", "group"]
    assert shown[2].split() == [first, "normal", "p1"]
    assert "It adds: 2 labels, groups of 2 images." in shown
    assert run(["labels", str(folder), str(file), "--as", "none"]) == 0
    assert "Added: groups of 2 images, columns of 2 images." in capsys.readouterr().out
    again = reopened(project)
    assert not again.labels.answers
    assert again.pool.groups == {1: "p1", 2: "p2"}
    again.close()
