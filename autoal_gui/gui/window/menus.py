"""The menu bar: every command under its menu, ways to a new project, colours, text, languages."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from autoal_gui.core.language import LANGUAGES, mark, percent, tr
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.theme import CHOICES, Theme
from autoal_gui.gui.window.language_choice import AS_SYSTEM, chosen
from autoal_gui.gui.window.start_page import NEW_WAYS, WAYS
from autoal_gui.gui.window.text_size import PERCENTS
from autoal_gui.gui.window.text_size import chosen as chosen_size

THEME_LABELS = {"system": mark("As the system"), "light": mark("Light"), "dark": mark("Dark")}


class Menus(QObject):
    """Fills the menu bar of the window, and keeps the choice of colours."""

    way_chosen = Signal(str)
    """One of `WAYS`, to a new project."""
    language_chosen = Signal(str)
    """A code of `LANGUAGES`, or `AS_SYSTEM`."""
    text_size_chosen = Signal(int)
    """One of `PERCENTS`."""

    def __init__(
        self, window: QMainWindow, actions: Actions, theme: Theme, settings: QSettings
    ) -> None:
        super().__init__(window)
        self._window, self._theme, self._settings = window, theme, settings
        self.theme_actions: dict[str, QAction] = {}
        for title in actions.menus:
            menu = window.menuBar().addMenu(tr(title))
            if title == "Project":
                menu.addMenu(self._make_new_menu())
            menu.addActions(actions.of_menu(title))
            if title == "View":
                menu.addSeparator()
                menu.addMenu(self._make_theme_menu())
                menu.addMenu(self._make_text_menu())
                menu.addMenu(self._make_language_menu())
        for title in actions.menus:  # shortcuts work with the menu bar hidden or native
            window.addActions(actions.of_menu(title))
        self._restore_theme()

    def _make_new_menu(self) -> QMenu:
        menu = QMenu(tr("New project"), self._window)
        for way, _, title, line in WAYS[:NEW_WAYS]:
            action = menu.addAction(tr(title))
            action.setData(way)
            action.setStatusTip(tr(line))
        menu.triggered.connect(self._on_way)
        return menu

    def _make_theme_menu(self) -> QMenu:
        menu = QMenu(tr("Colours"), self._window)
        group = QActionGroup(self)
        for choice in CHOICES:
            action = menu.addAction(tr(THEME_LABELS[choice]))
            action.setCheckable(True)
            action.setData(choice)
            group.addAction(action)
            self.theme_actions[choice] = action
        group.triggered.connect(self._on_theme)
        return menu

    def _make_text_menu(self) -> QMenu:
        sizes = {size: percent(size / 100) for size in PERCENTS}
        group = self._choice_of(sizes, chosen_size(self._settings))
        group.triggered.connect(self._on_text_size)
        return self._menu_of(tr("Size of text"), group)

    def _make_language_menu(self) -> QMenu:
        # Both words, so that it is found by who does not read the language in use.
        both = tr("Language")
        names = {AS_SYSTEM: tr("As the system"), **LANGUAGES}
        group = self._choice_of(names, chosen(self._settings))
        group.triggered.connect(self._on_language)
        return self._menu_of(both if both == "Language" else f"{both} (Language)", group)

    def _choice_of(self, names: Mapping[Any, str], kept: object) -> QActionGroup:
        """Return an action for each value, of which one is chosen."""
        group = QActionGroup(self)
        for value, name in names.items():
            action = group.addAction(name)
            action.setCheckable(True)
            action.setData(value)
            action.setChecked(value == kept)
        return group

    def _menu_of(self, title: str, group: QActionGroup) -> QMenu:
        menu = QMenu(title, self._window)
        menu.addActions(group.actions())
        return menu

    def _restore_theme(self) -> None:
        kept = str(self._settings.value("theme", "system"))
        self._theme.choose(next((choice for choice in CHOICES if choice == kept), "system"))
        self.theme_actions[self._theme.choice].setChecked(True)

    def toggle_theme(self) -> None:
        """Change from light colours to dark ones, or back."""
        self.theme_actions["light" if self._theme.dark else "dark"].trigger()

    def _on_way(self, action: QAction) -> None:
        self.way_chosen.emit(action.data())

    def _on_theme(self, action: QAction) -> None:
        self._theme.choose(action.data())
        self._settings.setValue("theme", action.data())

    def _on_language(self, action: QAction) -> None:
        self.language_chosen.emit(action.data())

    def _on_text_size(self, action: QAction) -> None:
        self.text_size_chosen.emit(action.data())
