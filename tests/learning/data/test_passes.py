"""Passes over images: as many at a time as fit, and half as many where that was too many."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.learning.data.context import Feed
from autoal_gui.learning.data.passes import pass_size, passed
from autoal_gui.learning.model import device_memory
from autoal_gui.learning.model.device_memory import (
    AT_ONCE,
    MOST,
    ON_THE_PROCESSOR,
    SHARE,
    images_that_fit,
    is_out_of_memory,
    largest_map,
)
from tests.support.learning import TINY, classifier, context_of, picture, pool_of

pytestmark = pytest.mark.small_network

IDS = list(range(1, 12))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    pool = pool_of([picture(i % 2, i) for i in range(len(IDS))])
    return context_of(tmp_path_factory.mktemp("passes"), pool, TINY.but(infer_batch=0))


@pytest.fixture
def room(monkeypatch):
    """Lets the memory hold so many images at a time, and counts how many are asked for."""
    sizes, sound = [], Feed.images

    def leave(most, error=None):
        def images(feed, ids):
            sizes.append(len(ids))
            if len(ids) > most:
                raise error or torch.OutOfMemoryError("planted")
            return sound(feed, ids)

        monkeypatch.setattr(Feed, "images", images)
        return sizes

    return leave


def brightness(images):
    return images.mean((1, 2, 3))


@pytest.mark.parametrize("most", [1, 2, 3, 7, 11])
def test_a_full_memory_halves_the_parts_and_loses_no_image(context, room, most):
    expected = torch.cat([found for _, found in passed(context, brightness, IDS)])
    sizes = room(most)
    parts = list(passed(context, brightness, IDS))
    assert [i for part, _ in parts for i in part] == IDS
    np.testing.assert_allclose(torch.cat([found for _, found in parts]), expected, rtol=1e-6)
    assert max(len(part) for part, _ in parts) <= most
    assert sizes[sum(size > most for size in sizes) :] == [len(part) for part, _ in parts]


def test_where_not_one_image_fits_the_error_is_passed_on(context, room):
    room(0)
    with pytest.raises(torch.OutOfMemoryError):
        list(passed(context, brightness, IDS))


def test_another_error_is_passed_on_at_once(context, room):
    sizes = room(0, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        list(passed(context, brightness, IDS, lambda most: 4))
    assert sizes == [4]


def test_no_images_are_passed_without_a_word(context):
    assert list(passed(context, brightness, [])) == []


@pytest.mark.parametrize(
    "words",
    [
        "MPS backend out of memory (MPS allocated: 8 GB)",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "Native API failed. Native API returns: 39 (UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY)",
    ],
)
def test_every_devices_words_for_a_full_memory_are_known(words):
    assert is_out_of_memory(RuntimeError(words))
    assert not is_out_of_memory(RuntimeError("an illegal memory access was encountered"))


def test_the_processor_takes_the_same_number_always(context):
    assert pass_size(context, brightness, IDS) == ON_THE_PROCESSOR


@given(free=st.integers(0, 2**40), side=st.integers(1, 64))
def test_what_is_passed_at_a_time_fits_and_is_a_power_of_two(free, side):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(device_memory, "free_bytes", lambda device: free)
        image = torch.zeros(1, 3, side, side)
        found = images_that_fit(torch.device("cpu"), brightness, lambda: image)
    assert 1 <= found <= MOST
    assert found & (found - 1) == 0
    each = AT_ONCE * image.numel() * 4
    assert found == 1 or found * each <= free * SHARE
    assert found == MOST or 2 * found * each > free * SHARE


def test_the_largest_map_is_that_of_the_first_layer():
    model, image = classifier(stem="3x3").eval(), torch.zeros(1, 1, 28, 28)
    channels = model.backbone.stage_widths[0]
    with torch.inference_mode():
        assert largest_map(model, image) == channels * 28 * 28 * 4
        assert largest_map(lambda images: images, image) == 28 * 28 * 4
