"""Whatever lies under a name is opened as a plain file of bounded length, or refused at once."""

import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.errors import AutoALError, FileTooLarge, LeadsOut, NotAFile
from autoal_gui.core.system.foreign_files import open_foreign, read_foreign, sha256_of

MOST = 100
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has none of these in a folder")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))  # a long path does not fit


def link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_pipe(path: Path) -> None:
    pipe(path.with_name("pipe"))
    path.symlink_to("pipe")


def link_to_terminal(path: Path) -> None:
    path.symlink_to("/dev/tty")


NO_FILES = [Path.mkdir, pipe, bound_socket, link_to_device, link_to_pipe, link_to_terminal]


@posix
@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.timeout(20)
def test_what_is_no_plain_file_is_refused_at_once(make, inside, tmp_path):
    make(tmp_path / "found")
    for read in (open_foreign, read_foreign, sha256_of):
        with pytest.raises((NotAFile, LeadsOut)):
            read(tmp_path / "found", MOST, tmp_path if inside else None)


@pytest.mark.parametrize("name", ["", "missing", "null\0character", "x" * 5000, "a/../../missing"])
def test_what_is_missing_is_an_error_of_the_system(name, tmp_path):
    for folder in (None, tmp_path):
        with pytest.raises(OSError):  # noqa: PT011 - each system has its own words
            open_foreign(tmp_path / "below" / name, MOST, folder)


@posix
def test_a_circle_of_links_is_missing(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    for folder in (None, tmp_path):
        with pytest.raises(OSError):  # noqa: PT011
            open_foreign(tmp_path / "one", MOST, folder)


def test_a_sparse_file_is_not_read(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(60 * 2**30)
    for read in (open_foreign, read_foreign, sha256_of):
        with pytest.raises(FileTooLarge, match="too large") as refusal:
            read(tmp_path / "sparse", 2**30)
        assert isinstance(refusal.value, AutoALError)
        assert isinstance(refusal.value, OSError)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="Linux makes up such files")
def test_a_file_without_a_length_is_bounded_all_the_same():
    assert Path("/proc/self/smaps").stat().st_size == 0
    with pytest.raises(FileTooLarge):
        read_foreign(Path("/proc/self/smaps"), MOST)


@posix
@given(
    content=st.binary(max_size=2 * MOST),
    depth=st.integers(0, 3),
    target=st.sampled_from(["inside", "outside", "plain"]),
    folder_linked=st.booleans(),
    base_linked=st.booleans(),
)
def test_only_bounded_files_of_the_folder_are_read(
    content, depth, target, folder_linked, base_linked
):
    """Over links of any kind: of the file, of a folder on the way, of the folder itself."""
    with tempfile.TemporaryDirectory() as place:
        real = Path(place) / "real"
        base = Path(place) / "base" if base_linked else real
        below = Path(*["deep"] * depth)
        (real / below).mkdir(parents=True)
        (Path(place) / "elsewhere" / below).mkdir(parents=True)
        if base_linked:
            base.symlink_to(real)
        holder = Path(place) / "elsewhere" if target == "outside" else real
        (holder / below / "content").write_bytes(content)
        if target == "plain":
            asked = base / below / "content"
        elif folder_linked:
            (real / "link").symlink_to(holder / below)
            asked = base / "link" / "content"
        else:
            (real / "link").symlink_to(holder / below / "content")
            asked = base / "link"
        try:
            found = read_foreign(asked, MOST, base)
        except LeadsOut:
            assert target == "outside"
        except FileTooLarge:
            assert len(content) > MOST
        else:
            assert found == content
            assert len(content) <= MOST
            assert target != "outside"
        if len(content) <= MOST:  # a user may name a link
            assert read_foreign(asked, MOST) == content


@posix
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path, monkeypatch):
    """Between the look at a file and its opening."""
    os.mkfifo(tmp_path / "pipe")
    plain = os.stat_result((stat.S_IFREG, *[0] * 9))
    monkeypatch.setattr(Path, "stat", lambda *args, **named: plain)
    with pytest.raises(NotAFile):
        open_foreign(tmp_path / "pipe", MOST)


@posix
def test_refused_files_leave_no_descriptor_open(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(bytes(MOST + 1))
    before = len([*Path("/dev/fd").iterdir()])
    for name in ("pipe", "large") * 20:
        with pytest.raises((NotAFile, FileTooLarge)):
            open_foreign(tmp_path / name, MOST)
    assert len([*Path("/dev/fd").iterdir()]) == before


def test_a_bound_of_gigabytes_costs_no_memory(tmp_path):
    import tracemalloc

    (tmp_path / "small").write_bytes(b"small")
    tracemalloc.start()
    try:
        assert read_foreign(tmp_path / "small", 2**33) == b"small"
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()
