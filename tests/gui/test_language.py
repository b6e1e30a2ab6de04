"""Another language or size of text at a click, with nothing lost."""

import threading
from datetime import datetime

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel

from autoal_gui.core import language
from autoal_gui.core.language import (
    LANGUAGES,
    certainty,
    clauses,
    date_time,
    decimal,
    number,
    percent,
    threshold_percent,
    tr,
)
from autoal_gui.core.readers.agreement_text import same_words
from autoal_gui.core.readers.suggestion_use import Share
from autoal_gui.core.registry import discover
from autoal_gui.gui.dialogs.shortcut_sheet import KEY_LETTERS
from autoal_gui.gui.project.set_chooser import SetChooser
from autoal_gui.gui.window import text_size
from autoal_gui.gui.window.language_choice import AS_SYSTEM, choose, chosen, in_use, speak
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.window_manager import WindowHolder
from tests.gui.window.test_main_window import answers, start
from tests.support.gui import QUIET, SlowExport, no_thread_left, services, settings

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture(autouse=True)
def english_again(qapp):
    """Leave the language and the text of the other tests as they were."""
    locale = QLocale()
    yield
    text_size.apply(qapp, 100)
    speak(qapp, "en")
    language.use("en")
    QLocale.setDefault(locale)


@pytest.fixture
def holder(qtbot, qapp, tmp_path, backend):
    kept = settings(tmp_path)

    def make():
        return MainWindow(services(tmp_path / "projects", lambda: backend), kept)

    holder = WindowHolder(make, kept, qapp)
    choose(kept, "en")
    yield holder
    backend.gate.set()
    holder.window.close()
    assert no_thread_left(holder.window)
    holder.window.deleteLater()
    holder.deleteLater()


def test_keys_are_written_in_the_language_of_the_window(qtbot, holder):
    window = holder.open()
    holder.change("de")
    window = holder.window
    window.dialogs.change_keys()
    tree = window.dialog.tree
    rows = [row.text(1) for row in window.dialog._items()]
    assert tree.headerItem().text(1) == "Taste"
    assert "Strg+E" in rows
    assert not [keys for keys in rows if "Ctrl" in keys or "Backspace" in keys]
    window.dialog.reject()


def click_language(window, code):
    entry = next(a for a in window.findChildren(QAction) if a.text() == LANGUAGES[code])
    entry.trigger()


def test_the_window_goes_on_in_another_language_where_it_was(qtbot, tmp_path, holder):
    before = holder.open()
    controller = start(before, tmp_path)
    for class_index in (0, 1, 1):
        controller.labelling.answer(class_index)
    image, folder = controller.images.batch[1], controller.project.folder
    controller.images.go_to(image)
    click_language(before, "de")
    qtbot.waitUntil(lambda: holder.window is not before)
    window = holder.window
    assert before.isHidden()
    assert no_thread_left(before)
    assert window.controller.project.folder == folder
    assert window.controller.images.current == image
    assert answers(window.controller) == [0, 1, 1]
    view, loader = window.desk.image_view, window.desk.loader
    qtbot.waitUntil(lambda: loader.known(image))
    qtbot.waitUntil(lambda: view.picture is loader.picture(image))  # and it is on screen
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Backspace)  # the history has come along
    assert answers(window.controller) == [0, 1]
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert answers(window.controller) == [0, 1, 0]
    assert chosen(window._settings) == "de"
    assert QLocale().language() == QLocale.Language.German


def test_text_is_larger_at_a_click_in_this_window_and_the_next(qtbot, tmp_path, holder):
    before = holder.open()
    controller = start(before, tmp_path)
    controller.labelling.answer(0)
    image, folder = controller.images.current, controller.project.folder
    lines = QFontMetrics(before.desk.class_panel.font()).height()
    next(a for a in before.findChildren(QAction) if a.text() == "150%").trigger()
    qtbot.waitUntil(lambda: holder.window is not before)
    window = holder.window
    assert window.controller.project.folder == folder
    assert window.controller.images.current == image
    assert answers(window.controller) == [0]
    larger = QFontMetrics(window.desk.class_panel.font()).height()
    assert larger == pytest.approx(1.5 * lines, rel=0.1)
    assert text_size.chosen(window._settings) == 150
    holder.resize_text(100)  # and not of what is shown by now
    again = QFontMetrics(holder.window.desk.class_panel.font()).height()
    assert again == lines


@pytest.mark.parametrize("kept", ["", "5000", "-1", "large"])
def test_a_size_of_text_that_nobody_can_choose_is_the_systems(tmp_path, kept):
    stored = settings(tmp_path)
    stored.setValue(text_size.KEY, kept)
    assert text_size.chosen(stored) == 100


def test_from_the_start_page_it_goes_to_the_start_page(qtbot, holder):
    before = holder.open()
    click_language(before, "zh")
    qtbot.waitUntil(lambda: holder.window is not before)
    assert holder.window.pages.currentWidget() is holder.window.start_page
    assert not QApplication.instance().property("quitting")
    assert QApplication.quitOnLastWindowClosed()


def test_an_export_that_another_language_stops_is_told(qtbot, tmp_path, holder):
    before = holder.open()
    controller, export = start(before, tmp_path), SlowExport(tmp_path / "slow.csv")
    controller.exports.export_labels(export, export.target)
    click_language(before, "de")
    qtbot.waitUntil(lambda: holder.window is not before)
    assert before.isHidden()
    assert "Export wurde abgebrochen" in holder.window.status.text()
    assert not export.target.exists()


