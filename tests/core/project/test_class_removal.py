"""A class goes out of use with a word about its labels, and nothing leaves the journal."""

import pytest

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.project.class_removal import (
    labelled_with,
    remove_class,
    restore_class,
    why_not,
)
from tests.support.project import new_project, reopened


@pytest.fixture
def project(tmp_path):
    project = new_project(tmp_path, classes=("normal", "abnormal", "other"))
    for image, class_index in zip(project.labels.unanswered()[:6], (0, 2, 2, 1, 2, 0), strict=True):
        project.labels.answer(image, "label", class_index)
    yield project
    project.close()


def classes_of(project) -> list[int | None]:
    return [project.labels.answers[image].class_index for image in sorted(project.labels.answers)]


def test_labels_of_a_removed_class_go_to_its_heir(project):
    assert len(labelled_with(project, 2)) == 3
    assert remove_class(project, 2, 1) == 3
    assert classes_of(project) == [0, 1, 1, 1, 1, 0]
    assert project.classes.removed == {2}
    assert project.classes.names == ("normal", "abnormal", "other")  # indices keep their meaning
    assert len(project.labels.entries()) == 9  # the first answers are still there


def test_without_an_heir_the_images_are_unsure(project):
    remove_class(project, 2, None)
    assert classes_of(project) == [0, None, None, 1, None, 0]
    assert {project.labels.answers[i].action for i in sorted(project.labels.answers)} == {
        "label",
        "unsure",
    }


def test_undo_brings_labels_and_class_back(project):
    remove_class(project, 2, 0)
    project.labels.undo()
    assert project.classes.removed == set()
    assert len(labelled_with(project, 2)) == 1
    project.labels.redo()
    assert project.classes.removed == {2}


def test_a_removed_class_stays_removed_and_can_be_restored(project):
    remove_class(project, 2, 0)
    again = reopened(project)
    assert again.classes.removed == {2}
    restore_class(again, 2)
    assert again.classes.removed == set()
    again.close()


def test_two_classes_stay(project):
    remove_class(project, 2, 0)
    before = classes_of(project)
    with pytest.raises(ProjectError, match="at least two"):
        remove_class(project, 1, 0)
    assert classes_of(project) == before


def test_a_class_that_measures_stays(tmp_path):
    project = new_project(tmp_path, label_use="hidden", evaluation_images=4)
    project.classes.add("other")
    known = project.labels.measuring(0)
    assert 0 < known < 4
    assert f"{known} image" in why_not(project, 0)
    assert why_not(project, 2) == ""
    project.close()


def test_what_fails_half_way_leaves_every_label_as_it_was(project):
    before, lines = classes_of(project), len(project.labels.entries())

    def interrupted():
        with project.labels.together():
            project.labels.answer(sorted(project.labels.answers)[0], "skip")
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        interrupted()
    assert classes_of(project) == before
    assert len(project.labels.entries()) == lines
