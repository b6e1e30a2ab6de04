"""For everyone: names for screen readers, every control by Tab, text that scales uncut."""

import contextlib
from functools import cached_property

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.gui.desk.class_panel import ActionRow
from autoal_gui.gui.desk.image_bar import ZOOM_LINES
from autoal_gui.gui.widgets.sizes import widen
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.page_stack import PageStack
from autoal_gui.gui.window.projects.new_projects import folder_spec
from tests.gui.window.test_main_window import start
from tests.support.gui import QUIET, draw_folder
from tests.tools.seen import cut_off

pytestmark = pytest.mark.qt_log_ignore(QUIET)

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
DIALOGS = (
    "show_settings",
    "show_classes",
    "show_export",
    "show_hand_over",
    "show_keys",
    "show_report",
)
PAGES = [name for name, made in vars(PageStack).items() if isinstance(made, cached_property)]
LARGEST = 400  # presses of Tab after which a walk goes round in circles


def shown_controls(place: QWidget) -> list[QWidget]:
    return [w for w in place.findChildren(QWidget) if isinstance(w, CONTROLS) and own(w, place)]


def own(widget: QWidget, place: QWidget) -> bool:
    """Whether a widget is on screen and ours, not a part that Qt makes inside another."""
    inner = widget.objectName().startswith(("qt_", "_q_")) or isinstance(
        widget.parentWidget(), (QAbstractSpinBox, QComboBox, QTabBar, QLineEdit)
    )
    table_corner = type(widget).__name__ in ("QTableCornerButton", "QHeaderView")
    inside = isinstance(widget.parentWidget(), QAbstractItemView)
    popup = bool(widget.window().windowFlags() & Qt.WindowType.Popup & ~Qt.WindowType.Window)
    return widget.isVisibleTo(place) and not (inner or table_corner or inside or popup)


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()


def nameless(place: QWidget) -> list[str]:
    bare = (w for w in shown_controls(place) if not name_of(w))
    return [f"{type(w).__name__} in {type(w.parentWidget()).__name__}" for w in bare]


def reached_by_tab(qtbot, place: QWidget) -> set[QWidget]:
    """Press Tab until the focus has been everywhere that it goes."""
    qtbot.waitUntil(place.window().isActiveWindow)
    if QApplication.focusWidget() is None:
        place.focusNextChild()
    first, reached = QApplication.focusWidget(), set()
    for _ in range(LARGEST):
        widget = QApplication.focusWidget()
        reached.add(widget)
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
        after = QApplication.focusWidget()
        if after is first and widget is not first:
            break
        if after is widget and isinstance(widget, QPlainTextEdit):  # it takes Tab for itself
            widget.window().focusNextChild()
    return reached


def missed_by_tab(qtbot, place: QWidget) -> list[str]:
    reached = reached_by_tab(qtbot, place)
    wanted = [
        w
        for w in shown_controls(place)
        if w.isEnabled() and w.focusPolicy() & Qt.FocusPolicy.TabFocus and not in_group(w, reached)
    ]
    return [f"{type(w).__name__} {name_of(w)!r}" for w in wanted if w not in reached]


def in_group(widget: QWidget, reached: set[QWidget]) -> bool:
    """Whether another radio button of the group was reached; arrows lead to the rest."""
    if not (isinstance(widget, QAbstractButton) and widget.autoExclusive()):
        return False
    return any(isinstance(w, QAbstractButton) and w.autoExclusive() for w in reached)


