"""A project's files: moved, copied, replaced, deleted, and there again."""

import os
import shutil

import pytest
from PIL import Image

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.files.findings import look
from autoal_gui.core.project.project import Project
from autoal_gui.exporters import csv_labels, json_labels
from autoal_gui.sources.opening import open_images
from tests.support.project import new_project, no_progress, reopened


def labelled_project(base, **choices):
    """Make a project of 12 images of which the first eight have labels, and close it."""
    project = new_project(base, **choices)
    for image_id in range(1, 9):
        project.labels.answer(image_id, "label", image_id % 2)
    project.close()
    return project


def opened(folder) -> Project:
    return Project.open(folder, open_images)


def looked(project):
    """Look at the files as the program does after opening; return what was found."""
    images = project.pool.images.values()
    reader, unusable = project.pool.reader, project.checks.unusable
    found = look(images, reader, project.files.stamps(), unusable, no_progress)
    project.note_files(found)
    return found


def file_at(base, project, image_id):
    return base / "images" / project.pool.images[image_id].key


def replace_file(file, grey):
    Image.new("L", (20, 16), grey).save(file)


def test_files_that_nobody_touched_are_not_even_opened(tmp_path, monkeypatch):
    project = opened(labelled_project(tmp_path).folder)
    monkeypatch.setattr(type(project.pool.reader), "hash_now", None)
    found = looked(project)
    assert (found.looked_at, found.changed, found.stamps) == (12, False, {})
    assert project.files.acts == ()
    project.close()


def test_a_file_with_another_time_alone_is_no_other(tmp_path):
    project = opened(labelled_project(tmp_path).folder)
    os.utime(file_at(tmp_path, project, 1), ns=(1, 1))
    assert looked(project).changed is False
    assert looked(project).stamps == {}  # it is remembered
    project.close()


def test_a_replaced_image_keeps_its_label_which_is_not_learned_from(tmp_path):
    project = opened(labelled_project(tmp_path).folder)
    before = project.pool.images[1].sha256, project.pool.data_hash
    replace_file(file_at(tmp_path, project, 1), 7)
    replace_file(file_at(tmp_path, project, 12), 8)  # without a label
    found = looked(project)
    for project in (project, reopened(project)):  # noqa: B020 - the same, now and later
        assert project.other_pixels == {1}
        assert len(project.labels.answers) == 8
        assert [i for i, _ in project.labels.training()] == [2, 3, 4, 5, 6, 7, 8]
        assert project.labels.hash_labelled(1) == before[0] != project.pool.images[1].sha256
        assert project.pool.data_hash != before[1]
        assert project.pool.kept_under == before[1]
        (act,) = project.files.acts
        assert (act.kind, len(act.changes), act.line, act.annotator) == ("replaced", 2, 8, "reader")
    assert found.sentences(project.other_pixels) == [
        "2 images were replaced by others under the same names.",
        "1 label was given to other pixels: it is kept and marked so, and not learned from until "
        "it is given again.",
    ]
    project.labels.answer(1, "label", 1)
    assert project.other_pixels == frozenset()
    assert (1, 1) in project.labels.training()
    project.close()


def test_a_file_that_was_put_back_shows_what_was_labelled(tmp_path):
    project = opened(labelled_project(tmp_path).folder)
    file = file_at(tmp_path, project, 1)
    original = file.read_bytes()
    replace_file(file, 7)
    looked(project)
    file.write_bytes(original)
    looked(project)
    assert project.other_pixels == frozenset()
    assert len(project.labels.training()) == 8
    assert [act.kind for act in project.files.acts] == ["replaced", "replaced"]
    project.close()


def test_known_labels_of_replaced_images_measure_nothing(tmp_path):
    project = new_project(tmp_path, label_use="hidden", evaluation_images=4)
    number = project.pool.ids("evaluation")[0]
    replace_file(file_at(tmp_path, project, number), 7)
    looked(project)
    assert number in project.other_pixels
    assert number not in dict(project.labels.evaluation())
    assert len(project.labels.evaluation()) == 3
    project.close()


def test_a_deleted_image_keeps_its_label_and_is_asked_no_more(tmp_path):
    project = opened(labelled_project(tmp_path).folder)
    files = [file_at(tmp_path, project, number) for number in (2, 11)]
    contents = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    found = looked(project)
    assert found.sentences(frozenset()) == [
        "2 images are gone; labels that they have are kept, and they are asked no more."
    ]
    project = reopened(project)
    assert looked(project).changed is False  # it is told once
    assert len(project.labels.answers) == 8
    assert 11 not in project.labels.unanswered()
    assert {key for key, _ in project.checks.unreadable} == {
        project.pool.images[number].key for number in (2, 11)
    }
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    assert looked(project).back == [2, 11]
    assert 11 in project.labels.unanswered()
    assert [act.kind for act in project.files.acts] == ["gone", "back"]
    project.close()


