"""A MedMNIST set by name (Yang et al. 2023), found in a folder or downloaded.

The location is a flag such as "pneumoniamnist" or, of volumes, "organmnist3d". Options: `size`
(28, 64, 128 or 224 pixels a side, of volumes 28 or 64), `folder` (where the file is or is put;
default: `FOLDER`) and `download` ("yes" allows network access). A file that is found is never
compared with the official number of images.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ImageReader, Listing, ProgressCallback, SourceSpec
from autoal_gui.core.language import tr
from autoal_gui.sources import npz
from autoal_gui.sources.downloads import resumed
from autoal_gui.sources.downloads.catalogue import official, sizes_of, suffix_of
from autoal_gui.sources.downloads.set_words import ABOUT

NAME = "medmnist"
LABEL = "MedMNIST set"
ORDER = 10
_STANDARD = re.compile(r"([a-z]+mnist(?:3d)?)(?:_(64|128|224))?(?![a-z0-9])")
FOLDER = Path("~/.medmnist")
"""The package's own folder, to which the window downloads."""


@dataclass(frozen=True)
class MedMNISTSet:
    """What the dialog shows of a set."""

    flag: str
    title: str
    classes: tuple[str, ...]
    pool: int
    """Official number of training images."""
    evaluation: int
    """Official number of test images."""
    channels: int
    sizes: tuple[int, ...]
    """Pixels a side that it is offered in."""
    licence: str
    about: str
    """What it shows, for `tr`; the authors' own words where it is not known here."""
    description: str
    """The authors' own words."""


def available() -> tuple[MedMNISTSet, ...]:
    """Return the sets that can be used: those with one class an image, in medmnist's order."""
    return tuple(_describe(flag, info) for flag, info in official().items() if _usable(info))


def list_images(spec: SourceSpec, workspace: Path, progress: ProgressCallback) -> Listing:
    """List the set, downloaded first if the option allows it; see `Source.list_images`.

    While it downloads, `progress` counts bytes.
    """
    flag, size, folder = _wanted(spec)
    if not _file(flag, size, folder).is_file():
        if spec.option("download") != "yes":
            name = _file(flag, size, folder).name
            raise SourceError(
                tr(
                    "The file {name} is not in {folder}; choose its folder, or download it.",
                    name=name,
                    folder=folder,
                )
            )
        download(flag, size, folder, progress)
    return npz.list_images(_as_npz(spec), workspace, progress)


def open_images(spec: SourceSpec, workspace: Path) -> ImageReader:
    """Open a set that was listed before, without the network; see `Source.open_images`."""
    return npz.open_images(_as_npz(spec), workspace)


def named(name: str) -> SourceSpec:
    """Return a set that the command line names, such as "pneumoniamnist:64".

    Its file is looked for in the current folder, then in `FOLDER`, and is never downloaded.

    Raises:
        SourceError: there is no such set, it cannot be used, or its file is in neither folder.
    """
    flag, _, size = name.partition(":")
    places = (Path.cwd(), FOLDER.expanduser())
    for place in places:
        spec = SourceSpec(NAME, flag, (("size", size or "28"), ("folder", str(place))))
        file = _file(*_wanted(spec))
        if file.is_file():
            return spec
    raise SourceError(
        tr(
            "The file {name} is neither in this folder nor in {folder}. Put it there, or download "
            "it in the window: choose “Published set” on the start page.",
            name=file.name,
            folder=places[-1],
        )
    )


def result_name(spec: SourceSpec) -> str:
    """Return what MedMNIST's result files call a set: "pneumoniamnist", "pneumoniamnist_64".

    Empty where it is none of MedMNIST's sets; an .npz file is known by its name, which a browser
    may have numbered.
    """
    if spec.kind == NAME:
        flag, size, _ = _wanted(spec)
        return f"{flag}{suffix_of(size)}"
    found = _STANDARD.match(Path(spec.location).name.lower()) if spec.kind == npz.NAME else None
    if found is None or found[1] not in official() or not _usable(official()[found[1]]):
        return ""
    return found[0] if int(found[2] or 28) in sizes_of(found[1]) else ""


def download(flag: str, size: int, folder: Path, progress: ProgressCallback) -> Path:
    """Download one set from the address that medmnist names, see `resumed.download`.

    Args:
        flag: such as "pneumoniamnist".
        size: pixels a side.
        folder: where the file is put; made if it is missing.
        progress: told bytes; may raise `Cancelled`.

    Raises:
        SourceError: no network, no room, or the checksum is wrong.
    """
    info, suffix, target = official()[flag], suffix_of(size), _file(flag, size, folder)
    resumed.download(info[f"url{suffix}"], info[f"MD5{suffix}"], target, progress)
    return target


def _usable(info: dict[str, Any]) -> bool:
    return not info["task"].startswith("multi-label")


def _describe(flag: str, info: dict[str, Any]) -> MedMNISTSet:
    labels, samples = info["label"], info["n_samples"]
    return MedMNISTSet(
        flag=flag,
        title=info["python_class"],
        classes=tuple(labels[number] for number in sorted(labels, key=int)),
        pool=samples["train"],
        evaluation=samples["test"],
        channels=info["n_channels"],
        sizes=sizes_of(flag),
        licence=info["license"],
        about=ABOUT.get(flag, info["description"]),
        description=info["description"],
    )


def _wanted(spec: SourceSpec) -> tuple[str, int, Path]:
    """Return flag, size and folder.

    Raises:
        SourceError: there is no such set, or it cannot be used.
    """
    flag = spec.location.strip().lower()
    if flag not in official():
        raise SourceError(tr("There is no MedMNIST set {location!r}.", location=spec.location))
    if not _usable(official()[flag]):
        raise SourceError(
            tr("{flag} cannot be used: only sets with one class an image can.", flag=flag)
        )
    sizes = [str(side) for side in sizes_of(flag)]
    if spec.option("size", "28") not in sizes:
        raise SourceError(tr("The size must be one of: {sizes}.", sizes=", ".join(sizes)))
    folder = Path(spec.option("folder") or FOLDER).expanduser()
    return flag, int(spec.option("size", "28")), folder


def _as_npz(spec: SourceSpec) -> SourceSpec:
    flag, size, folder = _wanted(spec)
    return SourceSpec(npz.NAME, str(_file(flag, size, folder)), (("flag", flag),))


def _file(flag: str, size: int, folder: Path) -> Path:
    return folder / f"{flag}{suffix_of(size)}.npz"
