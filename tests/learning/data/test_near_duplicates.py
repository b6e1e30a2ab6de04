"""Images that are nearly the same are found, whatever their class, and others are not."""

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.measures.alike_text import alike_sentence
from autoal_gui.core.measures.metrics import Metrics, NearlyAlike
from autoal_gui.learning.data.near_duplicates import near_duplicates
from autoal_gui.learning.round_measures import nearly_alike
from autoal_gui.strategies.contract import Labelled
from tests.support.learning import TINY, context_of, pool_of

SIDE = 32


def scene(rng):
    """A picture of its own on what all of the set share."""
    common = np.linspace(0, 80, SIDE)[:, None] + np.linspace(0, 60, SIDE)
    own = np.kron(rng.uniform(0, 100, (4, 4)), np.ones((SIDE // 4, SIDE // 4)))
    return (common + own).clip(0, 255).astype(np.uint8)


@pytest.fixture
def context(tmp_path):
    """Images 1 to 20 are scenes of their own; 21 to 25 are 1 to 5 saved again, darker and noisy."""
    rng = np.random.default_rng(0)
    scenes = [scene(rng) for _ in range(20)]
    again = [
        np.asarray(Image.fromarray(one).resize((24, 24)).resize((SIDE, SIDE))) * 0.7
        + rng.normal(0, 3, one.shape)
        for one in scenes[:5]
    ]
    arrays = [*scenes, *(one.clip(0, 255).astype(np.uint8) for one in again)]
    return context_of(tmp_path, pool_of(arrays), TINY.but(input_size=SIDE))


def test_pictures_saved_again_are_found_and_no_others(context):
    ids = tuple(range(1, 26))
    assert near_duplicates(context, ids[20:], ids[:20], ids) == set(range(21, 26))
    assert near_duplicates(context, ids[10:20], ids[:10], ids) == set()
    again = near_duplicates(context, ids[:20], ids[20:], ids)  # from what was kept
    assert again == {1, 2, 3, 4, 5}


def test_nothing_is_compared_with_nothing(context):
    assert near_duplicates(context, (), (1,), (1, 2)) == frozenset()
    assert near_duplicates(context, (1,), (), (1, 2)) == frozenset()


def labelled(right):
    """Images 1, 2, ... of class 0 and 1 by turns, predicted right or wrong."""
    truth = np.arange(len(right)) % 2
    predicted = np.where(right, truth, 1 - truth)
    rows = np.eye(2)[predicted] * 0.8 + 0.1
    return Labelled(np.arange(1, len(right) + 1), np.zeros((len(right), 1)), rows, truth, None)


def test_the_numbers_are_told_without_the_images_that_flatter():
    right = [True] * 10 + [True, False] * 5
    found = nearly_alike(labelled(right), frozenset(range(1, 11)), (0, 1))
    assert (found.images, found.rest.total, found.rest.correct) == (10, 10, 5)
    told = alike_sentence(found, Metrics(((10, 0), (5, 5))))
    assert told.startswith("10 of 20 images measured on are nearly the same")
    assert "Without them the balanced accuracy is 50.0%" in told
    assert "with them 75.0%" in told


def test_where_all_images_are_alike_the_numbers_say_nothing():
    found = nearly_alike(labelled([True] * 4), frozenset(range(1, 5)), (0, 1))
    assert found == NearlyAlike(4, None)
    assert "say nothing of new ones" in alike_sentence(found, Metrics(((2, 0), (0, 2))))
    assert nearly_alike(labelled([True]), frozenset(), (0, 1)) is None
    assert nearly_alike(None, frozenset({1}), (0, 1)) is None
