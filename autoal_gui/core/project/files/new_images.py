"""Images that came to a project's folders after it was made, or that lie in a further folder."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path

from autoal_gui.core.database.image_rows import pseudonym
from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import (
    CheckingReader,
    FileReader,
    ImageReader,
    ListedImage,
    Listing,
    ProgressCallback,
    SourceSpec,
)
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.files.places import NOT_THERE, OpenImages, Place

ListImages = Callable[[SourceSpec, Path, ProgressCallback], Listing]

NONE = mark("There are no new images.")
OVERLAPPING = mark("That folder and one of the project lie inside each other: choose another.")
NO_FOLDERS = mark("Only a project of image files can take images from a further folder.")
SHOWN = 4  # names of classes that are told


@dataclass(frozen=True)
class Known:
    """What must be known of a project to tell which images are new; for another thread."""

    places: tuple[Place, ...]
    images: Mapping[int, PoolImage] = field(repr=False)
    absent: AbstractSet[int]
    gone: AbstractSet[int]
    """Images whose file is gone: one of the same content under another name is theirs."""
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    salt: str = field(repr=False)
    workspace: Path


@dataclass
class NewImages:
    """What was found, and what becomes of it."""

    images: list[ListedImage] = field(default_factory=list, repr=False)
    """To be added to the pool, with the project's keys, groups, columns and class indices."""
    renamed: dict[int, str] = field(default_factory=dict, repr=False)
    """The new key of each image whose file has another name now."""
    unreadable: list[tuple[str, str]] = field(default_factory=list, repr=False)
    """(key, one sentence), of new files that cannot be used."""
    place: Place | None = None
    """The further folder, where it is one."""
    known_files: int = 0
    """New files that the project has already under another name."""
    of_evaluation: int = 0
    """New images of groups or parts that the evaluation set measures by; they are left out."""
    unknown_classes: Counter[str] = field(default_factory=Counter)
    """Names of classes that the project does not have, with how many images each."""

    @property
    def any(self) -> bool:
        """Whether there is anything to add or to rename."""
        return bool(self.images or self.renamed)

    def sentences(self, done: bool = False) -> list[str]:
        """Return what to tell: what was found or, where it is `done`, what was added."""
        told = [self._first(done)]
        if self.renamed:
            told.append(
                tr_count(
                    "{count} image has another name or folder now; its label stays with it.",
                    "{count} images have other names or folders now; labels stay with them.",
                    len(self.renamed),
                )
            )
        if self.known_files:
            told.append(
                tr_count(
                    "{count} new file is the same as one that the project has; it is left out.",
                    "{count} new files are the same as some that the project has; they are left "
                    "out.",
                    self.known_files,
                )
            )
        if self.of_evaluation:
            told.append(
                tr_count(
                    "{count} new image belongs to a patient, group or part of the evaluation set; "
                    "it is left out, so that nothing is learned of that set.",
                    "{count} new images belong to patients, groups or parts of the evaluation set; "
                    "they are left out, so that nothing is learned of that set.",
                    self.of_evaluation,
                )
            )
        if self.unreadable:
            told.append(
                tr_count(
                    "{count} new file cannot be used; the import report says why.",
                    "{count} new files cannot be used; the import report says why.",
                    len(self.unreadable),
                )
            )
        if self.unknown_classes:
            names = ", ".join(list(self.unknown_classes)[:SHOWN])
            told.append(
                tr(
                    "The project has no class {names}: such images come without a label.",
                    names=names,
                )
            )
        return told

    def _first(self, done: bool) -> str:
        count = len(self.images)
        if not count:
            return tr(NONE)
        if done:
            return tr_count("{count} image was added.", "{count} images were added.", count)
        return tr_count("{count} new image was found.", "{count} new images were found.", count)


def find_new(
    known: Known,
    further: SourceSpec | None,
    list_images: ListImages,
    open_images: OpenImages,
    progress: ProgressCallback,
) -> NewImages:
    """Look for images that a project does not have; nothing is changed.

    Args:
        known: what the project has.
        further: a further folder; None to look where its images are.
        list_images: lists a set.
        open_images: opens one.
        progress: told how far it is; may raise `Cancelled`.

    Raises:
        SourceError: a folder cannot be listed, or the further one is part of the project.
    """
    found = NewImages()
    places = [place for n, place in enumerate(known.places) if n not in known.absent]
    if further is not None:
        places = [_further(known, further, open_images)]
        found.place = places[0]
    if not places:
        raise SourceError(tr(NOT_THERE, place=known.places[0].spec.location))
    for place in places:
        spec = _to_be_read_later(place.spec)
        listing = list_images(spec, known.workspace, progress)
        reader = open_images(spec, known.workspace)
        _Search(known, place, listing, reader, found).run(progress)
    if found.place is not None and not found.images:
        found.place = None
    return found


