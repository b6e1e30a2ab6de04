"""The archives of the sets, unpacked: only the files that a set has, each as long as it may be."""

import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import tr
from autoal_gui.core.system.archives import open_archive
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.sources.npz_files.arrays import make_folder, require_space
from autoal_gui.sources.ticks import Ticks

MOST_ARCHIVE = 2**31  # bytes
MOST_FILE = 2**28  # bytes of one file
MOST_FILES = 1_000_000
MOST_DIRECTORY = 2**26  # bytes; that of TinyImageNet has some 15 million
BLOCK = 2**20  # bytes copied at a time
WRONG = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError,
    RuntimeError,
)  # fmt: skip
"""What reading a damaged archive ends in."""


def unpack_tar(
    archive: Path, folder: str, files: tuple[str, ...], progress: ProgressCallback
) -> None:
    """Write files of one folder of a .tar.gz beside it; all of them or none.

    Args:
        archive: the file.
        folder: the folder in it, which is made beside it.
        files: their names.
        progress: told files; may raise `Cancelled`.

    Raises:
        SourceError: it is damaged, lacks one of them, or the disk is full.
    """
    ticks, left = Ticks(progress, len(files)), set(files)
    with (
        _made(archive.parent / folder) as target,
        open_foreign(archive, MOST_ARCHIVE) as stream,
        tarfile.open(fileobj=stream, mode="r|gz") as found,
    ):
        for member in found:
            where, _, name = member.name.removeprefix("./").rpartition("/")
            if where == folder and name in left and member.isreg():
                content = found.extractfile(member)
                if content is None:
                    raise ValueError("no file")
                _write(content, target / name, member.size)
                left.discard(name)
                ticks.add()
        if left:
            raise EOFError


def unpack_zip(
    archive: Path, folder: str, wanted: re.Pattern[str], progress: ProgressCallback
) -> None:
    """Write the files of a .zip whose names below one folder are such, beside it; all or none.

    Args:
        archive: the file.
        folder: the folder in it, which is made beside it.
        wanted: what names below it match entirely; none may lead out of it.
        progress: told files; may raise `Cancelled`.

    Raises:
        SourceError: it is damaged, or the disk is full.
    """
    with (
        _made(archive.parent / folder) as target,
        open_archive(archive, MOST_ARCHIVE, directory=MOST_DIRECTORY) as found,
    ):
        names = {
            one.filename.removeprefix(f"{folder}/"): one
            for one in found.infolist()
            if one.filename.startswith(f"{folder}/")
        }
        members = {name: one for name, one in names.items() if wanted.fullmatch(name)}
        if not 0 < len(members) <= MOST_FILES:
            raise ValueError("another archive")
        require_space(target, sum(one.file_size for one in members.values()))
        ticks = Ticks(progress, len(members))
        for name, one in members.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            with found.open(one) as content:
                _write(content, target / name, one.file_size)
            ticks.add()


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """Give a new folder that takes its name when all is in it."""
    partial = folder.with_name(f"{folder.name}.unpacking")
    shutil.rmtree(partial, ignore_errors=True)  # of a program that was killed
    make_folder(partial)
    try:
        yield partial
        partial.replace(folder)
    except WRONG as error:
        raise SourceError(tr("The downloaded archive is damaged. Please try again.")) from error
    except OSError as error:
        raise SourceError(
            tr("The file {name} cannot be written to its folder.", name=folder.name)
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(content: IO[bytes], target: Path, size: int) -> None:
    if not 0 <= size <= MOST_FILE:
        raise ValueError("too large")
    with target.open("wb") as file:
        while size:
            block = content.read(min(BLOCK, size))
            if not block:
                raise EOFError
            file.write(block)
            size -= len(block)
