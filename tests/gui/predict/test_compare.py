"""Rounds compared on new images, doubts told, a model handed over: one window, by keys."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from autoal_gui.core.project.last_model import kept_models
from tests.gui.test_every_part import ByTurns
from tests.support.checking import CTRL, idle, label_many, start
from tests.support.gui import CLASSES, QUIET, draw_folder

pytestmark = pytest.mark.qt_log_ignore(QUIET)
IMAGES, ODD = 12, "odd.png"


@pytest.fixture
def backend():
    return ByTurns()  # so that it has learned from both classes


def new_images(place):
    """Draw images like those of the project, and a grey one unlike them."""
    folder = draw_folder(place / "new", IMAGES)
    for file in folder.rglob("*.png"):  # else they would be the project's own
        Image.open(file).save(file, compress_level=1)
    grey = np.full((24, 32), 135, np.uint8)
    Image.fromarray(grey).save(folder / CLASSES[0] / ODD)
    return folder


def hand_over(qtbot, window, target):
    """Hand the last model over by the keys of the dialog."""
    window.actions_table["hand_over"].trigger()
    dialog = window.dialog
    assert dialog.chosen[0] == "pt"
    for name in dialog.chosen[1:]:
        qtbot.keyClick(dialog.formats[name], Qt.Key.Key_Space)
    dialog.target.selectAll()
    qtbot.keyClicks(dialog.target, str(target))
    qtbot.keyClick(dialog.target, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Written:" in dialog.outcome.text())
    qtbot.keyClick(dialog.target, Qt.Key.Key_Return)
    assert dialog.outcome.text() == "That folder exists; choose a new name for it."
    qtbot.keyClick(dialog.formats["pt"], Qt.Key.Key_Space)
    assert not dialog.ok.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert {path.name for path in target.iterdir()} == {"model.pt", "report.html"}
    assert "AutoAL report" in (target / "report.html").read_text(encoding="utf-8")


def compare(qtbot, window, monkeypatch, folder, other):
    """Choose an earlier round and a file to compare with, and predict."""
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL)
    assert window.pages.currentWidget() is window.pages.predict
    page, given = window.pages.predict, (str(other), "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: given)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    for action in page.setup.others.actions():  # a menu that is open holds the test up
        action.trigger()
    qtbot.waitUntil(lambda: "turned" in page.setup.compare.toolTip())
    before, own = kept_models(window.controller.project)
    name = f"round {before.record.number} ({before.record.labels} labels)"
    assert page.setup.compare.toolTip() == f"Compared with: {name}, turned."
    assert page.setup.compare.text() == "Compare with 2 models"
    assert page.setup.line.text() == "Press Predict to compare."
    qtbot.keyClick(page.setup.folder, Qt.Key.Key_Space)
    qtbot.keyClick(page.setup.start, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.session.table is not None)
    return page, name, f"round {own.record.number} ({own.record.labels} labels)"


def test_rounds_are_compared_a_model_is_handed_over_and_odd_images_go_into_the_project(
    qtbot, window, tmp_path, monkeypatch
):
    controller = start(window, tmp_path, images=60, evaluation_images=24, label_use="hidden")
    idle(qtbot, controller)
    while len(kept_models(controller.project)) < 2:
        label_many(qtbot, window, 4)
        idle(qtbot, controller)
    hand_over(qtbot, window, tmp_path / "given")
    other = tmp_path / "turned.pt"
    other.write_text(" ".join(CLASSES))
    page, before, own = compare(qtbot, window, monkeypatch, new_images(tmp_path), other)

    assert page.comparison.button.text() == "Models compared on 13 labelled images"
    qtbot.keyClick(page.comparison.button, Qt.Key.Key_Space)
    words = page.comparison.results.text()
    assert f"{before} and {own} are right on the same images." in words
    assert f"{own} on 13 where turned was wrong; chance hardly does that (p < 0.001)." in words
    assert page.caution.button.text() == "Look at these first: 13 of 13 images"
    assert page.caution.legend.isVisible()  # before anything is opened
    assert "To look at: 1 unlike anything it has learned from, " in page.caution.legend.text()
    assert "Measured on 24 images" in page.caution.guarantee.text()

    filters = page.filters
    filters.classes.setFocus()
    qtbot.keyClick(filters.classes, Qt.Key.Key_End)
    shown = [filters.classes.item(row).text() for row in (0, filters.classes.currentRow())]
    assert shown == ["? All classes (13)", "Needs a look (13)"]  # "?" as below each image
    for _ in range(2):
        qtbot.keyClick(filters.order, Qt.Key.Key_Down)
    assert page.session.name_of(page.grid.images[0]).endswith(ODD)
    assert "Needs a look: unlike anything it has learned from" in page.facts.text()
    assert "turned: dark" in page.facts.text()

    qtbot.keyClick(page.caution.button, Qt.Key.Key_Space)
    page.caution.least.selectAll()
    qtbot.keyClicks(page.caution.least, "90")
    assert "less certain than asked for" in page.caution.legend.text()

    assert page.send.text() == "Add 1 image to the project"
    count = len(controller.project.pool.images)
    qtbot.keyClick(page.send, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(controller.project.pool.images) > count)
    assert window.pages.at_desk
    added = [one for i, one in controller.project.pool.images.items() if i > count]
    assert [one.key for one in added] == [f"new/{CLASSES[0]}/{ODD}"]
    assert [one.split for one in added] == ["pool"]
    idle(qtbot, controller)