def _further(known: Known, spec: SourceSpec, open_images: OpenImages) -> Place:
    """Return a further folder under a name that is free."""
    if not isinstance(open_images(known.places[0].spec, known.workspace), FileReader):
        raise SourceError(tr(NO_FOLDERS))
    here = Path(os.path.realpath(spec.location))
    for place in known.places:
        there = Path(os.path.realpath(place.spec.location))
        if here.is_relative_to(there) or there.is_relative_to(here):
            raise SourceError(tr(OVERLAPPING))
    taken = {one.key.partition("/")[0] for one in known.images.values()}
    taken |= {place.name for place in known.places}
    return Place(spec, next(name for name in _names(here.name) if name not in taken))


def _names(name: str) -> Iterator[str]:
    """Yield names for a folder: its own, then with a number."""
    plain = name.encode(errors="replace").decode() or "folder"
    yield plain
    for number in range(2, 1 << 30):
        yield f"{plain} {number}"


def _to_be_read_later(spec: SourceSpec) -> SourceSpec:
    """Return a set whose listing does not read every file, where its source can do that."""
    if spec.kind != "folder":
        return spec
    others = tuple(option for option in spec.options if option[0] != "check")
    return replace(spec, options=(*others, ("check", "later")))


@dataclass
class _Search:
    """The images of one listing that a project does not have."""

    known: Known
    place: Place
    listing: Listing
    reader: ImageReader
    found: NewImages

    def run(self, progress: ProgressCallback) -> None:
        images = self.known.images
        keys = {one.key for one in images.values()}
        by_hash = {one.sha256: i for i, one in images.items() if one.sha256}
        measured = {one.group for one in images.values() if one.split == "evaluation"} - {""}
        new = [one for one in self.listing.images if self._key(one.key) not in keys]
        for done, one in enumerate(new, start=1):
            read = self._read(one)
            if read is not None:
                self._sort(read, by_hash, measured)
            progress(done, len(new))
        unreadable = [(self._key(key), why) for key, why in self.listing.unreadable]
        self.found.unreadable += [row for row in unreadable if row[0] not in keys]

    def _key(self, key: str) -> str:
        return f"{self.place.name}/{key}" if self.place.name else key

    def _read(self, image: ListedImage) -> ListedImage | None:
        """Return a new image with its hash; None where its file cannot be used."""
        if image.sha256 or not isinstance(self.reader, CheckingReader):
            return image
        try:
            stamp = self.reader.stamp(image.key) if isinstance(self.reader, FileReader) else None
            return replace(image, sha256=self.reader.check(image.key), stamp=stamp)
        except ImageUnreadable as error:
            self.found.unreadable.append((self._key(image.key), str(error)))
            return None

    def _sort(
        self, image: ListedImage, by_hash: dict[str, int], measured: AbstractSet[str]
    ) -> None:
        """Say what becomes of one image."""
        key, group = self._key(image.key), image.group
        if group and self.listing.personal_groups:
            group = pseudonym(group, self.known.salt)
        twin = by_hash.get(image.sha256) if image.sha256 else None
        if twin is not None and self._is_gone(twin):
            self.found.renamed.setdefault(twin, key)
        elif twin is not None:
            self.found.known_files += 1
        elif group in measured or image.split == "evaluation":
            self.found.of_evaluation += 1
        else:
            label, columns = self._label(image), self._columns(image)
            self.found.images.append(
                replace(image, key=key, group=group, label=label, columns=columns, split="pool")
            )
            by_hash.setdefault(image.sha256, 0)

    def _is_gone(self, image_id: int) -> bool:
        """Tell whether the file of an image that the project has is there no more."""
        if image_id in self.known.gone:
            return True
        image = self.known.images.get(image_id)
        own = image is not None and self._key(self.place.own_key(image.key)) == image.key
        if image is None or not own or not isinstance(self.reader, FileReader):
            return False
        return self.reader.stamp(self.place.own_key(image.key)) is None

    def _label(self, image: ListedImage) -> int | None:
        if image.label is None:
            return None
        name = self.listing.classes[image.label]
        if name in self.known.classes:
            return self.known.classes.index(name)
        self.found.unknown_classes[name] += 1
        return None

    def _columns(self, image: ListedImage) -> tuple[str, ...]:
        """Return the project's columns of an image, as far as its own table has them."""
        own = dict(zip(self.listing.columns, image.columns, strict=False))
        return tuple(own.get(name, "") for name in self.known.columns)
