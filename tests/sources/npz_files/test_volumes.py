"""Arrays of volumes: which shapes they have, how they are read, and what tells one from another."""

import numpy as np
import pytest

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.images.volumes import about_volumes, mosaic
from autoal_gui.sources import npz
from autoal_gui.sources.npz_files import arrays as arrays_module
from tests.support.paths import SHARED_DATA

ADRENAL = SHARED_DATA / "medmnist_more" / "adrenalmnist3d.npz"


@pytest.fixture
def opened(tmp_path):
    """Writes arrays to a file; lists and opens it."""

    def open_(**arrays):
        np.savez_compressed(tmp_path / "set.npz", **arrays)
        spec = SourceSpec(npz.NAME, str(tmp_path / "set.npz"))
        listing = npz.list_images(spec, tmp_path, lambda done, total: None)
        return listing, npz.open_images(spec, tmp_path)

    return open_


def drawn(*shape, kind=np.uint8):
    return np.random.default_rng(len(shape)).integers(0, 256, shape).astype(kind)


@pytest.mark.parametrize("shape", [(3, 12, 6, 7), (3, 12, 6, 7, 1), (3, 1, 12, 6, 7)])
@pytest.mark.parametrize("kind", [np.uint8, np.dtype(">u2")])
def test_a_volume_is_one_image_its_mosaic(opened, shape, kind):
    volumes = drawn(*shape, kind=kind)
    listing, reader = opened(images=volumes, labels=np.array([0, 1, 1]))
    assert [(image.key, image.label) for image in listing.images] == [
        ("images/0", 0), ("images/1", 1), ("images/2", 1),
    ]  # fmt: skip
    whole = volumes.reshape(3, 12, 6, 7)
    for number in range(3):
        np.testing.assert_array_equal(reader.read(f"images/{number}"), mosaic(whole[number]))
        np.testing.assert_array_equal(reader.volume(f"images/{number}"), whole[number])
    assert about_volumes(reader).endswith("nine slices around its middle.")


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 9])
def test_of_few_slices_all_are_shown_where_the_file_says_that_they_are_slices(opened, depth):
    volumes = drawn(2, depth, 6, 7, 1)
    _, reader = opened(images=volumes)
    np.testing.assert_array_equal(reader.read("images/1"), mosaic(volumes[1, ..., 0]))
    assert reader.depths() == {depth}
    assert "all of its slices" in about_volumes(reader)


def test_slices_in_colour_stay_in_colour(opened):
    volumes = drawn(2, 11, 6, 7, 3)
    _, reader = opened(images=volumes)
    assert reader.read("images/0").shape == (18, 21, 3)
    np.testing.assert_array_equal(reader.volume("images/1"), volumes[1])


@pytest.mark.parametrize("shape", [(4, 6, 7), (4, 6, 7, 3), (4, 6, 7, 1), (4, 1, 6, 7)])
def test_images_are_no_volumes(opened, shape):
    _, reader = opened(images=drawn(*shape))
    assert reader.read("images/0").shape[:2] == (6, 7)
    assert reader.volume("images/0") is None
    assert about_volumes(reader) == ""


REFUSED = {
    "channels first": ((2, 3, 6, 7), "may be colours or slices"),
    "four channels first": ((2, 4, 6, 7), "may be colours or slices"),
    "four channels last": ((2, 6, 7, 4), "may be colours or slices"),
    "two channels last": ((2, 6, 7, 2), "may be colours or slices"),
    "four channels of volumes": ((2, 12, 6, 7, 4), "it must be"),
    "six axes": ((2, 2, 12, 6, 7, 3), "it must be"),
    "no slice": ((2, 0, 6, 7), "have no slice"),
    "no slice in one channel": ((2, 0, 6, 7, 1), "have no slice"),
    "no row": ((2, 12, 0, 7), "0 x 21 pixels"),
    "no column": ((2, 12, 6, 0), "18 x 0 pixels"),
    "no volume": ((0, 12, 6, 7), "holds no image"),
}


@pytest.mark.parametrize(("shape", "sentence"), REFUSED.values(), ids=REFUSED)
def test_other_shapes_are_refused_with_a_sentence(opened, shape, sentence):
    with pytest.raises(SourceError, match=sentence):
        opened(images=np.zeros(shape, np.uint8))


def test_a_mosaic_that_is_too_large_is_refused_before_it_is_read(opened, monkeypatch):
    monkeypatch.setattr(npz, "MAX_PIXELS", 9 * 6 * 7 - 1)
    with pytest.raises(SourceError, match="18 x 21 pixels"):
        opened(images=drawn(2, 12, 6, 7))


def test_volumes_and_images_are_not_one_set(opened):
    with pytest.raises(SourceError, match="train_images, test_images"):
        opened(train_images=drawn(2, 12, 6, 7), test_images=drawn(2, 6, 7))


def test_parts_may_differ_in_depth(opened):
    _, reader = opened(train_images=drawn(2, 12, 6, 7), test_images=drawn(2, 10, 6, 7))
    assert reader.depths() == {10, 12}


def test_a_slice_that_is_not_shown_tells_two_volumes_apart(opened):
    volumes = np.repeat(drawn(1, 12, 6, 7), 3, axis=0)
    volumes[1, 0] += 1
    listing, reader = opened(images=volumes)
    np.testing.assert_array_equal(reader.read("images/0"), reader.read("images/1"))
    first, other, same = (image.sha256 for image in listing.images)
    assert first == same != other


def test_the_hash_of_a_large_image_is_that_of_its_parts(monkeypatch):
    image = drawn(40, 30, 3)
    whole = arrays_module.sha256_of(image)
    monkeypatch.setattr("autoal_gui.core.images.pixels.BLOCK", 100)
    assert arrays_module.sha256_of(image) == whole


@pytest.mark.parametrize("key", ["images/2", "images/-1", "train/0", "images"])
def test_there_is_no_volume_of_another_key(opened, key):
    _, reader = opened(images=drawn(2, 12, 6, 7))
    for read in (reader.read, reader.volume):
        with pytest.raises(ImageUnreadable):
            read(key)


@pytest.mark.skipif(not ADRENAL.is_file(), reason="AdrenalMNIST3D is not here")
def test_adrenalmnist3d(tmp_path):
    spec = SourceSpec(npz.NAME, str(ADRENAL))
    listing = npz.list_images(spec, tmp_path, lambda done, total: None)
    assert listing.classes == ("normal", "hyperplasia")
    labels = [[i.label for i in listing.images if i.split == s] for s in ("pool", "evaluation")]
    assert [np.bincount(part).tolist() for part in labels] == [[929, 259], [229, 69]]
    reader = npz.open_images(spec, tmp_path)
    with np.load(ADRENAL) as arrays:
        volume = arrays["train_images"][1187]
    picture = reader.read("train/1187")
    assert picture.shape == (84, 84)
    np.testing.assert_array_equal(picture[28:56, 28:56], volume[14])
