"""A line of sentences shows whole ones alone; the rest stands in its tip."""

import pytest

from autoal_gui.gui.widgets.text import SentenceLine


@pytest.fixture
def line(qtbot):
    line = SentenceLine()
    qtbot.addWidget(line)
    line.show()
    return line


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("It rose by 4.1 points, z. B. here (+10.7). More may gain 4 points.", 42),
        ("La précision est à 4,1. Plus d'étiquettes : 2 minutes.", 23),
        ("Er sagt „nein.“ Mehr Labels bringen wenig.", 15),
        ("最近三轮变化很小。更多标签大约需要两分钟。", 9),
    ],
)
def test_what_does_not_fit_is_left_out_by_whole_sentences(line, words, whole):
    line.setText(words)
    line.resize(2000, 30)
    assert line.shown() == line.text() == words
    assert not line.toolTip()
    line.resize(line.fontMetrics().horizontalAdvance(words) - 2, 30)
    assert line.text() == words
    assert line.toolTip() == line.accessibleDescription() == words
    assert line.shown() == f"{words[:whole]} …"
    line.setText("Short.")
    assert line.shown() == "Short."
    assert not line.toolTip()


def test_a_single_sentence_that_does_not_fit_is_shortened_and_whole_in_the_tip(line):
    words = "One sentence without an end that is far too long for the line that it stands in"
    line.resize(100, 30)
    line.setText(words)
    assert line.shown().endswith("…")
    assert line.toolTip() == words
    assert line.minimumSizeHint().width() == 0  # it widens no window
