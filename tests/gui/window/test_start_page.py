"""The first minute: recent projects, what was left out, and the help."""

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtWidgets import QTabBar

from autoal_gui.gui.window.help_page import TOPICS
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.gui.window.projects.project_card import read_card
from autoal_gui.gui.window.start_page import PICTURED
from tests.gui.project.test_dialogs import listed
from tests.gui.window.test_main_window import start
from tests.support.gui import QUIET, draw_folder

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def two_recent(qtbot, window, tmp_path):
    """A project that is there, and one that has gone."""
    controller = start(window, tmp_path)
    folder = controller.project.folder
    controller.close_project()
    window.recent_projects._keep([*window.recent_projects.folders(), str(tmp_path / "unplugged")])
    return folder


def test_a_project_that_is_not_there_says_so_and_can_be_removed(qtbot, window, two_recent):
    page = window.start_page
    there, gone = page.recent.item(0), page.recent.item(1)
    assert "Not there" not in there.text()
    assert "Not there" in gone.text()
    assert gone.foreground() != there.foreground()
    qtbot.mouseClick(
        page.recent.viewport(),
        Qt.MouseButton.LeftButton,
        pos=page.recent.visualItemRect(gone).center(),
    )
    assert window.failure.isVisible()  # one sentence, and the entry stays: the drive may come back
    assert page.recent.count() == 2
    page.recent.setCurrentRow(1)
    qtbot.mouseClick(page.forget, Qt.MouseButton.LeftButton)
    assert window.recent_projects.folders() == [str(two_recent.resolve())]
    page.recent.setCurrentRow(0)
    page.recent.setFocus()
    qtbot.keyClick(page.recent, Qt.Key.Key_Delete)
    assert window.recent_projects.folders() == []
    assert two_recent.is_dir()  # out of the list, not off the disk
    assert not page.forget.isVisible()


