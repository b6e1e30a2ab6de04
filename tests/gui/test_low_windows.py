"""Large text in a low or narrow window: what is needed most stays whole, and nothing moves."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QTabBar

from autoal_gui.core.queries import Query
from autoal_gui.gui.desk.class_panel import ClassPanel
from autoal_gui.gui.desk.why.panel import WhyPanel
from autoal_gui.gui.dialogs import export_dialog
from autoal_gui.gui.dialogs.export_dialog import ExportDialog
from autoal_gui.gui.dialogs.hand_over_dialog import HandOverDialog
from autoal_gui.gui.panels.side_panel import MARKED
from autoal_gui.gui.panels.training_panel import LINES, MOST
from autoal_gui.gui.predict.caution_section import CautionSection
from autoal_gui.gui.review.review_detail import EDGE
from autoal_gui.gui.widgets.inputs import combo
from autoal_gui.gui.window.projects.new_projects import folder_spec
from tests.gui.window.test_main_window import start
from tests.support.gui import QUIET, draw_folder, settings
from tests.tools.seen import cut_off, sideways

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def magnified(qapp, scale):
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(before.pointSizeF() * scale)
    qapp.setFont(font)
    yield
    qapp.setFont(before)


@pytest.fixture
def large(qapp):
    """Text at one and a half times its size."""
    yield from magnified(qapp, 1.5)


@pytest.fixture
def largest(qapp):
    """Text at twice its size."""
    yield from magnified(qapp, 2.0)


# -- the reason below the image -----------------------------------------------------------------


@pytest.fixture
def why(qtbot, tmp_path, large):
    panel = WhyPanel(QAction(), settings(tmp_path))
    qtbot.addWidget(panel)
    strategies = (("coreset", 0.9, 0.5), ("bald", 0.9, 0.5))
    panel.show_reason(Query(1, 0, strategies), "pool", 3)
    panel.show_name("a_file_whose_name_goes_on_and_on_00165.png", "")
    panel.resize(300, 1)
    panel.show()
    return panel


def test_the_reason_scrolls_where_there_is_no_room_for_all_of_it(qtbot, why):
    qtbot.waitUntil(lambda: cut_off(why) == [])
    bar = why._told.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    why.resize(300, 600)
    qtbot.waitUntil(lambda: bar.maximum() == 0)


def test_a_long_name_leaves_the_panel_narrow_and_comes_back_in_a_wide_one(why):
    assert "…" in why.name.text()
    assert why.minimumSizeHint().width() < 300
    assert why.name.toolTip().endswith("00165.png")
    narrow = why.name.text()
    why.resize(1600, 1)
    assert len(why.name.text()) > len(narrow)


# -- the panel of strategies ---------------------------------------------------------------------


def test_the_forms_of_the_chart_of_weights_stand_below_each_other_in_a_narrow_panel(
    window, tmp_path
):
    start(window, tmp_path)
    buttons = window.desk.weights.forms.buttons()
    row = buttons[0].parentWidget().layout().itemAt(1).layout()
    widest = max(button.sizeHint().width() for button in buttons)
    assert row.minimumSize().width() == widest
    assert row.heightForWidth(widest) > 2 * buttons[0].sizeHint().height()


# -- the training card --------------------------------------------------------------------------


def test_what_is_below_the_training_card_stays_where_it_is_whatever_it_says(
    qtbot, window, tmp_path
):
    window.resize(1280, 900)
    start(window, tmp_path)
    side, card = window.desk.side, window.desk.training
    if side.folded:
        side.toggle()
    qtbot.waitUntil(lambda: side.tabs.y() > card.height())
    before = side.tabs.y()
    card.resume.setVisible(True)
    for label in (card.learned, card.note, card.line):
        label.setText("What was learned without labels is kept, and goes on from there. " * 3)
        label.show()
    card._steps.show()
    side.layout().activate()
    assert side.tabs.y() == before
    assert card.height() == LINES * card.fontMetrics().height()
    qtbot.waitUntil(lambda: cut_off(card) == [])


def test_a_low_window_leaves_room_below_the_training_card(window, tmp_path, large):
    start(window, tmp_path)
    card = window.desk.training
    card.fit(300)
    assert card.height() == round(MOST * 300)
    card.fit(3000)
    assert card.height() == LINES * card.fontMetrics().height()


def test_the_tabs_keep_their_words_and_give_up_their_marks_where_the_panel_is_narrow(
    window, tmp_path
):
    start(window, tmp_path)
    side = window.desk.side
    bar, right = side.tabs.tabBar(), QTabBar.ButtonPosition.RightSide
    line = side.fontMetrics().height()
    for lines, marked in ((MARKED + 4, True), (MARKED - 2, False), (MARKED + 4, True)):
        side.resize(lines * line, 600)
        assert [bar.tabButton(tab, right) is not None for tab in range(2)] == [marked] * 2


# -- the review page ----------------------------------------------------------------------------


def test_five_classes_are_whole_beside_an_image_in_a_low_window(qtbot, window, tmp_path, large):
    window.resize(1280, 720)
    start(window, tmp_path)
    page = window.pages.review
    window.pages.show_page(page)
    page.class_panel.set_classes(("one", "two", "three", "four", "five"), (0, 1, 2, 3, 4))
    page.side.resize(340, 600)
    page.side.share()
    assert page.class_panel.height() == page.class_panel.whole_height()
    qtbot.waitUntil(lambda: page.class_panel._scroll.verticalScrollBar().maximum() == 0)
    assert page.detail.height() >= page.detail.minimumSizeHint().height()
    assert page.detail.geometry().bottom() < page.class_panel.y()


def test_no_room_is_kept_below_the_classes_for_words_that_are_not_said(window, tmp_path):
    window.resize(1600, 1000)
    start(window, tmp_path)
    page = window.pages.review
    window.pages.show_page(page)
    assert page.class_panel.height() == page.class_panel.whole_height()


def test_five_classes_stay_whole_where_image_and_title_have_to_go(largest, window, tmp_path):
    start(window, tmp_path)
    page = window.pages.review
    window.pages.show_page(page)
    page.class_panel.set_classes(("one", "two", "three", "four", "five"), (0, 1, 2, 3, 4))
    panel, image = page.class_panel, page.detail.image_view
    QApplication.processEvents()  # Qt measures the classes again
    told = []
    for high in range(300, 1000, 10):
        page.side.resize(400, high)
        page.side.share()
        whole = panel.height() == panel.whole_height()
        told.append((whole, not panel._title.isHidden(), not image.isHidden()))
    assert told == sorted(told)  # with more height nothing goes again
    assert set(told) == {
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    }


def test_image_and_classes_share_a_side_that_has_too_little_for_both(window, tmp_path, large):
    start(window, tmp_path)
    side = window.pages.review.side
    side.resize(340, 240)
    side.share()
    assert side._classes.y() - side._detail.geometry().bottom() == EDGE + 1
    assert side._classes.height() < side._classes.whole_height()


def test_a_compact_panel_of_classes_is_lower(qtbot, window, tmp_path):
    start(window, tmp_path)
    heights = []
    for compact in (False, True):
        panel = ClassPanel(window.theme, (), compact=compact)
        qtbot.addWidget(panel)
        panel.set_classes(("one", "two"), (0, 1))
        heights.append(panel.whole_height())
    assert heights[1] < heights[0]


def test_a_class_keeps_key_and_count_where_the_panel_is_narrow(qtbot, window, tmp_path):
    start(window, tmp_path)
    panel = ClassPanel(window.theme, ())
    qtbot.addWidget(panel)
    panel.set_classes(("a name of a class that goes on and on", "two"), (0, 1))
    panel.resize(10 * panel.fontMetrics().height() + 40, 300)
    panel.show()
    bar = panel._scroll.horizontalScrollBar()
    qtbot.waitUntil(lambda: panel._buttons[0].width() <= panel._scroll.viewport().width())
    assert bar.maximum() == 0


# -- dialogs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wide", "columns"), [(1280, 2), (900, 1)])
def test_formats_stand_in_two_columns_where_a_screen_is_wide_enough(
    monkeypatch, window, tmp_path, large, wide, columns
):
    room = QSize(wide, 700)
    monkeypatch.setattr(export_dialog, "fitting", lambda widget, size: size.boundedTo(room))
    start(window, tmp_path)
    line = window.fontMetrics().height()
    assert (wide >= export_dialog.LEAST_WIDE * line) == (columns == 2)
    dialog = ExportDialog(window.controller, None, window)
    dialog.resize(dialog.minimumSize())
    dialog.show()
    left = {button.mapTo(dialog, button.rect().topLeft()).x() for button in dialog.buttons.values()}
    assert len(left) == columns
    assert dialog.width() <= wide
    dialog.close()


def test_a_new_project_is_not_wider_than_its_dialog(qtbot, window, tmp_path, large):
    window.new_projects.show_dialog(folder_spec(draw_folder(tmp_path / "images", 12)))
    dialog = window.dialog
    qtbot.waitUntil(lambda: dialog.listing is not None)
    dialog.meaning.groups.source.addItem("A long entry " * 20)  # as the folders of a level
    content = dialog.report.parentWidget()
    assert content.minimumSizeHint().width() <= dialog.width()
    dialog.reject()


@pytest.mark.qt_log_ignore(QUIET, "does not support")
def test_a_list_is_as_wide_as_what_is_chosen_and_opens_as_wide_as_its_longest_entry(qtbot):
    box = combo("Way", {"a": "Short", "b": "An entry that is very much longer than the other"}, "a")
    qtbot.addWidget(box)
    advance, slim = box.fontMetrics().horizontalAdvance, box.minimumSizeHint().width()
    assert advance("Short") < slim < advance(box.itemText(1))
    box.resize(slim, 30)
    box.show()
    assert cut_off(box) == []
    box.showPopup()
    assert box.view().width() > advance(box.itemText(1))
    box.hidePopup()
    box.setCurrentIndex(1)
    assert box.minimumSizeHint().width() > advance(box.itemText(1))


def test_a_dialog_that_grew_after_it_was_placed_leaves_neither_title_nor_end_off_the_screen(
    window, qtbot
):
    room = window.screen().availableGeometry()
    window.setGeometry(room.left(), room.bottom() - 300, 600, 250)  # dialogs appear over it
    dialog = QDialog(window)
    dialog.setMinimumSize(300, room.height() - 3 * dialog.fontMetrics().height())
    window.dialogs.show(dialog)
    place = dialog.geometry()
    assert place.top() >= room.top() + dialog.fontMetrics().height()  # the title has room above
    assert place.bottom() <= room.bottom()
    dialog.reject()


def test_the_formats_of_a_hand_over_stay_together_in_a_tall_dialog(qtbot, window, tmp_path):
    start(window, tmp_path)
    dialog = HandOverDialog(window.controller, window._settings, window)
    qtbot.addWidget(dialog)
    tops = []
    for high in (700, 1400):
        dialog.resize(900, high)
        dialog.show()
        dialog.layout().activate()
        QApplication.processEvents()
        boxes = list(dialog.formats.values())
        tops.append(boxes[-1].y() - boxes[0].y())
    assert tops[0] == tops[1]


# -- second readings and predictions --------------------------------------------------------------


def test_the_dialog_of_a_second_reading_scrolls_on_a_low_screen(qtbot, window, tmp_path, largest):
    start(window, tmp_path)
    window.dialogs.ask_second_reading()
    dialog = window.dialog
    dialog.resize(dialog.width(), 300)
    qtbot.waitUntil(lambda: dialog.height() == 300)
    assert dialog.buttons.geometry().bottom() < 300
    qtbot.waitUntil(lambda: cut_off(dialog) == [])


def test_the_numbers_of_a_prediction_are_whole_in_a_narrow_column(qtbot, largest):
    section = CautionSection()
    qtbot.addWidget(section)
    section.button.setText("Images")
    section.button.setChecked(True)
    section.resize(9 * section.fontMetrics().height(), 900)
    section.show()
    qtbot.waitUntil(lambda: sideways(section) == [])
    qtbot.waitUntil(lambda: cut_off(section) == [])
    section.resize(3000, 900)
    qtbot.waitUntil(lambda: section.width() == 3000)
    assert section.level.mapTo(section, section.level.rect().topRight()).x() < 1500
