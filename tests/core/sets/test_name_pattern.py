"""A pattern for groups is what somebody typed: it may be wrong, and it may never end."""

import pytest

from autoal_gui.core.errors import SourceError
from autoal_gui.core.sets.layout import Layout
from autoal_gui.core.sets.name_pattern import checked_pattern, searched


def test_a_pattern_without_end_is_given_up_in_one_sentence():
    pattern = checked_pattern("(a|aa)+b$")
    with pytest.raises(SourceError, match="takes too long on a name"):
        Layout(group_pattern=pattern).group_of("a" * 60 + ".png")


def test_a_named_part_of_a_pattern_is_the_group():
    assert searched(r"(?P<group>p\d+)_", "p7_03.png")["group"] == "p7"
    assert Layout(group_pattern=r"(?P<group>p\d+)_").group_of("p7_03.png") == "p7"