def test_a_card_tells_how_far_a_project_was_when_it_was_closed(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    qtbot.waitUntil(lambda: window.desk.loader.thumbnail(controller.images.current) is not None)
    qtbot.keyClick(window, Qt.Key.Key_1)
    total, folder = len(controller.project.pool.images), controller.project.folder
    controller.close_project()
    card = read_card(folder)
    assert (card.done, card.total, card.accuracy) == (1, total, None)
    assert card.mosaic.pixelColor(0, 0).alpha() == 255  # an image, not the empty ground
    item = window.start_page.recent.item(0)
    assert f"1 of {total} answered" in item.text()
    assert not item.icon().isNull()
    (folder / "cache" / "card.png").write_bytes(b"no picture")
    window.recent_projects.show_list()
    assert "answered" not in window.start_page.recent.item(0).text()


def test_pictures_of_projects_make_way_for_words_in_a_narrow_window(window, two_recent):
    page = window.start_page
    line = page.fontMetrics().height()
    window.resize(60 * line, 800)
    assert not page.recent.item(0).icon().isNull()
    page.resize((PICTURED - 1) * line, 600)
    assert page.recent.item(0).icon().isNull()
    page.resize(60 * line, 600)
    assert not page.recent.item(0).icon().isNull()


def test_a_large_screen_does_not_pull_the_page_apart(qtbot, window, two_recent):
    window.resize(2560, 1800)
    page = window.start_page
    assert page.recent.height() < page.height() / 2
    assert page._drop.width() < page.width() / 2
    lowest = max(button.geometry().bottom() for button in page.buttons.values())
    assert page._drop.y() - lowest < 8 * page.fontMetrics().height()


def test_what_is_dragged_over_the_window_is_invited(qtbot, window, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(window.rect().center(), Qt.DropAction.CopyAction, data, buttons, keys)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert window.start_page._drop.property("dragged")
    window.dragLeaveEvent(QDragLeaveEvent())
    assert not window.start_page._drop.property("dragged")


def test_what_was_left_out_can_be_read_later(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    (images / "bright" / "broken.png").write_bytes(b"\x89PNG not really")
    listed(qtbot, window, folder_spec(images)).accept()
    window.actions_table["report"].trigger()
    assert "20 images. 1 file could not be used" in window.dialog.sentence.text()
    assert "bright/broken.png: " in window.dialog.files.toPlainText()
    window.dialog.reject()


def test_the_report_of_a_sound_set_has_no_list(qtbot, window, tmp_path):
    start(window, tmp_path)
    window.dialogs.show_report()
    assert "Every file that was found could be used." in window.dialog.sentence.text()
    assert not window.dialog.files.isVisible()
    window.dialog.reject()


def test_two_actions_lead_to_the_first_image_and_ten_keys_to_the_tenth_label(
    qtbot, window, tmp_path
):
    window.new_projects.open_any(
        draw_folder(tmp_path / "images", 30)
    )  # as dropped on the start page
    dialog = window.dialog
    assert not dialog._details.isVisible()
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert dialog._details.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(window.isActiveWindow)
    assert "Press the key of a class" in window.desk.class_panel._feedback.text()
    for number in range(10):
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    assert len(window.controller.project.labels.answers) == 10
    assert "Press the key" not in window.desk.class_panel._feedback.text()


# -- help ---------------------------------------------------------------------------------------


def test_help_comes_by_a_key_and_goes_by_another(qtbot, window, tmp_path):
    start(window, tmp_path)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    page = window.pages.currentWidget()
    assert page is window.pages.help
    assert page.list.count() == len(TOPICS)
    assert "One key is one answer" in page.view.toPlainText()  # what the desk is about
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.desk)


def test_help_is_there_before_any_project(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    qtbot.mouseClick(window.pages.help.back, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.start_page


def test_f1_shows_a_page_s_own_topic_and_escape_leads_back_to_the_page(qtbot, window, tmp_path):
    start(window, tmp_path)
    pages = window.pages
    for page, topic in ((pages.predict, "exporting"), (pages.review, "checking")):
        pages.show_page(page)
        qtbot.keyClick(window, Qt.Key.Key_F1)
        qtbot.keyClick(window, Qt.Key.Key_F1)  # on the help itself changes nothing
        assert pages.help.topic == topic
        qtbot.keyClick(pages.help, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda page=page: pages.currentWidget() is page)
        qtbot.keyClick(page, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: pages.currentWidget() is window.desk)


def test_every_page_beside_the_desk_has_a_topic(window, tmp_path):
    start(window, tmp_path)
    pages = window.pages
    beside = (pages.predict, pages.review, pages.confirm, pages.map, pages.agreement,
              pages.second_reading, pages.adjudication)  # fmt: skip
    assert {page.help_topic for page in beside} <= set(TOPICS)


def test_a_question_mark_leads_to_its_own_page(qtbot, window, tmp_path):
    start(window, tmp_path)
    desk = window.desk
    tabs = desk.tabs.tabBar()
    for place, topic in enumerate(("performance", "weights")):
        question = tabs.tabButton(place, QTabBar.ButtonPosition.RightSide)
        qtbot.mouseClick(question, Qt.MouseButton.LeftButton)
        assert window.pages.help.topic == topic
        window.pages.leave()
    desk.class_panel._buttons[0].setFocus()
    qtbot.keyClick(window, Qt.Key.Key_F1)  # and F1 to that of what has the focus
    assert window.pages.help.topic == "labelling"


def test_help_is_searched_by_any_word(qtbot, window):
    window.pages.show_help()
    page = window.pages.help
    qtbot.keyClicks(page.search, "Kappa second")
    assert page.topic == "checking"
    assert page.list.count() == 1
    assert page.view.textCursor().selectedText().casefold() == "kappa"
    page.search.setText("no such word anywhere")
    assert page.none.isVisible()
    page.search.clear()
    assert page.list.count() == len(TOPICS)


def test_every_link_of_the_help_leads_to_a_page(qtbot, window):
    window.pages.show_help()
    page = window.pages.help
    for topic in TOPICS:
        page.show_topic(topic)
        assert page.topic == topic
        fragments = block_fragments(page.view.document())
        links = {f.charFormat().anchorHref() for f in fragments if f.charFormat().isAnchor()}
        for link in links:
            page._on_link(QUrl(link))
            assert f"{page.topic}.md" == link


def block_fragments(document):
    block = document.begin()
    while block.isValid():
        yield from (part.fragment() for part in block)
        block = block.next()
