"""The command `recover`: what can still be read of a damaged project."""

import argparse
from pathlib import Path
from typing import Any

from autoal_gui.commands.arguments import show_listed


def add_recover(commands: Any) -> None:
    """Add the command to the parser's."""
    recover = commands.add_parser(
        "recover", help="read what is left of a damaged project; the damaged file is kept"
    )
    recover.add_argument("project", type=Path, help="a project folder")
    recover.add_argument("--images", metavar="DATA", help="where its images are, if that is lost")
    recover.set_defaults(handler=_recover)


def _recover(options: argparse.Namespace) -> int:
    from autoal_gui.core.recovery.recovery import recover
    from autoal_gui.sources.opening import list_images, spec_of

    images = spec_of(options.images) if options.images else None
    print(recover(options.project, list_images, show_listed, images).sentence)
    return 0
