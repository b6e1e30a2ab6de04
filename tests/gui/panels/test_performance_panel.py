"""The performance panel: what it says of the model, of its errors, and of more labels."""

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from autoal_gui.core.language import percent
from autoal_gui.core.measures.estimate import Estimate
from autoal_gui.core.measures.metrics import ByChance, Metrics, NearlyAlike
from autoal_gui.core.measures.outlook import outlook, outlook_sentence, worth_sentences
from autoal_gui.core.measures.stopping_advice import FEWEST, Point
from autoal_gui.core.project import measured_rounds
from autoal_gui.core.project.measured_images import measured_classes
from autoal_gui.gui.panels import performance_panel
from autoal_gui.gui.panels.confusion_matrix import images_of_cell
from autoal_gui.gui.panels.performance_panel import class_values
from tests.support.gui import QUIET, draw_folder, run_batches, start_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def measured(qtbot, window, tmp_path):
    """A window after two rounds that ten images measured."""
    images = draw_folder(tmp_path / "images", 40)
    start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    run_batches(qtbot, window, 2)
    window.desk.tabs.setCurrentWidget(window.desk.performance)
    return window


def texts(panel):
    return [label.text() for label in panel.findChildren(QLabel) if not label.isHidden()]


def last_metrics(window):
    return window.controller.project.rounds.finished()[-1].metrics


def test_the_area_under_the_curve_stands_beside_the_accuracies(measured):
    panel, metrics = measured.desk.performance, last_metrics(measured)
    assert panel.numbers[2].text() == percent(metrics.auroc.macro.value, 1)
    assert panel.intervals[2].text().endswith(percent(metrics.auroc.macro.high, 1))


def test_every_class_has_sensitivity_specificity_and_area_with_intervals(measured):
    panel, metrics = measured.desk.performance, last_metrics(measured)
    shown = texts(panel)
    for c in range(2):
        values = class_values(metrics, c)
        assert len(values) == 3
        for value, _ in values:
            assert percent(value.value, 1) in shown
            assert value.span in shown
    found, count = metrics.specificity_counts(1)
    assert class_values(metrics, 1)[1][1] == f"{found} of {count} images"


def cell_with_images(window):
    confusion = last_metrics(window).confusion
    return next((t, p) for t in range(2) for p in range(2) if confusion[t][p])


def asked_for(window):
    seen = []

    def note(title, images):
        seen.append((title, images))

    window.controller.images_wanted.connect(note)
    return seen


def test_a_click_on_a_cell_opens_its_images(qtbot, measured):
    seen = asked_for(measured)
    truth, predicted = cell_with_images(measured)
    matrix = measured.desk.performance.matrix
    place = matrix.visualItemRect(matrix.item(truth, predicted)).center()
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    ((title, images),) = seen
    assert len(images) == last_metrics(measured).confusion[truth][predicted]
    known = dict(measured.controller.project.labels.evaluation())
    assert {known[image_id] for image_id in images} == {truth}
    assert measured.controller.project.classes.names[truth] in title


def test_cells_are_reached_and_opened_by_keys_alone(qtbot, measured):
    seen = asked_for(measured)
    matrix = measured.desk.performance.matrix
    matrix.setFocus()
    matrix.setCurrentCell(0, 1)
    before = measured.controller.images.current
    qtbot.keyClick(matrix, Qt.Key.Key_Left)
    assert (matrix.currentRow(), matrix.currentColumn()) == (0, 0)
    assert measured.controller.images.current == before  # Left is a command of the desk elsewhere
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert (matrix.currentRow(), matrix.currentColumn()) == (1, 1)
    truth, predicted = cell_with_images(measured)
    matrix.setCurrentCell(truth, predicted)
    qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert len(seen[0][1]) == last_metrics(measured).confusion[truth][predicted]


def test_an_empty_cell_says_that_it_is_empty(qtbot, measured):
    sentences = []
    measured.controller.notice.connect(sentences.append)
    confusion = last_metrics(measured).confusion
    empty = [(t, p) for t in range(2) for p in range(2) if not confusion[t][p]]
    assert empty
    measured.desk.performance.matrix.opened.emit(*empty[0])
    assert sentences == [performance_panel.NO_IMAGES]


def test_a_cell_tells_what_it_counts(measured):
    item = measured.desk.performance.matrix.item(0, 1)
    assert item.toolTip() == item.data(Qt.ItemDataRole.AccessibleTextRole)
    assert "are taken for" in item.toolTip()


