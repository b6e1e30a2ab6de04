"""Images that lie elsewhere now: found in the folder that the user names, compared by hashes."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from autoal_gui.core.errors import ImageUnreadable, SourceError
from autoal_gui.core.images.pool import PoolImage, fair_sample
from autoal_gui.core.images.source import (
    FileReader,
    ImageReader,
    ProgressCallback,
    SourceSpec,
    Stamp,
)
from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.project.files.places import SAMPLED, OpenImages, Place, images_of, moved_to

LOOKED_INTO = 200  # folders inside the one that was named
NOT_FOUND = mark("None of the project's images is in {folder}.")


@dataclass(frozen=True)
class Moved:
    """Where a set is now, and what of it is there."""

    position: int
    """Of the set among those of the project."""
    spec: SourceSpec
    same: int
    """Images that are there as they were."""
    missing: int = 0
    other: int = 0
    """Images in whose place there are others of the same name."""
    stamps: dict[int, Stamp] = field(default_factory=dict, repr=False)

    @property
    def sentence(self) -> str:
        """What to tell, with counts."""
        total = self.same + self.missing + self.other
        told = [
            tr_count(
                "{count} of {total} images was found in {folder}.",
                "{count} of {total} images were found in {folder}.",
                self.same,
                total=number(total),
                folder=self.spec.location,
            )
        ]
        if self.missing:
            told.append(tr_count("{count} is missing.", "{count} are missing.", self.missing))
        if self.other:
            told.append(
                tr_count(
                    "{count} has other pixels than it had.",
                    "{count} have other pixels than they had.",
                    self.other,
                )
            )
        return " ".join(told)


def find_moved(
    position: int,
    places: Sequence[Place],
    images: Sequence[PoolImage],
    chosen: Path,
    workspace: Path,
    open_images: OpenImages,
    progress: ProgressCallback,
) -> Moved:
    """Look for the images of a set in a folder, or in one just above or inside it.

    Args:
        position: of the set.
        places: where the sets were.
        images: the project's.
        chosen: the folder, or the file, that the user names.
        workspace: for files that let images be memory-mapped.
        open_images: opens a set.
        progress: told after each image; may raise `Cancelled`.

    Raises:
        SourceError: none of them is there, in one sentence.
    """
    place, own = places[position], images_of(position, places, images)
    spec, reader = _best(place, own, chosen, workspace, open_images)
    if not isinstance(reader, FileReader):
        return Moved(position, spec, len(own))
    same, missing, other, stamps = 0, 0, 0, {}
    for done, one in enumerate(own, start=1):
        key = place.own_key(one.key)
        stamp = reader.stamp(key)
        if stamp is None:
            missing += 1
        elif _is_same(one, key, reader):
            same += 1
            if one.sha256:
                stamps[one.image_id] = stamp
        else:
            other += 1
        progress(done, len(own))
    if not same:
        raise SourceError(tr(NOT_FOUND, folder=chosen))
    return Moved(position, spec, same, missing, other, stamps)


def _is_same(image: PoolImage, key: str, reader: FileReader) -> bool:
    """Tell by its hash, where that is known."""
    try:
        return not image.sha256 or reader.hash_now(key) == image.sha256
    except ImageUnreadable:
        return False


def _best(
    place: Place,
    images: Sequence[PoolImage],
    chosen: Path,
    workspace: Path,
    open_images: OpenImages,
) -> tuple[SourceSpec, ImageReader]:
    """Return the set in the folder in which most of a sample of the images lie.

    Raises:
        SourceError: there are none in any.
    """
    by_id = {one.image_id: one for one in images}
    keys = [place.own_key(by_id[i].key) for i in fair_sample(list(by_id), SAMPLED)]
    best: tuple[int, SourceSpec, ImageReader] | None = None
    why = SourceError(tr(NOT_FOUND, folder=chosen))
    for location in _candidates(chosen, place.spec):
        spec = moved_to(place.spec, str(location))
        try:
            reader = open_images(spec, workspace)
        except SourceError as error:
            why = error if location == chosen else why
            continue
        if not isinstance(reader, FileReader):
            return spec, reader
        found = sum(reader.stamp(key) is not None for key in keys)
        if found and (best is None or found > best[0]):
            best = (found, spec, reader)
        if found == len(keys):
            break
    if best is None:
        raise why
    return best[1:]


def _candidates(chosen: Path, spec: SourceSpec) -> Iterator[Path]:
    """Yield where a set may be that the user says is in a folder."""
    chosen = Path(os.path.abspath(chosen.expanduser()))  # noqa: PTH100 - keeps links as they are
    name = Path(spec.location).name
    yield chosen
    if name:
        yield chosen / name
    yield chosen.parent
    if chosen.is_dir():
        try:
            inside = [Path(one.path) for one in os.scandir(chosen) if one.is_dir()]
        except OSError:
            return
        yield from islice(sorted(inside), LOOKED_INTO)
