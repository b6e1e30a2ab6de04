"""Labelled images as PNG files, a folder a class: what most training programs read.

Only pixels leave: each file is encoded anew, without EXIF, text chunks or DICOM tags. Images
answered Unsure or Skip are left out, and so is what cannot be decoded. Where some of the images are
of the evaluation set, the classes lie in two folders, `train` and `test`, which no program that
reads folders mixes. The table `images.csv` beside them tells of each file its group, so that images
of one patient can be kept together, and where it comes from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.images.volumes import about_volumes
from autoal_gui.core.language import mark, tr
from autoal_gui.core.project.export_snapshot import NO_CHOICES, Choices, Snapshot, no_progress
from autoal_gui.core.sets.tables.cells import plain
from autoal_gui.core.system.files import replacing_folder
from autoal_gui.core.system.safe_names import FreeNames, safe_name
from autoal_gui.exporters.csv_labels import write_table
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
OF_VOLUMES = mark("The picture of a volume is its slices side by side, as this program shows them.")
UNLABELLED = "unlabelled"
TABLE = "images.csv"
COLUMNS = ("file", "label", "split", "group", "in_bulk", "image", "sha256")
PARTS = {"pool": "train", "evaluation": "test"}


@dataclass(frozen=True)
class Place:
    """Where an image goes."""

    image_id: int
    label: str
    """The name of its class; empty where it has none."""
    file: str
    """Its path within the folder that is written."""


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
            rows = _rows(written, labels, choices)
            write_table(partial / TABLE, next(rows), rows, len(written), no_progress)
    except FileExistsError as error:
        raise ProjectError(tr("That folder exists; choose a new name for it.")) from error
    except OSError as error:
        raise ProjectError(tr("The images could not be written there.")) from error
    pictures = tr(OF_VOLUMES) if about_volumes(labels.pool.reader) else ""
    return f"{images_text(len(written), len(places))} {pictures}".strip()


def _places(labels: Snapshot, choices: Choices) -> Iterator[Place]:
    """Yield where each image goes; the names of a folder are all different."""
    folders, names = FreeNames(), FreeNames()
    of_class = [(name, folders.take(safe_name(name))) for name in labels.classes]
    wanted = [(image_id, *of_class[index]) for image_id, index in labels.handed_over]
    if choices.unlabelled:
        folder = folders.take(UNLABELLED)
        wanted += [(image_id, "", folder) for image_id in labels.unanswered]
    images = labels.pool.images
    apart = any(images[image_id].split == "evaluation" for image_id, *_ in wanted)
    for image_id, label, folder in wanted:
        within = f"{PARTS[images[image_id].split]}/{folder}" if apart else folder
        yield Place(image_id, label, _file(image_id, within, labels, choices, names))


def _file(image_id: int, folder: str, labels: Snapshot, choices: Choices, names: FreeNames) -> str:
    if choices.de_identified:
        return f"{folder}/{image_id:06d}.png"
    stem = PurePosixPath(labels.pool.images[image_id].key).stem
    return names.take(f"{folder}/{safe_name(stem, str(image_id))}") + ".png"


def _write_images(
    base: Path,
    places: tuple[Place, ...],
    labels: Snapshot,
    choices: Choices,
    progress: ProgressCallback,
) -> list[Place]:
    """Write the images that can be read, and return which these are."""
    written = []
    for done, place in enumerate(places):
        progress(done, len(places))
        pixels = labels.read(place.image_id)
        if pixels is not None:
            target = base / place.file
            target.parent.mkdir(parents=True, exist_ok=True)
            as_picture(pixels, choices.side).save(target)
            written.append(place)
    return written


def _rows(places: Sequence[Place], labels: Snapshot, choices: Choices) -> Iterator[tuple[str, ...]]:
    """Yield the heads of the table, then a row a file."""
    images, hidden = labels.pool.images, choices.de_identified
    groups = dict.fromkeys(images[p.image_id].group for p in places if images[p.image_id].group)
    told = {name: str(n) if hidden else plain(name) for n, name in enumerate(groups, 1)}
    yield COLUMNS if hidden else (*COLUMNS, *map(plain, _free(labels.columns)))
    for place in places:
        image = images[place.image_id]
        group, in_bulk = told.get(image.group, ""), str(int(labels.is_in_bulk(image.image_id)))
        cells = plain(place.file), plain(place.label), image.split, group, in_bulk
        if hidden:
            yield (*cells, "", "")
            continue
        known = image.columns or ("",) * len(labels.columns)
        hash_labelled = labels.hash_labelled(place.image_id)
        yield (*cells, plain(image.key), hash_labelled, *map(plain, known))


def _free(names: Sequence[str]) -> Iterator[str]:
    """Yield heads of columns that are not those of `COLUMNS`."""
    for name in names:
        yield f"{name}_" if name in COLUMNS else name
