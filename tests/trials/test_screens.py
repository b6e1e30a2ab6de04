"""The trial of the screens, in small."""

import pytest
from PySide6.QtWidgets import QLabel

from autoal_gui.core.language import tr
from autoal_gui.gui.window.page_stack import PageStack
from tests.support.gui import QUIET
from tests.tools.catalogues import CODES
from tests.trials.screens.__main__ import Form, forms, parsed, screen
from tests.trials.screens.looker import DIALOGS, PAGES, Looker, english_in, left_over_in

pytestmark = pytest.mark.qt_log_ignore(QUIET)
TOLD = ("--data", "images", "--out", "pictures")


def test_every_combination_that_is_asked_for_is_a_form():
    options = parsed((*TOLD, "--languages", "de", "zh", "--scales", "1.5", "--sizes", "1280x720"))
    assert [form.words()[1] for form in forms(options)] == ["de", "zh"]
    assert len(list(forms(parsed(TOLD)))) == 5 * 3 * 3
    assert parsed(TOLD).looks == ["light", "dark"]
    assert parsed((*TOLD, "--looks", "dark")).looks == ["dark"]


def test_a_form_says_of_itself_what_the_command_line_reads():
    form = Form("fr", 2.0, "1600x1000")
    (read,) = forms(parsed((*TOLD, *form.words())))
    assert read == form


def test_the_screen_is_as_large_as_the_form():
    (one,) = screen(Form("en", 1.0, "2560x1440"))["screens"]
    assert (one["width"], one["height"]) == (2560, 1440)


def test_english_is_found_whatever_stands_in_its_gaps():
    sentences = {"{count} images of {total}", "Round {number}", "{value} ({low})", "Skip"}
    words = {"12 images of 40", "Round 3", "Runde 3", "93 % (84)", "Skip", "Skipped"}
    assert english_in(words, sentences) == ["12 images of 40", "Round 3", "Skip"]
    assert english_in(words, ()) == []


@pytest.mark.parametrize("code", CODES)
def test_a_language_that_is_whole_leaves_english_to_be_found(code):
    sentences = left_over_in(code)
    assert english_in({"Round 3", "Which class?"}, sentences) == ["Round 3", "Which class?"]


def test_english_has_no_english_left_over():
    assert left_over_in("en") == set()


def test_the_pages_and_dialogs_that_are_shown_are_there(window):
    assert {*PAGES} <= {*vars(PageStack)}
    for show in DIALOGS.values():
        assert callable(getattr(window.dialogs, show))


def test_planted_faults_of_a_window_are_told(window, tmp_path, capsys):
    looker = Looker(tmp_path, tmp_path, "de", 1.0, (1280, 720), tmp_path, window=window)
    looker._english = {"Which class?"}
    window.resize(1280, 720)
    looker._judge("start", window)
    assert capsys.readouterr().out == ""
    planted = QLabel(tr("Which class?"), window.start_page)
    planted.setGeometry(0, 0, 20, 8)
    planted.show()
    looker._judge("start", window)
    told = capsys.readouterr().out
    assert "de 1.0 1280x720 start: cut: 'Which class?'" in told
    assert "English: 'Which class?'" in told


def test_a_picture_of_each_screen_is_written(window, tmp_path):
    looker = Looker(tmp_path, tmp_path, "en", 1.0, (1280, 720), tmp_path, window=window)
    looker._save("hand over-1280-dark", window)
    assert (tmp_path / "en-1.0" / "hand-over-1280-dark.png").is_file()
