"""Columns are guessed by what they hold, and rows find their images."""

import pytest

from autoal_gui.core.errors import SourceError
from autoal_gui.core.sets.tables.columns import (
    ColumnUse,
    guess_columns,
    labels_in,
    match_rows,
    separator_of,
)
from autoal_gui.core.sets.tables.image_names import ImageNames
from autoal_gui.core.sets.tables.table import Table

KEYS = ["train/a/1.png", "train/b/2.png", "test/a/3.png"]
HASHES = {key: f"{place:064x}" for place, key in enumerate(KEYS, start=1)}


def table(header, *rows):
    return Table(tuple(header.split(",")), tuple(tuple(row.split(",")) for row in rows))


@pytest.mark.parametrize(
    "cells",
    [
        KEYS,
        ["1.png", "2.png", "3.png"],
        ["1", "2", "3"],
        ["a/1", "b/2", "a/3"],
        ["data\\train\\a\\1.PNG", "data\\train\\b\\2.PNG", "x\\test\\a\\3.PNG"],
        ["./train/a/1.png", "/mnt/x/train/b/2.png", "TEST/A/3.jpg"],
        [HASHES[key] for key in KEYS],
        [HASHES[key].upper() for key in KEYS],
    ],
)
def test_a_row_finds_its_image_by_path_name_or_hash(cells):
    rows = table("id,dx", *(f"{cell},x{place}" for place, cell in enumerate(cells)))
    found = match_rows(rows, "id", ImageNames(KEYS, HASHES))
    assert dict(found.rows) == {key: place for place, key in enumerate(KEYS)}
    assert found.without_row == found.without_image == found.ambiguous == ()
    assert guess_columns(rows, ImageNames(KEYS, HASHES)).key == "id"


def test_what_does_not_fit_is_told():
    keys = ["a/1.png", "b/1.png", "a/2.png", "a/3.png", "a/4.png"]
    rows = table("file,dx", "1.png,x", "2.png,x", "9.png,x", "a/3.png,x", "a/3.png,y", "2.png,x")
    found = match_rows(rows, "file", ImageNames(keys))
    assert dict(found.rows) == {"a/2.png": 1}
    assert found.without_row == ("a/1.png", "b/1.png", "a/3.png", "a/4.png")
    assert found.without_image == ("9.png",)
    assert found.ambiguous == ("1.png", "a/3.png")


def test_a_row_that_names_a_file_is_of_all_its_frames():
    keys = ["a/cine.dcm/1", "a/cine.dcm/2", "b/cine.dcm/1", "c.tif"]
    rows = table("file,dx,number", "a/cine.dcm,x,1", "b/cine.dcm/1,y,2", "c.tif,z,3")
    found = match_rows(rows, "file", ImageNames(keys))
    assert dict(found.rows) == {keys[0]: 0, keys[1]: 0, keys[2]: 1, keys[3]: 2}
    assert guess_columns(rows, ImageNames(keys)).key == "file"


@pytest.mark.parametrize(
    ("header", "rows", "use"),
    [
        ("image,dx", ["1,mel", "2,nv", "3,nv"], ColumnUse("image", ("dx",))),
        (
            "PatientID,Age,File,Diagnosis",
            ["p1,50,1.png,mel", "p2,51,2.png,nv", "p1,50,3.png,nv"],
            ColumnUse("File", ("Diagnosis",), "PatientID"),
        ),
        (
            "path,lesion_id,MEL,NV,BCC",
            ["1.png,l1,1,0,0", "2.png,l2,0,1,0", "3.png,l2,0,0,1"],
            ColumnUse("path", ("MEL", "NV", "BCC"), "lesion_id"),
        ),
        ("name,score", ["1.png,0.3", "2.png,0.7", "3.png,0.1"], ColumnUse("name")),
        ("class,number", ["a,1", "b,2", "a,3"], ColumnUse("number", ("class",))),
        ("x,y", ["p,q", "r,s"], ColumnUse("", ("y",))),
        ("Datei,Befund,Fall", ["1,a,p", "2,b,q"], ColumnUse("Datei", ("Befund",), "Fall")),
        ("文件名,类别,患者", ["1,a,p", "2,b,q"], ColumnUse("文件名", ("类别",), "患者")),
        (
            "file,set,grade",
            ["1,Training,0", "2,test,1", "3,test,1"],
            ColumnUse("file", ("grade",), split="set"),
        ),
    ],
)
def test_columns_are_guessed(header, rows, use):
    assert guess_columns(table(header, *rows), ImageNames(KEYS)) == use


def test_a_spreadsheet_may_have_taken_the_zeros_of_a_name():
    keys = ["a/0012.png", "a/0007.png", "b/7_1.png"]
    found = match_rows(table("id,dx", "12,x", "7,y", "0.5,z"), "id", ImageNames(keys))
    assert dict(found.rows) == {"a/0012.png": 0, "a/0007.png": 1}


def test_a_row_of_a_patient_is_of_all_images_of_the_patient():
    keys = ["p1/a.png", "p1/b.png", "p2/a.png", "0031/a.png"]
    groups = {"p1/a.png": "p1", "p1/b.png": "p1", "p2/a.png": "p2", "0031/a.png": "0031"}
    names = ImageNames(keys, groups=groups)
    rows = table("patient,dx", "P1,mel", "p2,nv", "31,nv", "p9,nv")
    assert guess_columns(rows, names) == ColumnUse("patient", ("dx",))
    found = match_rows(rows, "patient", names)
    assert dict(found.rows) == {"p1/a.png": 0, "p1/b.png": 0, "p2/a.png": 1, "0031/a.png": 2}
    assert found.without_image == ("p9",)
    by_image = table("patient,file", "p1,p1/a.png", "p2,p2/a.png")
    assert guess_columns(by_image, names).key == "file"  # an image is more than a group


def test_labels_of_one_column_and_of_flags():
    rows = table("file,dx,MEL,NV", "1,mel,1,0", "2,,0,0", "3,nv,1.0,1")
    assert [labels_in(rows, ["dx"], row) for row in range(3)] == [("mel",), (), ("nv",)]
    assert labels_in(rows, ["MEL", "NV"], 2) == ("MEL", "NV")
    assert labels_in(rows, ["MEL", "NV"], 1) == ()
    with pytest.raises(SourceError, match="no column BCC"):
        labels_in(rows, ["MEL", "BCC"], 0)


@pytest.mark.parametrize(
    ("cells", "separator"),
    [
        (["Effusion|Mass", "Mass", "Effusion"], "|"),
        (["Lymphoma, follicular", "Lymphoma, mantle", "Carcinoma"], ""),
        (["a; b", "a", "b"], ";"),
        (["a", "b"], ""),
    ],
)
def test_a_separator_is_believed_where_its_parts_stand_alone_elsewhere(cells, separator):
    assert separator_of(cells) == separator
