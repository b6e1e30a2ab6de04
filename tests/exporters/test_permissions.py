"""Who else may read what was exported: whoever may read the user's other files there."""

import os
import stat
from contextlib import contextmanager

import pytest

from autoal_gui.core.registry import discover
from tests.support.exporting import prepared

pytestmark = [
    pytest.mark.small_network,
    pytest.mark.skipif(os.name == "nt", reason="Windows gives a file the folder's permissions"),
]


@contextmanager
def mask(value):
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("name", discover("autoal_gui.exporters"))
def test_all_that_is_exported_is_as_open_as_the_users_other_files(name, tmp_path_factory):
    place = tmp_path_factory.getbasetemp() / "exported-permissions"  # made once for all
    _, write = prepared(name, place)
    for value in (0o022, 0o027):
        folder = tmp_path_factory.mktemp("out")
        with mask(value):
            write(folder / "target")
        for path in folder.rglob("*"):
            most = 0o777 if path.is_dir() else 0o666
            assert stat.S_IMODE(path.stat().st_mode) == most & ~value, path.name
