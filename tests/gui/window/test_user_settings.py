"""The settings list projects, so nobody else may read them."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from autoal_gui.gui.widgets.inputs import keep_folder, last_folder
from autoal_gui.gui.window.user_settings import make_private, user_settings
from tests.support.gui import settings

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they are no file of ours")


@linux
@pytest.mark.parametrize("before", [None, 0o644])
def test_the_settings_file_is_for_the_user_alone(before, tmp_path):
    old_mask = os.umask(0o022)
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(tmp_path))
    try:
        if before is not None:
            first = QSettings("autoal-gui", "autoal-gui")
            first.setValue("recent", "/projects/Mustermann")
            first.sync()
            Path(first.fileName()).chmod(before)
            del first
        settings = user_settings()
        settings.setValue("theme", "dark")
        settings.sync()
        file = Path(settings.fileName())
        assert file.is_relative_to(tmp_path)
        assert file.stat().st_mode & 0o777 == 0o600
        assert settings.value("recent") == ("/projects/Mustermann" if before else None)
        settings.setValue("theme", "light")
        settings.sync()
        assert file.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old_mask)
        where = os.environ.get("XDG_CONFIG_HOME", str(Path.home() / ".config"))
        QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, where)


def test_files_are_saved_where_the_last_was_as_long_as_that_folder_is_there(tmp_path):
    kept = settings(tmp_path)
    first = last_folder(kept)
    assert first.is_dir()
    keep_folder(kept, tmp_path / "out" / "labels.csv")
    assert last_folder(kept) == first  # there is no such folder
    keep_folder(kept, tmp_path / "predictions.csv")
    assert last_folder(kept) == tmp_path


def test_a_place_that_cannot_be_written_is_left_alone(tmp_path):
    (tmp_path / "file").touch()
    make_private(tmp_path / "file" / "settings.conf")
    assert (tmp_path / "file").is_file()
