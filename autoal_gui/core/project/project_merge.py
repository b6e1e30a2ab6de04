"""Another reader's project over the same images: their answers come in as second readings.

Nothing of this project is overwritten, and nothing of the other file is written. What comes in is
decided by time alone: of a reader's answers to an image the latest stands, so that merging twice
changes nothing and the order of merging does not matter.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from autoal_gui.core.database import project_file as database
from autoal_gui.core.database.database_errors import NO_PROJECT, damaged
from autoal_gui.core.database.image_rows import read_classes, read_images
from autoal_gui.core.database.images.act_rows import read_acts
from autoal_gui.core.database.journal_check import copied
from autoal_gui.core.database.journal_rows import read_journal
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.database.setting_rows import read_setting
from autoal_gui.core.errors import ImageUnreadable, ProjectError
from autoal_gui.core.images.acts import LabelledPixels
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import CheckingReader, ImageReader, ProgressCallback
from autoal_gui.core.labels.journal import ANSWERS, Entry, Journal
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.stores.stored_settings import NAME

SAME_PROJECT = mark("That is this project; choose the other reader's.")


@dataclass(frozen=True)
class Other:
    """What is read of another project."""

    name: str
    classes: tuple[str, ...]
    images: tuple[PoolImage, ...]
    answers: tuple[Entry, ...]
    """The answers of its readers, second readers too, ascending by sequence; neither labels that
    came with the images nor answers that were settled together."""


@dataclass(frozen=True)
class Merge:
    """What comes in from another project, before it is written."""

    new: tuple[Entry, ...]
    """Second readings to append; `sequence` is that of the other journal."""
    matched: int
    """Images of the other project with an answer that this project has too."""
    known: int
    """Answers that this project knew already."""
    by_name: int
    """Those of the matched whose file one of the two programs has not read: only names agree."""
    unknown_images: int
    unread: int
    """Images of this project whose content is not known yet; they may be among the unknown."""
    unknown_classes: Mapping[str, int]
    """Answers by the name of a class that this project does not have."""
    readers: tuple[str, ...]
    """Under whose names the answers come in."""


def read_other(folder: Path, own: Path) -> Other:
    """Read another project from a copy of its file; the file itself is only read.

    Args:
        folder: the other project's folder.
        own: the folder of the project that is open.

    Raises:
        ProjectError: see `database.open_existing`; or it is the same project.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        raise ProjectError(tr(NO_PROJECT))
    if file.samefile(own / file.name):  # closing it a second time would drop its lock
        raise ProjectError(tr(SAME_PROJECT))
    # Opening it brings an older one up to date.
    with copied(file) as copy, closing(database.open_existing(copy)) as other:
        return _read(other)


def _read(other: ProjectFile) -> Other:
    try:
        answers = tuple(_readings(read_journal(other.connection)))
        labelled = LabelledPixels(read_acts(other.connection))
        images = (_as_labelled(one, answers, labelled) for one in read_images(other.connection))
        return Other(
            read_setting(other.connection, NAME),
            read_classes(other.connection),
            tuple(images),
            answers,
        )
    except sqlite3.Error as error:
        raise damaged() from error


def _as_labelled(image: PoolImage, answers: Sequence[Entry], labelled: LabelledPixels) -> PoolImage:
    """Return an image with the hash of what was answered, where its file was replaced since."""
    if image.image_id not in labelled.images:
        return image
    own = (entry for entry in answers if entry.image_id == image.image_id)
    given = (labelled.hash_before(entry.image_id, entry.sequence) for entry in own)
    return replace(image, sha256=next(filter(None, given), image.sha256))


def _readings(journal: Journal) -> Iterator[Entry]:
    slots = [journal.readings, *map(journal.second_answers, journal.second_readers)]
    found = [entry for slot in slots for entry in slot.values() if entry.action in ANSWERS]
    yield from sorted(found, key=lambda entry: entry.sequence)


def with_hashes(
    other: Other, images: Iterable[PoolImage], reader: ImageReader, progress: ProgressCallback
) -> tuple[PoolImage, ...]:
    """Return this project's images, having read those that a name alone would match.

    In a large folder most files are listed before they are read, and 001.png may be anyone's.

    Args:
        other: what was read of the other project.
        images: this project's images.
        reader: reads their files.
        progress: told before each file; may raise `Cancelled`.
    """
    answered = {entry.image_id for entry in other.answers}
    names = {one.key for one in other.images if one.sha256 and one.image_id in answered}
    images = tuple(images)
    found = {one.image_id: one for one in images}
    if not isinstance(reader, CheckingReader):
        return images
    wanted = [one for one in images if not one.sha256 and one.key in names]
    for done, image in enumerate(wanted):
        progress(done, len(wanted))
        with suppress(ImageUnreadable):
            found[image.image_id] = replace(image, sha256=reader.check(image.key))
    return tuple(found.values())


