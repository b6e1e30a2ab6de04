"""Open whatever the user names: the one place that knows all sources through the registry."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ImageReader, Listing, ProgressCallback, Source, SourceSpec
from autoal_gui.core.language import mark, tr
from autoal_gui.core.registry import discover
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.sources import medmnist, natural
from autoal_gui.sources.dicom import is_dicom
from autoal_gui.sources.pictures.formats import (
    ARCHIVE,
    ARCHIVES,
    ENDINGS,
    READ,
    SNIFFED,
    UNREAD,
    kind_of,
    why_unread,
)

LOOKED_AT = 200  # files of a folder that tell what it holds
FOLDERS = 2000  # folders looked into for them
OF_ONE_FOLDER = 20  # files of each, so that many small folders count as one large one does
ANY_SIZE = 2**62  # bytes; only the first are read
FILES = ("folder", "dicom")  # kinds of sets whose names mean something
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".json", ".txt")

NO_NAMES = mark(
    "A table, and what folders and names mean, can be given for a folder of files alone."
)
ONE_IMAGE = mark("That is a single image: choose the folder that it is in.")
ONE_ARRAY = mark("That is a single array: save it in an .npz file under the name images.")
TABLE = mark("That is a table or a text: choose the folder that the images are in.")


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


def spec_of(data: str, options: tuple[tuple[str, str], ...] = ()) -> SourceSpec:
    """Return what a path or a name on the command line means.

    An .npz file, a folder of images or of DICOM files (understood from its names), one DICOM
    file, "demo", "synthetic", or the name of a set, see `medmnist.named` and `natural.named`.

    Args:
        data: the path or the name.
        options: what is said of a set of files, see `understanding`.

    Raises:
        SourceError: it looks like a path, but nothing is there; or it names no set that is there;
            or options are given of a set that has neither folders nor file names.
    """
    spec = _named(data)
    if options and spec.kind not in FILES:
        raise SourceError(tr(NO_NAMES))
    return replace(spec, options=(*spec.options, *options))


def _named(data: str) -> SourceSpec:
    if os.path.exists(data):  # noqa: PTH110 - Path.exists raises for a name that is too long
        path = Path(data)
        if (found := natural.set_at(path)) is not None:
            return found
        kind = kind_at(path)
        if kind == "npz" and path.suffix.lower() != ".npz" and (why := why_no_set(path)):
            raise SourceError(why)
        return SourceSpec(kind, data, () if kind == "npz" else (("layout", "infer"),))
    if data in ("demo", "synthetic"):
        return SourceSpec(data)
    if natural.is_named(data):
        return natural.named(data)
    if os.sep in data or Path(data).suffix:
        raise SourceError(tr("There is no such file or folder of images."))
    return medmnist.named(data)


def kind_at(path: Path) -> str:
    """Return the kind of source that a file or a folder is for: "npz", "folder" or "dicom".

    Of a folder only some files are looked at; where it holds both DICOM and other images, it is
    for what there is more of.
    """
    try:
        if not path.is_dir():
            if path.suffix.lower() != ".npz" and is_dicom(path):
                return "dicom"
            return "folder" if _is_picture(path) else "npz"
        few = list(_few_files(path))
        pictures = sum(file.name.lower().endswith(ENDINGS) for file in few)
        others = [file for file in few if not file.name.lower().endswith(ENDINGS)]
        if others and sum(map(is_dicom, others)) > pictures:
            return "dicom"
    except OSError:
        pass  # whoever opens it says why it cannot be
    return "folder" if path.is_dir() else "npz"


def spec_at(path: Path) -> SourceSpec:
    """Return what a file or a folder is, understood from its names, its images read later."""
    with contextlib.suppress(SourceError):  # several sets are a folder of many images
        if (found := natural.set_at(path)) is not None:
            return found
    kind = kind_at(path)
    options = () if kind == "npz" else (("layout", "infer"), ("check", "later"))
    return SourceSpec(kind, str(path), options)


def why_no_set(path: Path) -> str:
    """Return why one file is no set of images, and what to do; empty where nothing is known of it.

    An image is one to predict, but none to make a project of.
    """
    try:
        kind = _kind(path)
    except OSError:
        return ""
    kind = kind or UNREAD.get(path.suffix.lower(), "")
    if kind in ARCHIVES:
        return tr(ARCHIVE)
    if path.suffix.lower() == ".npy":
        return tr(ONE_ARRAY)
    if path.suffix.lower() in TABLES:
        return tr(TABLE)
    if kind in READ or _is_picture(path):
        return tr(ONE_IMAGE)
    return why_unread(kind) if kind and kind != "gzip" else ""


def _kind(path: Path) -> str:
    with open_foreign(path, ANY_SIZE) as stream:
        return kind_of(stream.read(SNIFFED))


def _is_picture(path: Path) -> bool:
    """Tell whether a file that the user names is tried as a picture: by its content or ending."""
    kind = _kind(path)
    ending = path.name.lower().endswith(ENDINGS)
    return kind in READ or (ending and kind not in ARCHIVES)


def _few_files(folder: Path) -> Iterator[Path]:
    """Yield some of the files below a folder, the upper ones first, some of each folder."""
    left, folders, model_of = LOOKED_AT, [folder], 0
    while folders and left > 0 and model_of < FOLDERS:
        model_of += 1
        of_this = min(left, OF_ONE_FOLDER)
        with os.scandir(folders.pop(0)) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if len(folders) < FOLDERS:
                        folders.append(Path(entry.path))
                elif not entry.name.startswith(".") and of_this > 0:
                    of_this -= 1
                    left -= 1
                    yield Path(entry.path)
