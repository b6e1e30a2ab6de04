import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from autoal_gui.core.images.pixels import to_channels, to_uint8

grey_shapes = st.tuples(st.integers(1, 12), st.integers(1, 12))
shapes = grey_shapes | grey_shapes.map(lambda side: (*side, 3))
images8 = shapes.flatmap(lambda shape: arrays.arrays(np.uint8, shape))
images16 = shapes.flatmap(lambda shape: arrays.arrays(np.uint16, shape))
images = images8 | images16


@given(images8)
def test_eight_bits_stay_as_they_are(image):
    assert to_uint8(image) is image


@given(images16)
def test_sixteen_bits_keep_shape_and_order(image):
    before = image.copy()
    result = to_uint8(image)
    assert result.dtype == np.uint8
    assert result.shape == image.shape
    np.testing.assert_array_equal(image, before)
    by_value = result.ravel()[np.argsort(image, axis=None, kind="stable")].astype(int)
    assert (np.diff(by_value) >= 0).all()


@given(images16)
def test_the_whole_range_is_used(image):
    result = to_uint8(image)
    assert result.min() == 0
    assert result.max() == (0 if image.min() == image.max() else 255)


@given(images16, st.randoms(use_true_random=False))
def test_where_a_pixel_lies_does_not_matter(image, random):
    order = list(range(image.size))
    random.shuffle(order)
    shuffled = image.ravel()[order].reshape(image.shape)
    np.testing.assert_array_equal(to_uint8(shuffled).ravel(), to_uint8(image).ravel()[order])


@given(shapes.flatmap(lambda s: arrays.arrays(np.uint16, s, elements=st.integers(0, 6000))))
def test_brightness_and_contrast_of_the_scanner_do_not_matter(image):
    shifted = (image * 10 + 77).astype(np.uint16)
    np.testing.assert_array_equal(to_uint8(shifted), to_uint8(image))


def test_the_percentiles_are_stretched():
    image = np.arange(10_000, dtype=np.uint16).reshape(100, 100) + 3000
    low, high = np.percentile(image, (0.5, 99.5), method="inverted_cdf")
    wanted = np.clip((image.astype(float) - low) / (high - low) * 255, 0, 255)
    assert np.abs(to_uint8(image) - wanted).max() <= 0.5
    assert (to_uint8(image) == 0).sum() == pytest.approx(50, abs=20)


def test_an_outlier_does_not_darken_the_rest():
    image = np.tile(np.arange(1000, 1256, dtype=np.uint16), (256, 1))
    image[0, 0] = 65535
    assert to_uint8(image)[5].max() == 255


def test_a_few_bright_spots_on_nothing_stay_visible():
    image = np.zeros((100, 100), dtype=np.uint16)
    image[3, 4] = 900
    assert to_uint8(image)[3, 4] == 255
    assert to_uint8(image).sum() == 255


@pytest.mark.parametrize("value", [0, 7, 65535])
def test_a_constant_image_is_black(value):
    assert not to_uint8(np.full((4, 4), value, dtype=np.uint16)).any()


def test_other_data_types_are_refused():
    with pytest.raises(TypeError, match="float64"):
        to_uint8(np.zeros((2, 2)))


@given(images, st.sampled_from([1, 3]))
def test_channels_as_asked(image, channels):
    result = to_channels(image, channels)
    assert result.shape == image.shape[:2] + ((3,) if channels == 3 else ())
    assert result.dtype == image.dtype
    assert result.flags.c_contiguous
    np.testing.assert_array_equal(to_channels(result, channels), result)


@given(images)
def test_grey_survives_colour(image):
    grey = to_channels(image, 1)
    np.testing.assert_array_equal(to_channels(to_channels(grey, 3), 1), grey)


@given(images)
def test_luma_lies_between_the_colours(image):
    colour = to_channels(image, 3)
    grey = to_channels(colour, 1)
    assert (grey >= colour.min(axis=2)).all()
    assert (grey <= colour.max(axis=2)).all()


@given(images8)
def test_luma_is_that_of_the_standard(image):
    colour = to_channels(image, 3)
    expected = colour @ np.array([0.299, 0.587, 0.114])
    assert np.abs(to_channels(colour, 1) - expected).max() < 0.51
    np.testing.assert_array_equal(
        to_channels(colour, 1), np.asarray(Image.fromarray(colour).convert("L"))
    )


@pytest.mark.parametrize("shape", [(4,), (4, 4, 4), (2, 4, 4, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="shape"):
        to_channels(np.zeros(shape, dtype=np.uint8), 3)


def test_two_channels_are_refused():
    with pytest.raises(ValueError, match="2 channels"):
        to_channels(np.zeros((4, 4), dtype=np.uint8), 2)
