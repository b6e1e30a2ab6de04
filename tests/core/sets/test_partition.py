"""Groups stay whole, and every class that can is measured and learned."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.sets.partition import join_groups, set_aside

SETS = st.lists(st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 3))), max_size=80)


@given(SETS, st.integers(0, 80), st.integers(0, 5))
def test_no_group_is_torn_and_no_class_is_used_up(images, wanted, seed):
    units = {place: unit for place, (unit, _) in enumerate(images)}
    classes = {place: known for place, (_, known) in enumerate(images)}
    chosen = set_aside(units, classes, min(wanted, len(images)), seed)
    assert chosen <= set(units)
    inside = {units[image] for image in chosen}
    assert all(image in chosen for image, unit in units.items() if unit in inside)
    learned = {classes[image] for image in units if image not in chosen}
    assert {known for known in classes.values() if known is not None} <= learned
    assert chosen == set_aside(units, classes, min(wanted, len(images)), seed)


@given(st.lists(st.integers(0, 4), min_size=20, max_size=200), st.integers(0, 9))
def test_each_class_gives_its_share_where_images_stand_alone(labels, seed):
    units = {place: place for place in range(len(labels))}
    chosen = set_aside(units, dict(enumerate(labels)), len(labels) // 5, seed)
    held, totals = Counter(labels[image] for image in chosen), Counter(labels)
    for known, total in totals.items():
        exact = total * (len(labels) // 5) / len(labels)
        assert held[known] == 0 if total < 2 else abs(held[known] - max(1, exact)) < 1
    if min(totals.values()) > 9:
        assert len(chosen) == len(labels) // 5


def test_groups_of_several_sizes_come_near_what_is_wanted():
    units = {image: image // 12 for image in range(24 * 12)}
    classes = {image: image // 12 % 2 for image in units}
    for seed in range(20):
        chosen = set_aside(units, classes, 58, seed)
        assert 48 <= len(chosen) <= 72
        assert {classes[image] for image in chosen} == {0, 1}


def test_the_only_image_of_a_class_is_kept_to_learn_from():
    units = {image: image for image in range(100)}
    classes = {image: int(image == 7) for image in units}
    assert all(7 not in set_aside(units, classes, 50, seed) for seed in range(50))


def test_without_classes_about_so_many_are_set_aside_at_random():
    units = {image: image for image in range(300)}
    sets = {set_aside(units, {}, 30, seed) for seed in range(5)}
    assert len(sets) == 5
    assert {len(found) for found in sets} == {30}


@pytest.mark.parametrize(
    ("groups", "hashes", "units"),
    [
        (["", "", ""], ["", "", ""], (0, 1, 2)),
        (["a", "b", "a"], ["", "", ""], (0, 1, 0)),
        (["", "", ""], ["x", "y", "x"], (0, 1, 0)),
        (["a", "b", "b", ""], ["x", "x", "y", "y"], (0, 0, 0, 0)),
        (["x", ""], ["", "x"], (0, 1)),  # a name is no hash
    ],
)
def test_groups_and_identical_files_are_joined(groups, hashes, units):
    assert join_groups(groups, hashes) == units
