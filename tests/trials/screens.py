"""Every page and dialog in every language, size of text, size of window and look, searched.

    python -m tests.trials.screens --data FOLDER --out DIR

Works through a project of the images in FOLDER (a sub-folder for each class), then shows each page
of it in each combination. Told are words that have less room than they need, windows that are
larger than asked for, and English that is left over. A picture of each lies in DIR. Words that a
chart or a list paints itself are not searched: they are to be looked at.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autoal_gui.core.language import LANGUAGES

SCALES = (1.0, 1.5, 2.0)
SIZES = ("1280x720", "1600x1000", "2560x1440")
THEMES = ("light", "dark")
ROUNDS = 3
SETTLE = 0.35  # seconds for layouts and thumbnails
PAGES = ("review", "confirm", "map", "predict", "agreement", "second_reading", "adjudication")
DIALOGS = {
    "settings": "show_settings",
    "classes": "show_classes",
    "export": "show_export",
    "hand over": "show_hand_over",
    "keys": "show_keys",
    "report": "show_report",
    "evaluation set": "show_evaluation_set",
    "labels": "ask_table",
}
PROJECT = "project"


@dataclass
class Looker:
    """Shows one window in one language and size of text, and writes down what cannot be read."""

    room: Path
    images: Path
    language: str
    scale: float
    size: tuple[int, int]
    out: Path
    window: Any = None
    _english: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Go through all pages in both looks, and print a line for each finding."""
        from autoal_gui.launch.headless import settle

        self._english = left_over_in(self.language)
        self._open()
        for theme in THEMES:
            self.window.theme.choose(theme)
            self.window.resize(*self.size)
            for name, place, leave in self._screens():
                settle(SETTLE)
                if theme == THEMES[0]:  # both have the same layout
                    self._judge(name, place)
                self._save(f"{name}-{self.size[0]}-{theme}", place)
                leave()
        self.window.close()

    def _open(self) -> None:
        from PySide6.QtCore import QSettings

        from autoal_gui.app import make_application, make_services
        from autoal_gui.gui.window import language_choice
        from autoal_gui.gui.window.main_window import MainWindow
        from autoal_gui.launch.headless import settle

        application = make_application()
        font = application.font()
        font.setPointSizeF(font.pointSizeF() * self.scale)
        application.setFont(font)
        language_choice.speak(application, self.language)
        kept = QSettings(str(self.room / f"{self.language}.ini"), QSettings.Format.IniFormat)
        kept.setValue("panel", "folded")
        kept.setValue("recent", [str(self.room / PROJECT)])
        services = replace(make_services(self.room), annotator="reader")
        self.window = MainWindow(services, kept)
        self.window.show()
        settle(SETTLE)

    def _screens(self) -> Iterator[tuple[str, Any, Callable[[], None]]]:
        """Yield each screen by name, what is to be seen, and how to leave it."""
        from autoal_gui.gui.window.projects.new_projects import folder_spec
        from autoal_gui.launch.headless import settle, wait_until

        window = self.window
        if window.controller.is_open:
            window.controller.close_project()
        yield "start", window, nothing
        window.new_projects.show_dialog(folder_spec(self.images))
        wait_until(lambda: window.dialog.listing is not None)
        yield "new project", window.dialog, window.dialog.reject
        if not window.open_folder(self.room / PROJECT):
            raise RuntimeError("the project cannot be opened")
        wait_until(lambda: window.controller.is_open and window.controller.at_rest)
        settle(SETTLE)
        yield "desk", window, nothing
        side = window.desk.side
        if side.folded:
            side.toggle()
        for place in range(window.desk.tabs.count()):
            window.desk.tabs.setCurrentIndex(place)
            yield f"panel {place}", window, nothing
        side.toggle()
        window.actions_table["grid"].trigger()
        yield "grid", window, window.actions_table["grid"].trigger
        for name in PAGES:
            page = getattr(window.pages, name)
            window.pages.show_page(page)
            if name == "predict":
                self._predict(page)
            elif name == "map":
                wait_until(self._is_laid_out)
            yield name, window, window.pages.leave
        window.pages.show_help()
        yield "help", window, window.pages.leave
        for name, show in DIALOGS.items():
            getattr(window.dialogs, show)()
            if window.dialog is not None:
                yield name, window.dialog, window.dialog.reject

    def _is_laid_out(self) -> bool:
        kept = self.window.controller.likeness.kept
        return kept is not None and kept.laid_out

    def _predict(self, page: Any) -> None:
        from autoal_gui.launch.headless import wait_until

        if page.session.table is None:
            page.choose_images(self.images)
            page.start()
            wait_until(lambda: page.session.table is not None and not page.session.is_busy)

    def _judge(self, name: str, place: Any) -> None:
        from tests.tools.seen import cut_off, words_of

        wide, high = self.size
        head = f"{self.language} {self.scale} {wide}x{high} {name}"
        found = [f"cut: {words[:90]!r}" for words in cut_off(place)]
        needed = self._needed(place)
        if needed[0] > wide or needed[1] > high:
            found.append(f"takes {needed[0]}x{needed[1]}")
            self.window.resize(wide, high)
        left_over = sorted(self._english & set(words_of(place)))
        found += [f"English: {words[:90]!r}" for words in left_over]
        for one in found:
            print(f"{head}: {one}", flush=True)

    def _needed(self, place: Any) -> tuple[int, int]:
        """Return the least room for a dialog, or for the page on screen and what is around it."""
        if place is not self.window:
            return place.minimumSizeHint().toTuple()
        pages = self.window.pages
        least = pages.currentWidget().minimumSizeHint()
        around = place.size() - pages.size()
        return least.width() + around.width(), least.height() + around.height()

    def _save(self, name: str, place: Any) -> None:
        folder = self.out / f"{self.language}-{self.scale}"
        folder.mkdir(parents=True, exist_ok=True)
        place.grab().save(str(folder / f"{name.replace(' ', '-')}.png"))


