"""What became of the images is noted in rows that only grow, each sealed."""

import sqlite3
from contextlib import closing

import pytest

from autoal_gui.core.database.images.act_rows import add_act, first_broken_act, read_acts
from autoal_gui.core.database.journal_check import check_seals
from autoal_gui.core.errors import ProjectDamaged
from autoal_gui.core.images.acts import Change, LabelledPixels
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.sources.opening import list_images, open_images
from tests.support.project import file_of, new_project, no_progress

OLD, NEW, NEWER = "a" * 64, "b" * 64, "c" * 64


def with_acts(base):
    """Make a project whose images 1 and 2 were replaced after the second answer, 3 set aside."""
    project = new_project(base)
    for image_id in (1, 2, 3):
        project.labels.answer(image_id, "label", 0)
        if image_id == 2:
            with project._file.transaction() as db:
                add_act(db, "now", "reader", "replaced", (Change(1, OLD, NEW), Change(2, OLD, NEW)))
                add_act(db, "now", "reader", "evaluation", (Change(3, "pool", "evaluation"),))
    project.close()
    return project


def test_acts_come_back_as_they_were_noted(tmp_path):
    with closing(sqlite3.connect(file_of(with_acts(tmp_path)))) as db:
        first, second = read_acts(db)
        assert first_broken_act(db) is None
    assert (first.sequence, first.line, first.kind, first.annotator) == (1, 2, "replaced", "reader")
    assert first.changes == (Change(1, OLD, NEW), Change(2, OLD, NEW))
    assert second.changes == (Change(3, "pool", "evaluation"),)


@pytest.mark.parametrize("line", ["UPDATE act SET kind='kept'", "DELETE FROM act"])
def test_no_act_is_changed_or_deleted(line, tmp_path):
    file = file_of(with_acts(tmp_path))
    with closing(sqlite3.connect(file)) as db, pytest.raises(sqlite3.Error, match="only grow"):
        db.execute(line)


def test_an_act_changed_from_outside_is_damage(tmp_path):
    project = with_acts(tmp_path)
    with closing(sqlite3.connect(file_of(project))) as db:
        (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name='act_keeps'").fetchone()
        db.executescript("DROP TRIGGER act_keeps; UPDATE act SET line=7 WHERE sequence=2")
        db.execute(guard)
        assert first_broken_act(db) == 2
    assert check_seals(project.folder) == (
        False,
        "What became of the images was changed from outside: note 2 is not what this program "
        "wrote.",
    )
    with pytest.raises(ProjectDamaged):
        Project.open(project.folder, open_images)


def test_a_label_belongs_to_the_pixels_that_it_was_given_to(tmp_path):
    with closing(sqlite3.connect(file_of(with_acts(tmp_path)))) as db:
        acts = read_acts(db)
        labelled = LabelledPixels(acts)
        assert labelled.hash_before(1, 1) == OLD
        assert labelled.hash_before(1, 2) == OLD
        assert labelled.hash_before(1, 3) is None  # it was answered again since
        assert labelled.hash_before(3, 1) is None
        db.isolation_level = None
        labelled.apply(add_act(db, "now", "reader", "replaced", (Change(1, NEW, NEWER),)))
        assert (labelled.hash_before(1, 1), labelled.hash_before(1, 3)) == (OLD, NEW)
        labelled.apply(add_act(db, "now", "reader", "kept", (Change(1, OLD, NEWER),)))
        assert labelled.hash_before(1, 1) is None


def test_a_recovered_project_keeps_its_acts_and_what_they_changed(tmp_path):
    project = with_acts(tmp_path)
    file = file_of(project)
    content = bytearray(file.read_bytes())
    content[24:40] = bytes(16)  # the header's counts
    with closing(sqlite3.connect(file)) as db:
        before = read_acts(db)
    file.write_bytes(content[:-1])
    recover(project.folder, list_images, no_progress)
    with closing(sqlite3.connect(file)) as db:
        assert read_acts(db) == before
        rows = dict(db.execute("SELECT image_id, split FROM image"))
        assert (rows[2], rows[3]) == ("pool", "evaluation")
        assert db.execute("SELECT sha256 FROM image WHERE image_id=1").fetchone() == (NEW,)
