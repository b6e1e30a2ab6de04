"""Commands of the menus Project and Help."""

from autoal_gui.gui.widgets.actions import Command, When
from autoal_gui.gui.window.commands.parts import Rows

PROJECT: Rows = (
    Command(
        "home",
        "Project",
        "Start page",
        "Close the project and show the start page",
        when=When.IN_PROJECT,
        does=lambda on: on.controller.close_project(),
    ),
    Command(
        "open",
        "Project",
        "Open project…",
        "Open a project's folder",
        ("Ctrl+O",),
        "open",
        when=When.ALWAYS,
        does=lambda on: on.new_projects.ask_project(),
    ),
    Command(
        "export",
        "Project",
        "Export…",
        "Write labels or the model",
        ("Ctrl+E",),
        "export",
        when=When.IN_PROJECT,
        does=lambda on: on.dialogs.show_export(),
    ),
    Command(
        "predict",
        "Project",
        "Predict…",
        "Apply a trained model to other images",
        ("Ctrl+P",),
        when=When.ALWAYS,
        does=lambda on: on.pages.show_page(on.pages.predict),
    ),
    Command(
        "settings",
        "Project",
        "Settings…",
        "How images are chosen, who reads",
        ("Ctrl+,",),
        "settings",
        when=When.IN_PROJECT,
        does=lambda on: on.dialogs.show_settings(),
    ),
    Command(
        "report",
        "Project",
        "Import report…",
        "Files that could not be used, and why",
        when=When.IN_PROJECT,
        does=lambda on: on.dialogs.show_report(),
    ),
    Command(
        "quit",
        "Project",
        "Quit",
        "Close the program; everything is saved",
        ("Ctrl+Q",),
        when=When.ALWAYS,
        does=lambda on: on.close(),
    ),
)
HELP: Rows = (
    Command(
        "help",
        "Help",
        "Help",
        "How this program works",
        ("F1",),
        "help",
        when=When.ALWAYS,
        does=lambda on: on.pages.show_help(),
    ),
    Command(
        "keys",
        "Help",
        "Keys…",
        "All keys on one sheet",
        ("?",),
        "keys",
        when=When.ALWAYS,
        does=lambda on: on.dialogs.show_keys(),
    ),
)
