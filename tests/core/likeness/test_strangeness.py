"""How far an image is from those that a model learned from."""

import numpy as np
import pytest

from autoal_gui.core.likeness.strangeness import Familiar, left_out_distances
from autoal_gui.core.measures.conformal import Calibration


def drawn(images, features=60, seed=0, kept=5):
    """Rows that vary along a few directions alone, and hardly otherwise."""
    rng = np.random.default_rng(seed)
    axes = np.random.default_rng(99).normal(size=(kept, features))
    return 3 + rng.normal(size=(images, kept)) @ axes + 0.3 * rng.normal(size=(images, features))


@pytest.mark.parametrize("images", [40, 200])
def test_the_distance_is_that_of_another_implementation(images):
    from sklearn.covariance import LedoitWolf

    rows, new = drawn(images), drawn(30, seed=1) * 1.2
    oracle = LedoitWolf().fit(rows)
    found = Familiar.of(rows, (60,)).distances(new)
    assert np.allclose(found**2, oracle.mahalanobis(new), rtol=1e-6)


def test_an_image_off_the_directions_that_vary_is_strange_though_it_lies_no_farther():
    rows = drawn(100)
    off = np.random.default_rng(5).normal(size=(50, 60))
    off *= np.linalg.norm(rows - rows.mean(0), axis=1).mean() / np.linalg.norm(off, axis=1)[:, None]
    familiar = Familiar.of(rows, (60,))
    told = Calibration(np.zeros(99), familiar.distances(drawn(99, seed=2)), np.arange(99))
    assert told.unlike(familiar.distances(rows.mean(0) + off)).all()
    assert told.unlike(familiar.distances(drawn(1000, seed=3))).mean() < 0.03


def test_views_count_alike_however_large_their_numbers_are():
    rows, new = drawn(50), drawn(20, seed=1)
    larger = np.where(np.arange(60) < 20, 1000.0, 1.0)
    one, other = (
        Familiar.of(rows * by, (20, 40)).distances(new * by) for by in (np.ones(60), larger)
    )
    assert np.allclose(one, other)


@pytest.mark.parametrize("rows", [np.ones((1, 4)), np.ones((7, 4)), np.eye(4)[:2]])
def test_a_handful_of_images_gives_finite_distances(rows):
    found = Familiar.of(rows, (4,)).distances(np.arange(12.0).reshape(3, 4))
    assert np.isfinite(found).all()
    assert found.argmax() == 2
    assert Familiar.of(rows, (4,)).distances(rows[:0]).shape == (0,)


def test_left_out_an_image_is_as_far_as_a_new_one_and_so_is_its_group():
    rows, new = drawn(60), drawn(400, seed=1)
    alone = left_out_distances(rows, np.arange(60), (60,))
    outside = Familiar.of(rows, (60,)).distances(new)
    assert np.median(alone) == pytest.approx(np.median(outside), rel=0.15)
    twice = np.repeat(rows[:30], 2, axis=0)
    together = left_out_distances(twice, np.repeat(np.arange(30), 2), (60,))
    apart = left_out_distances(twice, np.arange(60), (60,))
    assert np.median(apart) < 0.9 * np.median(together)  # its twin is no longer among the others
