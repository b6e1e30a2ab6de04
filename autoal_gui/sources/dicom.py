"""A folder of DICOM files, or one file; each frame of a file is an image.

Files are known by their content, whatever they are called. An image's key is its file's path
below the folder, with slashes; in a file of several frames a slash and the frame's number, from 1,
come after it. Nothing that a file says of a person is read, see `dicom_file.ELEMENTS`.

Options: `labels` as in `folder`.
"""

import hashlib
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
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
from autoal_gui.core.language import tr
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.sources.ticks import INTERVAL, Ticks
from autoal_gui.sources.tree import (
    classes_of,
    inside,
    is_labelled,
    keys_of,
    label_of,
    natural,
    root_of,
    walk,
)

NAME = "dicom"
LABEL = "DICOM files"
ORDER = 25

THREADS = 4
ENDINGS = frozenset({".dcm", ".dicom", ".dic", ".ima"})
"""Lower-case endings of files that somebody takes for DICOM: if they are not, that is told."""
SNIFFED = 140  # bytes that tell whether a file is DICOM
MAX_BYTES = 4 * 2**30
GIVEN_UP = 8  # frames of a file that fail in a row: it is cut off there

Reasons = list[tuple[str, str]]


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

        path, index = inside(self.root, key), 0
        try:
            if not path.is_file() and path.parent.is_file() and path.name.isdecimal():
                path, index = path.parent, int(path.name) - 1
            check_size(path)
            with path.open("rb") as stream:
                return open_dicom(stream).frame(index)
        except FileNotFoundError as error:
            raise ImageUnreadable(tr("The file is gone.")) from error
        except (OSError, ValueError) as error:
            raise ImageUnreadable(tr("The file cannot be opened.")) from error


@dataclass
class Found:
    """What one file holds."""

    images: list[tuple[str, str]] = field(default_factory=list)
    """(key, SHA-256)."""
    unusable: Reasons = field(default_factory=list)


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """Decode and hash every frame of every DICOM file, see `Source.list_images`."""
    labelled = is_labelled(spec)
    root, keys, unusable = _files(spec)
    found: list[tuple[str, str]] = []
    for one in _check(root, keys, Ticks(progress, len(keys))):
        found += one.images
        unusable += one.unusable
    if not found:
        if unusable:
            raise SourceError(_why_none(unusable))
        raise SourceError(tr("There is no DICOM file."))
    classes = classes_of([key for key, _ in found]) if labelled else ()
    images = (ListedImage(key, sha256, label=label_of(key, classes)) for key, sha256 in found)
    unusable.sort(key=lambda entry: natural(entry[0]))
    return Listing(classes, tuple(images), tuple(unusable))


def open_images(spec: SourceSpec, workspace: Path) -> PictureReader:
    """Open the folder without reading it, see `Source.open_images`."""
    return DicomReader(_root(spec))


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


def _root(spec: SourceSpec) -> Path:
    path = Path(spec.location).expanduser()
    return path.resolve().parent if spec.location and path.is_file() else root_of(spec)


def _files(spec: SourceSpec) -> tuple[Path, list[str], Reasons]:
    """Return the folder, the keys of its files in natural order, and what cannot be looked at."""
    root, path = _root(spec), Path(spec.location).expanduser()
    unusable: Reasons = []
    files = [str(path.resolve())] if path.is_file() else walk(root, unusable)
    return root, keys_of(root, files, unusable), unusable


def _why_none(unusable: Reasons) -> str:
    if len(unusable) == 1:
        return unusable[0][1]
    return tr("None of the DICOM files holds an image that can be read.")


def _check(root: Path, keys: list[str], ticks: Ticks) -> Iterator[Found]:
    """Yield what each file holds in the order of `keys`."""
    stop = threading.Event()
    with ThreadPoolExecutor(THREADS, "dicom") as pool:
        try:
            ahead: list[Future[Found]] = []
            left = iter(keys)
            while True:
                for key in left:  # no more than a few are asked for at a time
                    ahead.append(pool.submit(_check_one, root, key, stop))
                    if len(ahead) >= 4 * THREADS:
                        break
                if not ahead:
                    return
                yield _patiently(ahead.pop(0), ticks)
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _patiently(future: "Future[Found]", ticks: Ticks) -> Found:
    """Wait for a file of any number of frames; that it can be cancelled is asked all the time."""
    while not wait([future], timeout=INTERVAL).done:
        ticks.add(0)
    ticks.add()
    return future.result()


def _check_one(root: Path, key: str, stop: threading.Event) -> Found:
    found = Found()
    try:
        path = inside(root, key)
        if not is_dicom(path):
            if path.suffix.lower() in ENDINGS:
                raise ImageUnreadable(tr("The file is not DICOM, or it is damaged."))
            return found
        check_size(path)
        _check_frames(path, key, stop, found)
    except ImageUnreadable as error:
        found.unusable.append((key, str(error)))
    except (OSError, ValueError):
        found.unusable.append((key, tr("The file cannot be opened.")))
    return found


def _check_frames(path: Path, key: str, stop: threading.Event, found: Found) -> None:
    """Decode each frame once."""
    from autoal_gui.sources.dicom_file import open_dicom

    digest, failed = sha256_of(path), 0
    with path.open("rb") as stream:
        file = open_dicom(stream)
        for number, picture in enumerate(file.pictures(), start=1):
            if stop.is_set():
                return
            name = f"{key}/{number}" if file.frames > 1 else key
            own = f"{digest}/{number}" if file.frames > 1 else ""
            if not isinstance(picture, ImageUnreadable):
                sha256 = hashlib.sha256(own.encode()).hexdigest() if own else digest
                found.images.append((name, sha256))
                failed = 0
                continue
            found.unusable.append((name, str(picture)))
            failed += 1
            if failed == GIVEN_UP and number < file.frames:
                reason = tr("The images after number {number} were not tried.", number=number)
                found.unusable.append((key, reason))
                return
