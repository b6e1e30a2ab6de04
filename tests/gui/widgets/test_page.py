"""What the pages beside the desk have in common."""

import pytest

from autoal_gui.gui.widgets.page import HINT_LINES, Hint

SENTENCES = {
    "one two": "Class keys change the selected images. Enter shows one on the desk. Esc goes back.",
    "none": "类别键更改所选图像。回车键在桌面上显示一张。Esc 键返回。",
}


@pytest.mark.parametrize("words", SENTENCES.values(), ids=SENTENCES)
def test_a_hint_leaves_whole_sentences_out_where_two_lines_do_not_hold_all(qtbot, words):
    hint = Hint(words)
    qtbot.addWidget(hint)
    hint.show()
    shown = []
    for wide in (1200, 300, 150, 60, 1200):
        hint.resize(wide, 60)
        shown.append(hint.text())
        first = hint.text() == words[: words.index(words[-1]) + 1]
        lines = hint.heightForWidth(wide) / hint.fontMetrics().lineSpacing()
        assert lines <= HINT_LINES or first
        assert words.startswith(hint.text())
        assert hint.text().endswith(words[-1])
    assert shown[0] == shown[-1]
    assert len(shown[3]) < len(shown[0])
    assert hint.toolTip() == words
