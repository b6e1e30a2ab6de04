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
    finally:
        project.close()
    return 0


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
    return _images(options)


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
    return [first, *found.sentences(project.other_pixels)]
