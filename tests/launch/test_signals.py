"""A window that is asked to end by a signal closes as if the user had closed it."""

import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.session.readers import merge_job
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.gui.window.window_manager import WindowHolder
from autoal_gui.sources.opening import list_images, open_images
from tests.support.gui import QUIET, begun, draw_folder, no_thread_left, settings
from tests.support.paths import ROOT

pytestmark = [
    pytest.mark.qt_log_ignore(QUIET),
    pytest.mark.skipif(sys.platform == "win32", reason="there no program asks in this way"),
]


@pytest.fixture
def labelled(qtbot, window, tmp_path):
    """A window with an open project that has two answers."""
    spec = folder_spec(draw_folder(tmp_path / "images", 24))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    run = PRESETS["cpu"].in_mode("paper").but(batch_size=4)
    plan = ProjectPlan("cells", spec, listing.classes, run, evaluation_images=0)
    assert window.controller.create_project(tmp_path / "cells", plan, listing)
    qtbot.waitUntil(lambda: window.controller.at_rest)
    for key in (Qt.Key.Key_2, Qt.Key.Key_1):
        qtbot.keyClick(window, key)
    return window


def end(window, tmp_path) -> None:
    """End as a signal does."""
    holder = WindowHolder(lambda: window, settings(tmp_path), window)
    holder.window = window
    holder.end()
    assert not window.isVisible()
    assert no_thread_left(window)


def answers_of(folder) -> int:
    project = Project.open(folder, open_images)
    project.close()
    return len(project.labels.answers)


def test_it_closes_while_a_round_runs_and_a_report_is_written(qtbot, labelled, backend, tmp_path):
    controller = labelled.controller
    backend.gate.clear()
    for _ in range(2):
        qtbot.keyClick(labelled, Qt.Key.Key_2)
    begun(qtbot, controller)
    controller.exports.export_labels(discover("autoal_gui.exporters")["html"], tmp_path / "r.html")
    end(labelled, tmp_path)
    assert answers_of(tmp_path / "cells") == 4
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize("way", ["closed", "asked to end"])
def test_it_closes_during_a_merge_which_can_be_begun_again(
    way, qtbot, labelled, tmp_path, monkeypatch
):
    monkeypatch.setattr(merge_job, "PART", 3)
    controller = labelled.controller
    controller.project.save_copy(tmp_path / "theirs")
    theirs = Project.open(tmp_path / "theirs", open_images)
    theirs.settings.annotator = "Dr B"
    for image in theirs.pool.images:
        theirs.labels.answer(image, "label", 0)
    theirs.close()
    with qtbot.waitSignal(controller.merging.progress):
        controller.merging.start(tmp_path / "theirs")
    if way == "closed":
        labelled.close()
    else:
        end(labelled, tmp_path)
    assert not labelled.isVisible()
    project = Project.open(tmp_path / "cells", open_images)
    came_in = len(project.labels.journal.second_answers("Dr B"))
    assert 0 < came_in < 24
    assert len(project.labels.answers) == 2
    found = merge_job.merge(
        merge_job.read_other(tmp_path / "theirs", project.folder),
        project.pool.images.values(), project.classes.names, project.labels.entries(),
    )  # fmt: skip
    project.labels.add_readings(found.new)
    assert len(project.labels.journal.second_answers("Dr B")) == len(found.new) + came_in
    assert project.labels.first_broken_seal() is None
    project.close()


CLOSED = """
import os, signal, sys, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.launch.signals import closed_by_signals
application, folder = QCoreApplication([]), Path(sys.argv[1])
ScratchFolder(folder)

def close():
    (folder / "closed").touch()

def close_slowly():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

def ends_with(number, close):
    before = signal.getsignal(number)
    with closed_by_signals(close):
        QTimer.singleShot(0, lambda: os.kill(os.getpid(), number))
        status = application.exec()
    assert signal.getsignal(number) == before
    assert (folder / "closed").exists()
    (folder / "closed").unlink()
    return status

numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
assert [ends_with(number, close) for number in numbers] == [128 + number for number in numbers]
ends_with(signal.SIGTERM, close_slowly)
"""


def test_a_signal_closes_it_and_the_second_one_ends_at_once_without_temporary_files(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CLOSED, str(tmp_path)],
        capture_output=True, timeout=50, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 128 + signal.SIGTERM, done.stderr
    assert list(tmp_path.iterdir()) == []