def test_another_language_waits_for_a_model_that_is_being_written(qtbot, tmp_path, holder, backend):
    before = holder.open()
    controller = start(before, tmp_path)
    for class_index in (0, 1, 1, 0):
        controller.labelling.answer(class_index)
    qtbot.waitUntil(lambda: controller.at_rest)
    controller.training.train_now()
    qtbot.waitUntil(lambda: controller.at_rest)
    backend.export_gate.clear()
    controller.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    threading.Timer(0.3, backend.export_gate.set).start()
    click_language(before, "de")
    qtbot.waitUntil(lambda: holder.window is not before)
    assert before.isHidden()
    assert "Modell wurde noch geschrieben" in holder.window.status.text()
    assert (tmp_path / "model.pt").is_file()


def test_the_program_can_end_although_the_next_window_cannot_be_made(qtbot, holder, monkeypatch):
    holder.open()

    def broken():
        raise RuntimeError("no window")

    monkeypatch.setattr(holder, "_make", broken)
    with pytest.raises(RuntimeError):
        holder.change("de")
    assert QApplication.quitOnLastWindowClosed()


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_sentences_numbers_and_qts_own_words_are_of_the_language(qtbot, qapp, code):
    speak(qapp, code)
    assert tr("Start labelling") != "Start labelling"
    assert number(1234567) == QLocale(code).toString(1234567)
    assert decimal(0.125, 3) == QLocale(code).toString(0.125, "f", 3)
    assert percent(0.125, 1).startswith(decimal(12.5, 1))
    assert certainty(0.125, 1) == percent(0.125, 1)
    assert certainty(0.994) == percent(0.99)
    assert certainty(0.995) == certainty(1.0) == f">{percent(0.99)}"  # no model is certain
    assert certainty(0.9996, 1) == f">{percent(0.999, 1)}"
    assert threshold_percent(0.5) == percent(0.5, 1)
    assert threshold_percent(0.999708) == percent(0.999708, 2)  # 100.0 % is more than it asks for
    assert threshold_percent(0.00004) == percent(0.00004, 3)
    assert threshold_percent(1.0) == percent(1.0, 1)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(buttons)
    own = buttons.button(QDialogButtonBox.StandardButton.Cancel).text().replace("&", "")
    assert own == {"de": "Abbrechen", "fr": "Annuler", "es": "Cancelar", "zh": "取消"}[code]


def test_english_comes_back_whole(qtbot, qapp):
    speak(qapp, "fr")
    speak(qapp, "en")
    assert tr("Start labelling") == "Start labelling"
    assert number(1234567) == "1,234,567"
    assert decimal(0.125, 3) == "0.125"
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(buttons)
    assert buttons.button(QDialogButtonBox.StandardButton.Cancel).text() == "Cancel"


def test_the_systems_language_is_taken_where_we_have_it(monkeypatch):
    class System:
        def __init__(self, *names):
            self._names = names

        def uiLanguages(self):  # noqa: N802 - Qt's name
            return list(self._names)

    for names, code in ((("pl-PL", "de-AT", "en"), "de"), (("pl",), "en"), (("zh-Hans",), "zh")):
        monkeypatch.setattr(QLocale, "system", lambda names=names: System(*names))
        assert in_use(AS_SYSTEM) == code


def test_an_unknown_choice_is_the_systems(tmp_path):
    kept = settings(tmp_path)
    kept.setValue("language", "klingon")
    assert chosen(kept) == AS_SYSTEM


def test_a_time_is_written_as_the_language_writes_it(qapp):
    when = datetime(2026, 12, 1, 19, 13)
    written = {}
    for code in LANGUAGES:
        speak(qapp, code)
        written[code] = date_time(when)
    assert written["en"].replace("\N{NARROW NO-BREAK SPACE}", " ") == "Dec 1, 2026 7:13 PM"
    assert written["de"] == "1. Dez. 2026 19:13"
    assert written["fr"] == "1 déc. 2026 19:13"
    assert written["zh"] == "2026年12月1日 19:13"
    assert all("2026" in one for one in written.values())


def test_a_number_below_nothing_has_a_minus_and_no_hyphen():
    assert decimal(-0.87, 2) == "\N{MINUS SIGN}0.87"
    assert decimal(-0.001, 2) == "0.00"


def test_parts_of_a_sentence_are_joined_as_the_language_joins_them(qapp):
    assert clauses(["one", "two"]) == "one, two"
    speak(qapp, "zh")
    assert clauses(["one", "two"]) == "one，two"


def test_one_image_of_many_has_no_plural_of_its_own(qapp):
    speak(qapp, "fr")
    assert "pour 1 sur 47 images" in same_words(Share(1, 47))
    assert same_words(Share(1, 1)) == "La même classe sur la seule image."


def test_what_a_published_set_shows_is_said_in_the_language(qtbot, qapp):
    speak(qapp, "es")
    chooser = SetChooser()
    qtbot.addWidget(chooser)
    chooser.set.setCurrentIndex(chooser.set.findData("pneumoniamnist"))
    assert chooser.about.text().startswith("Radiografías de tórax de niños")
    assert "pediatric" in chooser.about.toolTip()
    chooser.set.setCurrentIndex(chooser.set.findData("cifar10"))
    assert not chooser.about.toolTip()


def test_a_key_with_a_long_name_leaves_room_for_what_it_does(qtbot, qapp, window):
    speak(qapp, "es")
    window.dialogs.show_keys()
    keys = [one for one in window.dialog.findChildren(QLabel) if one.property("role") == "key"]
    assert any("\n" in key.text() for key in keys)
    assert max(len(line) for key in keys for line in key.text().split("\n")) <= KEY_LETTERS
    assert "Arrastrar con el botón derecho" in dict(window.dialog.rows)
