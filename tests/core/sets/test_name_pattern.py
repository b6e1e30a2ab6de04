"""A pattern for groups is what somebody typed: it may be wrong, and it may never end."""

import pytest

from autoal_gui.core.errors import SourceError
from autoal_gui.core.sets.layout import Layout
from autoal_gui.core.sets.name_pattern import checked_pattern, searched, suggested_pattern


def test_a_pattern_without_end_is_given_up_in_one_sentence():
    pattern = checked_pattern("(a|aa)+b$")
    with pytest.raises(SourceError, match="takes too long on a name"):
        Layout(group_pattern=pattern).group_of("a" * 60 + ".png")


def test_a_named_part_of_a_pattern_is_the_group():
    assert searched(r"(?P<group>p\d+)_", "p7_03.png")["group"] == "p7"
    assert Layout(group_pattern=r"(?P<group>p\d+)_").group_of("p7_03.png") == "p7"


def groups_of(keys):
    layout = Layout(group_pattern=suggested_pattern(keys))
    return {layout.group_of(key) for key in keys} - {""}


def test_both_sides_and_views_of_a_woman_are_one_group():
    keys = [f"{1000 + p}_{side}_{v}.png" for p in range(9) for side in "LR" for v in ("CC", "MLO")]
    assert groups_of(keys) == {str(1000 + p) for p in range(9)}


def test_few_first_parts_may_be_days_or_sites_and_the_rest_of_the_name_tells_more():
    keys = [f"day{d}_smear{s}_{i}.png" for d in range(3) for s in range(4) for i in range(2)]
    assert groups_of(keys) == {f"day{d}_smear{s}" for d in range(3) for s in range(4)}


def test_tiles_of_a_slide_belong_to_its_patient():
    cases = ("A1-A0SB", "A2-A04P", "AC-A2BK")
    keys = [f"TCGA-{c}-01Z-00-DX1_{x}_{y}.png" for c in cases for x in range(3) for y in range(3)]
    assert groups_of(keys) == {f"TCGA-{c}" for c in cases}


def test_chance_likenesses_of_names_are_no_groups():
    assert groups_of([f"{c}_{i}.png" for c in ("benign", "malignant") for i in range(9)]) == set()
    assert groups_of([f"ISIC_{i:07}.jpg" for i in range(9)]) == set()
