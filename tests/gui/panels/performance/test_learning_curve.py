"""The curve joins only what the same images measured."""

from autoal_gui.gui.panels.performance.learning_curve import LearningCurve
from tests.core.project.test_evaluation_set import FEW, LAST, MORE, measured_by


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
