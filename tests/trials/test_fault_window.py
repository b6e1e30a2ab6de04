"""What fails while the window is open ends in one sentence, and the same key works again."""

import shutil

import numpy as np
import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images, open_images
from tests.support.gui import QUIET, draw_folder
from tests.tools.limits import files_of_at_most, needs_limits

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def controller(qtbot, window, tmp_path):
    spec = folder_spec(draw_folder(tmp_path / "images", 24))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    plan = ProjectPlan(
        "cells", spec, listing.classes, PRESETS["cpu"].in_mode("paper").but(batch_size=4),
        evaluation_images=0,
    )  # fmt: skip
    assert window.controller.create_project(tmp_path / "cells", plan, listing)
    qtbot.waitUntil(lambda: window.controller.at_rest)
    return window.controller


@needs_limits
def test_an_answer_that_cannot_be_saved_is_not_shown_as_given(qtbot, window, controller, tmp_path):
    window.resize(1280, 720)
    qtbot.keyClick(window, Qt.Key.Key_2)
    image, given = controller.images.current, dict(controller.project.labels.answers)
    strip = window.desk.grab().toImage()
    with files_of_at_most(64):
        for _ in range(3):
            qtbot.keyClick(window, Qt.Key.Key_1)
    assert window.failure.isVisible()
    assert window.failure.sentence == (
        "The answer could not be saved; is the disk full or read-only?"
    )
    assert controller.images.current == image
    assert dict(controller.project.labels.answers) == given
    assert window.desk.grab().toImage().size().width() == strip.size().width()
    assert "1 of 24" in window.status.text()
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert controller.project.labels.answers[image].class_index == 0
    assert controller.images.current != image
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert image not in controller.project.labels.answers
    controller.close_project()
    project = Project.open(tmp_path / "cells", open_images)
    assert dict(project.labels.answers) == given
    project.close()


@needs_limits
@pytest.mark.parametrize("key", ["undo", "unsure", "skip"])
def test_every_other_key_that_saves_says_the_same(qtbot, window, controller, key):
    qtbot.keyClick(window, Qt.Key.Key_2)
    given, image = dict(controller.project.labels.answers), controller.images.current
    with files_of_at_most(64):
        window.actions_table[key].trigger()
    assert "could not be saved" in window.failure.sentence
    assert dict(controller.project.labels.answers) == given
    assert controller.images.current == image
    window.actions_table[key].trigger()
    assert dict(controller.project.labels.answers) != given


@needs_limits
def test_a_batch_that_ends_on_a_full_disk_loses_nothing(qtbot, window, controller, tmp_path):
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_2)
    with files_of_at_most(64):
        qtbot.keyClick(window, Qt.Key.Key_2)
    assert len(controller.project.labels.answers) == 3
    qtbot.keyClick(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: len(controller.project.rounds.finished()) == 2)
    assert len(controller.project.labels.answers) == 4
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert len(controller.project.labels.answers) == 5


def test_a_project_of_a_later_version_says_so_and_is_left_as_it_is(window, controller, tmp_path):
    import sqlite3

    controller.close_project()
    file = tmp_path / "cells" / FILE_NAME
    db = sqlite3.connect(file)
    db.executescript("PRAGMA user_version=99; CREATE TABLE later (x)")
    db.close()
    before = {path: path.read_bytes() for path in file.parent.rglob("*") if path.is_file()}
    assert not window.open_folder(file.parent)
    assert window.failure.sentence == (
        "A later version of the program wrote this project; it has been left unchanged."
    )
    buttons = [b.text() for b in window.failure.children() if hasattr(b, "text") and b.isVisible()]
    assert "Recover" not in buttons
    assert before == {path: path.read_bytes() for path in before}
    assert set(before) == {path for path in file.parent.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FloatingPointError("loss is nan"), "labels and the last model are kept"),
        (MemoryError(), "labels and the last model are kept"),
        (OSError(28, "No space left on device"), "labels and the last model are kept"),
    ],
)
def test_a_round_that_fails_leaves_a_program_that_can_be_used(
    qtbot, window, controller, backend, error, sentence
):
    backend.fail_round = error
    for _ in range(4):
        qtbot.keyClick(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: window.failure.isVisible())
    assert sentence in window.failure.sentence
    assert str(error) not in window.failure.sentence or not str(error)
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert len(controller.project.labels.answers) == 5
    qtbot.waitUntil(lambda: controller.at_rest)
    window.actions_table["train"].trigger()
    qtbot.waitUntil(lambda: bool(controller.project.rounds.finished()[1:]))


def test_images_that_vanish_while_labelling_stop_nothing(qtbot, window, controller, tmp_path):
    shutil.rmtree(tmp_path / "images")
    for key in (Qt.Key.Key_2, Qt.Key.Key_S, Qt.Key.Key_1):
        qtbot.keyClick(window, key)
    assert len(controller.project.labels.answers) == 3
    assert np.isfinite(controller.project.labels.waiting)
