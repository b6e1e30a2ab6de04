"""DICOM in the real window: from the start page to an answer, seen through several windows."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from autoal_gui.core.images.display_window import DisplayWindow
from autoal_gui.gui.desk.contrast_menu import ContrastMenu
from autoal_gui.gui.project.new_project import NewProjectDialog
from tests.support.dicom import write_dicom
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)

RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)
CT = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}


@pytest.fixture
def scans(tmp_path):
    folder = tmp_path / "scans"
    for number in range(6):
        window = {"WindowCenter": 40 + number, "WindowWidth": 400}
        write_dicom(folder / f"patient {number % 2}" / f"IM{number}", RAMP, **CT, **window)
    whole = (folder / "patient 0" / "IM0").read_bytes()
    (folder / "cut").write_bytes(whole[:-500])
    return folder


def make(qtbot, window):
    """Go through the dialog as a newcomer does; return what it reported."""
    dialog = window.dialog
    assert isinstance(dialog, NewProjectDialog)
    qtbot.waitUntil(lambda: dialog.listing is not None)
    report = dialog.report.line.text() + dialog.report.files.toPlainText()
    for name in ("normal", "abnormal"):
        dialog.classes.entry.setFocus()
        qtbot.keyClicks(dialog.classes.entry, name)
        qtbot.keyClick(dialog.classes.entry, Qt.Key.Key_Return)
    dialog.evaluation.setValue(0)
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controller.is_open)
    qtbot.waitUntil(lambda: window.desk.image_view.picture is not None)
    return report


@pytest.fixture
def opened(qtbot, window, scans, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *a: str(scans))
    qtbot.mouseClick(window.start_page.buttons["dicom"], Qt.MouseButton.LeftButton)
    window.said = make(qtbot, window)
    return window


def said(window) -> str:
    return window.desk.findChild(ContrastMenu).text()


def test_from_the_start_page_to_the_first_answer(qtbot, opened):
    assert "6 images can be used. 1 cannot" in opened.said
    assert "cut: The image is cut off or damaged." in opened.said
    assert opened.controller.project.classes.names == ("normal", "abnormal")
    first = opened.controller.images.current
    qtbot.keyClick(opened, Qt.Key.Key_2)
    assert opened.controller.project.labels.answers[first].class_index == 1


def test_nothing_of_a_header_gets_into_the_project(opened):
    stored = b"".join(
        path.read_bytes() for path in opened.controller.project.folder.rglob("*") if path.is_file()
    )
    assert b"IM0" in stored
    for secret in (b"Doe^Jane", b"12345678", b"1.2.826."):
        assert secret not in stored


def test_keys_choose_the_window_and_it_stays_for_the_next_images(qtbot, opened):
    view = opened.desk.image_view
    level = int(said(opened).split("L ")[1].split()[0])
    assert 40 <= level < 46
    qtbot.keyClick(opened, Qt.Key.Key_F8)
    assert said(opened) == "W 1500  L -600 HU"
    qtbot.keyClick(opened, Qt.Key.Key_I)
    qtbot.keyClick(opened, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: view.picture is not None)
    assert said(opened) == "W 1500  L -600 HU, inverted"
    qtbot.keyClick(opened, Qt.Key.Key_I)
    qtbot.keyClick(opened, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert said(opened) == "W 1500  L -675 HU"
    qtbot.keyClick(opened, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert said(opened).startswith("W 1427 ")
    qtbot.keyClick(opened, Qt.Key.Key_F2)
    assert said(opened).startswith("W 400  L 4")
    qtbot.keyClick(opened, Qt.Key.Key_F4)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)
    assert view.display == DisplayWindow()


def test_another_project_begins_as_its_files_say(qtbot, opened, tmp_path):
    qtbot.keyClick(opened, Qt.Key.Key_F8)
    folder = opened.controller.project.folder
    opened.controller.close_project()
    assert opened.open_folder(folder)
    qtbot.waitUntil(lambda: opened.desk.image_view.picture is not None)
    assert opened.desk.image_view.display == DisplayWindow()


def test_a_dropped_scan_is_a_dicom_project(qtbot, window, scans):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(scans / "patient 1" / "IM1"))])
    window.dropEvent(
        QDropEvent(
            QPointF(QPoint(50, 50)),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert "1 image can be used" in make(qtbot, window)
    assert window.controller.project.settings.spec.kind == "dicom"
