import sqlite3
from contextlib import closing

import pytest

from autoal_gui.cli import run
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support.paths import FIXTURES
from tests.support.project import create, draw_images, file_of, folder_spec


@pytest.fixture
def projects(tmp_path):
    """Two readers' projects over the same images, closed."""
    images = draw_images(tmp_path / "images", 6)
    made = []
    for name, reader in (("ours", "Dr A"), ("theirs", "Dr B")):
        project = create(
            tmp_path / name, folder_spec(images), reader, name=name, evaluation_images=0
        )
        for image in range(1, 11):
            project.labels.answer(
                image, "label", int(image > 5 and (image < 10 or reader == "Dr A"))
            )
        project.close()
        made.append(project)
    return made


def test_merge_agreement_and_audit(projects, capsys):
    ours, theirs = projects
    assert run(["merge", str(ours.folder), str(theirs.folder)]) == 0
    assert "10 answers came in as second readings, by Dr B." in capsys.readouterr().out
    assert run(["merge", str(ours.folder), str(theirs.folder)]) == 0
    assert capsys.readouterr().out.startswith("0 answers came in")
    assert run(["agreement", str(ours.folder), "--graded"]) == 0
    output = capsys.readouterr().out
    assert "Second reader Dr B:" in output
    assert "The same class on 9 of 10 images: 90%" in output
    assert "Cohen's kappa 0.80" in output
    assert "Weighted kappa" in output
    assert "1 image to settle." in output
    assert run(["audit", str(ours.folder)]) == 0
    assert "The seals of all 20 lines hold: nothing was changed" in capsys.readouterr().out
    project = Project.open(ours.folder, open_images)
    assert len(project.labels.answers) == 10
    project.close()


def test_agreement_of_a_project_that_nobody_checked(projects, capsys):
    assert run(["agreement", str(projects[0].folder)]) == 0
    output = capsys.readouterr().out
    assert "Nobody has read a second time yet." in output
    assert "No image has been answered twice yet." in output
    assert "No answer has met a suggestion yet" in output


def test_a_line_that_was_changed_from_outside_is_told(projects, capsys):
    file = file_of(projects[0])
    with closing(sqlite3.connect(file)) as db:
        (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name='journal_keeps'").fetchone()
        db.execute("DROP TRIGGER journal_keeps")
        db.execute("UPDATE journal SET class_index=1 WHERE sequence=3")
        db.execute(guard)
        db.commit()
    assert run(["audit", str(projects[0].folder)]) == 1
    assert "its line 3 is not what this program wrote" in capsys.readouterr().err


def test_audit_opens_and_writes_nothing(projects, capsys, tmp_path):
    file = file_of(projects[0])
    before = file.read_bytes(), sorted(file.parent.rglob("*"))
    assert run(["audit", str(file.parent)]) == 0
    assert (file.read_bytes(), sorted(file.parent.rglob("*"))) == before
    old = FIXTURES / "project-1"
    assert run(["audit", str(old)]) == 0
    assert "without seals" in capsys.readouterr().out
    assert run(["audit", str(tmp_path)]) == 1
    (tmp_path / FILE_NAME).write_bytes(b"SQLite format 3\0" + bytes(4096))
    assert run(["audit", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("autoal-gui: ") == 2


def test_what_cannot_be_merged_is_refused(projects, capsys, tmp_path):
    folder = str(projects[0].folder)
    assert run(["merge", folder, folder]) == 1
    assert "That is this project" in capsys.readouterr().err
    assert run(["merge", folder, str(tmp_path)]) == 1
    assert "no project" in capsys.readouterr().err


def test_a_file_whose_seals_cannot_be_computed_is_damaged(projects, capsys):
    _, theirs = projects
    with closing(sqlite3.connect(theirs.folder / FILE_NAME)) as db:
        db.execute("DROP TABLE journal")
        db.commit()
    assert run(["audit", str(theirs.folder)]) == 1
    assert "damaged" in capsys.readouterr().err
