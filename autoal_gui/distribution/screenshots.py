"""Pictures of every page, made by the program itself: `make screenshots`.

The window runs off screen with its real engine, on a folder of the demo's cells, since pictures of
a published set would carry its licence; the known classes answer in a reader's place. What is read
and written lies in a home of its own: no picture shows a path of the machine that it was made on.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from autoal_gui.engine.state import State
from autoal_gui.launch.headless import settle, wait_until

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from autoal_gui.gui.images.image_grid import ImageGrid
    from autoal_gui.gui.session.controller import Controller
    from autoal_gui.gui.window.main_window import MainWindow

HOME = Path("/home/reader")
WIDTH, HEIGHT = 1280, 800
NEW_PROJECT = 900, 800  # as on a screen of that height; without one a window is narrower
WARM_SECONDS = 40  # enough for the few hundred images of such a set
IMAGES, EVALUATION = 300, 60
ROUNDS = 4
FEW = 7  # answers before the picture of labelling
NAME = "White blood cells"
DIALOGS = ("export", "settings", "classes", "keys")
ABOVE = 50  # pixels that are seen above a chart
SCREENFUL = 12  # images of the grid that are seen at once
SETTLE = 0.6  # seconds for thumbnails, charts and layouts


class Photographer:
    """Opens the window on a folder of images, works through some rounds, and takes pictures."""

    def __init__(self, images: Path, target: Path, room: Path) -> None:
        """Keep projects and settings inside `room`; write pictures into `target`."""
        from PySide6.QtCore import QSettings

        from autoal_gui.app import make_application, make_services
        from autoal_gui.gui.window.window_manager import WindowHolder

        self._images, self._target = images, target
        target.mkdir(parents=True, exist_ok=True)
        kept = QSettings(str(room / "window.ini"), QSettings.Format.IniFormat)
        kept.setValue("language", "en")
        kept.setValue("theme", "light")
        services = replace(make_services(room / "AutoAL projects"), annotator="reader")
        self._holder = WindowHolder(lambda: _window(services, kept), kept, make_application())
        self.window: MainWindow = self._holder.open()
        self.window.resize(WIDTH, HEIGHT)

    def take_all(self) -> None:
        """Take every picture; a few minutes."""
        self._new_project()
        self._labelling()
        self._rounds()
        self._panels()
        self._dialogs()
        self._pages()
        self._predict()
        self._map()
        self._dark()
        self._start()

    def close(self) -> None:
        """End the window and its threads."""
        self.window.close()

    def _save(self, name: str, what: "QWidget | None" = None) -> None:
        settle(SETTLE)
        (what or self.window).grab().save(str(self._target / f"{name}.png"))
        print(name, flush=True)

    def _new_project(self) -> None:
        from autoal_gui.gui.project.new_project import NewProjectDialog
        from autoal_gui.gui.window.projects.new_projects import folder_spec

        self.window.new_projects.show_dialog(folder_spec(self._images))
        dialog = cast(NewProjectDialog, self.window.dialog)
        wait_until(lambda: dialog.listing is not None)
        dialog.name.setText(NAME)
        dialog.name.textEdited.emit(NAME)
        dialog.evaluation.setValue(EVALUATION)
        dialog.resize(*NEW_PROJECT)
        self._save("new-project", dialog)
        dialog.method.minutes.setValue(1)
        dialog.accept()

    def _labelling(self) -> None:
        controller = self.window.controller
        settings = controller.project.settings.run
        # Rounds of a second: comparing all layers with the last takes minutes, and shows nothing.
        controller.setup.change_settings(
            settings.but(warm_seconds=float(WARM_SECONDS), all_layers="never")
        )
        answer(controller, FEW)
        settle(4)  # until there is some progress to show
        self._save("learning")
        wait_until(lambda: controller.at_rest)

    def _rounds(self) -> None:
        controller = self.window.controller
        size = controller.project.settings.run.batch_size
        answer(controller, size - FEW)
        for _ in range(ROUNDS):
            wait_until(lambda: controller.at_rest)
            answer(controller, size)
        wait_until(lambda: controller.engine.state is State.RUNNING)
        settle(0.9)  # into the round, so that there is progress to see
        self.window.grab().save(str(self._target / "training.png"))
        wait_until(lambda: controller.at_rest)
        answer(controller, FEW)

    def _panels(self) -> None:
        self._save("labelling")
        self.window.desk.side.toggle()
        tabs = self.window.desk.tabs
        for place, name in enumerate(("performance", "weights")):
            tabs.setCurrentIndex(place)
            self._save(name)
        tabs.setCurrentIndex(0)
        performance = self.window.desk.performance
        plot = performance.operating.plot
        above = plot.mapTo(performance.widget(), plot.rect().topLeft()).y() - ABOVE
        performance.verticalScrollBar().setValue(above)
        self._save("operating")
        self.window.desk.side.toggle()
        self.window.actions_table["grid"].trigger()
        wait_until(lambda: is_drawn(self.window.desk.grid.grid))
        self._save("grid")
        self.window.actions_table["grid"].trigger()

    def _dialogs(self) -> None:
        for name in DIALOGS:
            self.window.actions_table[name].trigger()
            if self.window.dialog is not None:
                self._save(name, self.window.dialog)
                self.window.dialog.reject()

    def _pages(self) -> None:
        pages = self.window.pages
        for name, page in {
            "agreement": pages.agreement,
            "help": pages.help,
            "review": pages.review,
        }.items():
            pages.show_page(page)
            self._save(name)
            pages.leave()

    def _predict(self) -> None:
        pages = self.window.pages
        page = pages.predict
        pages.show_page(page)
        page.images.choose(self._images)
        page.start()
        wait_until(lambda: page.session.table is not None and not page.session.is_busy)
        wait_until(lambda: is_drawn(page.grid))
        self._save("predict")
        pages.leave()

    def _map(self) -> None:
        pages, likeness = self.window.pages, self.window.controller.likeness
        pages.show_page(pages.map)
        wait_until(lambda: likeness.kept is not None and likeness.kept.laid_out)
        self._save("map")
        pages.leave()

    def _dark(self) -> None:
        self.window.theme.choose("dark")
        self._save("dark")
        self.window.theme.choose("light")

    def _start(self) -> None:
        self.window.controller.close_project()
        self._save("start")


def _window(services: object, settings: object) -> "MainWindow":
    from autoal_gui.gui.window.main_window import MainWindow

    return MainWindow(services, settings)  # type: ignore[arg-type]


def is_drawn(grid: "ImageGrid") -> bool:
    """Whether a grid has the pictures of its first screen."""
    return all(grid.thumbnails.thumbnail(image) for image in tuple(grid.images)[:SCREENFUL])


def answer(controller: "Controller", count: int) -> None:
    """Answer so many images with their known classes, as a reader who is always right would."""
    truth = controller.project.labels.hidden_truth()
    for _ in range(count):
        image = controller.images.current
        if image is None:
            return
        truth.ask([image])
        controller.labelling.answer(truth.label(image))
        settle(0.02)


def write_demo(folder: Path) -> None:
    """Write the demo's first images as files, in a sub-folder for each class."""
    from PIL import Image

    from autoal_gui.sources.opening import list_images, open_images, spec_of

    spec = spec_of("demo")
    with tempfile.TemporaryDirectory() as workspace:
        listing = list_images(spec, Path(workspace), lambda done, total: None)
        reader = open_images(spec, Path(workspace))
        for number, image in enumerate(listing.images[:IMAGES]):
            place = folder / listing.classes[image.label or 0]
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(reader.read(image.key)).save(place / f"{number:03}.png")


@contextmanager
def new_home(folder: Path) -> Iterator[Path]:
    """Make a folder that the pictures show as the reader's home, and remove it at the end.

    Raises:
        SystemExit: it is there already, and what is in it is somebody's; or it cannot be made.
    """
    try:
        folder.mkdir()
    except OSError as error:
        raise SystemExit(f"{folder} cannot be made; name another folder by --home.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Take the pictures that the README shows."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("target", type=Path, help="the folder for the pictures")
    parser.add_argument("--home", type=Path, default=HOME,
        help="a new folder that the pictures show as the reader's home (%(default)s)")  # fmt: skip
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_LOGGING_RULES"] = "default.warning=false"  # what such a platform cannot do
    with new_home(options.home) as home:
        os.environ["HOME"] = str(home)
        images = home / "cells"
        write_demo(images)
        photographer = Photographer(images, options.target.absolute(), home)
        try:
            photographer.take_all()
        finally:
            photographer.close()


if __name__ == "__main__":
    main()