def nothing() -> None:
    """Leave a screen that the next one takes the place of."""


def left_over_in(code: str) -> set[str]:
    """Return the English sentences that a language says in other words."""
    if code == "en":
        return set()
    from tests.tools.catalogues import read

    return {
        message.id
        for message in read(code)
        if isinstance(message.id, str) and message.id and message.string != message.id
    }


def make_project(images: Path, room: Path) -> None:
    """Work through some rounds as a reader who is always right, but for a last few answers."""
    from PySide6.QtCore import QSettings

    from autoal_gui.app import make_application, make_services
    from autoal_gui.core.settings import PRESETS, fitted_to
    from autoal_gui.distribution.screenshots import answer
    from autoal_gui.gui.window.main_window import MainWindow
    from autoal_gui.gui.window.projects.new_projects import folder_spec
    from autoal_gui.launch.headless import wait_until

    make_application()
    kept = QSettings(str(room / "made.ini"), QSettings.Format.IniFormat)
    window = MainWindow(replace(make_services(room), annotator="reader"), kept)
    window.show()
    window.new_projects.show_dialog(folder_spec(images))
    dialog = window.dialog
    wait_until(lambda: dialog.listing is not None)
    dialog.name.setText(PROJECT)
    dialog.name.textEdited.emit(PROJECT)
    dialog.accept()
    controller = window.controller
    wait_until(lambda: controller.is_open)
    shared = controller.project.settings.run
    alone = PRESETS["cpu"].but(backbone="efficientnet_lite0", warm_start=False, seed=shared.seed)
    controller.setup.change_settings(
        fitted_to(alone, shared.input_size).but(all_layers="never", batch_size=20)
    )
    for _ in range(ROUNDS):
        wait_until(lambda: controller.at_rest)
        answer(controller, 20)
    wait_until(lambda: controller.at_rest)
    answer(controller, 7)
    folder = controller.project.folder
    window.close()
    folder.rename(room / PROJECT)


def main() -> int:
    """Look at all, each language and size of text in a process of its own."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of images")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--scales", nargs="+", type=float, default=list(SCALES))
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), help="of screen and window")
    parser.add_argument("--room", type=Path, help="a folder with the project, where it was made")
    parser.add_argument("--make", action="store_true", help="only make the project, in ROOM")
    options = parser.parse_args()
    os.environ["QT_LOGGING_RULES"] = "default.warning=false"
    images, out = options.data.resolve(), options.out.resolve()
    if options.room is not None and options.make:
        make_project(images, options.room)
        return 0
    every = list(itertools.product(options.languages, options.scales, options.sizes))
    if options.room is not None and len(every) == 1:
        ((language, scale, size),) = every
        wide, high = map(int, size.split("x"))
        Looker(options.room, images, language, scale, (wide, high), out).look()
        return 0
    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as made:
        room = options.room or Path(made)
        common = ["--data", str(images), "--out", str(out), "--room", str(room)]
        if not (room / PROJECT).is_dir():
            run([*common, "--make"], SIZES[0])
        for language, scale, size in every:
            own = ["--languages", language, "--scales", str(scale), "--sizes", size]
            run([*common, *own], size)
    return 0


def run(options: list[str], size: str) -> None:
    """Run this script anew on a screen of its own; text and language hold for a whole process."""
    wide, high = map(int, size.split("x"))
    screen = {"name": "screen", "x": 0, "y": 0, "width": wide, "height": high}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
        json.dump({"screens": [screen]}, config)
        config.flush()
        environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config.name}"}
        command = [sys.executable, "-m", "tests.trials.screens", *options]
        subprocess.run(command, check=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
