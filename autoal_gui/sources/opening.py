"""Open whatever the user names: the one place that knows all sources through the registry."""

import os
from pathlib import Path
from typing import cast

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr
from autoal_gui.core.pool import ImageReader, Listing, ProgressCallback, Source, SourceSpec
from autoal_gui.core.registry import discover


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

    An .npz file, a folder of images (its sub-folders are classes), "demo", "synthetic", or a
    MedMNIST name, whose file is looked for in the current folder and never downloaded without
    being asked for.

    Raises:
        SourceError: it looks like a path, but nothing is there.
    """
    if os.path.isfile(data):  # noqa: PTH113 - Path.is_file raises for a name that is too long
        return SourceSpec("npz", data)
    if os.path.isdir(data):  # noqa: PTH112
        return SourceSpec("folder", data, (("labels", "classes"),))
    if data in ("demo", "synthetic"):
        return SourceSpec(data)
    if os.sep in data or Path(data).suffix:
        raise SourceError(tr("There is no such file or folder of images."))
    name, _, size = data.partition(":")
    return SourceSpec("medmnist", name, (("size", size or "28"), ("folder", str(Path.cwd()))))
