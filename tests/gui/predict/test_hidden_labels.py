"""Labels that the open project still asks for are not told by the page Predict."""

import pytest
from PySide6.QtCore import Qt

from autoal_gui.gui.predict.predict_jobs import without_hidden
from autoal_gui.sources.opening import list_images
from tests.support.gui import CLASSES, QUIET, draw_folder, start_project
from tests.support.project import folder_spec, new_project, no_progress

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def test_a_label_is_told_once_its_image_has_been_answered(tmp_path):
    project = new_project(tmp_path, per_class=10, evaluation_images=4)
    folder = tmp_path / "images"
    listing = list_images(folder_spec(folder), tmp_path, no_progress)
    waiting = project.labels.unanswered()
    project.labels.answer(waiting[0], "label", 0)
    project.labels.answer(waiting[1], "unsure")
    shown, hidden = without_hidden(listing, str(folder), project)
    keys = {project.pool.images[image].key for image in waiting[1:]}
    assert hidden == len(keys)
    for before, after in zip(listing.images, shown.images, strict=True):
        assert after.key == before.key
        assert after.label == (None if before.key in keys else before.label)
    elsewhere = tmp_path / "elsewhere"
    other = list_images(folder_spec(draw_folder(elsewhere, 6)), tmp_path, no_progress)
    assert without_hidden(other, str(elsewhere), project) == (other, 0)
    project.close()


def test_predict_counts_no_label_that_is_still_asked_for(qtbot, window, tmp_path, backend):
    own = draw_folder(tmp_path / "own", 12)
    controller = start_project(qtbot, window, own, tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    page = window.pages.predict
    window.pages.show_page(page)
    page.images.choose(own)
    qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    waits = len(controller.project.labels.unanswered())
    assert f"The labels of {waits} images that the project still asks for stay hidden" in (
        page.explanation.text()
    )
    assert len(page.session.measured().images) == 12 - waits - 4  # nor what taught the model
    table = tmp_path / "predictions.csv"
    page.session.save(table)
    qtbot.waitUntil(table.exists)
    rows = [row.split(",") for row in table.read_text(encoding="utf-8").splitlines()]
    place = rows[0].index("label")
    assert sum(row[place] in CLASSES for row in rows[1:]) == 12 - waits
