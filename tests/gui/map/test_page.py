"""The map page: what is seen of which image, and from dots to the grid by mouse and by keys."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from autoal_gui.core.likeness.kept_map import write_layout, write_map
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.messages import Progress
from autoal_gui.gui.map.colouring import (
    NONE,
    Facts,
    by_cells,
    by_certainty,
    by_label,
    by_prediction,
    facts_of,
)
from autoal_gui.gui.map.legend import SIDE, Legend
from autoal_gui.gui.map.making import step_words
from autoal_gui.gui.map.page import QUIET as QUIET_DOTS
from autoal_gui.gui.map.scene import unit_places
from autoal_gui.gui.map.words import DISAGREES, image_words
from autoal_gui.gui.session.likeness import image_maps
from autoal_gui.gui.session.likeness.blindness import asked_blind
from autoal_gui.gui.session.rounds.model_in_use import ModelInUse
from autoal_gui.gui.widgets.theme import DARK, LIGHT, contrast
from tests.support.gui import QUIET, draw_folder, run_batches, start_project
from tests.tools.seen import painted, shortened

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def page(qtbot, window, tmp_path):
    """The map of 40 images, six of them to measure by, with two batches answered."""
    start_project(qtbot, window, draw_folder(tmp_path / "i", 40), tmp_path, evaluation_images=6)
    run_batches(qtbot, window, 2)
    window.pages.show_page(window.pages.map)
    page = window.pages.map
    qtbot.waitUntil(lambda: page._facts is not None and not page._job.running)
    return page


def test_until_there_is_a_map_it_says_what_that_waits_for(qtbot, window, tmp_path, backend):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "i", 40), tmp_path)
    run_batches(qtbot, window, 1)
    backend.gate.clear()
    backend.map_gate.clear()
    controller.training.train_now()
    window.pages.show_page(window.pages.map)
    said = window.pages.map.canvas._sentence
    assert said.startswith("The images are still to be compared. This waits for round")
    assert said.endswith("You can go back and label meanwhile; rounds go first.")
    backend.gate.set()
    qtbot.waitUntil(lambda: "compared: 4 of 12" in window.pages.map.canvas._sentence)
    said = window.pages.map.canvas._sentence
    assert "about 30\N{NO-BREAK SPACE}s left." in said
    assert said.endswith("You can go back and label meanwhile; rounds go first.")
    page = window.pages.map
    unused = (page.by, page.selection.open, page.selection.like, page.tools, page.how)
    assert not any(part.isVisible() for part in unused)
    backend.map_gate.set()
    qtbot.waitUntil(lambda: not page.canvas._sentence)
    assert all(part.isVisible() for part in unused)
    window.pages.leave()
    controller.close_project()
    assert not any(part.isVisibleTo(page) for part in unused)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("reading", "The images are being read: 0 of 300; how long is not known yet."),
        ("features", "The images are being compared: 0 of 300; how long is not known yet."),
        ("finishing", "The images have been looked at. Now their places on the map are worked out"),
    ],
)
def test_each_step_of_a_map_is_named_while_nothing_is_counted_yet(step, told):
    assert step_words(Progress(1, step, 0, 300)).startswith(told)


def all_of(page) -> list[QPointF]:
    side, low = page.canvas.rect(), -5.0
    right, bottom = side.width() + 5.0, side.height() + 5.0
    return [QPointF(low, low), QPointF(right, low), QPointF(right, bottom), QPointF(low, bottom)]


def test_dots_lead_to_the_grid_with_exactly_their_images_by_mouse_and_by_list(window, page):
    page.canvas.repaint()
    for row in page.canvas._order[-3:]:
        assert page.canvas.row_at(page.canvas.dot_at(int(row))) == row
    page.canvas.selected.emit(page.canvas.rows_within(all_of(page)))
    project = page.controller.project
    hidden = {i for i in project.pool.ids("evaluation") if i not in project.labels.answers}
    assert set(page.selection.images) == set(project.pool.images) - hidden
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert window.pages.at_desk
    assert window.desk.grid.grid.images == page.selection.images
    window.pages.show_page(page)
    legend = page.legend
    legend.setCurrentRow(
        next(r for r in range(1, legend.count()) if "bright" in legend.item(r).text())
    )
    expected = tuple(page._kept.ids[legend.part.rows].tolist())
    assert page.canvas._scene.lit.sum() == len(expected)
    legend.itemActivated.emit(legend.currentItem())
    assert window.desk.grid.grid.images == expected


def test_escape_leads_from_the_grid_back_to_the_map_it_was_opened_from(qtbot, window, page):
    grid = window.desk.grid
    page.canvas.selected.emit(page.canvas.rows_within(all_of(page)))
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    assert window.pages.at_desk
    qtbot.keyClick(grid.grid, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is page
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    qtbot.mouseClick(grid.one, Qt.MouseButton.LeftButton)  # "One image" shows one
    assert window.pages.at_desk
    assert grid.isHidden()
    window.pages.show_page(page)
    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    grid.which.setCurrentIndex(0)  # the batch, which was not looked for on the map
    qtbot.keyClick(grid.grid, Qt.Key.Key_Escape)
    assert window.pages.at_desk
    assert grid.isHidden()


def test_the_images_without_a_dot_are_counted_by_reason_and_add_up(page):
    project = page.controller.project
    measuring = {i for i in project.pool.ids("evaluation") if i not in project.labels.answers}
    assert measuring
    assert page.total.text() == f"{40 - len(measuring)} of 40 images"
    told = f"{len(measuring)} images are not shown: {len(measuring)} of the evaluation set only"
    assert page.total.toolTip().startswith(told)


def drag(page, start: QPointF, *through: QPointF, held=Qt.KeyboardModifier.NoModifier) -> set[int]:
    """Drag over the canvas; return the rows that are selected then."""
    canvas = page.canvas
    first, *rest = [point.toPoint() for point in (start, *through)]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, held, first)
    for point in rest:
        QTest.mouseMove(canvas, point)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, held, rest[-1])
    return set(page.selection.rows.tolist())


def within(page, one: QPointF, other: QPointF) -> set[int]:
    """The rows between two corners of a box."""
    x, y = page.canvas._pixels()
    left, right = sorted((one.x(), other.x()))
    top, bottom = sorted((one.y(), other.y()))
    inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    return set(np.flatnonzero(inside & page._facts.shown).tolist())


def test_a_box_selects_what_lies_between_two_corners_by_the_switch_or_with_ctrl(page):
    width, height = page.canvas.width(), page.canvas.height()
    one, other = QPointF(1, 1), QPointF(width // 2, height - 2)
    expected = within(page, one, other)
    assert 0 < len(expected) < page._facts.shown.sum()
    assert not drag(page, one, other)  # a line there and back holds nothing
    assert drag(page, one, other, held=Qt.KeyboardModifier.ControlModifier) == expected
    page.tools.buttons[1].click()
    assert page.canvas.tool == "box"
    assert "Ctrl" in page.how.text()
    assert drag(page, other, one) == expected
    assert not drag(page, one, other, held=Qt.KeyboardModifier.ControlModifier)


def test_a_selection_that_is_kept_counts_what_was_answered_meanwhile(qtbot, window, page):
    QTest.keyClick(page.canvas, Qt.Key.Key_Space)
    selected = page.selection.images

    def waiting() -> int:
        return int(page.selection.words.text().partition(" ")[0])

    before = waiting()
    window.pages.leave()
    controller = page.controller
    image = next(i for i in controller.images.batch if i not in controller.images.answered)
    assert image in selected
    controller.labelling.select((image,))
    controller.labelling.answer(0)
    window.pages.show_page(page)
    assert page.selection.images == selected
    qtbot.waitUntil(lambda: waiting() == before - 1)


def test_tools_are_chosen_and_what_is_in_view_is_selected_by_keys(page):
    canvas = page.canvas
    QTest.keyClick(canvas, Qt.Key.Key_B)
    assert page.tools.position == 1
    QTest.keyClick(canvas, Qt.Key.Key_L)
    assert page.tools.position == 0
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert set(page.selection.rows.tolist()) == set(np.flatnonzero(page._facts.shown).tolist())
    for _ in range(6):
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    corners = QPointF(0, 0), QPointF(canvas.width(), canvas.height())
    assert set(page.selection.rows.tolist()) == within(page, *corners)
    assert len(page.selection.rows) < page._facts.shown.sum()


def test_it_is_said_at_once_that_the_images_are_being_compared(qtbot, window, tmp_path):
    start_project(qtbot, window, draw_folder(tmp_path / "i", 40), tmp_path)
    window.pages.show_page(window.pages.map)
    assert "compared" in window.pages.map.canvas.accessibleDescription()
    qtbot.waitUntil(lambda: window.pages.map.canvas.has_dots)
    assert not window.pages.map.canvas.accessibleDescription()


def test_what_is_hidden_says_that_its_answer_counts_on_the_desk(page):
    tips = [page.legend.item(row).toolTip() for row in range(page.legend.count())]
    (hidden,) = [tip for tip in tips if tip.startswith("Asked now: hidden")]
    assert "those with a label that are asked or read a second time" in hidden
    assert "counts beside the classes on the desk" in hidden
    assert "also counts images that have a label and are asked a second time" in page.notes.text()
    page.by.setCurrentIndex(1)
    page.by.activated.emit(1)
    assert not page.notes.text()


def test_what_is_being_read_is_told_from_what_has_no_answer(page):
    names = [page.legend.item(row).text() for row in range(page.legend.count())]
    waiting = asked_blind(page.controller.project, page.controller.images)
    assert f"Asked now: hidden  {len(waiting)}" in names


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_what_is_asked_now_has_another_sign_than_what_has_no_answer(qtbot, colours):
    quiet = QUIET_DOTS[colours is DARK]
    known = facts()
    known = replace(known, asked=np.arange(len(known.shown)) % 2 == 0)
    waits, asked = by_label(known, ("bright", "dark"), quiet, colours.surface)[:2]
    legend = Legend()
    qtbot.addWidget(legend)
    legend.show_parts([waits, asked], 2, colours)
    signs = [legend.item(row).icon().pixmap(SIDE).toImage() for row in (1, 2)]
    middle = signs[0].rect().center()
    assert signs[0].pixelColor(middle).name() == quiet
    assert signs[1].pixelColor(middle).name() == colours.surface  # a rim around the ground
    rim = {signs[1].pixelColor(x, middle.y()).name() for x in range(signs[1].width())}
    assert any(contrast(QColor(one), QColor(colours.surface)) > 2 for one in rim - {"#000000"})


def test_the_count_of_a_part_is_never_cut_off(page):
    assert page.legend.textElideMode() is Qt.TextElideMode.ElideMiddle


def test_the_list_and_what_is_said_of_it_stay_in_sight_beside_a_selection(qtbot, window, page):
    window.resize(1366, 768)
    asked = page.controller.images.batch
    assert asked
    for some in (False, True):
        rows = page.canvas.rows_within(all_of(page)) if some else np.empty(0, np.intp)
        page.canvas.selected.emit(rows)
        qtbot.waitUntil(lambda: page.notes.visibleRegion().boundingRect().height() > 20)
        line = page.legend.sizeHintForRow(0)
        assert page.legend.viewport().height() >= 4 * line


def test_a_long_part_of_the_map_is_read_to_its_end(qtbot, page):
    page.legend.setFixedWidth(14 * page.fontMetrics().height())
    qtbot.waitUntil(lambda: not shortened(page.legend))
    assert any("hidden" in words for words in painted(page.legend))


def test_the_list_has_the_room_that_an_empty_selection_leaves(qtbot, page):
    page.canvas.selected.emit(page.canvas.rows_within(all_of(page)))
    qtbot.waitUntil(page.selection.grid.isVisible)
    qtbot.waitUntil(lambda: page.selection.height() > page.selection.title.height() * 4)
    before = page.legend.height()
    page.canvas.selected.emit(np.empty(0, np.intp))
    qtbot.waitUntil(lambda: page.legend.height() > 1.3 * before)
    assert page.selection.grid.isHidden()
    page.selection.open.setText("Open in the grid " * 3)  # the other button goes below it
    like = page.selection.like
    qtbot.waitUntil(lambda: like.y() > page.selection.open.y())
    qtbot.waitUntil(lambda: like.geometry().bottom() <= page.selection.height())


def test_all_dots_fill_the_map_until_the_user_looks_elsewhere(page):
    canvas = page.canvas
    x, y = canvas._pixels()
    shown = page._facts.shown
    wide, tall = np.ptp(x[shown]), np.ptp(y[shown])
    assert max(wide / canvas.width(), tall / canvas.height()) > 0.8
    assert (x[shown] >= 0).all()
    assert (x[shown] <= canvas.width()).all()
    assert (y[shown] >= 0).all()
    assert (y[shown] <= canvas.height()).all()
    canvas.zoom_by(2)
    zoom = canvas._zoom
    canvas.show_scene(canvas._scene)
    assert canvas._zoom == zoom
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas._zoom < zoom


def test_the_desk_has_a_button_to_the_map(window, page):
    window.pages.leave()
    bar = window.desk.image_bar
    (button,) = [b for b in bar.findChildren(QToolButton) if b.accessibleName() == "Map"]
    assert button.isVisible()
    button.click()
    assert window.pages.currentWidget() is page


def test_another_look_is_taken_after_the_project_was_closed(window, page):
    window.controller.close_project()
    window.theme.choose("dark")
    assert page._facts is None


def test_computing_the_clearer_layout_is_cancelled_and_begun_again(qtbot, page, monkeypatch):
    state, maps, gate = page.layout_state, page.controller.likeness, Event()

    def lay_out_kept(folder, name, progress):
        while not gate.wait(0.01):
            progress(0, 0)
        write_layout(folder, name, np.array(maps.kept.places))
        return name

    monkeypatch.setattr(image_maps, "lay_out_kept", lay_out_kept)
    maps._layout.close()
    kept = maps.kept
    write_map(maps._project.workspace, kept.name, np.array(kept.vectors), np.array(kept.places))
    maps._kept, maps._tried = None, ""
    page.enter()
    assert buttons_of(state) == [state.cancel]
    state.cancel.click()
    qtbot.waitUntil(lambda: not maps.is_laying_out)
    assert buttons_of(state) == [state.again]
    page.enter()  # what was cancelled does not begin by itself
    assert not maps.is_laying_out
    state.again.click()
    assert state.words.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: maps.kept.laid_out)
    qtbot.waitUntil(lambda: not state.words.isVisible())
    assert buttons_of(state) == []


def test_dots_do_not_move_while_some_are_selected_until_the_user_wants_it(page):
    state, plain = page.layout_state, replace(page._kept, laid_out=False)
    page._take(plain)
    clearer = replace(plain, places=plain.places[:, ::-1].copy(), laid_out=True)
    page.canvas.select_view()
    chosen = page.selection.rows.tolist()
    assert chosen
    page.controller.likeness.ready.emit(clearer)
    assert page._kept is plain
    assert state.show_it.isVisible()
    state.show_it.click()
    assert page._kept is clearer
    assert not state.show_it.isVisible()
    assert page.selection.rows.tolist() == chosen

    page._take(plain)
    page.canvas.selected.emit(np.empty(0, np.intp))
    page.controller.likeness.ready.emit(clearer)  # nobody is at it: at once
    assert page._kept is clearer


def buttons_of(state: QWidget) -> list[QPushButton]:
    return [button for button in state.findChildren(QPushButton) if button.isVisible()]


def test_no_prediction_is_seen_before_the_answer_unless_it_is_asked_for(page):
    kept, controller = page._kept, page.controller
    blind = facts_of(kept, controller, unanswered=False)
    seen = facts_of(kept, controller, unanswered=True)
    without = blind.shown & (blind.answer < 0)
    assert (blind.predicted[without] == -1).all()
    assert np.isnan(blind.certainty[without]).all()
    assert (seen.predicted[without & ~seen.asked] >= 0).any()
    assert seen.asked.any()
    assert (seen.predicted[seen.asked] == -1).all()
    assert (seen.answer[seen.asked] < 0).all()
    page.unanswered.click()
    assert controller.project.settings.predictions_seen


def facts(total: int = 40) -> Facts:
    rng = np.random.default_rng(0)
    certainty = rng.random(total).astype(np.float32)
    certainty[::4] = np.nan
    codes = [rng.integers(-3, 2, total).astype(np.int32) for _ in range(3)]
    return Facts(rng.random(total) < 0.9, *codes, certainty, certainty, np.zeros(total, bool))


def test_the_map_tells_what_the_operating_point_gives(page, monkeypatch):
    kept, controller = page._kept, page.controller
    plain = facts_of(kept, controller, unanswered=True)
    assert plain.at_point is None
    threshold = Threshold(1, 0.0)  # everything is given the second class
    monkeypatch.setattr(ModelInUse, "threshold", threshold)
    found = facts_of(kept, controller, unanswered=True)
    known = found.predicted >= 0
    assert found.at_point[known].any()
    assert (found.predicted[known & found.at_point] == 1).all()
    assert np.array_equal(found.certainty, plain.certainty, equal_nan=True)
    row, name = int(np.flatnonzero(known & found.at_point)[0]), controller.project.classes.names[1]
    assert f"At your point: {name}" in image_words(controller.project, kept, found, row)
    earlier = replace(found, at_point=np.zeros(len(known), bool))
    assert f"Highest probability: {name}" in image_words(controller.project, kept, earlier, row)
    coloured = by_prediction(earlier, controller.project.classes.names, "#808080")
    assert [part.name for part in coloured] == ["Not known, or hidden"]
    page._gather()
    assert "Prediction at your point" in [page.by.itemText(i) for i in range(page.by.count())]
    ringed = int((found.shown & found.disagrees).sum())
    assert ringed > 0
    assert DISAGREES in page.notes.text()
    page.by.setCurrentIndex(1)
    page._colour()
    assert DISAGREES not in page.notes.text()


def test_beside_what_is_selected_the_rings_fade_as_the_dots_do(page):
    canvas, size = page.canvas, len(page.canvas._scene.shown)
    rows = np.flatnonzero(canvas._scene.shown)[:2]
    ring, lit = np.zeros(size, bool), np.zeros(size, bool)
    ring[rows], lit[rows[0]] = True, True
    canvas.show_scene(replace(canvas._scene, ring=ring, lit=lit))
    danger = 0xFF000000 | QColor(page.theme.colours.danger).rgb()
    drawn, *_ = canvas._draw()
    order = canvas._order.tolist()
    for row, shows in zip(rows.tolist(), (True, False), strict=True):
        pixels = drawn.pixels[drawn.owner == order.index(row)]
        assert pixels.size
        assert (danger in pixels.tolist()) is shows


def test_every_dot_has_one_colour_in_each_way_to_colour():
    known = facts()
    cells = [str(row * 1.5) for row in range(len(known.shown))]
    for parts in (
        by_label(known, ("bright", "dark"), "#808080", "#ffffff"),
        by_certainty(known, "#808080"),
        by_cells(known, cells, "#808080"),
        by_cells(known, ["a", "", "b", *cells[3:]], "#808080"),
    ):
        rows = np.concatenate([part.rows for part in parts])
        assert sorted(rows.tolist()) == np.flatnonzero(known.shown).tolist()


def test_a_column_that_may_tell_the_class_is_seen_of_answered_images_alone():
    known = facts()
    cells = ["ill" if row % 2 else "well" for row in range(len(known.shown))]
    seen = [part for part in by_cells(known, cells, "#808080") if part.colour != "#808080"]
    assert seen
    assert all((known.answer[part.rows] != NONE).all() for part in seen)


def test_a_few_far_images_do_not_press_the_others_together():
    places = np.random.default_rng(0).normal(size=(5000, 2)).astype(np.float32)
    places[0] = 1e6
    found = unit_places(places, np.ones(5000, bool))
    assert np.ptp(found[1:, 0]) > 0.8
    assert ((found >= -0.06) & (found <= 1.06)).all()
