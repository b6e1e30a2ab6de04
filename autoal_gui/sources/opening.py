"""Open whatever the user names: the one place that knows all sources through the registry."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ImageReader, Listing, ProgressCallback, Source, SourceSpec
from autoal_gui.core.language import tr
from autoal_gui.core.registry import discover
from autoal_gui.sources import medmnist
from autoal_gui.sources.decode import ENDINGS
from autoal_gui.sources.dicom import is_dicom

LOOKED_AT = 100  # entries of a folder that tell what it holds


def source_of(spec: SourceSpec) -> Source:
    """Return the source that reads such a set.

    Raises:
        SourceError: this version of the program has none.
    """
    module = discover("autoal_gui.sources").get(spec.kind)
    if module is None:
        raise SourceError(
            tr("This program cannot open images of the kind {kind!r}.", kind=spec.kind)
        )
    return cast(Source, module)


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """See `Source.list_images`."""
    return source_of(spec).list_images(spec, workspace, progress)


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """See `Source.open_images`."""
    return source_of(spec).open_images(spec, workspace)


def spec_of(data: str) -> SourceSpec:
    """Return what a path or a name on the command line means.

    An .npz file, a folder of images or of DICOM files (its sub-folders are classes), one DICOM
    file, "demo", "synthetic", or the name of a MedMNIST set, see `medmnist.named`.

    Raises:
        SourceError: it looks like a path, but nothing is there; or it names no set that is there.
    """
    if os.path.exists(data):  # noqa: PTH110 - Path.exists raises for a name that is too long
        kind = kind_at(Path(data))
        return SourceSpec(kind, data, () if kind == "npz" else (("labels", "classes"),))
    if data in ("demo", "synthetic"):
        return SourceSpec(data)
    if os.sep in data or Path(data).suffix:
        raise SourceError(tr("There is no such file or folder of images."))
    return medmnist.named(data)


def kind_at(path: Path) -> str:
    """Return the kind of source that a file or a folder is for: "npz", "folder" or "dicom".

    Of a folder only a few files are looked at.
    """
    try:
        if not path.is_dir():
            return "dicom" if is_dicom(path) else "npz"
        few = list(_few_files(path))
        if not any(file.suffix.lower() in ENDINGS for file in few) and any(map(is_dicom, few)):
            return "dicom"
    except OSError:
        pass  # whoever opens it says why it cannot be
    return "folder" if path.is_dir() else "npz"


def _few_files(folder: Path) -> Iterator[Path]:
    """Yield some of the files below a folder, the upper ones first."""
    left, folders = LOOKED_AT, [folder]
    while folders:
        with os.scandir(folders.pop(0)) as entries:
            for entry in itertools.islice(entries, left):
                left -= 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif not entry.name.startswith("."):
                    yield Path(entry.path)
