"""Nothing leaves the machine, and what is logged names no patient, no file and no tag."""

import ast
import logging
import socket
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from autoal_gui.cli import run
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.selftest import samples
from autoal_gui.selftest.selftest import check_exporter, check_source
from autoal_gui.sources.opening import list_images, open_images
from tests.support.gui import QUIET, draw_folder
from tests.support.paths import ROOT

NETWORKED = ("socket", "ssl", "http", "urllib", "requests", "ftplib", "smtplib", "asyncio",
             "xmlrpc", "socketserver", "webbrowser", "PySide6.QtNetwork", "PySide6.QtWebSockets",
             "torch.hub", "torch.distributed")  # fmt: skip
PATIENT = "Mustermann^Erika"


class SocketUsed(BaseException):
    """No `except Exception` of the program can swallow it."""


@pytest.fixture
def no_network(monkeypatch):
    """Every way of Python to reach another machine, or a name of one, ends the test."""
    tried = []

    def refuse(*args, **kwargs):
        tried.append(args)
        raise SocketUsed

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield tried
    assert tried == []


def test_the_refusal_of_sockets_bites(no_network):
    with pytest.raises(SocketUsed):
        socket.create_connection(("127.0.0.1", 9))
    with pytest.raises(SocketUsed), socket.socket() as plain:
        plain.connect(("127.0.0.1", 9))
    no_network.clear()


def networked_imports(source: str) -> list[str]:
    """Modules that can open a connection among what some code imports."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found += [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
    return [m for m in found if any(m == n or m.startswith(f"{n}.") for n in NETWORKED)]


def test_one_module_alone_can_open_a_connection():
    able = {
        file.relative_to(ROOT / "autoal_gui").as_posix()
        for file in (ROOT / "autoal_gui").rglob("*.py")
        if networked_imports(file.read_text(encoding="utf-8"))
    }
    assert able == {"sources/downloads/network.py"}


def test_only_downloads_that_a_user_asks_for_use_it():
    users = {
        file.relative_to(ROOT / "autoal_gui").as_posix()
        for file in (ROOT / "autoal_gui").rglob("*.py")
        if "downloads.network" in file.read_text(encoding="utf-8")
    }
    weights = {"commands/backbones.py", "gui/project/network_choice.py"}
    assert users == {"sources/downloads/resumed.py"} | weights


@pytest.mark.parametrize(
    "line",
    [
        "import urllib.request",
        "from PySide6 import QtNetwork",
        "def f():\n    from http.client import HTTPException",
    ],
)
def test_a_planted_connection_is_found(line):
    assert networked_imports(line)


@pytest.mark.parametrize("name", discover("autoal_gui.sources"))
def test_sources_read_without_the_network(no_network, tmp_path, name):
    check_source(tmp_path, name)


@pytest.mark.parametrize(
    "name", [n for n, e in discover("autoal_gui.exporters").items() if e.KIND != "model"]
)
def test_labels_go_out_without_the_network(no_network, tmp_path, name):
    check_exporter(tmp_path, name, run)


# -- a labelling session ----------------------------------------------------------------------


@pytest.mark.qt_log_ignore(QUIET)
def test_a_session_opens_no_socket_and_logs_nothing_of_the_images(
    no_network, window, qtbot, tmp_path, caplog
):
    """Label, fail a round, and lose an image: not one record names a path or a file."""
    caplog.set_level(logging.DEBUG)
    images = draw_folder(tmp_path / PATIENT)
    spec = SourceSpec("folder", str(images), (("labels", "classes"),))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    plan = ProjectPlan(PATIENT, spec, listing.classes, RunSettings(batch_size=4).in_mode("margin"))
    folder = tmp_path / "project"
    Project.create(folder, plan, listing, open_images).close()
    assert window.open_folder(folder / FILE_NAME)
    controller = window.controller
    for _ in range(3):
        before = controller.images.current
        qtbot.keyClick(window.desk, Qt.Key.Key_1)
        qtbot.waitUntil(lambda before=before: controller.images.current != before)
    for file in images.rglob("*.png"):
        file.unlink()
    qtbot.keyClick(window.desk, Qt.Key.Key_2)
    qtbot.wait(50)
    assert len(controller.project.labels.answers) >= 3
    names = (PATIENT, str(tmp_path), ".png", "Erika")
    output = "\n".join(f"{r.getMessage()} {r.exc_text or ''}" for r in caplog.records)
    assert [name for name in names if name in output] == []


def test_a_dicom_file_with_a_name_in_it_logs_no_tag(tmp_path, caplog, capfd):
    """A damaged file too: pydicom's own warnings would quote what it could not read."""
    from pydicom import dcmread

    caplog.set_level(logging.DEBUG)
    spec = samples.make_sample("dicom", tmp_path)
    for number, file in enumerate(sorted(Path(spec.location).iterdir())):
        dataset = dcmread(file)
        dataset.PatientName, dataset.PatientID = PATIENT, f"{PATIENT}-4711"
        dataset.save_as(file)
        if number == 1:
            file.write_bytes(file.read_bytes()[:-40])
    listing = list_images(spec, tmp_path, lambda done, total: None)
    reader = open_images(spec, tmp_path)
    assert any(np.ptp(reader.read(image.key)) for image in listing.images)
    printed = capfd.readouterr()
    output = "\n".join([*(r.getMessage() for r in caplog.records), printed.out, printed.err])
    output += repr(listing.unreadable)
    assert "Erika" not in output
    assert "4711" not in output
