"""The curve joins only what the same images measured, and the same classes."""

import pytest

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.gui.panels.performance.learning_curve import LearningCurve
from tests.core.project.test_evaluation_set import (
    FEW,
    LAST,
    MORE,
    as_estimate,
    estimated_by,
    measured_by,
)
from tests.support.gui import QUIET, draw_folder, run_batches, start_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)
ONE, BOTH = Metrics(((9, 1), (0, 0))), Metrics(((9, 1), (4, 2)))


def drawn(curve):
    items = curve.plot.getPlotItem().listDataItems()
    return {tuple(item.getData()[0]): item.opts for item in items}


def test_rounds_that_other_images_measured_are_hollow_and_joined_to_nothing(qtbot):
    curve = LearningCurve()
    qtbot.addWidget(curve)
    curve.show_rounds(measured_by(FEW, MORE, LAST), None, 0)
    found = drawn(curve)
    assert set(found) == {(10.0,), (20.0, 30.0)}
    apart, joined = found[(10.0,)], found[(20.0, 30.0)]
    assert (apart["pen"], apart["symbolBrush"]) == (None, None)
    assert joined["pen"] is not None
    assert curve.apart.text() == (
        "Hollow points: 1 earlier round was measured on other images, mostly fewer, than the last "
        "one: its value does not compare."
    )
    curve.show_rounds(measured_by(MORE, LAST), None, 0)
    assert set(drawn(curve)) == {(10.0, 20.0)}
    assert curve.apart.isHidden()


def test_rounds_that_measured_other_classes_are_hollow_and_joined_to_nothing(qtbot):
    curve = LearningCurve()
    qtbot.addWidget(curve)
    curve.show_rounds(estimated_by(ONE, BOTH, BOTH), None, 0)
    assert set(drawn(curve)) == {(10.0,), (20.0, 30.0)}
    assert curve.apart.text() == (
        "Hollow points: 1 earlier round was measured on other classes, mostly fewer, than the last "
        "one: its value does not compare."
    )


def test_the_window_says_that_another_class_is_measured_instead_of_a_fall(
    qtbot, window, tmp_path, backend
):
    images = draw_folder(tmp_path / "images", 40)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=0)
    for metrics in (ONE, BOTH):
        backend.estimate = as_estimate(metrics)
        run_batches(qtbot, window, 2 if metrics is ONE else 1)
    number = controller.project.rounds.last
    told = (
        f"Since round {number} one more class is measured: dark. Values of earlier rounds do not "
        "compare."
    )
    advice = window.desk.performance.advice.text()
    assert advice.startswith(told)
    assert "fell" not in advice
    assert told in window.desk.stage.card.words.text()
    assert "The model before" not in window.desk.stage.card.words.text()
