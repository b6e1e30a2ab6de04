"""Goes through the pages and dialogs of a project in one form, and tells what cannot be read."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from tests.trials.screens.project import PROJECT, READER

THEMES = ("light", "dark")
GAP = re.compile(r"\{\w+\}")
WORD = re.compile(r"(?<![{\w])[A-Za-z]{3,}(?![\w}])")  # outside gaps
SETTLE = 0.6  # seconds for layouts and thumbnails
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
    "begin reading": "ask_second_reading",
    "change keys": "change_keys",
    "comment": "show_comment",
    "go to": "show_go_to",
    "find class": "show_find_class",
}
SECTIONS = ("measured", "comparison", "caution")  # of the page Predict, opened one by one

Screen = tuple[str, Any, Callable[[], None]]
"""Its name, what is to be seen, and how to leave it."""


@dataclass
class Looker:
    """Shows one window in one language and size of text, and writes down what cannot be read."""

    room: Path
    images: Path
    language: str
    scale: float
    size: tuple[int, int]
    out: Path
    looks: Sequence[str] = THEMES
    window: Any = None
    _english: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Go through all pages in each look, and print a line for each finding."""
        from autoal_gui.launch.headless import settle

        self._english = left_over_in(self.language)
        self._open()
        for theme in self.looks:
            self.window.theme.choose(theme)
            self.window.resize(*self.size)
            for name, place, leave in self._screens():
                settle(SETTLE)
                if theme == self.looks[0]:  # both have the same layout
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
        services = replace(make_services(self.room), annotator=READER)
        self.window = MainWindow(services, kept)
        self.window.show()
        settle(SETTLE)

    def _screens(self) -> Iterator[Screen]:
        """Yield each screen."""
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
        yield from self._desk()
        yield from self._pages()
        window.pages.show_help()
        yield "help", window, window.pages.leave
        for name, show in DIALOGS.items():
            getattr(window.dialogs, show)()
            if window.dialog is not None:
                yield name, window.dialog, window.dialog.reject

    def _desk(self) -> Iterator[Screen]:
        window = self.window
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

    def _pages(self) -> Iterator[Screen]:
        from autoal_gui.launch.headless import wait_until

        window = self.window
        readings = window.controller.second_reading
        for name in PAGES:
            if name == "second_reading":
                readings.go_on(readings.open_readings()[0])
            page = getattr(window.pages, name)
            window.pages.show_page(page)
            if name == "map":
                wait_until(self._is_laid_out)
            if name == "predict":
                yield from self._prediction(page)
            else:
                yield name, window, nothing
            window.pages.leave()

    def _is_laid_out(self) -> bool:
        kept = self.window.controller.likeness.kept
        return kept is not None and kept.laid_out

    def _prediction(self, page: Any) -> Iterator[Screen]:
        """Compare two rounds, and open each section of what is found."""
        from autoal_gui.launch.headless import wait_until

        if page.session.table is None:
            page.setup.others.actions()[0].setChecked(True)
            page.images.choose(self.images)
            page.start()
            wait_until(lambda: page.session.table is not None and not page.session.is_busy)
        yield "predict", self.window, nothing
        for name in SECTIONS:
            button = getattr(page, name).button
            button.setChecked(True)
            yield f"predict {name}", self.window, partial(button.setChecked, False)

    def _judge(self, name: str, place: Any) -> None:
        from tests.tools.seen import cut_off, painted, shortened, sideways, words_of

        wide, high = self.size
        head = f"{self.language} {self.scale} {wide}x{high} {name}"
        found = [f"cut: {words[:90]!r}" for words in cut_off(place)]
        needed = self._needed(place)
        if needed[0] > wide or needed[1] > high:
            found.append(f"takes {needed[0]}x{needed[1]}")
            self.window.resize(wide, high)
        found += [f"sideways: {name}" for name in sideways(place)]
        found += [f"shortened: {words[:90]!r}" for words in shortened(place)]
        words_there = {*words_of(place), *painted(place)}
        found += [f"English: {words[:90]!r}" for words in english_in(words_there, self._english)]
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


def english_in(words: Iterable[str], sentences: Iterable[str]) -> list[str]:
    """Return the words that are one of these sentences, whatever stands in its gaps."""
    patterns = [".+".join(map(re.escape, GAP.split(one))) for one in sentences if WORD.search(one)]
    if not patterns:
        return []
    said = re.compile("|".join(patterns), re.DOTALL)
    return sorted(one for one in words if said.fullmatch(one))


def left_over_in(code: str) -> set[str]:
    """Return the English sentences that a language says in other words."""
    if code == "en":
        return set()
    from tests.tools.catalogues import read

    found: set[str] = set()
    for message in read(code):
        said, meant = ([x] if isinstance(x, str) else x for x in (message.string, message.id))
        found |= {one for one in meant if one} - {*said}
    return found
