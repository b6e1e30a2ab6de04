"""The project that is looked at."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autoal_gui.gui.session.controller import Controller

PROJECT = "project"
READER = "R. Beck"  # in no language a word
SECOND = "C. Lund"
ROUNDS = 3
OTHERWISE, UNSURE = 4, 11  # one in so many of the second answers is another class, or is Unsure
LEFT = 5  # images that the second reader has still to read
SETTLED = 2


def make_project(images: Path, room: Path, aside: int | None = None) -> None:
    """Work through some rounds as a reader who is always right, then as one who often is.

    Args:
        images: a folder of them, with a sub-folder for each class.
        room: where the project is made.
        aside: how many images only measure; None for as many as the set asks for.
    """
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
    if aside is not None:
        dialog.evaluation.setValue(aside)
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
    read_again(controller)
    folder = controller.project.folder
    window.close()
    folder.rename(room / PROJECT)


def read_again(controller: "Controller") -> None:
    """Have a second reader answer most images, some of them otherwise, and settle a few."""
    readings, classes = controller.second_reading, controller.project.classes.names
    truth = controller.project.labels.hidden_truth()
    readings.begin(SECOND, readings.choices()["all"], 1.0)
    images = readings.reading.images if readings.reading else ()
    for place, image in enumerate(images[:-LEFT]):
        truth.ask([image])
        if place % UNSURE == UNSURE - 1:
            readings.answer("unsure")
        else:
            away = place % OTHERWISE == OTHERWISE - 1
            readings.answer("label", (truth.label(image) + away) % len(classes))
    settle_some(controller)


def settle_some(controller: "Controller") -> None:
    """Give the final answer to the first images on which the readers differ."""
    from autoal_gui.core.readers.double_reading import compare, to_adjudicate

    journal = controller.project.labels.journal
    left = to_adjudicate(journal, [compare(journal, SECOND)])
    for image in left[:SETTLED]:
        controller.adjudication.give(image, "label", journal.readings[image].class_index)
