"""Images that came since a project was made: found, told, and added to the pool alone."""

import shutil

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.files.new_images import find_new
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import list_images, open_images
from tests.core.project.files.test_life import looked
from tests.support.project import create, draw_images, new_project, no_progress, reopened


def draw(file, seed):
    file.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 255, (16, 20), dtype=np.uint8)
    Image.fromarray(values).save(file)


def find(project: Project, further: SourceSpec | None = None):
    return find_new(project.known, further, list_images, open_images, no_progress)


def with_added(project: Project, new) -> Project:
    project.add_images(new)
    return reopened(project)


def test_new_files_join_the_pool_and_nothing_else_changes(tmp_path):
    project = new_project(tmp_path, label_use="hidden", evaluation_images=4)
    before, name = dict(project.pool.images), project.pool.kept_under
    project.labels.answer(project.pool.ids("pool")[0], "label", 0)
    for number in range(5):
        draw(tmp_path / "images" / "normal" / f"new-{number}.png", number + 50)
    new = find(project)
    assert new.sentences() == ["5 new images were found."]
    project = with_added(project, new)
    assert {i: one for i, one in project.pool.images.items() if i <= 12} == before
    assert [project.pool.images[i].split for i in range(13, 18)] == ["pool"] * 5
    assert set(range(13, 18)) <= set(project.labels.unanswered())
    truth = project.labels.hidden_truth()
    truth.ask(range(13, 18))
    assert {project.classes.names[truth.label(i)] for i in range(13, 18)} == {"normal"}
    assert project.pool.read(13).shape == (16, 20)
    assert (project.pool.kept_under, len(project.labels.answers)) == (name, 1)
    assert project.pool.data_hash != name
    (act,) = project.files.acts
    assert (act.kind, [one.image_id for one in act.changes]) == ("added", [13, 14, 15, 16, 17])
    assert looked(project).changed is False
    assert find(project).sentences() == ["There are no new images."]
    project.close()


def test_labels_that_came_with_the_set_come_with_its_new_images(tmp_path):
    project = new_project(tmp_path, label_use="labelled")
    draw(tmp_path / "images" / "normal" / "new.png", 50)
    draw(tmp_path / "images" / "odd" / "new.png", 51)
    new = find(project)
    assert new.sentences() == [
        "2 new images were found.",
        "The project has no class odd: such images come without a label.",
    ]
    project = with_added(project, new)
    names = {i: project.pool.images[i].key for i in (13, 14)}
    known = dict(project.labels.training())
    assert {key: known.get(i) for i, key in names.items()} == {
        "normal/new.png": project.classes.names.index("normal"),
        "odd/new.png": None,
    }
    assert project.labels.first_broken_seal() is None
    project.close()


def test_a_second_folder_joins_the_project_under_its_name(tmp_path):
    project = new_project(tmp_path)
    draw_images(tmp_path / "second" / "images", 2, classes=("normal",))
    for number, file in enumerate((tmp_path / "second" / "images").rglob("*.png")):
        draw(file, number + 50)
    further = SourceSpec("folder", str(tmp_path / "second" / "images"), (("layout", "infer"),))
    project = with_added(project, find(project, further))
    assert [place.name for place in project.places] == ["", "images"]
    assert project.pool.images[13].key == "images/normal/000.png"
    assert project.pool.read(13).shape == (16, 20)
    assert looked(project).changed is False
    draw(tmp_path / "second" / "images" / "normal" / "third.png", 60)
    project = with_added(project, find(project))
    assert project.pool.images[15].key == "images/normal/third.png"
    with pytest.raises(SourceError, match="inside each other"):
        find(project, further)
    project.close()
    (tmp_path / "second").rename(tmp_path / "away")
    project = Project.open(project.folder, open_images)
    assert list(project.absent) == [1]
    assert project.pool.read(1).shape == (16, 20)
    assert looked(project).changed is False  # what is away is not gone
    project.close()


def test_images_of_a_patient_who_measures_are_left_out(tmp_path):
    for patient in range(4):
        for number in range(3):
            draw(tmp_path / "images" / f"p{patient}" / f"{number}.png", 10 * patient + number)
    spec = SourceSpec("folder", str(tmp_path / "images"), (("group-level", "1"),))
    project = create(tmp_path / "project", spec, evaluation_images=3, classes=("a", "b"))
    (measured,) = {project.pool.images[i].group for i in project.pool.ids("evaluation")}
    for patient in range(5):
        draw(tmp_path / "images" / f"p{patient}" / "new.png", 100 + patient)
    new = find(project)
    assert new.of_evaluation == 1
    assert new.sentences()[1].startswith("1 new image belongs to a patient, group or part of the")
    assert measured not in {one.group for one in new.images}
    assert {one.group for one in new.images} >= {"p4"}
    project.close()


def test_a_renamed_file_keeps_its_label_and_a_copy_is_none_that_is_new(tmp_path):
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    file = tmp_path / "images" / project.pool.images[1].key
    file.rename(file.with_name("renamed.png"))
    shutil.copy(tmp_path / "images" / project.pool.images[2].key, file.with_name("copy.png"))
    new = find(project)
    assert new.sentences() == [
        "There are no new images.",
        "1 image has another name or folder now; its label stays with it.",
        "1 new file is the same as one that the project has; it is left out.",
    ]
    project = with_added(project, new)
    assert project.pool.images[1].key.endswith("/renamed.png")
    assert project.labels.answers[1].class_index == 0
    assert looked(project).changed is False
    assert len(project.pool.images) == 12
    project.close()


def test_images_that_are_away_are_not_looked_through(tmp_path):
    project = new_project(tmp_path)
    project.close()
    (tmp_path / "images").rename(tmp_path / "away")
    project = Project.open(project.folder, open_images)
    with pytest.raises(SourceError, match="The images are not in"):
        find(project)
    project.close()


def test_a_new_file_that_cannot_be_used_is_told_with_its_reason(tmp_path):
    project = new_project(tmp_path)
    broken = tmp_path / "images" / "normal" / "broken.png"
    broken.write_bytes(b"no image")
    draw(tmp_path / "images" / "normal" / "new.png", 50)
    new = find(project)
    assert new.sentences()[1] == "1 new file cannot be used; the import report says why."
    project = with_added(project, new)
    assert [key for key, _ in project.checks.unreadable] == ["normal/broken.png"]
    draw(broken, 51)
    project = with_added(project, find(project))
    assert len(project.pool.images) == 14
    assert project.checks.unreadable == ()
    project.close()
