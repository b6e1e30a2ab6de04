"""What of a table and of a set belongs together is told in sentences."""

from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.sets.arrange import with_table
from autoal_gui.core.sets.summary import doubts, summarise
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table
from autoal_gui.core.sets.tables.table_fit import fit_lines, fit_of

FOLDERS = Listing(
    ("mel", "nv"),
    tuple(ListedImage(f"{name}/{n}.png", "", label=label)
          for n, (name, label) in enumerate([("mel", 0), ("mel", 0), ("nv", 1), ("nv", 1)])),
)  # fmt: skip


def lines(*rows):
    table = Table(("file", "dx"), rows)
    return fit_lines(fit_of(FOLDERS, *with_table(FOLDERS, table, ColumnUse("file", ("dx",)))))


def test_a_table_that_fits_is_one_sentence():
    rows = [("0", "mel"), ("1", "mel"), ("2", "nv"), ("3", "nv")]
    assert lines(*rows) == ("4 of 4 images have a row in the table.",)


def test_what_does_not_match_and_what_contradicts_is_told_with_examples():
    told = lines(
        ("0", "NV"), ("1", "mel"), ("2", "nv"), ("2", "mel"), *((f"x{n}", "") for n in "1234")
    )
    assert told == (
        "2 of 4 images have a row in the table.",
        "2 images have no row: nv/2.png, nv/3.png.",
        "4 rows name no image of this set: x1, x2, x3, x4.",
        "1 name is not believed, since several images or unlike rows bear it: nv/2.png.",
        "1 image lies in the folder of another class than the table says: mel/0.png. "
        "The table counts.",
    )


def test_other_classes_than_those_of_the_folders_are_no_contradiction():
    assert len(lines(("0", "old"), ("1", "new"), ("2", "old"), ("3", "new"))) == 1


def test_what_makes_numbers_too_good_or_labels_doubtful_is_told():
    images = (
        ListedImage("a/1", "0f", label=0, group="p", part="train"),
        ListedImage("b/1", "0f", label=1, group="p", part="test"),
    )
    listing = Listing(("a", "b", "B"), images)
    told = doubts(listing, summarise(listing))
    assert [line.split(" ", 3)[:3] for line in told] == [
        ["1", "group", "is"], ["1", "file", "has"],
        ["1", "file", "stands"], ["1", "file", "stands"],
        ["These", "classes", "may"],
    ]  # fmt: skip
    assert told[2] == "1 file stands in more than one part of the set."
    assert told[3].endswith("a/1 = b/1.")
    assert "new evaluation set" in doubts(listing, summarise(listing), redrawn=True)[0]
