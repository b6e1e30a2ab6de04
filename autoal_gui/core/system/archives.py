"""ZIP archives of others, opened so that a directory of millions of entries cannot fill memory."""

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from autoal_gui.core.system.foreign_files import open_foreign

MOST_DIRECTORY = 2**22  # bytes; an entry takes about 80, a network's file has some 150 of them


@contextlib.contextmanager
def open_archive(
    file: Path, most: int, folder: Path | None = None, directory: int = MOST_DIRECTORY
) -> Iterator[zipfile.ZipFile]:
    """Open an archive for reading.

    Args:
        file: read as by `open_foreign`.
        most: bytes that it may have.
        folder: see `open_foreign`.
        directory: bytes that its directory may have.

    Raises:
        zipfile.BadZipFile: it is none, or its directory is too long.
        OSError: see `open_foreign`.
    """
    with open_foreign(file, most, folder) as stream:
        guarded = _Guarded(stream, directory)
        with zipfile.ZipFile(cast(BinaryIO, guarded)) as archive:
            guarded.most = most  # a member may be as long as the file
            yield archive


class _Guarded(io.RawIOBase):
    """A stream of which no more than `most` bytes are read at once.

    `zipfile` reads an archive's directory in one piece, and makes an object of each entry.
    """

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self.most = most

    def read(self, size: int = -1, /) -> bytes:
        data = self._stream.read(size if 0 <= size <= self.most else self.most + 1)
        if len(data) > self.most:
            raise zipfile.BadZipFile("its directory is too long")
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True
