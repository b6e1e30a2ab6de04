"""A damaged project is never opened empty or overwritten: what can be read is recovered."""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from autoal_gui.cli import run
from autoal_gui.core.database.backups import KEPT, backups
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import ProjectDamaged, ProjectError, ProjectInUse, SourceError
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.journal_repair import BYTES
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.core.recovery.sqlite_pages import PAGE, salvage
from autoal_gui.sources.opening import list_images, open_images
from tests.support.gui import QUIET
from tests.support.project import (
    file_of,
    folder_spec,
    needs_permissions,
    new_project,
    no_progress,
    reopened,
    result_of,
)

FLIPS = int(os.environ.get("AUTOAL_RECOVERIES", "12"))


@pytest.fixture(scope="module")
def worn(tmp_path_factory):
    """A closed project after some work: its folder, its file's bytes and its journal."""
    base = tmp_path_factory.mktemp("worn")
    project = new_project(base, per_class=40, label_use="hidden", evaluation_images=6)
    draw = random.Random(5)
    for turn in range(300):
        if turn % 9 == 8:
            project.labels.undo()
        elif turn % 27 == 1:
            project.labels.redo() or project.labels.flag(3)
        else:
            image = draw.randrange(1, 81)
            project.labels.answer(
                image, "label", draw.randrange(2), comment="Größe" * (turn % 40 == 0)
            )
        if turn == 150:
            project.rounds.finish(result_of(project, project.rounds.begin()))
    entries = project.labels.entries()
    project.close()
    return project.folder, file_of(project).read_bytes(), entries


@pytest.fixture
def damaged(worn, tmp_path):
    """Return a function that writes a project with other bytes for its file."""
    folder, _, _ = worn
    place = tmp_path / "project"

    def write(content: bytes, copies: bool = False) -> Path:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        if copies:
            shutil.copytree(folder / "backups", place / "backups")
        (place / FILE_NAME).write_bytes(content)
        return place

    return write


def opens(folder: Path) -> Project | None:
    try:
        return Project.open(folder, open_images)
    except ProjectError:
        return None


def survivors(folder: Path, entries) -> int:
    """Recover a project where it does not open; return how many entries are as they were."""
    project = opens(folder)
    if project is None:
        recover(folder, list_images, no_progress)
        project = Project.open(folder, open_images)
    left = set(project.labels.entries())
    assert project.labels.first_broken_seal() is None
    project.close()
    assert left <= set(entries)  # never one that was not given
    return len(left)


def test_of_a_file_with_one_damaged_byte_every_answer_survives(worn, damaged):
    _, whole, entries = worn
    draw = random.Random(11)
    lost = {}
    for place in (*range(0, 100, 20), *(draw.randrange(len(whole)) for _ in range(FLIPS))):
        if whole[place] == 0 and draw.random() < 0.5:
            continue
        changed = bytes([whole[place] ^ draw.randrange(1, 256)])
        folder = damaged(whole[:place] + changed + whole[place + 1 :])
        lost[place] = len(entries) - survivors(folder, entries)
    print({place: n for place, n in lost.items() if n}, len(lost))
    assert sum(lost.values()) == 0


def pages_of(content: bytes) -> list[bytes]:
    return [content[i : i + PAGE] for i in range(0, len(content), PAGE)]


def page_of_images(pages: list[bytes]) -> int:
    leaves = (i for i, page in enumerate(pages) if page[:1] == b"\x0d" and b"CREATE" not in page)
    return next(i for i in leaves if pages[i].count(b"pool") > 9)  # settings name it, too


def test_a_lost_page_costs_no_more_than_its_own_answers(worn, damaged):
    _, whole, entries = worn
    pages = pages_of(whole)
    on_a_page = 25  # lines of the journal, with room to spare
    for number in random.Random(2).sample(range(len(pages)), 4):
        content = b"".join([*pages[:number], bytes(PAGE), *pages[number + 1 :]])
        assert survivors(damaged(content, copies=True), entries) >= len(entries) - on_a_page - 12


def test_a_cut_off_file_keeps_what_comes_before_the_cut_and_what_was_copied(worn, damaged):
    _, whole, entries = worn
    cut = len(whole) * 7 // 8
    without = survivors(damaged(whole[:cut]), entries)
    assert without > len(entries) / 3
    folder = damaged(b"", copies=True)
    recover(folder, list_images, no_progress)
    project = Project.open(folder, open_images)
    assert len(project.pool.images) == 80
    assert project.classes.names == ("abnormal", "normal")
    project.close()


