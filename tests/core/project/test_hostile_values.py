"""Every setting and every column that a project file has, with values that no program writes."""

import json
import sqlite3
from contextlib import closing, suppress
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.sources.opening import open_images
from tests.support.long_form import first_of
from tests.trials.harness.hostile_projects import (
    PLACES,
    apply,
    changes,
    make_project,
    texts_of,
    told_or_used,
)

NESTED = "[" * 100_000
JSON = {
    "no JSON": "[",
    "nested": NESTED,
    "nested and closed": NESTED + "]" * 100_000,
    "null": "null",
    "true": "true",
    "a large number": "1" * 400,
    "a number too large to read": "1" * 5000,
    "a float too large": "1e999",
    "nan": "NaN",
    "minus one": "-1",
    "a half": "0.5",
    "a text": '"x"',
    "half a character": '"\\ud800"',
    "a null character": '"a\\u0000b"',
    "up": '".."',
    "an empty list": "[]",
    "a list of lists": "[[[]], [[]]]",
    "a list of large numbers": "[1e400, 1" + "0" * 400 + "]",
    "a list of texts": '["a", "b", "c"]',
    "an object": '{"a": 1}',
    "an object of all names": json.dumps(
        {name: [[1]] for name in ("confusion", "auroc", "audit", "by_chance", "weights", "seconds")}
    ),
}
RESULTS = {
    "one row too few": {"confusion": [[1, 2]]},
    "rows of other lengths": {"confusion": [[1], [2, 3]]},
    "more classes than there are": {"confusion": [[0] * 99] * 99},
    "counts too large": {"confusion": [[10**30, 0], [0, 1]]},
    "an area without a class": {"confusion": [[1, 0], [0, 1]], "auroc": [[0.5, 0.4, 0.6]]},
    "areas that are nan": {"confusion": [[1, 0], [0, 1]], "auroc": [[float("nan")] * 3] * 3},
    "an audit that is a number": {"audit": 5},
    "chance without labels": {"by_chance": {"confusion": [[1]]}},
    "near duplicates without a number": {"nearly_alike": {"confusion": [[1]]}},
    "an estimate of other classes": {
        "estimate": {"confusion": [[1]], "shares": [[0.5, 0.5]], "said": [1, [1], [1]]}
    },
    "an estimate that is endless": {
        "estimate": {"confusion": [[1]], "shares": [[1]], "said": [float("inf"), [1], [1]]}
    },
    "learned weights without a gain": {"learned": {"weights": [], "trusted": True}},
    "learned weights neither trusted nor not": {"learned": {"gain": 0, "error": 0, "trusted": 2}},
    "weights that are endless": {"weights": [["entropy", float("inf")]]},
    "a checkpoint elsewhere": {"checkpoint": ".."},
}
VALUES = {
    "a blob": b"\xff\x00\xfe",
    "an empty blob": b"",
    "a text": "x",
    "no text at all": None,
    "minus one": -1,
    "the largest": 2**63 - 1,
    "endless": float("inf"),
    "half": 0.5,
    "nested": NESTED,
}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The folder of a closed project that has something in every table, and its file."""
    folder = make_project(tmp_path_factory.mktemp("hostile"))
    return folder, (folder / FILE_NAME).read_bytes()


@settings(suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_that_is_drawn_setting_by_setting_escapes_the_opening(content, data):
    folder, whole = content
    (folder / FILE_NAME).write_bytes(whole)
    apply(data.draw(changes(texts_of(folder / FILE_NAME))), folder / FILE_NAME)
    told_or_used(folder)


@pytest.mark.parametrize("name", [setting.name for setting in stored.SETTINGS])
@pytest.mark.parametrize("value", JSON.values(), ids=JSON.keys())
@pytest.mark.parametrize("written", first_of(str, then=(json.dumps,)), ids=["value", "text of it"])
def test_no_value_of_a_setting_escapes_the_opening(content, name, value, written):
    folder, whole = content
    (folder / FILE_NAME).write_bytes(whole)
    with closing(sqlite3.connect(folder / FILE_NAME)) as db, db:
        db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, written(value)))
    told_or_used(folder)


@pytest.mark.parametrize("value", [b"\xff", b"", "\0"], ids=["blob", "empty", "null"])
@pytest.mark.parametrize("name", [setting.name for setting in stored.SETTINGS])
def test_no_setting_is_other_than_text(content, name, value):
    folder, whole = content
    (folder / FILE_NAME).write_bytes(whole)
    with closing(sqlite3.connect(folder / FILE_NAME)) as db, db:
        db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))
    with pytest.raises(ProjectError):
        Project.open(folder, open_images)


@pytest.mark.parametrize("place", [(t, c) for t, c in PLACES if t != "setting"], ids=".".join)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_no_value_of_a_column_escapes_the_opening(content, place, value):
    (table, column), (folder, whole) = place, content
    (folder / FILE_NAME).write_bytes(whole)
    with closing(sqlite3.connect(folder / FILE_NAME)) as db, db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        with suppress(sqlite3.IntegrityError):
            db.execute(
                f"UPDATE {table} SET {column}=? WHERE {column}="  # noqa: S608 - our names
                f"(SELECT max({column}) FROM {table})",
                (value,),
            )
    told_or_used(folder)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *product(("result", "settings"), JSON.values()),
        *(("result", json.dumps(result)) for result in RESULTS.values()),
    ],
    ids=lambda value: value[:30],
)
def test_no_text_of_a_round_escapes_the_opening(content, column, text):
    folder, whole = content
    (folder / FILE_NAME).write_bytes(whole)
    with closing(sqlite3.connect(folder / FILE_NAME)) as db, db:
        db.execute(f"UPDATE round SET {column}=?", (text,))  # noqa: S608 - our names
    told_or_used(folder)


@pytest.mark.parametrize("text", JSON.values(), ids=JSON.keys())
def test_no_reason_of_an_image_escapes_the_opening(content, text):
    folder, whole = content
    (folder / FILE_NAME).write_bytes(whole)
    with closing(sqlite3.connect(folder / FILE_NAME)) as db, db:
        db.execute("UPDATE ranking SET query=? WHERE position=0", (text,))
    told_or_used(folder)
