"""What is written takes its place whole or not at all; plug-ins are told apart."""

import sqlite3
import sys
from contextlib import closing

import pytest

from autoal_gui.core.database import migrations
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.registry import discover
from autoal_gui.core.system.files import replacing_folder, write_json, write_text


def test_a_text_that_cannot_be_written_is_one_sentence(tmp_path):
    write_json(tmp_path / "t", {"a": 1})
    write_text(tmp_path / "t", "größer\n")
    assert (tmp_path / "t").read_bytes() == "größer\n".encode()
    with pytest.raises(AutoALError, match="could not be written there"):
        write_text(tmp_path / "t" / "below", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["t"]


@pytest.mark.parametrize("name", ["", "null\0character"])
def test_a_folder_needs_a_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match="not the name"), replacing_folder(type(tmp_path)(name)):
        raise AssertionError
    assert list(tmp_path.iterdir()) == []


def test_two_plug_ins_of_one_name_are_refused(tmp_path, monkeypatch):
    package = tmp_path / "two_plug_ins"
    package.mkdir()
    for module in ("__init__", "helper"):
        (package / f"{module}.py").write_text("")
    for module in ("one", "two"):
        (package / f"{module}.py").write_text("NAME = 'same'\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="two plug-ins named 'same'"):
        discover("two_plug_ins")
    for module in [name for name in sys.modules if name.startswith("two_plug_ins")]:
        del sys.modules[module]


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    def broken(db):
        db.execute("BEGIN")
        db.execute("DELETE FROM class")
        raise ValueError("half-way")

    def hopeless(db):
        raise ValueError("at once")

    with closing(sqlite3.connect(tmp_path / "file", isolation_level=None)) as db:
        db.execute("CREATE TABLE class (name TEXT)")
        db.execute("INSERT INTO class VALUES ('a')")
        db.execute("PRAGMA user_version=1")
        for step in (broken, hopeless):
            monkeypatch.setitem(migrations.STEPS, 1, step)
            with pytest.raises(ValueError, match=r"half-way|at once"):
                migrations.migrate(db)
            assert not db.in_transaction
            assert db.execute("SELECT name FROM class").fetchall() == [("a",)]
            assert migrations.version_of(db) == 1
