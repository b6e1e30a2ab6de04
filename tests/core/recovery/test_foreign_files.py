"""A damaged project from elsewhere: its recovery follows and removes nothing that it may not."""

import os
import sqlite3
import time
from contextlib import closing

import pytest

from autoal_gui.core.database.backups import backups
from autoal_gui.core.database.journal_check import check_seals
from autoal_gui.core.database.project_file import create
from autoal_gui.core.errors import Cancelled, ProjectDamaged, ProjectError
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.sources.opening import list_images, open_images
from tests.support.project import file_of, new_project, no_progress, reopened
from tests.tools.limits import files_of_at_most, needs_limits

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has none of these in a folder")
MINE = b"a file of the user's that nobody meant"


@pytest.fixture
def damaged(tmp_path):
    """A damaged project with a copy of an earlier state, and its entries."""
    project = new_project(tmp_path)
    for image in (1, 2, 3):
        project.labels.answer(image, "label", image % 2)
    project = reopened(project)
    entries = project.labels.entries()
    project.close()
    with closing(sqlite3.connect(file_of(project))) as db, db:
        db.execute("UPDATE setting SET value=x'ff' WHERE name='name'")
    return project, entries


def is_whole(project, entries) -> bool:
    again = Project.open(project.folder, open_images)
    found = again.labels.entries()
    again.close()
    return found == entries


@posix
@pytest.mark.parametrize("odd", ["pipe", "link", "folder", "sparse"])
def test_a_copy_that_is_no_plain_file_is_none(damaged, tmp_path, odd):
    project, entries = damaged
    newest = backups(project.folder)[0]
    newest.unlink()
    if odd == "pipe":
        os.mkfifo(newest)
    elif odd == "link":
        newest.symlink_to("/dev/zero")
        with pytest.raises(ProjectError, match=r"backups/.* is a link"):
            recover(project.folder, list_images, no_progress)
        return
    elif odd == "folder":
        newest.mkdir()
    else:
        with newest.open("wb") as stream:
            stream.truncate(60 * 2**30)
    recover(project.folder, list_images, no_progress)
    assert is_whole(project, entries)


@posix
@pytest.mark.parametrize(
    ("side", "odd"),
    [("-journal", "pipe"), ("-journal", "link"), ("-journal", "hard link"), ("-wal", "folder")],
)
def test_what_lies_beside_the_file_is_moved_with_it_and_not_followed(damaged, tmp_path, side, odd):
    project, entries = damaged
    mine, beside = tmp_path / "mine", project.folder / f"project.autoal{side}"
    mine.write_bytes(MINE)
    beside.unlink(missing_ok=True)
    {
        "pipe": lambda: os.mkfifo(beside),
        "link": lambda: beside.symlink_to(mine),
        "hard link": lambda: beside.hardlink_to(mine),
        "folder": beside.mkdir,
    }[odd]()
    with pytest.raises(ProjectDamaged):
        Project.open(project.folder, open_images)
    result = recover(project.folder, list_images, no_progress)
    assert mine.read_bytes() == MINE
    assert os.path.lexists(f"{result.damaged}{side}")
    assert is_whole(project, entries)


@posix
def test_a_sparse_file_is_refused_and_left(damaged):
    project, _ = damaged
    file = file_of(project)
    with file.open("r+b") as stream:
        stream.truncate(60 * 2**30)
    with pytest.raises(ProjectError, match="too large"):
        recover(project.folder, list_images, no_progress)
    assert file.stat().st_size == 60 * 2**30
    assert not list(project.folder.glob("*.damaged-*"))


@needs_limits
@pytest.mark.parametrize("room", [100, 40_000])
def test_on_a_full_disk_nothing_is_changed_and_later_it_is_recovered(damaged, room):
    project, entries = damaged
    before = {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}
    with files_of_at_most(room), pytest.raises(ProjectError, match="cannot be written"):
        recover(project.folder, list_images, no_progress)
    after = {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}
    assert after == before
    recover(project.folder, list_images, no_progress)
    assert is_whole(project, entries)


def test_what_a_killed_recovery_left_goes_and_a_folder_of_the_user_stays(damaged):
    project, _ = damaged
    left, own = project.folder / ".autoal-gui-recovery-x", project.folder / "recovery-notes"
    for folder in (left, own):
        folder.mkdir()
        (folder / "file").write_bytes(MINE)
        long_ago = time.time() - 10 * 24 * 3600
        os.utime(folder, (long_ago, long_ago))
    recover(project.folder, list_images, no_progress)
    assert not left.exists()
    assert own.exists()


# -- what a killed program left unfinished ----------------------------------------------------


