"""The commands `images` and `relocate`: what became of a project's images, and where they are."""

import argparse
from pathlib import Path
from typing import Any

from autoal_gui.commands.arguments import show_listed
from autoal_gui.core.errors import SourceError
from autoal_gui.core.project.project import Project


def add_images(commands: Any) -> None:
    """Add the commands to the parser's."""
    images = commands.add_parser(
        "images", help="say which of a project's images were replaced, are gone or have moved"
    )
    images.add_argument("project", type=Path, help="a project folder")
    images.add_argument(
        "--add", action="store_true", help="add images that came to its folders since, to the pool"
    )
    images.add_argument(
        "--add-from", metavar="FOLDER", help="add the images of a further folder, to the pool"
    )
    images.add_argument(
        "--keep-labels", action="store_true",
        help="say that the labels of images that were replaced hold for what they show now",
    )  # fmt: skip
    images.set_defaults(handler=_images)
    relocate = commands.add_parser("relocate", help="say where a project's images are now")
    relocate.add_argument("project", type=Path, help="a project folder")
    relocate.add_argument("folder", type=Path, help="the folder, or the .npz file, of the images")
    relocate.set_defaults(handler=_relocate)


def _images(options: argparse.Namespace) -> int:
    project = _opened(options.project)
    try:
        for sentence in looked(project):
            print(sentence)
        if options.keep_labels:
            print(f"Labels that hold for other pixels now: {project.keep_labels()}.")
        if options.add or options.add_from:
            for sentence in added(project, options.add_from):
                print(sentence)
    finally:
        project.close()
    return 0


def added(project: Project, further: str | None) -> list[str]:
    """Add new images to a project, from a further folder or from its own; say what was found.

    Raises:
        SourceError: they cannot be listed, or are part of the project already.
        ProjectError: they could not be saved.
    """
    from autoal_gui.core.project.files.new_images import find_new
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    spec = None if further is None else spec_of(further)
    new = find_new(project.known, spec, list_images, open_images, show_listed)
    project.add_images(new)
    return new.sentences(done=True)


def _relocate(options: argparse.Namespace) -> int:
    from autoal_gui.core.project.files.moved import find_moved
    from autoal_gui.sources.opening import open_images

    project = _opened(options.project)
    try:
        moved = find_moved(
            min(project.absent, default=0),
            project.places,
            tuple(project.pool.images.values()),
            options.folder,
            project.workspace,
            open_images,
            show_listed,
        )
        project.move_images(moved)
    finally:
        project.close()
    print(moved.sentence)
    project = _opened(options.project)
    try:
        for sentence in looked(project):
            print(sentence)
    finally:
        project.close()
    return 0


def _opened(folder: Path) -> Project:
    from autoal_gui.sources.opening import open_images

    return Project.open(folder, open_images)


def looked(project: Project) -> list[str]:
    """Look at the files of a project, note what became of them, and say it.

    Raises:
        SourceError: the images are not where they were.
        ProjectError: it could not be saved.
    """
    from autoal_gui.core.project.files.findings import look

    for sentence in project.absent.values():
        raise SourceError(f"{sentence} Say where they are: autoal-gui relocate PROJECT FOLDER")
    images, unusable = tuple(project.pool.images.values()), project.checks.unusable
    found = look(images, project.pool.reader, project.files.stamps(), unusable, show_listed)
    project.note_files(found)
    first = f"{found.unchanged} of {len(images)} images are as they were."
    still = [f"Gone, as was told before: {found.still_gone}."] if found.still_gone else []
    return [first, *found.sentences(project.other_pixels), *still]
