"""The cache of decoded images, and what the networks see of a pixel."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.pixels import to_uint8
from autoal_gui.core.project.files.findings import look
from autoal_gui.core.project.files.new_images import find_new
from autoal_gui.core.system.mapped_arrays import forget_rows
from autoal_gui.learning.data.image_cache import ImageCache, square
from autoal_gui.learning.model.normalisation import Normalisation
from autoal_gui.sources.opening import list_images, open_images
from tests.support.learning import SIDE, drained, picture, pool_of
from tests.support.project import new_project, no_progress, reopened

GREY = [picture(0, i) for i in range(6)]
COLOUR = [np.stack((image, image // 2, 255 - image), 2) for image in GREY]


def filled(pool, folder, size=SIDE):
    cache = ImageCache.open(pool, size, folder)
    drained(cache.fill(sorted(pool.images)))
    return cache


def test_images_that_come_to_a_set_leave_what_is_kept_of_the_others(tmp_path):
    few = replace(pool_of(GREY[:4]), cache_name="f" * 64)
    filled(few, tmp_path)
    more = replace(pool_of(GREY), cache_name="f" * 64)
    cache = ImageCache.open(more, SIDE, tmp_path, channels=1)
    assert cache.missing(sorted(more.images)) == 2
    drained(cache.fill(sorted(more.images)))
    np.testing.assert_array_equal(cache.batch(range(1, 7)).numpy()[:, 0], np.stack(GREY))
    assert len(list(tmp_path.iterdir())) == 2


def test_only_the_pixels_of_replaced_images_are_read_anew(tmp_path):
    pool = pool_of(GREY)
    filled(pool, tmp_path)
    forget_rows(tmp_path, [2, 99])
    cache = ImageCache.open(pool, SIDE, tmp_path)
    assert cache.readable(sorted(pool.images)) == [1, 2, 4, 5, 6]


def test_of_a_project_only_new_and_replaced_images_are_read_anew(tmp_path):
    project = new_project(tmp_path)
    filled(project.pool, project.workspace)
    file = tmp_path / "images" / project.pool.images[3].key
    Image.new("L", (20, 16), 9).save(file)
    Image.new("L", (20, 16), 5).save(file.with_name("new.png"))
    found = look(
        list(project.pool.images.values()),
        project.pool.reader,
        project.files.stamps(),
        set(),
        no_progress,
    )
    project.note_files(found)
    project.add_images(find_new(project.known, None, list_images, open_images, no_progress))
    project = reopened(project)
    cache = ImageCache.open(project.pool, SIDE, project.workspace)
    ids = sorted(project.pool.images)
    assert set(ids) - set(cache.readable(ids)) == {3, 13}
    drained(cache.fill(ids))
    assert np.unique(cache.batch([3, 13]).numpy()).tolist() == [5, 9]
    project.close()


def test_images_of_the_right_size_are_kept_as_they_are(tmp_path):
    cache = filled(pool_of(GREY), tmp_path)
    assert (cache.channels, cache.size) == (1, SIDE)
    batch = cache.batch([5, 1])  # in the order asked
    assert batch.dtype == torch.uint8
    np.testing.assert_array_equal(batch.numpy(), np.stack((GREY[4], GREY[0]))[:, None])


def test_colour_keeps_its_channels(tmp_path):
    cache = filled(pool_of(COLOUR), tmp_path)
    assert cache.channels == 3
    np.testing.assert_array_equal(cache.batch([2])[0].numpy(), COLOUR[1].transpose(2, 0, 1))


def test_one_colour_image_makes_grey_ones_colour_too(tmp_path):
    cache = filled(pool_of([*GREY, COLOUR[0]]), tmp_path)
    assert cache.channels == 3
    np.testing.assert_array_equal(cache.batch([1])[0].numpy(), np.stack([GREY[0]] * 3))


def test_sixteen_bits_are_stretched_like_the_window_shows_them(tmp_path):
    deep = (np.arange(SIDE * SIDE, dtype=np.uint16) * 16).reshape(SIDE, SIDE)
    found = filled(pool_of([deep]), tmp_path).batch([1])[0, 0].numpy()
    np.testing.assert_array_equal(found, to_uint8(deep))
    assert (int(found.min()), int(found.max())) == (0, 255)


@pytest.mark.parametrize("shape", [(24, 10), (10, 24), (40, 40), (5, 3), (30, 18, 3)])
def test_other_shapes_become_squares(shape):
    image = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    channels = 3 if len(shape) == 3 else 1
    found = square(image, channels, SIDE)
    expected = Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    expected = np.asarray(expected).reshape(SIDE, SIDE, channels).transpose(2, 0, 1)
    # Some versions of Pillow scale tall images down first: a rounding of 8 bits more or less.
    np.testing.assert_allclose(found, expected.astype(int), atol=1)
    assert found.flags.c_contiguous


def test_scaling_down_averages_instead_of_skipping_pixels():
    stripes = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    stripes[::4] = 200
    found = square(stripes, 1, SIDE)[0, 2:-2]
    assert np.ptp(found) < 25
    assert found.mean() == pytest.approx(50, abs=5)


def test_each_image_is_decoded_once(tmp_path):
    filled(pool_of(GREY), tmp_path)
    again = ImageCache.open(pool_of(GREY), SIDE, tmp_path, channels=1)
    assert again.missing(range(1, 7)) == drained(again.fill(range(1, 7))) == 0
    assert again.pool.reader.reads == []
    np.testing.assert_array_equal(again.batch([3])[0, 0].numpy(), GREY[2])


def test_a_decoding_stopped_half_way_goes_on(tmp_path):
    pool = pool_of(GREY)
    cache = ImageCache.open(pool, SIDE, tmp_path)
    steps = cache.fill(range(1, 7))
    assert [next(steps), next(steps)] == [1, 2]
    steps.close()
    assert cache.readable(range(1, 7)) == [1, 2]
    again = ImageCache.open(pool, SIDE, tmp_path)
    assert again.missing(range(1, 7)) == 4
    assert drained(again.fill(range(1, 7))) == 4
    for image_id, image in enumerate(GREY, start=1):
        np.testing.assert_array_equal(again.batch([image_id])[0, 0].numpy(), image)


def test_an_image_whose_decoding_was_killed_is_decoded_again(tmp_path, monkeypatch):
    pool = pool_of(GREY)
    cache = ImageCache.open(pool, SIDE, tmp_path)

    class Killed(BaseException):
        pass

    def killed(key):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(pool.reader, "read", killed)
        with pytest.raises(Killed):
            drained(cache.fill([1]))
    assert ImageCache.open(pool, SIDE, tmp_path).missing([1]) == 1


def test_an_image_is_marked_as_read_only_after_its_pixels_are_there(tmp_path):
    cache = ImageCache.open(pool_of(GREY), SIDE, tmp_path)
    cache.squares = np.asarray(cache.squares)
    cache.squares.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        drained(cache.fill([1]))
    assert cache.missing([1]) == 1


def test_another_pool_or_size_has_a_cache_of_its_own(tmp_path):
    filled(pool_of(GREY), tmp_path)
    others = [picture(1, i) for i in range(6)]
    other = ImageCache.open(pool_of(others), SIDE, tmp_path)
    larger = ImageCache.open(pool_of(GREY), 2 * SIDE, tmp_path)
    assert other.missing(range(1, 7)) == larger.missing(range(1, 7)) == 6
    drained(other.fill([2]))
    np.testing.assert_array_equal(other.batch([2])[0, 0].numpy(), others[1])
    assert larger.squares.shape == (6, 1, 32, 32)


@pytest.mark.parametrize("damage", ["lost", "cut off", "no array", "PK\x03\x04"])
@pytest.mark.parametrize("part", ["squares", "states"])
def test_a_damaged_cache_is_begun_again(tmp_path, part, damage):
    """Pixels that are gone must not pass for black images that have been read."""
    filled(pool_of(GREY), tmp_path)
    files = {("states" if "states" in f.name else "squares"): f for f in tmp_path.iterdir()}
    if damage == "lost":
        files[part].unlink()
    elif damage == "cut off":
        files[part].write_bytes(files[part].read_bytes()[:100])
    else:
        files[part].write_bytes(damage.encode())
    again = filled(pool_of(GREY), tmp_path)
    for image_id, image in enumerate(GREY, start=1):
        np.testing.assert_array_equal(again.batch([image_id])[0, 0].numpy(), image)


def test_broken_images_are_left_out_and_the_rest_is_read(tmp_path):
    pool = pool_of(GREY)
    pool.reader.broken.update({"2", "5"})
    cache = ImageCache.open(pool, SIDE, tmp_path)
    assert list(cache.fill(range(1, 7))) == [1, 2, 3, 4, 5, 6]
    assert cache.readable(range(1, 7)) == [1, 3, 4, 6]


def test_an_image_that_can_be_read_again_comes_back(tmp_path):
    """As when the drive with the images was away for one round."""
    pool = pool_of(GREY)
    pool.reader.broken.update({"2", "5"})
    filled(pool, tmp_path)
    pool.reader.broken.clear()
    assert filled(pool, tmp_path).readable(range(1, 7)) == [1, 2, 3, 4, 5, 6]


def test_a_folder_that_cannot_be_written_is_explained(tmp_path):
    occupied = tmp_path / "file"
    occupied.write_text("")
    with pytest.raises(AutoALError, match="folder"):
        ImageCache.open(pool_of(GREY), SIDE, occupied)


def test_a_full_disk_is_told_of_before_anything_is_written(tmp_path, monkeypatch):
    """Writing past the end of a full disk through a mapped file would kill the program."""
    full = shutil.disk_usage(tmp_path)._replace(free=6 * SIDE * SIDE)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda folder: full)
        with pytest.raises(AutoALError, match="free"):
            ImageCache.open(pool_of(GREY), SIDE, tmp_path)
    assert list(tmp_path.iterdir()) == []


# -- normalisation ------------------------------------------------------------------------------


def test_normalisation_is_the_mean_and_deviation_of_each_channel(tmp_path):
    found = filled(pool_of(COLOUR), tmp_path).normalisation(range(1, 7))
    pixels = np.stack(COLOUR) / 255
    np.testing.assert_allclose(found.mean, pixels.mean((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(found.deviation, pixels.std((0, 1, 2)), rtol=1e-3)


def test_normalised_images_have_mean_0_and_deviation_1(tmp_path):
    cache = filled(pool_of(COLOUR), tmp_path)
    ids = range(1, 7)
    images = cache.normalisation(ids)(cache.batch(ids))
    assert images.dtype == torch.float32
    torch.testing.assert_close(images.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(images.std((0, 2, 3)), torch.ones(3), atol=1e-3, rtol=0)


def test_each_channel_has_its_own_constants():
    normalise = Normalisation((0.0, 0.5, 1.0), (1.0, 0.5, 0.25))
    found = normalise(torch.full((1, 3, 1, 1), 255, dtype=torch.uint8))
    torch.testing.assert_close(found.flatten(), torch.tensor([1.0, 1.0, 0.0]))


def test_a_set_without_contrast_is_not_divided_by_zero(tmp_path):
    cache = filled(pool_of([np.full((SIDE, SIDE), 9, np.uint8)] * 3), tmp_path)
    images = cache.normalisation([1, 2, 3])(cache.batch([1]))
    assert images.abs().max() < 1e-3


def test_a_large_set_is_sampled_evenly(tmp_path, monkeypatch):
    monkeypatch.setattr("autoal_gui.learning.data.image_cache.SAMPLED", 3)
    pool = pool_of([np.full((SIDE, SIDE), 40 * i, np.uint8) for i in range(6)])
    found = filled(pool, tmp_path).normalisation(range(1, 7))
    assert found.mean[0] == pytest.approx(np.mean([0, 80, 160]) / 255)
