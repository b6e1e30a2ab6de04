"""What somebody else may have put into a project folder: it is refused and does no harm."""

import os
import sqlite3
import struct
import sys
from contextlib import closing

import numpy as np
import pytest

from autoal_gui.core.database import project_file as database
from autoal_gui.core.database.journal_check import check_seals
from autoal_gui.core.database.schema import FILE_NAME, SCHEMA_VERSION
from autoal_gui.core.errors import ProjectDamaged, ProjectError, ProjectGone, ProjectInUse
from autoal_gui.core.project.plan import make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.project_merge import read_other
from autoal_gui.sources.opening import open_images
from tests.support.project import file_of, new_project

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has others")


@pytest.fixture
def closed(tmp_path):
    """The folder of a closed project with an answer."""
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    project.close()
    return project.folder


def journal_that_names(victim, pages: bytes) -> bytes:
    """Return a hot journal that makes SQLite delete a file."""
    name = os.fsencode(victim)
    magic = bytes.fromhex("d9d505f920a163d7")
    head = magic + struct.pack(">IIIII", 0, 7, len(pages) // 4096, 512, 4096)
    end = struct.pack(">I", (1 << 30) // 4096 + 1) + name
    end += struct.pack(">II", len(name), sum(name)) + magic
    return head.ljust(512, b"\0") + end


@pytest.mark.parametrize("way", ["open", "audit", "merge", "create"])
def test_a_journal_that_names_another_file_does_not_get_it_deleted(closed, tmp_path, way):
    victim = tmp_path / "thesis.txt"
    victim.write_bytes(b"three years")
    file = closed / FILE_NAME
    if way == "create":
        file.write_bytes(b"")
    before = file.read_bytes()
    file.with_name(f"{FILE_NAME}-journal").write_bytes(journal_that_names(victim, before))
    own = new_project(tmp_path / "own")
    attempts = {
        "open": lambda: Project.open(closed, open_images),
        "audit": lambda: check_seals(closed),
        "merge": lambda: read_other(closed, own.folder),
        "create": lambda: database.create(file, lambda db: None),
    }
    with pytest.raises(ProjectError):
        attempts[way]()
    own.close()
    assert victim.read_bytes() == b"three years"
    assert file.read_bytes() == before


@posix
@pytest.mark.parametrize("side", ["-journal", "-wal", "-shm"])
def test_a_pipe_beside_the_file_is_damage_and_nobody_waits_for_it(closed, side):
    beside = closed / f"{FILE_NAME}{side}"
    beside.unlink(missing_ok=True)
    os.mkfifo(beside)
    with pytest.raises(ProjectDamaged):
        Project.open(closed, open_images)


@posix
@pytest.mark.parametrize("name", ["models", "cache", "backups", FILE_NAME])
def test_a_project_is_not_opened_through_a_link(closed, tmp_path, name):
    part, elsewhere = closed / name, tmp_path / "elsewhere"
    part.rename(elsewhere) if part.exists() else elsewhere.mkdir()
    part.symlink_to(elsewhere)
    before = elsewhere.read_bytes() if elsewhere.is_file() else sorted(elsewhere.iterdir())
    with pytest.raises(ProjectError, match=f"{name} in the project folder is a link"):
        Project.open(closed, open_images)
    assert (
        elsewhere.read_bytes() if elsewhere.is_file() else sorted(elsewhere.iterdir())
    ) == before


@posix
@pytest.mark.parametrize("name", ["models", "cache", "backups"])
def test_a_project_is_not_opened_with_a_link_in_one_of_its_folders(closed, tmp_path, name):
    mine = tmp_path / "mine"
    mine.write_bytes(b"three years")
    (closed / name / "round-0001.pt").symlink_to(mine)
    with pytest.raises(ProjectError, match=f"{name}/round-0001.pt in the project folder is a link"):
        Project.open(closed, open_images)
    assert mine.read_bytes() == b"three years"


@pytest.mark.parametrize("side", ["", "-journal"])
def test_a_file_with_a_second_name_elsewhere_is_not_written_to(closed, tmp_path, side):
    file = closed / f"{FILE_NAME}{side}"
    before = file.read_bytes() or b"three years"
    file.write_bytes(before)
    (tmp_path / "mine").hardlink_to(file)
    with pytest.raises(ProjectError, match="damaged" if side else "has a second name"):
        Project.open(closed, open_images)
    assert (tmp_path / "mine").read_bytes() == before


def test_a_log_of_changes_that_the_program_never_writes_gets_into_no_file(closed):
    file = closed / FILE_NAME
    sound = file.read_bytes()
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode=WAL; DROP TABLE class;")
        log = file.with_name(f"{FILE_NAME}-wal").read_bytes()
    file.write_bytes(sound)
    file.with_name(f"{FILE_NAME}-wal").write_bytes(log)
    with pytest.raises(ProjectDamaged):
        Project.open(closed, open_images)
    assert file.read_bytes() == sound


def test_a_cache_file_with_a_second_name_elsewhere_is_begun_anew(tmp_path):
    from autoal_gui.learning.data.image_cache import map_files

    rows, _ = map_files(tmp_path, "cache", (4, 8, 8), np.uint8)
    rows[:] = 7
    del rows
    (tmp_path / "mine").hardlink_to(tmp_path / "cache.npy")
    before = (tmp_path / "mine").read_bytes()
    again, states = map_files(tmp_path, "cache", (4, 8, 8), np.uint8)
    again[:], states[:] = 9, 1
    assert (tmp_path / "mine").read_bytes() == before


@posix
def test_no_folder_is_made_through_a_link(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "models").symlink_to(tmp_path)
    with pytest.raises(ProjectError, match="models in the project folder is a link"):
        make_folders(tmp_path / "project")


@pytest.mark.parametrize("more", [(), (31, 95)], ids=["", "with the number of pages"])
@pytest.mark.parametrize("place", [*range(24, 32), *range(92, 96)])
def test_a_damaged_file_is_left_unchanged_to_the_byte(closed, place, more):
    file = closed / FILE_NAME
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE setting SET value='[' WHERE name='name'")
        db.execute("DELETE FROM class")
    content = bytearray(file.read_bytes())
    for at in {place, *more}:  # to begin to write is to put a number of pages right that is not
        content[at] ^= 0x5A
    file.write_bytes(content)
    with pytest.raises(ProjectDamaged):
        Project.open(closed, open_images)
    assert file.read_bytes() == content


# -- a file that goes away while it is open ---------------------------------------------------


def take_away(folder, way):
    file = folder / FILE_NAME
    if way == "deleted":
        file.unlink()
    elif way == "replaced":  # as a program that keeps folders alike does
        other = file.with_name("other")
        other.write_bytes(b"an older state")
        other.replace(file)
    else:
        folder.rename(folder.with_name("moved"))


@posix
@pytest.mark.parametrize("way", ["deleted", "replaced", "moved"])
def test_an_answer_that_nobody_would_find_again_is_refused_and_all_others_are_saved(tmp_path, way):
    project = new_project(tmp_path)
    for image in (1, 2, 3):
        project.labels.answer(image, "label", image % 2)
    answers = dict(project.labels.answers)
    (project.models_folder / "round-0001.pt").write_bytes(b"weights")
    take_away(project.folder, way)
    with pytest.raises(ProjectGone, match="Save a copy"):
        project.labels.answer(4, "label", 0)
    with pytest.raises(ProjectGone), project.labels.together():
        project.labels.answer(5, "label", 0)
    with pytest.raises(ProjectGone):
        project.settings.annotator = "somebody"
    assert dict(project.labels.answers) == answers
    copy = tmp_path / "copy"
    project.save_copy(copy)
    project.close()
    saved = Project.open(copy, open_images)
    assert dict(saved.labels.answers) == answers
    assert (saved.models_folder / "round-0001.pt").exists() == (way != "moved")
    saved.close()


def test_a_copy_takes_the_place_of_no_project(closed, tmp_path):
    project = new_project(tmp_path / "own")
    with pytest.raises(ProjectError, match="already"):
        project.save_copy(closed)
    project.close()


# -- two programs at once ---------------------------------------------------------------------


def test_who_comes_second_leaves_the_project_that_is_being_made_alone(tmp_path, monkeypatch):
    file = tmp_path / FILE_NAME
    first = []

    def touched(path, *values, **names):
        monkeypatch.undo()
        path.touch(*values, **names)
        first.append(database.create(path, lambda db: db.execute("INSERT INTO class VALUES (0,1)")))

    monkeypatch.setattr(type(file), "touch", touched)
    with pytest.raises(ProjectInUse):
        database.create(file, lambda db: None)
    assert file.stat().st_size > 0
    first[0].close()


def test_who_comes_after_a_project_was_made_leaves_it_alone(tmp_path, monkeypatch):
    file = tmp_path / FILE_NAME

    def touched(path, *values, **names):
        monkeypatch.undo()
        path.touch(*values, **names)
        database.create(path, lambda db: None).close()

    monkeypatch.setattr(type(file), "touch", touched)
    with pytest.raises(ProjectError, match="already"):
        database.create(file, lambda db: None)
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


# -- a fault of our own -----------------------------------------------------------------------


def test_a_fault_of_our_own_is_not_told_as_damage(closed):
    def broken(spec, workspace):
        raise TypeError("a fault of the program")

    with pytest.raises(TypeError, match="a fault of the program"):
        Project.open(closed, broken)
    project = Project.open(closed, open_images)  # and the lock is free again
    assert file_of(project).exists()
    project.close()