@pytest.fixture
def desk(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    for class_index in (0, 1, 0, 1, 1):
        controller.labelling.answer(class_index)
    qtbot.waitUntil(lambda: bool(controller.project.rounds.finished()))
    return window.desk


def test_every_control_of_the_start_page_has_a_name_and_is_reached(qtbot, window, tmp_path):
    window.recent_projects._keep([str(tmp_path / "gone")])
    assert len(shown_controls(window.start_page)) > 5
    assert nameless(window) == []
    assert missed_by_tab(qtbot, window.start_page) == []


def test_every_control_of_the_desk_has_a_name_and_is_reached(qtbot, window, desk):
    for tab in range(desk.tabs.count()):
        desk.tabs.setCurrentIndex(tab)
        assert nameless(window) == []
        assert missed_by_tab(qtbot, desk) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_control_of_a_page_has_a_name_and_is_reached(qtbot, window, desk, page):
    shown = getattr(window.pages, page)
    window.pages.show_page(shown)
    assert shown_controls(shown)
    assert nameless(shown) == []
    assert missed_by_tab(qtbot, shown) == []


@pytest.mark.parametrize("show", DIALOGS)
def test_every_control_of_a_dialog_has_a_name_and_is_reached(qtbot, window, desk, show):
    getattr(window.dialogs, show)()
    dialog = window.dialog
    assert shown_controls(dialog)
    assert nameless(dialog) == []
    assert missed_by_tab(qtbot, dialog) == []
    dialog.reject()


@pytest.mark.parametrize("kind", ["folder", "medmnist"])
def test_every_control_of_a_new_project_has_a_name_and_is_reached(qtbot, window, tmp_path, kind):
    images = draw_folder(tmp_path / "images", 12)
    window.new_projects.show_dialog(
        folder_spec(images) if kind == "folder" else SourceSpec("medmnist")
    )
    dialog = window.dialog
    if kind == "folder":
        qtbot.waitUntil(lambda: dialog.listing is not None)
        dialog.more.button.click()
        dialog.method.advanced.button.click()
        assert dialog.method.layers in shown_controls(dialog)
    assert nameless(dialog) == []
    assert missed_by_tab(qtbot, dialog) == []
    dialog.reject()


def test_the_walk_notices_what_has_no_name_or_is_not_reached(qtbot, window):
    field = QLineEdit(window.start_page)
    field.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    field.show()
    assert nameless(window) == ["QLineEdit in StartPage"]
    field.setAccessibleName("Planted")
    QWidget.setTabOrder(field, field)
    assert nameless(window) == []
    reached = reached_by_tab(qtbot, window.start_page)
    assert field in reached


# -- text that scales ---------------------------------------------------------------------------


@pytest.fixture(params=[1.0, 1.75])
def scaled(request, qapp):
    before = qapp.font()
    font = qapp.font()
    font.setPointSizeF(before.pointSizeF() * request.param)
    qapp.setFont(font)
    yield request.param
    qapp.setFont(before)


def settled(qtbot, place: QWidget) -> list[str]:
    """Return what stays cut off once the layouts have had their time."""
    with contextlib.suppress(qtbot.TimeoutError):
        qtbot.waitUntil(lambda: not cut_off(place))
    return cut_off(place)


def test_the_bar_over_a_plain_picture_is_one_row(qtbot, window, tmp_path):
    window.resize(1280, 800)
    start(window, tmp_path)
    bar = window.desk.image_bar.zoom.parentWidget()
    qtbot.waitUntil(lambda: window.desk.image_view.picture is not None)
    tools = [tool for tool in bar.findChildren(QToolButton) if tool.isVisible()]
    assert len(tools) == 6
    assert len({tool.geometry().center().y() for tool in tools}) == 1
    place = window.desk.image_bar.position
    assert place.fontMetrics().horizontalAdvance(place.text()) <= place.width()
    assert bar.height() < 2 * tools[0].height()


def test_the_sentence_over_the_grid_has_its_line(qtbot, window, tmp_path):
    window.resize(1280, 800)
    start(window, tmp_path)
    qtbot.keyClick(window, Qt.Key.Key_G)
    count = window.desk.grid.count
    count.setText("10 images, 1 choisie. Glissez sur plusieurs, puis appuyez sur la touche.")
    qtbot.waitUntil(lambda: count.width() > 0.9 * window.desk.grid.width())
    assert count.height() < 3 * count.fontMetrics().height()


@pytest.mark.parametrize("page", ["review", "confirm", "map", "predict", "agreement"])
def test_a_page_of_large_text_pushes_the_window_over_no_screen(window, tmp_path, page, scaled):
    window.resize(1280, 720)
    start(window, tmp_path)
    shown = getattr(window.pages, page)
    window.pages.show_page(shown)
    if page == "predict":
        shown._show_parts(True)  # as they are once something has been predicted
    assert shown.minimumSizeHint().width() <= 1280
    assert shown.minimumSizeHint().height() <= 640  # beside menus and status


def test_a_printed_key_makes_way_for_the_words_of_its_button(qtbot, window, desk):
    row = desk.class_panel.findChildren(ActionRow)[0]
    row.setParent(None)
    qtbot.addWidget(row)
    row.show()
    for wide in (600, row.minimumSizeHint().width(), 600):
        row.resize(wide, 40)
        qtbot.waitUntil(lambda wide=wide: row.key.isVisible() == (wide == 600))
        qtbot.waitUntil(lambda: row.button.width() >= row.button.minimumSizeHint().width())


def test_no_dialog_is_wider_than_the_screen(window, scaled):
    dialog = QDialog(window)
    widen(dialog, 10)
    assert dialog.minimumWidth() == 10 * dialog.fontMetrics().height()
    widen(dialog, 1000)
    assert dialog.minimumWidth() == window.screen().availableSize().width()


def test_the_unfolded_panel_of_large_text_needs_no_scrolling_to_the_side(
    qtbot, window, desk, scaled
):
    window.resize(1280, 800)
    if desk.side.folded:
        desk.side.toggle()
    for tab, panel in enumerate((desk.performance, desk.weights)):
        desk.tabs.setCurrentIndex(tab)
        qtbot.waitUntil(lambda panel=panel: panel.horizontalScrollBar().maximum() == 0)


def test_a_bar_of_large_text_leaves_its_room_to_the_answer(qtbot, window, desk, scaled):
    window.resize(1280, 720)
    bar = desk.image_bar
    qtbot.waitUntil(lambda: bool(bar.zoom.text()))
    wide = bar.width() >= ZOOM_LINES * bar.fontMetrics().height()
    assert bar.zoom.isVisible() == wide


def test_the_reason_has_a_line_of_its_own_where_the_panel_is_narrow(window, desk):
    why = desk.why
    for width in (900, 200):
        why.resize(width, 120)
        why.layout().activate()
        below = why._told.y() >= why.name.geometry().bottom()
        assert below == (width == 200)


def test_nothing_is_cut_off_at_any_size_of_text(qtbot, scaled, tmp_path, backend):
    from tests.support.gui import services, settings

    kept = settings(tmp_path)
    kept.setValue("panel", "folded")  # as it is by itself on a screen as narrow
    window = MainWindow(services(tmp_path / "projects", lambda: backend), kept)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    assert settled(qtbot, window) == []
    start(window, tmp_path)
    assert settled(qtbot, window.desk) == []
    assert (window.width(), window.height()) == (
        1280,
        800,
    )  # nor does anything push the window over the screen
    for show in DIALOGS:
        getattr(window.dialogs, show)()
        dialog = window.dialog
        assert settled(qtbot, dialog) == [], show
        assert dialog.width() <= 1280
        dialog.reject()
    window.close()


def test_the_tools_go_below_the_place_of_the_image_where_the_bar_is_narrow(qtbot, desk):
    bar = desk.image_bar
    tools = [tool for tool in bar.findChildren(QToolButton) if tool.isVisibleTo(bar)]
    assert len(tools) == 6
    bar.setParent(None)
    qtbot.addWidget(bar)
    bar.show()
    for lines in (60, 12, 60):
        bar.resize(lines * bar.fontMetrics().height(), 120)
        bar.layout().activate()
        below = min(tool.y() for tool in tools) >= bar.ring.geometry().bottom()
        assert below == (lines == 12)


def test_the_keys_beside_the_classes_grow_with_the_text(window, desk, scaled):
    window.dialogs.show_classes()
    classes = window.dialog.table
    confirm = window.pages.confirm.classes
    for listed in (classes, confirm):
        assert listed.iconSize().height() >= listed.fontMetrics().height()
    window.dialog.reject()
