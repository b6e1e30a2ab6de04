"""The cards of the tab Performance by themselves, each on results that are made up."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.language import percent
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimate_text import rests_on
from autoal_gui.core.measures.calibration import calibration
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.operating.point import OperatingRule, operating_point
from autoal_gui.core.measures.operating.roc import Roc
from autoal_gui.core.measures.operating.text import fresh_sentence
from autoal_gui.core.sets.column_results import MeasuredImages
from autoal_gui.gui.panels.performance.calibration_card import CalibrationCard
from autoal_gui.gui.panels.performance.class_lacks import Lacks, class_lacks, may_be_taken_out
from autoal_gui.gui.panels.performance.class_table import ClassTable
from autoal_gui.gui.panels.performance.confusion_matrix import ConfusionMatrix
from autoal_gui.gui.panels.performance.headline import FAR, Headline
from autoal_gui.gui.panels.performance.operating_card import LIKELIEST, LOST, OperatingCard
from autoal_gui.gui.panels.performance.values import class_values, curve_point, curve_span
from autoal_gui.gui.panels.plots import series_colour
from autoal_gui.gui.widgets.theme import Theme
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)
CLASSES = ("cat", "dog", "owl")


@pytest.fixture
def shown(qtbot):
    """Show a card and return it."""

    def show(card):
        qtbot.addWidget(card)
        card.resize(460, 700)
        card.show()
        return card

    return show


def measured(images=60, classes=2, seed=0, group_size=1):
    """Images of which each class has as many, and what a fair model makes of them."""
    rng = np.random.default_rng(seed)
    truth = {i: i % classes for i in range(1, images + 1)}
    logits = rng.normal(0, 1, (images, classes))
    logits[np.arange(images), list(truth.values())] += 1.2
    rows = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    groups = {i: f"p{i // group_size}" if group_size > 1 else "" for i in truth}
    pool = {i: PoolImage(i, str(i), str(i), "evaluation", groups[i]) for i in truth}
    return MeasuredImages.of(pool, truth, dict(zip(truth, rows, strict=True)), classes)


# -- the headline -------------------------------------------------------------------------------


def test_how_many_are_right_stands_beside_always_saying_the_commonest_class(shown):
    card = shown(Headline())
    card.show_metrics(Metrics(((50, 8), (4, 36))), CLASSES[:2])
    assert card.right.text() == "86 of 98 right"
    assert card.share.text() == "Accuracy 87.8% (80 to 93%)."
    assert card.baseline.text() == "Always saying “cat” would have 59.2%."
    assert card.numbers[0].text() == percent((50 / 58 + 36 / 40) / 2, 1)
    assert card.numbers[2].text() == "–"  # rounds of before have no area
    assert card.intervals[2].text() == ""
    card.show_metrics(Metrics(((58, 0), (38, 2))), CLASSES[:2])
    assert card.baseline.text().endswith("The model is not shown to be better than that.")


def test_a_class_that_was_not_learned_has_no_auroc_and_the_headline_says_of_which_it_is(shown):
    truth, rows = np.array([0, 0, 1, 1, 2]), np.eye(3)[[0, 1, 1, 1, 0]]
    found = Metrics.of_probabilities(truth, rows, learned={0, 1})
    card, table = shown(Headline()), shown(ClassTable())
    card.show_metrics(found, CLASSES)
    assert card.intervals[2].text().endswith("%, mean over the 2 classes that it has learned")
    value, tip = class_values(found, 2)[2]
    assert math.isnan(value.value)
    assert tip.startswith("The model had no label of this class")
    table.show_classes(found, CLASSES)
    assert table.texts().count("–") == 1
    card.show_metrics(Metrics.of_probabilities(truth, rows), CLASSES)
    assert card.intervals[2].text().endswith("%")


def test_an_estimate_says_that_it_stands_for_all_images(shown):
    truth, rows = np.arange(20) % 2, np.tile((0.7, 0.3), (20, 1))
    found = Estimate.of_answers(truth, rows, np.where(truth, 1.0, 3.0))
    card = shown(Headline())
    card.show_metrics(found, CLASSES[:2])
    assert card.right.text() == "About 75% of your images right"
    assert card.share.text().startswith("Estimated from your answers: ")
    assert "10 of the 20 answers are predicted right; hard images" in card.share.text()
    assert "“cat” would have 75.0%" in card.baseline.text()
    card.show_metrics(Estimate.of_answers(truth, rows, np.ones(20)), CLASSES[:2])
    assert card.share.text().endswith(". 10 of the 20 answers are predicted right.")
    assert class_values(found, 0)[0][1] == "estimated from 10 images"  # a share is of no count
    assert [rests_on(found, 10, 10), rests_on(Metrics(((9, 1), (0, 0))), 9, 10)] == [
        "10",
        "9 of 10",
    ]


def test_a_mean_over_some_classes_says_which():
    learned = Metrics.of_probabilities(
        np.array([0, 0, 1, 1, 2]), np.eye(3)[[0, 0, 1, 1, 0]] * 0.9 + 0.03, learned={0, 1}
    )
    assert curve_span(learned, 0).endswith(", mean over 3 classes, of which 1 was never learned")
    some = Metrics(((3, 1, 0), (0, 4, 0), (0, 0, 0)))
    assert curve_span(some, 0).endswith(", mean over the 2 classes that are measured")
    assert "mean" not in curve_span(Metrics(((3, 1), (0, 4))), 0)


def test_a_class_that_cannot_be_learned_or_measured_is_warned_of(qtbot, shown):
    found = class_lacks(("cat", "dog", "owl", ""), (30, 1, 0, 0), (20, 3, 0, 0))
    card = shown(Headline())
    card.show_lacks(Lacks(found))
    assert card.warning_lines() == [
        "“owl”: no label yet, so that it cannot be learned; not measured.",
        "“dog”: 1 label to learn from, which is too few; measured on 3 images, which says hardly "
        "anything.",
    ]
    example, far, button = [b for b in card.warnings.findChildren(QToolButton) if not b.isHidden()]
    assert example.text() == "Find it by a picture…"  # of a class that has no image of its own
    with qtbot.waitSignal(card.example_wanted):
        qtbot.mouseClick(example, Qt.MouseButton.LeftButton)
    assert far.text() == "Images least like the labelled ones"  # where no picture is at hand
    with qtbot.waitSignal(card.far_wanted):
        qtbot.mouseClick(far, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(card.more_wanted) as wanted:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert wanted.args == [1]
    for search, asked in ((1, button), (FAR, far)):
        card.show_awaited(search)
        assert asked.text() == "Comes when the images are compared…"
        assert [b.isEnabled() for b in (example, far, button)].count(False) == 1
        assert not asked.isEnabled()
    card.show_awaited(None)
    assert (far.text(), button.text()) == (
        "Images least like the labelled ones",
        "Find more like it",
    )
    apart = class_lacks(("cat", "dog"), (30, 18), (20, 3), labels_measure=False)
    card.show_lacks(Lacks(apart, only_aside=True))  # more labels would not measure it
    qtbot.waitUntil(lambda: button not in card.warnings.findChildren(QToolButton))  # that of before
    (button,) = card.warnings.findChildren(QToolButton)
    assert card.warning_lines()[-1].endswith("set more of them aside.")
    with qtbot.waitSignal(card.evaluation_wanted):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    few = class_lacks(("cat", "dog"), (30, 1), (20, 3), labels_measure=False)
    assert [lack.search for lack in few] == ["more"]
    many = class_lacks([f"class {c}" for c in range(100)], range(100), [20] * 100)
    card.show_lacks(Lacks(few, may_be_taken_out=True))
    assert card.warning_lines()[-1].endswith("take it out under Label > Classes.")
    card.show_lacks(Lacks(many * 3))
    assert len(card.warning_lines()) == 6
    assert card.warning_lines()[-1] == "10 more classes are short of images."
    card.show_lacks(Lacks())
    assert card.warnings.isHidden()


def test_no_class_is_offered_to_be_taken_out_where_two_are_left_with_it():
    assert may_be_taken_out(("cat", "dog", "owl"), (30, 20, 1))
    assert not may_be_taken_out(("cat", "dog"), (30, 1))
    assert not may_be_taken_out(("cat", "dog", ""), (30, 1, 0))


def test_labels_that_only_measure_are_not_called_missing():
    found = class_lacks(("cat", "owl", "elk"), (30, 0, 0), (20, 20, 20), (20, 4, 1))
    assert [lack.sentence for lack in found] == [
        "“owl”: 4 labels, all in the evaluation set, so that it cannot be learned yet.",
        "“elk”: 1 label, in the evaluation set, so that it cannot be learned yet.",
    ]


# -- class by class, and where it errs ----------------------------------------------------------


def test_every_class_has_its_images_and_values_with_intervals(shown):
    truth = np.arange(30) % 2
    found = Metrics.of_probabilities(truth, np.eye(3)[np.arange(30) // 3 % 2] * 0.8 + 0.05)
    card = shown(ClassTable())
    card.show_classes(found, CLASSES)
    texts = card.texts()
    for c in range(2):
        for value, _ in class_values(found, c):
            assert percent(value.value, 1) in texts
            assert value.short_span in texts
    assert texts.count("15") == 2
    assert texts[-3:] == ["owl", "0", "not measured"]
    assert math.isnan(class_values(Metrics(((0, 0), (1, 3))), 0)[0][0].value)
    right, count = found.specificity_counts(1)
    assert class_values(found, 1)[1][1] == f"{right} of {count} images"


def test_the_table_of_classes_is_a_list_with_the_same_values_where_it_has_no_room(shown):
    truth = np.arange(30) % 2
    found = Metrics.of_probabilities(truth, np.eye(3)[np.arange(30) // 3 % 2] * 0.8 + 0.05)
    place = shown(QWidget())
    card = ClassTable()
    card.setParent(place)
    card.show()
    card.show_classes(found, CLASSES)
    card.resize(card._wide, 300)
    table = card.texts()
    card.resize(card._wide - 1, 300)
    as_list = card.texts()
    assert "cat (15)" in as_list
    assert as_list[-2:] == ["owl (0)", "not measured"]
    for c in range(2):
        for value, _ in class_values(found, c):
            for texts in (table, as_list):
                assert percent(value.value, 1) in texts
                assert value.short_span in texts
    assert card._grid.minimumSize().width() < card._wide
    card.resize(card._wide, 300)
    assert card.texts() == table


def test_points_of_the_curve_lie_inside_their_interval():
    metrics = Metrics(((1, 1), (1, 2)))
    for position in (0, 1):
        point = curve_point(metrics, position)
        assert 0 <= point.low <= point.value <= point.high <= 1
    assert math.isnan(curve_point(metrics, 2).value)
    assert curve_point(metrics, 2).span == ""


def test_hits_and_errors_have_hues_of_their_own_and_names_stand_on_both_sides(shown):
    matrix = shown(ConfusionMatrix(Theme()))
    matrix.show_counts(Metrics(((5, 5, 0), (0, 8, 2), (1, 0, 9))), CLASSES)
    names = [matrix.horizontalHeaderItem(c).text() for c in range(3)]
    assert names == list(CLASSES)
    assert [matrix.verticalHeaderItem(c).text().split()[-1] for c in range(3)] == names
    hit, error = (matrix.item(0, c).background().color().hsvHue() for c in (0, 1))
    assert abs(hit - series_colour(0).hsvHue()) <= 3
    assert abs(error - series_colour(1).hsvHue()) <= 3
    assert matrix.item(0, 2).text() == "·"
    assert matrix.count_at(0, 2) == 0
    assert matrix.count_at(2, 2) == 9
    assert matrix.count_at(3, 3) is None
    tip = matrix.item(0, 1).toolTip()
    assert tip == matrix.item(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert tip.startswith("5 of 10 cat are taken for dog")


def test_names_that_are_longer_than_their_column_are_read_upwards(shown):
    matrix = shown(ConfusionMatrix(Theme()))
    matrix.show_counts(Metrics(((1, 0), (0, 1))), CLASSES[:2])
    low = matrix.above.sizeHint().height()
    assert not matrix.above.is_upright
    names = tuple(f"a long name of class {c}" for c in range(8))
    matrix.show_counts(Metrics(tuple(map(tuple, np.eye(8, dtype=int).tolist()))), names)
    assert matrix.above.is_upright
    assert matrix.above.sizeHint().height() > 2 * low
    assert matrix.verticalScrollBar().maximum() == 0


# -- the operating point ------------------------------------------------------------------------


def show_operating(card, known, rule=None, classes=CLASSES, of_one=True):
    point = rule and operating_point(
        rule, known.truth, known.probabilities, known.units, known.weights
    )
    card.show_results(known, classes[: known.probabilities.shape[1]], rule, point, of_one)


def test_the_class_that_is_looked_for_is_shown_first_even_where_it_is_the_commoner(shown):
    card, known = shown(OperatingCard()), measured(images=61)
    counts = np.bincount(known.truth)
    rare, common = counts.argmin(), counts.argmax()
    assert len(counts) == 2
    assert counts[rare] < counts[common]
    show_operating(card, known, classes=("a", "b"))
    assert card.classes.currentData() == rare
    card.classes.clear()
    names = ["pneumonia", "pneumonia"]
    names[rare] = "normal"
    show_operating(card, known, classes=tuple(names))
    assert card.classes.currentData() == common


def test_keys_move_the_point_along_the_corners_of_the_curve_alone(qtbot, shown):
    card, known = shown(OperatingCard()), measured()
    show_operating(card, known)
    roc = Roc.of(known.truth == card.classes.currentData(), known.probabilities[:, 0])
    last = len(roc.corners) - 1
    seen = []
    card.plot.moved.connect(seen.append)
    qtbot.keyClick(card.plot, Qt.Key.Key_End)
    assert card.plot.corner == last
    qtbot.keyClick(card.plot, Qt.Key.Key_Right)  # there is nothing beyond
    qtbot.keyClick(card.plot, Qt.Key.Key_Left)
    qtbot.keyClick(card.plot, Qt.Key.Key_Home)
    qtbot.keyClick(card.plot, Qt.Key.Key_Up)
    assert seen == [last, last - 1, 0, 1]
    place = roc.corners[1]
    assert card.found.text().startswith(f"Finds {roc.found[place]} of {roc.inside} “cat”")
    left = roc.outside - roc.mistaken[place]
    assert card.left.text().startswith(f"Of {roc.outside} others {left} are rightly not")
    assert card.found.text() in card.plot.accessibleDescription()


def test_answers_with_weights_are_told_as_estimates_and_draw_the_curve_that_they_stand_for(
    qtbot, shown
):
    card, known = shown(OperatingCard()), measured(120)
    known = replace(known, weights=np.where(np.arange(120) % 3 == 0, 2.0, 0.5))
    show_operating(card, known, OperatingRule(0, 0.9))
    roc = Roc.of(known.truth == 0, known.probabilities[:, 0], known.weights)
    place = roc.corners[card.plot.corner]
    value = percent(roc.sensitivities[place])
    assert card.found.text().startswith(f"Finds about {value} of “cat” (sensitivity; ")
    assert card.found.text().endswith("estimated from 60 labels.")
    assert "about" in card.fresh.text()
    assert card.state.text().startswith("In use: “cat” from ")
    x, y = card.plot._curve()
    assert np.allclose(y, 100 * roc.sensitivities)
    assert np.allclose(x, 100 - 100 * roc.specificities)


def test_the_mouse_drags_the_point_to_the_nearest_corner(qtbot, shown):
    card = shown(OperatingCard())
    show_operating(card, measured())
    places = card.plot.places()
    target = card.plot.viewport()
    for corner in (2, len(places) - 1, 0):
        x, y = places[corner]
        spot = QPoint(round(x), round(y))
        if corner == 2:
            qtbot.mousePress(target, Qt.MouseButton.LeftButton, pos=spot)
        else:
            qtbot.mouseMove(target, pos=spot)
        assert card.plot.corner == corner


def test_both_curves_have_the_same_point(qtbot, shown):
    card = shown(OperatingCard())
    show_operating(card, measured())
    qtbot.keyClick(card.plot, Qt.Key.Key_End)
    words = card.found.text()
    qtbot.mouseClick(card.form.buttons[1], Qt.MouseButton.LeftButton)
    assert card.found.text() == words
    assert "Precision-recall" in card.plot.accessibleName()
    qtbot.keyClick(card.plot, Qt.Key.Key_Left)
    assert card.found.text() != words


def test_a_specificity_that_is_asked_for_is_kept_as_it_was_asked(qtbot, shown):
    card, known = shown(OperatingCard()), measured(120)
    show_operating(card, known)
    card.level.setCurrentIndex(card.level.findData(0.95))
    card.level.activated.emit(card.level.currentIndex())
    with qtbot.waitSignal(card.kept) as kept:
        qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    assert kept.args == [OperatingRule(0, 0.95)]
    assert card.threshold.text().startswith("With this point an image would be given “cat” where ")
    show_operating(card, known, kept.args[0])
    assert card.threshold.text().startswith("An image is given “cat” where its probability is ")
    assert card.state.text().startswith("In use: “cat” from ")
    assert card.use.text() == "✓ This point is in use"
    card.plot.moved.emit(card._corner + 1)
    assert card.use.text() == "Use this point"
    with qtbot.waitSignal(card.kept) as kept:
        qtbot.mouseClick(card.stop, Qt.MouseButton.LeftButton)
    assert kept.args == [None]
    show_operating(card, known)
    assert card.state.text() == LIKELIEST
    assert card.state.y() < card._body.y()  # before a point that is only proposed
    assert card.stop.isHidden()


def test_a_sensitivity_can_be_asked_for_and_a_dragged_point_keeps_the_kind(qtbot, shown):
    card, known = shown(OperatingCard()), measured(120)
    show_operating(card, known)
    card.kind.setCurrentIndex(card.kind.findData("sensitivity"))
    card.kind.activated.emit(card.kind.currentIndex())
    card.level.setCurrentIndex(card.level.findData(0.95))
    card.level.activated.emit(card.level.currentIndex())
    rule = OperatingRule(0, 0.95, "sensitivity")
    point = operating_point(rule, known.truth, known.probabilities, known.units)
    assert f"Finds {point.chosen.sensitivity.found} of 60" in card.found.text()
    assert fresh_sentence(point.fresh) == card.fresh.text()
    with qtbot.waitSignal(card.kept) as kept:
        qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    assert kept.args == [rule]
    again = shown(OperatingCard())
    show_operating(again, known, rule)
    assert again.kind.currentData() == "sensitivity"
    assert again.plot.corner == card.plot.corner
    assert again.state.text().endswith("for a sensitivity of at least 95.0%.")
    qtbot.keyClick(again.plot, Qt.Key.Key_Left)
    with qtbot.waitSignal(again.kept) as kept:
        qtbot.mouseClick(again.use, Qt.MouseButton.LeftButton)
    (dragged,) = kept.args
    assert dragged.kind == "sensitivity"
    assert dragged.least < 0.95
    show_operating(again, known, dragged)
    assert again.plot.corner == card.plot.corner - 1


def test_a_dragged_point_named_by_the_other_kind_stays_where_it_is(qtbot, shown):
    card, known = shown(OperatingCard()), measured(120)
    show_operating(card, known)
    qtbot.keyClick(card.plot, Qt.Key.Key_Right)  # off the levels that are offered
    corner, words = card.plot.corner, card.found.text()
    for kind in ("sensitivity", "specificity"):
        card.kind.setCurrentIndex(card.kind.findData(kind))
        card.kind.activated.emit(card.kind.currentIndex())
        roc = card._roc
        assert card.level.currentData() == roc.shares(kind)[roc.corners[corner]]
        assert (card.plot.corner, card.found.text()) == (corner, words)


def test_the_other_kind_is_asked_for_in_the_same_measure(qtbot, shown):
    card = shown(OperatingCard())
    show_operating(card, measured(120))
    for kind in ("sensitivity", "specificity"):
        card.kind.setCurrentIndex(card.kind.findData(kind))
        card.kind.activated.emit(card.kind.currentIndex())
        assert card.level.currentText() == "90%"
        with qtbot.waitSignal(card.kept) as kept:
            qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
        assert kept.args == [OperatingRule(0, 0.9, kind)]


def test_the_kind_that_is_chosen_again_leaves_what_is_asked_for(qtbot, shown):
    card = shown(OperatingCard())
    show_operating(card, measured(120))
    levels = [card.level.itemData(i) for i in range(card.level.count())]
    card.kind.activated.emit(card.kind.currentIndex())
    assert [card.level.itemData(i) for i in range(card.level.count())] == levels
    assert card.level.currentData() == 0.9


def test_a_threshold_that_a_new_model_has_changed_is_told_beside_the_state(shown):
    card = shown(OperatingCard())
    assert card.change.isHidden()
    card.show_change("The threshold is another now.")
    assert card.change.isVisible()
    card.show_change("")
    assert card.change.isHidden()


def test_of_several_classes_each_stands_against_the_rest(qtbot, shown):
    card, known = shown(OperatingCard()), measured(90, 3)
    show_operating(card, known)
    assert [card.classes.itemText(i) for i in range(3)] == list(CLASSES)
    card.classes.setCurrentIndex(2)
    assert "“owl”" in card.found.text()
    assert "of 30 “owl”" in card.found.text()
    assert "Of 60 others" in card.left.text()


def test_what_cannot_be_measured_says_why_and_offers_no_point(shown):
    card = shown(OperatingCard())
    show_operating(card, measured(18))
    assert "Now 9 and 9 count." in card.problem.text()
    assert card.plot.isHidden() or not card.plot.isVisible()
    assert card.use.isHidden()
    show_operating(card, measured(60), of_one=False)
    assert "models of several rounds" in card.problem.text()
    show_operating(card, measured(18), OperatingRule(0, 0.9))
    assert card.state.text() == LOST
    assert not card.stop.isHidden()


def test_where_too_few_images_count_an_evaluation_set_is_offered(qtbot, shown):
    card = shown(OperatingCard())
    card.offer_evaluation(offered=True)
    show_operating(card, measured(60))
    assert card.aside.isHidden()  # a threshold can be chosen
    show_operating(card, measured(18))
    with qtbot.waitSignal(card.evaluation_wanted):
        qtbot.mouseClick(card.aside, Qt.MouseButton.LeftButton)
    card.offer_evaluation(offered=False)
    assert card.aside.isHidden()


# -- as sure as it should be --------------------------------------------------------------------


def test_each_part_is_told_in_words_the_surest_first(shown):
    known = measured(120)
    found = calibration(known.truth, known.probabilities)
    card = shown(CalibrationCard())
    card.show_found(found)
    assert len(card.lines()) == len(found.bins)
    said = [float(line.split("about ")[1].split("%")[0]) for line in card.lines()]
    assert said == sorted(said, reverse=True)
    assert card.plot.isVisible()
    card.show_found(None)
    assert card.lines() == []
    assert card.plot.isHidden()
    assert card.verdict.text().startswith("Not measured: fewer than 20 images")


def test_what_is_missing_is_seen_at_once_and_stays_as_it_is_while_nothing_changes(shown):
    found = class_lacks(("cat", "dog"), (30, 1), (20, 3))
    card = shown(Headline())
    card.show_lacks(Lacks(found))
    button, label = card.warnings.findChild(QToolButton), card.warnings.findChild(QLabel)
    assert button.isVisible()
    assert label.isVisible()
    card.show_lacks(Lacks(found))  # asked for after each answer
    assert button.isVisible()
    assert card.warnings.findChildren(QToolButton) == [button]
