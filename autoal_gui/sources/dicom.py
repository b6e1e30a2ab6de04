"""A folder of DICOM files, or one file; each frame of a file is an image.

Files are known by their content, whatever they are called. An image's key is its file's path
below the folder, with slashes; in a file of several frames a slash and the frame's number, from 1,
come after it. Nothing that a file says of a person is read, see `dicom_file.ELEMENTS`.

Options: `labels` as in `folder`.
"""

import stat
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import (
    ListedImage,
    Listing,
    Picture,
    PictureReader,
    Pixels,
    ProgressCallback,
    SourceSpec,
)
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.sources.file_checks import Found, check_files, check_images
from autoal_gui.sources.left_out import LeftOut, no_image
from autoal_gui.sources.pictures import formats
from autoal_gui.sources.ticks import Ticks
from autoal_gui.sources.tree import (
    classes_of,
    file_and_number,
    files_of,
    inside,
    is_labelled,
    keys_of,
    label_of,
    root_of,
)

NAME = "dicom"
LABEL = "DICOM files"
ORDER = 25

ENDINGS = frozenset({".dcm", ".dicom", ".dic", ".ima"})
"""Lower-case endings of files that somebody takes for DICOM: if they are not, that is told."""
SNIFFED = 140  # bytes that tell whether a file is DICOM
MAX_BYTES = 4 * 2**30
PICTURES = mark("Other images beside DICOM files are a set of their own; they are left out.")


@dataclass(frozen=True)
class DicomReader:
    """Decodes frames of the files of one folder when they are asked for."""

    root: Path

    def read(self, key: str) -> Pixels:
        """Decode one image, see `ImageReader.read`; brighter is larger."""
        return self.read_picture(key).pixels

    def read_picture(self, key: str) -> Picture:
        """Decode one image with its window, see `PictureReader.read_picture`."""
        from autoal_gui.sources.dicom_file import open_dicom

        path, number = file_and_number(self.root, key)
        try:
            check_size(path)
            with path.open("rb") as stream:
                return open_dicom(stream).frame(max(0, number - 1))
        except FileNotFoundError as error:
            raise ImageUnreadable(tr("The file is gone.")) from error
        except (OSError, ValueError) as error:
            raise ImageUnreadable(tr("The file cannot be opened.")) from error


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """Decode and hash every frame of every DICOM file, see `Source.list_images`."""
    labelled = is_labelled(spec)
    root, left_out = root_of(spec), LeftOut()
    keys = keys_of(root, files_of(spec, left_out), left_out)
    files: list[Found] = []
    for found in check_files(keys, partial(_check_one, root), Ticks(progress, len(keys))):
        left_out.add(found.unusable, found.note)
        if found.images:
            files.append(found)
    if not files:
        if left_out.unreadable:
            raise SourceError(_why_none(left_out.unreadable))
        raise SourceError(tr("There is no DICOM file."))
    classes = classes_of(found.file for found in files) if labelled else ()
    images = [
        ListedImage(key, sha256, label=label_of(found.file, classes))
        for found in files
        for key, sha256 in found.images
    ]
    return left_out.listing(classes, images)


def open_images(spec: SourceSpec, workspace: Path) -> PictureReader:
    """Open the folder without reading it, see `Source.open_images`."""
    return DicomReader(root_of(spec))


def is_dicom(path: Path) -> bool:
    """Tell by its content whether a file is DICOM.

    Raises:
        OSError: it cannot be read.
    """
    from autoal_gui.sources.dicom_file import looks_like_dicom

    if not path.is_file() and path.exists():
        raise OSError("a pipe would be waited for without end")
    with path.open("rb") as stream:
        return looks_like_dicom(stream.read(SNIFFED))


def check_size(path: Path) -> None:
    """Refuse a file that is too large to be hashed and read.

    Raises:
        ImageUnreadable: it is.
        OSError: it is gone.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
        raise ImageUnreadable(tr("It is not a file."))
    if status.st_size > MAX_BYTES:
        raise ImageUnreadable(tr("The file is larger than 4 GB."))


def _why_none(unusable: list[tuple[str, str]]) -> str:
    if len(unusable) == 1:
        return unusable[0][1]
    return tr("None of the DICOM files holds an image that can be read.")


def _check_one(root: Path, key: str, stop: threading.Event) -> Found:
    from autoal_gui.sources.dicom_file import open_dicom

    found = Found(key)
    try:
        path = inside(root, key)
        if not is_dicom(path):
            if path.suffix.lower() in ENDINGS:
                raise ImageUnreadable(tr("The file is not DICOM, or it is damaged."))
            is_picture = path.name.lower().endswith(formats.ENDINGS)
            found.note = tr(PICTURES) if is_picture else no_image(key)
            return found
        check_size(path)
        with path.open("rb") as stream:
            file = open_dicom(stream)
            check_images(found, sha256_of(path), file.frames, file.pictures(), stop)
    except ImageUnreadable as error:
        found.unusable.append((key, str(error)))
    except (OSError, ValueError):
        found.unusable.append((key, tr("The file cannot be opened.")))
    return found
