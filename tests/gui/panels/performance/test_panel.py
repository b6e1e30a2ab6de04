"""The tab Performance in the window: what it says of the model, of its errors, of more labels."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from autoal_gui.core.language import percent, tr
from autoal_gui.core.likeness.search import nearest_known
from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import ByChance, Metrics, NearlyAlike
from autoal_gui.core.measures.operating.decision import decided
from autoal_gui.core.measures.operating.point import OperatingRule
from autoal_gui.core.measures.operating.text import changed_sentence
from autoal_gui.core.measures.outlook import outlook, outlook_sentence, worth_sentences
from autoal_gui.core.measures.stopping_advice import FEWEST, Point
from autoal_gui.core.messages import ExportModel
from autoal_gui.core.project import measured_rounds
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.kept_point import kept_point
from autoal_gui.core.project.measured_images import measured_classes, measured_images
from autoal_gui.core.project.measured_rounds import comparable, points_of
from autoal_gui.core.registry import discover
from autoal_gui.exporters.report_html import report
from autoal_gui.exporters.report_sections import outlook_in
from autoal_gui.gui.panels import slim_strip
from autoal_gui.gui.panels.performance import panel as performance_panel
from autoal_gui.gui.panels.performance.confusion_matrix import images_of_cell
from autoal_gui.gui.panels.performance.operating_card import NOT_OF_ONE_MODEL
from autoal_gui.gui.panels.performance.panel import ENOUGH
from autoal_gui.gui.panels.performance_text import audit_words, measured_of
from autoal_gui.gui.predict.about_result import DROPPED
from autoal_gui.gui.session.likeness.blindness import kept_off
from tests.support.gui import QUIET, draw_folder, run_batches, start_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def last_metrics(window):
    return window.controller.project.rounds.finished()[-1].metrics


def drawn(panel):
    return [c.getData() for c in panel.curve.plot.getPlotItem().listDataItems()]


def counts(matrix):
    places = range(matrix.rowCount())
    return tuple(tuple(matrix.count_at(row, column) for column in places) for row in places)


def test_the_empty_page_counts_what_still_waits_for_its_label(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 40)
    controller = start_project(
        qtbot, window, images, tmp_path, evaluation_images=10, label_use="ignore"
    )
    panel = window.desk.performance
    assert "10 of them wait for their label" in panel.hint.text()
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_1)
    given = controller.project.labels.answers
    measuring = sum(controller.project.pool.images[i].split == "evaluation" for i in given)
    assert measuring > 0
    words = f"{10 - measuring} of them wait for their label"  # once the next image has been shown
    qtbot.waitUntil(lambda: words in panel.hint.text())
    assert panel.empty.next.text() == (
        "1 more image, of another class than “bright”: then a round trains by itself."
    )


def test_a_project_is_told_from_its_empty_page_to_its_numbers(qtbot, window, tmp_path):
    import pyqtgraph as pg

    images = draw_folder(tmp_path / "images", 40)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    panel = window.desk.performance
    assert "The evaluation set has 10 images." in panel.hint.text()
    assert panel.empty.isVisible()
    assert panel.empty.next.text() == (
        "4 more images, of two classes at least: then a round trains by itself."
    )
    controller.labelling.answer(0)
    controller.labelling.answer(1)
    words = "2 more images, and a round trains by itself."
    qtbot.waitUntil(lambda: panel.empty.next.text() == words)
    assert not panel.headline.isVisible()
    controller.labelling.answer(0)
    controller.labelling.answer(1)
    qtbot.waitUntil(lambda: controller.at_rest)
    assert not panel.empty.isVisible()
    plot = panel.curve.plot.getPlotItem()
    assert any(isinstance(item, pg.ErrorBarItem) for item in plot.items)  # a single round
    run_batches(qtbot, window, 1)
    assert any(isinstance(item, pg.FillBetweenItem) for item in plot.items)
    assert not any(isinstance(item, pg.ErrorBarItem) for item in plot.items)
    metrics = last_metrics(window)
    assert panel.headline.right.text() == f"{metrics.correct} of 10 right"
    assert panel.headline.numbers[0].text() == percent(metrics.balanced_accuracy, 1)
    assert panel.headline.numbers[2].text() == percent(metrics.auroc.macro.value, 1)
    assert counts(panel.matrix) == metrics.confusion
    rounds = controller.project.rounds.finished()[1:]
    x, y = drawn(panel)[-1]
    assert x.tolist() == [4, 8]
    assert y.tolist() == pytest.approx([100 * r.metrics.balanced_accuracy for r in rounds])
    qtbot.mouseClick(panel.curve.measure.buttons[1], Qt.MouseButton.LeftButton)
    assert drawn(panel)[-1][1].tolist() == pytest.approx([100 * r.metrics.accuracy for r in rounds])


def test_what_else_measures_stands_beside_the_evaluation_set(qtbot, window, tmp_path, backend):
    images = draw_folder(tmp_path / "images", 40)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    panel = window.desk.performance
    run_batches(qtbot, window, 1)
    for part in (panel.audit, panel.alike, panel.by_chance, panel.curve.chance):
        assert part.isHidden()
    backend.audit = Metrics(((5, 1), (1, 5)))
    backend.by_chance = ByChance(6, Metrics(((4, 1), (2, 3))))
    backend.nearly_alike = NearlyAlike(4, Metrics(((1, 1), (2, 2))))
    run_batches(qtbot, window, 1)
    metrics = last_metrics(window)
    assert any(x is not None and x.tolist() == [6.0] for x, _ in drawn(panel))
    left, right = panel.curve.plot.viewRange()[0]
    assert left < 6 < right  # what the legend names is seen
    compared = "For comparison, 10 of 12 random images that you labelled are right"
    assert panel.audit.text().startswith(f"{compared}: accuracy 83.3% (55 to 95%). ")
    assert panel.audit.text() == audit_words(metrics, backend.audit)
    assert panel.headline.share.font().pointSizeF() > panel.audit.font().pointSizeF()
    assert "95 times in 100" in panel.audit.toolTip()
    assert panel.alike.text().startswith("4 of 10 images measured on are nearly the same")
    assert "Without them the balanced accuracy is 50.0%" in panel.alike.text()
    assert "6 images picked at random has a balanced accuracy of 70.0%" in panel.by_chance.text()
    controller.setup.add_class("grey")
    assert counts(panel.matrix) == metrics.confusion  # which no round has measured yet
    warned = panel.headline.warning_lines()
    assert "“grey”: no label yet, so that it cannot be learned; not measured." in warned
    backend.audit = backend.nearly_alike = None
    run_batches(qtbot, window, 1)
    assert panel.matrix.rowCount() == 3
    assert panel.audit.isHidden()
    assert panel.alike.isHidden()


def test_a_cell_of_the_matrix_opens_its_images_by_mouse_and_keys(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 40)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    run_batches(qtbot, window, 1)
    panel, seen, sentences = window.desk.performance, [], []
    matrix, confusion = panel.matrix, last_metrics(window).confusion
    controller.images_wanted.disconnect(window.pages.show_images)
    controller.images_wanted.connect(lambda title, found: seen.append((title, found)))
    controller.notice.connect(sentences.append)
    cells = [(t, p) for t in range(2) for p in range(2)]
    truth, predicted = next(cell for cell in cells if confusion[cell[0]][cell[1]])
    panel.ensureWidgetVisible(matrix)
    place = matrix.visualItemRect(matrix.item(truth, predicted)).center()
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    ((title, found),) = seen
    assert len(found) == confusion[truth][predicted]
    known = dict(controller.project.labels.evaluation())
    assert {known[image_id] for image_id in found} == {truth}
    assert controller.project.classes.names[truth] in title
    matrix.setFocus()
    matrix.setCurrentCell(0, 1)
    before = controller.images.current
    qtbot.keyClick(matrix, Qt.Key.Key_Left)
    assert (matrix.currentRow(), matrix.currentColumn()) == (0, 0)
    assert controller.images.current == before  # Left is a command of the desk elsewhere
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    qtbot.keyClick(matrix, Qt.Key.Key_Right)
    assert (matrix.currentRow(), matrix.currentColumn()) == (1, 1)
    matrix.setCurrentCell(truth, predicted)
    qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert seen[1][1] == found
    empty = next(cell for cell in cells if not confusion[cell[0]][cell[1]])
    matrix.opened.emit(*empty)
    assert sentences == [performance_panel.NO_IMAGES]


def test_the_headline_leads_to_where_the_point_is_chosen(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 60)
    start_project(qtbot, window, images, tmp_path, evaluation_images=30)
    run_batches(qtbot, window, 1)
    panel = window.desk.performance
    card = panel.operating
    qtbot.waitUntil(card.use.isVisible)
    assert panel.verticalScrollBar().value() == 0
    qtbot.mouseClick(panel.headline.point, Qt.MouseButton.LeftButton)  # it lies far below
    assert card.mapTo(panel.viewport(), QPoint()).y() < panel.viewport().height() // 2
    assert card.classes.hasFocus()


def test_a_point_that_is_chosen_is_used_by_predict_and_told_in_the_report(
    qtbot, window, tmp_path, backend
):
    images = draw_folder(tmp_path / "images", 60)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=30)
    run_batches(qtbot, window, 1)
    project, card = controller.project, window.desk.performance.operating
    before = controller.images.current
    qtbot.waitUntil(card.use.isVisible)
    card.plot.setFocus()
    qtbot.keyClick(card.plot, Qt.Key.Key_End)
    assert controller.images.current == before  # End is no command of the desk here
    card.use.setFocus()
    qtbot.keyClick(card.use, Qt.Key.Key_Space)
    rule, point = project.settings.operating_point, kept_point(project)
    assert rule.class_index == card.classes.currentData()
    known = measured_images(project)
    given = decided(known.probabilities, point.threshold) == rule.class_index
    inside = known.truth == rule.class_index
    assert point.chosen.sensitivity.found == (given & inside).sum()
    assert point.chosen.specificity.found == (~given & ~inside).sum()
    qtbot.waitUntil(lambda: card.state.text().startswith("In use: "))
    assert "What was written before does not have it." in window.status.text()
    page = "".join(text for one in report(Snapshot.of(project)) for text in one.itertext())
    assert "Operating point" in page
    assert f"Asked for: a specificity of at least {percent(rule.least, 1)}." in page
    predicted_by(qtbot, window, images)
    table = window.pages.predict.session.table
    shares = window.pages.predict.session.result.predicted.probabilities
    assert np.array_equal(table.best, decided(shares, point.threshold))
    assert_the_threshold_is_told(window, project)
    target = tmp_path / "out.csv"
    with qtbot.waitSignal(window.pages.predict.session.said):
        window.pages.predict.session.save(target)
    classes = window.pages.predict.session.result.classes
    assert [row["predicted"] for row in read(target)] == [classes[c] for c in table.best]
    window.pages.leave()
    assert exported_threshold(qtbot, controller, backend, tmp_path / "m.pt") == point.threshold
    qtbot.waitUntil(card.stop.isVisible)
    card.stop.setFocus()
    qtbot.keyClick(card.stop, Qt.Key.Key_Space)
    assert project.settings.operating_point is None
    assert kept_point(project) is None


def assert_it_is_told_as_it_leaves(window) -> None:
    line, controller = window.dialog.model, window.controller
    metrics = controller.in_use.result(measured_of(controller.project)).metrics
    share = percent(metrics.balanced_accuracy, 1)
    assert line.which.itemText(0).endswith(f"balanced accuracy {share}")  # with the point
    told = "That is not shown to be better than always saying “bright” (50%)."
    assert line.words.text().endswith(told)


def assert_the_threshold_is_told(window, project) -> None:
    told = window.pages.predict.explanation.text()
    assert "where its probability is" in told
    chose = len(project.labels.evaluation())
    assert f"{chose} of these images chose the threshold, which fits them by chance, too." in told


def test_a_threshold_that_a_round_has_changed_is_told_at_its_end_beside_it_and_in_predict(
    qtbot, window, tmp_path
):
    images = hazy_folder(tmp_path / "images", 60)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=30)
    project, card = controller.project, window.desk.performance.operating
    while kept_point(project) is None:
        answer_rightly(qtbot, controller)
        controller.setup.keep_operating_point(OperatingRule(0, 0.9, "sensitivity"))
    before = kept_point(project)
    predicted_by(qtbot, window, images)
    old_words = window.pages.predict.setup.old
    assert old_words.isHidden()
    window.pages.leave()
    answer_rightly(qtbot, controller)
    now = kept_point(project)
    name = project.classes.names[0]
    told = changed_sentence(name, now.rule, now.threshold.value, before.threshold.value)
    assert told
    assert told in window.desk.stage.card.words.text()
    qtbot.waitUntil(lambda: card.change.text() == told)
    value, old = (percent(one.threshold.value, 1) for one in (now, before))
    assert f"is {value} now, no longer {old}: press Predict again" in old_words.text()
    goes_along = f"Its operating point goes along: “{name}” from {value} on."
    for show in (window.dialogs.show_export, window.dialogs.show_hand_over):
        show()
        assert goes_along in window.dialog.model.words.text()
        assert_it_is_told_as_it_leaves(window)
        window.dialog.reject()
    assert (
        f"At the operating point: “{name}” from {value} on." in window.desk.stage.card.words.text()
    )
    assert_counts_at_the_point(window, project, now)
    assert_no_line_of_another_rule_is_drawn(window, project)
    controller.setup.keep_operating_point(None)
    assert window.desk.performance.headline.rule.isHidden()
    assert all(label.isHidden() for label in window.desk.performance.by_likeliest)
    taught = window.pages.predict.own.sentences()
    assert taught
    assert old_words.text().endswith(DROPPED)
    assert window.pages.predict.explanation.text().endswith(taught)
    qtbot.waitUntil(card.change.isHidden)


def test_the_button_that_uses_a_point_stays_where_it_was_pressed(qtbot, window, tmp_path):
    images = hazy_folder(tmp_path / "images", 60)
    start_project(qtbot, window, images, tmp_path, evaluation_images=30)
    run_batches(qtbot, window, 1)
    window.resize(1280, 700)
    panel = window.desk.performance
    card = panel.operating
    qtbot.waitUntil(lambda: bool(card.state.text()) and card.use.isVisible(), timeout=8000)
    for press, other in ((card.use, card.stop.isVisible), (card.stop, card.stop.isHidden)):
        panel.ensureWidgetVisible(press)
        QApplication.processEvents()
        assert panel.verticalScrollBar().value() > 0
        place = card.use.mapTo(window, QPoint())
        qtbot.mouseClick(press, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(other)
        QApplication.processEvents()
        assert card.use.mapTo(window, QPoint()) == place


def assert_no_line_of_another_rule_is_drawn(window, project) -> None:
    """The folded panel says that its figure is that at the point."""
    strip = window.desk.side.strip
    assert len(comparable(measured_of(project))) > 1
    assert strip.curve.isHidden()
    assert strip.at_point.text() == "at your point"


def assert_counts_at_the_point(window, project, point) -> None:
    """Headline, classes, matrix and the images behind it are those at the point, and say so."""
    panel, known = window.desk.performance, measured_images(project)
    given = decided(known.probabilities, point.threshold)
    right = f"{(given == known.truth).sum()} of {len(given)}"
    assert panel.headline.right.text() == f"{right} right"
    assert window.desk.side.strip.right.text() == f"right on {right}"
    assert f"right on {right}" in window.desk.stage.card.title.text()
    assert panel.headline.rule.text().startswith("At the operating point: ")
    assert not panel.headline.rule.isHidden()
    assert not any(label.isHidden() for label in (*panel.by_point, *panel.by_likeliest))
    sensitivity = percent(point.chosen.sensitivity.value, 1)
    assert sensitivity in panel.classes.texts()
    for truth, said in np.ndindex(2, 2):
        count = ((known.truth == truth) & (given == said)).sum()
        assert panel.matrix.count_at(truth, said) == count
        assert len(images_of_cell(project, truth, said, point.threshold)) == count


def hazy_folder(folder: Path, images: int) -> Path:
    """Write images of two classes whose greys overlap, so that every model has its threshold."""
    rng = np.random.default_rng(0)
    for number in range(images):
        name = ("bright", "dark")[number % 2]
        level = rng.normal(150 if name == "bright" else 110, 25)
        (folder / name).mkdir(parents=True, exist_ok=True)
        values = np.clip(np.full((24, 32), level), 0, 255).astype(np.uint8)
        Image.fromarray(values).save(folder / name / f"{number:03d}.png")
    return folder


def answer_rightly(qtbot, controller) -> None:
    """Give a batch the classes that its folders name, and wait for the round."""
    project = controller.project
    for _ in range(project.settings.run.batch_size):
        folder = project.pool.images[controller.images.current].key.partition("/")[0]
        controller.labelling.answer(project.classes.names.index(folder))
    qtbot.waitUntil(lambda: controller.at_rest)


def exported_threshold(qtbot, controller, backend, target: Path):
    with qtbot.waitSignal(controller.exports.exported):
        controller.exports.export_model(discover("autoal_gui.exporters")["pt"], target)
    (exported,) = (one for one in backend.commands if isinstance(one, ExportModel))
    return exported.threshold


def predicted_by(qtbot, window, images: Path):
    page = window.pages.predict
    window.pages.show_page(page)
    page.images.choose(images)
    with qtbot.waitSignal(page.session.predicted):
        page.start()


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8-sig") as rows:
        return list(csv.DictReader(rows))


def test_where_no_image_is_set_aside_the_answers_themselves_measure(
    qtbot, window, tmp_path, backend, monkeypatch
):
    images = draw_folder(tmp_path / "images", 30)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=0)
    panel = window.desk.performance
    settings = controller.project.settings.run
    assert "no evaluation set" in panel.hint.text()
    estimating = settings.in_mode("margin")
    controller.setup.change_settings(estimating)
    assert "estimated from the same answers" in panel.hint.text()
    controller.setup.change_settings(estimating.but(all_layers="always"))  # nothing estimates then
    assert "random images have a label" in panel.hint.text()
    controller.setup.change_settings(settings)
    controller.project.batches.save([])
    assert measured_classes(controller.project) == {}  # chance has drawn none
    assert images_of_cell(controller.project, 0, 0) == ()
    backend.audit = Metrics(((4, 2), (1, 5)))
    run_batches(qtbot, window, 1)
    assert panel.headline.right.text() == "9 of 12 right"
    assert panel.audit.isHidden()  # it would say the same once more
    assert "12 random images" in panel.hint.text()
    assert panel.matrix.count_at(0, 1) == 2
    qtbot.waitUntil(lambda: panel.operating.problem.text() == NOT_OF_ONE_MODEL)
    truth, found = np.arange(8) % 2, np.eye(2)[np.arange(8) // 2 % 2] * 0.8 + 0.1
    backend.estimate = Estimate.of_answers(truth, found, np.arange(1.0, 9.0))
    run_batches(qtbot, window, 1)
    assert "estimated from the 8 answers" in panel.hint.text()
    share = percent(backend.estimate.accuracy)
    assert panel.headline.right.text() == f"About {share} of your images right"
    assert window.desk.side.strip.accuracy.text() == share
    low, high = (percent(one) for one in backend.estimate.accuracy_interval)
    span = f"({low.removesuffix('%')} to {high})"  # it is no share of the answers
    assert window.desk.side.strip.right.text() == f"of your images right {span}"
    strip = window.desk.side.strip
    assert len(strip.curve._curve) == len(comparable(measured_of(controller.project))) == 2
    monkeypatch.setattr(slim_strip, "comparable", lambda measured: measured[-1:])
    strip.refresh()
    assert strip.curve.isHidden()  # of one round alone there is no line
    assert f": about {share} {span} of your images right" in window.desk.stage.card.title.text()
    assert measured_classes(controller.project) == dict(controller.project.labels.training())


def test_stopping_is_advised_once_a_round_and_stands_in_the_panel(
    qtbot, window, tmp_path, monkeypatch
):
    images = draw_folder(tmp_path / "images", 60)
    start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    run_batches(qtbot, window, 1)
    panel = window.desk.performance
    assert panel.advice.text().startswith("2 classes have too few labels to rely on: bright, dark.")
    found = outlook([Point(4, 0.8, 0.01, 0.5), Point(8, 0.84, 0.01, 0.5)], 4, 100, 6.0)
    with monkeypatch.context() as patched:
        patched.setattr(performance_panel, "outlook_of", lambda *_: found)
        panel.refresh()
        assert panel.advice.text() == outlook_sentence(found)
        assert not panel.curve.ahead.isHidden()
        last = found.curve[-1].labels
        assert any(x is not None and x[0] == 8 and x[-1] == last for x, _ in drawn(panel))
        patched.setattr(performance_panel, "outlook_of", lambda *_: None)
        panel.refresh()
        assert panel.curve.ahead.isHidden()
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
    before = sentences.count(tr(ENOUGH))
    run_batches(qtbot, window, 1)
    panel.refresh()
    assert sentences.count(tr(ENOUGH)) == before + 1


def test_the_window_and_the_report_tell_the_same_forecast_while_labels_are_given(
    qtbot, window, tmp_path, backend
):
    images = draw_folder(tmp_path / "images", 120)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=0)
    for right in (60, 66, 72):
        found = np.eye(2)[np.repeat([0, 1, 1, 0], [right, 100 - right] * 2)] * 0.8 + 0.1
        truth = np.repeat([0, 1], 100)
        backend.estimate = Estimate.of_answers(truth, found, np.ones(200))
        run_batches(qtbot, window, 2)
    if window.desk.side.folded:
        window.desk.side.toggle()
    advice, project = window.desk.performance.advice, controller.project
    before = advice.text()
    assert re.search(r"About \d+ more label", before)
    backend.gate.clear()  # no round ends from here on
    for number in range(3):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: advice.text() != before)
    labels = Snapshot.of(project)
    measured = measured_rounds.measured_rounds(labels.rounds)
    told = worth_sentences(points_of(measured), outlook_in(labels, measured), labels.short)
    assert advice.text() == "\n".join(told)
    counted = [int(re.search(r"About (\d+) more label", words)[1]) for words in (before, told[-1])]
    assert counted[0] - counted[1] == 3
    backend.gate.set()


def replace_value(point, value):
    return type(point)(point.labels, value, 0.001, point.chance)


def test_advice_before_there_is_any_says_to_go_on():
    assert worth_sentences([], None)[0].startswith("Keep going")


@pytest.mark.parametrize(
    ("measured", "audit", "word"),
    [
        (((9, 1), (1, 9)), ((10, 0), (1, 9)), "chance alone"),
        (((90, 10), (10, 90)), ((5, 5), (5, 5)), "more than chance"),
        (((2, 3), (4, 1)), ((5, 1), (1, 5)), "more than chance"),  # though their intervals overlap
    ],
)
def test_two_figures_are_told_apart_by_chance_or_by_more(measured, audit, word):
    assert word in audit_words(Metrics(measured), Metrics(audit))


def test_a_class_is_told_to_lack_labels_only_until_it_has_them(qtbot, window, tmp_path, backend):
    images = draw_folder(tmp_path / "images", 40)
    controller = start_project(qtbot, window, images, tmp_path, evaluation_images=10)
    run_batches(qtbot, window, 1)
    headline = window.desk.performance.headline
    if window.desk.side.folded:
        window.desk.side.toggle()

    def warned() -> str:
        return " ".join(label.text() for label in headline.warnings.findChildren(QLabel))

    qtbot.waitUntil(lambda: "“dark”" in warned() and "which is too few" in warned())
    assert "rely on: bright, dark." in window.desk.performance.advice.text()
    backend.gate.clear()  # no round ends from here on
    project = controller.project
    waiting = [i for i in project.pool.ids("pool") if i not in project.labels.answers]
    controller.labelling.select(waiting[:6])
    controller.labelling.answer(1)
    qtbot.waitUntil(lambda: not re.search("“dark”: [^.]*which is too few", warned()))
    assert "1 class has too few labels to rely on: bright." in window.desk.performance.advice.text()
    backend.gate.set()


def button_of(window, words):
    buttons = window.desk.performance.headline.warnings.findChildren(QToolButton)
    return next((b for b in buttons if b.text().startswith(words)), None)


def test_what_is_looked_for_says_at_its_button_that_it_waits_for_the_comparison(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    run_batches(qtbot, window, 1)
    backend.map_gate.clear()
    window.desk.side.toggle() if window.desk.side.folded else None
    qtbot.waitUntil(lambda: button_of(window, "Find more like it") is not None)
    more, waits = button_of(window, "Find more like it"), "Comes when the images are compared…"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert more.text() == waits
    assert not more.isEnabled()
    controller.setup.add_class("grey")  # the card is filled anew meanwhile
    assert not button_of(window, waits).isEnabled()
    controller.cancel()
    qtbot.waitUntil(lambda: controller.at_rest)
    assert button_of(window, waits) is None
    far = button_of(window, "Images least like the labelled ones")
    qtbot.mouseClick(far, Qt.MouseButton.LeftButton)
    assert far.text() == waits
    with qtbot.waitSignal(controller.likeness.found):
        backend.map_gate.set()
    assert far.text() == "Images least like the labelled ones"
    assert far.isEnabled()


def test_of_a_class_without_a_label_the_images_least_like_the_labelled_ones_are_shown(
    qtbot, window, tmp_path
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    run_batches(qtbot, window, 1)
    controller.setup.add_class("grey")
    window.desk.side.toggle() if window.desk.side.folded else None
    far = button_of(window, "Images least like the labelled ones")
    with qtbot.waitSignal(controller.likeness.found) as done:
        qtbot.mouseClick(far, Qt.MouseButton.LeftButton)
    images, kept, grid = done.args[0].images, controller.likeness.kept, window.desk.grid
    answers = controller.project.labels.answers
    waiting = {*kept.ids.tolist()} - {*answers} - kept_off(controller.project)
    assert set(images) < waiting
    known = kept.rows(list(answers))
    nearest = dict(zip(kept.ids.tolist(), nearest_known(kept.vectors, known), strict=True))
    assert [nearest[i] for i in images] == sorted(nearest[i] for i in images)
    assert max(nearest[i] for i in images) <= min(nearest[i] for i in waiting - set(images))
    qtbot.waitUntil(grid.isVisible)
    assert tuple(grid.grid.images) == images
    assert grid.which.currentText() == f"{len(images)} images least like the labelled ones"


def test_what_measures_takes_no_part_in_looking_for_more_of_a_class(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    project = controller.project
    measuring = set(project.pool.ids("evaluation"))
    assert measuring & {image_id for image_id, _ in project.labels.evaluation()}
    with qtbot.waitSignal(controller.likeness.found) as done:
        window.desk.side.performance.headline.more_wanted.emit(0)
    compared = set(done.args[0].question.images)
    assert compared == {image_id for image_id, c in project.labels.training() if c == 0}
    assert not compared & measuring


def test_each_card_has_a_short_way_to_it_and_a_button_leads_back_up(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 60)
    start_project(qtbot, window, images, tmp_path, evaluation_images=30)
    run_batches(qtbot, window, 1)
    panel = window.desk.performance
    qtbot.waitUntil(panel.operating.use.isVisible)
    bar, ways = panel.verticalScrollBar(), panel.links.buttons
    assert panel.way_back.isHidden()
    assert ways["By group and by column"].isHidden()  # there is nothing in it
    calibrated = ways["Is it as sure as it should be?"]
    calibrated.setFocus()
    qtbot.keyClick(calibrated, Qt.Key.Key_Space)
    frame = panel.calibration.parentWidget()
    top = frame.mapTo(panel.viewport(), QPoint()).y()
    assert 0 <= top < panel.viewport().height()
    assert panel.way_back.isVisible()
    window.desk.side.tabs.setCurrentIndex(1)
    assert panel.way_back.isHidden()  # it is of the other tab
    window.desk.side.tabs.setCurrentIndex(0)
    qtbot.mouseClick(panel.way_back, Qt.MouseButton.LeftButton)
    assert bar.value() == 0
    assert panel.way_back.isHidden()
