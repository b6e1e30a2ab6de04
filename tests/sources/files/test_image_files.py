import hashlib

import pytest

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.sources.files.image_files import open_file, sha256_of


def read(path, most=2**30):
    with open_file(path, path.parent, most) as stream:
        return stream.read()


def test_a_file_that_is_gone(tmp_path):
    with pytest.raises(ImageUnreadable, match="is gone"):
        read(tmp_path / "secret.png")


def test_a_folder_is_not_a_file(tmp_path):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ImageUnreadable, match="not a file"):
        read(tmp_path / "folder.png")


def test_a_huge_file_is_not_read(tmp_path):
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(ImageUnreadable, match="larger than 1 GB"):
        read(tmp_path / "huge.png")
    with pytest.raises(ImageUnreadable, match="too large"):
        read(tmp_path / "huge.png", 10)


@pytest.mark.parametrize("length", [10, 2**22 + 1])
def test_all_of_it_is_hashed(tmp_path, length):
    (tmp_path / "image").write_bytes(bytes(length))
    with open_file(tmp_path / "image", tmp_path, 2**30) as stream:
        stream.read(5)
        assert sha256_of(stream) == hashlib.sha256(bytes(length)).hexdigest()
