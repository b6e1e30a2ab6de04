"""A file takes its place whole, where there was a plain file or none, and never through a link."""

import os
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.errors import AutoALError, FileRefused, LeadsOut, NotAFile
from autoal_gui.core.system.files import (
    copy_foreign,
    make_private_folder,
    replacing,
    replacing_folder,
    write_text,
)

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has none of these in a folder")


def written(target: Path, content: bytes, folder: Path | None = None) -> None:
    with replacing(target, folder) as partial:
        partial.write_bytes(content)


def link_to_file(path: Path) -> None:
    (path.parent.parent / "mine").write_bytes(b"mine")
    path.symlink_to("../mine")


def link_to_nowhere(path: Path) -> None:
    path.symlink_to("../nowhere")


def device(path: Path) -> None:
    path.symlink_to("/dev/null")


TAKEN = [os.mkfifo, Path.mkdir, link_to_file, link_to_nowhere, device] if os.name != "nt" else []


@posix
@pytest.mark.parametrize("make", TAKEN)
def test_nothing_but_a_plain_file_is_replaced(make, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    make(folder / "target")
    before = (folder / "target").lstat()
    with pytest.raises(NotAFile, match="not replaced"):
        written(folder / "target", b"new")
    with pytest.raises(AutoALError, match="could not be written there"):
        write_text(folder / "target", "new")
    after = (folder / "target").lstat()
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)
    assert [path.name for path in folder.iterdir()] == ["target"]
    assert not (tmp_path / "mine").exists() or (tmp_path / "mine").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


@posix
@pytest.mark.skipif(not os.access("/dev", os.W_OK), reason="needs the rights of an administrator")
def test_a_device_stays_one():
    with pytest.raises(NotAFile):
        written(Path("/dev/null"), b"new")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert list(Path("/dev").glob("null.part*")) == []


@posix
def test_a_link_that_comes_while_a_file_is_written_is_not_replaced(tmp_path):
    target = tmp_path / "target"
    with pytest.raises(NotAFile), replacing(target):
        target.symlink_to("nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    assert target.is_symlink()


@posix
@given(
    old=st.none() | st.binary(max_size=20),
    new=st.binary(max_size=20),
    folders=st.lists(st.sampled_from(["plain", "inside", "outside"]), max_size=3),
)
def test_nothing_is_written_outside_of_a_folder(old, new, folders):
    """Whatever links lie on the way; and what is not written leaves no trace."""
    with tempfile.TemporaryDirectory() as place:
        base, elsewhere = Path(place, "base"), Path(place, "elsewhere")
        base.mkdir()
        elsewhere.mkdir()
        way = base
        for depth, kind in enumerate(folders):
            way = way / f"{depth}"
            if kind == "plain":
                way.mkdir()
            else:
                own = (elsewhere if kind == "outside" else base) / f"real{depth}"
                own.mkdir()
                way.symlink_to(own)
        target = way / "target"
        if old is not None:
            target.write_bytes(old)
        links = [kind for kind in folders if kind != "plain"]
        if links[-1:] == ["outside"]:  # a link may also lead back
            with pytest.raises(LeadsOut):
                written(target, new, base)
            assert (target.read_bytes() if target.exists() else None) == old
        else:
            written(target, new, base)
            assert target.read_bytes() == new
            assert target.stat().st_mode & 0o777 == (0o600 if old is None else _default_mode())
        assert [path.name for path in way.iterdir() if ".part" in path.name] == []


def _default_mode() -> int:
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "any").write_bytes(b"")
        return (Path(place) / "any").stat().st_mode & 0o777


@posix
def test_a_copy_reads_plain_files_and_writes_plain_files(tmp_path):
    (tmp_path / "from").write_bytes(b"content")
    copy_foreign(tmp_path / "from", tmp_path / "to", 100)
    assert (tmp_path / "to").read_bytes() == b"content"
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("from")
    for source, target, most in (("pipe", "to", 100), ("from", "link", 100), ("from", "to", 6)):
        with pytest.raises(FileRefused):
            copy_foreign(tmp_path / source, tmp_path / target, most)
    assert (tmp_path / "to").read_bytes() == b"content"


@posix
def test_a_private_folder_is_no_link(tmp_path):
    make_private_folder(tmp_path / "new" / "folder")
    make_private_folder(tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o777 == 0o700
    (tmp_path / "link").symlink_to("new")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "file").touch()
    for name in ("link", "dangling", "file"):
        with pytest.raises(NotAFile, match=f"{name} is a link or a file"):
            make_private_folder(tmp_path / name)
    assert not (tmp_path / "nowhere").exists()


@posix
def test_a_new_folder_does_not_take_the_place_of_a_link(tmp_path):
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(FileExistsError), replacing_folder(tmp_path / "dangling"):
        raise AssertionError
    assert (tmp_path / "dangling").is_symlink()