def test_a_disk_that_is_pulled_out_meanwhile_has_deleted_nothing(tmp_path):
    project = opened(labelled_project(tmp_path).folder)

    def pull(done: int, total: int) -> None:
        if done == 5:
            (tmp_path / "images").rename(tmp_path / "pulled out")

    images, stamps = project.pool.images.values(), project.files.stamps()
    found = look(images, project.pool.reader, stamps, set(), pull)
    assert found.changed is False
    project.close()


def test_a_file_that_was_replaced_by_a_broken_one_is_asked_no_more(tmp_path):
    project = opened(labelled_project(tmp_path).folder)
    file = file_at(tmp_path, project, 10)
    file.write_bytes(b"no image")
    looked(project)
    assert 10 not in project.labels.unanswered()
    project = reopened(project)
    assert looked(project).changed is False
    replace_file(file, 9)
    looked(project)
    assert 10 in project.labels.unanswered()
    project.close()


@pytest.mark.parametrize("exporter", [csv_labels, json_labels])
def test_exports_carry_the_hash_that_was_labelled(exporter, tmp_path):
    project = opened(labelled_project(tmp_path).folder)
    before = project.pool.images[1].sha256
    replace_file(file_at(tmp_path, project, 1), 7)
    looked(project)
    target = tmp_path / "labels"
    exporter.write(target, Snapshot.of(project))
    text = target.read_text()
    assert before in text
    labels = text.partition('"images": [\n')[2] or text  # the acts before them name both
    assert project.pool.images[1].sha256 not in labels
    assert text.count("other_pixels") == (8 if exporter is json_labels else 1)
    project.close()


def test_images_that_were_moved_with_their_project_are_found_again(tmp_path):
    labelled_project(tmp_path / "here").close()
    (tmp_path / "far").mkdir()
    shutil.move(tmp_path / "here", tmp_path / "far" / "away")
    project = opened(tmp_path / "far" / "away" / "project")
    assert project.absent == {}
    assert project.settings.spec.location == str(tmp_path / "far" / "away" / "images")
    assert project.pool.read(1).shape == (16, 20)
    assert looked(project).changed is False
    project.close()


def test_a_copy_beside_its_images_takes_those_beside_it(tmp_path):
    folder = labelled_project(tmp_path / "here").folder
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    project = opened(tmp_path / "there" / "project")
    assert project.settings.spec.location == str(tmp_path / "there" / "images")
    project.close()
    project = opened(folder)
    assert project.settings.spec.location == str(tmp_path / "here" / "images")
    project.close()


def test_other_images_beside_a_project_are_not_taken_for_its_own(tmp_path):
    labelled_project(tmp_path / "here").close()
    (tmp_path / "there").mkdir()
    shutil.move(tmp_path / "here" / "project", tmp_path / "there" / "project")
    shutil.copytree(tmp_path / "here" / "images", tmp_path / "there" / "images")
    for file in (tmp_path / "there" / "images").rglob("*.png"):
        replace_file(file, 1)
    project = opened(tmp_path / "there" / "project")
    assert project.settings.spec.location == str(tmp_path / "here" / "images")
    project.close()


def test_a_project_without_its_images_opens_with_all_its_labels(tmp_path):
    folder = labelled_project(tmp_path).folder
    (tmp_path / "images").rename(tmp_path / "elsewhere")
    project = opened(folder)
    assert list(project.absent) == [0]
    assert len(project.labels.training()) == 8
    with pytest.raises(ImageUnreadable):
        project.pool.read(1)
    assert looked(project).changed is False  # nothing counts as gone
    csv_labels.write(tmp_path / "labels.csv", Snapshot.of(project))
    assert len((tmp_path / "labels.csv").read_text().splitlines()) == 9
    project.close()


def test_an_empty_folder_in_the_place_of_the_images_is_not_them(tmp_path):
    folder = labelled_project(tmp_path).folder
    shutil.rmtree(tmp_path / "images")
    (tmp_path / "images").mkdir()
    project = opened(folder)
    assert list(project.absent) == [0]
    project.close()
