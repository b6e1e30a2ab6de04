"""All that befalls a project in its life, as the window finds and tells it."""

import shutil

import pytest
from PySide6.QtCore import Qt

from tests.commands.project.test_life_of_a_project import ADDED, DELETED, REPLACED, draw
from tests.support.gui import QUIET
from tests.support.project import new_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def test_a_project_renamed_and_copied_with_changed_images_keeps_every_label(
    qtbot, window, tmp_path
):
    project = new_project(tmp_path / "study", 10)
    for image_id in range(1, 11):
        project.labels.answer(image_id, "label", image_id % 2)
    keys = {i: one.key for i, one in project.pool.images.items()}
    project.close()
    project.folder.rename(tmp_path / "study" / "renamed")
    shutil.move(tmp_path / "study", tmp_path / "computer")
    images = tmp_path / "computer" / "images"
    for number in range(ADDED):
        draw(images / "normal" / f"new-{number}.png", number)
    for number in REPLACED:
        draw(images / keys[number], 100 + number)
    for number in DELETED:
        (images / keys[number]).unlink()

    controller, told = window.controller, []
    controller.told.connect(told.append)
    with qtbot.waitSignal(controller.watch.ended):
        assert window.open_folder(tmp_path / "computer" / "renamed")
    assert told.pop().splitlines() == [
        "3 images were replaced by others under the same names.",
        "3 labels were given to other pixels: they are kept and marked so, and not learned from "
        "until they are given again.",
        "2 images are gone; labels that they have are kept, and they are asked no more.",
    ]
    with qtbot.waitSignal(controller.adding.found):
        window.dialogs.show_new_images()
    with qtbot.waitSignal(controller.told):
        qtbot.mouseClick(window.dialog.add, Qt.MouseButton.LeftButton)
    assert told.pop() == "50 images were added."
    assert len(controller.project.labels.answers) == 10
    assert controller.project.other_pixels == set(REPLACED)
    assert len(controller.project.pool.images) == 20 + ADDED
    qtbot.waitUntil(lambda: controller.at_rest)
