"""What users asked for by name, each by real keys and mouse through the whole window."""

import csv
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QSlider,
    QTabBar,
    QWidget,
)

from autoal_gui.core.images.pool import ImagePool, PoolImage
from autoal_gui.core.messages import RunRound
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores.round_store import RoundStore
from autoal_gui.core.registry import discover
from autoal_gui.gui.images import thumbnails
from autoal_gui.gui.images.image_grid import SMALLEST, ImageGrid
from autoal_gui.gui.panels.performance.confusion_matrix import ConfusionMatrix
from autoal_gui.gui.strategy_names import strategy_label
from autoal_gui.sources.opening import open_images
from tests.support.checking import (
    BACKSPACE,
    CTRL,
    FIRST,
    SECOND,
    idle,
    is_bright,
    label_many,
    start,
    truth,
)
from tests.support.gui import (
    CLASSES,
    QUIET,
    STRATEGIES,
    NearestMean,
    begun,
    draw_folder,
    focusable,
    focused,
)

pytestmark = pytest.mark.qt_log_ignore(QUIET)
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
POOL = 100_000


class ByTurns(NearestMean):
    """Asks for both kinds of images by turns, as long as there is no label."""

    def run(self, command, cancelled):
        if isinstance(command, RunRound) and not command.labelled:
            ids = command.unlabelled
            mixed = tuple(sorted(ids, key=lambda image: image % (len(ids) // 2)))
            command = replace(command, unlabelled=mixed)
        return super().run(command, cancelled)


@pytest.fixture
def backend():
    return ByTurns()


@pytest.fixture
def controller(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    idle(qtbot, controller)
    return controller


def of_each_kind(widgets: list[QWidget]) -> list[QWidget]:
    """Keep the last of each class of control."""
    return list({type(widget): widget for widget in widgets}.values())


def trained(qtbot, window, rounds=1):
    """Answer whole batches rightly by keys, and wait for the round of each."""
    for _ in range(rounds):
        label_many(qtbot, window, 4)
        idle(qtbot, window.controller)
    assert window.controller.project.rounds.last_checkpoint() is not None


# -- speed of hand ------------------------------------------------------------------------------


def test_letters_of_a_dozen_classes_answer_with_the_focus_on_every_kind_of_control(
    qtbot, window, tmp_path
):
    names = tuple(f"kind{number:02d}" for number in range(12))
    controller = start(window, tmp_path, names, images=48, evaluation_images=8, label_use="hidden")
    idle(qtbot, controller)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2) * 2:
        qtbot.keyClick(window, key)
    idle(qtbot, controller)  # and the panels have something to show
    desk, tried = window.desk, set()
    for number in range(desk.tabs.count()):
        desk.tabs.setCurrentIndex(number)
        for widget in focused(of_each_kind(focusable(desk))):
            if number == 0 or desk.tabs.isAncestorOf(widget):
                tried |= answered_from(qtbot, controller, widget)
    qtbot.keyClick(window, Qt.Key.Key_G)
    for widget in focused(of_each_kind(focusable(desk.grid))):
        tried |= answered_from(qtbot, controller, widget)
    assert {QComboBox, QTabBar, ConfusionMatrix, ImageGrid, QSlider} <= tried


def answered_from(qtbot, controller, widget: QWidget) -> set[type]:
    """Press the letter of the twelfth class and an undo where the focus is."""
    before = set(controller.project.labels.answers)
    qtbot.keyClick(widget, Qt.Key.Key_C)
    (new,) = set(controller.project.labels.answers) - before
    assert controller.project.labels.answers[new].class_index == 11, type(widget).__name__
    qtbot.keyClick(QApplication.focusWidget(), BACKSPACE)
    assert set(controller.project.labels.answers) == before, type(widget).__name__
    return {kind for kind in type(widget).__mro__ if issubclass(kind, QWidget)}


def test_keys_change_labels_in_review_with_the_focus_on_every_control(qtbot, window, controller):
    trained(qtbot, window, 2)
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    page, tried = window.pages.review, set()
    for widget in focused(of_each_kind(focusable(page))):
        page.grid.go_to_row(0)
        image = page.grid.current()
        before = controller.project.labels.answers[image].class_index
        qtbot.keyClick(widget, (SECOND, FIRST)[before])
        assert controller.project.labels.answers[image].class_index == 1 - before, type(
            widget
        ).__name__
        qtbot.keyClick(widget, BACKSPACE)
        assert controller.project.labels.answers[image].class_index == before, type(widget).__name__
        tried |= {kind for kind in type(widget).__mro__ if issubclass(kind, QWidget)}
    assert {QComboBox, ImageGrid} <= tried


def test_memory_stays_flat_while_a_hundred_thousand_are_scrolled_end_to_end(
    qtbot, window, controller, monkeypatch
):
    bound = 400 * 24 * 24
    monkeypatch.setattr(thumbnails, "KEPT_BYTES", bound)
    grid = large_grid(qtbot, window)
    small, bar = grid.thumbnails, grid.verticalScrollBar()
    stops, seen = 40, []
    for stop in range(stops + 1):
        bar.setSliderPosition(bar.maximum() * stop // stops)  # as its handle is dragged
        grid.ask_for_thumbnails()
        last = grid.images[grid.visible_rows().stop - 1]
        qtbot.waitUntil(lambda last=last: small.thumbnail(last) is not None)
        seen.append(grid.visible_rows().start)
        assert 0 < small.bytes <= bound
    assert seen[0] == 0
    assert all(after > before for before, after in pairwise(seen))
    assert grid.visible_rows().stop == POOL
    qtbot.waitUntil(lambda: not small._running)
    kept = [picture for _, picture in small._kept.values()]
    assert sum(picture.sizeInBytes() for picture in kept) == small.bytes <= bound
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.visible_rows().start == 0
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.visible_rows().stop == POOL


def large_grid(qtbot, window) -> ImageGrid:
    """Show a drawn pool in the grid of the desk."""

    class Drawn:
        def read(self, key: str) -> np.ndarray:
            return np.full((24, 24), int(key) % 256, np.uint8)

    qtbot.keyClick(window, Qt.Key.Key_G)
    grid = window.desk.grid.grid
    qtbot.waitUntil(grid.isVisible)
    numbers = range(1, POOL + 1)
    window.desk.loader.open(
        ImagePool.of((PoolImage(i, str(i), "", "pool") for i in numbers), Drawn())
    )
    grid.set_side(SMALLEST)
    grid.set_images(numbers)
    grid.setFocus()
    QApplication.processEvents()
    return grid


# -- seeing -------------------------------------------------------------------------------------


def test_the_image_of_the_desk_is_zoomed_moved_and_windowed_by_the_mouse(qtbot, window, controller):
    view = window.desk.image_view
    qtbot.waitUntil(lambda: view.picture is not None)
    fitted, size = view.viewport, (view.width(), view.height())
    at = QPointF(size[0] * 0.6, size[1] * 0.55)
    under = fitted.to_image((at.x(), at.y()), size)
    wheel = QWheelEvent(
        at,
        view.mapToGlobal(at),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, wheel)
    assert view.viewport.scale > fitted.scale
    assert view.viewport.to_image((at.x(), at.y()), size) == pytest.approx(under)
    here = view.viewport
    drag(qtbot, view, LEFT)
    assert view.viewport.x < here.x
    assert view.viewport.scale == here.scale
    display = view.display
    drag(qtbot, view, RIGHT)
    assert view.display != display
    qtbot.keyClick(window, Qt.Key.Key_I)
    assert view.display.inverted
    qtbot.keyClick(window, SECOND)  # and the hand goes on where it was
    assert len(controller.project.labels.answers) == 1


def drag(qtbot, view: QWidget, button: Qt.MouseButton) -> None:
    start_at = view.rect().center()
    qtbot.mousePress(view, button, NONE, start_at)
    for step in (10, 20, 40):
        moved = start_at + QPoint(step, 0)
        QApplication.sendEvent(view, mouse_move(view, moved, button))
    qtbot.mouseRelease(view, button, NONE, start_at + QPoint(40, 0))


def mouse_move(view: QWidget, at: QPoint, button: Qt.MouseButton):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    place, nothing = QPointF(at), Qt.MouseButton.NoButton
    return QMouseEvent(QEvent.Type.MouseMove, place, view.mapToGlobal(place), nothing, button, NONE)


# -- honest suggestions -------------------------------------------------------------------------


def test_the_blind_answer_and_the_changed_one_are_both_kept_and_reported(qtbot, window, controller):
    controller.setup.set_repeat_every(0)
    trained(qtbot, window, 2)
    label_many(qtbot, window, 1)  # it was on screen before the last ranking came
    image = controller.images.current
    suggested = controller.project.rounds.suggestion(image).class_index
    feedback = window.desk.image_bar.said
    assert "This image" not in feedback.text()
    qtbot.keyClick(window, (SECOND, FIRST)[suggested])
    assert "The model says" in feedback.text()
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert controller.images.current == image
    qtbot.keyClick(window, (FIRST, SECOND)[suggested])
    folder = controller.project.folder
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    told = window.pages.agreement.model.text()
    assert "changed" in told.lower()
    controller.close_project()
    project = Project.open(folder, open_images)
    blind, seen = project.labels.entries_of(image)
    assert (blind.class_index, seen.class_index) == (1 - suggested, suggested)
    assert blind.suggested == suggested
    assert (blind.shown, seen.shown) == (False, True)
    project.close()


def test_a_click_in_the_settings_shows_the_suggestion_before_the_answer(qtbot, window, controller):
    trained(qtbot, window, 2)
    label_many(qtbot, window, 1)
    image, feedback = controller.images.current, window.desk.image_bar.said
    assert "This image" not in feedback.text()
    qtbot.keyClick(window, Qt.Key.Key_Comma, CTRL)
    dialog = window.dialog
    for box in (dialog.suggestions, dialog.repeats):
        was = box.isChecked()
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Space)
        assert box.isChecked() is not was
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(window.isActiveWindow)
    assert feedback.text().startswith("This image: The model says")
    qtbot.keyClick(window, SECOND)
    entry = controller.project.labels.answers[image]
    assert entry.shown
    assert entry.suggested is not None
    assert controller.project.settings.repeat_every == 0


def test_hidden_repeats_give_the_readers_own_consistency(qtbot, window, controller):
    controller.setup.set_repeat_every(4)
    answered: set[int] = set()
    while controller.images.current not in answered:
        answered.update(label_many(qtbot, window, 1))
        idle(qtbot, controller)
        assert len(answered) < 50
    image = controller.images.current
    first = controller.project.labels.answers[image].class_index
    qtbot.keyClick(window, (SECOND, FIRST)[first])
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    page = window.pages.agreement
    assert page.own.text().startswith("Another class the second time on the one image.")
    qtbot.mouseClick(page.unlike, LEFT)
    assert tuple(window.pages.review.images) == (image,)


def test_why_names_every_strategy_with_its_weight_and_the_predicted_loss(qtbot, window, controller):
    trained(qtbot, window, 2)
    label_many(qtbot, window, 1)
    query = controller.project.rounds.query(controller.images.current)
    assert query is not None
    why = window.desk.why
    qtbot.keyClick(window, Qt.Key.Key_W)
    assert f"Predicted loss {query.predicted_loss:.2f}" in why._loss.text()
    shown = [label.text() for label in why._table.findChildren(QLabel)]
    assert {name for name, _, _ in query.strategies} == set(STRATEGIES)
    for name, score, weight in query.strategies:
        place = shown.index(strategy_label(name))
        assert shown[place + 1 : place + 3] == [f"{score:.2f}", f"{100 * weight:.1f}%"]


# -- never waiting ------------------------------------------------------------------------------


def test_a_new_ranking_replaces_only_what_was_not_yet_shown(qtbot, window, controller, backend):
    controller.setup.set_repeat_every(0)
    trained(qtbot, window)
    backend.gate.clear()
    label_many(qtbot, window, 4)
    begun(qtbot, controller)
    answered = label_many(qtbot, window, 2)
    on_screen, before = controller.images.current, controller.images.batch
    assert before[:3] == (*answered, on_screen)
    backend.gate.set()
    idle(qtbot, controller)
    project = controller.project
    assert controller.images.current == on_screen  # never taken from under the reader's eyes
    assert not {*answered} & {*controller.images.batch}
    fresh = [
        i for i in project.batches.ranking if i not in project.labels.answers and i != on_screen
    ]
    left = controller.training.answers_left  # the two that were given count to the next round
    assert left == 2
    assert controller.images.batch == (on_screen, *fresh[: left - 1])
    assert fresh[0] != before[3]  # else nothing would have been replaced
    qtbot.keyClick(window, truth(project, on_screen))
    assert controller.images.current == fresh[0]


# -- checking -----------------------------------------------------------------------------------


def test_review_is_filtered_by_round_reader_and_marks_by_keys_alone(
    qtbot, window, controller, monkeypatch
):
    controller.setup.set_repeat_every(0)
    trained(qtbot, window)
    controller.setup.set_annotator("Dr B")
    label_many(qtbot, window, 3)
    qtbot.keyClick(window, Qt.Key.Key_X)
    flagged = controller.images.current
    label_many(qtbot, window, 1, SECOND if truth(controller.project, flagged) == FIRST else FIRST)
    idle(qtbot, controller)
    monkeypatch.setattr(
        RoundStore, "predictions", lambda rounds: sure_of_the_truth(controller.project)
    )
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    page, answers = window.pages.review, controller.project.labels.answers
    choose_by_keys(qtbot, page, "annotator", "Dr B")
    assert sorted(page.images) == sorted(i for i, e in answers.items() if e.annotator == "Dr B")
    page.filters.reset()
    rounds = {entry.round_number for entry in answers.values()}
    assert len(rounds) > 1
    for number in rounds:
        choose_by_keys(qtbot, page, "round_number", number)
        expected = [i for i, e in answers.items() if e.round_number == number]
        assert sorted(page.images) == sorted(expected)
    page.filters.reset()
    for name in ("flagged", "suspicious"):
        mark = page.filters.marks[name]
        mark.setFocus()
        qtbot.keyClick(mark, Qt.Key.Key_Space)
        assert mark.isChecked(), name
        assert page.images == (flagged,), name
        qtbot.keyClick(mark, Qt.Key.Key_Space)
        assert len(page.images) == len(answers)


def sure_of_the_truth(project: Project) -> dict[int, np.ndarray]:
    """Stand for a good model: nine tenths for the class that the image has."""
    sure = {True: np.array([0.9, 0.1]), False: np.array([0.1, 0.9])}
    return {image: sure[is_bright(project, image)] for image in project.labels.answers}


def choose_by_keys(qtbot, page, name: str, value) -> None:
    """Walk through a box with the arrow keys until a value stands in it."""
    box = page.filters.boxes[name]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.currentData() == value:
            return
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == value


# -- handing over -------------------------------------------------------------------------------


def test_every_format_is_reached_and_written_from_the_export_dialog(
    qtbot, window, controller, tmp_path
):
    trained(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_E, CTRL)
    dialog = window.dialog
    formats = discover("autoal_gui.exporters")
    assert set(dialog.buttons) == set(formats)
    assert len(formats) >= 10
    for name, module in formats.items():
        button = dialog.buttons[name]
        assert button.isEnabled(), name
        qtbot.keyClick(button, Qt.Key.Key_Space)
        assert dialog.exporter is module
        target = tmp_path / f"{name}{module.SUFFIX}"
        dialog.target.setFocus()
        dialog.target.selectAll()
        qtbot.keyClicks(dialog.target, str(target))
        qtbot.mouseClick(dialog.ok, LEFT)
        qtbot.waitUntil(lambda target=target: str(target) in dialog.outcome.text())
        assert target.is_dir() if not module.SUFFIX else target.stat().st_size > 0, name
    assert len(list((tmp_path / "folders").rglob("*.png"))) == 4
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_predictions_are_saved_as_a_table_from_the_window(qtbot, window, tmp_path, monkeypatch):
    folder, model, target = tmp_path / "new", tmp_path / "model.pt", tmp_path / "found.csv"
    draw_folder(folder, 6)
    model.write_text(" ".join(CLASSES))
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL)
    page = window.pages.predict
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(model), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    qtbot.mouseClick(page.setup.file, LEFT)
    qtbot.mouseClick(page.setup.folder, LEFT)
    qtbot.waitUntil(page.setup.start.isEnabled)
    qtbot.mouseClick(page.setup.start, LEFT)
    qtbot.waitUntil(lambda: len(page.grid.images) == 6)
    qtbot.mouseClick(page.filters.save, LEFT)
    qtbot.waitUntil(lambda: str(target) in page.setup.line.text())
    with target.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 6
    for row in rows:
        shares = [float(row[f"p({name})"]) for name in CLASSES]
        assert sum(shares) == pytest.approx(1, abs=1e-3)
        assert CLASSES[int(np.argmax(shares))] in row.values()
