"""A folder of DICOM files, or one file; each frame of a file is an image.

Files are known by their content, whatever they are called. An image's key is its file's path
below the folder, with slashes; in a file of several frames a slash and the frame's number, from 1,
come after it. Of what a file says of a person the patient's id alone is read, to keep a patient's
images together, and hashed at once, see `dicom_groups`; all else that is read of a header stands in
`dicom_file.ELEMENTS`.

Options: `labels` as in `folder`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import (
    ListedImage,
    Listing,
    Picture,
    PictureReader,
    Pixels,
    ProgressCallback,
    SourceSpec,
    Stamp,
)
from autoal_gui.core.language import mark, tr
from autoal_gui.core.system.foreign_files import open_foreign
from autoal_gui.sources.dicom_files.patient_hashes import groups_of
from autoal_gui.sources.files.file_checks import Found, check_files, check_images
from autoal_gui.sources.files.file_stamps import hash_now, stamp_of
from autoal_gui.sources.files.image_files import open_file, sha256_of
from autoal_gui.sources.files.left_out import LeftOut, no_image
from autoal_gui.sources.files.tree import (
    file_and_number,
    files_of,
    inside,
    keys_of,
    root_of,
)
from autoal_gui.sources.pictures import formats
from autoal_gui.sources.ticks import Ticks
from autoal_gui.sources.understanding.understood import (
    SetFiles,
    arranged,
    has_own_groups,
    understood,
)

if TYPE_CHECKING:
    from autoal_gui.sources.dicom_files.file import DicomFile

NAME = "dicom"
LABEL = "DICOM files"
ORDER = 25

ENDINGS = frozenset({".dcm", ".dicom", ".dic", ".ima"})
"""Lower-case endings of files that somebody takes for DICOM: if they are not, that is told."""
SNIFFED = 140  # bytes that tell whether a file is DICOM
MAX_BYTES = 2**32
ANY_SIZE = 2**62  # bytes; only the first are read
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
        with self._opened(key) as (file, index):
            return file.frame(index)

    def shape(self, key: str) -> tuple[int, int, int]:
        """Return height, width and channels, see `ShapeReader.shape`."""
        with self._opened(key) as (file, _):
            return file.shape

    def check(self, key: str) -> str:
        """Read one image and return its hash, see `CheckingReader.check`."""
        self.read_picture(key)
        return self.hash_now(key)

    def stamp(self, key: str) -> Stamp | None:
        """Return how an image's file is now, see `FileReader.stamp`."""
        return stamp_of(self.root, key)

    def hash_now(self, key: str) -> str:
        """Return the hash of an image's file as it is now, see `FileReader.hash_now`."""
        return hash_now(self.root, key, MAX_BYTES)

    @contextmanager
    def _opened(self, key: str) -> Iterator[tuple["DicomFile", int]]:
        from autoal_gui.sources.dicom_files.file import open_dicom

        path, number = file_and_number(self.root, key)
        with open_file(path, self.root, MAX_BYTES) as stream:
            yield open_dicom(stream), max(0, number - 1)


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """Decode and hash every frame of every DICOM file, see `Source.list_images`."""
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
    own = groups_of([found.whose for found in files])
    images = [
        ListedImage(key, sha256, own_group=owner, stamp=found.stamp)
        for found, owner in zip(files, own.groups, strict=True)
        for key, sha256 in found.images
    ]
    used = SetFiles(root, tuple(found.file for found in files), tuple(left_out.empty_folders))
    layout, used = understood(spec, used, left_out)
    if own.by_patient and has_own_groups(spec, images):  # surer than what names seem to say
        layout = replace(layout, group_level=0, group_pattern="")
    return arranged(spec, layout, used, images, left_out)


def open_images(spec: SourceSpec, workspace: Path) -> PictureReader:
    """Open the folder without reading it, see `Source.open_images`."""
    return DicomReader(root_of(spec))


def is_dicom(path: Path) -> bool:
    """Tell by its content whether a file is DICOM.

    Raises:
        OSError: it cannot be read.
    """
    from autoal_gui.sources.dicom_files.file import looks_like_dicom

    with open_foreign(path, ANY_SIZE) as stream:
        return looks_like_dicom(stream.read(SNIFFED))


def _why_none(unusable: list[tuple[str, str]]) -> str:
    if len(unusable) == 1:
        return unusable[0][1]
    return tr("None of the DICOM files holds an image that can be read.")


def _check_one(root: Path, key: str, stop: threading.Event) -> Found:
    from autoal_gui.sources.dicom_files.file import looks_like_dicom, open_dicom
    from autoal_gui.sources.dicom_files.groups import grouping_hashes

    found = Found(key, stamp=stamp_of(root, key))
    try:
        path = inside(root, key)
        with open_file(path, root, MAX_BYTES) as stream:
            if looks_like_dicom(stream.read(SNIFFED)):
                digest = sha256_of(stream)
                stream.seek(0)
                whose = grouping_hashes(stream)
                stream.seek(0)
                file = open_dicom(stream)
                check_images(found, digest, file.frames, file.pictures(), stop)
                found.whose = whose
            elif path.suffix.lower() in ENDINGS:
                raise ImageUnreadable(tr("The file is not DICOM, or it is damaged."))
            else:
                is_picture = path.name.lower().endswith(formats.ENDINGS)
                found.note = tr(PICTURES) if is_picture else no_image(key)
    except ImageUnreadable as error:
        found.unusable.append((key, str(error)))
    return found