def test_where_no_image_is_set_aside_the_answers_themselves_measure(
    qtbot, window, tmp_path, backend
):
    images = draw_folder(tmp_path / "images", 20)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=0)
    panel = window.desk.performance
    controller.project.batches.save([])
    assert measured_classes(controller.project) == {}  # chance has drawn none
    assert images_of_cell(controller.project, 0, 0) == ()
    truth, found = np.arange(8) % 2, np.eye(2)[np.arange(8) // 2 % 2] * 0.8 + 0.1
    backend.estimate = Estimate.of_answers(truth, found, np.arange(1.0, 9.0))
    run_batches(qtbot, window, 1)
    assert "estimated from all 8 answers" in panel.hint.text()
    assert panel.numbers[1].text() == percent(backend.estimate.accuracy, 1)
    assert measured_classes(controller.project) == dict(controller.project.labels.training())


def test_images_that_are_nearly_the_same_as_labelled_ones_are_told(measured, qtbot, backend):
    panel = measured.desk.performance
    assert panel.alike.isHidden()
    backend.nearly_alike = NearlyAlike(4, Metrics(((1, 1), (2, 2))))
    run_batches(qtbot, measured, 1)
    assert panel.alike.text().startswith("4 of 10 images measured on are nearly the same")
    assert "Without them the balanced accuracy is 50.0%" in panel.alike.text()


def test_what_chance_would_give_is_told_and_drawn(qtbot, window, tmp_path, backend):
    images = draw_folder(tmp_path / "images", 40)
    start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    run_batches(qtbot, window, 1)
    panel = window.desk.performance
    assert panel.by_chance.isHidden()
    assert panel.chance_legend.isHidden()
    backend.by_chance = ByChance(6, Metrics(((4, 1), (2, 3))))
    run_batches(qtbot, window, 1)
    assert "the 6 labels drawn at random: 70.0%" in panel.by_chance.text()
    assert not panel.chance_legend.isHidden()
    drawn = [c.getData() for c in panel.curve.getPlotItem().listDataItems()]
    assert any(x is not None and x.tolist() == [6.0] for x, _ in drawn)


def test_a_single_round_is_drawn_with_bars_and_more_with_bands(qtbot, window, tmp_path):
    import pyqtgraph as pg

    images = draw_folder(tmp_path / "images", 40)
    start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    run_batches(qtbot, window, 1)
    plot = window.desk.performance.curve.getPlotItem()
    assert any(isinstance(item, pg.ErrorBarItem) for item in plot.items)
    run_batches(qtbot, window, 1)
    assert any(isinstance(item, pg.FillBetweenItem) for item in plot.items)
    assert not any(isinstance(item, pg.ErrorBarItem) for item in plot.items)


def test_stopping_is_advised_once_a_round_and_stands_in_the_panel(
    qtbot, window, tmp_path, monkeypatch
):
    images = draw_folder(tmp_path / "images", 60)
    start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    run_batches(qtbot, window, 1)
    panel = window.desk.performance
    assert panel.advice.text().startswith("Keep going")
    sentences = []
    window.controller.notice.connect(sentences.append)
    real = performance_panel.points_of

    def settled(measured):
        level = [0.9 + 0.001 * (n % 2) for n in range(len(measured))]
        return [
            replace_value(point, value) for point, value in zip(real(measured), level, strict=True)
        ]

    for module in (performance_panel, measured_rounds):
        monkeypatch.setattr(module, "points_of", settled)
    run_batches(qtbot, window, FEWEST + 3)
    advice = panel.advice.text().replace("\n", " ")
    assert "More labels are unlikely to change much." in advice
    assert sentences.count(advice) == 1
    panel.refresh()
    assert sentences.count(advice) == 1


def replace_value(point, value):
    return type(point)(point.labels, value, 0.001, point.chance)


def test_what_more_labels_bring_is_told_and_drawn_on_from_the_last_round(measured, monkeypatch):
    panel = measured.desk.performance
    points = [Point(4, 0.8, 0.01, 0.5), Point(8, 0.84, 0.01, 0.5)]
    found = outlook(points, 4, 100, 6.0)
    monkeypatch.setattr(performance_panel, "outlook_of", lambda *_: found)
    panel.refresh()
    assert panel.advice.text() == outlook_sentence(found)
    assert not panel.ahead.isHidden()
    drawn = [curve.getData()[0] for curve in panel.curve.getPlotItem().listDataItems()]
    assert any(x is not None and x[0] == 8 and x[-1] == found.curve[-1].labels for x in drawn)
    monkeypatch.setattr(performance_panel, "outlook_of", lambda *_: None)
    panel.refresh()
    assert panel.ahead.isHidden()
    assert panel.advice.text().startswith("Keep going")


def test_advice_before_there_is_any_says_to_go_on():
    assert worth_sentences([], None)[0].startswith("Keep going")


def test_rounds_of_before_have_no_area_and_show_a_dash(measured):
    panel = measured.desk.performance
    panel._show_numbers(Metrics(((3, 1), (1, 3))))
    assert panel.numbers[2].text() == "–"
    assert panel.intervals[2].text() == ""
    assert math.isnan(class_values(Metrics(((0, 0), (1, 3))), 0)[0][0].value)
    assert np.isfinite(class_values(Metrics(((0, 0), (1, 3))), 0)[1][0].value)
