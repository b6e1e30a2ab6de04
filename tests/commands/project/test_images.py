"""The commands that say what became of a project's images, and where they are now."""

import shutil

import pytest
from PIL import Image

from autoal_gui.cli import run
from tests.support.project import new_project


def labelled(base):
    project = new_project(base)
    for image_id in range(1, 9):
        project.labels.answer(image_id, "label", image_id % 2)
    project.close()
    return project


def files_of(base, project):
    return {i: base / "images" / one.key for i, one in project.pool.images.items()}


def test_what_became_of_the_images_is_a_sentence_each(tmp_path, capsys):
    project = labelled(tmp_path)
    files = files_of(tmp_path, project)
    Image.new("L", (20, 16), 3).save(files[1])
    files[2].unlink()
    assert run(["images", str(project.folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "10 of 12 images are as they were.",
        "1 image was replaced by another under the same name.",
        "1 label was given to other pixels: it is kept and marked so, and not learned from until "
        "it is given again.",
        "1 image is gone; a label that it has is kept, and it is asked no more.",
    ]
    assert run(["images", str(project.folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "11 of 12 images are as they were.",
        "Gone, as was told before: 1.",
    ]


def test_moved_images_are_asked_for_and_found_in_the_folder_that_is_named(tmp_path, capsys):
    project = labelled(tmp_path)
    files = files_of(tmp_path, project)
    files[3].unlink()
    (tmp_path / "images").rename(tmp_path / "elsewhere")
    assert run(["images", str(project.folder)]) == 1
    assert "Say where they are: autoal-gui relocate PROJECT FOLDER" in capsys.readouterr().err
    assert run(["export", str(project.folder), "--format", "csv",
                "--out", str(tmp_path / "labels.csv")]) == 0  # fmt: skip
    assert len((tmp_path / "labels.csv").read_text().splitlines()) == 9
    capsys.readouterr()
    assert run(["relocate", str(project.folder), str(tmp_path / "elsewhere")]) == 0
    told = capsys.readouterr().out
    assert f"11 of 12 images were found in {tmp_path / 'elsewhere'}. 1 is missing." in told
    assert "11 of 12 images are as they were." in told


def test_the_folder_above_the_images_will_do(tmp_path, capsys):
    project = labelled(tmp_path / "study")
    (tmp_path / "far").mkdir()
    shutil.move(tmp_path / "study" / "images", tmp_path / "far" / "images")
    assert run(["relocate", str(project.folder), str(tmp_path / "far")]) == 0
    assert (
        f"12 of 12 images were found in {tmp_path / 'far' / 'images'}." in capsys.readouterr().out
    )


def test_a_folder_with_other_images_is_refused(tmp_path, capsys):
    project = labelled(tmp_path)
    shutil.rmtree(tmp_path / "images")
    (tmp_path / "other").mkdir()
    assert run(["relocate", str(project.folder), str(tmp_path / "other")]) == 1
    assert "None of the project's images is in" in capsys.readouterr().err


def test_new_images_are_added_and_told(tmp_path, capsys):
    project = labelled(tmp_path)
    Image.new("L", (20, 16), 3).save(tmp_path / "images" / "normal" / "new.png")
    (tmp_path / "more").mkdir()
    Image.new("L", (20, 16), 4).save(tmp_path / "more" / "other.png")
    assert run(["images", str(project.folder), "--add"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "12 of 12 images are as they were.",
        "1 image was added.",
    ]
    assert run(["images", str(project.folder), "--add-from", str(tmp_path / "more")]) == 0
    assert run(["images", str(project.folder)]) == 0
    assert "14 of 14 images are as they were." in capsys.readouterr().out


def test_labels_that_hold_for_the_new_pixels_are_learned_from_again(tmp_path, capsys):
    project = labelled(tmp_path)
    Image.new("L", (20, 16), 3).save(files_of(tmp_path, project)[1])
    assert run(["images", str(project.folder), "--keep-labels"]) == 0
    assert "Labels that hold for other pixels now: 1." in capsys.readouterr().out
    assert run(["images", str(project.folder), "--keep-labels"]) == 0
    assert "Labels that hold for other pixels now: 0." in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["csv", "json", "audit", "html"])
def test_what_needs_no_pixels_is_written_without_the_images(kind, tmp_path, capsys):
    project = labelled(tmp_path)
    shutil.rmtree(tmp_path / "images")
    target = tmp_path / "out"
    command = ["export", str(project.folder), "--format", kind, "--out", str(target)]
    assert run(command) == 0
    assert target.stat().st_size > 0
    assert run(["agreement", str(project.folder)]) == 0
    assert run(["audit", str(project.folder)]) == 0
    assert "The seals of all 8 lines hold" in capsys.readouterr().out
