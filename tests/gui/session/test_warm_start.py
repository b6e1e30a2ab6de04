"""The warm start in the window: real keys, the real engine, tiny images."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from autoal_gui.app import start_model
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.stores.warm_record import state_file
from autoal_gui.core.settings import PRESETS
from autoal_gui.engine.state import State
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support.gui import QUIET, draw_folder, no_thread_left, services, settings
from tests.support.processes.small_network import torchvisions

pytestmark = [pytest.mark.qt_log_ignore(QUIET), pytest.mark.small_network]
BATCH = 6
SHORT = {"warm_epochs": 1}
LONG = {"warm_epochs": 100_000}


def torch_backend():
    from autoal_gui.learning.backend import TorchBackend

    return TorchBackend(1)


@pytest.fixture
def window(qtbot, tmp_path):
    """The main window over the real engine; in the end none of its threads may be running."""
    given = replace(services(tmp_path / "projects", torch_backend), start_model=start_model)
    window = MainWindow(given, settings(tmp_path))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.close()
    assert no_thread_left(window)
    window.deleteLater()


def start(window, tmp_path, warm, **plan):
    """Make a project of a real folder and open it."""
    spec = folder_spec(draw_folder(tmp_path / "images", 40))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    small = {"batch_size": BATCH, "input_size": 16, "stem": "7x7", "warm_batch": 8}
    tiny = PRESETS["cpu"].in_mode("margin").but(before="", device="cpu", **small).but(**warm)
    options = {"evaluation_images": 0, "settings": tiny, **plan}
    whole = ProjectPlan("cells", spec, listing.classes, **options)
    assert window.controller.create_project(tmp_path / "projects" / "cells", whole, listing)
    return window.controller


def press_truth(qtbot, window, images):
    """Label so many images by the key of their true class, as a reader would."""
    keys = {"bright": Qt.Key.Key_1, "dark": Qt.Key.Key_2}
    project = window.controller.project
    for _ in range(images):
        key = project.pool.images[window.controller.images.current].key
        qtbot.keyClick(window, keys[key.split("/")[0]])


def steps_seen(controller):
    seen = []
    controller.training.progressed.connect(lambda progress: seen.append(progress.step))
    return seen


def idle(qtbot, controller):
    qtbot.waitUntil(lambda: controller.at_rest)


def test_a_project_learns_first_and_its_rounds_build_on_that(qtbot, window, tmp_path):
    controller = start(window, tmp_path, SHORT)
    panel, project = window.desk.training, controller.project
    assert controller.training.is_warming
    assert panel.headline.text() == "Learning from your images"
    assert controller.images.current is not None  # labelling does not wait
    seen = steps_seen(controller)
    drawn = list(controller.images.batch)
    press_truth(qtbot, window, BATCH)
    assert (
        panel.awaited.text().startswith("Your batch is complete")
        or not controller.training.is_warming
    )
    idle(qtbot, controller)
    record = project.warm_start.record
    assert not state_file(project.warm_start.file).exists()
    assert record.complete
    assert record.epochs == pytest.approx(1.0)
    assert "Learned from 40 images in" in panel.learned.text()
    (first,) = project.rounds.all()
    assert (first.outcome, first.labels) == ("finished", BATCH)
    assert "features" in seen
    assert "FitNet" not in seen
    asked = {a.query.image_id for a in project.rounds.history() if a.query.audit}
    assert set(drawn) <= asked  # the first batch was drawn at random, and measures the model
    assert first.audit.total == BATCH
    assert "random image" in window.desk.performance.hint.text()
    seen.clear()
    press_truth(qtbot, window, BATCH)
    idle(qtbot, controller)
    assert project.rounds.last == 2
    assert "features" not in seen  # they were described once and kept


def test_stopped_by_key_it_is_used_and_only_continued_by_key(qtbot, window, tmp_path):
    controller = start(window, tmp_path, LONG)
    panel = window.desk.training
    seen = steps_seen(controller)
    qtbot.waitUntil(lambda: "warm start" in seen)
    assert panel.line.text().startswith("0%")
    qtbot.waitUntil(lambda: "left" in panel.line.text())  # once its pace is known
    assert window.actions_table["cancel"].text() == "Stop learning"
    press_truth(qtbot, window, BATCH)
    assert controller.engine.state is State.RUNNING
    assert panel.awaited.text().startswith("Your batch is complete")
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_Period, ctrl)
    assert "what was learned is used" in panel.line.text()
    filled = []
    controller.engine.progressed.connect(lambda _: filled.append(panel.value("warm start")))
    qtbot.waitUntil(lambda: "finishing" in seen)
    assert max(filled) < 0.5  # what was cut short is not shown as complete
    qtbot.waitUntil(lambda: controller.project.rounds.last == 1)
    idle(qtbot, controller)
    before = controller.project.warm_start.record
    assert before.stopped
    assert before.epochs > 0
    assert "then stopped" in panel.learned.text()
    assert controller.project.rounds.finished()[-1].labels == BATCH
    assert window.actions_table["cancel"].text() == "Cancel"
    folder = controller.project.folder
    controller.close_project()
    assert window.open_folder(folder)
    assert controller.engine.state is State.IDLE  # what the user stopped stays stopped
    seen.clear()
    qtbot.keyClick(window, Qt.Key.Key_L, ctrl)
    # The first report tells where it was put down, the second that a step was made since.
    qtbot.waitUntil(lambda: seen.count("warm start") > 1)
    qtbot.keyClick(window, Qt.Key.Key_Period, ctrl)
    qtbot.waitUntil(lambda: controller.project.rounds.last == 2)
    after = controller.project.warm_start.record
    assert after.epochs > before.epochs  # it went on where it was put down
    assert after.checkpoint_sha256 != before.checkpoint_sha256


def test_closing_puts_it_down_and_opening_takes_it_up(qtbot, window, tmp_path):
    controller = start(window, tmp_path, LONG)
    folder, seen = controller.project.folder, steps_seen(controller)
    qtbot.waitUntil(lambda: seen.count("warm start") > 5)  # a pass over the images
    controller.close_project()
    assert window.open_folder(folder)
    assert controller.project.warm_start.record is None
    assert controller.training.is_warming
    press_truth(qtbot, window, 1)
    window.close()
    assert no_thread_left(window)
    second = MainWindow(services(tmp_path / "projects", torch_backend), settings(tmp_path))
    qtbot.addWidget(second)
    assert second.open_folder(folder)
    project = second.controller.project
    assert len(project.labels.answers) == 1
    project.settings.run = project.settings.run.but(warm_epochs=1)  # which it has had by now
    second.controller.close_project()
    assert second.open_folder(folder)
    seen = steps_seen(second.controller)
    idle(qtbot, second.controller)
    assert second.controller.project.warm_start.record.complete
    assert "warm start" not in seen
    second.close()


def test_a_class_that_comes_later_leaves_what_was_learned_in_use(qtbot, window, tmp_path):
    controller = start(window, tmp_path, SHORT)
    press_truth(qtbot, window, BATCH)
    idle(qtbot, controller)
    learned = controller.project.warm_start.record
    controller.setup.add_class("grey")
    controller.setup.rename_class(0, "light")
    seen = steps_seen(controller)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3) * (BATCH // 3):
        qtbot.keyClick(window, key)
    idle(qtbot, controller)
    assert controller.project.rounds.last == 2
    assert controller.project.warm_start.record == learned
    assert "warm start" not in seen
    assert "features" not in seen


def test_what_was_learned_and_is_damaged_is_learned_again(qtbot, window, tmp_path):
    controller = start(window, tmp_path, SHORT)
    idle(qtbot, controller)
    file, folder = controller.project.warm_start.file, controller.project.folder
    before = controller.project.warm_start.record
    file.write_bytes(file.read_bytes()[:-1000])
    press_truth(qtbot, window, BATCH)  # the round finds the damage
    qtbot.waitUntil(lambda: controller.project.rounds.last == 3)
    outcomes = [r.outcome for r in controller.project.rounds.all()]
    assert outcomes == ["finished", "failed", "finished"]
    assert not window.failure.isVisible()
    again = controller.project.warm_start.record
    assert again.checkpoint_sha256 == before.checkpoint_sha256  # from the same seed, the same
    controller.close_project()
    file.unlink()
    assert window.open_folder(folder)
    assert controller.training.is_warming
    assert "missing or damaged" in window.status.text()
    idle(qtbot, controller)
    assert controller.project.warm_start.record.checkpoint_sha256 == again.checkpoint_sha256


def test_with_a_network_that_has_learned_the_first_round_begins_at_once(qtbot, window, tmp_path):
    controller = start(window, tmp_path, {"backbone": "efficientnet_lite0"})
    assert controller.images.current is not None  # nobody waits
    assert controller.training.round_number == 1
    seen = steps_seen(controller)
    idle(qtbot, controller)
    (first,) = controller.project.rounds.all()
    assert (first.outcome, first.labels) == ("finished", 0)
    press_truth(qtbot, window, BATCH)
    idle(qtbot, controller)
    assert controller.project.rounds.last_checkpoint() is not None
    assert "features" in seen
    assert "warm start" not in seen


def test_a_local_weights_file_takes_the_place_of_a_warm_start(qtbot, window, tmp_path):
    import torch

    file = tmp_path / "resnet18.pth"
    torch.save(torchvisions().state_dict(), file)
    window.new_projects.show_dialog(folder_spec(draw_folder(tmp_path / "images", 40)))
    dialog = window.dialog
    qtbot.waitUntil(lambda: dialog.listing is not None)
    dialog.start_from.line.setText(str(file))
    qtbot.waitUntil(lambda: "ResNet-18" in dialog.start_note.text())
    dialog.method.mode.setCurrentIndex(dialog.method.mode.findData("margin"))
    dialog.method.warm.setChecked(True)
    dialog.method.batch.setValue(BATCH)
    dialog.evaluation.setValue(0)
    dialog.accept()
    controller = window.controller
    assert (controller.project.settings.run.stem, controller.project.settings.run.input_size) == (
        "7x7",
        64,
    )
    assert not controller.training.is_warming
    seen = steps_seen(controller)
    idle(qtbot, controller)
    press_truth(qtbot, window, BATCH)
    idle(qtbot, controller)
    assert [r.outcome for r in controller.project.rounds.all()] == ["finished", "finished"]
    assert "features" in seen  # the file's layers stay as they are
    assert "warm start" not in seen
    assert controller.project.rounds.last_checkpoint() is not None
