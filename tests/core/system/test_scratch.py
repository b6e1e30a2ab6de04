"""Temporary folders go with their work, with their process, or when the program starts next."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from autoal_gui.core.errors import NoRoom
from autoal_gui.core.system import scratch
from autoal_gui.core.system.scratch import ScratchFolder, remove_own, sweep
from tests.support.paths import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from autoal_gui.core.system.scratch import ScratchFolder
with ScratchFolder(Path(sys.argv[1])) as folder:
    (folder / "patient.png").write_bytes(b"pixels")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def old(monkeypatch):
    """Every folder counts as made a while ago."""
    monkeypatch.setattr(scratch, "SETTLED", -1.0)


def test_a_folder_goes_with_its_block_and_with_the_process(tmp_path):
    with ScratchFolder(tmp_path) as folder:
        (folder / "image").write_bytes(b"pixels")
        assert folder.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert list(tmp_path.iterdir()) == []
    kept = ScratchFolder(tmp_path)
    remove_own()
    assert list(tmp_path.iterdir()) == []
    kept.remove()


@pytest.mark.skipif(not scratch.CAN_LOCK, reason="there are no such locks")
def test_what_a_killed_process_left_is_swept_and_what_another_uses_is_not(tmp_path, old):
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT
        )
        for _ in range(2)
    ]
    folders = []
    for holder in holders:
        with holder.stdout:
            folders.append(holder.stdout.readline().decode().strip())
    try:
        holders[0].send_signal(signal.SIGKILL)
        holders[0].wait()
        with ScratchFolder(tmp_path) as mine:
            sweep(tmp_path)
            assert sorted(map(str, tmp_path.iterdir())) == sorted([folders[1], str(mine)])
    finally:
        holders[1].kill()
        holders[1].wait()


def test_nothing_else_is_swept(tmp_path, old):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").write_bytes(b"mine")
    place = tmp_path / "place"
    place.mkdir()
    (place / f"{scratch.PREFIX}link").symlink_to(elsewhere)
    (place / f"{scratch.PREFIX}file").write_bytes(b"mine")
    (place / "another").mkdir()
    (place / f"{scratch.UNLOCKED_PREFIX}new").mkdir()  # an earlier version may be at work in it
    abandoned = place / f"{scratch.UNLOCKED_PREFIX}abandoned"
    abandoned.mkdir()
    long_ago = time.time() - 2 * scratch.ABANDONED
    os.utime(abandoned, (long_ago, long_ago))
    sweep(place)
    assert len(list(place.iterdir())) == 4
    assert not abandoned.exists()
    assert (elsewhere / "mine").read_bytes() == b"mine"


def test_a_folder_that_is_being_made_is_left(tmp_path):
    (tmp_path / f"{scratch.PREFIX}x").mkdir()
    sweep(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_was_made_a_moment_ago_goes_with_the_process(tmp_path, monkeypatch):
    def ended(path):
        raise SystemExit(143)  # as a signal does between the making and the locking

    monkeypatch.setattr(scratch, "_locked", ended)
    with pytest.raises(SystemExit):
        ScratchFolder(tmp_path)
    remove_own()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_to_which_another_thread_still_writes_goes_too(tmp_path, monkeypatch):
    folder = ScratchFolder(tmp_path)
    removed = shutil.rmtree

    def late(path, ignore_errors):
        removed(path, ignore_errors=ignore_errors)
        if not late.written:
            late.written = True
            path.mkdir()
            (path / "late").write_bytes(b"pixels")

    late.written = False
    monkeypatch.setattr(scratch.shutil, "rmtree", late)
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_where_none_can_be_made_nothing_is_kept_to_be_removed(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NoRoom):
        ScratchFolder(tmp_path / "file")
    assert scratch._made == {}
