"""The command `inspect`: what the program makes of a file or a set, before a project is made."""

import argparse
import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from autoal_gui.commands.arguments import DATA, positive, show_listed
from autoal_gui.core.errors import AutoALError, ImageUnreadable
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, Picture
from autoal_gui.core.system.files import replacing


def add_inspect(commands: Any) -> None:
    """Add the command to the parser's."""
    inspect = commands.add_parser(
        "inspect", help="say what a file or a set is, or why it cannot be used"
    )
    inspect.add_argument("data", metavar="PATH", help=DATA)
    inspect.add_argument(
        "--render", type=Path, metavar="OUT.png", help="write an image as the window would show it"
    )
    inspect.add_argument(
        "--number", type=positive, default=1, help="which image of the file or set to write"
    )
    inspect.set_defaults(handler=_inspect)


def _inspect(options: argparse.Namespace) -> int:
    from autoal_gui.sources.opening import list_images, open_images, spec_of

    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as folder:
        spec, workspace = spec_of(options.data), Path(folder)
        listing = list_images(spec, workspace, show_listed)
        pool = ImagePool.of_listing(listing, open_images(spec, workspace))
        if options.number not in pool.images:
            raise AutoALError(f"There is no image {options.number}; there are {len(pool.images)}.")
        picture = pool.picture(options.number)
        print(sentence(listing, picture))
        for line in left_out_lines(listing):
            print(line)
        if options.render is not None:
            render(picture, options.render)
    return 0


def sentence(listing: Listing, picture: Picture) -> str:
    """Say how many images there are, and what one of them is."""
    count = len(listing.images)
    height, width = picture.pixels.shape[:2]
    kind = "grey" if picture.pixels.ndim == 2 else "colour"
    bits = 8 * picture.pixels.itemsize
    about = f"{kind}, {width} x {height} pixels, {bits} bits"
    if picture.unit:
        about += f", in {picture.unit}"
    if count == 1:
        return f"One image: {about}."
    classes = f" in {len(listing.classes)} classes" if len(listing.classes) > 1 else ""
    return f"{count} images{classes}; one of them: {about}."


def left_out_lines(listing: Listing) -> list[str]:
    """Say what is left out, a line for each reason."""
    return [f"Left out ({count}): {reason}" for reason, count in listing.left_out.items()]


def render(picture: Picture, target: Path) -> None:
    """Write a picture in 8 bits, as the window and the networks see it first.

    Raises:
        AutoALError: it cannot be written there.
    """
    content = io.BytesIO()
    try:
        Image.fromarray(picture_to_uint8(picture)).save(content, "PNG")
    except (OSError, ValueError, MemoryError) as error:
        raise ImageUnreadable("The image cannot be written as PNG.") from error
    try:
        with replacing(target) as partial:
            partial.write_bytes(content.getvalue())
    except OSError as error:
        raise AutoALError("The image could not be written there.") from error
