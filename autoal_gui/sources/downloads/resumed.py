"""A published file, downloaded whole: continued where it was cut, and checked at the end."""

import hashlib
from pathlib import Path

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import tr
from autoal_gui.core.system.files import check_target
from autoal_gui.sources.downloads.network import fetch
from autoal_gui.sources.npz_files.arrays import make_folder

PART = ".part"
"""How the file ends that holds what has arrived so far."""
BLOCK = 2**20  # bytes read at a time


def download(url: str, md5: str, target: Path, progress: ProgressCallback) -> None:
    """Download a file; what had arrived when the last attempt was cut is not fetched again.

    Args:
        url: http or https.
        md5: of the file as it is published, lower-case hex.
        target: where it is put; its folder is made if it is missing.
        progress: told (bytes, bytes in all); may raise `Cancelled`.

    Raises:
        SourceError: no network, no room, or the checksum is wrong; then nothing is kept, else what
            has arrived is.
    """
    make_folder(target.parent)
    part = target.with_name(target.name + PART)
    try:
        check_target(part)
        check_target(target)
        try:
            digest = _arrived(url, md5, part, progress)
        finally:
            if part.is_file() and not part.stat().st_size:
                part.unlink()
        if digest == md5:
            part.replace(target)
            return
        part.unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(
            tr("The file {name} cannot be written to its folder.", name=target.name)
        ) from error
    raise SourceError(tr("The download is damaged: its checksum is wrong. Please try again."))


def _arrived(url: str, md5: str, part: Path, progress: ProgressCallback) -> str:
    """Fetch what is missing; return the checksum of it all."""
    digest = hashlib.md5(usedforsecurity=False)
    begun: list[int] = []
    with part.open("ab+") as file:
        file.seek(0)
        while block := file.read(BLOCK):
            digest.update(block)
        have = file.tell()
        if digest.hexdigest() == md5:
            return md5
        for block in fetch(url, part.parent, progress, have, begun.append):
            if begun and begun.pop() != have:
                file.truncate(0)
                digest = hashlib.md5(usedforsecurity=False)
            digest.update(block)
            file.write(block)
    return digest.hexdigest()
