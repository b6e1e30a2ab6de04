"""What is read of a damaged file: pages put aside, long rows, rows that nothing points to."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.core.database.project_file import is_own
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import ProjectDamaged, ProjectError, ProjectTooNew
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.messages import Predicted
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery import sqlite_pages
from autoal_gui.core.recovery.journal_repair import replayable
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.core.recovery.sqlite_pages import PAGE, number_at, salvage
from autoal_gui.sources.opening import list_images, open_images
from tests.support.project import file_of, new_project, no_progress, result_of
from tests.tools.limits import files_of_at_most, needs_limits

LONG = "Größe " * 2000  # more than two pages


def closed(project) -> bytes:
    project.close()
    return file_of(project).read_bytes()


def put(project, content: bytes) -> None:
    """Give a closed project other bytes, and take its copies away."""
    for copy in project.folder.joinpath("backups").iterdir():
        copy.unlink()
    file_of(project).write_bytes(content)


def recovered(project):
    result = recover(project.folder, list_images, no_progress)
    return result, Project.open(project.folder, open_images)


def cell_of(content: bytes, table: str, rowid: int):
    return next(cell for cell in salvage(content).of(table) if cell.rowid == rowid)


def place_of(cell) -> int:
    return (cell.page - 1) * PAGE + cell.start


# -- bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (b"\x05\x07", 7),
        (b"\x05\x81\x00", 128),
        (b"\x81\x05\x07", 7),
        (b"\x05" + b"\xff" * 9, -1),
        (b"\x05\x81", None),
        (b"\xff" * 9, None),
        (b"", None),
    ],
)
def test_the_number_of_a_row_is_read_whatever_follows(data, number):
    assert number_at(data, 0) == number


def test_what_was_deleted_with_its_pages_does_not_come_back(tmp_path):
    file = tmp_path / "file"
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA secure_delete=0")
        db.execute("CREATE TABLE class (class_index INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        rows = [(n, f"class {n} " + "x" * 400) for n in range(200)]
        db.executemany("INSERT INTO class VALUES (?, ?)", rows)
        db.commit()
        whole = file.read_bytes()
        db.execute("DELETE FROM class WHERE class_index >= 5")
        db.commit()
    left = file.read_bytes()
    assert len(left) == len(whole)  # the pages are still there
    assert b"class 150 " in left
    assert sorted(cell.rowid for cell in salvage(whole).of("class")) == list(range(200))
    assert sorted(cell.rowid for cell in salvage(left).of("class")) == list(range(5))
    endless = bytearray(left)
    first = int.from_bytes(left[32:36], "big")
    endless[(first - 1) * PAGE : (first - 1) * PAGE + 4] = first.to_bytes(4, "big")  # to itself
    assert sorted(cell.rowid for cell in salvage(bytes(endless)).of("class"))[:5] == [*range(5)]
    beyond = left[:32] + (10**6).to_bytes(4, "big") + left[36:]
    assert {cell.rowid for cell in salvage(beyond).of("class")} >= set(range(5))


def test_a_piece_of_a_page_at_the_end_is_no_page(tmp_path):
    content = closed(new_project(tmp_path, per_class=2))
    cells = salvage(content).cells
    assert salvage(content + b"\x0d\0\0").cells == cells


def test_pages_of_text_are_read_at_few_places(tmp_path, monkeypatch):
    content = closed(new_project(tmp_path, per_class=2))
    content += bytes(-len(content) % PAGE)
    tried = []

    def counted(*arguments, once=sqlite_pages.cell_at):
        tried.append(arguments)
        return once(*arguments)

    monkeypatch.setattr(sqlite_pages, "cell_at", counted)
    cells = salvage(content).cells
    before = len(tried)
    assert salvage(content + b"[" * 50 * PAGE).cells == cells
    assert len(tried) <= 2 * before + 50 * 3  # not at every byte of fifty pages


# -- rows of a project -------------------------------------------------------------------------


def test_a_comment_over_several_pages_comes_back_or_costs_itself_alone(tmp_path):
    project = new_project(tmp_path, per_class=2)
    project.labels.answer(1, "label", 0)
    project.labels.comment_on(1, LONG)
    project.labels.answer(2, "label", 1)
    entries = project.labels.entries()
    content = closed(project)
    place = place_of(cell_of(content, "journal", 1)) + 2
    put(project, content[:place] + b"\xff\xff\xff" + content[place + 3 :])  # the first line
    result, again = recovered(project)
    assert again.labels.entries() == entries[1:]
    assert result.lost == 1
    again.close()
    at = content.index(
        "Größe Größe".encode(), PAGE * (content.index(LONG[:8].encode()) // PAGE + 1)
    )
    page = at // PAGE * PAGE
    put(project, content[:page] + content[page + PAGE :])  # one of the comment's pages is gone
    result, again = recovered(project)
    assert {entry.sequence for entry in again.labels.entries()} == {1, 3}
    assert set(again.labels.entries()) <= set(entries)
    again.close()


def test_lines_that_nothing_points_to_any_more_are_found(tmp_path):
    project = new_project(tmp_path)
    for image in project.labels.unanswered()[:8]:
        project.labels.answer(image, "label", 0)
    entries = project.labels.entries()
    content = bytearray(closed(project))
    page = (cell_of(bytes(content), "journal", 3).page - 1) * PAGE
    assert int.from_bytes(content[page + 3 : page + 5], "big") == 8
    content[page + 3 : page + 5] = (3).to_bytes(2, "big")  # as if there were three lines
    put(project, bytes(content))
    result, again = recovered(project)
    assert again.labels.entries() == entries
    assert result.lost == 0
    again.close()


def test_a_ranking_of_many_pages_comes_back(tmp_path):
    project = new_project(tmp_path, per_class=300)
    project.labels.answer(1, "label", 0)
    project.rounds.finish(result_of(project, project.rounds.begin()))
    ranking, rounds = project.batches.ranking, project.rounds.all()
    content = closed(project)
    assert len(ranking) > 500
    cell = cell_of(content, "journal", 1)
    place = place_of(cell) + (cell.end - cell.start) // 2
    put(project, content[:place] + b"\xff" + content[place + 1 :])
    result, again = recovered(project)
    assert (again.batches.ranking, again.rounds.all()) == (ranking, rounds)
    assert (result.repaired, result.rounds_lost) == (1, 0)
    again.close()


def test_a_round_whose_result_is_damaged_is_said_to_be_lost(tmp_path):
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    project.rounds.finish(result_of(project, project.rounds.begin()))
    entries = project.labels.entries()
    content = closed(project)
    place = content.index(b'"device"')
    put(project, content[:place] + b"\x07" + content[place + 1 :])
    result, again = recovered(project)
    assert result.rounds_lost == 1
    assert "the result of 1 round is lost" in result.sentence
    assert again.labels.entries() == entries
    assert again.rounds.all() == ()
    again.close()


def test_what_models_said_of_the_images_comes_back(tmp_path):
    project = new_project(tmp_path, per_class=8, evaluation_images=2)
    evaluation = np.array(project.pool.ids("evaluation"))
    project.labels.answer(project.labels.unanswered()[0], "label", 0)
    shares = np.array([[0.75, 0.25], [0.125, 0.875]], np.float32)
    measured = Predicted.of(evaluation, shares)
    project.rounds.finish(result_of(project, project.rounds.begin(), "round.pt", measured=measured))
    kept = {image: row.tolist() for image, row in project.rounds.predictions().items()}
    assert kept.keys() == set(evaluation.tolist())
    content = closed(project)
    place = place_of(cell_of(content, "journal", 1)) + 2
    put(project, content[:place] + b"\xff" + content[place + 1 :])
    _, again = recovered(project)
    assert {image: row.tolist() for image, row in again.rounds.predictions().items()} == kept
    again.close()


def test_rows_that_no_table_could_hold_stay_out(tmp_path):
    project = new_project(tmp_path)
    for image in (1, 2, 3):
        project.labels.answer(image, "label", 0)
    project.rounds.finish(result_of(project, project.rounds.begin()))
    entries, ranking = project.labels.entries(), project.batches.ranking
    content = closed(project)
    query = content.index(b'[1.5, [["entropy"')
    split = content.index(b"pool", content.index(b"abnormal/000.png"))
    annotator = content.index(b'"reader"')
    for at, byte in ((query, b"\x07"), (split, b"P"), (annotator, b"7")):
        content = content[:at] + byte + content[at + 1 :]
    put(project, content)
    result, again = recovered(project)
    assert set(again.labels.entries()) <= set(entries)
    assert set(again.batches.ranking) <= set(ranking)
    assert again.settings.annotator != ""
    assert result.answers + result.lost == len(entries)
    assert len(again.pool.images) == 12  # listed anew from the folder
    again.close()


# -- the number of the version -------------------------------------------------------------------


def test_a_damaged_version_is_recovered_and_a_later_one_is_left_alone(tmp_path):
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    entries = project.labels.entries()
    content = closed(project)
    later = content[:60] + (99).to_bytes(4, "big") + content[64:]  # PRAGMA user_version
    put(project, later)
    with pytest.raises(ProjectTooNew):
        Project.open(project.folder, open_images)
    _, again = recovered(project)
    assert again.labels.entries() == entries
    again.close()
    put(project, later)
    with closing(sqlite3.connect(file_of(project))) as db:
        db.execute("CREATE TABLE later (what TEXT)")
    kept = file_of(project).read_bytes()
    assert not is_own(project.folder / "cache")  # no file at all
    with pytest.raises(ProjectTooNew):
        recover(project.folder, list_images, no_progress)
    assert file_of(project).read_bytes() == kept


@needs_limits
def test_where_there_is_no_room_the_damaged_file_stays_as_it_is(tmp_path):
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    content = closed(project)
    place = place_of(cell_of(content, "journal", 1)) + 2
    content = content[:place] + b"\xff" + content[place + 1 :]
    put(project, content)
    before = sorted(project.folder.rglob("*"))
    with files_of_at_most(64), pytest.raises(ProjectError, match="cannot be written"):
        recover(project.folder, list_images, no_progress)
    assert (project.folder / FILE_NAME).read_bytes() == content
    assert sorted(project.folder.rglob("*")) == before
    with pytest.raises(ProjectDamaged):
        Project.open(project.folder, open_images)


# -- what can be replayed ------------------------------------------------------------------------

FIRST = Entry(1, "2026-01-01", "reader", 0, "label", 1, 0)
SECOND = Entry(2, "2026-01-02", "reader", 0, "label", 2, 1)


def undo(sequence: int, target: Entry) -> Entry:
    return Entry(
        sequence, "2026-01-03", "reader", 0, "undo", target.image_id, target=target.sequence
    )


def test_an_answer_that_was_taken_back_stays_out_whatever_else_is_lost():
    whole = [FIRST, SECOND, undo(3, SECOND), undo(4, FIRST)]
    assert replayable(whole) == whole
    assert replayable([whole[0], whole[1], whole[3]]) == [SECOND]  # its own undo is lost
    assert replayable([whole[0], whole[2], whole[3]]) == [FIRST, undo(4, FIRST)]
    redo = replace(undo(3, FIRST), action="redo")
    assert replayable([FIRST, redo]) == [FIRST]
