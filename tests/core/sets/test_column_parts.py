"""A column divides images into parts that a reader asks for: women and men, bands of age, sites."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.sets.column_parts import MOST_PARTS, by_interest, parts_of


def divided(column, cells):
    """Return the cells of each part."""
    found = parts_of(column, cells)
    assert found is not None
    parts = {name: [] for name in found.names}
    for place, cell in zip(found.places, cells, strict=True):
        parts[found.names[place]].append(cell)
    return parts


def test_sexes_are_named_whatever_stands_for_them():
    found = divided("Sex", ["F", "m", "female", "M", "", "f"])
    assert found == {"Women": ["F", "female", "f"], "Men": ["m", "M"], "not known": [""]}


def test_a_letter_of_another_column_is_no_sex():
    assert list(divided("view", ["F", "M"])) == ["F", "M"]


def test_ages_are_cut_at_round_numbers():
    found = divided("age", [str(age) for age in range(10, 95)])
    assert list(found) == ["below 20", "20 to 39", "40 to 59", "60 to 79", "80 and above"]
    assert found["20 to 39"][0] == "20"
    assert found["20 to 39"][-1] == "39"


def test_an_age_is_read_as_dicom_writes_it():
    found = divided("PatientAge", [f"{age:03}Y" for age in range(30, 90)])
    assert found["40 to 59"][0] == "040Y"


def test_numbers_with_decimals_are_cut_without_a_gap():
    found = divided("bmi", [f"{15 + n / 10:.1f}" for n in range(300)])
    assert list(found) == ["below 20", "20 to below 30", "30 to below 40", "40 and above"]
    assert found["20 to below 30"][-1] == "29.9"


@pytest.mark.parametrize("cells", [["1.5", "3", "1.5"], ["1,5", "3", "1,5"]])
def test_a_few_numbers_are_parts_of_their_own(cells):
    assert list(divided("field strength", cells)) == ["1.5", "3"]


def test_columns_of_0_and_1_say_no_and_yes():
    assert divided("Mass", ["0", "1", "0"]) == {"no": ["0", "0"], "yes": ["1"]}


def test_days_are_taken_together_by_years():
    days = ["20191231", "20200101", "20200502"]
    assert list(divided("StudyDate", days)) == ["2019", "2020"]
    assert list(divided("when", ["2019-12-31", "2020-01-01T10:00"])) == ["2019", "2020"]


def test_years_are_written_as_years():
    assert list(divided("year", ["2019", "2020"])) == ["2019", "2020"]


def test_spelling_makes_no_part():
    assert divided("site", ["Bern ", "bern", "Bern", "Basel"])["Bern"] == ["Bern ", "bern", "Bern"]


def test_rare_values_are_taken_together_last_but_for_the_unknown():
    cells = [f"scanner {n}" for n in range(30) for _ in range(40 - n)] + [""]
    found = divided("scanner", cells)
    assert len(found) == MOST_PARTS + 1
    assert next(iter(found)) == "scanner 0"
    assert list(found)[-2:] == ["all others", "not known"]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("comment", [f"text {n}" for n in range(50)]),
        ("patient_id", [str(n) for n in range(50)]),
        ("sex", ["F", "F"]),
        ("sex", ["", ""]),
        ("sex", []),
        ("age", ["50", "50"]),
    ],
)
def test_what_divides_nothing_or_names_each_image_is_no_column_of_parts(column, cells):
    assert parts_of(column, cells) is None


def test_what_readers_ask_for_comes_first():
    columns = ("path2", "Mass", "sex", "PatientAge", "Nodule")
    assert by_interest(columns) == ("sex", "PatientAge", "path2", "Mass", "Nodule")


CELLS = st.one_of(
    st.integers(-(10**9), 10**9).map(str),
    st.floats(-1e6, 1e6).map(lambda value: f"{value:.3f}"),
    st.sampled_from(("", "F", "m", "a", "A ", "2020-01-01", "043Y")),
    st.text(max_size=4),
)


@given(st.sampled_from(("age", "sex", "x")), st.lists(CELLS, max_size=60))
def test_every_image_is_in_one_part_and_no_part_is_empty(column, cells):
    found = parts_of(column, cells)
    if found is not None:
        assert len(found.places) == len(cells)
        assert set(found.places) == set(range(len(found.names)))
        assert len(set(found.names)) == len(found.names) > 1


@given(st.lists(st.integers(-1000, 100_000), min_size=10, max_size=80))
def test_bands_keep_the_order_of_the_numbers(values):
    found = parts_of("value", [str(value) for value in values])
    if found is not None:
        order = [place for _, place in sorted(zip(values, found.places, strict=True))]
        assert order == sorted(order)
