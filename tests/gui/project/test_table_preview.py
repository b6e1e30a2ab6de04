"""A table before it is read in: its first rows, and what its columns are taken for."""

import pytest

from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.sets.tables.table import Table
from autoal_gui.gui.project.table_preview import TablePreview

TABLE = Table(
    ("path", "patient_id", "Mass", "Nodule"),
    tuple((f"a/{n}.png", str(n // 3), str(n % 2), "0") for n in range(25)),
)


@pytest.fixture
def preview(qtbot):
    widget = TablePreview()
    qtbot.addWidget(widget)
    return widget


def test_the_first_ten_rows_are_shown_and_how_many_more_there_are(preview):
    preview.show_table(TABLE, ColumnUse("path"))
    assert preview.rows.rowCount() == 10
    assert preview.rows.item(9, 0).text() == "a/9.png"
    assert preview.note.text() == "15 more rows"


@pytest.mark.parametrize(
    "use",
    [
        ColumnUse("path", ("Mass", "Nodule"), "patient_id"),
        ColumnUse("path", ("Mass",), ""),
        ColumnUse("path"),
    ],
)
def test_what_was_guessed_is_what_is_used_until_somebody_says_otherwise(preview, use):
    preview.show_table(TABLE, use)
    assert preview.use == use


def test_another_column_may_be_chosen_and_its_head_says_so(qtbot, preview):
    preview.show_table(TABLE, ColumnUse("path", ("Mass", "Nodule")))
    with qtbot.waitSignal(preview.changed):
        preview.group.setCurrentIndex(preview.group.findData("patient_id"))
    with qtbot.waitSignal(preview.changed):
        preview.label.setCurrentIndex(preview.label.findData("Nodule"))
    assert preview.use == ColumnUse("path", ("Nodule",), "patient_id")
    assert "Patient or group" in preview.rows.horizontalHeaderItem(1).text()
    assert "Class" not in preview.rows.horizontalHeaderItem(2).text()


def test_a_second_table_takes_the_place_of_the_first(preview):
    preview.show_table(TABLE, ColumnUse("path", ("Mass", "Nodule"), "patient_id"))
    preview.show_table(Table(("file", "dx"), (("x.png", "nv"),)), ColumnUse("file", ("dx",)))
    assert preview.use == ColumnUse("file", ("dx",))
    assert preview.rows.columnCount() == 2
    assert not preview.note.text()
