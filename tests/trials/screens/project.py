"""The project that is looked at."""

from dataclasses import replace
from pathlib import Path

PROJECT = "project"
READER = "R. Beck"  # in no language a word
ROUNDS = 3


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
    window = MainWindow(replace(make_services(room), annotator=READER), kept)
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
