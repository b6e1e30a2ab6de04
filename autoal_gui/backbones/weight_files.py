"""Where the files of pretrained weights are: in a package, or in the user's folder."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from autoal_gui.backbones.contract import Weights
from autoal_gui.core.errors import CheckpointError, FileTooLarge
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.core.trained_model import LARGEST_MODEL

BLOCK = 2**20  # bytes read at a time
ANOTHER = mark("That is not the file with these weights.")


def users_folder() -> Path:
    """Return the folder of the user's that keeps weights for all projects; it may not exist."""
    from platformdirs import user_data_path

    return user_data_path("autoal-gui", appauthor=False) / "weights"


def weights_file(weights: Weights) -> Path:
    """Return where a file of weights is, or would be."""
    if not weights.package:
        return users_folder() / weights.file_name
    spec = find_spec(weights.package)
    places = (spec.submodule_search_locations if spec else None) or [weights.package]
    return Path(next(iter(places))) / weights.folder / weights.file_name


def is_there(weights: Weights | None) -> bool:
    """Say whether what a backbone needs is there: its file of the right size, or nothing."""
    if weights is None:
        return True
    try:
        return weights_file(weights).stat().st_size == weights.size
    except OSError:
        return False


def keep_weights(weights: Weights, blocks: Iterable[bytes]) -> None:
    """Put a file of weights into the user's folder: whole and checked, or not at all.

    Args:
        weights: what the file must be.
        blocks: its content, one piece after the other; what they raise is passed on.

    Raises:
        CheckpointError: it is another file, or the folder cannot be written to.
    """
    file, digest, size = weights_file(weights), hashlib.sha256(), 0
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as partial, partial.open("wb") as stream:
            for block in blocks:
                size += len(block)
                if size > weights.size:
                    raise CheckpointError(tr(ANOTHER))
                digest.update(block)
                stream.write(block)
            if not digest.hexdigest().startswith(weights.sha256):
                raise CheckpointError(tr(ANOTHER))
    except OSError as error:
        raise CheckpointError(
            tr("The weights could not be kept; is the disk full or read-only?")
        ) from error


def blocks_of(file: Path, progress: ProgressCallback) -> Iterator[bytes]:
    """Yield the content of a file that the user names.

    Raises:
        CheckpointError: it cannot be read.
    """
    done = 0
    try:
        with open_foreign(file, LARGEST_MODEL) as stream:
            size = os.fstat(stream.fileno()).st_size
            while block := stream.read(BLOCK):
                done += len(block)
                progress(done, size)
                yield block
    except FileTooLarge as error:
        raise CheckpointError(tr(ANOTHER)) from error
    except OSError as error:
        raise CheckpointError(tr("That file cannot be read.")) from error