def unfinished(file, change: str) -> tuple[bytes, bytes]:
    """Return a file and its journal as a program leaves them that is killed within a change."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode=PERSIST; PRAGMA cache_size=1; BEGIN IMMEDIATE;")
        db.execute(change)
        db.execute("CREATE TABLE large (x)")
        db.execute("INSERT INTO large VALUES (zeroblob(900000))")  # so that it is written
        journal = file.with_name(f"{file.name}-journal")
        return file.read_bytes(), journal.read_bytes()


@pytest.fixture
def killed(tmp_path):
    """A project whose program was killed within a change, and its entries."""
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    project.labels.answer(2, "label", 1)
    entries = project.labels.entries()
    project.close()
    file = file_of(project)
    content, journal = unfinished(file, "INSERT INTO class VALUES (7, 'half')")
    file.write_bytes(content)
    file.with_name(f"{file.name}-journal").write_bytes(journal)
    return project, entries


def test_what_is_unfinished_is_taken_back_where_the_project_is_sound_without_it(killed):
    project, entries = killed
    assert is_whole(project, entries)


def test_nothing_is_taken_back_where_that_would_damage_the_project(killed):
    project, entries = killed
    file = file_of(project)
    journal = file.with_name(f"{file.name}-journal")
    assert is_whole(project, entries)
    sound, hostile = file.read_bytes(), rolled_back_to_nonsense(file)
    file.write_bytes(sound)
    journal.write_bytes(hostile)
    with pytest.raises(ProjectDamaged):
        Project.open(project.folder, open_images)
    assert file.read_bytes() == sound
    assert journal.read_bytes() == hostile
    result = recover(project.folder, list_images, no_progress)
    assert result.lost == 0
    assert is_whole(project, entries)


def rolled_back_to_nonsense(file) -> bytes:
    """Return a journal that puts pages of another database in the place of a project's."""
    other = file.with_name("other")
    with closing(sqlite3.connect(other)) as db:
        db.executescript("CREATE TABLE x (y); INSERT INTO x VALUES (zeroblob(100000));")
    _, journal = unfinished(other, "DELETE FROM x")
    for path in file.parent.glob("other*"):
        path.unlink()
    return journal


def test_without_room_for_a_copy_it_is_told_and_nothing_is_written(killed, monkeypatch):
    project, entries = killed
    before = file_of(project).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(project.folder / "nowhere"))
        with pytest.raises(ProjectError, match="no room for temporary files"):
            Project.open(project.folder, open_images)
    assert file_of(project).read_bytes() == before
    assert is_whole(project, entries)


@needs_limits
def test_on_a_full_disk_nothing_is_taken_back_and_later_all_is(killed):
    project, entries = killed
    before = file_of(project).read_bytes()
    with files_of_at_most(1_000), pytest.raises(ProjectError, match="no room for temporary files"):
        Project.open(project.folder, open_images)
    with files_of_at_most(1_000), pytest.raises(ProjectError, match="no room for temporary files"):
        check_seals(project.folder)
    assert file_of(project).read_bytes() == before
    assert check_seals(project.folder)[0]
    assert is_whole(project, entries)


def test_a_project_is_not_made_over_what_is_unfinished_and_not_blank(killed):
    project, entries = killed
    with pytest.raises(ProjectError, match="already"):
        create(file_of(project), lambda db: None)
    assert is_whole(project, entries)


# -- what is made to hold it up ---------------------------------------------------------------


def test_a_setting_nested_without_end_is_none_and_the_rest_is_recovered(damaged):
    project, entries = damaged
    with closing(sqlite3.connect(file_of(project))) as db, db:
        db.execute("UPDATE setting SET value=? WHERE name='show_suggestions'", ("[" * 100_000,))
    recover(project.folder, list_images, no_progress)
    assert is_whole(project, entries)


@pytest.mark.parametrize("last", [1, 30])
def test_it_can_be_cancelled_while_pages_are_read_and_nothing_has_changed(damaged, last):
    project, entries = damaged
    content, asked = file_of(project).read_bytes(), []

    def cancel(done: int, total: int) -> None:
        asked.append((done, total))
        if len(asked) == last:
            raise Cancelled("The work was cancelled.")

    with pytest.raises(Cancelled):
        recover(project.folder, list_images, cancel)
    assert file_of(project).read_bytes() == content
    assert not list(project.folder.glob("*.damaged-*"))
    assert all(done < total for done, total in asked)
    recover(project.folder, list_images, no_progress)
    assert is_whole(project, entries)


@pytest.mark.parametrize("table", ["class", "truth"])
def test_a_class_of_a_damaged_number_does_not_bring_up_all_below_it(damaged, table):
    project, entries = damaged
    with closing(sqlite3.connect(file_of(project))) as db, db:
        if table == "class":
            db.execute("UPDATE class SET class_index=? WHERE class_index=1", (2**40,))
        else:
            db.execute("INSERT OR REPLACE INTO truth VALUES (5, ?)", (2**40,))
    recover(project.folder, list_images, no_progress)
    again = Project.open(project.folder, open_images)
    assert len(again.classes.names) == 2
    assert again.labels.entries() == entries
    again.close()
