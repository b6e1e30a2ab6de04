"""Labelled images as PNG files, a folder a class: what most training programs read.

Only pixels leave: each file is encoded anew, without EXIF, text chunks or DICOM tags. Images
answered Unsure or Skip are left out, and so is what cannot be decoded.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.export_snapshot import NO_CHOICES, Choices, Snapshot, no_progress
from autoal_gui.core.system.files import replacing_folder
from autoal_gui.core.system.safe_names import FreeNames, safe_name
from autoal_gui.exporters.images import as_picture, images_text

NAME = "folders"
LABEL = mark("Images in a folder for each class")
ABOUT = mark(
    "For other training programs: every labelled image as PNG, under the name of its class."
)
SUFFIX = ""
KIND = "labels"
ORDER = 14
OPTIONS = ("de_identified", "unlabelled", "side")
UNLABELLED = "unlabelled"

Place = tuple[int, str, str]
"""(image id, folder, file name without suffix)."""


def write(
    target: Path,
    labels: Snapshot,
    choices: Choices = NO_CHOICES,
    progress: ProgressCallback = no_progress,
) -> str:
    """Write a new folder; see `autoal_gui.exporters.contract`.

    Raises:
        ProjectError: there is something of that name already, or it cannot be written.
    """
    places = tuple(_places(labels, choices))
    try:
        with replacing_folder(target) as partial:
            written = _write_images(partial, places, labels, choices, progress)
    except FileExistsError as error:
        raise ProjectError(tr("That folder exists; choose a new name for it.")) from error
    except OSError as error:
        raise ProjectError(tr("The images could not be written there.")) from error
    return images_text(written, len(places))


def _places(labels: Snapshot, choices: Choices) -> Iterator[Place]:
    """Yield where each image goes; the names of a folder are all different."""
    folders, names = FreeNames(), FreeNames()
    of_class = [folders.take(safe_name(name)) for name in labels.classes]
    wanted: Iterable[tuple[int, str]] = ((i, of_class[index]) for i, index in labels.labelled)
    yield from (_place(i, folder, labels, choices, names) for i, folder in wanted)
    if choices.unlabelled:
        folder = folders.take(UNLABELLED)
        for image_id in labels.unanswered:
            yield _place(image_id, folder, labels, choices, names)


def _place(
    image_id: int, folder: str, labels: Snapshot, choices: Choices, names: FreeNames
) -> Place:
    if choices.de_identified:
        return image_id, folder, f"{image_id:06d}"
    stem = PurePosixPath(labels.pool.images[image_id].key).stem
    taken = names.take(f"{folder}/{safe_name(stem, str(image_id))}")
    return image_id, folder, taken.partition("/")[2]


def _write_images(
    base: Path,
    places: tuple[Place, ...],
    labels: Snapshot,
    choices: Choices,
    progress: ProgressCallback,
) -> int:
    written = 0
    for done, (image_id, folder, name) in enumerate(places):
        progress(done, len(places))
        pixels = labels.read(image_id)
        if pixels is not None:
            (base / folder).mkdir(exist_ok=True)
            as_picture(pixels, choices.side).save(base / folder / f"{name}.png")
            written += 1
    return written
