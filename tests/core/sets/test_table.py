"""Tables as spreadsheets, scripts and registries write them."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.errors import SourceError
from autoal_gui.core.sets.tables.table import Table, read_table

EXPECTED = Table(("image", "dx"), (("a.png", "Nävus"), ("b.png", "mel, in situ")))


def written(text):
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
        yield encoding, text.encode(encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_and_encoding(tmp_path, delimiter):
    lines = [["image", "dx"], ["a.png", "Nävus"], ["b.png", "mel, in situ"]]
    quoted = [[f'"{c}"' if "," in c else c for c in row] for row in lines]
    text = "\r\n".join(delimiter.join(row) for row in quoted) + "\r\n\r\n"
    for encoding, data in written(text):
        file = tmp_path / "labels.csv"
        file.write_bytes(data)
        assert read_table(file) == EXPECTED, encoding


def test_a_sheet_is_read_as_it_is_seen(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "notes"
    sheet = book.create_sheet("labels")
    for row in (["image", "age", "sick", None], ["a.png", 7.0, True, None], ["b.png", 7.5, None]):
        sheet.append(row)
    file = tmp_path / "labels.xlsx"
    book.save(file)
    assert read_table(file) == Table(
        ("image", "age", "sick", "column 4"), (("a.png", "7", "1", ""), ("b.png", "7.5", "", ""))
    )


@pytest.mark.parametrize(
    "content",
    [
        [{"image": "a.png", "dx": "Nävus"}, {"image": "b.png", "dx": "mel, in situ"}],
        {
            "info": "x",
            "images": [
                {"image": "a.png", "dx": "Nävus"}, {"image": "b.png", "dx": "mel, in situ"},
            ],
        },
        {"image": ["a.png", "b.png"], "dx": ["Nävus", "mel, in situ"]},
        {"a.png": {"dx": "Nävus"}, "b.png": {"dx": "mel, in situ"}},
    ],
)  # fmt: skip
def test_the_usual_forms_of_json(tmp_path, content):
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(content))
    assert read_table(file) == EXPECTED


def test_a_title_above_the_header_is_none_of_the_table(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("Study of 2024;;\n\nimage;dx;age\na.png;nv;7\n")
    assert read_table(file) == Table(("image", "dx", "age"), (("a.png", "nv", "7"),))


def test_a_file_of_names_and_labels_alone(tmp_path):
    file = tmp_path / "labels.json"
    file.write_text('{"a.png": "nv", "b.png": ["mel", "nv"]}')
    assert read_table(file) == Table(("image", "label"), (("a.png", "nv"), ("b.png", "mel|nv")))


def test_excel_names_its_own_delimiter_and_columns_without_names_get_one(tmp_path):
    file = tmp_path / "labels.csv"
    file.write_text("sep=;\nimage;;image\na.png;1;2\nb.png\n")
    assert read_table(file) == Table(
        ("image", "column 2", "image'"), (("a.png", "1", "2"), ("b.png", "", ""))
    )


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("labels.csv", b"", "no rows"),
        ("labels.csv", b"image,label\n", "no rows"),
        ("labels.xlsx", b"PK\x03\x04 no sheet", "cannot be read"),
        ("labels.xlsx", b"", "cannot be read"),
        ("labels.xls", b"\xd0\xcf\x11\xe0", "Save the table labels.xls as XLSX or CSV"),
        ("labels.json", b"{", "cannot be read"),
        ("labels.json", b"[1, 2]", "cannot be read"),
        ("labels.json", b"[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path, name, data, sentence):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(SourceError, match=sentence) as caught:
        read_table(file)
    assert "\n" not in str(caught.value)


def test_a_table_that_is_not_there_and_a_folder(tmp_path):
    for file in (tmp_path / "no.csv", tmp_path):
        with pytest.raises(SourceError, match="There is no table"):
            read_table(file)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(SourceError, match="no column age; it has: image, dx"):
        EXPECTED.column("age")


CELLS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\ufeff"), max_size=8
)


@given(st.binary(max_size=300), st.sampled_from(["x.csv", "x.json", "x.xlsx"]))
def test_any_bytes_give_a_table_or_a_sentence(tmp_path_factory, data, name):
    file = tmp_path_factory.getbasetemp() / name
    file.write_bytes(data)
    try:
        table = read_table(file)
    except SourceError:
        return
    assert table.rows
    assert all(len(row) == len(table.columns) for row in table.rows)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6))
def test_what_a_program_writes_is_read_as_it_was(tmp_path_factory, rows):
    import csv

    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([("image", "label", "age"), *rows])
    file = tmp_path_factory.getbasetemp() / "round.csv"
    file.write_text(stream.getvalue(), encoding="utf-8-sig", newline="")
    wanted = tuple(kept for row in rows if any(kept := tuple(cell.strip() for cell in row)))
    try:
        assert read_table(file).rows == wanted
    except SourceError:
        assert not wanted
