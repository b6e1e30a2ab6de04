"""Listings get classes, groups, parts and columns from folders and tables."""

import pytest

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.sets.arrange import arrange, with_splits, with_table
from autoal_gui.core.sets.layout import Layout
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table


def listed(*keys):
    return [ListedImage(key, f"{place:064x}") for place, key in enumerate(keys)]


def test_folders_give_classes_groups_and_parts():
    layout = Layout(split_level=1, class_level=2, group_level=3)
    images = listed("train/b/p1/1.png", "test/a/p2/1.png", "val/b/p3/1.png", "loose.png")
    classes, found = arrange(layout, images, ["train/c10", "train/c9"])
    assert classes == ("a", "b", "c9", "c10")
    assert [image.label for image in found] == [1, 0, 1, None]
    assert [image.group for image in found] == ["p1", "p2", "p3", ""]
    assert [image.part for image in found] == ["train", "test", "validation", None]
    assert [image.split for image in found] == ["pool", "evaluation", "pool", "pool"]


def test_without_a_test_part_the_validation_part_measures():
    classes, found = arrange(Layout(split_level=1), listed("train/1.png", "valid/1.png"))
    assert classes == ()
    assert [image.split for image in found] == ["pool", "evaluation"]


@pytest.mark.parametrize("parts", [(None, None), ("train", "train"), ("test", "test")])
def test_one_part_alone_decides_nothing(parts):
    images = [ListedImage(str(n), "", part=part) for n, part in enumerate(parts)]
    assert [image.split for image in with_splits(images)] == ["pool", "pool"]


def test_a_group_in_two_parts_stays_where_it_stands_first():
    parts = [("train", "p1"), ("test", "p1"), ("test", "p2"), ("train", "p2"), ("test", "")]
    images = [ListedImage(str(n), "", part=part, group=g) for n, (part, g) in enumerate(parts)]
    found = [image.split for image in with_splits(images)]
    assert found == ["pool", "pool", "evaluation", "evaluation", "evaluation"]


def test_a_test_part_without_labels_does_not_measure_where_others_have_labels():
    parts = [("train", 0), ("train", 1), ("validation", 0), ("test", None)]
    images = [ListedImage(str(n), "", part=part, label=k) for n, (part, k) in enumerate(parts)]
    assert [i.split for i in with_splits(images)] == ["pool", "pool", "evaluation", "pool"]
    alone = [image for image in images if image.part != "validation"]
    assert {i.split for i in with_splits(alone)} == {"pool"}


def test_a_column_of_a_table_gives_the_parts():
    listing = Listing((), tuple(listed("a/1.png", "a/2.png", "a/3.png")))
    rows = (("1.png", "train", "x"), ("2.png", "Test", "y"), ("9.png", "val", "x"))
    use = ColumnUse("file", ("dx",), split="set")
    done, _ = with_table(listing, Table(("file", "set", "dx"), rows), use)
    assert [image.part for image in done.images] == ["train", "test", None]
    assert [image.split for image in done.images] == ["pool", "evaluation", "pool"]
    assert done.columns == ()


def test_identical_files_in_two_parts_stay_where_the_first_stands():
    images = [ListedImage("train/1.png", "0f", part="train"), ListedImage("test/1.png", "0f",
              part="test"), ListedImage("test/2.png", "1f", part="test")]  # fmt: skip
    assert [i.split for i in with_splits(images)] == ["pool", "pool", "evaluation"]


TABLE = Table(
    ("file", "who", "dx", "age"),
    (("1.png", "p1", "nv", "50"), ("2.png", "p2", "", "51"), ("9.png", "p3", "mel", "52")),
)


def test_a_table_gives_labels_groups_and_columns():
    listing = Listing((), tuple(listed("a/1.png", "a/2.png", "a/3.png")))
    done, match = with_table(listing, TABLE, ColumnUse("file", ("dx",), "who"))
    assert done.classes == ("nv",)  # a class of no image of the set is none
    assert done.columns == ("age",)
    assert [image.label for image in done.images] == [0, None, None]
    assert [image.group for image in done.images] == ["p1", "p2", ""]
    assert [image.columns for image in done.images] == [("50",), ("51",), ("",)]
    assert match.without_image == ("9.png",)
    assert match.without_row == ("a/3.png",)


def test_classes_of_folders_stay_where_the_table_has_no_labels_for_them():
    images = [ListedImage("a/1.png", "", label=0), ListedImage("b/2.png", "", label=1)]
    listing = Listing(("a", "b"), tuple(images))
    done, _ = with_table(listing, TABLE, ColumnUse("file", ("dx",), "who"), keep_labels=True)
    assert done.classes == ("a", "b")
    assert [image.label for image in done.images] == [0, 1]
    assert done.columns == ("dx", "age")


@pytest.mark.parametrize(
    ("rows", "use", "sentence"),
    [
        (
            (("1.png", "a|b"), ("2.png", "a"), ("3.png", "b")),
            ColumnUse("f", ("l",)),
            "several labels",
        ),
        ((("8.png", "a"),), ColumnUse("f", ("l",)), "No row of the table"),
        ((("1.png", "a"),), ColumnUse("", ("l",)), "No column of the table"),
        ((("1.png", "a"),), ColumnUse("f", ("no",)), "no column no"),
    ],
)
def test_what_a_table_cannot_say_is_one_sentence(rows, use, sentence):
    listing = Listing((), tuple(listed("1.png", "2.png", "3.png")))
    with pytest.raises(SourceError, match=sentence):
        with_table(listing, Table(("f", "l"), rows), use)
