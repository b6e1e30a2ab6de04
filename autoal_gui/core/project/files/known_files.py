"""Which images of a folder a project has already: the same files, or files of the same content."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from autoal_gui.core.images.source import ListedImage
from autoal_gui.core.project.files.new_images import Known
from autoal_gui.core.project.files.places import images_of


def known_images(known: Known, location: str, listed: Iterable[ListedImage]) -> dict[str, int]:
    """Return the project's image id of each listed image that it has, by the image's key.

    Args:
        known: what the project has.
        location: the folder or file that was listed.
        listed: its images.
    """
    paths, by_hash = _paths(known), _by_hash(known)
    root, found = _root(location), {}
    for image in listed:
        image_id = paths.get(_path(root, image.key))
        if image_id is None and image.sha256:
            image_id = by_hash.get(image.sha256)
        if image_id is not None:
            found[image.key] = image_id
    return found


def _paths(known: Known) -> Mapping[str, int]:
    found, images = {}, list(known.images.values())
    for position, place in enumerate(known.places):
        if not Path(place.spec.location).is_absolute():  # no place on the disk
            continue
        root = _root(place.spec.location)
        for image in images_of(position, known.places, images):
            found[_path(root, place.own_key(image.key))] = image.image_id
    return found


def _by_hash(known: Known) -> Mapping[str, int]:
    """Return the image of each content that only one has: a file may hold several images."""
    times = Counter(image.sha256 for image in known.images.values())
    return {
        image.sha256: image.image_id
        for image in known.images.values()
        if image.sha256 and times[image.sha256] == 1
    }


def _root(location: str) -> str:
    return Path(os.path.realpath(location)).as_posix()


def _path(root: str, key: str) -> str:
    return os.path.normcase(f"{root}/{key}")
