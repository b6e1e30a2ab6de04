"""Where the files of pretrained weights are: in a package, or in the user's folder."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from autoal_gui.backbones.contract import Weights
from autoal_gui.backbones.weight_layout import SAFETENSORS, shapes_in, words_before
from autoal_gui.core.errors import CheckpointError, FileTooLarge
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.core.trained_model import LARGEST_MODEL

BLOCK = 2**20  # bytes read at a time
ANOTHER = mark("That is not the file with these weights.")
UNFIT = mark(
    "That file does not fit. Expected are the weights of {networks}: a state dict in a .pth file "
    "that torch 1.6 or later has written, or in a .safetensors file."
)
UNKNOWN = mark(
    "This file fits {label}, but it is none that this program knows: use it only if you know where "
    "it is from. Its SHA-256 is {sha256}."
)
OWN = ".own."
"""What stands in the name of a file of the user's own between the published name and its sum."""
ENDING = re.compile(r"\.own\.([0-9a-f]{64})\.(pth|safetensors)")


@dataclass(frozen=True)
class KeptWeights:
    """A file of weights as it is kept."""

    file: Path
    sha256: str
    """What its sum must begin with."""
    is_own: bool
    """Whether it is a file of the user's own in the place of the published one."""


@dataclass(frozen=True)
class Brought:
    """A file that the user names, and that fits."""

    backbone: ModuleType
    """What it fits."""
    file: Path
    sha256: str
    """Its sum, all digits."""
    is_published: bool
    """Whether it is the file that is known; of another neither source nor licence are."""


def users_folder() -> Path:
    """Return the folder of the user's that keeps weights for all projects; it may not exist."""
    from platformdirs import user_data_path

    return user_data_path("autoal-gui", appauthor=False) / "weights"


def kept(weights: Weights) -> KeptWeights:
    """Return the file of weights that is, or would be, used: the user's own before others."""
    for file in own_files(weights):
        return KeptWeights(file, file.stem.rpartition(".")[2], is_own=True)
    return KeptWeights(published_file(weights), weights.sha256, is_own=False)


def own_files(weights: Weights) -> list[Path]:
    """Return the files of the user's own that are kept for a network: one, or none."""
    if not weights.layout:
        return []
    before = Path(weights.file_name).stem
    found = users_folder().glob(f"{before}{OWN}*")
    return sorted(file for file in found if ENDING.fullmatch(file.name.removeprefix(before)))


def published_file(weights: Weights) -> Path:
    """Return where the published file of weights is, or would be."""
    if not weights.package:
        return users_folder() / weights.file_name
    spec = find_spec(weights.package)
    places = (spec.submodule_search_locations if spec else None) or [weights.package]
    return Path(next(iter(places))) / weights.folder / weights.file_name


def is_there(weights: Weights | None) -> bool:
    """Say whether what a backbone needs is there: a file of the right size, or nothing."""
    if weights is None or own_files(weights):
        return True
    try:
        return published_file(weights).stat().st_size == weights.size
    except OSError:
        return False


def missing_package(backbone: ModuleType) -> str:
    """Say in a sentence which package a backbone lacks; empty: none."""
    if not backbone.NEEDS or find_spec(backbone.NEEDS):
        return ""
    return tr(
        "{label} needs one more package: pip install {package}.",
        label=backbone.LABEL,
        package=backbone.NEEDS,
    )


def is_usable(backbone: ModuleType) -> bool:
    """Say whether everything that a backbone needs is there."""
    return not missing_package(backbone) and is_there(backbone.WEIGHTS)


def keep_weights(weights: Weights, blocks: Iterable[bytes]) -> None:
    """Put the published file into the user's folder: whole and checked, or not at all.

    Args:
        weights: what the file must be.
        blocks: its content, one piece after the other; what they raise is passed on.

    Raises:
        CheckpointError: it is another file, or the folder cannot be written to.
    """
    _keep(weights, published_file(weights), weights.sha256, weights.size, blocks)


def look_at(networks: Sequence[ModuleType], file: Path, progress: ProgressCallback) -> Brought:
    """Say for which network a file has the weights, whatever it is called.

    Args:
        networks: backbones with weights that a file of the user's own may replace.
        file: named by the user.
        progress: gets bytes read and all bytes.

    Raises:
        CheckpointError: it cannot be read, or fits none of them.
    """
    digest = hashlib.sha256()
    for block in blocks_of(file, progress):
        digest.update(block)
    found = digest.hexdigest()
    for backbone in networks:
        if found.startswith(backbone.WEIGHTS.sha256):
            return Brought(backbone, file, found, is_published=True)
    try:
        shapes = shapes_in(file)
    except Exception:  # foreign bytes make their readers raise anything
        shapes = {}
    for backbone in networks:
        if words_before(shapes, backbone.WEIGHTS.layout) is not None:
            return Brought(backbone, file, found, is_published=False)
    told = [
        tr("{label} ({count} tensors)", label=one.LABEL, count=one.WEIGHTS.layout.tensors)
        for one in networks
    ]
    raise CheckpointError(tr(UNFIT, networks=", ".join(told)))


def keep_brought(brought: Brought, progress: ProgressCallback) -> None:
    """Put a file that was looked at into the user's folder, in the place of the one before.

    Raises:
        CheckpointError: see `keep_weights`.
    """
    weights, blocks = brought.backbone.WEIGHTS, blocks_of(brought.file, progress)
    if brought.is_published:
        keep_weights(weights, blocks)
        return
    suffix = SAFETENSORS if brought.file.suffix == SAFETENSORS else ".pth"
    name = f"{Path(weights.file_name).stem}{OWN}{brought.sha256}{suffix}"
    _keep(weights, users_folder() / name, brought.sha256, LARGEST_MODEL, blocks)


def _keep(weights: Weights, file: Path, sha256: str, most: int, blocks: Iterable[bytes]) -> None:
    """Write a file whose sum begins so; other files of the user's own go."""
    digest, size = hashlib.sha256(), 0
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as partial, partial.open("wb") as stream:
            for block in blocks:
                size += len(block)
                if size > most:
                    raise CheckpointError(tr(ANOTHER))
                digest.update(block)
                stream.write(block)
            if not digest.hexdigest().startswith(sha256):
                raise CheckpointError(tr(ANOTHER))
        for other in own_files(weights):
            if other != file:
                other.unlink()
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