def merge(
    other: Other, images: Iterable[PoolImage], classes: Sequence[str], own: Sequence[Entry]
) -> Merge:
    """Say what another project's answers add to this one.

    Args:
        other: what was read of the other project.
        images: this project's images.
        classes: this project's class names, by index.
        own: this project's journal, ascending by sequence.
    """
    images = tuple(images)
    twins = matches(other.images, images)
    places = {name: index for index, name in enumerate(classes)}
    names = _names(other, own)
    given = {_signature(entry) for entry in own}
    journal = Journal.of(own)
    new, known, unknown_classes = [], 0, dict[str, int]()
    answers = [entry for entry in other.answers if entry.image_id in twins]
    for theirs in answers:
        entry = _translated(theirs, other, twins, places, names)
        if entry is None:
            name = other.classes[theirs.class_index or 0]
            unknown_classes[name] = unknown_classes.get(name, 0) + 1
        elif _signature(replace(entry, annotator=theirs.annotator)) in given or _is_old(
            entry, journal
        ):
            known += 1
        else:
            new.append(entry)
    matched = {entry.image_id for entry in answers}
    hashed = {one.image_id for one in other.images if one.sha256}
    unread = {one.image_id for one in images if not one.sha256}
    return Merge(
        _latest(new),
        matched=len(matched),
        known=known,
        by_name=sum(one not in hashed or twins[one] in unread for one in matched),
        unknown_images=len({e.image_id for e in other.answers if e.image_id not in twins}),
        unread=len(unread),
        unknown_classes=MappingProxyType(unknown_classes),
        readers=tuple(sorted({entry.annotator for entry in new})),
    )


def matches(theirs: Iterable[PoolImage], ours: Iterable[PoolImage]) -> dict[int, int]:
    """Return our image id of each of their images that we have too.

    Two images are the same where their SHA-256 is. Where a set has an image twice, the keys tell
    the two apart. Keys alone count only where a hash is missing, see `with_hashes`.
    """
    by_both, by_hash, by_key = dict[tuple[str, str], int](), dict[str, int](), dict[str, int]()
    hashes = dict[int, str]()
    for image in ours:
        by_both[image.sha256, image.key] = image.image_id
        by_hash.setdefault(image.sha256, image.image_id)
        by_key[image.key] = image.image_id
        hashes[image.image_id] = image.sha256
    found = {}
    for image in theirs:
        twin = by_both.get((image.sha256, image.key))
        if twin is None and image.sha256:
            twin = by_hash.get(image.sha256)
        if twin is None:
            twin = by_key.get(image.key)
            if twin is not None and image.sha256 and hashes[twin]:
                twin = None
        if twin is not None:
            found[image.image_id] = twin
    return found


def _names(other: Other, own: Sequence[Entry]) -> dict[str, str]:
    """Return under which name each of their readers comes in: never under one of our own."""
    ours = {entry.annotator for entry in own if entry.purpose != "second"}
    theirs = {entry.annotator for entry in other.answers}
    return {name: f"{name} ({other.name})" if name in ours else name for name in theirs}


def _translated(
    theirs: Entry,
    other: Other,
    twins: Mapping[int, int],
    places: Mapping[str, int],
    names: Mapping[str, str],
) -> Entry | None:
    """Return their answer in this project's ids; None where it names a class unknown here."""
    chosen = theirs.class_index
    if chosen is not None and other.classes[chosen] not in places:
        return None
    suggested = None if theirs.suggested is None else places.get(other.classes[theirs.suggested])
    return replace(
        theirs,
        annotator=names[theirs.annotator],
        round_number=0,
        image_id=twins[theirs.image_id],
        class_index=None if chosen is None else places[other.classes[chosen]],
        suggested=suggested,
        confidence=None if suggested is None else theirs.confidence,
        shown=theirs.shown and suggested is not None,
        purpose="second",
        comment="",
    )


def _signature(entry: Entry) -> tuple[object, ...]:
    """Return what makes an answer the same one in two copies of a project."""
    return entry.at, entry.annotator, entry.image_id, entry.action, entry.class_index


def _is_old(entry: Entry, journal: Journal) -> bool:
    """Say whether a later answer of the same reader stands already, or this one itself."""
    stands = journal.second_answers(entry.annotator).get(entry.image_id)
    return stands is not None and _order(stands) >= _order(entry)


def _order(entry: Entry) -> tuple[str, str, int]:
    return entry.at, entry.action, -1 if entry.class_index is None else entry.class_index


def _latest(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the latest answer of each reader to each image, ascending by time."""
    found: dict[tuple[str, int], Entry] = {}
    for entry in sorted(entries, key=_order):
        found[entry.annotator, entry.image_id] = entry
    return tuple(sorted(found.values(), key=_order))


def report(found: Merge) -> str:
    """Say in sentences what came in."""
    came = tr_count(
        "{count} answer came in as a second reading",
        "{count} answers came in as second readings",
        len(found.new),
    )
    names = ", ".join(found.readers)
    words = [tr("{came}, by {names}.", came=came, names=names) if names else f"{came}."]
    return " ".join([*words, *_of_images(found), *_of_answers(found)])


def _of_images(found: Merge) -> Iterator[str]:
    yield tr_count(
        "{count} image that they answered is in this project.",
        "{count} images that they answered are in this project.",
        found.matched,
    )
    if found.by_name:
        yield tr_count(
            "{count} of them was told by its file name alone, because its file has not been read "
            "yet in one of the two projects: please check it.",
            "{count} of them were told by their file names alone, because their files have not "
            "been read yet in one of the two projects: please check them.",
            found.by_name,
        )
    if found.unknown_images:
        yield tr_count(
            "{count} image that they answered is not in this project.",
            "{count} images that they answered are not in this project.",
            found.unknown_images,
        )
    if found.unknown_images and found.unread:
        yield tr_count(
            "{count} file of this project has not been read yet and may be among them; merge once "
            "more later.",
            "{count} files of this project have not been read yet and may be among them; merge "
            "once more later.",
            found.unread,
        )


def _of_answers(found: Merge) -> Iterator[str]:
    if found.known:
        yield tr_count(
            "{count} answer was here already.", "{count} answers were here already.", found.known
        )
    for name, count in found.unknown_classes.items():
        yield tr_count(
            "Left out: {count} answer {name}, a class that this project does not have.",
            "Left out: {count} answers {name}, a class that this project does not have.",
            count,
            name=name,
        )
