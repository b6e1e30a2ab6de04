"""Image files of others, opened for as long as they are read; what is wrong with one is said."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from autoal_gui.core.errors import FileTooLarge, ImageUnreadable, LeadsOut, NotAFile
from autoal_gui.core.language import tr
from autoal_gui.core.system.foreign_files import BLOCK, open_foreign

IN_MEMORY = 2**22  # bytes; larger files are read where they are needed


@contextmanager
def open_file(path: Path, folder: Path, most: int) -> Iterator[BinaryIO]:
    """Open a file for as long as the block lasts; at its beginning.

    Args:
        path: the file.
        folder: what no link may lead out of.
        most: bytes that it may have.

    Raises:
        ImageUnreadable: it is gone, too large or must not be read.
    """
    try:
        with open_foreign(path, most, folder) as stream:
            small = os.fstat(stream.fileno()).st_size <= IN_MEMORY
            yield io.BytesIO(stream.read(IN_MEMORY)) if small else stream
    except FileNotFoundError as error:
        raise ImageUnreadable(tr("The file is gone.")) from error
    except FileTooLarge as error:
        sizes = {
            2**30: tr("The file is larger than 1 GB."),
            2**32: tr("The file is larger than 4 GB."),
        }
        raise ImageUnreadable(sizes.get(most, str(error))) from error
    except (NotAFile, LeadsOut) as error:
        raise ImageUnreadable(str(error)) from error
    except (OSError, ValueError) as error:
        raise ImageUnreadable(tr("The file cannot be opened.")) from error


def sha256_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of all of a file, lower-case hex; it is left at its end."""
    stream.seek(0)
    digest = hashlib.sha256()
    while block := stream.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()
