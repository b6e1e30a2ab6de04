"""What is told of the time left: it runs down, and never grows or goes without a word."""

import pytest

from autoal_gui.core.messages import Progress
from autoal_gui.gui.session.rounds.time_left import SAID_FOR, TimeLeft
from autoal_gui.gui.session.rounds.waiting import left_words, time_left_words


class Told:
    """The words at a second of the clock, for a time that the engine tells."""

    def __init__(self):
        self.now = 0.0
        self.left = TimeLeft(lambda: self.now)

    def __call__(self, now: float, seconds: float | None) -> str:
        self.now = now
        return left_words(self.left.told(Progress(1, "features", 1, 9, seconds)))


@pytest.fixture
def told():
    return Told()


def test_a_time_that_was_told_runs_down_while_the_pace_is_not_known(told):
    assert told(0, None) == "how long is not known yet"
    assert told(1, 57) == "about 57\N{NO-BREAK SPACE}s left"
    assert told(10, None) == "about 48\N{NO-BREAK SPACE}s left"
    assert told(20, 41) == "about 38\N{NO-BREAK SPACE}s left"  # a little more is no other time
    assert told(21, 20) == "about 20\N{NO-BREAK SPACE}s left"


def test_where_the_time_grows_that_is_said_for_a_while(told):
    told(0, 20)
    assert told(5, 60) == "about 60\N{NO-BREAK SPACE}s left, longer than was said before"
    assert told(6, None).endswith("left, longer than was said before")
    assert told(6 + SAID_FOR, 40) == "about 40\N{NO-BREAK SPACE}s left"


def test_what_lasts_beyond_the_time_that_was_told_takes_longer_and_is_not_unknown(told):
    told(0, 5)
    assert told(5, None) == "it takes longer than was said before"
    assert told(6, 30).endswith("longer than was said before")


def test_while_images_are_read_it_is_said_how_long_that_alone_takes():
    told, words = Told(), []
    for now, done, seconds in ((0, 20, None), (0.5, 40, None), (2, 60, None), (3, 60, 9.0)):
        told.now = now
        progress = told.left.told(Progress(1, "reading", done, 300, seconds))
        words.append(time_left_words(progress))
        assert left_words(progress) == (words[-1] or "how long is not known yet")
    assert words[:2] == ["", ""]  # too early for a pace
    assert words[2] == "about 12\N{NO-BREAK SPACE}s left to read the images"
    assert words[3] == "about 9\N{NO-BREAK SPACE}s left"  # of the whole, once that is known


def test_at_the_end_and_for_another_command_nothing_is_kept(told):
    told(0, 5)
    assert time_left_words(told.left.told(Progress(1, "features", 9, 9, 0.0))) == ""
    told.left.begin()
    assert told(1, None) == "how long is not known yet"


def test_the_time_of_what_was_cut_short_is_not_told_of_its_saving(told):
    assert told(0, 65).endswith("left")
    told.now = 1.0
    saving = told.left.told(Progress(1, "finishing", 0, 1, None))
    assert saving.seconds_left is None
    assert time_left_words(saving) == ""
