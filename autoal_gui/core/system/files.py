"""Files: written so that a kill or a full disk leaves the old or the whole new one, and checked."""

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr


def write_json(target: Path, content: dict[str, Any]) -> None:
    """Write plain values as JSON, one on a line; see `write_text`."""
    write_text(target, json.dumps(content, indent=1))


def write_text(target: Path, text: str) -> None:
    """Write a text in UTF-8, its line ends as they are.

    Raises:
        AutoALError: it cannot be written there.
    """
    try:
        with replacing(target) as partial:
            partial.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise AutoALError(tr("The result could not be written there.")) from error


def sha256_of(file: Path) -> str:
    """Return a file's SHA-256, lower-case hex.

    Raises:
        OSError: it is missing or cannot be read.
    """
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a file beside `target` to write to; move it there when the block has succeeded.

    The file is for the user alone, unless it takes the place of one that others may read: labels
    name images, whose names may name patients.

    Raises:
        OSError: it cannot be written or moved, or `target` is not the name of a file.
    """
    partial = _new_beside(target)
    try:
        yield partial
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Give a new folder beside `target` to write into; it gets that name when the block succeeds.

    Raises:
        FileExistsError: there is something of that name already.
        OSError: it cannot be written.
    """
    if not target.name or "\0" in str(target):
        raise OSError("not the name of a folder")
    if target.exists():
        raise FileExistsError(target.name)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    try:
        yield partial
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _new_beside(target: Path) -> Path:
    """Make an empty file of a name that was free, so that no file of the user's is overwritten."""
    if not target.name or "\0" in str(target):
        raise OSError("not the name of a file")
    for number in itertools.count(1):
        partial = target.with_name(f"{target.name}.part{number}")
        with contextlib.suppress(FileExistsError):
            partial.touch(mode=0o600, exist_ok=False)
            break
    with contextlib.suppress(OSError):  # there is none yet
        partial.chmod(target.stat().st_mode & 0o777)
    return partial
