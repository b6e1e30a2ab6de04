"""The map of all images: made by a network that has seen no label, kept, and found again."""

from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.core.likeness.kept_map import map_name, read_map
from autoal_gui.core.messages import MapImages, Mapped, Progress
from autoal_gui.learning.training.image_map import map_images
from tests.support.learning import TINY, command_of, never, pool_of


def command(folder, **changes) -> MapImages:
    one = command_of(folder, TINY.but(mode="margin"))
    return MapImages(5, one.pool, one.classes, one.settings, str(folder), map_name("x"), **changes)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A map of dark and bright squares, one of them broken, and one from outside."""
    one = command(tmp_path_factory.mktemp("map"))
    outside = pool_of([one.pool.read(1)])
    one.pool.reader.broken.add("3")
    one = replace(one, outside=outside)
    return one, list(map_images(one, never))


def test_every_image_that_can_be_read_has_a_vector_and_a_place(made, tmp_path):
    one, last = made[0], made[1][-1]
    assert isinstance(last, Mapped)
    ids = np.array(sorted(one.pool.images))
    kept = read_map(tmp_path.__class__(one.workspace), one.name, ids)
    np.testing.assert_allclose(np.linalg.norm(kept.vectors[kept.readable], axis=1), 1, atol=1e-3)
    assert ids[~kept.readable].tolist() == [3]
    assert not kept.vectors[2].any()


def test_the_images_are_counted_once(made):
    one, events = made
    told = [e for e in events if isinstance(e, Progress) and e.step == "features"]
    assert {event.total for event in told} == {len(one.pool.images) - 1}  # all that can be read
    done = [event.done for event in told]
    assert done == sorted(done)


def test_what_comes_after_the_count_is_a_step_of_its_own(made):
    steps = [event.step for event in made[1] if isinstance(event, Progress)]
    end = steps.index("finishing")
    assert "features" in steps[:end]
    assert set(steps[end:]) == {"finishing"}


def test_an_image_from_outside_is_like_the_same_image_of_the_project(made, tmp_path):
    one, last = made[0], made[1][-1]
    kept = read_map(tmp_path.__class__(one.workspace), one.name, np.array(sorted(one.pool.images)))
    assert last.outside.shape == (1, kept.vectors.shape[1])
    assert int((kept.vectors @ last.outside[0]).argmax()) == 0
    assert float(kept.vectors[0] @ last.outside[0]) > 0.999
