"""Sentences and words of an operating point."""

import pytest

from autoal_gui.core.measures.operating.text import says_nothing_is_there


@pytest.mark.parametrize(
    "name", ["normal", "Normal", "normal, healthy", "01_normal", "benign", "gesund", "正常组织"]
)
def test_a_name_tells_that_nothing_was_found(name):
    assert says_nothing_is_there(name)


@pytest.mark.parametrize("name", ["abnormal", "non-normal", "not normal", "pneumonia", "malignant"])
def test_what_one_looks_for_is_not_mistaken_for_nothing(name):
    assert not says_nothing_is_there(name)
