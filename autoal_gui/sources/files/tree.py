"""Files below a folder, whose sub-folders may be classes: shared by sources that read files.

A file's key is its path below the folder, with slashes. Of a file that holds several images each
has a key of its own: a slash and its number, from 1, come after the file's.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import tr
from autoal_gui.core.sets.passed_over import is_system_file, is_system_folder
from autoal_gui.core.system.natural_order import natural
from autoal_gui.sources.files.left_out import HIDDEN, THUMBNAILS, LeftOut


def root_of(spec: SourceSpec) -> Path:
    """Return the folder of a set; of a single file the one that it lies in.

    Raises:
        SourceError: it is not there.
    """
    if not spec.location:
        raise SourceError(tr("No folder has been chosen."))
    root = Path(spec.location).expanduser()
    if root.is_file():
        return root.resolve().parent
    if not root.is_dir():
        raise SourceError(tr("There is no folder {root}.", root=root))
    return root.resolve()


def files_of(spec: SourceSpec, left_out: LeftOut) -> Iterator[str]:
    """Yield the path of every file of a set, see `walk`; or of the one that it is."""
    path = Path(spec.location).expanduser()
    if path.is_file():
        yield str(root_of(spec) / path.resolve().name)
    else:
        yield from walk(root_of(spec), left_out)


def walk(root: Path, left_out: LeftOut) -> Iterator[str]:
    """Yield the path of every file that is not hidden; no link to a folder is followed.

    So no circle can be walked into, and no image is listed twice. Paths are plain strings: making
    a `Path` of each costs a second for 100,000.
    """
    folders = [str(root)]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = [(entry.name, entry.path, _is_folder(entry)) for entry in entries]
        except OSError:
            left_out.name(key_of(root, folder), tr("The folder cannot be read."))
            continue
        if not found and is_text(folder):
            left_out.empty_folders.append(key_of(root, folder))
        for name, path, is_folder in found:
            if _is_passed_over(name, is_folder, left_out):
                continue
            if not is_folder:
                yield path
            elif os.path.realpath(path) == path:  # not is_symlink(): Windows has junctions besides
                folders.append(path)
            else:
                left_out.name(key_of(root, path), tr("Links to folders are not followed."))


def _is_passed_over(name: str, is_folder: bool, left_out: LeftOut) -> bool:
    """Count what is hidden and what is the system's own."""
    if name.startswith("."):
        left_out.count(tr(HIDDEN))
        return True
    if is_folder and is_system_folder(name):
        left_out.count(tr(THUMBNAILS))
        return True
    if not is_folder and is_system_file(name):
        left_out.count(tr(HIDDEN))
        return True
    return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Tell whether it is a folder or a link to one, without asking the disk where that is known."""
    try:
        return entry.is_dir()
    except OSError:  # a circle of links
        return False


def key_of(root: Path, path: str) -> str:
    """Return the path below `root` with slashes; bytes that are no text are written out."""
    key = path.removeprefix(str(root)).replace(os.sep, "/").lstrip("/") or "."
    return key.encode("utf-8", "backslashreplace").decode()


def keys_of(root: Path, paths: Iterable[str], left_out: LeftOut) -> list[str]:
    """Return the keys of files below `root` in natural order.

    A name that came from the disk as no text cannot be saved, and is left out.
    """
    keys = []
    for path in paths:
        if is_text(path):
            keys.append(key_of(root, path))
        else:
            left_out.name(key_of(root, path), tr("The name of the file is not proper text."))
    return sorted(keys, key=natural)


def is_text(path: str) -> bool:
    """Tell whether a path came from the disk as valid text, which can be saved."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def inside(root: Path, key: str) -> Path:
    """Return the file of a key, which must lie below the folder whatever a project file says.

    Raises:
        ImageUnreadable: the key leaves the folder.
    """
    relative = PurePosixPath(key)
    path = root / relative
    try:
        is_inside = ".." not in relative.parts and path.resolve().is_relative_to(root)
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a null character
        raise ImageUnreadable(tr("The file cannot be opened.")) from error
    if not is_inside:
        raise ImageUnreadable(tr("The link leads out of the folder."))
    return path


def file_and_number(root: Path, key: str) -> tuple[Path, int]:
    """Return the file that an image is in, and its number there, from 1; 0 where it has none.

    Raises:
        ImageUnreadable: the key leaves the folder.
    """
    path = inside(root, key)
    try:
        numbered = path.name.isdecimal() and not path.is_file() and path.parent.is_file()
        number = int(path.name) if numbered else 0
    except (OSError, ValueError) as error:
        raise ImageUnreadable(tr("The file cannot be opened.")) from error
    if numbered and number < 1:
        raise ImageUnreadable(tr("The file holds no such image."))
    return (path.parent, number) if numbered else (path, 0)
