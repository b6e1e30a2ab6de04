"""The annotator's waits: none in a normal session, and measured where the program causes one."""

import threading

import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.desk.waiting_time import FREE, IdleWatch
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support.gui import QUIET, begun, draw_folder

pytestmark = pytest.mark.qt_log_ignore(QUIET)
BATCH = 4


class Clock:
    """Stands still unless a test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def start(qtbot, window, tmp_path, clock):
    spec = folder_spec(draw_folder(tmp_path / "images", 20))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    chosen = PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH)
    plan = ProjectPlan("cells", spec, listing.classes, chosen, "ignore", evaluation_images=0)
    assert window.controller.create_project(tmp_path / "projects" / "cells", plan, listing)
    window.desk.idle._clock = clock
    return window.controller


def seen(qtbot, window) -> None:
    """Wait until what is on screen and what comes next are decoded, as they are within a blink."""
    controller, loader = window.controller, window.desk.loader
    qtbot.waitUntil(lambda: all(loader.known(i) for i in (*controller.images.upcoming,)))


def test_a_normal_session_has_no_waits_whatever_runs(qtbot, window, tmp_path, backend, clock):
    controller = start(qtbot, window, tmp_path, clock)
    for number in range(3 * BATCH):
        seen(qtbot, window)
        clock.now += 7.0  # the reader thinks, which is no wait
        if number == BATCH + 1:
            backend.gate.clear()  # from here on a round runs
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    assert len(controller.project.labels.answers) == 3 * BATCH
    begun(qtbot, controller)
    assert controller.project.settings.waited_seconds == 0
    assert "not had to wait" in window.desk.header.labels.toolTip()


def test_an_image_that_is_slow_to_come_is_a_wait_and_is_kept(
    qtbot, window, tmp_path, monkeypatch, clock
):
    controller = start(qtbot, window, tmp_path, clock)
    seen(qtbot, window)
    gate, loader = threading.Event(), window.desk.loader
    reader = type(controller.project.pool.reader)
    read = reader.read

    def wait_first(self, key):
        gate.wait(20)
        return read(self, key)

    monkeypatch.setattr(reader, "read", wait_first)
    loader.open(controller.project.pool)  # what was decoded ahead is gone, as on a slow drive
    qtbot.keyClick(window, Qt.Key.Key_1)
    slow = controller.images.current
    assert not loader.known(slow)
    clock.now += 3.0
    gate.set()
    qtbot.waitUntil(lambda: loader.known(slow))
    assert controller.project.settings.waited_seconds == pytest.approx(3.0 - FREE)
    assert "3 s" in window.desk.header.labels.toolTip()
    folder = controller.project.folder
    controller.close_project()
    assert controller.open_project(folder)
    assert controller.project.settings.waited_seconds == pytest.approx(3.0 - FREE)


def test_an_empty_queue_is_a_wait_until_an_image_comes(qtbot, window, tmp_path, clock):
    controller = start(qtbot, window, tmp_path, clock)
    watch = IdleWatch(controller, window.desk.loader, clock=clock)
    seen(qtbot, window)
    watch._begin()
    image = controller.images.current
    controller.images.show(None)
    clock.now += 5.0
    controller.images.show(image)
    assert controller.project.settings.waited_seconds == pytest.approx(5.0 - FREE)
