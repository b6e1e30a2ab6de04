"""Where the model looked: after the answer, over the image, and never for another one."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.messages import Explain
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.engine.state import State
from autoal_gui.gui.desk.heat_panel import COLOUR, heat_picture
from autoal_gui.gui.session.rounds.waiting import WORKING
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support.gui import QUIET, begun, draw_folder

pytestmark = pytest.mark.qt_log_ignore(QUIET)

BATCH = 4


@pytest.fixture
def controller(qtbot, window, tmp_path):
    """A project whose first batch is answered, and whose first model is trained."""
    spec = folder_spec(draw_folder(tmp_path / "images", 24))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    settings = PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH)
    plan = ProjectPlan("cells", spec, listing.classes, settings, evaluation_images=0)
    assert window.controller.create_project(tmp_path / "projects" / "cells", plan, listing)
    idle(qtbot, window.controller)
    controller = window.controller
    for number in range(BATCH):
        controller.labelling.answer(number % 2)
    idle(qtbot, controller)
    shown(qtbot, window)
    return controller


def idle(qtbot, controller):
    qtbot.waitUntil(lambda: controller.at_rest)


def shown(qtbot, window):
    qtbot.waitUntil(lambda: window.desk.image_view.picture is not None)


def ask(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)


def test_blind_first_nothing_is_shown_before_the_answer(qtbot, window, controller, backend):
    ask(qtbot, window)
    assert "after the answer" in window.desk.heat.line
    assert window.desk.image_view.overlay is None
    assert not any(isinstance(command, Explain) for command in backend.commands)
    controller.setup.set_show_suggestions(True)
    ask(qtbot, window)
    ask(qtbot, window)
    qtbot.waitUntil(lambda: window.desk.image_view.overlay is not None)


def test_after_the_answer_a_key_shows_and_hides_it(qtbot, window, controller, backend):
    heat, view = window.desk.heat, window.desk.image_view
    qtbot.keyClick(window, Qt.Key.Key_Left)
    shown(qtbot, window)
    plain = view.grab().toImage()
    ask(qtbot, window)
    qtbot.waitUntil(lambda: view.overlay is not None)
    assert "bright (75%)" in heat.line
    assert "does not say why, or whether the model is right" in heat.line
    right = QPoint(view.width() // 2, view.height() // 2 + 60)
    coloured = view.grab().toImage()
    assert coloured.pixelColor(right) != plain.pixelColor(right)
    assert coloured.pixelColor(right).blue() > coloured.pixelColor(right).red() + 20
    assert isinstance(backend.commands[-1], Explain)
    assert backend.commands[-1].image_id == controller.images.current
    ask(qtbot, window)
    assert heat.line == ""
    assert view.overlay is None


def test_another_image_takes_it_away(qtbot, window, controller):
    qtbot.keyClick(window, Qt.Key.Key_Left)
    shown(qtbot, window)
    ask(qtbot, window)
    qtbot.waitUntil(lambda: window.desk.image_view.overlay is not None)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    shown(qtbot, window)
    assert window.desk.image_view.overlay is None
    assert window.desk.heat.line == ""


def test_while_training_it_waits_and_says_so(qtbot, window, controller, backend):
    backend.gate.clear()
    for number in range(BATCH):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.engine.state is State.RUNNING)
    controller.labelling.back()
    shown(qtbot, window)
    ask(qtbot, window)
    assert "as soon as it has ended" in window.desk.heat.line
    assert not any(isinstance(command, Explain) for command in backend.commands)
    backend.gate.set()
    qtbot.waitUntil(lambda: window.desk.image_view.overlay is not None)
    assert "bright" in window.desk.heat.line


def test_the_training_panel_says_what_is_worked_out(qtbot, window, controller):
    controller.labelling.back()
    shown(qtbot, window)
    ask(qtbot, window)
    assert window.desk.training.headline.text() == WORKING
    qtbot.waitUntil(lambda: window.desk.image_view.overlay is not None)
    idle(qtbot, controller)
    assert window.desk.training.headline.text() == "Training is idle"


def test_what_waits_is_forgotten_with_its_image(qtbot, window, controller, backend):
    backend.gate.clear()
    for number in range(BATCH):
        controller.labelling.answer(number % 2)
    begun(qtbot, controller)
    controller.labelling.back()
    shown(qtbot, window)
    ask(qtbot, window)
    controller.labelling.forward()
    backend.gate.set()
    idle(qtbot, controller)
    assert not any(isinstance(command, Explain) for command in backend.commands)
    assert window.desk.image_view.overlay is None


def test_a_failure_is_one_sentence_and_the_next_round_runs(qtbot, window, controller, backend):
    backend.fail = CheckpointError("The file is damaged.")
    qtbot.keyClick(window, Qt.Key.Key_Left)
    shown(qtbot, window)
    ask(qtbot, window)
    qtbot.waitUntil(lambda: window.desk.heat.line == "The file is damaged.")
    backend.fail = None
    controller.labelling.forward()
    rounds = controller.project.rounds.last
    for number in range(BATCH):
        controller.labelling.answer(number % 2)
    idle(qtbot, controller)
    assert controller.project.rounds.last == rounds + 1


def test_labels_given_while_it_is_worked_out_start_their_round(qtbot, window, controller):
    controller.labelling.back()
    shown(qtbot, window)
    rounds = controller.project.rounds.last
    controller.inference.explain(controller.images.current)
    controller.labelling.forward()
    for number in range(BATCH):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.project.rounds.last > rounds)


def test_more_heat_covers_more():
    picture = heat_picture(np.array([[0, 0.5, 1]], dtype=np.float32))
    opacity = [picture.pixelColor(x, 0).alpha() for x in range(3)]
    assert opacity[0] == 0
    assert 0 < opacity[1] < opacity[2] < 220
    top = picture.pixelColor(2, 0)
    assert (top.red(), top.green(), top.blue()) == COLOUR
