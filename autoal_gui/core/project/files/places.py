"""Where the sets of a project are now: beside the project, where they were, or nowhere.

A project remembers of each set the place where it was last, and the way there from its own folder
where both lie together, so that they can be copied to another computer together.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.joined_reader import AbsentReader, JoinedReader
from autoal_gui.core.images.pool import PoolImage, fair_sample
from autoal_gui.core.images.source import FileReader, ImageReader, SourceSpec
from autoal_gui.core.language import mark, tr

OpenImages = Callable[[SourceSpec, Path], ImageReader]

SAMPLED = 20  # images whose files are looked for before a set counts as there
COMPARED = 5  # of them, whose hashes are compared where the set lies elsewhere than before
HIGHEST = 2  # folders above the project's that may be the common one
NOT_THERE = mark("The images are not in {place} any more.")


@dataclass(frozen=True)
class Place:
    """Where one set of a project is."""

    spec: SourceSpec
    """As it was opened last."""
    name: str = ""
    """What the keys of its images begin with, before a slash; empty for the first set."""
    near: str = ""
    """The way from the project's folder, with slashes; empty where they do not lie together."""

    def own_key(self, key: str) -> str:
        """Return what an image of this set is called in it."""
        return key.removeprefix(f"{self.name}/") if self.name else key


@dataclass(frozen=True)
class Whereabouts:
    """The sets of a project, opened as far as they are there."""

    places: tuple[Place, ...]
    reader: ImageReader = field(repr=False)
    absent: Mapping[int, str] = field(default_factory=dict)
    """Why a set cannot be opened, in one sentence, by its position."""


def whereabouts(
    places: Sequence[Place],
    images: Sequence[PoolImage],
    folder: Path,
    workspace: Path,
    open_images: OpenImages,
) -> Whereabouts:
    """Open every set where it is now.

    Args:
        places: where they were.
        images: the project's.
        folder: the project's.
        workspace: for files that let images be memory-mapped.
        open_images: opens a set.
    """
    readers: list[ImageReader] = []
    found, absent = [], {}
    for position, place in enumerate(places):
        own = images_of(position, places, images)
        spec, reader = _opened(place, own, folder, workspace, open_images)
        if isinstance(reader, AbsentReader):
            absent[position] = reader.why
            found.append(place)
        else:
            found.append(Place(spec, place.name, way_to(spec, folder)))
        readers.append(reader)
    return Whereabouts(tuple(found), joined(found, readers), absent)


def joined(places: Sequence[Place], readers: Sequence[ImageReader]) -> ImageReader:
    """Return one reader for all sets."""
    others = {place.name: reader for place, reader in zip(places, readers, strict=True)}
    others.pop("", None)
    return JoinedReader(readers[0], others) if others else readers[0]


def images_of(
    position: int, places: Sequence[Place], images: Sequence[PoolImage]
) -> list[PoolImage]:
    """Return the images of one set."""
    if len(places) == 1:
        return list(images)
    names = {place.name for place in places} - {""}
    name = places[position].name
    return [one for one in images if _name_of(one.key, names) == name]


def _name_of(key: str, names: set[str]) -> str:
    first, slash, _ = key.partition("/")
    return first if slash and first in names else ""


def _opened(
    place: Place,
    images: Sequence[PoolImage],
    folder: Path,
    workspace: Path,
    open_images: OpenImages,
) -> tuple[SourceSpec, ImageReader]:
    why = ""
    for spec in _candidates(place, folder):
        try:
            reader = open_images(spec, workspace)
        except SourceError as error:
            why = str(error)
            continue
        if _is_there(place, images, reader, elsewhere=spec != place.spec):
            return spec, reader
    return place.spec, AbsentReader(why or tr(NOT_THERE, place=place.spec.location))


def _candidates(place: Place, folder: Path) -> list[SourceSpec]:
    """Return where a set may be: beside the project first, since both may have been copied."""
    if not place.near:
        return [place.spec]
    near = os.path.normpath(folder.resolve() / PurePosixPath(place.near))
    found = moved_to(place.spec, near)
    return [place.spec] if found == place.spec else [found, place.spec]


def _is_there(
    place: Place, images: Sequence[PoolImage], reader: ImageReader, elsewhere: bool
) -> bool:
    """Tell by some of its images whether a set is there; elsewhere their hashes count, too."""
    if not isinstance(reader, FileReader):
        return True
    by_id = {one.image_id: one for one in images}
    sample = [by_id[i] for i in fair_sample(list(by_id), SAMPLED)]
    there = [one for one in sample if reader.stamp(place.own_key(one.key)) is not None]
    if not there:
        return not sample
    known = [one for one in there if one.sha256][:COMPARED]
    return not elsewhere or not known or any(_is_same(place, one, reader) for one in known)


def _is_same(place: Place, image: PoolImage, reader: FileReader) -> bool:
    try:
        return reader.hash_now(place.own_key(image.key)) == image.sha256
    except ImageUnreadable:
        return False


def moved_to(spec: SourceSpec, location: str) -> SourceSpec:
    """Return a set that lies elsewhere now; a table that lay inside it went with it."""
    options = []
    for name, value in spec.options:
        inside = name == "table" and Path(value).is_relative_to(spec.location)
        moved = str(Path(location) / Path(value).relative_to(spec.location)) if inside else value
        options.append((name, moved))
    return replace(spec, location=location, options=tuple(options))


def way_to(spec: SourceSpec, folder: Path) -> str:
    """Return the way from a project's folder to a set that lies beside or below it; else empty."""
    location = Path(spec.location)
    if not location.is_absolute():  # no path, or one that means nothing elsewhere
        return ""
    try:
        way = Path(os.path.relpath(location, folder.resolve()))
    except ValueError:  # another drive
        return ""
    return way.as_posix() if way.parts.count("..") <= HIGHEST else ""
