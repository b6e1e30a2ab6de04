import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from autoal_gui.core.database import migrations
from autoal_gui.core.database.journal_rows import first_broken
from autoal_gui.core.database.schema import FILE_NAME, SCHEMA_VERSION
from autoal_gui.core.errors import ProjectDamaged
from autoal_gui.core.labels.journal import Journal
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support.paths import FIXTURES

LINES = (
    "SELECT sequence, at, annotator, action, image_id, class_index, confidence, shown, comment"
    " FROM journal ORDER BY sequence"
)
OLDER = range(1, SCHEMA_VERSION)


def project_of(version: int, base: Path) -> Path:
    """Copy the project that a version of the program wrote."""
    folder = base / "project"
    folder.mkdir()
    shutil.copy(FIXTURES / f"project-{version}" / FILE_NAME, folder)
    return folder


def rows(file: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("version", OLDER)
def test_a_project_of_an_earlier_version_opens_with_every_line_of_its_journal(version, tmp_path):
    folder = project_of(version, tmp_path)
    before = rows(folder / FILE_NAME, LINES)
    project = Project.open(folder, open_images)
    assert project.labels.answers == Journal.of(project.labels.entries()).answers
    assert len(project.labels.answers) == 7
    assert project.labels.first_broken_seal() is None
    project.labels.flag(1)
    project.close()
    assert migrations.version_of(sqlite3.connect(folder / FILE_NAME)) == SCHEMA_VERSION
    assert rows(folder / FILE_NAME, LINES)[:-1] == before
    assert Project.open(folder, open_images).labels.journal.is_flagged(1)


@pytest.mark.parametrize("version", [1, 2])
def test_images_of_an_earlier_version_stand_alone(version, tmp_path):
    project = Project.open(project_of(version, tmp_path), open_images)
    known = {(one.group, one.part, one.columns) for one in project.pool.images.values()}
    assert known == {("", None, ())}
    assert project.settings.columns == ()
    project.close()


@pytest.mark.parametrize("version", OLDER)
def test_a_project_of_an_earlier_version_keeps_the_papers_network(version, tmp_path):
    folder = project_of(version, tmp_path)
    stored = rows(folder / FILE_NAME, "SELECT value FROM setting")
    project = Project.open(folder, open_images)
    assert project.settings.run.backbone == "resnet18"
    assert stored
    assert "backbone" not in str(stored)
    project.close()


def test_groups_of_an_earlier_version_are_kept(tmp_path):
    project = Project.open(project_of(3, tmp_path), open_images)
    assert project.pool.images[5].group == "slide 1"
    assert project.pool.images[52].columns == ("71",)
    project.close()


@pytest.mark.parametrize("version", OLDER)
def test_a_migration_that_is_cut_short_changes_nothing(version, tmp_path, monkeypatch):
    folder = project_of(version, tmp_path)
    before = (folder / FILE_NAME).read_bytes()

    def broken(db):
        migrated(db)
        raise sqlite3.OperationalError("database or disk is full")

    migrated = migrations.STEPS[version]
    monkeypatch.setitem(migrations.STEPS, version, broken)
    with pytest.raises(Exception, match="disk is full"):
        Project.open(folder, open_images)
    assert (folder / FILE_NAME).read_bytes() == before
    monkeypatch.undo()
    Project.open(folder, open_images).close()


@pytest.mark.parametrize("version", OLDER)
def test_a_damaged_file_of_an_earlier_version_is_not_migrated(version, tmp_path):
    folder = project_of(version, tmp_path)
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute("DROP TRIGGER journal_stays")
    before = (folder / FILE_NAME).read_bytes()
    with pytest.raises(ProjectDamaged):
        Project.open(folder, open_images)
    assert (folder / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET class_index=1-class_index WHERE sequence=2",
        "UPDATE journal SET at='2020-01-01' WHERE sequence=2",
        "DELETE FROM journal WHERE sequence=2",
    ],
)
def test_a_line_changed_from_outside_breaks_the_seal_of_its_place(change, tmp_path):
    folder = project_of(1, tmp_path)
    Project.open(folder, open_images).close()
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.executescript(
            f"DROP TRIGGER journal_keeps; DROP TRIGGER journal_stays; {change};"
        )
        assert first_broken(connection) == (3 if "DELETE" in change else 2)
