"""What became of the files behind a project's images: looked at without opening most of them."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.acts import Change
from autoal_gui.core.images.joined_reader import JoinedReader
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import FileReader, ImageReader, ProgressCallback, Stamp
from autoal_gui.core.language import mark, tr, tr_count

GONE = mark("The file is gone.")
UNDECODABLE = mark("The image cannot be decoded.")


@dataclass
class Findings:
    """What a look at the files has brought; ids of images."""

    looked_at: int = 0
    stamps: dict[int, Stamp] = field(default_factory=dict)
    """Of files that are as they were, though their time is another, or that were replaced."""
    replaced: list[Change] = field(default_factory=list)
    """With the hashes of before and of now."""
    broken: dict[int, str] = field(default_factory=dict)
    """Why a replaced file cannot be used, in one sentence."""
    gone: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    still_gone: int = 0
    """Images that are gone, as was told before."""

    @property
    def changed(self) -> bool:
        """Whether any file was replaced, went or came back."""
        return bool(self.replaced or self.gone or self.back)

    @property
    def unchanged(self) -> int:
        """How many files are there and show what they showed."""
        return self.looked_at - len(self.replaced) - len(self.gone) - self.still_gone

    def sentences(self, labelled: AbstractSet[int]) -> list[str]:
        """Return what to tell, a sentence for each thing that happened.

        Args:
            labelled: the images whose label was given to other pixels than they show now.
        """
        told = []
        if self.replaced:
            told.append(
                tr_count(
                    "{count} image was replaced by another under the same name.",
                    "{count} images were replaced by others under the same names.",
                    len(self.replaced),
                )
            )
        marked = len(labelled & {one.image_id for one in self.replaced})
        if marked:
            told.append(
                tr_count(
                    "{count} label was given to other pixels: it is kept and marked so, and not "
                    "learned from until it is given again.",
                    "{count} labels were given to other pixels: they are kept and marked so, and "
                    "not learned from until they are given again.",
                    marked,
                )
            )
        if self.gone:
            told.append(
                tr_count(
                    "{count} image is gone; a label that it has is kept, and it is asked no more.",
                    "{count} images are gone; labels that they have are kept, and they are asked "
                    "no more.",
                    len(self.gone),
                )
            )
        if self.back:
            told.append(
                tr_count(
                    "{count} image that was gone is there again.",
                    "{count} images that were gone are there again.",
                    len(self.back),
                )
            )
        return told


def look(
    images: Iterable[PoolImage],
    reader: ImageReader,
    stamps: Mapping[int, Stamp],
    unusable: AbstractSet[int],
    progress: ProgressCallback,
) -> Findings:
    """Compare files with what is known of them: by size and time first, then by hash.

    Args:
        images: those to look at; of which no hash is known, are passed over.
        reader: opens them.
        stamps: how their files were.
        unusable: those that nobody is asked for, since they were gone or broken.
        progress: told after each file; may raise `Cancelled`.
    """
    found = Findings()
    known = [one for one in images if one.sha256 and _is_open(one, reader)]
    if not isinstance(reader, FileReader):
        return found
    found.looked_at = len(known)
    for done, one in enumerate(known, start=1):
        _look_at(one, reader, stamps.get(one.image_id), one.image_id in unusable, found)
        progress(done, len(known))
    return found if _is_still_there(known, reader, found) else Findings()


def _is_still_there(known: Sequence[PoolImage], reader: FileReader, found: Findings) -> bool:
    """Tell whether the images' disk is there: one pulled out meanwhile has deleted nothing."""
    if not found.gone:
        return True
    gone = set(found.gone)
    there = (one for one in known if one.image_id not in gone)
    return any(reader.stamp(one.key) is not None for one in there)


def _is_open(image: PoolImage, reader: ImageReader) -> bool:
    return not isinstance(reader, JoinedReader) or reader.has(image.key)


def _look_at(
    image: PoolImage, reader: FileReader, before: Stamp | None, unusable: bool, found: Findings
) -> None:
    number, now = image.image_id, reader.stamp(image.key)
    if now is None:
        if unusable:
            found.still_gone += 1
        else:
            found.gone.append(number)
        return
    if now == before:
        return
    try:
        sha256 = reader.hash_now(image.key)
    except ImageUnreadable:
        return  # a drive that fails now and then: it is looked at again another time
    found.stamps[number] = now
    if sha256 != image.sha256:
        found.replaced.append(Change(number, image.sha256, sha256))
    elif not unusable:
        return
    if reason := _why_broken(image.key, reader):
        found.broken[number] = reason
    elif unusable:
        found.back.append(number)


def _why_broken(key: str, reader: FileReader) -> str:
    try:
        reader.check(key)
    except ImageUnreadable as error:
        return str(error)
    except BaseException:  # what a decoder in Rust panics with is no Exception
        return tr(UNDECODABLE)
    return ""
