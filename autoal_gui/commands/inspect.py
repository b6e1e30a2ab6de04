"""The command `inspect`: what the program makes of a file or a set, before a project is made."""

import argparse
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from autoal_gui.commands.arguments import (
    DATA,
    add_set_options,
    positive,
    show_listed,
)
from autoal_gui.commands.terminal import on_one_line
from autoal_gui.core.errors import AutoALError, ImageUnreadable
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Listing, Picture, SourceSpec
from autoal_gui.core.images.volumes import about_volumes
from autoal_gui.core.sets.summary import SetSummary, counts_text, summarise
from autoal_gui.core.sets.tables.table_fit import fit_lines
from autoal_gui.core.system.files import replacing
from autoal_gui.core.system.scratch import ScratchFolder

NO_GROUPS = (
    "No patients or other groups are known: if several images are of one patient, numbers look "
    "better than they are for new patients."
)


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
    inspect.add_argument("--json", action="store_true", help="print it for a program")
    add_set_options(inspect)
    inspect.set_defaults(handler=_inspect)


def _inspect(options: argparse.Namespace) -> int:
    from autoal_gui.sources.opening import list_images, open_images, spec_of
    from autoal_gui.sources.understanding.understood import doubts_of
    from autoal_gui.sources.understanding.understood import sentence as understood_as

    with ScratchFolder() as workspace:
        spec = spec_of(options.data, options.set_options)
        listing = list_images(spec, workspace, show_listed)
        reader = open_images(spec, workspace)
        pool = ImagePool.of_listing(listing, reader)
        if options.number not in pool.images:
            raise AutoALError(f"There is no image {options.number}; there are {len(pool.images)}.")
        picture = pool.picture(options.number)
        summary = summarise(listing)
        if options.json:
            found = summary.as_json(understood_as(listing))
            found["doubts"] = doubts_of(listing)
            found["table"] = table_lines(spec, listing)
            found["volumes"] = about_volumes(reader)
            print(json.dumps(found, indent=2))
        else:
            print(sentence(listing, picture))
            if volumes := about_volumes(reader):
                print(volumes)
            lines = set_lines(listing, summary, understood_as(listing))
            for line in (*lines, *table_lines(spec, listing)):
                print(on_one_line(line))
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


def set_lines(listing: Listing, summary: SetSummary, understood_as: str) -> list[str]:
    """Say how a set is understood, what is doubtful in it and what is left out, line by line."""
    from autoal_gui.sources.understanding.understood import doubts_of

    lines = [counts_text(summary), understood_as] if summary.images > 1 else []
    if summary.labelled > 1 and not summary.groups:
        lines.append(NO_GROUPS)
    lines += doubts_of(listing)
    return lines + [f"Left out ({n}): {reason}" for reason, n in summary.left_out.items()]


def table_lines(spec: SourceSpec, listing: Listing) -> tuple[str, ...]:
    """Say how the table fits that was understood or named; nothing where there is none."""
    from autoal_gui.sources.understanding.understood import rearranged

    if not dict(listing.options or ()).get("table"):
        return ()
    _, used = rearranged(replace(spec, options=listing.options or ()), listing)
    return fit_lines(used.fit) if used else ()


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
