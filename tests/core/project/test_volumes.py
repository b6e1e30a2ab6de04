"""A project over volumes: one label each, opened without its file, handed over whole."""

import json

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.images.volumes import mosaic, shown_slices
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.exporters import class_folders, npz_labels
from autoal_gui.exporters.companions.preparation import DECODE
from autoal_gui.exporters.companions.project_part import project_sections
from tests.support.project import create, new_project, reopened, result_of


def volumes(*shape, kind=np.uint8):
    return np.random.default_rng(0).integers(0, np.iinfo(kind).max, shape).astype(kind)


@pytest.fixture
def made(tmp_path):
    """Makes a project over six volumes to train and two to test, all labelled."""
    projects = []

    def make(train, test, name="project"):
        file = tmp_path / f"{name}.npz"
        arrays = {"train_images": train, "test_images": test}
        labels = {f"{part}_labels": np.arange(len(arrays[f"{part}_images"])) % 2
                  for part in ("train", "test")}  # fmt: skip
        np.savez(file, **arrays, **labels)
        project = create(tmp_path / name, SourceSpec("npz", str(file)), label_use="labelled")
        projects.append(project)
        return project

    yield make
    for project in projects:
        project.close()


def test_a_volume_has_one_label_and_is_read_without_its_file(made, tmp_path):
    train = volumes(6, 12, 5, 6)
    project = made(train, volumes(2, 12, 5, 6))
    assert len(project.labels.training()) == 6
    (tmp_path / "project.npz").unlink()
    again = reopened(project)
    first = min(again.pool.images)
    np.testing.assert_array_equal(again.pool.read(first), mosaic(train[0]))
    np.testing.assert_array_equal(again.pool.volume(first), train[0])
    again.close()


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        ((12, 5, 6), (12, 5, 6)),
        ((3, 5, 6), (3, 5, 6, 1)),
        ((12, 5, 4), (12, 5, 4, 1)),
        ((12, 5, 6, 3), (12, 5, 6, 3)),
    ],
)
def test_the_file_of_labels_has_whole_volumes_and_opens_again_as_the_same_set(
    made, tmp_path, shape, written
):
    declared = shape if len(shape) == 4 else (*shape, 1)
    train, test = volumes(6, *declared), volumes(2, *declared)
    npz_labels.write(tmp_path / "labels.npz", Snapshot.of(made(train, test)))
    with np.load(tmp_path / "labels.npz") as arrays:
        assert arrays["train_images"].shape == (6, *written)
        np.testing.assert_array_equal(arrays["train_images"].reshape(train.shape), train)
        np.testing.assert_array_equal(arrays["test_images"].reshape(test.shape), test)
        assert arrays["train_labels"].ravel().tolist() == [0, 1, 0, 1, 0, 1]
        again = made(arrays["train_images"], arrays["test_images"], "again")
    np.testing.assert_array_equal(
        again.pool.volume(min(again.pool.images)).reshape(declared), train[0]
    )


def test_volumes_of_16_bits_are_written_in_8_and_slices_are_scaled_by_choice(made, tmp_path):
    train = volumes(6, 12, 8, 8, kind=np.uint16)
    snapshot = Snapshot.of(made(train, train[:2] // 2))
    npz_labels.write(tmp_path / "labels.npz", snapshot, Choices(side=6))
    with np.load(tmp_path / "labels.npz") as arrays:
        assert arrays["train_images"].shape == (6, 12, 6, 6)
        assert arrays["train_images"].dtype == np.uint8
        assert arrays["train_images"].max() > 200


def test_grey_volumes_beside_volumes_in_colour_are_written_in_colour(made, tmp_path):
    grey, colour = volumes(6, 12, 5, 6), volumes(2, 12, 5, 6, 3)
    npz_labels.write(tmp_path / "labels.npz", Snapshot.of(made(grey, colour)))
    with np.load(tmp_path / "labels.npz") as arrays:
        np.testing.assert_array_equal(arrays["train_images"][..., 1], grey)
        np.testing.assert_array_equal(arrays["test_images"], colour)


def test_volumes_of_different_depth_do_not_fit_into_one_file(made, tmp_path):
    snapshot = Snapshot.of(made(volumes(6, 12, 5, 6), volumes(2, 10, 5, 6)))
    with pytest.raises(ProjectError, match="differ in their number of slices"):
        npz_labels.write(tmp_path / "labels.npz", snapshot)
    assert not (tmp_path / "labels.npz").exists()


def test_folders_of_classes_say_that_their_pictures_are_slices(made, tmp_path):
    train = volumes(6, 12, 5, 6)
    snapshot = Snapshot.of(made(train, volumes(2, 12, 5, 6)))
    sentence = class_folders.write(tmp_path / "out", snapshot)
    assert sentence.startswith("8 images were written. The picture of a volume is its slices")
    pictures = [
        np.asarray(Image.open(file)) for file in (tmp_path / "out" / "train").rglob("*.png")
    ]
    assert any(np.array_equal(picture, mosaic(train[0])) for picture in pictures)


def test_the_card_of_a_model_says_what_it_has_to_be_given(made, tmp_path):
    project = made(volumes(6, 12, 5, 6), volumes(2, 12, 5, 6))
    project.rounds.finish(result_of(project, project.rounds.begin()))
    text = project_sections(Snapshot.of(project), project.rounds.finished()[-1])
    assert "nine slices around its middle. The model learned from these slices" in text
    plain = new_project(tmp_path / "plain", label_use="labelled")
    plain.rounds.finish(result_of(plain, plain.rounds.begin()))
    assert "slices" not in project_sections(Snapshot.of(plain), plain.rounds.finished()[-1])
    plain.close()


def test_the_preparation_names_the_slices_that_the_program_shows():
    decode = next(step for step in DECODE if step["step"] == "decode")
    slice_of = compile(decode["shown_slices"]["slice"], "slice", "eval")
    for depth in (10, 28, 64, 111):
        named = [eval(slice_of, {"i": i, "depth": depth}) for i in range(9)]  # noqa: S307
        assert tuple(named) == shown_slices(depth)
    assert json.dumps(decode)
