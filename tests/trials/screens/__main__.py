"""Every page and dialog in every language, size of text, size of window and look, searched.

    python -m tests.trials.screens --data FOLDER --out DIR

Works through a project of the images in FOLDER (a sub-folder for each class), then shows each page
of it in each combination. Told are words that have less room than they need or are shortened, what
has to be scrolled to the side, windows that are larger than asked for, and English that is left
over. A picture of each lies in DIR.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.language import LANGUAGES
from tests.trials.screens.looker import THEMES, Looker
from tests.trials.screens.project import PROJECT, make_project

SCALES = (1.0, 1.5, 2.0)
SIZES = ("1280x720", "1600x1000", "2560x1440")


@dataclass(frozen=True)
class Form:
    """One language, size of text and size of screen and window."""

    language: str
    scale: float
    size: str

    @property
    def pixels(self) -> tuple[int, int]:
        """Return width and height."""
        wide, high = self.size.split("x")
        return int(wide), int(high)

    def words(self) -> list[str]:
        """Return it as options of the command line."""
        return ["--languages", self.language, "--scales", str(self.scale), "--sizes", self.size]


def forms(options: argparse.Namespace) -> Iterator[Form]:
    """Yield every combination that is asked for."""
    for one in itertools.product(options.languages, options.scales, options.sizes):
        yield Form(*one)


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of images")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--scales", nargs="+", type=float, default=list(SCALES))
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), help="of screen and window")
    parser.add_argument("--looks", nargs="+", default=list(THEMES), choices=THEMES)
    parser.add_argument("--room", type=Path, help="where the project is, or is to be made")
    parser.add_argument("--aside", type=int, help="images that only measure (as the set asks for)")
    parser.add_argument("--step", choices=("make", "look"), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main() -> int:
    """Look at all, each language and size of text in a process of its own."""
    options = parsed()
    os.environ["QT_LOGGING_RULES"] = "default.warning=false"
    images, out = options.data.resolve(), options.out.resolve()
    if options.step == "make":
        make_project(images, options.room, options.aside)
    elif options.step == "look":
        for form in forms(options):  # one
            look_at = (form.language, form.scale, form.pixels)
            Looker(options.room, images, *look_at, out, options.looks).look()
    else:
        with tempfile.TemporaryDirectory(prefix="autoal-gui-") as made:
            look_at_all(options, options.room or Path(made), images, out)
    return 0


def look_at_all(options: argparse.Namespace, room: Path, images: Path, out: Path) -> None:
    """Make the project where there is none, then look at each form of it."""
    room.mkdir(parents=True, exist_ok=True)
    common = ["--data", str(images), "--out", str(out), "--room", str(room)]
    if not (room / PROJECT).is_dir():
        first = Form("en", SCALES[0], SIZES[0])
        aside = [] if options.aside is None else ["--aside", str(options.aside)]
        run([*common, *aside, "--step", "make"], first)
    for form in forms(options):
        run([*common, "--step", "look", *form.words(), "--looks", *options.looks], form)


def run(options: list[str], form: Form) -> None:
    """Run this script anew on a screen of its own; text and language hold for a whole process."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
        json.dump(screen(form), config)
        config.flush()
        environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config.name}"}
        command = [sys.executable, "-m", "tests.trials.screens", *options]
        subprocess.run(command, check=True, env=environment)


def screen(form: Form) -> dict[str, object]:
    """Return what Qt is told of the screen."""
    wide, high = form.pixels
    one = {"name": "screen", "x": 0, "y": 0, "width": wide, "height": high}
    return {"screens": [one]}


if __name__ == "__main__":
    sys.exit(main())
