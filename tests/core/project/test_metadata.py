"""What a set says of its images besides class and content, kept with the project."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.core.errors import ProjectDamaged
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import ListedImage
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.project.plan import make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.sources.opening import list_images, open_images
from tests.support.project import (
    draw_images,
    file_of,
    folder_spec,
    new_project,
    no_progress,
    plan_for,
    reopened,
    result_of,
)


def listed(*request):
    """List 12 images: five patients of two each, and two that are of none; with parts and ages."""
    listing = list_images(*request)
    images = tuple(
        replace(one, group=f"patient {n // 2}" if n < 10 else "", part="train", columns=(f"{n}",))
        for n, one in enumerate(listing.images)
    )
    return replace(listing, images=images, columns=("age",))


def grouped_project(base, personal=False):
    spec = folder_spec(draw_images(base / "images", 6))
    listing = listed(spec, make_folders(base / "project"), no_progress)
    listing = replace(listing, personal_groups=personal)
    plan = plan_for(spec, listing.classes, evaluation_images=4)
    return Project.create(base / "project", plan, listing, open_images, "reader")


def known_of(project):
    return {i: (one.group, one.part, one.columns) for i, one in project.pool.images.items()}


def test_groups_parts_and_columns_are_kept_with_the_project(tmp_path):
    project = grouped_project(tmp_path)
    known = known_of(project)
    assert known[1] == ("patient 0", "train", ("0",))
    assert known[12] == ("", "train", ("11",))
    assert project.settings.columns == ("age",)
    project = reopened(project)
    assert known_of(project) == known
    sides = {(one.group, one.split) for one in project.pool.images.values() if one.group}
    assert len(sides) == 5  # no patient on both
    project.close()


def test_of_a_group_that_names_a_person_a_salted_hash_is_all_that_is_kept(tmp_path):
    groups = []
    for name in ("a", "b"):
        project = grouped_project(tmp_path / name, personal=True)
        groups.append([known[0] for known in known_of(project).values()])
        project.close()
        for file in (tmp_path / name / "project").rglob("*"):
            assert not file.is_file() or b"patient" not in file.read_bytes()
    for found in groups:
        assert found[10:] == ["", ""]
        assert found[:10:2] == found[1:10:2]
        assert len(set(found)) == 6
    assert not set(groups[0]) & set(groups[1]) - {""}  # each project has a salt of its own


def test_a_group_is_not_in_what_is_written_of_an_image_to_a_log():
    assert "Miller" not in repr(ListedImage("a.dcm", "", group="Miller"))
    assert "Miller" not in repr(PoolImage(1, "a.dcm", "", "pool", "Miller", None, ("Miller",)))


def test_how_far_groups_widen_an_interval_is_kept_with_a_round(tmp_path):
    project = new_project(tmp_path)
    units = np.repeat(np.arange(6), 2)
    found = Metrics.of(units % 2, np.repeat([0, 1, 1, 1, 0, 1], 2), 2, units)
    assert found.design > 1.5
    number = project.rounds.begin()
    project.rounds.finish(result_of(project, number, metrics=found, audit=found))
    project = reopened(project)
    kept = project.rounds.finished()[-1]
    assert (kept.metrics, kept.audit) == (found, found)
    project.close()


def damage(project, *lines):
    """Change rows of a closed project from outside, take its copies away, and spoil its header."""
    with closing(sqlite3.connect(file_of(project))) as db:
        db.executescript(f"PRAGMA foreign_keys=OFF; {'; '.join(lines)};")
    for copy in project.folder.joinpath("backups").iterdir():
        copy.unlink()
    content = file_of(project).read_bytes()
    file_of(project).write_bytes(content[:60] + (0).to_bytes(4, "big") + content[64:])


def recovered(project, lister=list_images):
    recover(project.folder, lister, no_progress)
    return Project.open(project.folder, open_images)


def test_columns_that_are_no_list_of_texts_are_damage(tmp_path):
    project = grouped_project(tmp_path)
    project.close()
    with closing(sqlite3.connect(file_of(project))) as db:
        db.execute("UPDATE metadata SET columns='[1]' WHERE image_id=1")
        db.commit()
    with pytest.raises(ProjectDamaged):
        Project.open(project.folder, open_images)


def test_a_recovered_project_knows_groups_parts_and_columns(tmp_path):
    project = grouped_project(tmp_path)
    known = known_of(project)
    project.close()
    damage(project)
    again = recovered(project)
    assert known_of(again) == known
    assert again.settings.columns == ("age",)
    again.close()


@pytest.mark.parametrize("salted", [True, False])
def test_images_that_are_listed_anew_find_their_group_again(salted, tmp_path):
    project = grouped_project(tmp_path, personal=True)
    project.labels.answer(2, "label", 0)
    before = known_of(project)
    project.close()
    lines = ["DELETE FROM image WHERE image_id=2", "DELETE FROM metadata WHERE image_id=2"]
    if not salted:
        lines.append("DELETE FROM setting WHERE name='group_salt'")
    damage(project, *lines)

    def lister(*request):
        return replace(listed(*request), personal_groups=True)

    again = recovered(project, lister)
    known = known_of(again)
    assert (known == before) == salted
    assert known[1][0] == known[2][0] != known[3][0]
    again.close()
