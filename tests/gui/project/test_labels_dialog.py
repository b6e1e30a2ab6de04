"""A table read into an open project: shown first, compared, and added when the user agrees."""

import pytest
from PySide6.QtCore import Qt

from tests.gui.window.test_main_window import start
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def controller(qtbot, window, tmp_path):
    return start(window, tmp_path, ("bright", "dark"))


@pytest.fixture
def dialog(qtbot, window, controller):
    window.dialogs.ask_table()
    yield window.dialog
    if window.dialog is not None:
        window.dialog.reject()


def table_of(controller, folder, rows):
    keys = {i: image.key for i, image in controller.project.pool.images.items()}
    lines = ["file,label,patient,sex", *(f"{keys[i]},{name},p{i},F" for i, name in rows.items())]
    file = folder / "labels.csv"
    file.write_text("\n".join(lines))
    return file


def test_what_the_table_adds_is_told_before_it_is_added(qtbot, controller, dialog, tmp_path):
    controller.labelling.answer(0)
    (answered,) = controller.project.labels.answers
    others = [i for i in controller.project.pool.images if i != answered]
    rows = {answered: "dark", others[0]: "dark", others[1]: "bright"}
    dialog.file.line.setText(str(table_of(controller, tmp_path, rows)))
    qtbot.waitUntil(lambda: dialog.ok.isEnabled())
    told = dialog.report.text()
    assert "1 image has another answer already, which stays" in told
    assert "It adds: 2 labels" in told
    assert dialog.preview.rows.rowCount() == 3
    folder = controller.project.folder
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    project = controller.project
    assert project.folder == folder
    assert project.labels.answers[answered].class_index == 0
    assert {i: project.labels.answers[i].class_index for i in others[:2]} == {
        others[0]: 1,
        others[1]: 0,
    }
    assert project.settings.columns == ("sex",)
    assert project.pool.images[others[0]].group == f"p{others[0]}"


def test_a_second_reader_is_asked_for_a_name(qtbot, controller, dialog, tmp_path):
    ids = list(controller.project.pool.images)
    file = table_of(controller, tmp_path, {ids[0]: "dark", ids[1]: "bright"})
    dialog.file.line.setText(str(file))
    qtbot.waitUntil(lambda: dialog.ok.isEnabled())
    assert dialog.reader.isHidden()
    dialog.labels_as.setCurrentIndex(dialog.labels_as.findData("second"))
    qtbot.waitUntil(lambda: "needs a name" in dialog.report.text())
    assert not dialog.ok.isEnabled()
    qtbot.keyClicks(dialog.reader, "Bo")
    qtbot.waitUntil(lambda: dialog.ok.isEnabled())
    dialog.accept()
    assert controller.project.labels.journal.second_readers == ("Bo",)
    assert not controller.project.labels.answers


def test_a_file_that_is_no_table_is_one_sentence(qtbot, controller, dialog, tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"no table")
    dialog.file.line.setText(str(tmp_path / "t.xlsx"))
    qtbot.waitUntil(lambda: "cannot be read" in dialog.report.text())
    assert not dialog.ok.isEnabled()
