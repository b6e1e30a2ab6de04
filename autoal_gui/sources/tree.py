"""Files below a folder, whose sub-folders may be classes: shared by sources that read files.

A file's key is its path below the folder, with slashes.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import tr

DIGITS = re.compile("([0-9]+)")


def is_labelled(spec: SourceSpec) -> bool:
    """Tell whether the first-level sub-folders are classes.

    Raises:
        SourceError: the option says neither yes nor no.
    """
    labels = spec.option("labels", "ignore")
    if labels not in {"classes", "ignore"}:
        raise SourceError(tr('The option "labels" must be "classes" or "ignore".'))
    return labels == "classes"


def root_of(spec: SourceSpec) -> Path:
    """Return the folder of a set.

    Raises:
        SourceError: it is not there.
    """
    if not spec.location:
        raise SourceError(tr("No folder has been chosen."))
    root = Path(spec.location).expanduser()
    if not root.is_dir():
        raise SourceError(tr("There is no folder {root}.", root=root))
    return root.resolve()


def natural(key: str) -> tuple[tuple[int | str, ...], str]:
    """Sort keys so that image 9 comes before image 10, folder by folder."""
    parts: list[int | str] = [*DIGITS.split(key.casefold().replace("/", "\0"))]
    parts[1::2] = map(int, parts[1::2])
    return tuple(parts), key


def walk(root: Path, unusable: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the path of every file that is not hidden; no link to a folder is followed.

    So no circle can be walked into, and no image is listed twice. Paths are plain strings: making
    a `Path` of each costs a second for 100,000.
    """
    folders = [str(root)]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = [
                    (entry.path, _is_folder(entry))
                    for entry in entries
                    if not entry.name.startswith(".")
                ]
        except OSError:
            unusable.append((key_of(root, folder), tr("The folder cannot be read.")))
            continue
        for path, is_folder in found:
            if not is_folder:
                yield path
            elif os.path.realpath(path) == path:  # not is_symlink(): Windows has junctions besides
                folders.append(path)
            else:
                unusable.append((key_of(root, path), tr("Links to folders are not followed.")))


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


def keys_of(root: Path, paths: Iterable[str], unusable: list[tuple[str, str]]) -> list[str]:
    """Return the keys of files below `root` in natural order.

    A name that came from the disk as no text cannot be saved, and goes to `unusable`.
    """
    keys = []
    for path in paths:
        if is_text(path):
            keys.append(key_of(root, path))
        else:
            unusable.append((key_of(root, path), tr("The name of the file is not proper text.")))
    return sorted(keys, key=natural)


def is_text(path: str) -> bool:
    """Tell whether a path came from the disk as valid text, which can be saved."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def classes_of(keys: list[str]) -> tuple[str, ...]:
    """Return the names of the first-level sub-folders in natural order."""
    names = {key.split("/")[0] for key in keys if "/" in key}
    return tuple(sorted(names, key=natural))


def label_of(key: str, classes: tuple[str, ...]) -> int | None:
    """Return the index of the class whose sub-folder a file lies in, if it lies in one."""
    return classes.index(key.split("/")[0]) if classes and "/" in key else None


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
