"""Vectors of images: what is kept of them, what they tell, and what becomes of damage."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.likeness import layout
from autoal_gui.core.likeness.clusters import clusters
from autoal_gui.core.likeness.kept_map import map_name, read_map, write_layout, write_map
from autoal_gui.core.likeness.reduction import flat_places, main_directions, shortened
from autoal_gui.core.likeness.search import least_like, most_like, nearest_known, unit_rows

RNG = np.random.default_rng(0)
VECTORS = unit_rows(RNG.normal(size=(60, 8)))


@given(st.integers(0, 59), st.lists(st.booleans(), min_size=60, max_size=60), st.integers(1, 70))
def test_the_likest_images_are_those_of_the_largest_cosine_among_those_allowed(row, among, most):
    mask = np.array(among)
    rows, cosines = most_like(VECTORS, VECTORS[[row]], mask, most)
    known = VECTORS @ VECTORS[row]
    best = sorted(np.flatnonzero(mask).tolist(), key=lambda r: -known[r])[:most]
    np.testing.assert_allclose(cosines, known[best], atol=1e-5)
    assert mask[rows].all()
    if mask[row]:
        assert rows[0] == row


def test_images_that_point_apart_have_nothing_in_common_to_be_like():
    rows, cosines = most_like(VECTORS, np.stack([VECTORS[0], -VECTORS[0]]), np.ones(60, bool), 5)
    assert len(rows) == len(cosines) == 0


@given(st.sets(st.integers(0, 59)))
def test_an_image_is_as_known_as_the_likest_that_has_a_label(labelled):
    known = np.array(sorted(labelled), np.intp)
    found = nearest_known(VECTORS, known)
    if not labelled:
        assert (found == -1).all()
    else:
        np.testing.assert_allclose(found, (VECTORS @ VECTORS[known].T).max(1), atol=1e-5)
        np.testing.assert_allclose(found[known], 1, atol=1e-5)


def test_short_vectors_keep_the_angles_of_rows_that_lie_in_few_directions():
    rows = RNG.normal(size=(50, 5)) @ RNG.normal(size=(5, 40))
    short = shortened(rows, main_directions(iter((rows[:25], rows[25:])), 5))
    np.testing.assert_allclose(short @ short.T, unit_rows(rows) @ unit_rows(rows).T, atol=1e-4)


@pytest.mark.parametrize("images", [0, 1, 2, 7])
def test_a_flat_map_has_a_place_for_each_of_however_few_images(images):
    places = flat_places(VECTORS[:images, :3])
    assert places.shape == (images, 2)
    assert np.isfinite(places).all()


def test_a_map_opens_as_it_was_kept_and_its_layout_takes_the_place_of_the_flat_one(tmp_path):
    ids, name = np.arange(1, 61), map_name("these images")
    places = flat_places(VECTORS)
    places[3] = np.nan
    write_map(tmp_path, name, VECTORS, places)
    kept = read_map(tmp_path, name, ids)
    np.testing.assert_array_equal(kept.vectors, VECTORS)
    np.testing.assert_array_equal(kept.places, places)
    assert not kept.laid_out
    assert kept.rows([4, 5, 900, 1]).tolist() == [4, 0]  # 4 cannot be read, 900 is none
    write_layout(tmp_path, name, places + 1)
    assert read_map(tmp_path, name, ids).laid_out
    write_map(tmp_path, map_name("others"), VECTORS, places)
    assert read_map(tmp_path, name, ids) is None


@pytest.mark.parametrize("what", ["vectors", "places", "layout"])
def test_of_a_damaged_map_nothing_is_believed(tmp_path, what):
    ids, name = np.arange(1, 61), map_name("these images")
    write_map(tmp_path, name, VECTORS, flat_places(VECTORS))
    write_layout(tmp_path, name, flat_places(VECTORS))
    file = tmp_path / f"{name}-{what}.npy"
    file.write_bytes(file.read_bytes()[:200])
    kept = read_map(tmp_path, name, ids)
    assert kept is None if what != "layout" else not kept.laid_out


def test_images_of_one_kind_lie_together_and_those_beyond_the_sample_among_their_like(monkeypatch):
    monkeypatch.setattr(layout, "SAMPLE", 60)
    kinds = np.repeat([0, 1], 60)
    vectors = unit_rows(np.eye(8)[kinds] + RNG.normal(size=(120, 8)) * 0.05)
    places = layout.lay_out(vectors)
    np.testing.assert_array_equal(places, layout.lay_out(vectors))
    apart = np.linalg.norm(places[:, None] - places[None], axis=2) + np.eye(120) * 1e9
    assert (kinds[apart.argmin(1)] == kinds).all()


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has a policy of idle processes")
def test_a_layout_is_computed_only_while_nothing_else_wants_the_processor():
    def policy():
        layout.give_way()
        return os.sched_getscheduler(0)  # of this thread alone

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(policy).result() == os.SCHED_IDLE


def test_images_of_one_kind_are_one_group_and_the_largest_comes_first():
    kinds = np.repeat([0, 1], [15, 45])
    vectors = unit_rows(np.eye(8)[kinds] + RNG.normal(size=(60, 8)) * 0.02)
    found = clusters(vectors)
    np.testing.assert_array_equal(found, clusters(vectors))
    assert (np.diff(np.bincount(found)) <= 0).all()
    assert all(len(set(kinds[found == one].tolist())) == 1 for one in set(found.tolist()))
    assert (clusters(vectors[:20]) == 0).all()


def test_the_least_like_are_the_farthest_from_all_known_and_of_none_known_there_are_none():
    known, others = np.array([0, 1]), np.arange(2, len(VECTORS))
    rows, likeness = least_like(VECTORS, known, others)
    nearest = nearest_known(VECTORS, known)
    assert likeness.tolist() == sorted(nearest[others].tolist())[: len(rows)]
    assert nearest[rows].tolist() == likeness.tolist()
    assert not len(least_like(VECTORS, known[:0], others)[0])
