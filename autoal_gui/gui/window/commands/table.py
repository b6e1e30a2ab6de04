"""The table of commands, in the order of the menus, and the ways of the start page."""

from autoal_gui.gui.window.commands.label import LABEL
from autoal_gui.gui.window.commands.learning import CHECK, TRAINING
from autoal_gui.gui.window.commands.parts import Effect, Rows
from autoal_gui.gui.window.commands.project import HELP, PROJECT
from autoal_gui.gui.window.commands.view import BRIGHTNESS, VIEW

COMMANDS: Rows = (*PROJECT, *LABEL, *VIEW, *BRIGHTNESS, *TRAINING, *CHECK, *HELP)
WAYS: dict[str, Effect] = {
    "demo": lambda on: on.new_projects.start_demo(),
    "folder": lambda on: on.new_projects.ask_images(),
    "dicom": lambda on: on.new_projects.ask_dicom(),
    "medmnist": lambda on: on.new_projects.ask_medmnist(),
    "npz": lambda on: on.new_projects.ask_file(),
    "open": lambda on: on.new_projects.ask_project(),
    "predict": lambda on: on.pages.show_page(on.pages.predict),
}
"""What each way of the start page does, by its name there."""