def test_the_damaged_file_is_kept_byte_for_byte_and_the_sentence_says_what_was_saved(worn, damaged):
    _, whole, entries = worn
    pages = pages_of(whole)
    last = max(i for i, page in enumerate(pages) if page.count(entries[-1].at[:10].encode()) > 5)
    content = b"".join([*pages[:last], bytes(PAGE), *pages[last + 1 :]])
    folder = damaged(content)
    result = recover(folder, list_images, no_progress)
    assert result.damaged.read_bytes() == content
    assert result.answers + result.lost == len(entries)
    assert result.lost > 0
    assert result.sentence == (
        f"{result.answers} answers were recovered, {result.lost} are lost; "
        f"the damaged file is kept beside it as {result.damaged.name}."
    )
    (folder / FILE_NAME).write_bytes(content)
    again = recover(folder, list_images, no_progress)
    assert again.damaged.name == f"{result.damaged.name}-2"
    assert result.damaged.read_bytes() == content


def test_images_that_are_lost_come_back_from_their_source(worn, damaged):
    origin, whole, entries = worn
    pages = pages_of(whole)
    place = page_of_images(pages)
    folder = damaged(b"".join([*pages[:place], bytes(PAGE), *pages[place + 1 :]]))
    before = opens(origin)
    recover(folder, list_images, no_progress)
    project = Project.open(folder, open_images)
    assert set(project.labels.entries()) == set(entries)
    assert project.pool.images.keys() == before.pool.images.keys()
    assert project.rounds.all() == before.rounds.all()
    assert project.batches.ranking == before.batches.ranking
    assert project.batches.queue.batch == before.batches.queue.batch
    before.close()
    for image_id in project.pool.images:
        project.pool.read(image_id)
    project.close()


def test_images_that_are_lost_for_good_are_told_with_their_answers(worn, damaged):
    _, whole, entries = worn
    pages = pages_of(whole)
    place = page_of_images(pages)
    folder = damaged(b"".join([*pages[:place], bytes(PAGE), *pages[place + 1 :]]))

    def gone(spec, workspace, progress):
        raise SourceError("The folder is gone.")

    result = recover(folder, gone, no_progress)
    project = Project.open(folder, open_images)
    known = project.pool.images.keys()
    assert result.images_lost == len(set(range(1, 81)) - known) > 0
    assert f", {result.images_lost} images could not be found again; the" in result.sentence
    assert {entry.image_id for entry in project.labels.entries()} <= known
    assert result.answers + result.lost == len(entries)
    project.close()


def test_a_changed_label_is_noticed_and_left_out(worn, damaged):
    _, whole, entries = worn
    given = next(e for e in entries if e.action == "label" and e.class_index == 1)
    folder = damaged(whole)
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        guards = connection.execute("SELECT sql FROM sqlite_master WHERE type='trigger'").fetchall()
        connection.execute("DROP TRIGGER journal_keeps")
        connection.execute(
            "UPDATE journal SET class_index=0, annotator='somebody else' WHERE sequence=?",
            (given.sequence,),
        )
        connection.execute(next(sql for (sql,) in guards if "journal_keeps" in sql))
        connection.commit()
    with pytest.raises(ProjectDamaged):
        Project.open(folder, open_images)
    result = recover(folder, list_images, no_progress)
    assert result.lost >= 1
    project = Project.open(folder, open_images)
    assert given.sequence not in {entry.sequence for entry in project.labels.entries()}
    project.close()


def test_a_line_whose_number_is_damaged_gets_its_own_number_back(worn, damaged):
    _, whole, entries = worn
    for entry in (entries[70], entries[-1]):
        cell = next(c for c in salvage(whole).of("journal") if c.rowid == entry.sequence)
        place = (cell.page - 1) * PAGE + cell.start + 2  # behind the length of two bytes
        content = whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :]
        folder = damaged(content)
        recover(folder, list_images, no_progress)
        project = Project.open(folder, open_images)
        assert project.labels.entries() == entries
        project.close()


def test_many_damaged_lines_cost_neither_the_one_that_can_be_mended_nor_minutes(worn, damaged):
    _, whole, entries = worn
    content = bytearray(whole)
    cells = {cell.rowid: cell for cell in salvage(whole).of("journal")}
    for number in (*range(20, 40), 200):
        start = (cells[number].page - 1) * PAGE + cells[number].start
        content[start + 2] ^= 0x20  # its number
        content[start + 60] ^= (number != 200) * 0x40  # and more than can be found out
    attempts = []
    folder = damaged(bytes(content))
    result = recover(folder, list_images, lambda done, total: attempts.append(done))
    project = Project.open(folder, open_images)
    numbers = {entry.sequence for entry in entries} - {e.sequence for e in project.labels.entries()}
    assert 200 not in numbers
    assert numbers >= set(range(20, 40))
    assert result.repaired == 1
    assert len(attempts) <= BYTES
    project.close()


@pytest.mark.parametrize("content", [b"x" * 9000, bytes(8192)])
def test_of_nothing_nothing_is_made(damaged, content):
    folder = damaged(content)
    with pytest.raises(ProjectError, match="No part of a project"):
        recover(folder, list_images, no_progress)
    assert (folder / FILE_NAME).read_bytes() == content
    assert [path.name for path in folder.iterdir() if "damaged" in path.name] == []


def test_what_a_kill_left_of_a_project_that_was_being_made_is_none(damaged, tmp_path):
    folder = damaged(b"")
    with pytest.raises(ProjectError, match="no project in that folder"):
        Project.open(folder, open_images)
    project = new_project(tmp_path)
    assert project.folder == folder
    project.close()
    (folder / FILE_NAME).write_bytes(b"")  # but there are copies of this one
    with pytest.raises(ProjectDamaged):
        Project.open(folder, open_images)
    with pytest.raises(ProjectError, match="already"):
        new_project(tmp_path)


def test_a_sound_project_and_one_in_use_are_not_recovered(tmp_path):
    project = new_project(tmp_path)
    before = file_of(project).stat().st_mtime_ns
    with pytest.raises(ProjectInUse):
        recover(project.folder, list_images, no_progress)
    project.close()
    with pytest.raises(ProjectError, match="sound"):
        recover(project.folder, list_images, no_progress)
    assert file_of(project).stat().st_mtime_ns == before


def test_where_the_images_are_can_be_given_when_it_is_lost(worn, damaged):
    origin, whole, entries = worn
    place = next(i for i, page in enumerate(pages_of(whole)) if b'"folder"' in page)
    pages = pages_of(whole)
    content = b"".join([*pages[:place], bytes(PAGE), *pages[place + 1 :]])
    folder = damaged(content)
    with pytest.raises(ProjectError, match="not where their images are"):
        recover(folder, list_images, no_progress)
    assert (folder / FILE_NAME).read_bytes() == content
    recover(folder, list_images, no_progress, folder_spec(origin.parent / "images"))
    project = Project.open(folder, open_images)
    assert set(project.labels.entries()) == set(entries)
    project.close()


# -- the copies -------------------------------------------------------------------------------


def test_a_copy_is_made_whenever_there_is_something_new_and_three_are_kept(tmp_path):
    project = new_project(tmp_path)
    for number in range(5):
        assert len(backups(project.folder)) == min(number + 1, KEPT)
        project.labels.answer(1, "label", 0)
        project = reopened(reopened(project))
    newest = backups(project.folder)[0]
    assert newest.name.startswith("project-000006-")
    project.close()


@needs_permissions
def test_where_no_copy_can_be_made_the_project_opens_all_the_same(tmp_path, caplog):
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    project.close()
    shutil.rmtree(project.folder / "backups")
    (project.folder / "backups").write_text("in the way")
    project = Project.open(project.folder, open_images)
    assert 1 in project.labels.answers
    project.close()
    assert "No copy" in caplog.text


@needs_permissions
def test_copies_and_what_is_put_aside_are_for_the_user_alone(worn, damaged):
    _, whole, _ = worn
    before = os.umask(0)
    try:
        folder = damaged(whole[: len(whole) // 2], copies=True)
        recover(folder, list_images, no_progress)
        Project.open(folder, open_images).close()
    finally:
        os.umask(before)
    for path in (*folder.glob("project.autoal*"), *backups(folder)):
        assert path.stat().st_mode & 0o077 == 0, path


# -- in the window and on the command line ----------------------------------------------------


@pytest.mark.qt_log_ignore(QUIET)
def test_the_window_offers_to_recover_and_opens_what_was_saved(worn, damaged, qtbot, window):
    _, whole, entries = worn
    pages = pages_of(whole)
    folder = damaged(b"".join([*pages[:-1], bytes(PAGE)]), copies=True)
    assert not window.open_folder(folder)
    assert "damaged" in window.failure.sentence
    button = next(b for b in window.failure.findChildren(QPushButton) if b.text() == "Recover")
    assert button.isVisible()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.controller.is_open)
    assert set(window.controller.project.labels.entries()) <= set(entries)
    assert "recovered" in window.failure.sentence
    lost = "none is lost" not in window.failure.sentence
    assert window.failure.property("role") == ("failure" if lost else "notice")
    assert not button.isVisible()


def test_the_command_line_recovers(worn, damaged, capsys):
    _, whole, entries = worn
    folder = damaged(whole[:64] + b"\xff" * 8 + whole[72:])
    assert run(["recover", str(folder)]) == 0
    assert f"{len(entries)} answers were recovered, none is lost" in capsys.readouterr().out
    assert run(["recover", str(folder)]) == 1
    assert "sound" in capsys.readouterr().err
